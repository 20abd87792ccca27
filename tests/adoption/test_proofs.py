"""What the live system proves is stored, fills parts and sets items to done: the data's `proof_rules` and its tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actors import System
from accounts.models import User
from adoption.choices import ItemState
from adoption.models import Filling, ItemHistory, Member, Proof, Rollout, RolloutItem, SystemDependency
from adoption.operations import (
    adopt_items,
    check_rollout,
    end_rollout,
    give_evidence,
    missing_parts,
    move_item,
    record_decision,
    save_form,
    sign_part,
)
from adoption.signals import SIGNALS
from adoption.signals.covering import deciders, fills
from adoption.signals.reading import read_facts
from adoption.signals.words import NAMES
from adoption.tasks import check_rollouts
from chat.models import Conversation, PracticeRun
from config.celery import app
from handbook.models import ChapterVersion
from services.choices import ServiceStatus
from services.models import County, Queue, Service
from tests.adoption.model import DATA
from tests.adoption.proving import begin, conversation, held, item_of, notice, publish_guide, shape, support
from tests.adoption.test_signals_record import HANDOVER, PROPOSAL, TWO
from tests.adoption.test_signals_service import define
from tests.conftest import acting, make_always_open, make_grant, make_group, make_person, make_queue, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
BY = System("test")
SEPTEMBER = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)


def on(day: int, hour: int = 9) -> datetime:
    """A day of September 2026."""
    return datetime(2026, 9, day, hour, 0, tzinfo=UTC)


@pytest.fixture
def rollout(coordinator: User, county: County, service: Service, queue: Queue) -> Rollout:
    service.opened_at = SEPTEMBER
    service.save()
    return begin(coordinator, county, service, now=SEPTEMBER - timedelta(days=100))


def check(rollout: Rollout, now: datetime) -> Any:
    return check_rollout(rollout=rollout, by=BY, now=now)


def proof_of(rollout: Rollout, code: str, signal: str) -> Proof:
    found: Proof = Proof.objects.standing().get(item=item_of(rollout, code), signal=signal)
    return found


def everything(rollout: Rollout) -> dict[str, list[Any]]:
    """All that a check may write, but for the time of the check."""
    fields = [field.attname for field in Proof._meta.concrete_fields if field.name != "checked_at"]
    return {
        "proofs": list(Proof.objects.order_by("pk").values_list(*fields)),
        "fillings": list(Filling.objects.order_by("pk").values_list()),
        "history": list(ItemHistory.objects.order_by("pk").values_list()),
        "items": list(RolloutItem.objects.order_by("pk").values_list()),
        "rollout": list(Rollout.objects.order_by("pk").values_list()),
    }


class TestTheModelAndItsSignals:
    """Every auto_proof of level full covers all parts of its item's requires, partial covers fewer, none covers nothing;
    every signal named exists in signals and has an owner."""

    def test_every_signal_of_the_data_is_judged_and_has_a_name(self) -> None:
        assert set(SIGNALS) == set(DATA["signals"]) == set(NAMES)

    def test_the_levels_cover_what_they_say(self, rollout: Rollout) -> None:
        adopt_items(by=BY, rollout=rollout, codes=[item["code"] for item in DATA["extensions"]], now=SEPTEMBER)
        for item in RolloutItem.objects.filter(rollout=rollout).select_related("model_item"):
            model, parts = item.model_item, {part.name for part in item.parts.all()}
            covers = set(model.covers)
            assert covers <= parts, model.code
            match model.proof_level:
                case "full":
                    assert covers == parts, model.code
                case "partial":
                    assert covers < parts, model.code
                case "none":
                    assert not covers, model.code
            assert set(model.signals) <= set(SIGNALS), model.code

    @pytest.mark.parametrize(
        ("code", "part", "names"),
        [
            ("2.3", "form:queue_structure", ("queue_structure_defined",)),
            ("2.7", "training_done", ("responders_trained",)),
            ("3.1", "participants", ("model_walkthrough_recorded",)),
            ("3.2", "to_professionals", ("internal_news_published",)),
            (
                "3.4",
                "evidence",
                ("handbook_service_section_published", "quick_replies_published", "client_guide_published"),
            ),
            ("4.1", "project_end", ("decision_recorded",)),
            ("4.1", "form:handover", ("form_complete",)),
            ("4.1", "signoff:production_owner", ("handover_accepted",)),
        ],
    )
    def test_each_part_is_decided_by_its_own_signals(self, code: str, part: str, names: tuple[str, ...]) -> None:
        items = {item["code"]: item for phase in DATA["phases"] for item in phase["items"]}
        assert deciders(part, items[code]["auto_proof"]["signals"]) == names

    def test_a_signal_that_fills_no_part_is_a_fact_beside_the_item(self) -> None:
        assert fills(["participants"], ["service_defined", "model_walkthrough_recorded"]) == ("model_walkthrough_recorded",)
        assert fills([], ["communication_logged"]) == ()


class TestFirstConversation:
    """3.6: service opened 1 Sep; test chat 1 Sep closed -> not done; abandoned real contact 2 Sep -> not done; answered and
    closed real conversation 3 Sep -> done at its closing time, evidence shows the conversation's id without its content."""

    def test_3_6_is_done_by_the_first_real_conversation(self, rollout: Rollout, service: Service, responder: User) -> None:
        tried = conversation(service, responder, on(1))
        Conversation.objects.filter(pk=tried.pk).update(is_test=True)
        check(rollout, on(1, 12))
        assert item_of(rollout, "3.6").state == ItemState.NOT_STARTED
        conversation(service, None, on(2))
        check(rollout, on(2, 12))
        assert item_of(rollout, "3.6").state == ItemState.NOT_STARTED
        row = conversation(service, responder, on(3))
        assert check(rollout, on(5)).done == ["3.6"]
        item = item_of(rollout, "3.6")
        assert (item.state, item.done_by_system, item.done_at) == (ItemState.DONE, True, row.closed_at)
        proof = proof_of(rollout, "3.6", "service_open_first_conversation")
        assert proof.rows == [str(row.public_id)]
        assert (proof.first_held_at, proof.checked_at) == (row.closed_at, on(5))
        assert "miten voin auttaa" not in str([proof.value, proof.rows, proof.threshold])
        filling = Filling.objects.get(part__item=item)
        assert (filling.by_system, filling.proof, filling.at) == (True, proof, row.closed_at)

    def test_from_not_started_both_steps_are_in_the_history(self, rollout: Rollout, service: Service, responder: User) -> None:
        conversation(service, responder, on(3))
        check(rollout, on(5))
        steps = list(ItemHistory.objects.filter(item=item_of(rollout, "3.6")).values_list("was", "became", "by_system", "by"))
        assert steps == [("not_started", "in_progress", True, None), ("in_progress", "done", True, None)]

    def test_a_test_service_never_proves(self, rollout: Rollout, service: Service, responder: User) -> None:
        Service.objects.filter(pk=service.pk).update(is_test=True)
        conversation(service, responder, on(3))
        Conversation.objects.update(is_test=False)
        check(rollout, on(5))
        assert item_of(rollout, "3.6").state == ItemState.NOT_STARTED

    def test_a_practice_conversation_never_proves(self, rollout: Rollout, service: Service, responder: User) -> None:
        row = conversation(service, responder, on(3))
        PracticeRun.objects.create(conversation=row, user=responder, script="x", started_at=on(3), ended_at=row.closed_at)
        check(rollout, on(5))
        assert item_of(rollout, "3.6").state == ItemState.NOT_STARTED


class TestDemoCounty:
    """Demo county: a demo conversation proves 3.6 there, marked as demo, and nowhere else; a practice conversation never proves."""

    @pytest.fixture
    def demo(self, other_county: County) -> Rollout:
        other_county.is_demo = True
        other_county.save()
        service = make_service(other_county, "esittely", "Esittelychat", "Demochatt", "Demo chat")
        Service.objects.filter(pk=service.pk).update(opened_at=SEPTEMBER)
        service.refresh_from_db()
        make_queue(service, make_always_open(other_county), make_group(other_county, "esittely"))
        coordinator = make_person("demo")
        make_grant(coordinator, "coordinator", county=other_county)
        return begin(coordinator, other_county, service, now=SEPTEMBER - timedelta(days=9))

    @pytest.fixture
    def demo_conversation(self, demo: Rollout) -> Conversation:
        assert demo.service is not None
        answerer = make_person("vastaaja")
        make_grant(answerer, "responder", county=demo.county)
        demo.service.queues.get().groups.get().memberships.create(user=answerer)
        return conversation(demo.service, answerer, on(3))

    def test_a_demo_conversation_proves_in_its_own_county_and_is_marked(
        self, demo: Rollout, demo_conversation: Conversation
    ) -> None:
        assert check(demo, on(5)).done == ["3.6"]
        proof = proof_of(demo, "3.6", "service_open_first_conversation")
        assert proof.is_demo
        assert proof.rows == [str(demo_conversation.public_id)]

    def test_a_demo_conversation_proves_nowhere_else(
        self, demo: Rollout, demo_conversation: Conversation, rollout: Rollout
    ) -> None:
        check(rollout, on(5))
        assert item_of(rollout, "3.6").state == ItemState.NOT_STARTED
        # Not even when a rollout of another county has come to name the demo county's service.
        Rollout.objects.filter(pk=demo.pk).update(service=None)
        Rollout.objects.filter(pk=rollout.pk).update(service=demo_conversation.service)
        check(rollout, on(5))
        assert item_of(rollout, "3.6").state == ItemState.NOT_STARTED

    def test_a_real_proof_is_not_marked(self, rollout: Rollout, service: Service, responder: User) -> None:
        conversation(service, responder, on(3))
        check(rollout, on(5))
        assert not Proof.objects.filter(is_demo=True).exists()


class TestDefinition:
    """2.3: nine points filled but no overflow rule -> the queue form stays open and the item is not done; rule added -> done
    by the system."""

    def test_2_3_waits_for_the_overflow_rule(
        self, rollout: Rollout, service: Service, queue: Queue, responder: User, coordinator: User
    ) -> None:
        define(rollout, service, queue, responder, coordinator)
        Queue.objects.filter(pk=queue.pk).update(no_transfers=True)
        now = timezone.now()
        check(rollout, now)
        item = item_of(rollout, "2.3")
        assert [part.name for part in missing_parts(item)] == ["form:queue_structure"]
        assert item.state == ItemState.IN_PROGRESS
        assert proof_of(rollout, "2.3", "queue_structure_defined").value["lacks"] == ["overflow"]
        shape(queue)
        assert "2.3" in check(rollout, now + timedelta(hours=1)).done
        assert item_of(rollout, "2.3").done_by_system


class TestTraining:
    """2.7: no responders in the groups -> responders_trained is false."""

    def test_2_7_is_not_done_without_a_plan(self, rollout: Rollout, responder: User) -> None:
        check(rollout, timezone.now())
        assert item_of(rollout, "2.7").state == ItemState.NOT_STARTED
        for signal in ("training_plan_saved", "responders_trained"):
            assert proof_of(rollout, "2.7", signal).value["lacks"] == ["training_plan"]

    def test_2_7_without_responders_shows_none_of_none(self, rollout: Rollout) -> None:
        check(rollout, on(5))
        proof = proof_of(rollout, "2.7", "responders_trained")
        assert not proof.holds
        assert proof.value == {"met": 0, "of": 0}


class TestDecision:
    """1.4 with outcome rejected: item not done."""

    def decide(self, rollout: Rollout, manager: User, outcome: str, day: int, code: str = "1.4") -> Filling:
        part = item_of(rollout, code).parts.get(kind="decision")
        return record_decision(by=acting(manager), part=part, outcome=outcome, on=on(day).date(), text="Päätettiin", now=on(day))

    def test_1_4_rejected_is_not_done_and_approved_is(self, rollout: Rollout, manager: User) -> None:
        self.decide(rollout, manager, "rejected", 2)
        check(rollout, on(3))
        assert item_of(rollout, "1.4").state == ItemState.IN_PROGRESS
        assert proof_of(rollout, "1.4", "decision_recorded").value == {"outcome": ["rejected"]}
        self.decide(rollout, manager, "approved_with_conditions", 4)
        assert check(rollout, on(6)).done == ["1.4"]
        assert item_of(rollout, "1.4").done_at == on(4)
        assert Filling.objects.filter(part__item=item_of(rollout, "1.4")).count() == 2, "the manager's own row is the filling"


class TestHandover:
    """4.1: both sign-offs without the manager's project-end decision -> not done, the page names the missing part; decision
    added -> done. The item is done on the handover's day."""

    @pytest.fixture
    def signed(self, rollout: Rollout, coordinator: User, supervisor: User) -> None:
        Member.objects.create(rollout=rollout, user=supervisor, role="production_owner")
        parts = {part.role: part for part in item_of(rollout, "4.1").parts.filter(kind="signoff")}
        sign_part(by=acting(coordinator), part=parts["project_coordinator"], now=on(1))
        sign_part(by=acting(supervisor), part=parts["production_owner"], now=on(2))

    @pytest.mark.usefixtures("signed")
    def test_4_1_waits_for_the_decision_and_for_its_day(self, rollout: Rollout, coordinator: User, manager: User) -> None:
        save_form(by=acting(coordinator), rollout=rollout, form="handover", values={**HANDOVER, "date": "2026-09-16"}, now=on(3))
        check(rollout, on(4))
        assert [part.name for part in missing_parts(item_of(rollout, "4.1"))] == ["project_end"]
        TestDecision().decide(rollout, manager, "approved", 5, code="4.1")
        check(rollout, on(6))
        assert item_of(rollout, "4.1").state == ItemState.IN_PROGRESS, "responsibility is handed over on 16.9."
        assert check(rollout, on(17)).done == ["4.1"]
        assert item_of(rollout, "4.1").done_at == datetime(2026, 9, 15, 21, 0, tzinfo=UTC)


class TestPartial:
    """1.5: the complete form fills its part; a person marks the item done."""

    def test_a_person_marks_a_partly_proven_item_done(self, rollout: Rollout, coordinator: User) -> None:
        values = {"one_off_eur": "1", "yearly_eur": "2", "person_days": "3", "funding": "oma", "agreement_needed": "no"}
        save_form(by=acting(coordinator), rollout=rollout, form="cost_estimate", values=values, now=on(2))
        assert "1.5" not in check(rollout, on(3)).done
        item = item_of(rollout, "1.5")
        assert item.state == ItemState.IN_PROGRESS
        assert missing_parts(item) == []
        assert proof_of(rollout, "1.5", "form_complete").holds

    def test_a_walkthrough_ticks_its_part_and_leaves_the_open_points_to_a_person(self, rollout: Rollout) -> None:
        held(rollout, "walkthrough", date(2026, 9, 2), ("Aino", "responder"), ("Petri", "supervisor"), phase="toteutus")
        check(rollout, on(3))
        item = item_of(rollout, "3.1")
        assert [part.name for part in missing_parts(item)] == ["evidence"]
        assert item.state == ItemState.NOT_STARTED
        assert not proof_of(rollout, "3.1", "service_defined").holds, "a fact beside it, which fills nothing"

    def test_a_signal_that_covers_nothing_only_gathers_facts(self, rollout: Rollout, coordinator: User) -> None:
        move_item(by=acting(coordinator), item=item_of(rollout, "4.3"), to="in_progress", now=on(2))
        rollout.communication.create(on=date(2026, 9, 2), audience="residents", what="Juttu", medium="Lehti")
        check(rollout, on(3))
        assert proof_of(rollout, "4.3", "communication_logged").holds
        assert [part.name for part in missing_parts(item_of(rollout, "4.3"))] == ["evidence"]


class TestWorkshopAndGroup:
    def test_2_4_is_done_by_a_workshop_when_its_record_was_written(self, rollout: Rollout, coordinator: User) -> None:
        held(rollout, "workshop", date(2026, 9, 1), *TWO, outcome="Sovittiin", written_by=coordinator, written_at=on(2))
        assert check(rollout, on(5)).done == ["2.4"]
        assert item_of(rollout, "2.4").done_at == on(2)
        assert set(Filling.objects.filter(by_system=True).values_list("part__name", flat=True)) == {"participants", "evidence"}

    def test_2_2_and_2_5_are_done_by_their_rows(
        self, rollout: Rollout, coordinator: User, supervisor: User, area_professional: User
    ) -> None:
        for user, role in ((coordinator, "ict"), (supervisor, "supervisor"), (area_professional, "area_professional")):
            Member.objects.create(rollout=rollout, user=user, role=role, added_at=on(2))
        SystemDependency.objects.create(
            rollout=rollout, system="Asiakastieto", owner="ICT", recorded_where="Kertomus", integration="no"
        )
        assert check(rollout, timezone.now()).done == ["2.2", "2.5"]
        assert item_of(rollout, "2.2").done_at == on(2)


class TestRules:
    @pytest.fixture
    def opened(self, rollout: Rollout, service: Service, responder: User) -> Conversation:
        row = conversation(service, responder, on(3))
        check(rollout, on(5))
        return row

    @pytest.mark.usefixtures("opened")
    def test_running_twice_changes_nothing(self, rollout: Rollout, coordinator: User, county: County) -> None:
        save_form(by=acting(coordinator), rollout=rollout, form="development_proposal", values=PROPOSAL, now=on(4))
        notice(county)
        check(rollout, on(6))
        before = everything(rollout)
        assert check(rollout, on(7)).done == []
        assert everything(rollout) == before
        assert set(Proof.objects.values_list("checked_at", flat=True)) == {on(7)}

    @pytest.mark.usefixtures("opened")
    def test_a_later_change_leaves_the_item_done_and_shows_that_the_situation_has_changed(
        self, rollout: Rollout, service: Service, opened: Conversation
    ) -> None:
        Service.objects.filter(pk=service.pk).update(status=ServiceStatus.PAUSED)
        assert check(rollout, on(6)).turned == 1
        proof = proof_of(rollout, "3.6", "service_open_first_conversation")
        assert proof.has_changed
        assert proof.rows == [str(opened.public_id)], "what was shown is never computed away"
        assert item_of(rollout, "3.6").state == ItemState.DONE
        Service.objects.filter(pk=service.pk).update(status=ServiceStatus.OPEN)
        check(rollout, on(7))
        assert not proof_of(rollout, "3.6", "service_open_first_conversation").has_changed

    def test_nothing_was_shown_after_the_time_at_which_it_was_looked_at(self, rollout: Rollout, county: County) -> None:
        publish_guide(county)
        check(rollout, on(5))
        assert proof_of(rollout, "3.4", "client_guide_published").first_held_at == on(5), "its rows are of a later day"

    def test_an_unused_proof_follows_the_facts(self, rollout: Rollout, county: County, service: Service) -> None:
        version = publish_guide(county)
        check(rollout, timezone.now())
        assert proof_of(rollout, "3.4", "client_guide_published").holds
        ChapterVersion.objects.filter(pk=version.pk).update(body={"fi": "Opas"})
        check(rollout, timezone.now())
        proof = proof_of(rollout, "3.4", "client_guide_published")
        assert not proof.holds
        assert not proof.has_changed, "nothing has been proven by it yet"

    def test_a_reopened_item_is_not_done_by_the_same_rows(
        self, rollout: Rollout, service: Service, responder: User, coordinator: User, opened: Conversation
    ) -> None:
        conversation(service, responder, on(6))
        move_item(by=acting(coordinator), item=item_of(rollout, "3.6"), to="in_progress", reason="Oma kokeilumme", now=on(8))
        check(rollout, on(9))
        assert item_of(rollout, "3.6").state == ItemState.IN_PROGRESS
        newer = conversation(service, responder, on(10))
        assert check(rollout, on(11)).done == ["3.6"]
        item = item_of(rollout, "3.6")
        assert item.done_at == newer.closed_at
        proof = proof_of(rollout, "3.6", "service_open_first_conversation")
        assert proof.rows == [str(newer.public_id)]
        earlier = Proof.objects.get(superseded_at__isnull=False)
        assert earlier.rows == [str(opened.public_id)], "earlier evidence is kept"
        assert list(Filling.objects.filter(part__item=item).values_list("proof", "withdrawn_at").order_by("pk")) == [
            (earlier.pk, on(11)),
            (proof.pk, None),
        ]
        before = everything(rollout)
        check(rollout, on(12))
        assert everything(rollout) == before

    @pytest.mark.usefixtures("opened")
    def test_a_person_may_set_a_reopened_item_to_done(self, rollout: Rollout, coordinator: User) -> None:
        move_item(by=acting(coordinator), item=item_of(rollout, "3.6"), to="in_progress", reason="Tarkistetaan", now=on(8))
        move_item(by=acting(coordinator), item=item_of(rollout, "3.6"), to="done", now=on(9))
        assert not item_of(rollout, "3.6").done_by_system

    def test_a_reopened_definition_is_done_again_by_other_words_only(
        self, rollout: Rollout, service: Service, queue: Queue, responder: User, coordinator: User
    ) -> None:
        define(rollout, service, queue, responder, coordinator)
        shape(queue)
        now = timezone.now()
        assert "2.3" in check(rollout, now).done
        move_item(by=acting(coordinator), item=item_of(rollout, "2.3"), to="in_progress", reason="Lupaus on väärä", now=now)
        service.refresh_from_db()
        service.greeting_fi = "Tervetuloa"
        service.save()
        check(rollout, now + timedelta(hours=1))
        assert item_of(rollout, "2.3").state == ItemState.IN_PROGRESS, "the definition says what it said"
        service.promise_fi = "Vastaamme arkisin viidessä minuutissa"
        service.save()
        assert check(rollout, now + timedelta(hours=2)).done == ["2.3"]

    @pytest.mark.parametrize("state", [ItemState.BLOCKED, ItemState.NOT_APPLICABLE])
    def test_a_blocked_or_set_aside_item_only_shows_that_evidence_exists(
        self, rollout: Rollout, service: Service, responder: User, manager: User, state: str
    ) -> None:
        make_grant(manager, "coordinator", county=rollout.county)
        move_item(by=acting(manager), item=item_of(rollout, "3.6"), to=state, reason="Odotetaan", now=on(2))
        conversation(service, responder, on(3))
        assert check(rollout, on(5)).done == []
        item = item_of(rollout, "3.6")
        assert item.state == state
        assert proof_of(rollout, "3.6", "service_open_first_conversation").holds
        assert not Filling.objects.filter(part__item=item).exists()
        assert ItemHistory.objects.filter(item=item).count() == 1
        move_item(by=acting(manager), item=item, to="in_progress", reason="Jatketaan", now=on(6))
        if state == ItemState.BLOCKED:
            assert check(rollout, on(7)).done == ["3.6"]

    def test_an_item_that_a_person_has_set_to_done_stays_hers(
        self, rollout: Rollout, county: County, service: Service, main_user: User
    ) -> None:
        item = item_of(rollout, "3.3")
        give_evidence(by=acting(main_user), part=item.parts.get(), text="Tuki toimii", on=on(2).date(), now=on(2))
        move_item(by=acting(main_user), item=item, to="done", now=on(3))
        check(rollout, on(4))
        assert (item_of(rollout, "3.3").done_at, item_of(rollout, "3.3").done_by_system) == (on(3), False)

    def test_full_items_with_a_persons_part_and_a_false_signal_wait_for_the_person(self, rollout: Rollout, main_user: User) -> None:
        item = item_of(rollout, "3.3")
        give_evidence(by=acting(main_user), part=item.parts.get(), text="Tuki toimii", on=on(2).date(), now=on(2))
        assert check(rollout, on(4)).done == []
        assert item_of(rollout, "3.3").state == ItemState.IN_PROGRESS

    def test_3_3_is_done_by_what_is_published(self, rollout: Rollout, county: County, service: Service) -> None:
        service.resident_support, service.responder_support = support(service, "asukkaille"), support(service, "vastaajille")
        service.save()
        notice(county)
        assert check(rollout, timezone.now()).done == ["3.3"]

    def test_an_item_of_another_month_is_proven_anew(self, rollout: Rollout, coordinator: User) -> None:
        move_item(by=acting(coordinator), item=item_of(rollout, "4.3"), to="in_progress", now=on(2))
        rollout.communication.create(on=date(2026, 9, 2), audience="residents", what="Juttu", medium="Lehti")
        check(rollout, on(3))
        RolloutItem.objects.filter(pk=item_of(rollout, "4.3").pk).update(period=date(2026, 10, 1))
        check(rollout, on(4))
        periods = Proof.objects.filter(item__model_item__code="4.3", signal="communication_logged").values_list("period", flat=True)
        assert set(periods) == {date(2026, 7, 1), date(2026, 10, 1)}, "what was shown of the summer stays"


class TestWhoAndWhen:
    def test_whoever_sees_the_rollout_may_have_it_checked(
        self, rollout: Rollout, reader: User, manager: User, coordinator: User
    ) -> None:
        for person in (reader, manager, coordinator):
            check_rollout(rollout=rollout, by=acting(person), now=on(5))

    @pytest.mark.parametrize("who", ["outsider", "former", "second_responder"])
    def test_an_outsider_is_refused(self, rollout: Rollout, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(PermissionDenied):
            check_rollout(rollout=rollout, by=acting(request.getfixturevalue(who)), now=on(5))
        assert not Proof.objects.exists()

    def test_a_given_up_rollout_stays_as_it_was(
        self, rollout: Rollout, service: Service, responder: User, coordinator: User
    ) -> None:
        Service.objects.filter(pk=service.pk).update(opened_at=None)
        end_rollout(by=acting(coordinator), rollout=rollout, reason="Ei käynnistetä", now=on(2))
        Service.objects.filter(pk=service.pk).update(opened_at=SEPTEMBER)
        conversation(service, responder, on(3))
        rollout.refresh_from_db()
        check(rollout, on(5))
        assert not Proof.objects.exists()
        assert item_of(rollout, "3.6").state == ItemState.NOT_STARTED

    def test_the_nightly_job_checks_every_rollout(
        self, rollout: Rollout, service: Service, responder: User, second_service: Service, coordinator: User
    ) -> None:
        begin(coordinator, second_service.county, second_service)
        conversation(service, responder, on(3))
        assert check_rollouts() == 1
        assert item_of(rollout, "3.6").state == ItemState.DONE
        assert Proof.objects.values("item__rollout").distinct().count() == 2

    def test_the_nightly_job_is_in_the_schedule(self) -> None:
        app.loader.import_default_modules()
        assert check_rollouts.name in {entry["task"] for entry in app.conf.beat_schedule.values()}


class TestQueries:
    """Few queries, and as many however much there is."""

    def test_the_facts_of_a_rollout_are_read_in_so_many_queries(
        self,
        rollout: Rollout,
        service: Service,
        queue: Queue,
        responder: User,
        coordinator: User,
        county: County,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(FACTS):
            read_facts(rollout.pk, now=on(5))
        define(rollout, service, queue, responder, coordinator)
        make_queue(service, county.schedules.get(), queue.groups.get(), key="toinen")
        for day in (1, 2, 3):
            held(rollout, "workshop", date(2026, 9, day), *TWO, outcome="Sovittiin", written_by=coordinator, written_at=on(day))
            conversation(service, responder, on(day))
            notice(county)
        with django_assert_num_queries(FACTS):
            read_facts(rollout.pk, now=on(5))

    def test_a_check_that_changes_nothing_writes_once(
        self, rollout: Rollout, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        check(rollout, on(5))
        # Who asks, the facts, the proofs, and the time of the check.
        with django_assert_num_queries(FACTS + 3):
            check(rollout, on(6))


FACTS = 36
