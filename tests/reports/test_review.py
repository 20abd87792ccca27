"""A month's report is gone through by four topics, signed once, and leaves actions behind (S000-53, S001-24)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.actors import System
from accounts.choices import Role
from accounts.models import AuditEntry, User
from chat.models import Conversation
from reports.models import MonthlyReport, Review
from reports.months import Month
from reports.operations import Action, Findings, freeze_month, revise_month, sign_review, write_review
from services.models import County, Improvement, Queue, Service
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
WHOLE = Findings("Määrä kasvoi.", "Jono venyi maanantaina.", "Ollaan tyytyväisiä.", "Kiitosta ja toiveita.")
ONE = Action("Yksi vastaaja lisää maanantaiaamuihin", None, date(2026, 12, 31))


@pytest.fixture
def report(queue: Queue) -> MonthlyReport:
    Service.objects.update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
    make_d1(queue)
    return freeze_month(by=System("test"), county=queue.service.county, service=queue.service, month=NOVEMBER, now=NOW)


def write(report: MonthlyReport, by: User, **fields) -> Review:
    given = {
        "by": acting(by), "county": report.county, "service": report.service, "month": NOVEMBER, "revision": report.revision,
        "findings": WHOLE, "actions": [Action(ONE.title, by, ONE.due_on)], "now": NOW,
    }  # fmt: skip
    return write_review(**{**given, **fields})


def signed(report: MonthlyReport, by: User, **fields) -> Review:
    return sign_review(by=acting(by), review=write(report, by, **fields), now=NOW)


class TestSigning:
    def test_it_is_kept_with_who_when_and_of_which_revision_and_its_actions_become_improvements(self, report, supervisor) -> None:
        row = signed(report, supervisor)
        assert (row.signed_at, row.signed_by_id, row.signer, row.report) == (NOW, supervisor.pk, str(supervisor), report)
        action = Improvement.objects.get()
        assert (action.title, action.owner, action.due_on, action.service) == (ONE.title, supervisor, ONE.due_on, report.service)
        assert "11/2026" in action.source and row.actions.get().improvement == action
        assert AuditEntry.objects.get(object_type="reports.review").after == {"month": "2026-11", "revision": 1, "actions": 1}

    @pytest.mark.parametrize("topic", ["contacts", "queue_times", "satisfaction", "free_feedback"])
    def test_three_of_four_topics_are_not_enough(self, report, supervisor, topic: str) -> None:
        row = write(report, supervisor, findings=Findings(**{**WHOLE_VALUES, topic: "  "}))
        with pytest.raises(ValidationError) as refused:
            sign_review(by=acting(supervisor), review=row, now=NOW)
        assert list(refused.value.error_dict) == [topic]
        assert Review.objects.get().signed_at is None and not Improvement.objects.exists()

    def test_no_actions_is_an_answer_and_silence_is_not(self, report, supervisor) -> None:
        row = write(report, supervisor, actions=[])
        with pytest.raises(ValidationError) as refused:
            sign_review(by=acting(supervisor), review=row, now=NOW)
        assert refused.value.code == "actions_missing"
        none = Findings(**{**WHOLE_VALUES, "no_actions": True})
        assert signed(report, supervisor, actions=[], findings=none, version=row.version).no_actions

    @pytest.mark.parametrize("gap", ["owner", "due_on", "title"])
    def test_an_action_has_an_owner_and_a_day(self, report, supervisor, gap: str) -> None:
        given = {"title": "Jotain", "owner": supervisor, "due_on": date(2026, 12, 31), gap: "" if gap == "title" else None}
        with pytest.raises(ValidationError) as refused:
            signed(report, supervisor, actions=[Action(**given)])
        assert refused.value.code == "action_incomplete"

    @pytest.mark.parametrize(("day", "code"), [(NOW.date() - timedelta(days=1), "due_past"), (NOW.date(), "")])
    def test_the_day_of_an_action_is_not_past(self, report, supervisor, day: date, code: str) -> None:
        given = [Action("Jotain", supervisor, day)]
        if not code:
            assert signed(report, supervisor, actions=given).signed_at
            return
        with pytest.raises(ValidationError) as refused:
            signed(report, supervisor, actions=given)
        assert refused.value.code == code and not Improvement.objects.exists()

    def test_an_action_is_given_to_one_who_works_for_the_service(self, report, supervisor, outsider, second_responder) -> None:
        for other in (outsider, second_responder):
            with pytest.raises(ValidationError) as refused:
                write(report, supervisor, actions=[Action("Jotain", other, date(2026, 12, 31))])
            assert refused.value.code == "not_a_worker"

    def test_a_signed_one_never_changes_and_a_new_one_takes_its_place_with_a_reason(self, report, supervisor, manager) -> None:
        first = signed(report, supervisor)
        with pytest.raises(ValidationError) as refused:
            sign_review(by=acting(manager), review=first, now=NOW)
        assert refused.value.code == "signed"
        with pytest.raises(ValidationError) as refused:
            write(report, manager)
        assert list(refused.value.error_dict) == ["reason"]
        second = signed(
            report, manager, reason="Luku luettiin väärin", actions=[], findings=Findings(**WHOLE_VALUES, no_actions=True)
        )
        first.refresh_from_db()
        assert first.signer == str(supervisor) and Review.objects.signed().first() == second

    def test_figures_that_have_changed_meanwhile_are_read_first(self, report, supervisor, manager) -> None:
        row = write(report, supervisor)
        Conversation.objects.filter(outcome="R5").update(outcome="R1")
        revise_month(
            by=acting(manager), county=report.county, service=report.service, month=NOVEMBER, reason="Luokitus korjattu", now=NOW
        )
        with pytest.raises(ValidationError) as refused:
            sign_review(by=acting(supervisor), review=row, now=NOW)
        assert refused.value.code == "newer_report"
        assert signed(report, supervisor, revision=2, version=row.version).report.revision == 2

    def test_two_who_write_at_once_do_not_wipe_each_others_words(self, report, supervisor, manager) -> None:
        row = write(report, supervisor)
        with pytest.raises(ValidationError) as refused:
            write(report, manager)
        assert refused.value.code == "stale"
        assert write(report, manager, version=row.version).version == row.version + 1


WHOLE_VALUES = {name: getattr(WHOLE, name) for name in ("contacts", "queue_times", "satisfaction", "free_feedback")}


class TestWho:
    @pytest.mark.parametrize("who", ["responder", "main_user", "coordinator", "reader", "outsider", "former", "second_responder"])
    def test_others_neither_write_nor_sign(self, request, report, supervisor, who: str) -> None:
        other = request.getfixturevalue(who)
        with pytest.raises(PermissionDenied):
            write(report, other, actions=[])
        row = write(report, supervisor)
        with pytest.raises(PermissionDenied):
            sign_review(by=acting(other), review=row, now=NOW)

    def test_a_supervisor_of_one_service_does_not_review_the_county(self, report, supervisor) -> None:
        freeze_month(by=System("test"), county=report.county, service=None, month=NOVEMBER, now=NOW)
        with pytest.raises(PermissionDenied):
            write(report, supervisor, service=None)

    def test_the_portal_signs_nothing(self, report, supervisor) -> None:
        with pytest.raises(PermissionDenied):
            sign_review(by=System("test"), review=write(report, supervisor), now=NOW)

    def test_what_is_not_frozen_is_not_reviewed(self, report, supervisor) -> None:
        with pytest.raises(MonthlyReport.DoesNotExist):
            write(report, supervisor, month=Month(2026, 10))


def address(report: MonthlyReport, month: str = "2026-11") -> str:
    return reverse("reports:review", args=[report.service.key if report.service else "kaikki", month])


def posted(report: MonthlyReport, by: User, **fields) -> dict[str, object]:
    rows = {"toimi-TOTAL_FORMS": 1, "toimi-INITIAL_FORMS": 0, "toimi-0-title": ONE.title, "toimi-0-due_on": "2026-12-31"}
    return {**WHOLE_VALUES, **rows, "toimi-0-owner": by.pk, "revision": report.revision, "do": "sign", **fields}


def sure(client: Client, report: MonthlyReport, **fields: object) -> str:
    """She is shown what she signs, and says that she is sure; gives the page that asks."""
    asked = client.get(address(report), {"allekirjoita": "1"})
    assert asked.status_code == 200 and Review.objects.filter(signed_at__isnull=True).exists()
    draft = Review.objects.get(signed_at__isnull=True)
    assert client.post(address(report), {"sure": "1", "version": draft.version, **fields}).status_code == 302
    return asked.content.decode()


class TestPage:
    def test_it_is_written_unfinished_gone_on_with_and_signed(self, report, supervisor, signed_in) -> None:
        client = signed_in(supervisor)
        shown = client.get(address(report)).content.decode()
        assert "Jonotusaika" in shown and "4\xa0min 0\xa0s" not in shown and "Allekirjoita" in shown
        assert client.post(address(report), posted(report, supervisor, do="save", satisfaction="")).status_code == 302
        draft = Review.objects.get()
        assert draft.signed_at is None and draft.actions.get().title == ONE.title
        shown = client.get(address(report)).content.decode()
        assert WHOLE.contacts in shown and f'value="{ONE.title}"' in shown
        assert client.post(address(report), posted(report, supervisor, version=draft.version)).status_code == 302
        sure(client, report)
        shown = client.get(address(report)).content.decode()
        assert "Allekirjoitettu" in shown and WHOLE.satisfaction in shown and Improvement.objects.get().get_state_display() in shown
        assert f"/raportit/tarkastelu/{report.service.key}/2026-11/?uusi=1" not in shown and "?uusi=1" in shown

    def test_nothing_typed_is_lost_when_it_is_refused(self, report, supervisor, signed_in) -> None:
        response = signed_in(supervisor).post(address(report), posted(report, supervisor, free_feedback=""))
        shown = response.content.decode()
        assert response.status_code == 422 and WHOLE.queue_times in shown and ONE.title in shown
        assert "Kirjoita, mitä havaittiin." in shown

    def test_a_signing_that_is_refused_keeps_what_was_written_and_says_so(self, report, supervisor, signed_in) -> None:
        client = signed_in(supervisor)
        shown = client.post(address(report), posted(report, supervisor, free_feedback="")).content.decode()
        assert "Kirjoittamasi on tallennettu, mutta sitä ei ole vielä allekirjoitettu." in shown
        draft = Review.objects.get()
        assert draft.contacts == WHOLE.contacts and draft.actions.get().title == ONE.title and draft.signed_at is None
        assert f'name="version" value="{draft.version}"' in shown
        shown = client.get(address(report)).content.decode()
        assert f"Tarkastelu on kesken: {supervisor} aloitti sen" in shown and WHOLE.contacts in shown
        assert client.post(address(report), posted(report, supervisor, version=draft.version)).status_code == 302
        sure(client, report)
        assert Review.objects.get().signed_at is not None
        assert "Tarkastelu on kesken" not in client.get(address(report)).content.decode()

    def test_before_it_is_signed_she_sees_what_she_signs_and_may_go_back(self, report, supervisor, signed_in) -> None:
        client = signed_in(supervisor)
        answer = client.post(address(report), posted(report, supervisor))
        assert answer.status_code == 302 and answer.headers["Location"].endswith("?allekirjoita=1")
        draft = Review.objects.get()
        assert draft.signed_at is None and draft.contacts == WHOLE.contacts and not Improvement.objects.exists()
        shown = client.get(answer.headers["Location"]).content.decode()
        for words in (*WHOLE_VALUES.values(), ONE.title, str(supervisor), "31.12.2026", "revisio 1"):
            assert words in shown, words
        assert "Allekirjoitettua tarkastelua ei voi muuttaa." in shown and f'href="{address(report)}">Ei, palaa takaisin' in shown
        back = client.get(address(report)).content.decode()
        assert WHOLE.queue_times in back and f'value="{ONE.title}"' in back and Review.objects.get().signed_at is None
        sure(client, report)
        assert Review.objects.get().signed_by_id == supervisor.pk and Improvement.objects.get().title == ONE.title
        for more in ({"sure": "1", "version": draft.version}, {"sure": "1"}):
            assert client.post(address(report), more).status_code == 302
        assert "on jo allekirjoitettu" in client.get(address(report)).content.decode() and Improvement.objects.count() == 1

    def test_a_saving_is_one_press_and_asks_nothing(self, report, supervisor, signed_in) -> None:
        answer = signed_in(supervisor).post(address(report), posted(report, supervisor, do="save"))
        assert answer.headers["Location"] == address(report) and Review.objects.get().contacts == WHOLE.contacts

    def test_other_words_than_those_that_she_was_shown_are_not_signed(self, report, supervisor, manager, signed_in) -> None:
        client, seen = signed_in(supervisor), write(report, supervisor)
        newer = write(report, manager, findings=Findings(**{**WHOLE_VALUES, "contacts": "Aivan muuta."}), version=seen.version)
        for version in (seen.version, "", "x"):
            assert client.post(address(report), {"sure": "1", "version": version}).status_code == 302
            assert Review.objects.get().signed_at is None
        shown = client.get(address(report)).content.decode()
        assert "Joku muu on tallentanut" in shown and "Aivan muuta." in shown
        with pytest.raises(ValidationError) as refused:
            sign_review(by=acting(supervisor), review=newer, version=seen.version, now=NOW)
        assert refused.value.code == "stale"

    def test_one_that_can_not_be_signed_is_not_asked_of(self, report, supervisor, main_user, signed_in) -> None:
        write(report, supervisor, findings=Findings(contacts="Kesken"))
        client = signed_in(supervisor)
        assert client.get(address(report), {"allekirjoita": "1"}).status_code == 302
        draft = Review.objects.get()
        assert client.post(address(report), {"sure": "1", "version": draft.version}).status_code == 302
        assert "Kirjoita, mitä havaittiin." in client.get(address(report)).content.decode()
        other = signed_in(main_user)
        assert "Kyllä, allekirjoita" not in other.get(address(report), {"allekirjoita": "1"}).content.decode()
        assert other.post(address(report), {"sure": "1", "version": draft.version}).status_code == 403
        assert Review.objects.get().signed_at is None

    def test_without_a_draft_there_is_nothing_to_sign(self, report, supervisor, signed_in) -> None:
        shown = signed_in(supervisor).get(address(report), {"allekirjoita": "1"}).content.decode()
        assert "Kyllä, allekirjoita" not in shown and "Allekirjoita tarkastelu" in shown

    @pytest.mark.parametrize(
        ("step", "words"),
        [("sign", "Tätä ei ole vielä tallennettu eikä allekirjoitettu"), ("save", "Tätä ei tallennettu vielä")],
    )
    def test_what_was_not_saved_is_not_said_to_be(self, report, supervisor, signed_in, step: str, words: str) -> None:
        fields = {"do": step, "toimi-0-due_on": "huomenna"}
        response = signed_in(supervisor).post(address(report), posted(report, supervisor, **fields))
        assert response.status_code == 422 and not Review.objects.exists() and words in response.content.decode()

    def test_what_another_saved_meanwhile_is_shown_beside_ones_own(self, report, supervisor, manager, signed_in) -> None:
        write(report, manager, findings=Findings(contacts="Johdon havainto"))
        response = signed_in(supervisor).post(address(report), posted(report, supervisor))
        shown = response.content.decode()
        assert response.status_code == 422 and "Johdon havainto" in shown and WHOLE.contacts in shown

    def test_the_next_month_shows_what_was_agreed_and_its_state(self, report, supervisor, signed_in) -> None:
        signed(report, supervisor)
        Improvement.objects.update(state="done", closing_note="Maanantait on täytetty.")
        freeze_month(
            by=System("test"),
            county=report.county,
            service=report.service,
            month=Month(2026, 12),
            now=datetime(2027, 1, 8, tzinfo=UTC),
        )
        shown = signed_in(supervisor).get(address(report, "2026-12")).content.decode()
        assert ONE.title in shown and "Tehty" in shown and "Maanantait on täytetty." in shown

    def test_a_main_user_reads_and_does_not_write(self, report, supervisor, main_user, signed_in) -> None:
        client = signed_in(main_user)
        assert "Allekirjoita" not in client.get(address(report)).content.decode()
        assert client.post(address(report), posted(report, main_user)).status_code == 403
        signed(report, supervisor)
        assert WHOLE.contacts in client.get(address(report)).content.decode()

    def test_before_the_freezing_there_is_nothing_to_go_through(self, report, supervisor, signed_in) -> None:
        client = signed_in(supervisor)
        assert "jäädytetty" in client.get(address(report, "2026-10")).content.decode()
        assert client.post(address(report, "2026-10"), posted(report, supervisor)).status_code == 404
        assert client.get(address(report, "2026-13")).status_code == 404

    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "former", "outsider"])
    def test_others_do_not_read_it(self, request, report, signed_in, who: str) -> None:
        assert signed_in(request.getfixturevalue(who)).get(address(report)).status_code == 403

    def test_another_service_is_no_page_and_the_county_is_refused(
        self, report, supervisor, second_queue, outsider, signed_in
    ) -> None:
        client = signed_in(supervisor)
        assert client.get(reverse("reports:review", args=["neuvola", "2026-11"])).status_code == 404
        assert client.get(reverse("reports:review", args=["kaikki", "2026-11"])).status_code == 403
        elsewhere = signed_in(outsider, host="toinen.test")
        assert "jäädytetty" in elsewhere.get(address(report)).content.decode()
        assert elsewhere.post(address(report), posted(report, supervisor)).status_code in (403, 404)

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_it_opens_in_each_language(self, report, supervisor, signed_in, language: str) -> None:
        write(report, supervisor)
        for asked in ({}, {"allekirjoita": "1"}):
            there = address(report).replace("/fi/", f"/{language}/", 1)
            assert signed_in(supervisor).get(there, asked).status_code == 200


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SUPERVISOR])
def test_the_countys_own_report_is_reviewed_by_who_has_the_county(report, county: County, person, grant, role: str) -> None:
    whole = freeze_month(by=System("test"), county=county, service=None, month=NOVEMBER, now=NOW)
    user = person("kaisa")
    grant(user, role, county=county)
    assert signed(whole, user).service is None
