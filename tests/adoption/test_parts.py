"""What fills a part, and what does not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import System
from accounts.models import StoredFile, User
from adoption.choices import ItemState, Outcome
from adoption.fulfilment import enough_people
from adoption.models import Filling, Proof, Rollout, SystemDependency
from adoption.operations import (
    add_member,
    attach_document,
    fill_by_proof,
    give_evidence,
    link_meeting,
    missing_parts,
    move_item,
    record_decision,
    sign_part,
    start_rollout,
    withdraw_filling,
)
from adoption.words import role_name
from services.models import County
from tests.adoption.conftest import NOW, TODAY, Refused, decide, item_of, meeting_of, part_of, tell
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TOMORROW = TODAY + timedelta(days=1)


def lacking(rollout: Rollout, code: str) -> list[str]:
    return [part.name for part in missing_parts(item_of(rollout, code))]


@pytest.fixture
def foreign_file(other_county: County) -> StoredFile:
    return StoredFile.objects.create(
        county=other_county.code, name="a.pdf", content_type="application/pdf", size=1, digest="0" * 64, content=b"x"
    )


class TestDecision:
    @pytest.mark.parametrize(
        ("outcome", "counts"),
        [("approved", True), ("approved_with_conditions", True), ("rejected", False), ("postponed", False)],
    )
    def test_only_an_accepted_outcome_fills(self, rollout: Rollout, manager: User, outcome: str, counts: bool) -> None:
        filling = decide(rollout, manager, outcome=outcome)
        assert filling.counts is counts
        assert (lacking(rollout, "1.4") == []) is counts
        assert item_of(rollout, "1.4").state == ItemState.IN_PROGRESS

    def test_the_newest_decision_stands(self, rollout: Rollout, manager: User) -> None:
        decide(rollout, manager)
        decide(rollout, manager, outcome="postponed")
        assert lacking(rollout, "1.4") == ["decision"]
        decide(rollout, manager, outcome="approved_with_conditions")
        assert lacking(rollout, "1.4") == []

    def test_the_coordinator_does_not_decide(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        with refused("role"):
            decide(rollout, coordinator)

    def test_the_portal_does_not_decide(self, rollout: Rollout) -> None:
        part = part_of(rollout, "1.4", "decision")
        with pytest.raises(PermissionDenied):
            record_decision(by=System(), part=part, outcome=Outcome.APPROVED, on=TODAY, text="x", now=NOW)

    @pytest.mark.parametrize(
        ("given", "code"),
        [({"outcome": "maybe"}, "outcome"), ({"text": " "}, "text_missing"), ({"on": TOMORROW}, "future")],
    )
    def test_a_decision_is_whole(self, rollout: Rollout, manager: User, refused: Refused, given: dict[str, Any], code: str) -> None:
        values: dict[str, Any] = {"outcome": "approved", "on": TODAY, "text": "Päätös.", **given}
        with refused(code):
            record_decision(by=acting(manager), part=part_of(rollout, "1.4", "decision"), now=NOW, **values)
        assert not Filling.objects.exists()

    def test_a_member_as_management_decides(self, rollout: Rollout, coordinator: User, reader: User, refused: Refused) -> None:
        with pytest.raises(PermissionDenied):
            decide(rollout, reader)
        add_member(by=acting(coordinator), rollout=rollout, user=reader, role="manager", now=NOW)
        assert decide(rollout, reader).counts


class TestDocumentAndEvidence:
    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"link": ""}, "document_missing"),
            ({"document_version": " "}, "document_version_missing"),
            ({"on": TOMORROW}, "future"),
            ({"link": "javascript:alert(1)"}, "invalid"),
        ],
    )
    def test_a_document_has_a_file_or_link_a_version_and_a_date(
        self, rollout: Rollout, coordinator: User, refused: Refused, given: dict[str, Any], code: str
    ) -> None:
        values: dict[str, Any] = {"on": TODAY, "document_version": "1.0", "link": "https://alue.test/a.pdf", **given}
        part = part_of(rollout, "1.6", "document:security_assessment")
        with refused(code):
            attach_document(by=acting(coordinator), part=part, now=NOW, **values)

    def test_a_link_is_enough(self, rollout: Rollout, coordinator: User) -> None:
        part = part_of(rollout, "1.6", "document:security_assessment")
        link = "https://alue.test/a.pdf"
        filling = attach_document(by=acting(coordinator), part=part, on=TODAY, document_version="1.0", link=link, now=NOW)
        assert (filling.link, filling.document_version, filling.by) == (link, "1.0", coordinator)
        assert "document:security_assessment" not in lacking(rollout, "1.6")

    def test_a_file_of_another_county_is_refused(
        self, rollout: Rollout, coordinator: User, foreign_file: StoredFile, refused: Refused
    ) -> None:
        part = part_of(rollout, "1.6", "document:security_assessment")
        with refused("other_county"):
            attach_document(by=acting(coordinator), part=part, on=TODAY, document_version="1", file=foreign_file, now=NOW)
        with refused("other_county"):
            give_evidence(
                by=acting(coordinator), part=part_of(rollout, "2.1", "evidence"), text="x", on=TODAY, file=foreign_file, now=NOW
            )

    def test_evidence_says_something_and_is_not_of_tomorrow(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        part = part_of(rollout, "2.1", "evidence")
        with refused("text_missing"):
            give_evidence(by=acting(coordinator), part=part, text=" ", on=TODAY, now=NOW)
        with refused("future"):
            give_evidence(by=acting(coordinator), part=part, text="Tehty", on=TOMORROW, now=NOW)

    def test_both_audiences_are_needed(self, rollout: Rollout, coordinator: User) -> None:
        tell(rollout, coordinator, "3.2", "to_residents")
        assert lacking(rollout, "3.2") == ["to_professionals"]

    def test_a_part_is_filled_in_its_own_way_only(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        for code, name in (("1.4", "decision"), ("3.6", "fact:service_open_first_conversation"), ("3.5", "signoff:manager")):
            with refused("wrong_kind"):
                give_evidence(by=acting(coordinator), part=part_of(rollout, code, name), text="Tehty", on=TODAY, now=NOW)

    def test_an_item_that_is_done_is_opened_again_first(
        self, rollout: Rollout, coordinator: User, manager: User, refused: Refused
    ) -> None:
        tell(rollout, coordinator, "2.1")
        move_item(by=acting(coordinator), item=item_of(rollout, "2.1"), to="done", now=NOW)
        with refused("done"):
            tell(rollout, coordinator, "2.1")
        move_item(by=acting(manager), item=item_of(rollout, "3.3"), to="not_applicable", reason="Ei", now=NOW)
        with refused("not_applicable"):
            tell(rollout, coordinator, "3.3")


class TestParticipants:
    def test_a_meeting_held_with_the_right_people_and_an_outcome(self, rollout: Rollout, coordinator: User, manager: User) -> None:
        meeting = meeting_of(rollout, (manager, "manager"), ("Vieras", "supervisor"))
        filling = link_meeting(by=acting(coordinator), part=part_of(rollout, "1.3", "participants"), meeting=meeting, now=NOW)
        assert (filling.meeting, filling.on) == (meeting, meeting.on)
        assert lacking(rollout, "1.3") == ["evidence"]

    @pytest.mark.parametrize(
        ("people", "meeting", "code"),
        [
            ([("Ylva", "manager")], {}, "too_few"),
            ([("Ylva", "manager"), ("ylva", "ict")], {}, "too_few"),
            ([("Ylva", "ict"), ("Olli", "supervisor")], {}, "role_missing"),
            ([("Ylva", "manager"), ("Olli", "ict")], {"on": TOMORROW}, "future"),
            ([("Ylva", "manager"), ("Olli", "ict")], {"outcome": " "}, "outcome_missing"),
        ],
    )
    def test_what_a_meeting_lacks_is_told(
        self,
        rollout: Rollout,
        coordinator: User,
        refused: Refused,
        people: list[tuple[str, str]],
        meeting: dict[str, Any],
        code: str,
    ) -> None:
        row = meeting_of(rollout, *people, **meeting)
        with refused(code):
            link_meeting(by=acting(coordinator), part=part_of(rollout, "1.3", "participants"), meeting=row, now=NOW)

    def test_another_rollouts_meeting_is_not_linked(self, rollout: Rollout, coordinator: User, county: County) -> None:
        other = start_rollout(by=acting(coordinator), county=county, name={"fi": "Toinen"}, now=NOW)
        meeting = meeting_of(other, ("Ylva", "manager"), ("Olli", "ict"))
        with pytest.raises(PermissionDenied):
            link_meeting(by=acting(coordinator), part=part_of(rollout, "1.3", "participants"), meeting=meeting, now=NOW)

    def test_the_working_group_is_counted_among_the_people_of_the_rollout(
        self, rollout: Rollout, coordinator: User, manager: User, reader: User, area_professional: User, refused: Refused
    ) -> None:
        part = part_of(rollout, "2.2", "participants")
        with refused("of_members"):
            link_meeting(by=acting(coordinator), part=part, meeting=meeting_of(rollout), now=NOW)
        for person, role in ((manager, "manager"), (reader, "ict"), (coordinator, "project_coordinator")):
            add_member(by=acting(coordinator), rollout=rollout, user=person, role=role, now=NOW)
        assert lacking(rollout, "2.2") == ["participants"], "no professional of the area (S000-58)"
        add_member(by=acting(coordinator), rollout=rollout, user=area_professional, role="area_professional", now=NOW)
        assert lacking(rollout, "2.2") == []

    def test_one_person_in_three_roles_is_one_person(self) -> None:
        assert not enough_people(3, ["ict"], {(1, "ict"), (1, "manager"), (1, "supervisor")})
        assert enough_people(3, ["ict"], {(1, "ict"), (2, "manager"), (3, "supervisor")})


def test_the_list_of_systems_fills_its_form(rollout: Rollout) -> None:
    row = SystemDependency.objects.create(rollout=rollout, system="Lifecare", owner="ICT", integration="no")
    assert lacking(rollout, "2.5") == ["form:systems_inventory"], "where the contact is recorded is not answered"
    row.recorded_where = "Asiakaskertomukseen"
    row.save()
    assert lacking(rollout, "2.5") == []


class TestSignatures:
    def test_only_the_role_signs_and_once(
        self, rollout: Rollout, coordinator: User, manager: User, supervisor: User, refused: Refused
    ) -> None:
        part = part_of(rollout, "3.5", "signoff:manager")
        with refused("role"):
            sign_part(by=acting(coordinator), part=part, now=NOW)
        with pytest.raises(PermissionDenied):
            sign_part(by=acting(supervisor), part=part, now=NOW)
        with pytest.raises(PermissionDenied):
            sign_part(by=System(), part=part, now=NOW)
        filling = sign_part(by=acting(manager), part=part, now=NOW)
        assert (filling.role, filling.by, filling.at) == ("manager", manager, NOW)
        with refused("signed"):
            sign_part(by=acting(manager), part=part, now=NOW)

    def test_a_withdrawn_signature_leaves_room_for_the_other_role(self, rollout: Rollout, coordinator: User, reader: User) -> None:
        for person in (coordinator, reader):
            add_member(by=acting(coordinator), rollout=rollout, user=person, role="production_owner", now=NOW)
        first = sign_part(by=acting(coordinator), part=part_of(rollout, "4.1", "signoff:project_coordinator"), now=NOW)
        withdraw_filling(by=acting(coordinator), filling=first, now=NOW)
        sign_part(by=acting(coordinator), part=part_of(rollout, "4.1", "signoff:production_owner"), now=NOW)
        assert "signoff:project_coordinator" in lacking(rollout, "4.1")


class TestWithdraw:
    def test_it_counts_no_more_and_stays_to_be_read(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        filling = tell(rollout, coordinator, "2.1")
        withdraw_filling(by=acting(coordinator), filling=filling, now=NOW)
        filling.refresh_from_db()
        assert (filling.withdrawn_at, filling.withdrawn_by, filling.text) == (NOW, coordinator, "Tehtiin yhdessä.")
        assert lacking(rollout, "2.1") == ["evidence"]
        with refused("withdrawn"):
            withdraw_filling(by=acting(coordinator), filling=filling, now=NOW)

    def test_the_driver_does_not_withdraw_anothers_decision(self, rollout: Rollout, coordinator: User, manager: User) -> None:
        with pytest.raises(PermissionDenied):
            withdraw_filling(by=acting(coordinator), filling=decide(rollout, manager), now=NOW)

    def test_a_decision_withdrawn_brings_back_the_one_before(self, rollout: Rollout, manager: User) -> None:
        decide(rollout, manager)
        withdraw_filling(by=acting(manager), filling=decide(rollout, manager, outcome="rejected"), now=NOW)
        assert lacking(rollout, "1.4") == []

    def test_nothing_is_taken_from_under_a_done_item(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        filling = tell(rollout, coordinator, "2.1")
        move_item(by=acting(coordinator), item=item_of(rollout, "2.1"), to="done", now=NOW)
        with refused("done"):
            withdraw_filling(by=acting(coordinator), filling=filling, now=NOW)

    def test_who_has_left_withdraws_nothing(self, rollout: Rollout, coordinator: User, responder: User) -> None:
        member = add_member(by=acting(coordinator), rollout=rollout, user=responder, role="responder", now=NOW)
        filling = tell(rollout, responder, "2.1")
        member.delete()
        with pytest.raises(PermissionDenied):
            withdraw_filling(by=acting(responder), filling=filling, now=NOW)


class TestProof:
    def proof(self, rollout: Rollout, code: str, signal: str, period: date | None = None) -> Proof:
        return Proof.objects.create(
            item=item_of(rollout, code), signal=signal, holds=True, first_held_at=NOW, checked_at=NOW, period=period
        )

    def test_a_proof_fills_once_with_its_own_time(self, rollout: Rollout) -> None:
        part, proven = part_of(rollout, "3.6", "fact:service_open_first_conversation"), NOW - timedelta(days=2)
        proof = self.proof(rollout, "3.6", "service_open_first_conversation")
        first = fill_by_proof(part=part, proof=proof, at=proven)
        assert (first.by_system, first.by, first.at, first.proof) == (True, None, proven, proof)
        assert fill_by_proof(part=part, proof=proof, at=NOW) == first
        assert lacking(rollout, "3.6") == []
        assert item_of(rollout, "3.6").state == ItemState.NOT_STARTED, "the system moves items by move_item"
        rollout.refresh_from_db()
        assert rollout.touched_at == NOW, "the time of a proof is in the past: the card is not set back"

    def test_what_a_person_filled_stays_hers(self, rollout: Rollout, coordinator: User) -> None:
        mine = tell(rollout, coordinator, "3.3")
        assert fill_by_proof(part=mine.part, proof=self.proof(rollout, "3.3", "support_model_published"), at=NOW) == mine

    def test_nobody_withdraws_a_proof(self, rollout: Rollout, coordinator: User) -> None:
        part = part_of(rollout, "3.3", "evidence")
        filling = fill_by_proof(part=part, proof=self.proof(rollout, "3.3", "support_model_published"), at=NOW)
        with pytest.raises(PermissionDenied):
            withdraw_filling(by=acting(coordinator), filling=filling, now=NOW)


def test_the_refusals_are_validation_errors_with_words(rollout: Rollout, coordinator: User) -> None:
    with pytest.raises(ValidationError) as told:
        decide(rollout, coordinator)
    assert role_name("manager") in told.value.messages[0]
