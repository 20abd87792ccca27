"""The signals that the rollout's own rows answer: true, false, and false of an empty set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, User
from adoption.choices import ItemState, MemberRole
from adoption.models import CommunicationAction, Filling, FormAnswer, Meeting, Member, Rollout, RolloutItem, SystemDependency
from adoption.operations import adopt_items, record_decision, save_form, sign_part
from adoption.signals import Signal
from services.models import County, Improvement, Queue, Service
from services.operations import change_row
from tests.adoption.proving import NOW, answer_of, begin, held, item_of, shape, tell_everything
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = date(2026, 9, 10)


@pytest.fixture
def rollout(coordinator: User, county: County, service: Service, queue: Queue) -> Rollout:
    return begin(coordinator, county, service, now=NOW - timedelta(days=100))


def says(rollout: Rollout, name: str, code: str = "", *, now: datetime = NOW) -> Signal:
    answer = answer_of(rollout, name, code=code, now=now)
    assert isinstance(answer, Signal)
    return answer


PROPOSAL = {
    "title": "Chat",
    "service_area": "Ikääntyneet",
    "problem": "Soittoaika ruuhkautuu",
    "who_benefits": "Asukkaat",
    "present_channels": "Puhelin",
    "proposer": "Aino",
    "receiver": "Petri",
}
HANDOVER = {"date": "2026-09-10", "scope": "Palvelu", "new_owner": "Sirpa", "open_items": "Ei ole"}


def fill_in(rollout: Rollout, form: str, by: User, **values: object) -> None:
    save_form(by=acting(by), rollout=rollout, form=form, values=values, now=NOW - timedelta(days=1))


class TestFormComplete:
    def test_form_complete_true(self, rollout: Rollout, coordinator: User) -> None:
        fill_in(rollout, "development_proposal", coordinator, **PROPOSAL)
        answer = says(rollout, "form_complete", "1.1")
        assert answer.holds
        assert answer.at == NOW - timedelta(days=1)

    def test_form_complete_false(self, rollout: Rollout, coordinator: User) -> None:
        fill_in(rollout, "development_proposal", coordinator, **{**PROPOSAL, "receiver": " "})
        assert says(rollout, "form_complete", "1.1").value["lacks"] == ["receiver"]

    def test_form_complete_false_of_no_form(self, rollout: Rollout) -> None:
        assert not says(rollout, "form_complete", "1.1").holds

    def test_form_complete_asks_a_row_of_a_list(self, rollout: Rollout, coordinator: User) -> None:
        words = {"current_state": "Puhelin", "target_state": "Chat"}
        fill_in(rollout, "need_mapping", coordinator, **words, stakeholders=[])
        assert says(rollout, "form_complete", "1.2").value["lacks"] == ["stakeholders"]
        fill_in(rollout, "need_mapping", coordinator, **words, stakeholders=["Omaiset"])
        assert says(rollout, "form_complete", "1.2").holds

    def test_form_complete_of_a_handover_holds_from_its_day(self, rollout: Rollout, coordinator: User) -> None:
        fill_in(rollout, "handover", coordinator, **{**HANDOVER, "date": "2026-09-20"})
        answer = says(rollout, "form_complete", "4.1")
        assert not answer.holds
        assert answer.value["from"] == "2026-09-20"
        later = says(rollout, "form_complete", "4.1", now=datetime(2026, 9, 21, 9, tzinfo=UTC))
        assert later.holds
        assert later.at == datetime(2026, 9, 19, 21, tzinfo=UTC), "the day begins at midnight in Finland"

    def test_form_complete_reads_live_fields_from_the_service(
        self, rollout: Rollout, coordinator: User, service: Service, queue: Queue
    ) -> None:
        part = item_of(rollout, "1.1").parts.get()
        part.requirement.form = "queue_structure"
        part.requirement.save()
        assert "overflow" in says(rollout, "form_complete", "1.1").value["lacks"]
        tell_everything(service)
        shape(queue)
        fill_in(rollout, "queue_structure", coordinator)
        assert says(rollout, "form_complete", "1.1").value["lacks"] == []


class TestDecisionRecorded:
    def decide(self, rollout: Rollout, manager: User, outcome: str, *, days: int = 2) -> Filling:
        part = item_of(rollout, "1.4").parts.get()
        at = NOW - timedelta(days=days)
        return record_decision(by=acting(manager), part=part, outcome=outcome, on=at.date(), text="Johtoryhmä", now=at)

    @pytest.mark.parametrize("outcome", ["approved", "approved_with_conditions"])
    def test_decision_recorded_true(self, rollout: Rollout, manager: User, outcome: str) -> None:
        made = self.decide(rollout, manager, outcome)
        answer = says(rollout, "decision_recorded", "1.4")
        assert answer.holds
        assert answer.at == made.at
        assert answer.threshold == "≥ 1", "the page shows it as it stands: no word of one language"

    @pytest.mark.parametrize("outcome", ["rejected", "postponed"])
    def test_decision_recorded_false_shows_the_outcome(self, rollout: Rollout, manager: User, outcome: str) -> None:
        self.decide(rollout, manager, outcome)
        answer = says(rollout, "decision_recorded", "1.4")
        assert not answer.holds
        assert answer.value == {"outcome": [outcome]}

    def test_decision_recorded_false_of_no_decision(self, rollout: Rollout) -> None:
        assert not says(rollout, "decision_recorded", "1.4").holds

    def test_the_newest_decision_stands(self, rollout: Rollout, manager: User) -> None:
        self.decide(rollout, manager, "approved", days=3)
        self.decide(rollout, manager, "rejected", days=2)
        assert not says(rollout, "decision_recorded", "1.4").holds


class TestWorkingGroupNamed:
    def name(self, rollout: Rollout, *people: tuple[User, str]) -> None:
        Member.objects.bulk_create(Member(rollout=rollout, user=user, role=role, added_at=NOW) for user, role in people)

    def test_working_group_named_true(self, rollout: Rollout, coordinator: User, supervisor: User, area_professional: User) -> None:
        self.name(
            rollout, (coordinator, "project_coordinator"), (supervisor, "supervisor"), (area_professional, "area_professional")
        )
        answer = says(rollout, "working_group_named")
        assert answer.holds
        assert answer.value == {"members": 3, "area_professionals": 1}
        assert answer.at == NOW

    def test_working_group_named_false_without_a_professional_of_the_area(
        self, rollout: Rollout, coordinator: User, supervisor: User, manager: User
    ) -> None:
        self.name(rollout, (coordinator, "project_coordinator"), (supervisor, "supervisor"), (manager, "manager"))
        assert not says(rollout, "working_group_named").holds

    def test_working_group_named_false_of_two_people_in_three_roles(
        self, rollout: Rollout, coordinator: User, area_professional: User
    ) -> None:
        self.name(rollout, (coordinator, "project_coordinator"), (coordinator, "ict"), (area_professional, "area_professional"))
        assert says(rollout, "working_group_named").value["members"] == 2
        assert not says(rollout, "working_group_named").holds

    def test_working_group_named_false_of_nobody(self, rollout: Rollout) -> None:
        assert not says(rollout, "working_group_named").holds


TWO = (("Aino", MemberRole.AREA_PROFESSIONAL), ("Petri", MemberRole.PROJECT_COORDINATOR))
WITH_RESPONDER = (("Aino", MemberRole.RESPONDER), ("Petri", MemberRole.PROJECT_COORDINATOR))


class TestWorkshopRecorded:
    def test_workshop_recorded_true(self, rollout: Rollout, coordinator: User) -> None:
        written = NOW - timedelta(days=1)
        meeting = held(rollout, "workshop", date(2026, 9, 1), *TWO, outcome="Sovittiin", written_by=coordinator, written_at=written)
        answer = says(rollout, "workshop_recorded")
        assert answer.holds
        assert answer.rows == (str(meeting.public_id),)
        assert answer.at == written

    @pytest.mark.parametrize(
        ("field", "value"),
        [("on", date(2026, 9, 11)), ("outcome", " "), ("written_by", None), ("kind", "steering")],
    )
    def test_workshop_recorded_false(self, rollout: Rollout, coordinator: User, field: str, value: object) -> None:
        held(rollout, "workshop", date(2026, 9, 1), *TWO, outcome="Sovittiin", written_by=coordinator, written_at=NOW)
        Meeting.objects.update(**{field: value})
        assert not says(rollout, "workshop_recorded").holds

    def test_workshop_recorded_false_of_one_participant(self, rollout: Rollout, coordinator: User) -> None:
        held(rollout, "workshop", date(2026, 9, 1), TWO[0], outcome="Sovittiin", written_by=coordinator, written_at=NOW)
        assert not says(rollout, "workshop_recorded").holds

    def test_workshop_recorded_false_of_no_meetings(self, rollout: Rollout) -> None:
        assert not says(rollout, "workshop_recorded").holds


class TestModelWalkthroughRecorded:
    def test_model_walkthrough_recorded_true(self, rollout: Rollout) -> None:
        held(rollout, "walkthrough", date(2026, 9, 1), *WITH_RESPONDER, phase="toteutus")
        assert says(rollout, "model_walkthrough_recorded").holds

    @pytest.mark.parametrize(
        ("phase", "people"), [("maarittely", WITH_RESPONDER), ("toteutus", TWO), ("toteutus", WITH_RESPONDER[:1])]
    )
    def test_model_walkthrough_recorded_false(self, rollout: Rollout, phase: str, people: tuple[tuple[str, str], ...]) -> None:
        held(rollout, "walkthrough", date(2026, 9, 1), *people, phase=phase)
        assert not says(rollout, "model_walkthrough_recorded").holds

    def test_model_walkthrough_recorded_false_of_one_to_come(self, rollout: Rollout) -> None:
        held(rollout, "walkthrough", date(2026, 9, 11), *WITH_RESPONDER, phase="toteutus")
        assert not says(rollout, "model_walkthrough_recorded").holds

    def test_model_walkthrough_recorded_false_of_no_meetings(self, rollout: Rollout) -> None:
        assert not says(rollout, "model_walkthrough_recorded").holds


class TestSystemsInventory:
    ROW = {"system": "Asiakastieto", "owner": "ICT", "recorded_where": "Kertomus", "integration": "no"}

    def test_systems_inventory_true(self, rollout: Rollout) -> None:
        SystemDependency.objects.create(rollout=rollout, **self.ROW)
        assert says(rollout, "systems_inventory").holds

    @pytest.mark.parametrize("field", ["owner", "recorded_where", "integration"])
    def test_systems_inventory_false_when_one_row_is_half_filled(self, rollout: Rollout, field: str) -> None:
        SystemDependency.objects.create(rollout=rollout, **self.ROW)
        SystemDependency.objects.create(rollout=rollout, **{**self.ROW, field: ""})
        assert says(rollout, "systems_inventory").value["lacks"] == [field]

    def test_systems_inventory_false_of_no_systems(self, rollout: Rollout) -> None:
        assert not says(rollout, "systems_inventory").holds


class TestHandoverAccepted:
    @pytest.fixture
    def signed(self, rollout: Rollout, coordinator: User, supervisor: User) -> None:
        Member.objects.create(rollout=rollout, user=supervisor, role=MemberRole.PRODUCTION_OWNER)
        parts = {part.role: part for part in item_of(rollout, "4.1").parts.filter(kind="signoff")}
        sign_part(by=acting(coordinator), part=parts["project_coordinator"], now=NOW - timedelta(days=3))
        sign_part(by=acting(supervisor), part=parts["production_owner"], now=NOW - timedelta(days=2))

    @pytest.mark.usefixtures("signed")
    def test_handover_accepted_true(self, rollout: Rollout) -> None:
        answer = says(rollout, "handover_accepted", "4.1")
        assert answer.holds
        assert answer.at == NOW - timedelta(days=2)

    @pytest.mark.usefixtures("signed")
    def test_handover_accepted_false_with_one_signature(self, rollout: Rollout, supervisor: User) -> None:
        Filling.objects.filter(by=supervisor).update(withdrawn_at=NOW)
        assert "signoff:production_owner" in says(rollout, "handover_accepted", "4.1").value["lacks"]

    @pytest.mark.usefixtures("signed")
    def test_handover_accepted_false_of_the_same_person_twice(self, rollout: Rollout, coordinator: User) -> None:
        Filling.objects.update(by=coordinator)
        assert says(rollout, "handover_accepted", "4.1").value["lacks"] == ["two_people"]

    @pytest.mark.usefixtures("signed")
    def test_handover_accepted_false_without_an_owner_in_production(self, rollout: Rollout) -> None:
        Member.objects.all().delete()
        assert says(rollout, "handover_accepted", "4.1").value["lacks"] == ["production_owner"]

    @pytest.mark.usefixtures("signed")
    def test_handover_accepted_false_while_an_item_is_blocked(self, rollout: Rollout) -> None:
        RolloutItem.objects.filter(pk=item_of(rollout, "1.1").pk).update(state=ItemState.BLOCKED, reason="Odottaa")
        assert says(rollout, "handover_accepted", "4.1").value["lacks"] == ["blocked_items"]

    def test_handover_accepted_false_of_no_signatures(self, rollout: Rollout) -> None:
        assert not says(rollout, "handover_accepted", "4.1").holds


class TestCommunicationLogged:
    @pytest.mark.parametrize(("days", "holds"), [(0, True), (90, True), (91, False), (-1, False)])
    def test_communication_logged_true_in_ninety_days_else_false(self, rollout: Rollout, days: int, holds: bool) -> None:
        action = {"audience": "residents", "what": "Juttu", "medium": "Lehti"}
        CommunicationAction.objects.create(rollout=rollout, on=TODAY - timedelta(days=days), **action)
        assert says(rollout, "communication_logged", "4.3").holds is holds

    def test_communication_logged_false_of_no_actions(self, rollout: Rollout) -> None:
        assert not says(rollout, "communication_logged", "4.3").holds


class TestDevelopmentLoopAlive:
    @pytest.fixture
    def improvement(self, rollout: Rollout, service: Service) -> Improvement:
        held(rollout, "responders", TODAY - timedelta(days=30), *WITH_RESPONDER, outcome="Sovittiin")
        return Improvement.objects.create(
            county=service.county, service=service, title="Lyhyempi jono", source="Palaute", created_at=NOW - timedelta(days=20)
        )

    @pytest.mark.usefixtures("improvement")
    def test_development_loop_alive_true(self, rollout: Rollout) -> None:
        answer = says(rollout, "development_loop_alive", "4.4")
        assert answer.holds
        assert (answer.value["meetings"], answer.value["improvements"], answer.value["stale"]) == (1, 1, 0)

    @pytest.mark.usefixtures("improvement")
    def test_development_loop_alive_false_without_a_meeting_in_ninety_days(self, rollout: Rollout) -> None:
        Meeting.objects.update(on=TODAY - timedelta(days=91))
        assert says(rollout, "development_loop_alive", "4.4").value["lacks"] == ["meeting"]

    def test_development_loop_alive_false_without_a_new_improvement_from_somewhere(
        self, rollout: Rollout, improvement: Improvement
    ) -> None:
        Improvement.objects.update(source="")
        assert says(rollout, "development_loop_alive", "4.4").value["lacks"] == ["improvement"]

    @pytest.mark.usefixtures("improvement")
    def test_development_loop_alive_false_when_one_has_waited_180_days(
        self, rollout: Rollout, service: Service, main_user: User
    ) -> None:
        long_ago = timezone.now() - timedelta(days=400)
        old = Improvement.objects.create(
            county=service.county, service=service, title="Vanha", source="Palaute", created_at=long_ago, moved_at=long_ago
        )
        assert says(rollout, "development_loop_alive", "4.4").value["lacks"] == ["none_stale"]
        change_row(by=acting(main_user), row=old, values={"title": "Vanha ja kirjoitettu uudelleen"})
        assert not says(rollout, "development_loop_alive", "4.4").holds, "other words are no move"
        change_row(by=acting(main_user), row=old, values={"state": Improvement.State.DOING})
        assert AuditEntry.objects.filter(object_id=str(old.public_id)).count() == 2
        assert says(rollout, "development_loop_alive", "4.4").holds
        Improvement.objects.filter(pk=old.pk).update(state=Improvement.State.DROPPED)
        assert says(rollout, "development_loop_alive", "4.4").value["stale"] == 0

    def test_development_loop_alive_false_of_nothing(self, rollout: Rollout) -> None:
        assert not says(rollout, "development_loop_alive", "4.4").holds


class TestPilotDatesSet:
    @pytest.mark.parametrize(
        ("card", "holds"),
        [
            ({"is_pilot": True, "starts_on": date(2026, 1, 1), "ends_on": date(2026, 6, 1)}, True),
            ({"is_pilot": False, "starts_on": date(2026, 1, 1), "ends_on": date(2026, 6, 1)}, False),
            ({"is_pilot": True, "starts_on": date(2026, 1, 1), "ends_on": None}, False),
            ({"is_pilot": True, "starts_on": None, "ends_on": None}, False),
        ],
    )
    def test_pilot_dates_set_true_and_false(self, rollout: Rollout, card: dict[str, object], holds: bool) -> None:
        Rollout.objects.filter(pk=rollout.pk).update(**card)
        assert says(rollout, "pilot_dates_set").holds is holds


class TestRespondersMeetingsHeld:
    @pytest.mark.parametrize(
        ("days", "outcome", "holds"), [(45, "Muistio", True), (46, "Muistio", False), (10, "", False), (-1, "Muistio", False)]
    )
    def test_responders_meetings_held_true_and_false(self, rollout: Rollout, days: int, outcome: str, holds: bool) -> None:
        held(rollout, "responders", TODAY - timedelta(days=days), *WITH_RESPONDER, outcome=outcome)
        assert says(rollout, "responders_meetings_held").holds is holds

    def test_responders_meetings_held_false_without_a_group(self, rollout: Rollout, queue: Queue) -> None:
        held(rollout, "responders", TODAY - timedelta(days=5), *WITH_RESPONDER, outcome="Muistio")
        queue.groups.clear()
        assert not says(rollout, "responders_meetings_held").holds

    def test_responders_meetings_held_false_of_no_meetings(self, rollout: Rollout) -> None:
        assert not says(rollout, "responders_meetings_held").holds


def test_rows_of_another_rollout_prove_nothing(
    rollout: Rollout, coordinator: User, county: County, second_service: Service, supervisor: User, area_professional: User
) -> None:
    other = begin(coordinator, county, second_service)
    held(other, "workshop", date(2026, 9, 1), *TWO, outcome="Sovittiin", written_by=coordinator, written_at=NOW)
    SystemDependency.objects.create(rollout=other, **TestSystemsInventory.ROW)
    FormAnswer.objects.create(rollout=other, form="development_proposal", values=PROPOSAL)
    assert says(other, "workshop_recorded").holds
    assert not says(rollout, "workshop_recorded").holds
    assert not says(rollout, "systems_inventory").holds
    assert not says(rollout, "form_complete", "1.1").holds


def test_an_item_from_outside_the_model_is_judged_like_the_others(rollout: Rollout, coordinator: User) -> None:
    adopt_items(by=acting(coordinator), rollout=rollout, codes=["X3"], now=NOW)
    assert not says(rollout, "pilot_dates_set", "X3").holds
