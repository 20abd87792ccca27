"""A definition becomes a draft service with its queues, hours, texts and targets; never twice, and by who may (S000-40)."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actors import Resident
from accounts.models import AuditEntry, User
from adoption.choices import ItemState
from adoption.definition import Definition
from adoption.models import DefinedRow, FormAnswer, Rollout
from adoption.operations import check_rollout, end_rollout, give_verdict
from adoption.operations.definition import Applied, apply_definition, save_definition
from services.choices import ServiceStatus
from services.models import Queue, ResponderGroup, Schedule, Service, Target, WeeklyInterval
from services.operations import change_row
from tests.adoption.conftest import NOW, Refused, decide, gate_of, item_of
from tests.adoption.definition.conftest import TEXTS, WHOLE, paths, row, standing
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


class TestWhatIsMade:
    def test_the_service_is_a_draft_with_every_text(self, applied: Applied) -> None:
        service = applied.rollout.service
        assert service is not None
        assert applied.made_service
        assert (service.status, service.key, service.is_test) == (ServiceStatus.DRAFT, "neuvolan-chat", False)
        assert {name: getattr(service, name) for name in TEXTS} == TEXTS
        assert (service.identification, service.response_target_seconds) == ("midway", 240)

    def test_queues_with_hours_groups_and_ways_between_them(self, applied: Applied, group: ResponderGroup) -> None:
        general, feeding = Queue.objects.filter(service=applied.rollout.service).order_by("order")
        assert (general.key, general.name_sv, general.languages) == ("yleiset-asiat", "Allmänna ärenden", ["fi", "sv"])
        hours = [(each.weekday, each.opens, each.closes) for each in general.schedule.intervals.all()]
        assert hours == [(0, time(8), time(12)), (0, time(13), time(15, 30)), (1, time(8), time(16))]
        assert list(general.groups.all()) == [group]
        assert list(general.transfer_targets.all()) == [feeding]
        assert (general.overflow_to, general.overflow_after_seconds, general.supervisor_after_seconds) == (feeding, 600, 300)
        assert (feeding.no_transfers, feeding.alternatives_after_seconds) == (True, 900)
        (made,) = feeding.groups.all()
        assert (made.name_fi, made.profession_fi, made.key) == ("Imetysohjaajat", "terveydenhoitaja", "imetysohjaajat")

    def test_targets_and_what_the_reports_follow(self, applied: Applied) -> None:
        (target,) = Target.objects.filter(service=applied.rollout.service)
        assert (target.metric, target.direction, target.value, target.unit, target.aim) == ("M06", "lte", 240, "s", "client")
        report = FormAnswer.objects.get(rollout=applied.rollout, form="metric_selection").values
        assert report == {"metrics": ["M06", "M14"], "targets": ["M06 ≤ 240 s", "M14 –"], "recipients": ["Sirpa Seppä"]}

    def test_each_row_knows_its_point(self, applied: Applied) -> None:
        rows = DefinedRow.objects.filter(rollout=applied.rollout)
        assert {(each.kind, each.slot, each.point, each.was_there) for each in rows} == {
            ("service", "", "name", False),
            ("queue", "yleinen", "queues", False),
            ("queue", "imetys", "queues", False),
            ("schedule", "yleinen", "use", False),
            ("schedule", "imetys", "use", False),
            ("group", "imetys", "producers", False),
            ("target", "vaste", "goals", False),
        }
        assert all(each.by is not None and each.at == NOW for each in rows)

    def test_nothing_differs_afterwards(self, applied: Applied) -> None:
        assert paths(applied.rollout) == []

    def test_the_item_is_proven_by_what_was_made(self, applied: Applied, group: ResponderGroup, coordinator: User) -> None:
        """2.3: the definition is whole, and yet one queue may transfer nowhere by its own word: the system sets it to done."""
        check_rollout(rollout=applied.rollout, by=acting(coordinator), now=NOW)
        assert item_of(applied.rollout, "2.3").state == ItemState.DONE

    def test_who_did_it_stands_in_the_audit(self, applied: Applied, coordinator: User) -> None:
        told = AuditEntry.objects.filter(actor_id=str(coordinator.public_id), after__has_key="made").get()
        assert told.object_id == str(applied.rollout.public_id)
        assert "queue.yleinen." in told.after["made"]
        made = AuditEntry.objects.filter(source="definition", object_type="services.service").get()
        assert (made.actor_kind, made.actor_name) == ("system", "adoption")

    def test_a_main_user_writes_with_her_own_hand(self, defined: Rollout, main_user: User) -> None:
        apply_definition(by=acting(main_user), rollout=defined, now=NOW)
        made = AuditEntry.objects.filter(source="definition", object_type="services.service").get()
        assert made.actor_id == str(main_user.public_id)


class TestAgain:
    def test_twice_makes_nothing_twice(self, applied: Applied, coordinator: User) -> None:
        def count() -> list[int]:
            models = (Service, Queue, Schedule, WeeklyInterval, ResponderGroup, Target, DefinedRow)
            return [model.objects.count() for model in models]

        before, audited = count(), AuditEntry.objects.count()
        again = apply_definition(by=acting(coordinator), rollout=applied.rollout, now=NOW)
        assert (again.written, again.made_service) == ((), False)
        assert count() == before
        assert AuditEntry.objects.count() == audited

    def test_a_queue_that_is_added_later_is_made_and_the_rest_stays(
        self, applied: Applied, coordinator: User, main_user: User
    ) -> None:
        service = applied.rollout.service
        assert service is not None
        change_row(by=acting(main_user), row=service, values={"promise_fi": "Vastaamme heti."})
        more = replace(WHOLE, queues=(*WHOLE.queues, replace(WHOLE.queues[1], slot="uusi", names={"fi": "Uni", "sv": "Sömn"})))
        save_definition(by=acting(coordinator), rollout=applied.rollout, definition=more, now=NOW)
        again = apply_definition(by=acting(coordinator), rollout=applied.rollout, now=NOW)
        assert [str(each.path) for each in again.written] == ["queue.uusi."]
        assert Queue.objects.filter(service=service).count() == 3
        assert ResponderGroup.objects.filter(name_fi="Imetysohjaajat").count() == 1
        assert Service.objects.get(pk=service.pk).promise_fi == "Vastaamme heti."

    def test_what_was_deleted_there_is_made_again_only_when_shown(self, applied: Applied, main_user: User) -> None:
        feeding = Queue.objects.get(key="imetys")
        Queue.objects.filter(overflow_to=feeding).update(overflow_to=None, overflow_after_seconds=None)
        feeding.delete()
        assert "queue.imetys." in paths(applied.rollout)
        apply_definition(by=acting(main_user), rollout=applied.rollout, now=NOW)
        assert Queue.objects.filter(service=applied.rollout.service, key="imetys").exists()
        assert paths(applied.rollout) == []

    def test_a_queue_taken_out_of_use_comes_back_to_use(self, applied: Applied, coordinator: User) -> None:
        Queue.objects.filter(key="imetys").update(is_active=False)
        assert "queue.imetys." in paths(applied.rollout)
        apply_definition(by=acting(coordinator), rollout=applied.rollout, now=NOW)
        assert Queue.objects.get(key="imetys").is_active

    def test_a_draft_that_was_begun_by_hand_is_completed(
        self, rollout: Rollout, queue: Queue, group: ResponderGroup, coordinator: User
    ) -> None:
        """Its own words and its queue of the same name stay; the queue is known as the definition's own from then on."""
        definition = row(WHOLE, "yleinen", names={"fi": "yleinen", "sv": "Annat"})
        save_definition(by=acting(coordinator), rollout=rollout, definition=definition, now=NOW)
        done = apply_definition(by=acting(coordinator), rollout=rollout, now=NOW)
        service = done.rollout.service
        assert not done.made_service
        assert service.name_fi == "Ikääntyneiden palvelujen chat"
        assert service.audience_fi == TEXTS["audience_fi"]
        assert service.queues.count() == 2
        trace = DefinedRow.objects.get(rollout=rollout, kind="queue", slot="yleinen")
        assert (trace.queue, trace.was_there) == (queue, True)
        assert {"service..name_fi", "queue.yleinen.name_sv", "queue.yleinen.hours"} <= set(paths(rollout))

    def test_hours_that_others_share_are_left_to_them(self, rollout: Rollout, queue: Queue, coordinator: User) -> None:
        other = Queue.objects.create(
            service=queue.service, key="toinen", name_fi="Toinen", languages=["fi"], schedule=queue.schedule
        )
        Queue.objects.filter(pk=queue.pk).update(schedule=None)
        save_definition(by=acting(coordinator), rollout=rollout, definition=row(WHOLE, "yleinen", names={"fi": "Yleinen"}), now=NOW)
        apply_definition(by=acting(coordinator), rollout=rollout, now=NOW)
        queue.refresh_from_db()
        assert queue.schedule is not None
        assert queue.schedule != other.schedule
        assert other.schedule.intervals.count() == 7

    def test_words_that_somebody_wrote_into_the_reports_form_stay(self, defined: Rollout, coordinator: User) -> None:
        FormAnswer.objects.create(
            rollout=defined, form="metric_selection", values={"metrics": ["M01"], "recipients": ["Jaana"], "targets": ["M01 –"]}
        )
        apply_definition(by=acting(coordinator), rollout=defined, now=NOW)
        report = FormAnswer.objects.get(rollout=defined, form="metric_selection").values
        assert report["metrics"] == ["M01", "M06", "M14"]
        assert report["recipients"] == ["Jaana", "Sirpa Seppä"]
        assert paths(defined) == []

    def test_two_services_of_one_name_have_keys_of_their_own(self, defined: Rollout, service: Service, coordinator: User) -> None:
        Service.objects.filter(pk=service.pk).update(key="neuvolan-chat")
        made = apply_definition(by=acting(coordinator), rollout=defined, now=NOW).rollout.service
        assert made.key == "neuvolan-chat-2"


class TestThePermit:
    def test_a_gate_that_was_passed_permits_the_new_service(
        self, defined: Rollout, coordinator: User, manager: User, service: Service
    ) -> None:
        decide(defined, manager)
        item_of_done(defined, coordinator)
        give_verdict(
            by=acting(manager),
            rollout=defined,
            gate=gate_of(defined, "G1"),
            verdict="go",
            role="manager",
            text="Aloitetaan",
            now=NOW,
        )
        made = apply_definition(by=acting(coordinator), rollout=defined, now=NOW).rollout.service
        assert made.status == ServiceStatus.PERMITTED


def item_of_done(rollout: Rollout, coordinator: User) -> None:
    from adoption.operations import move_item

    move_item(by=acting(coordinator), item=item_of(rollout, "1.4"), to="done", now=NOW)


class TestRefusals:
    @pytest.mark.parametrize("who", ["outsider", "former", "responder", "reader", "supervisor", "manager", "second_responder"])
    def test_only_who_drives_the_rollout(self, defined: Rollout, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(PermissionDenied):
            apply_definition(by=acting(request.getfixturevalue(who)), rollout=defined, now=NOW)
        assert not Service.objects.filter(rollouts=defined).exists()

    @pytest.mark.parametrize("who", ["outsider", "former", "responder", "reader", "second_responder"])
    def test_only_who_works_on_the_item_writes_the_definition(
        self, empty: Rollout, who: str, request: pytest.FixtureRequest
    ) -> None:
        with pytest.raises(PermissionDenied):
            save_definition(by=acting(request.getfixturevalue(who)), rollout=empty, definition=WHOLE, now=NOW)
        assert not FormAnswer.objects.exists()

    def test_a_resident_writes_nothing(self, defined: Rollout, resident: Resident) -> None:
        with pytest.raises(PermissionDenied):
            apply_definition(by=resident, rollout=defined, now=NOW)
        with pytest.raises(PermissionDenied):
            save_definition(by=resident, rollout=defined, definition=WHOLE, now=NOW)

    def test_an_open_service_is_not_written_as_a_whole(self, applied: Applied, coordinator: User, refused: Refused) -> None:
        Service.objects.filter(pk=applied.rollout.service.pk).update(status=ServiceStatus.OPEN, permitted_at=NOW, opened_at=NOW)
        with refused("not_draft"):
            apply_definition(by=acting(coordinator), rollout=applied.rollout, now=NOW)

    def test_an_unfinished_definition_is_told_what_lacks(self, empty: Rollout, coordinator: User, refused: Refused) -> None:
        definition = row(WHOLE, "imetys", names={}, languages=())
        save_definition(by=acting(coordinator), rollout=empty, definition=replace(definition, texts={}), now=NOW)
        with refused("unfinished"):
            apply_definition(by=acting(coordinator), rollout=empty, now=NOW)

    def test_what_the_preview_did_not_show_is_not_made(self, defined: Rollout, coordinator: User, refused: Refused) -> None:
        seen = standing(defined).seen
        save_definition(by=acting(coordinator), rollout=defined, definition=row(WHOLE, "imetys", hours=""), now=NOW)
        with refused("stale"):
            apply_definition(by=acting(coordinator), rollout=defined, seen=seen, now=NOW)

    def test_a_group_that_is_gone_is_named_and_nothing_is_made(self, defined: Rollout, coordinator: User, refused: Refused) -> None:
        ResponderGroup.objects.all().delete()
        with refused("group_gone"):
            apply_definition(by=acting(coordinator), rollout=defined, now=NOW)
        assert not Service.objects.filter(name_fi="Neuvolan chat").exists()

    def test_a_rollout_that_was_given_up_makes_nothing(self, defined: Rollout, coordinator: User, refused: Refused) -> None:
        end_rollout(by=acting(coordinator), rollout=defined, reason="Ei nyt", now=NOW)
        with refused("ended"):
            apply_definition(by=acting(coordinator), rollout=defined, now=NOW)
        with refused("ended"):
            save_definition(by=acting(coordinator), rollout=defined, definition=WHOLE, now=NOW)


class TestSaving:
    def test_an_unchanged_save_is_no_new_version(self, defined: Rollout, coordinator: User) -> None:
        again = save_definition(by=acting(coordinator), rollout=defined, definition=WHOLE, version=1, now=NOW)
        assert again.version == 1
        assert item_of(defined, "2.3").state == ItemState.IN_PROGRESS

    def test_a_save_over_a_newer_one_shows_both(
        self, defined: Rollout, coordinator: User, main_user: User, refused: Refused
    ) -> None:
        theirs = replace(WHOLE, texts={**TEXTS, "promise_fi": "Heti"})
        save_definition(by=acting(main_user), rollout=defined, definition=theirs, version=1, now=NOW)
        with refused("stale") as told:
            save_definition(by=acting(coordinator), rollout=defined, definition=WHOLE, version=1, now=NOW)
        assert list(told.value.message_dict) == ["promise_fi"]
        assert "Heti" in told.value.message_dict["promise_fi"][0]

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            (replace(WHOLE, texts={"name_fi": "x" * 81}), "too_long"),
            (replace(WHOLE, texts={"county": "1"}), "unknown_field"),
            (replace(WHOLE, settings={"identification": "always"}), "choice"),
            (replace(WHOLE, settings={"response_target_seconds": "-1"}), "minutes"),
            (row(WHOLE, "imetys", hours="mon 8-16"), "interval"),
            (row(WHOLE, "imetys", hours="mon 08:00-12:00; mon 11:00-13:00"), "overlap"),
            (row(WHOLE, "imetys", languages=("xx",)), "choice"),
            (row(WHOLE, "imetys", new_profession=""), "required"),
            (row(WHOLE, "imetys", overflow_to="imetys", overflow_after=1), "itself"),
            (row(WHOLE, "imetys", overflow_to="yleinen"), "overflow"),
            (row(WHOLE, "imetys", transfers=("yleinen",)), "both"),
            (row(WHOLE, "imetys", slot="yleinen"), "slots"),
            (row(WHOLE, "imetys", slot="../x"), "slots"),
            (replace(WHOLE, targets=(replace(WHOLE.targets[0], metric="M99"),)), "metric"),
            (replace(WHOLE, targets=(replace(WHOLE.targets[0], value="paljon"),)), "number"),
            (replace(WHOLE, targets=(replace(WHOLE.targets[0], value="1", unit=""),)), "required"),
        ],
    )
    def test_what_the_service_could_not_take_is_refused(
        self, empty: Rollout, coordinator: User, refused: Refused, wrong: Definition, code: str
    ) -> None:
        with refused(code):
            save_definition(by=acting(coordinator), rollout=empty, definition=wrong, now=NOW)
        assert not FormAnswer.objects.exists()

    def test_what_was_written_as_one_text_each_is_not_lost(self, empty: Rollout, coordinator: User) -> None:
        FormAnswer.objects.create(
            rollout=empty, form="service_definition", values={"name": "Vanha nimi", "goals": "Puhelut vähenevät"}
        )
        definition = standing(empty).definition
        assert (definition.texts, definition.plans) == ({"name_fi": "Vanha nimi"}, {"goals": "Puhelut vähenevät"})
