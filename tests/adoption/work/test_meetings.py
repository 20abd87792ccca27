"""Meetings with participants and outcome, and the agenda of the responders' monthly one (S000-23, S001-38)."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from adoption.agenda import agenda_of, agenda_text
from adoption.models import Filling, ImprovementVote, ItemPart, Meeting, ModelRequirement, Participant
from adoption.operations.meetings import Present, delete_meeting, save_meeting
from adoption.series import days_of_series
from chat.models import Feedback
from handbook.models import Chapter, ChapterVersion, Remark
from services.models import Improvement
from tests.conftest import acting

pytestmark = pytest.mark.django_db


def values(**more):
    return {"kind": "workshop", "title": "Työpaja", "on": timezone.localdate(), **more}


def save(by, rollout, meeting=None, present=(), version=None, times=1, **more):
    return save_meeting(
        by=acting(by),
        rollout=rollout,
        meeting=meeting,
        values=values(**more),
        present=present,
        version=version,
        times=times,
        now=timezone.now(),
    )


def test_a_meeting_has_participants_and_an_outcome(rollout, member, manager) -> None:
    present = [Present("manager", manager), Present("communications", None, "Viivi Viestijä")]
    row = save(member, rollout, present=present, outcome="Edetään")
    assert (row.phase, row.made_by, row.written_by) == ("suunnittelu", member, member)
    assert row.written_at is not None
    assert [(p.user, p.name, p.role) for p in row.participants.all()] == [
        (manager, "", "manager"),
        (None, "Viivi Viestijä", "communications"),
    ]


def test_changing_keeps_the_participants_that_stay(rollout, coordinator, manager) -> None:
    row = save(coordinator, rollout, present=[Present("manager", manager), Present("ict", None, "Iiro")])
    kept = Participant.objects.get(user=manager)
    again = save(coordinator, rollout, row, [Present("manager", manager), Present("ict", None, "Ilona")], row.version)
    assert {p.name for p in again.participants.all()} == {"", "Ilona"}
    assert Participant.objects.get(user=manager).pk == kept.pk
    assert again.version == row.version + 1
    assert again.written_at is None


def test_a_stale_save_of_participants_alone_is_refused_too(rollout, coordinator, main_user, manager) -> None:
    row = save(coordinator, rollout)
    read = row.version
    save(main_user, rollout, Meeting.objects.get(), [Present("manager", manager)], read)
    with pytest.raises(ValidationError) as refused:
        save(coordinator, rollout, Meeting.objects.get(), [], read)
    assert "stale" in str([error.code for error in refused.value.error_list])
    assert Participant.objects.count() == 1


def test_the_outcome_is_written_when_it_has_been_held(rollout, coordinator) -> None:
    with pytest.raises(ValidationError) as refused:
        save(coordinator, rollout, on=timezone.localdate() + timedelta(days=1), outcome="Sovittu")
    assert refused.value.error_dict["outcome"][0].code == "not_yet"
    assert not Meeting.objects.exists()


def test_outsiders_and_readers_write_none(rollout, outsider, former, reader, responder, member) -> None:
    for who in (outsider, former, reader, responder):
        with pytest.raises(PermissionDenied):
            save(who, rollout)
    row = save(member, rollout)
    with pytest.raises(PermissionDenied):
        delete_meeting(by=acting(reader), meeting=row, now=timezone.now())
    assert Participant.objects.count() == 0
    assert Meeting.objects.count() == 1


def test_a_stranger_is_not_said_to_have_been_there(rollout, coordinator, outsider) -> None:
    with pytest.raises(ValidationError):
        save(coordinator, rollout, present=[Present("ict", outsider)])
    assert not Meeting.objects.exists()


def test_who_was_there_stays_when_her_right_has_ended(rollout, coordinator, former) -> None:
    row = save(coordinator, rollout)
    Participant.objects.create(meeting=row, user=former, role="ict")
    again = save(coordinator, rollout, row, [Present("ict", former)], row.version, outcome="Sovittu")
    assert again.participants.get().user == former


def test_a_meeting_that_is_evidence_is_not_taken_away(rollout, item, coordinator) -> None:
    row = save(coordinator, rollout)
    requirement = ModelRequirement.objects.create(item=item.model_item, kind="participants")
    part = ItemPart.objects.create(item=item, requirement=requirement, name="participants", kind="participants")
    Filling.objects.create(part=part, meeting=row, by=coordinator)
    with pytest.raises(ValidationError) as refused:
        delete_meeting(by=acting(coordinator), meeting=row, now=timezone.now())
    assert refused.value.code == "in_use"


class TestSeries:
    @pytest.mark.parametrize(
        ("first", "later"),
        [
            (date(2026, 12, 8), [date(2027, 1, 12), date(2027, 2, 9), date(2027, 3, 9)]),
            (date(2026, 9, 30), [date(2026, 10, 28), date(2026, 11, 25), date(2026, 12, 30)]),  # a fifth one, else the last
            (date(2026, 11, 1), [date(2026, 12, 6), date(2027, 1, 3), date(2027, 2, 7)]),
        ],
    )
    def test_the_same_weekday_of_the_same_week(self, first: date, later: list[date]) -> None:
        assert days_of_series(first, 4) == [first, *later]
        assert days_of_series(first, 1) == [first]

    def test_each_is_a_meeting_of_its_own(self, rollout, coordinator, manager) -> None:
        begun = {"kind": "responders", "title": "Kuukausitapaaminen", "place": "Teams", "starts": time(13)}
        first = save(coordinator, rollout, present=[Present("manager", manager)], times=3, agenda="Avoimet", **begun)
        rows = list(Meeting.objects.order_by("on"))
        assert [row.on for row in rows] == days_of_series(timezone.localdate(), 3)
        assert rows[0] == first and rows[0].agenda == "Avoimet" and first.participants.count() == 1
        for row in rows[1:]:
            assert (row.kind, row.title, row.place, row.starts, row.phase) == (*begun.values(), first.phase)
            assert (row.agenda, row.outcome, row.participants.count(), row.made_by) == ("", "", 0, coordinator)
        delete_meeting(by=acting(coordinator), meeting=rows[1], now=timezone.now())
        assert Meeting.objects.count() == 2

    @pytest.mark.parametrize("times", [0, 13])
    def test_no_more_than_a_year_at_once(self, rollout, coordinator, times: int) -> None:
        with pytest.raises(ValidationError):
            save(coordinator, rollout, times=times)
        assert not Meeting.objects.exists()

    def test_a_meeting_that_is_written_already_begins_no_series(self, rollout, coordinator) -> None:
        row = save(coordinator, rollout)
        with pytest.raises(ValidationError):
            save(coordinator, rollout, row, version=row.version, times=3)
        assert Meeting.objects.count() == 1

    def test_who_may_not_write_calls_none(self, rollout, reader, outsider) -> None:
        for who in (reader, outsider):
            with pytest.raises(PermissionDenied):
                save(who, rollout, times=3)
        assert not Meeting.objects.exists()

    def test_the_page_calls_it_and_a_later_one_begins_with_what_is_open_then(self, rollout, signed_in, coordinator) -> None:
        client = signed_in(coordinator)
        new = reverse("adoption:meeting_new", args=[rollout.public_id])
        page = client.post(new, TestPage().data(kind="responders", times="6", agenda="Tämän kerran asiat"), follow=True)
        assert "6 tapaamista kutsuttu koolle." in page.content.decode()
        later = Meeting.objects.order_by("-on")[0]
        Improvement.objects.create(county=rollout.county, service=rollout.service, title="Keksitty myöhemmin")
        change = reverse("adoption:meeting_change", args=[rollout.public_id, later.public_id])
        form = client.get(change).context["form"]
        assert "Keksitty myöhemmin" in form["agenda"].value() and "times" not in form.fields
        assert client.post(new, TestPage().data(times="99")).status_code == 422
        assert Meeting.objects.count() == 6


class TestPage:
    def data(self, **more):
        return {
            "kind": "workshop",
            "title": "Työpaja",
            "on": f"{timezone.localdate():%Y-%m-%d}",
            "starts": "13:00",
            "p0-user": "",
            "p0-name": "",
            "p0-role": "",
            **more,
        }

    def test_it_is_written_without_a_script(self, rollout, signed_in, coordinator, manager) -> None:
        client = signed_in(coordinator)
        new = reverse("adoption:meeting_new", args=[rollout.public_id])
        more = {"p0-user": manager.pk, "p0-role": "manager", "p1-user": "", "p1-name": "Vieras", "p1-role": "ict"}
        response = client.post(new, self.data(**more))
        row = Meeting.objects.get()
        assert response["Location"] == reverse("adoption:meeting", args=[rollout.public_id, row.public_id])
        assert row.participants.count() == 2
        page = client.get(response["Location"]).content.decode()
        assert "Vieras" in page
        change = client.get(reverse("adoption:meeting_change", args=[rollout.public_id, row.public_id]))
        assert [form.initial.get("name") for form in change.context["rows"]][:2] == ["", "Vieras"]

    def test_more_rows_keep_what_was_written(self, rollout, signed_in, coordinator) -> None:
        response = signed_in(coordinator).post(
            reverse("adoption:meeting_new", args=[rollout.public_id]), self.data(do="more", **{"p0-name": "Ensimmäinen"})
        )
        assert not Meeting.objects.exists()
        assert len(response.context["rows"]) == 4
        assert "Ensimmäinen" in response.content.decode()

    def test_a_participant_without_a_role_is_asked_for_it(self, rollout, signed_in, coordinator) -> None:
        response = signed_in(coordinator).post(
            reverse("adoption:meeting_new", args=[rollout.public_id]), self.data(**{"p0-name": "Vieras"})
        )
        assert response.status_code == 422
        assert "role" in response.context["rows"][0].errors

    def test_a_stranger_is_no_choice(self, rollout, signed_in, coordinator, outsider) -> None:
        response = signed_in(coordinator).post(
            reverse("adoption:meeting_new", args=[rollout.public_id]),
            self.data(**{"p0-user": outsider.pk, "p0-role": "ict"}),
        )
        assert response.status_code == 422
        assert not Meeting.objects.exists()


class TestAgenda:
    def test_it_is_made_of_open_ideas_the_most_wanted_first(self, rollout, second_service, coordinator, member) -> None:
        now = timezone.now()
        county, service = rollout.county, rollout.service
        Improvement.objects.create(county=county, service=service, title="Vähän toivottu")
        wanted = Improvement.objects.create(county=county, title="Paljon toivottu", moved_at=now - timedelta(days=181))
        Improvement.objects.create(county=county, service=second_service, title="Muiden asia")
        Improvement.objects.create(county=county, service=service, title="Valmis", state="done")
        for user in (coordinator, member):
            ImprovementVote.objects.create(improvement=wanted, user=user)
        agenda = agenda_of(rollout, now=now)
        assert [(idea.title, idea.votes, idea.is_stalled) for idea in agenda.ideas] == [
            ("Paljon toivottu", 2, True),
            ("Vähän toivottu", 0, False),
        ]
        with translation.override("en"):
            words = agenda_text(agenda)
        assert "Paljon toivottu (2 votes) – has not moved in 180 days" in words
        assert "Vähän toivottu (0 votes)" in words

    def test_feedback_since_the_last_one_is_counted_and_no_word_of_it_told(self, rollout, make_conversation) -> None:
        now = timezone.now()
        Meeting.objects.create(rollout=rollout, kind="responders", title="Edellinen", on=timezone.localdate() - timedelta(days=10))
        for number, (days, test) in enumerate([(1, False), (2, False), (3, False), (20, False), (1, True)]):
            Feedback.objects.create(
                conversation=make_conversation(is_test=test),
                answered_at=now - timedelta(days=days),
                satisfaction=4,
                words=f"Salainen {number}",
            )
        agenda = agenda_of(rollout, now=now)
        assert (agenda.answers, agenda.satisfaction) == (3, None)  # fewer than five would tell of single people
        assert "Salainen" not in agenda_text(agenda)
        for _ in range(2):
            Feedback.objects.create(conversation=make_conversation(), answered_at=now, satisfaction=2)
        assert agenda_of(rollout, now=now).satisfaction == pytest.approx(3.2)

    def test_changed_chapters_and_open_remarks_of_the_handbook_are_on_it_with_links(
        self, rollout, second_service, signed_in, coordinator, django_assert_num_queries
    ) -> None:
        now, county = timezone.now(), rollout.county

        def text(key: str, service: Any = None, *, days: int = 1, state: str = "published", note: str = "Uusi linja") -> Chapter:
            chapter, _made = Chapter.objects.get_or_create(county=county, key=key)
            title = {"fi": key.title(), "sv": key.title()}
            at = now - timedelta(days=days)
            ChapterVersion.objects.create(
                chapter=chapter, service=service, number=1, state=state, title=title, published_at=at, change_note=note
            )
            return chapter

        security = text("tietoturva")
        text("arvot", days=90)
        text("kesken", state="draft")
        text("tietoturva", rollout.service, note="")
        text("tietoturva", second_service)
        for state, words in (("open", "Lisätään <b>esimerkki</b>"), ("answered", "Vastattu jo")):
            answered = {"answered_at": now} if state == "answered" else {}
            Remark.objects.create(chapter=security, kind="suggestion", text=words, state=state, **answered)
        Remark.objects.create(chapter=security, service=second_service, text="Toisen palvelun asia")
        with django_assert_num_queries(6):
            agenda = agenda_of(rollout, now=now)
        address = reverse("handbook:chapter", args=["tietoturva"])
        assert {(each.words, each.url) for each in agenda.changes} == {
            ("Uusi linja", address),
            ("", f"{address}?palvelu={rollout.service.key}"),
        }
        assert [each.words for each in agenda.remarks] == ["Muutosehdotus: Lisätään <b>esimerkki</b>"]
        assert agenda.remarks[0].url.startswith(f"{address}#huomio-")
        assert "– Tietoturva: Uusi linja" in agenda_text(agenda)
        page = signed_in(coordinator).get(reverse("adoption:meeting_new", args=[rollout.public_id]) + "?kind=responders")
        for part in (f'href="{address}"', "Lisätään &lt;b&gt;esimerkki"):
            assert part in page.content.decode()
        meeting = Meeting.objects.create(rollout=rollout, kind="responders", title="Seuraava", on=timezone.localdate())
        shown = reverse("adoption:meeting", args=[rollout.public_id, meeting.public_id])
        assert f'href="{address}"' in signed_in(coordinator).get(shown).content.decode()
        Meeting.objects.update(outcome="Sovittiin")
        assert signed_in(coordinator).get(shown).context["handbook"] is None, "minutes stand as they were"

    def test_the_form_begins_with_it(self, rollout, signed_in, coordinator) -> None:
        Improvement.objects.create(county=rollout.county, service=rollout.service, title="Selkeämpi alkuviesti")
        page = signed_in(coordinator).get(reverse("adoption:meeting_new", args=[rollout.public_id]) + "?kind=responders")
        assert "Selkeämpi alkuviesti" in page.context["form"]["agenda"].value()
        assert page.context["form"]["kind"].value() == "responders"
        plain = signed_in(coordinator).get(reverse("adoption:meeting_new", args=[rollout.public_id]) + "?kind=<x>")
        assert not plain.context["form"]["agenda"].value()
