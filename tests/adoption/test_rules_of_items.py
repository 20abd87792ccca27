"""What the data says of single items beside their forms and states: 1.6, 3.2, 3.5, 4.3, and the optional X3–X6."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import System
from accounts.models import User
from adoption.choices import ItemState
from adoption.models import CommunicationAction, Filling, Meeting, Rollout
from adoption.operations import (
    adopt_items,
    attach_document,
    check_rollout,
    give_evidence,
    missing_parts,
    move_item,
    record_decision,
    save_form,
    sign_part,
)
from adoption.operations.rollouts import change_card
from handbook.operations.orientation import note_practice, save_plan
from services.choices import Audience, ServiceStatus
from services.models import County, Queue, Service
from services.operations import bring_in_answers, close_survey
from tests.adoption.conftest import NOW, TODAY, Refused, decide, item_of, part_of, service_of, tell
from tests.adoption.model import DATA
from tests.adoption.proving import notice, support
from tests.conftest import acting
from tests.services.surveys.cast import SCALE, published

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
REVIEW = {
    "targets": "M11 70 %",
    "costs_eur": "12000",
    "responders": "2",
    "growth_plan": "Varahenkilöt",
    "review_date": "2026-11-02",
}


def lacking(rollout: Rollout, code: str) -> list[str]:
    return [part.name for part in missing_parts(item_of(rollout, code))]


def check(rollout: Rollout) -> list[str]:
    return check_rollout(rollout=rollout, by=System("test"), now=NOW + timedelta(hours=1)).done


class TestConditions:
    """The five conditions of success stand on the rollout's first page, each with how it stands (S000-30, S000-31, S001-25)."""

    def test_all_five_are_shown_and_follow_their_items(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User, manager: User
    ) -> None:
        def page() -> dict[str, str]:
            response = signed_in(coordinator).get(reverse("adoption:rollout", args=[rollout.public_id]))
            content = response.content.decode()
            assert all(each["fi"] in content for each in DATA["model"]["conditions"])
            return {each.condition.key: str(each.standing) for each in response.context["success"]}

        told = page()
        assert list(told) == [each["key"] for each in DATA["model"]["conditions"]]
        assert told["management_support"] == "not_yet"
        assert told["easy_to_use"] == "unknown", "feedback tells it, once the chat is open"
        decide(rollout, manager)
        move_item(by=acting(coordinator), item=item_of(rollout, "1.4"), to="done", now=NOW)
        assert page()["management_support"] == "partly", "no sponsor is named"
        rollout.refresh_from_db()
        change_card(by=acting(coordinator), rollout=rollout, values={"sponsor": manager}, now=NOW)
        assert page()["management_support"] == "holds"


class TestTechnologyGate:
    """1.6: documents and sign-off only; the system lists which of its parts are missing."""

    def test_1_6_names_what_is_missing_until_nothing_is(
        self, rollout: Rollout, coordinator: User, manager: User, reader: User, refused: Refused
    ) -> None:
        by = acting(coordinator)
        documents = [
            f"document:{name}" for name in ("change_impact_assessment", "security_assessment", "data_protection_assessment")
        ]
        assert lacking(rollout, "1.6") == ["gate_decision", *documents, "signoff:security_privacy"]
        decide(rollout, manager, "1.6", "gate_decision")
        for number, name in enumerate(documents, start=1):
            part = part_of(rollout, "1.6", name)
            attach_document(by=by, part=part, on=TODAY, document_version="1.0", link="https://alue.test/arvio", now=NOW)
            assert lacking(rollout, "1.6") == [*documents[number:], "signoff:security_privacy"]
        with refused("parts_missing"):
            move_item(by=by, item=item_of(rollout, "1.6"), to="done", now=NOW)
        rollout.members.create(user=reader, role="security_privacy")
        sign_part(by=acting(reader), part=part_of(rollout, "1.6", "signoff:security_privacy"), now=NOW)
        assert "1.6" not in check(rollout), "nothing of it is proven by the system"
        assert move_item(by=by, item=item_of(rollout, "1.6"), to="done", now=NOW).state == ItemState.DONE


class TestReview:
    """3.5: the numbers and their date are checked by the system; the sign-off is a person's."""

    def test_3_5_waits_for_managements_signature(
        self, rollout: Rollout, coordinator: User, manager: User, refused: Refused
    ) -> None:
        by = acting(coordinator)
        save_form(by=by, rollout=rollout, form="targets_costs_resources", values=REVIEW, now=NOW)
        assert "3.5" not in check(rollout)
        assert lacking(rollout, "3.5") == ["signoff:manager"]
        with refused("parts_missing"):
            move_item(by=by, item=item_of(rollout, "3.5"), to="done", now=NOW)
        sign_part(by=acting(manager), part=part_of(rollout, "3.5", "signoff:manager"), now=NOW)
        assert move_item(by=by, item=item_of(rollout, "3.5"), to="done", now=NOW).state == ItemState.DONE


class TestProposedEvidence:
    """3.2 and 4.3: the published page and the logged actions are proposed as the text; a person confirms it."""

    @pytest.fixture
    def logged(self, rollout: Rollout) -> None:
        today = timezone.localdate()
        for days, audience, what in (
            (10, "residents", "Juttu"),
            (20, "professionals", "Uutinen"),
            (100, "residents", "Vanha"),
        ):
            on = today - timedelta(days=days)
            CommunicationAction.objects.create(rollout=rollout, on=on, audience=audience, what=what, medium="Lehti")

    def proposed(self, client: Client, rollout: Rollout, code: str) -> dict[str, str]:
        page = client.get(reverse("adoption:item", args=[rollout.public_id, item_of(rollout, code).public_id]))
        return {card.part.name: card.form.initial.get("text", "") for card in page.context["parts"] if card.form}

    @pytest.mark.usefixtures("logged")
    def test_3_2_proposes_to_each_audience_what_it_was_told(
        self, signed_in: SignedIn, rollout: Rollout, coordinator: User, county: County
    ) -> None:
        Service.objects.filter(pk=service_of(rollout).pk).update(status=ServiceStatus.OPEN, permitted_at=NOW, opened_at=NOW)
        texts = self.proposed(signed_in(coordinator), rollout, "3.2")
        assert texts["to_residents"].startswith("– Juttu, Lehti, ")
        assert texts["to_residents"].endswith(f"– Palvelun sivu on julkaistu: /fi/palvelu/{service_of(rollout).key}/")
        assert texts["to_professionals"].startswith("– Uutinen, Lehti, ")
        assert "Vanha" not in str(texts)
        assert not Filling.objects.exists(), "it is a person who confirms"
        tell(rollout, coordinator, "3.2", "to_residents")
        assert "to_residents" not in {name for name, text in self.proposed(signed_in(coordinator), rollout, "3.2").items() if text}

    @pytest.mark.usefixtures("logged")
    def test_4_3_proposes_all_of_them(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        text = self.proposed(signed_in(coordinator), rollout, "4.3")["evidence"]
        assert [line.split(",")[0] for line in text.splitlines()] == ["– Uutinen", "– Juttu"]

    def test_nothing_logged_proposes_nothing(self, signed_in: SignedIn, rollout: Rollout, coordinator: User) -> None:
        assert self.proposed(signed_in(coordinator), rollout, "4.3") == {"evidence": ""}


class TestQuarter:
    """4.4: the signal ticks the quarter's facts; a person writes in a sentence what changed and marks the quarter done."""

    def test_4_4_is_a_persons_sentence(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        by, item = acting(coordinator), item_of(rollout, "4.4")
        item = move_item(by=by, item=item, to="in_progress", now=NOW)
        assert "4.4" not in check(rollout)
        with refused("parts_missing"):
            move_item(by=by, item=item, to="done", now=NOW)
        part = part_of(rollout, "4.4", "evidence")
        give_evidence(by=by, part=part, text="Lisättiin vastaaja maanantaihin palautteen takia.", on=TODAY, now=NOW)
        assert move_item(by=by, item=item, to="done", now=NOW).state == ItemState.DONE


class TestExtensions:
    """Optional items: off until they are taken, and proven by signals of their own."""

    @pytest.fixture
    def taken(self, rollout: Rollout, coordinator: User) -> Rollout:
        adopt_items(by=acting(coordinator), rollout=rollout, codes=["X3", "X4", "X5", "X6"], now=NOW)
        return rollout

    def test_x3_the_dates_are_proven_and_the_evaluation_may_be_a_refusal(
        self, taken: Rollout, coordinator: User, manager: User
    ) -> None:
        check(taken)
        assert lacking(taken, "X3") == ["pilot_dates", "pilot_evaluation"]
        taken.refresh_from_db()
        pilot = {"is_pilot": True, "starts_on": date(2026, 9, 1), "ends_on": date(2026, 10, 31)}
        change_card(by=acting(coordinator), rollout=taken, values=pilot, now=NOW)
        assert "X3" not in check(taken)
        assert lacking(taken, "X3") == ["pilot_evaluation"]
        part = part_of(taken, "X3", "pilot_evaluation")
        record_decision(by=acting(manager), part=part, outcome="rejected", on=TODAY, text="Ei jatketa.", now=NOW)
        assert lacking(taken, "X3") == [], "a pilot that is not gone on with has been evaluated too"
        assert move_item(by=acting(coordinator), item=item_of(taken, "X3"), to="done", now=NOW).state == ItemState.DONE

    def test_x4_is_done_by_instructions_and_a_prepared_notice(self, taken: Rollout, county: County) -> None:
        assert check(taken) == []
        notice(county)
        assert check_rollout(rollout=taken, by=System("test"), now=NOW + timedelta(days=400)).done == ["X4"]

    def test_x5_is_a_persons_with_the_meetings_as_a_fact_beside_it(self, taken: Rollout) -> None:
        Meeting.objects.create(rollout=taken, kind="responders", title="Kuukausitapaaminen", on=TODAY, outcome="Sovittiin")
        check(taken)
        assert lacking(taken, "X5") == ["evidence"]

    def test_x6_is_done_by_a_reviewed_directory(self, taken: Rollout) -> None:
        assert check(taken) == []
        support(service_of(taken), "yksikko", audience=Audience.INTERNAL, review_date=date(2030, 1, 1))
        assert check_rollout(rollout=taken, by=System("test"), now=NOW + timedelta(days=400)).done == ["X6"]

    @pytest.fixture
    def rest(self, rollout: Rollout, coordinator: User) -> Rollout:
        adopt_items(by=acting(coordinator), rollout=rollout, codes=["X1", "X2", "X7", "X8", "X9"], now=NOW)
        return rollout

    def by_a_persons_word(self, rest: Rollout, coordinator: User, code: str) -> None:
        assert check(rest) == []
        assert lacking(rest, code) == ["evidence"]
        tell(rest, coordinator, code)
        assert move_item(by=acting(coordinator), item=item_of(rest, code), to="done", now=NOW).state == ItemState.DONE

    def test_x1_is_a_persons_word(self, rest: Rollout, coordinator: User) -> None:
        self.by_a_persons_word(rest, coordinator, "X1")

    def test_x2_is_a_persons_word(self, rest: Rollout, coordinator: User) -> None:
        self.by_a_persons_word(rest, coordinator, "X2")

    def test_x7_is_done_by_a_closed_survey_of_the_staff(self, rest: Rollout) -> None:
        """Held on paper, it counts as one that was answered in the portal."""
        survey = published(rest.county, SCALE, service=rest.service, kind="staff", held_elsewhere=True)
        given: dict[str, Any] = {"by": System("test"), "survey": survey, "now": NOW}
        bring_in_answers(heads=["1"], rows=[["4"]] * 6, digest="a" * 64, language="fi", dry_run=False, **given)
        assert "X7" not in check(rest), "it is not closed yet"
        close_survey(**given)
        assert check_rollout(rollout=rest, by=System("test"), now=NOW + timedelta(hours=2)).done == ["X7"]

    def test_x8_is_done_when_every_responder_is_trained(self, rest: Rollout, queue: Queue, responder: User) -> None:
        plan = save_plan(by=System("test"), service=service_of(rest), is_required=True, with_practice=True)
        assert "X8" not in check(rest)
        note_practice(by=System("test"), county=rest.county, user_id=responder.pk, now=NOW)
        assert plan.is_required
        assert "X8" in check(rest)

    def test_x9_is_done_by_a_published_path_that_leads_to_the_service(self, rest: Rollout, request: pytest.FixtureRequest) -> None:
        assert "X9" not in check(rest), "no path is published yet"
        assert lacking(rest, "X9") == ["evidence"]
        assert request.getfixturevalue("published_path").state == "published"
        assert check_rollout(rollout=rest, by=System("test"), now=timezone.now() + timedelta(hours=1)).done == ["X9"]


def test_only_a_person_says_what_no_signal_shows(rollout: Rollout, coordinator: User) -> None:
    """Level none (2.1): the system checks that the evidence is there, and never sets the item to done."""
    assert [part.name for part in missing_parts(item_of(rollout, "2.1"))] == ["evidence"]
    tell(rollout, coordinator, "2.1")
    assert "2.1" not in check(rollout)
    assert item_of(rollout, "2.1").state != ItemState.DONE
    assert move_item(by=acting(coordinator), item=item_of(rollout, "2.1"), to="done", now=NOW).done_by_system is False
