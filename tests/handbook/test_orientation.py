"""Orientation: who may take real conversations, what has to be done for it, and who says that it is enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import Resident
from accounts.models import AuditEntry, User
from chat.availability import answerers_of, loads_of
from chat.operations import claim_conversation, claim_next, start_conversation
from handbook.models import (
    Chapter,
    ChapterVersion,
    CheckPassed,
    Orientation,
    OrientationPlan,
    SelfAssessment,
    Training,
)
from handbook.operations.orientation import (
    add_training,
    answer_check,
    assess_skills,
    let_through,
    note_practice,
    note_training,
    remove_training,
    save_plan,
    sign_off,
)
from handbook.operations.readings import mark_read
from handbook.permissions import held_back_among, is_held_back
from handbook.progress import progress_of
from handbook.trends import SHOWN, trends_of
from services.models import County, Queue, Service
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, Publish
from tests.handbook.test_chapters import refused

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
QUESTIONS = [
    {
        "key": "urgent",
        "text": {"fi": "Mitä teet?", "sv": "Vad gör du?", "en": "What do you do?"},
        "answers": [{"text": {"fi": "Odotan."}, "right": False}, {"text": {"fi": "Soitan."}, "right": True}],
        "why": {"fi": "Apu ei odota."},
    }
]


@pytest.fixture
def text_to_read(chapter: Chapter, publish: Publish) -> ChapterVersion:
    """One chapter of the orientation, with a question."""
    Chapter.objects.update(in_orientation=True)
    version = publish("Lue minut.")
    ChapterVersion.objects.update(questions=QUESTIONS)
    version.refresh_from_db()
    return version


@pytest.fixture
def plan(service: Service, text_to_read: ChapterVersion) -> OrientationPlan:
    return save_plan(by=PORTAL, service=service, is_required=True, with_practice=True)


def do_everything(user: User, version: ChapterVersion, county: County) -> None:
    answer_check(by=acting(user), version=version, answers={"urgent": 1}, now=timezone.now())
    note_practice(by=PORTAL, county=county, user_id=user.pk, now=timezone.now())


class TestGate:
    def test_without_a_plan_nobody_is_held_back(self, service: Service, responder: User) -> None:
        assert not is_held_back(user_id=responder.pk, service_id=service.pk)

    def test_she_waits_for_the_sign_off(
        self,
        plan: OrientationPlan,
        county: County,
        service: Service,
        responder: User,
        supervisor: User,
        text_to_read: ChapterVersion,
    ) -> None:
        assert is_held_back(user_id=responder.pk, service_id=service.pk)
        do_everything(responder, text_to_read, county)
        assert is_held_back(user_id=responder.pk, service_id=service.pk)
        sign_off(by=acting(supervisor), plan=plan, user=responder, now=timezone.now())
        assert not is_held_back(user_id=responder.pk, service_id=service.pk)

    def test_the_supervisor_lets_her_through_and_the_audit_tells_why(
        self, plan: OrientationPlan, service: Service, responder: User, supervisor: User
    ) -> None:
        with refused("reason"):
            let_through(by=acting(supervisor), plan=plan, user=responder, reason=" ", now=timezone.now())
        let_through(by=acting(supervisor), plan=plan, user=responder, reason="Sijainen, tuttu työ", now=timezone.now())
        assert not is_held_back(user_id=responder.pk, service_id=service.pk)
        entry = AuditEntry.objects.filter(object_type="handbook.orientation").latest("id")
        assert (entry.actor_id, entry.after["reason"]) == (str(supervisor.public_id), "Sijainen, tuttu työ")

    def test_it_may_be_left_open_and_other_services_are_free(
        self, plan: OrientationPlan, service: Service, second_service: Service, responder: User, supervisor: User
    ) -> None:
        assert not is_held_back(user_id=responder.pk, service_id=second_service.pk)
        assert not is_held_back(user_id=supervisor.pk, service_id=service.pk)
        save_plan(by=PORTAL, service=service, is_required=False, with_practice=True, seen=plan.version)
        assert not is_held_back(user_id=responder.pk, service_id=service.pk)

    def test_before_the_county_publishes_its_handbook_nobody_waits(self, service: Service, responder: User) -> None:
        save_plan(by=PORTAL, service=service, is_required=True, with_practice=True)
        assert not is_held_back(user_id=responder.pk, service_id=service.pk)

    def test_one_query_for_whom_nothing_holds_back(
        self, plan: OrientationPlan, second_service: Service, responder: User, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        with django_assert_num_queries(2):
            assert is_held_back(user_id=responder.pk, service_id=plan.service_id)
        with django_assert_num_queries(1):
            assert not is_held_back(user_id=responder.pk, service_id=second_service.pk)

    def test_a_real_conversation_is_not_taken_before_it_and_is_after_it(
        self, plan: OrientationPlan, queue: Queue, responder: User, colleague: User, supervisor: User, resident: Resident
    ) -> None:
        let_through(by=acting(supervisor), plan=plan, user=colleague, reason="Kokenut", now=timezone.now())  # somebody answers
        row = start_conversation(by=resident, service=queue.service, token=uuid4(), now=timezone.now())
        for take in (
            lambda: claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now()),
            lambda: claim_next(by=acting(responder), now=timezone.now()),
        ):
            with pytest.raises(ValidationError) as caught:
                take()
            assert caught.value.code == "not_oriented"
        let_through(by=acting(supervisor), plan=plan, user=responder, reason="Ruuhka", now=timezone.now())
        assert claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now()).responder == responder

    def test_whom_it_holds_back_staffs_no_line_of_the_service(
        self,
        plan: OrientationPlan,
        queue: Queue,
        responder: User,
        supervisor: User,
        django_assert_num_queries: Callable[..., Any],
    ) -> None:
        """A resident waits for nobody who may not take her: the line is staffed when somebody may (S001-34)."""
        queue = Queue.objects.select_related("service__county").get(pk=queue.pk)
        with django_assert_num_queries(6):
            assert responder.pk not in answerers_of([queue], now=timezone.now())[queue.pk]
        assert not loads_of([queue])[queue.pk].staffed
        let_through(by=acting(supervisor), plan=plan, user=responder, reason="Kokenut", now=timezone.now())
        assert responder.pk in answerers_of([queue], now=timezone.now())[queue.pk]
        assert loads_of([queue])[queue.pk].staffed
        save_plan(by=PORTAL, service=plan.service, is_required=False, with_practice=True, seen=plan.version)
        with django_assert_num_queries(3):
            answerers_of([queue], now=timezone.now())

    def test_of_many_it_tells_the_same_as_of_one(
        self, plan: OrientationPlan, service: Service, second_service: Service, responder: User, colleague: User, supervisor: User
    ) -> None:
        let_through(by=acting(supervisor), plan=plan, user=colleague, reason="Kokenut", now=timezone.now())
        services, users = [service.pk, second_service.pk], [responder.pk, colleague.pk, supervisor.pk]
        one_by_one = {(s, u) for s in services for u in users if is_held_back(user_id=u, service_id=s)}
        assert held_back_among(services=services, users=users) == one_by_one == {(service.pk, responder.pk)}
        Chapter.objects.update(in_orientation=False)
        assert not held_back_among(services=services, users=users)


class TestPlan:
    @pytest.mark.parametrize("name", ["responder", "second_responder", "coordinator", "reader", "outsider", "former"])
    def test_others_neither_plan_nor_confirm(
        self, name: str, plan: OrientationPlan, colleague: User, request: pytest.FixtureRequest
    ) -> None:
        by = acting(request.getfixturevalue(name))
        training = add_training(by=PORTAL, plan=plan, title={"fi": "Moodle"}, url="https://moodle.alue.test/1")
        now = timezone.now()
        for deed in (
            lambda: save_plan(by=by, service=plan.service, is_required=False, with_practice=False, seen=plan.version),
            lambda: add_training(by=by, plan=plan, title={"fi": "x"}, url="https://alue.test/"),
            lambda: remove_training(by=by, training=training),
            lambda: sign_off(by=by, plan=plan, user=colleague, now=now),
            lambda: let_through(by=by, plan=plan, user=colleague, reason="x", now=now),
        ):
            with pytest.raises(PermissionDenied):
                deed()
        assert not Orientation.objects.exists()

    def test_a_stale_save_is_refused(self, plan: OrientationPlan, supervisor: User) -> None:
        save_plan(by=acting(supervisor), service=plan.service, is_required=False, with_practice=True, seen=plan.version)
        with refused("stale"):
            save_plan(by=acting(supervisor), service=plan.service, is_required=True, with_practice=True, seen=plan.version)

    def test_trainings_have_a_title_and_a_safe_address(self, plan: OrientationPlan, supervisor: User) -> None:
        for title, url, code in (
            ({}, "https://alue.test/", "title"),
            ({"fi": "x"}, "http://alue.test/", "url"),
            ({"fi": "x"}, "javascript:alert(1)", "url"),
        ):
            with refused(code):
                add_training(by=acting(supervisor), plan=plan, title=title, url=url)
        assert not Training.objects.exists()

    def test_a_mandatory_training_counts_until_it_is_done(
        self, plan: OrientationPlan, county: County, responder: User, supervisor: User, text_to_read: ChapterVersion
    ) -> None:
        training = add_training(by=acting(supervisor), plan=plan, title={"fi": "Moodle"}, url="https://moodle.alue.test/1")
        add_training(by=acting(supervisor), plan=plan, title={"fi": "Video"}, url="https://video.alue.test/1", is_mandatory=False)
        do_everything(responder, text_to_read, county)
        with refused("unfinished"):
            sign_off(by=acting(supervisor), plan=plan, user=responder, now=timezone.now())
        note_training(by=acting(responder), training=training, now=timezone.now())
        (progress,) = progress_of(plan, [responder])
        assert (progress.done, progress.total, progress.is_whole) == (3, 3, True)

    def test_nobody_confirms_her_own_nor_a_strangers(
        self, plan: OrientationPlan, service: Service, supervisor: User, second_responder: User, grant: Any
    ) -> None:
        grant(supervisor, "responder", county=service.county, service=service)
        with refused("own"):
            let_through(by=acting(supervisor), plan=plan, user=supervisor, reason="x", now=timezone.now())
        with refused("stranger"):
            let_through(by=acting(supervisor), plan=plan, user=second_responder, reason="x", now=timezone.now())

    def test_the_group_is_read_in_a_fixed_number_of_queries(
        self,
        plan: OrientationPlan,
        responder: User,
        colleague: User,
        supervisor: User,
        django_assert_num_queries: Callable[..., Any],
    ) -> None:
        with django_assert_num_queries(8):
            progress_of(plan, [responder])
        with django_assert_num_queries(8):
            progress_of(plan, [responder, colleague, supervisor])


class TestDoing:
    def test_questions_tell_what_was_wrong_and_note_when_all_are_right(self, text_to_read: ChapterVersion, responder: User) -> None:
        by, now = acting(responder), timezone.now()
        for answers in ({}, {"urgent": 0}, {"urgent": 7}, {"urgent": -1}):
            assert answer_check(by=by, version=text_to_read, answers=answers, now=now) == ["urgent"]
        assert not CheckPassed.objects.exists()
        assert answer_check(by=by, version=text_to_read, answers={"urgent": 1}, now=now) == []
        assert CheckPassed.objects.get().user == responder

    def test_an_outsider_answers_and_does_nothing(
        self, plan: OrientationPlan, text_to_read: ChapterVersion, county: County, outsider: User, responder: User, colleague: User
    ) -> None:
        training = add_training(by=PORTAL, plan=plan, title={"fi": "Moodle"}, url="https://moodle.alue.test/1")
        now = timezone.now()
        for deed in (
            lambda: answer_check(by=acting(outsider), version=text_to_read, answers={"urgent": 1}, now=now),
            lambda: note_training(by=acting(outsider), training=training, now=now),
            lambda: assess_skills(by=acting(outsider), county=county, levels={"chat": 3}, now=now),
            lambda: note_practice(by=acting(responder), county=county, user_id=colleague.pk, now=now),
        ):
            with pytest.raises(PermissionDenied):
                deed()

    def test_an_old_reading_stays_done_after_a_change(
        self, plan: OrientationPlan, text_to_read: ChapterVersion, publish: Publish, responder: User
    ) -> None:
        mark_read(by=acting(responder), version=text_to_read, now=timezone.now())
        publish("Uudempi teksti.", is_significant=True)
        assert progress_of(plan, [responder])[0].steps[0].is_read

    def test_self_assessments_keep_their_days(self, county: County, responder: User) -> None:
        by, now = acting(responder), timezone.now()
        assess_skills(by=by, county=county, levels={"chat": 2, "phone": 4}, now=now)
        assess_skills(by=by, county=county, levels={"chat": 3}, now=now)
        assess_skills(by=by, county=county, levels={"chat": 4}, now=now + timezone.timedelta(days=40))
        levels = SelfAssessment.objects.filter(skill="chat").order_by("on").values_list("level", flat=True)
        assert list(levels) == [3, 4]
        for wrong in ({"chat": 5}, {"chat": 0}, {"flying": 1}):
            with refused("level"):
                assess_skills(by=by, county=county, levels=wrong, now=now)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4)), min_size=1, max_size=30, unique_by=lambda point: point[0]))
def test_a_line_rises_and_falls_as_the_levels_do(points: list[tuple[int, int]]) -> None:
    first = date(2026, 1, 1)
    rows = [SelfAssessment(skill="chat", level=level, on=first + timedelta(days=day)) for day, level in points]
    (trend,) = trends_of(rows)
    in_order = [level for _day, level in sorted(points)]
    assert [level for _day, level in trend.points] == in_order
    assert trend.change == (in_order[-1] - in_order[0] if len(in_order) > 1 else None)
    heights = [float(pair.partition(",")[2]) for pair in trend.line.split()]
    levels = in_order[-len(heights) :]
    assert len(heights) <= SHOWN
    for (one, two), (low, high) in zip(pairwise(levels), pairwise(heights), strict=True):
        assert (one < two) == (high < low), "higher up is better"
    assert 0 <= min(heights) <= max(heights) <= 24


class TestPages:
    def test_a_new_responder_goes_through_it(
        self,
        plan: OrientationPlan,
        county: County,
        text_to_read: ChapterVersion,
        responder: User,
        supervisor: User,
        signed_in: Callable[..., Client],
    ) -> None:
        hers, leads = signed_in(responder), signed_in(supervisor)
        path = "/fi/kasikirja/perehdytys/"
        assert "0/2 tehty" in hers.get(path).content.decode()
        address = reverse("handbook:check", args=[text_to_read.public_id])
        wrong = hers.post(address, {"urgent": "0"})
        assert wrong.status_code == 422
        assert "Apu ei odota." in wrong.content.decode()
        assert hers.post(address, {"urgent": "1"}).status_code == 302
        note_practice(by=PORTAL, county=county, user_id=responder.pk, now=timezone.now())
        group = f"{path}ryhma/{plan.service.key}/"
        assert "2 / 2" in leads.get(group).content.decode()
        assert leads.post(f"{group}tallenna/", {"do": "sign", "person": responder.public_id}).status_code == 302
        assert Orientation.objects.get().signed_by == supervisor
        assert "vahvisti perehdytyksen" in hers.get(path).content.decode()

    def test_the_supervisor_takes_it_into_use_and_adds_a_training(
        self, service: Service, supervisor: User, signed_in: Callable[..., Client]
    ) -> None:
        leads, save = signed_in(supervisor), f"/fi/kasikirja/perehdytys/ryhma/{service.key}/tallenna/"
        assert leads.post(save, {"do": "plan", "is_required": "on", "with_practice": "on", "version": ""}).status_code == 302
        assert OrientationPlan.objects.get().is_required
        bad = leads.post(save, {"do": "training", "title_fi": "Moodle", "url": "http://moodle.alue.test"})
        assert bad.status_code == 422
        given = {"do": "training", "title_fi": "Moodle", "url": "https://moodle.alue.test/", "is_mandatory": "on"}
        assert leads.post(save, given).status_code == 302
        training = Training.objects.get()
        assert leads.post(save, {"do": "remove", "training": training.public_id}).status_code == 302
        assert not Training.objects.exists()
        assert leads.post(save, {"do": "sign", "person": "x"}).status_code == 404

    def test_who_answers_nowhere_is_told_of_no_services_of_hers(
        self, responder: User, reader: User, supervisor: User, signed_in: Callable[..., Client]
    ) -> None:
        answers, none = "palveluille, joissa vastaat, ei ole otettu", "et vastaa missään chat-palvelussa"
        for user, told in ((responder, [answers]), (reader, [none]), (supervisor, [])):
            page = signed_in(user).get("/fi/kasikirja/perehdytys/").content.decode().lower()
            assert [words for words in (answers, none) if words in page] == told, user

    def test_whoever_may_no_longer_answer_is_named_at_once(
        self,
        service: Service,
        text_to_read: ChapterVersion,
        responder: User,
        colleague: User,
        supervisor: User,
        signed_in: Callable[..., Client],
    ) -> None:
        leads, group = signed_in(supervisor), reverse("handbook:group", args=[service.key])
        assert "myös nykyiset vastaajat tarvitsevat vahvistuksesi" in leads.get(group).content.decode()
        given = {"do": "plan", "is_required": "on", "with_practice": "on"}
        told = leads.post(f"{group}tallenna/", given, follow=True).content.decode()
        named = re.search(r"päästät heidät vastaamaan: ([^<]*)\.", told)
        assert named is not None
        assert sorted(named[1].split(", ")) == sorted([str(colleague), str(responder)])
        plan = OrientationPlan.objects.get()
        let_through(by=acting(supervisor), plan=plan, user=responder, reason="Kokenut", now=timezone.now())
        again = leads.post(f"{group}tallenna/", {**given, "version": plan.version}, follow=True).content.decode()
        assert f"päästät heidät vastaamaan: {colleague}." in again
        plan.refresh_from_db()
        free = leads.post(f"{group}tallenna/", {"do": "plan", "version": plan.version}, follow=True).content.decode()
        assert "päästät heidät vastaamaan:" not in free

    @pytest.mark.parametrize(
        ("name", "code"), [("responder", 403), ("second_responder", 404), ("reader", 403), ("outsider", 403), ("former", 403)]
    )
    def test_others_see_no_group(
        self, name: str, code: int, plan: OrientationPlan, signed_in: Callable[..., Client], request: pytest.FixtureRequest
    ) -> None:
        client, path = signed_in(request.getfixturevalue(name)), f"/fi/kasikirja/perehdytys/ryhma/{plan.service.key}/"
        assert client.get(path).status_code == code
        assert client.post(f"{path}tallenna/", {"do": "plan"}).status_code == code

    def test_assessments_over_time_are_a_trend_for_herself_and_a_glance_for_the_supervisor(
        self,
        plan: OrientationPlan,
        responder: User,
        colleague: User,
        supervisor: User,
        county: County,
        service: Service,
        signed_in: Callable[..., Client],
    ) -> None:
        now = timezone.now()
        for days, level in ((200, 1), (90, 2), (1, 4)):
            assess_skills(by=acting(responder), county=county, levels={"chat": level}, now=now - timedelta(days=days))
        assess_skills(by=acting(colleague), county=county, levels={"chat": 3, "phone": 2}, now=now)
        (trend,) = signed_in(responder).get(reverse("handbook:orientation")).context["trends"]
        assert ([level for _day, level in trend.points], trend.change) == ([1, 2, 4], 3)
        page = signed_in(supervisor).get(reverse("handbook:group", args=[service.key]))
        chat, phone = page.context["skills"]
        assert (chat.skill, chat.counts, chat.mean, chat.change, chat.again) == ("chat", (0, 0, 1, 1), 3.5, 3.0, 1)
        assert (phone.counts, phone.change) == ((0, 1, 0, 0), None)
        assert "1 henkilö on arvioinut uudelleen" in page.content.decode()
        # Nobody sees a colleague's.
        assert [trend.skill for trend in signed_in(colleague).get(reverse("handbook:orientation")).context["trends"]] == [
            "chat",
            "phone",
        ]
        assert signed_in(colleague).get(reverse("handbook:group", args=[service.key])).status_code == 403

    def test_own_assessment_is_saved(self, responder: User, county: County, signed_in: Callable[..., Client]) -> None:
        signed_in(responder).post("/fi/kasikirja/perehdytys/", {"chat": "3", "phone": ""})
        assert [(row.skill, row.level) for row in SelfAssessment.objects.all()] == [("chat", 3)]
