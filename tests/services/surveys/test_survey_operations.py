"""Surveys are made by few, answered once by each, tell of nobody, and are frozen when somebody has answered."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import Resident, System
from accounts.choices import AuditAction, Role
from accounts.models import AuditEntry, User
from services.models import County, Question, Service, Survey, SurveyAnswer, SurveyParticipation, SurveyResponse
from services.operations import (
    add_question,
    answer_survey,
    change_question,
    change_survey,
    close_due_surveys,
    close_survey,
    delete_question,
    delete_survey,
    has_answered,
    make_survey,
    move_question,
    note_export,
    note_reading,
    note_rollout,
    publish_survey,
    repeat_survey,
    withdraw_survey,
)
from services.surveys import shown_questions, table_of, trend_of
from services.tasks import close_due_surveys as nightly
from tests.conftest import acting, make_grant, make_person
from tests.services.surveys.cast import (
    BY,
    MANY,
    NOW,
    ONE,
    SCALE,
    TITLES,
    WORDS,
    by_residents,
    by_staff,
    draft,
    given,
    published,
    question,
    staff_survey,
)

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def refused(error: pytest.ExceptionInfo[ValidationError]) -> set[str | None]:
    """The codes of a refusal."""
    found = error.value
    each = [one for many in found.error_dict.values() for one in many] if hasattr(found, "error_dict") else found.error_list
    return {one.code for one in each}


class TestMaking:
    @pytest.mark.parametrize("who", ["main_user", "coordinator"])
    def test_the_main_user_and_the_coordinator_make_them(self, request, county: County, who: str) -> None:
        by = acting(request.getfixturevalue(who))
        made = make_survey(by=by, survey=Survey(county=county, opens_on=NOW.date(), **TITLES))
        add_question(by=by, question=Question(survey=made, **ONE), now=NOW)
        publish_survey(by=by, survey=made, now=NOW)
        close_survey(by=by, survey=made, now=NOW)
        assert Survey.objects.get().closed_at == NOW
        assert AuditEntry.objects.filter(object_type="services.survey").count() == 3

    @pytest.mark.parametrize("who", ["supervisor", "manager", "reader", "responder", "second_responder", "outsider", "former"])
    def test_nobody_else_does(self, request, county: County, service: Service, who: str) -> None:
        by = acting(request.getfixturevalue(who))
        row = published(county, ONE, service=service)
        one = question(row)
        doors = [
            lambda: make_survey(by=by, survey=Survey(county=county, service=service, opens_on=NOW.date(), **TITLES)),
            lambda: change_survey(by=by, survey=row, values={"title_fi": "Toinen"}, now=NOW),
            lambda: add_question(by=by, question=Question(survey=row, **MANY), now=NOW),
            lambda: change_question(by=by, question=one, values={"text_fi": "Toinen"}, now=NOW),
            lambda: move_question(by=by, question=one, up=True, now=NOW),
            lambda: delete_question(by=by, question=one, now=NOW),
            lambda: publish_survey(by=by, survey=row, now=NOW),
            lambda: withdraw_survey(by=by, survey=row, now=NOW),
            lambda: close_survey(by=by, survey=row, now=NOW),
            lambda: note_rollout(by=by, survey=row, rollout=uuid4()),
        ]
        for door in doors:
            with pytest.raises(PermissionDenied):
                door()
        assert Survey.objects.count() == 1
        close_survey(by=BY, survey=row, now=NOW)
        with pytest.raises(PermissionDenied):
            repeat_survey(by=by, survey=row, now=NOW)
        empty = draft(county, ONE, service=service)
        with pytest.raises(PermissionDenied):
            delete_survey(by=by, survey=empty)
        with pytest.raises(PermissionDenied):
            close_due_surveys(by=by, now=NOW)

    def test_a_coordinator_of_one_service_makes_surveys_of_that_service_only(
        self, county: County, service: Service, second_service: Service
    ) -> None:
        user = make_person("pekka")
        make_grant(user, Role.COORDINATOR, county=county, service=service)
        assert make_survey(by=acting(user), survey=Survey(county=county, service=service, opens_on=NOW.date(), **TITLES))
        for other in (second_service, None):
            with pytest.raises(PermissionDenied):
                make_survey(by=acting(user), survey=Survey(county=county, service=other, opens_on=NOW.date(), **TITLES))

    def test_a_service_of_another_county_is_refused(self, county: County, other_service: Service) -> None:
        with pytest.raises(ValidationError) as error:
            make_survey(by=BY, survey=Survey(county=county, service=other_service, opens_on=NOW.date(), **TITLES))
        assert refused(error) == {"other_county"}

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"options_fi": "Vain yksi"}, "options"),
            ({"options_fi": ""}, "options"),
            ({"options_sv": "Rådgivning\nHemvård"}, "options_differ"),
            ({"options_fi": "\n".join(str(n) for n in range(16)), "options_sv": "", "options_en": ""}, "most"),
        ],
    )
    def test_choices_are_the_same_in_each_language(self, county: County, fields: dict[str, str], code: str) -> None:
        with pytest.raises(ValidationError) as error:
            draft(county, {**ONE, **fields})
        assert refused(error) == {code}

    def test_at_most_twenty_questions(self, county: County) -> None:
        row = draft(county, *[SCALE] * 20)
        with pytest.raises(ValidationError) as error:
            add_question(by=BY, question=Question(survey=row, **SCALE), now=NOW)
        assert refused(error) == {"most"}

    def test_units_are_the_staffs_and_named_once(self, county: County) -> None:
        for fields, code in (({"units": ["A"]}, "units"), ({"kind": "staff", "units": ["A", "a"]}, "twice")):
            with pytest.raises(ValidationError) as error:
                draft(county, **fields)
            assert refused(error) == {code}

    def test_questions_change_places(self, county: County) -> None:
        row = draft(county, ONE, SCALE, WORDS)
        move_question(by=BY, question=question(row, 2), up=True, now=NOW)
        assert [one.kind for one in row.questions.all()] == ["one", "words", "scale"]
        move_question(by=BY, question=question(row, 0), up=False, now=NOW)
        assert [one.kind for one in row.questions.all()] == ["words", "one", "scale"]
        move_question(by=BY, question=question(row, 0), up=True, now=NOW)
        assert [one.kind for one in row.questions.all()] == ["words", "one", "scale"]


class TestPublishing:
    def test_it_needs_a_question(self, county: County) -> None:
        with pytest.raises(ValidationError) as error:
            publish_survey(by=BY, survey=draft(county), now=NOW)
        assert refused(error) == {"no_questions"}

    @pytest.mark.parametrize("lacking", [{"title_sv": ""}, {"intro_fi": "Kerro"}])
    def test_a_bilingual_county_asks_in_both(self, county: County, lacking: dict[str, str]) -> None:
        with pytest.raises(ValidationError) as error:
            publish_survey(by=BY, survey=draft(county, ONE, **lacking), now=NOW)
        assert refused(error) == {"language_missing"}
        with pytest.raises(ValidationError) as error:
            publish_survey(by=BY, survey=draft(county, {**ONE, "options_sv": ""}), now=NOW)
        assert refused(error) == {"language_missing"}

    def test_a_published_one_keeps_its_languages(self, county: County) -> None:
        row = published(county, ONE)
        with pytest.raises(ValidationError) as error:
            change_survey(by=BY, survey=row, values={"title_sv": ""}, now=NOW)
        assert refused(error) == {"language_missing"}
        with pytest.raises(ValidationError) as error:
            delete_question(by=BY, question=question(row), now=NOW)
        assert refused(error) == {"no_questions"}

    def test_not_when_its_last_day_has_passed(self, county: County) -> None:
        row = draft(county, ONE, opens_on=date(2026, 8, 1), closes_on=date(2026, 9, 9))
        with pytest.raises(ValidationError) as error:
            publish_survey(by=BY, survey=row, now=NOW)
        assert refused(error) == {"over"}

    def test_a_draft_again_while_nobody_has_answered(self, county: County) -> None:
        row = published(county, ONE)
        assert withdraw_survey(by=BY, survey=row, now=NOW).published_at is None
        publish_survey(by=BY, survey=row, now=NOW)
        by_residents(row, 1)
        with pytest.raises(ValidationError) as error:
            withdraw_survey(by=BY, survey=row, now=NOW)
        assert refused(error) == {"answered"}

    def test_a_published_one_is_not_deleted(self, county: County) -> None:
        row = published(county, ONE)
        with pytest.raises(ValidationError) as error:
            delete_survey(by=BY, survey=row)
        assert refused(error) == {"published"}
        withdraw_survey(by=BY, survey=row, now=NOW)
        delete_survey(by=BY, survey=row)
        assert not Survey.objects.exists() and not Question.objects.exists()


class TestFreezing:
    def test_once_somebody_has_answered_what_was_asked_stays(self, county: County, service: Service) -> None:
        row = published(county, ONE, SCALE)
        by_residents(row, 1)
        one = question(row)
        doors = [
            lambda: add_question(by=BY, question=Question(survey=row, **MANY), now=NOW),
            lambda: change_question(by=BY, question=one, values={"text_fi": "Toinen"}, now=NOW),
            lambda: move_question(by=BY, question=one, up=False, now=NOW),
            lambda: delete_question(by=BY, question=one, now=NOW),
            lambda: change_survey(by=BY, survey=row, values={"kind": "staff"}, now=NOW),
            lambda: change_survey(by=BY, survey=row, values={"service": service}, now=NOW),
        ]
        for door in doors:
            with pytest.raises(ValidationError) as error:
                door()
            assert refused(error) == {"answered"}
        change_survey(by=BY, survey=row, values={"closes_on": date(2026, 9, 30), "kind": "public"}, now=NOW)
        assert Survey.objects.get().closes_on == date(2026, 9, 30)

    def test_a_closed_one_changes_no_more(self, county: County) -> None:
        row = close_survey(by=BY, survey=published(county, ONE), now=NOW)
        with pytest.raises(ValidationError) as error:
            change_survey(by=BY, survey=row, values={"title_fi": "Toinen"}, now=NOW)
        assert refused(error) == {"closed"}


class TestResidentsAnswer:
    def test_each_kind_of_question(self, county: County) -> None:
        row = published(county, ONE, MANY, SCALE, WORDS)
        by_residents(row, [2, (1, 3), 4, "Illalla"])
        told = [(one.question.kind, one.choice, one.words) for one in SurveyAnswer.objects.order_by("question__order", "choice")]
        assert told == [("one", 2, ""), ("many", 1, ""), ("many", 3, ""), ("scale", 4, ""), ("words", None, "Illalla")]

    def test_once_in_a_session(self, county: County, resident: Resident, stranger: Resident) -> None:
        row, other = published(county, ONE), published(county, ONE)
        for each in (row, other):
            answer_survey(by=resident, survey=each, answers=given(each, 1), language="fi", now=NOW)
        with pytest.raises(ValidationError) as error:
            answer_survey(by=resident, survey=row, answers=given(row, 2), language="fi", now=NOW)
        assert refused(error) == {"answered"}
        answer_survey(by=stranger, survey=row, answers=given(row, 2), language="fi", now=NOW)
        assert SurveyResponse.objects.filter(survey=row).count() == 2
        assert has_answered(by=resident, survey=row)
        marks = set(SurveyResponse.objects.values_list("session", flat=True))
        assert len(marks) == 3, "one browser has another mark in each survey"
        assert not any(str(resident.key) in mark for mark in marks)

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_an_identity_code_is_not_stored(self, county: County, language: str) -> None:
        row = published(county, WORDS)
        answers = {question(row).public_id: "Tunnukseni on 010280-952L, soita"}
        answer_survey(by=Resident(key=uuid4()), survey=row, answers=answers, language=language, now=NOW)
        words = SurveyAnswer.objects.get().words
        assert "010280" not in words and words.startswith("Tunnukseni on [")

    @pytest.mark.parametrize(
        ("kind", "value", "code"),
        [
            (ONE, (4,), "choice"),
            (ONE, (0,), "choice"),
            (ONE, (1, 2), "choice"),
            (ONE, "Neuvola", "choice"),
            (MANY, (1, 9), "choice"),
            (SCALE, (6,), "choice"),
            (WORDS, "x" * 2001, "too_long"),
            (WORDS, "a\u202eb", "characters"),
        ],
    )
    def test_an_answer_that_is_none_is_refused(self, county: County, kind: dict[str, str], value: object, code: str) -> None:
        row = published(county, kind)
        with pytest.raises(ValidationError) as error:
            answer_survey(by=Resident(key=uuid4()), survey=row, answers={question(row).public_id: value}, language="fi", now=NOW)  # type: ignore[dict-item]
        assert refused(error) == {code}
        assert not SurveyResponse.objects.exists()

    def test_nothing_at_all_is_no_answer_and_a_needed_one_is_asked_for(self, county: County) -> None:
        row = published(county, ONE, {**SCALE, "is_required": True})
        for value, code in ([None, None], "required"), ([1, None], "required"):
            with pytest.raises(ValidationError) as error:
                by_residents(row, value)
            assert refused(error) == {code}
        free = published(county, ONE)
        with pytest.raises(ValidationError) as error:
            by_residents(free, [None])
        assert refused(error) == {"empty"}

    def test_only_while_it_is_open(self, county: County) -> None:
        row = published(county, ONE, opens_on=date(2026, 9, 10), closes_on=date(2026, 9, 12))
        for days, is_open in ((-1, False), (0, True), (2, True), (3, False)):
            answers, at = given(row, 1), NOW + timedelta(days=days)
            if is_open:
                answer_survey(by=Resident(key=uuid4()), survey=row, answers=answers, language="fi", now=at)
                continue
            with pytest.raises(ValidationError) as error:
                answer_survey(by=Resident(key=uuid4()), survey=row, answers=answers, language="fi", now=at)
            assert refused(error) == {"closed"}
        with pytest.raises(ValidationError):
            by_residents(draft(county, ONE), 1)

    def test_a_resident_does_not_answer_for_the_staff_nor_the_portal_for_anybody(self, service: Service) -> None:
        row = staff_survey(service)
        for by in (Resident(key=uuid4()), System("x")):
            with pytest.raises(PermissionDenied):
                answer_survey(by=by, survey=row, answers=given(row, 1), language="fi", now=NOW)


class TestStaffAnswers:
    def test_each_once_and_not_linked_to_her(self, service: Service, responder: User) -> None:
        row = staff_survey(service)
        answer_survey(by=acting(responder), survey=row, answers=given(row, 4), language="fi", now=NOW)
        with pytest.raises(ValidationError) as error:
            answer_survey(by=acting(responder), survey=row, answers=given(row, 1), language="fi", now=NOW)
        assert refused(error) == {"answered"}
        assert SurveyParticipation.objects.get().user == responder
        response, answer = SurveyResponse.objects.get(), SurveyAnswer.objects.get()
        names = {each.name for row in (response, answer) for each in row._meta.concrete_fields}
        assert names == {"id", "survey", "unit", "session", "response", "question", "choice", "words"}, "no person, no time"
        assert response.session == ""
        assert response.pk.version == answer.pk.version == SurveyParticipation.objects.get().pk.version == 4, "no running number"

    @pytest.mark.parametrize(
        ("who", "may"),
        [
            ("responder", True),
            ("supervisor", True),
            ("main_user", True),
            ("reader", True),
            ("second_responder", False),
            ("outsider", False),
            ("former", False),
        ],
    )
    def test_who_works_for_the_service_or_its_county_answers(self, request, service: Service, who: str, may: bool) -> None:
        row, by = staff_survey(service), acting(request.getfixturevalue(who))
        if may:
            answer_survey(by=by, survey=row, answers=given(row, 4), language="fi", now=NOW)
            return
        with pytest.raises(PermissionDenied):
            answer_survey(by=by, survey=row, answers=given(row, 4), language="fi", now=NOW)

    def test_the_whole_countys_is_answered_from_every_service(
        self, county: County, responder: User, second_responder: User, outsider: User
    ) -> None:
        row = published(county, SCALE, kind="staff")
        for user in (responder, second_responder):
            answer_survey(by=acting(user), survey=row, answers=given(row, 4), language="fi", now=NOW)
        with pytest.raises(PermissionDenied):
            answer_survey(by=acting(outsider), survey=row, answers=given(row, 4), language="fi", now=NOW)

    def test_a_unit_that_is_none_is_refused(self, service: Service, responder: User) -> None:
        row = staff_survey(service, units=["Pori", "Rauma"])
        with pytest.raises(ValidationError) as error:
            answer_survey(by=acting(responder), survey=row, answers=given(row, 4), unit=2, language="fi", now=NOW)
        assert refused(error) == {"unit"}
        assert not SurveyParticipation.objects.exists(), "her turn is not used"


class TestClosing:
    def test_results_are_stored_and_who_answered_is_forgotten(self, service: Service) -> None:
        row = staff_survey(service, SCALE, WORDS)
        by_staff(row, *[(None, [4, "Hyvin"])] * 5, (None, [1, None]))
        closed = close_survey(by=BY, survey=row, now=NOW)
        scale, words = closed.results["questions"]
        assert closed.results["n"] == 6
        assert scale["counts"] == [1, 0, 0, 5, 0] and words["n"] == 5 and words["counts"] is None
        assert not SurveyParticipation.objects.exists()
        assert SurveyAnswer.objects.count() == 11, "the answers stay"

    def test_the_marks_of_browsers_are_forgotten(self, county: County) -> None:
        row = published(county, ONE)
        by_residents(row, 1, 2)
        close_survey(by=BY, survey=row, now=NOW)
        assert set(SurveyResponse.objects.values_list("session", flat=True)) == {""}

    def test_closing_again_changes_nothing(self, county: County) -> None:
        row = published(county, ONE)
        close_survey(by=BY, survey=row, now=NOW)
        again = close_survey(by=BY, survey=row, now=NOW + timedelta(days=1))
        assert again.closed_at == NOW
        with pytest.raises(ValidationError) as error:
            close_survey(by=BY, survey=draft(county, ONE), now=NOW)
        assert refused(error) == {"draft"}

    def test_every_night_those_whose_last_day_has_passed(self, county: County) -> None:
        over = published(county, ONE, closes_on=date(2026, 9, 10))
        goes_on = published(county, ONE, closes_on=date(2026, 9, 11))
        published(county, ONE)
        draft(county, ONE, closes_on=date(2026, 9, 10))
        assert close_due_surveys(by=BY, now=NOW) == 0
        assert close_due_surveys(by=BY, now=NOW + timedelta(days=1)) == 1
        assert set(Survey.objects.filter(closed_at__isnull=False)) == {over}
        assert Survey.objects.get(pk=goes_on.pk).closed_at is None
        assert nightly() == 1, "by the job, at the true time"

    def test_four_units_are_compared_and_small_ones_hidden(self, service: Service) -> None:
        """S001-52: four units; the fourth has three answers, and the smallest other is hidden with it."""
        row = staff_survey(service, units=["Pori", "Rauma", "Kokemäki", "Eura"])
        answers = [(unit, 4) for unit, n in ((0, 7), (1, 6), (2, 5), (3, 3)) for _ in range(n)]
        by_staff(row, *answers)
        closed = close_survey(by=BY, survey=row, now=NOW)
        (shown,) = shown_questions(closed, "fi")
        assert [(unit.name, unit.n) for unit in shown.units] == [("Pori", 7), ("Rauma", 6), ("Kokemäki", None), ("Eura", None)]
        assert shown.n == 21
        cells = table_of(closed, "fi")
        assert ["Työni on mielekästä", "Pori", "7", "4", "7", "100.0"] in cells
        assert [cell[2] for cell in cells if cell[1] == "Eura"] == ["ei näytetä"]

    def test_who_did_not_tell_her_unit_is_a_group_too(self, service: Service) -> None:
        row = staff_survey(service, units=["Pori", "Rauma"])
        by_staff(row, *[(0, 4)] * 9, *[(1, 4)] * 6, (None, 1))
        (shown,) = shown_questions(close_survey(by=BY, survey=row, now=NOW), "fi")
        assert [unit.n for unit in shown.units] == [9, None, None]


class TestRounds:
    def test_a_new_round_asks_the_same_and_shows_the_trend(self, service: Service) -> None:
        first = staff_survey(service, SCALE, ONE)
        by_staff(first, *[(None, [2, 1])] * 5)
        close_survey(by=BY, survey=first, now=NOW)
        second = repeat_survey(by=BY, survey=first, now=NOW)
        assert (second.round, second.published_at, second.series) == (2, None, first.series)
        assert [one.key for one in second.questions.all()] == [one.key for one in first.questions.all()]
        with pytest.raises(ValidationError) as error:
            repeat_survey(by=BY, survey=first, now=NOW)
        assert refused(error) == {"made"}
        publish_survey(by=BY, survey=second, now=NOW)
        with pytest.raises(ValidationError) as error:
            repeat_survey(by=BY, survey=second, now=NOW)
        assert refused(error) == {"open"}
        by_staff(second, *[(None, [4, 1])] * 6)
        close_survey(by=BY, survey=second, now=NOW)
        ((asked, line),) = trend_of(list(Survey.objects.all()))
        assert asked.kind == "scale"
        assert [(row.round, n, str(mean)) for row, n, mean in line] == [(1, 5, "2.0"), (2, 6, "4.0")]

    def test_a_round_of_few_is_a_gap_in_the_trend(self, service: Service) -> None:
        first = staff_survey(service)
        by_staff(first, (None, 1))
        close_survey(by=BY, survey=first, now=NOW)
        second = publish_survey(by=BY, survey=repeat_survey(by=BY, survey=first, now=NOW), now=NOW)
        by_staff(second, *[(None, 5)] * 5)
        close_survey(by=BY, survey=second, now=NOW)
        ((_asked, line),) = trend_of(list(Survey.objects.all()))
        assert next((n, mean) for _row, n, mean in line) == (None, None)
        assert trend_of([first]) == []


class TestReadings:
    @pytest.mark.parametrize(
        ("who", "figures", "words"),
        [
            ("main_user", True, True),
            ("coordinator", True, True),
            ("supervisor", True, True),
            ("manager", True, False),
            ("reader", True, False),
            ("responder", False, False),
            ("outsider", False, False),
            ("former", False, False),
        ],
    )
    def test_who_may_and_that_it_is_written_down(self, request, service: Service, who: str, figures: bool, words: bool) -> None:
        row, by = staff_survey(service, WORDS), acting(request.getfixturevalue(who))
        for door, may, action in ((note_export, figures, AuditAction.EXPORT), (note_reading, words, AuditAction.READ)):
            if may:
                door(by=by, survey=row)
                assert AuditEntry.objects.filter(action=action, object_id=str(row.public_id)).count() == 1
                continue
            with pytest.raises(PermissionDenied):
                door(by=by, survey=row)
            assert not AuditEntry.objects.filter(action=action).exists()
