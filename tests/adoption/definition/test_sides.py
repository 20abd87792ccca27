"""One difference is settled, either way, for every kind of value; and by who may (S000-40)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEntry, User
from adoption.models import DefinedRow, FormAnswer, Rollout
from adoption.operations import add_member, end_rollout
from adoption.operations.definition import (
    Applied,
    Standing,
    save_definition,
    take_all_from_service,
    take_from_service,
    write_to_service,
)
from services.choices import ServiceStatus
from services.models import ContactPoint, Queue, ResponderGroup, Schedule, Service, Target, WeeklyInterval
from tests.adoption.conftest import NOW, Refused
from tests.adoption.definition.conftest import TEXTS, WHOLE, changed, paths, row, standing
from tests.conftest import acting, make_queue

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Edit = Callable[[Any], object]


def general(service: Service | None) -> Queue:
    return Queue.objects.get(service=service, key="yleiset-asiat")


def edit_hours(service: Service) -> None:
    WeeklyInterval.objects.filter(schedule=general(service).schedule, weekday=1).update(closes=time(20))


def edit_groups(service: Service) -> None:
    general(service).groups.set([])


EDITS: dict[str, Edit] = {
    "service..promise_fi": lambda service: Service.objects.filter(pk=service.pk).update(promise_fi="Heti"),
    "service..identification": lambda service: Service.objects.filter(pk=service.pk).update(identification="start"),
    "service..response_target_seconds": lambda service: Service.objects.filter(pk=service.pk).update(response_target_seconds=60),
    "queue.yleinen.name_sv": lambda service: Queue.objects.filter(pk=general(service).pk).update(name_sv="Annat"),
    "queue.yleinen.languages": lambda service: Queue.objects.filter(pk=general(service).pk).update(languages=["fi"]),
    "queue.yleinen.hours": edit_hours,
    "queue.yleinen.groups": edit_groups,
    "queue.yleinen.transfers": lambda service: general(service).transfer_targets.clear(),
    "queue.yleinen.overflow_after": lambda service: Queue.objects.filter(pk=general(service).pk).update(overflow_after_seconds=60),
    "queue.yleinen.supervisor_after": lambda service: Queue.objects.filter(pk=general(service).pk).update(
        supervisor_after_seconds=None
    ),
    "target.vaste.value": lambda service: Target.objects.filter(service=service).update(value=60),
    "target.vaste.direction": lambda service: Target.objects.filter(service=service).update(direction="lt"),
    "target.vaste.": lambda service: Target.objects.filter(service=service).delete(),
    "queue.imetys.": lambda service: Queue.objects.filter(key="imetys").update(is_active=False),
}


@pytest.fixture(params=sorted(EDITS))
def edited(request: pytest.FixtureRequest, applied: Applied) -> tuple[Rollout, str]:
    """The live service was changed in one way; that alone differs, besides lines of the reports that follow from it."""
    rollout = applied.rollout
    EDITS[request.param](rollout.service)
    assert [path for path in paths(rollout) if not path.startswith("report")] == [request.param]
    return rollout, request.param


def seen(rollout: Rollout, path: str) -> str:
    found = standing(rollout).find(path)
    assert found is not None
    return found.seen


class TestBothWays:
    def test_the_definition_takes_it(self, edited: tuple[Rollout, str], coordinator: User) -> None:
        rollout, path = edited
        live = standing(rollout).live.side
        take_from_service(by=acting(coordinator), rollout=rollout, path=path, seen=seen(rollout, path), now=NOW)
        assert [each for each in paths(rollout) if not each.startswith("report")] == []
        assert standing(rollout).live.side == live

    def test_the_service_is_written(self, edited: tuple[Rollout, str], coordinator: User) -> None:
        rollout, path = edited
        said = standing(rollout).definition
        write_to_service(by=acting(coordinator), rollout=rollout, path=path, seen=seen(rollout, path), now=NOW)
        assert paths(rollout) == []
        assert standing(rollout).definition == said
        told = AuditEntry.objects.filter(actor_id=str(coordinator.public_id), after__has_key=path).get()
        assert path in told.before


def test_a_queue_of_the_service_alone_is_taken_and_known(applied: Applied, coordinator: User, group: ResponderGroup) -> None:
    service = applied.rollout.service
    assert service is not None
    made = make_queue(service, Schedule.objects.get(queues__key="imetys"), group, key="kolmas")
    (path,) = paths(applied.rollout)
    take_from_service(by=acting(coordinator), rollout=applied.rollout, path=path, seen=seen(applied.rollout, path), now=NOW)
    assert paths(applied.rollout) == []
    assert standing(applied.rollout).definition.queues[-1].name == "Yleinen"
    trace = DefinedRow.objects.get(rollout=applied.rollout, queue=made)
    assert (trace.was_there, trace.point) == (True, "queues")


def test_who_gets_the_report_both_ways(applied: Applied, coordinator: User) -> None:
    answer = FormAnswer.objects.get(form="metric_selection")
    answer.values = {**answer.values, "recipients": ["Jaana"]}
    answer.save()
    rollout = applied.rollout
    path = "report..recipients"
    assert paths(rollout) == [path]
    write_to_service(by=acting(coordinator), rollout=rollout, path=path, seen=seen(rollout, path), now=NOW)
    assert FormAnswer.objects.get(form="metric_selection").values["recipients"] == ["Jaana", "Sirpa Seppä"]
    answer.save()
    take_from_service(by=acting(coordinator), rollout=rollout, path=path, seen=seen(rollout, path), now=NOW)
    assert standing(rollout).definition.recipients == ("Jaana",)


@pytest.mark.parametrize("shared_by", ["queue", "contact"])
def test_shared_hours_are_not_changed_under_the_others(applied: Applied, coordinator: User, shared_by: str) -> None:
    rollout = applied.rollout
    queue = general(rollout.service)
    old = queue.schedule
    assert old is not None
    assert rollout.service is not None
    if shared_by == "queue":
        Queue.objects.create(service=rollout.service, key="x", name_fi="X", languages=["fi"], schedule=old, is_active=False)
    else:
        ContactPoint.objects.create(county=rollout.county, key="x", name_fi="X", schedule=old)
    save_definition(by=acting(coordinator), rollout=rollout, definition=row(WHOLE, "yleinen", hours="sun 10:00-12:00"), now=NOW)
    path = "queue.yleinen.hours"
    write_to_service(by=acting(coordinator), rollout=rollout, path=path, seen=seen(rollout, path), now=NOW)
    queue.refresh_from_db()
    assert queue.schedule != old
    assert old.intervals.count() == 3
    assert paths(rollout) == []


class TestWhoMay:
    @pytest.fixture
    def differing(self, applied: Applied) -> Rollout:
        EDITS["service..promise_fi"](applied.rollout.service)
        return applied.rollout

    PATH = "service..promise_fi"

    @pytest.mark.parametrize("who", ["outsider", "former", "responder", "reader", "supervisor", "second_responder"])
    def test_others_settle_nothing(self, differing: Rollout, who: str, request: pytest.FixtureRequest) -> None:
        by, mark = acting(request.getfixturevalue(who)), seen(differing, self.PATH)
        with pytest.raises(PermissionDenied):
            take_from_service(by=by, rollout=differing, path=self.PATH, seen=mark, now=NOW)
        with pytest.raises(PermissionDenied):
            write_to_service(by=by, rollout=differing, path=self.PATH, seen=mark, now=NOW)
        assert paths(differing) == [self.PATH]

    def test_a_member_takes_and_does_not_write(self, differing: Rollout, supervisor: User, coordinator: User) -> None:
        add_member(by=acting(coordinator), rollout=differing, user=supervisor, role="supervisor", now=NOW)
        mark = seen(differing, self.PATH)
        with pytest.raises(PermissionDenied):
            write_to_service(by=acting(supervisor), rollout=differing, path=self.PATH, seen=mark, now=NOW)
        take_from_service(by=acting(supervisor), rollout=differing, path=self.PATH, seen=mark, now=NOW)
        assert paths(differing) == []

    @pytest.mark.parametrize("status", [ServiceStatus.OPEN, ServiceStatus.PAUSED])
    def test_what_residents_use_is_written_by_the_main_user_who_is_sure(
        self, differing: Rollout, coordinator: User, main_user: User, refused: Refused, status: str
    ) -> None:
        Service.objects.filter(pk=differing.service.pk).update(status=status, permitted_at=NOW, opened_at=NOW)
        mark = seen(differing, self.PATH)
        with pytest.raises(PermissionDenied):
            write_to_service(by=acting(coordinator), rollout=differing, path=self.PATH, seen=mark, confirmed=True, now=NOW)
        with refused("confirm"):
            write_to_service(by=acting(main_user), rollout=differing, path=self.PATH, seen=mark, now=NOW)
        write_to_service(by=acting(main_user), rollout=differing, path=self.PATH, seen=mark, confirmed=True, now=NOW)
        assert Service.objects.get(pk=differing.service.pk).promise_fi == TEXTS["promise_fi"]

    def test_a_permitted_service_is_still_the_drivers(self, differing: Rollout, coordinator: User) -> None:
        Service.objects.filter(pk=differing.service.pk).update(status=ServiceStatus.PERMITTED, permitted_at=NOW)
        write_to_service(by=acting(coordinator), rollout=differing, path=self.PATH, seen=seen(differing, self.PATH), now=NOW)
        assert paths(differing) == []

    def test_a_closed_service_is_not_written(self, differing: Rollout, main_user: User, refused: Refused) -> None:
        Service.objects.filter(pk=differing.service.pk).update(status=ServiceStatus.CLOSED, permitted_at=NOW)
        with refused("closed"):
            write_to_service(
                by=acting(main_user), rollout=differing, path=self.PATH, seen=seen(differing, self.PATH), confirmed=True, now=NOW
            )

    def test_what_was_not_seen_is_not_done(self, differing: Rollout, coordinator: User, refused: Refused) -> None:
        mark = seen(differing, self.PATH)
        Service.objects.filter(pk=differing.service.pk).update(promise_fi="Huomenna")
        for settle in (take_from_service, write_to_service):
            with refused("stale"):
                settle(by=acting(coordinator), rollout=differing, path=self.PATH, seen=mark, now=NOW)
        assert paths(differing) == [self.PATH]

    def test_the_service_is_never_emptied_from_here(self, differing: Rollout, coordinator: User, refused: Refused) -> None:
        save_definition(by=acting(coordinator), rollout=differing, definition=changed(WHOLE, promise_fi=""), now=NOW)
        with refused("one_way"):
            write_to_service(by=acting(coordinator), rollout=differing, path=self.PATH, seen=seen(differing, self.PATH), now=NOW)

    def test_in_a_rollout_that_was_given_up_nothing_is_settled(
        self, differing: Rollout, coordinator: User, refused: Refused
    ) -> None:
        mark = seen(differing, self.PATH)
        end_rollout(by=acting(coordinator), rollout=differing, reason="Ei nyt", now=NOW)
        for settle in (take_from_service, write_to_service):
            with refused("ended"):
                settle(by=acting(coordinator), rollout=differing, path=self.PATH, seen=mark, now=NOW)


class TestAll:
    def test_a_definition_is_begun_from_the_service(self, rollout: Rollout, queue: Queue, coordinator: User) -> None:
        Target.objects.create(
            county=rollout.county,
            service=queue.service,
            metric="M06",
            aim="client",
            direction="lte",
            value=300,
            unit="s",
            starts_on=NOW,
        )
        take_all_from_service(by=acting(coordinator), rollout=rollout, now=NOW)
        found = standing(rollout)
        assert [str(each.path) for each in found.differences if each.path.kind != "report"] == []
        assert found.definition.texts["name_sv"] == "Chatt för äldreservice"
        assert [row.name for row in found.definition.queues] == ["Yleinen"]
        assert DefinedRow.objects.get(rollout=rollout, kind="queue").was_there

    def test_what_both_say_is_left_to_be_decided(self, applied: Applied, coordinator: User) -> None:
        Service.objects.filter(rollouts=applied.rollout).update(promise_fi="Heti", promise_en="At once")
        take_all_from_service(by=acting(coordinator), rollout=applied.rollout, now=NOW)
        assert paths(applied.rollout) == ["service..promise_fi"]

    @pytest.mark.parametrize("who", ["outsider", "former", "responder", "reader"])
    def test_others_begin_nothing(self, rollout: Rollout, queue: Queue, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(PermissionDenied):
            take_all_from_service(by=acting(request.getfixturevalue(who)), rollout=rollout, now=NOW)
        assert not FormAnswer.objects.exists()

    def test_without_a_service_there_is_nothing_to_begin_from(self, empty: Rollout, coordinator: User, refused: Refused) -> None:
        with refused("no_service"):
            take_all_from_service(by=acting(coordinator), rollout=empty, now=NOW)


def test_a_definition_nobody_wrote_differs_from_nothing(rollout: Rollout, queue: Queue) -> None:
    found: Standing = standing(rollout)
    assert (found.answer, found.differences) == (None, ())
