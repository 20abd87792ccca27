"""Writes what the definition tells into the live service, by the operations of the service directory alone."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from adoption.definition import Difference, QueueRow, TargetRow
from adoption.definition.differences import merged
from adoption.definition.live import REPORT_FORM
from adoption.definition.taking import PAIR
from adoption.models import DefinedRow, FormAnswer, Rollout
from adoption.operations.definition.standing import Standing
from adoption.operations.forms import save_form
from adoption.operations.ground import local_day, user_id_of
from adoption.operations.rollouts import change_card
from services.intervals import parse
from services.models import ContactPoint, Queue, ResponderGroup, Schedule, Service, Target, WeeklyInterval
from services.operations import Change, Create, Delete, RowChange, apply_changes
from services.permissions import may_configure
from services.texts import FALLBACKS

SOURCE = "definition"
SECONDS = {
    "supervisor_after": "supervisor_after_seconds",
    "alternatives_after": "alternatives_after_seconds",
}
PLAIN = ("languages", "no_transfers", *SECONDS, *(f"name_{code}" for code in FALLBACKS))


class Writer:
    """One round of writing. The main user writes with her own hand; for a coordinator, who may drive a rollout but not set up
    services, the portal writes, and the audit of the rollout names her.
    """

    def __init__(self, *, by: Actor, rollout: Rollout, standing: Standing, now: datetime) -> None:
        self.by, self.rollout, self.standing, self.now = by, rollout, standing, now
        self.hand = by if may_configure(by, rollout.county.code) else System("adoption")
        self.queues = dict(standing.live.queues)
        self.targets = dict(standing.live.targets)

    def write(self, wanted: Collection[Difference]) -> None:
        """All of these: the service first, then its queues, then what leads from one to another, its targets and the reports."""
        by_kind: dict[str, list[Difference]] = defaultdict(list)
        for each in wanted:
            by_kind[each.path.kind].append(each)
        self._service({each.path.name: each.said for each in by_kind["service"]})
        fields: dict[str, list[str]] = defaultdict(list)
        for each in by_kind["queue"]:
            fields[each.path.slot].append(each.path.name)
        made = [slot for slot, names in fields.items() if "" in names]
        for slot in made:
            self._make_queue(slot)
        for slot, names in fields.items():
            self._change_queue(slot, [*PAIR, "transfers"] if slot in made else names)
        targets: dict[str, list[str]] = defaultdict(list)
        for each in by_kind["target"]:
            targets[each.path.slot].append(each.path.name)
        for slot, names in targets.items():
            self._target(slot, names)
        if by_kind["report"]:
            self._report(by_kind["report"])

    def remember_found(self) -> None:
        """What stood in the service before and is a row of the definition too is known as such from now on."""
        known = {row.slot for row in self.standing.definition.queues} & set(self.queues)
        traced = set(DefinedRow.objects.filter(rollout=self.rollout, queue__isnull=False).values_list("slot", flat=True))
        for slot in sorted(known - traced):
            self.remember("queue", "queues", slot, was_there=True, queue=self.queues[slot])
        known = {row.slot for row in self.standing.definition.targets} & set(self.targets)
        traced = set(DefinedRow.objects.filter(rollout=self.rollout, target__isnull=False).values_list("slot", flat=True))
        for slot in sorted(known - traced):
            self.remember("target", "goals", slot, was_there=True, target=self.targets[slot])
        if self.rollout.service is not None:
            row = DefinedRow.objects.filter(rollout=self.rollout, kind="service").first()
            if row is None or row.service_id != self.rollout.service_id:
                self.remember("service", "name", "", was_there=True, service=self.rollout.service)

    def remember(self, kind: str, point: str, slot: str, *, was_there: bool = False, **row: models.Model) -> None:
        """From which point of the definition a row came."""
        given = {"point": point, "was_there": was_there, "at": self.now, "by_id": user_id_of(self.by), **row}
        DefinedRow.objects.update_or_create(rollout=self.rollout, kind=kind, slot=slot, defaults=given)

    def _apply(self, changes: Iterable[RowChange]) -> list[models.Model]:
        return apply_changes(by=self.hand, changes=list(changes), source=SOURCE)

    def _service(self, values: Mapping[str, Any]) -> None:
        given = {name: int(value) if name == "response_target_seconds" else value for name, value in values.items()}
        if self.rollout.service is not None:
            if given:
                self._apply([Change(self.rollout.service, given)])
            return
        name = self.standing.definition.texts.get("name_fi", "")
        row = Service(county=self.rollout.county, key=free_key(Service, {"county": self.rollout.county}, name), **given)
        (service,) = self._apply([Create(row)])
        assert isinstance(service, Service)
        self.remember("service", "name", "", service=service)
        self.rollout = change_card(by=self.by, rollout=self.rollout, values={"service": service}, now=self.now)

    @property
    def service(self) -> Service:
        """The rollout's service, which is there by now."""
        if self.rollout.service is None:
            raise ValidationError(_("The rollout has no service yet. Make the draft first."), code="no_service")
        return self.rollout.service

    def _make_queue(self, slot: str) -> None:
        said = self._said(slot)
        if (hidden := self.queues.get(slot)) is not None:  # it is there, and was taken out of use
            self._apply([Change(hidden, {"is_active": True})])
            return
        row = Queue(
            service=self.service,
            key=free_key(Queue, {"service": self.service}, said.name),
            languages=list(said.languages),
            no_transfers=said.no_transfers,
            order=10 * (1 + self._place(slot)),
            **{f"name_{code}": words for code, words in said.names.items()},
            **{column: getattr(said, name) for name, column in SECONDS.items()},
        )
        changes: list[RowChange] = [Create(row, {"groups": self._groups(said)})]
        schedule = self._schedule_of(said, changes)
        row.schedule = schedule
        self._apply(changes)
        self.queues[slot] = row
        self.remember("queue", "queues", slot, queue=row)
        if schedule is not None:
            self.remember("schedule", "use", slot, schedule=schedule)

    def _schedule_of(self, said: QueueRow, changes: list[RowChange]) -> Schedule | None:
        """New hours of the queue, put before the queue itself; none while nobody has written any."""
        if not said.hours:
            return None
        name = f"{self.standing.definition.texts.get('name_fi') or self.service}: {said.name}"[:80]
        key = free_key(Schedule, {"county": self.rollout.county}, f"{self.service.key}-{said.name}")
        schedule = Schedule(county=self.rollout.county, key=key, name=name)
        changes[:0] = [Create(schedule), *_intervals(schedule, said.hours)]
        return schedule

    def _groups(self, said: QueueRow) -> list[ResponderGroup]:
        keys = [*said.groups]
        made = self.standing.live.made_groups.get(said.slot, "") if said.new_group else ""
        if made:
            keys.append(made)
        found = list(ResponderGroup.objects.filter(county=self.rollout.county, key__in=keys))
        if gone := set(keys) - {group.key for group in found}:
            raise ValidationError(
                _("There is no responder group “%(keys)s” any more. Choose another for “%(queue)s”."),
                code="group_gone",
                params={"keys": ", ".join(sorted(gone)), "queue": said.name},
            )
        if said.new_group and not made:
            found.append(self._make_group(said))
        return found

    def _make_group(self, said: QueueRow) -> ResponderGroup:
        """A group that two queues name alike is one group."""
        scope = {"county": self.rollout.county}
        row = ResponderGroup.objects.filter(name_fi__iexact=said.new_group, **scope).first()
        was_there = row is not None
        if row is None:
            row = ResponderGroup(
                key=free_key(ResponderGroup, scope, said.new_group),
                name_fi=said.new_group,
                profession_fi=said.new_profession,
                **scope,
            )
            self._apply([Create(row)])
        self.remember("group", "producers", said.slot, was_there=was_there, group=row)
        return row

    def _change_queue(self, slot: str, names: Collection[str]) -> None:
        """The named fields of a queue as the definition tells them."""
        said, row = self._said(slot), self.queues.get(slot)
        if row is None or not set(names) - {""}:
            return
        values: dict[str, Any] = {}
        for name in names:
            if name in PLAIN:
                values[SECONDS.get(name, name)] = _plain_value(said, name)
        if set(names) & set(PAIR) and (not said.overflow_to or self._queue_at(said.overflow_to) is not None):
            values["overflow_to"] = self._queue_at(said.overflow_to) if said.overflow_to else None
            values["overflow_after_seconds"] = said.overflow_after if said.overflow_to else None
        many: dict[str, Collection[models.Model]] = {}
        if "transfers" in names:
            many["transfer_targets"] = [found for ref in said.transfers if (found := self._queue_at(ref)) is not None]
        if "groups" in names:
            many["groups"] = self._groups(said)
        changes: list[RowChange] = []
        schedule = self._change_hours(row, said, changes) if "hours" in names else None
        if schedule is not None:
            values["schedule"] = schedule
        self._apply([*changes, Change(row, values, many=many)])
        if schedule is not None:
            self.remember("schedule", "use", slot, schedule=schedule)

    def _change_hours(self, row: Queue, said: QueueRow, changes: list[RowChange]) -> Schedule | None:
        """Hours that the queue has to itself are changed; hours that others share are left to them, and it gets its own."""
        old = row.schedule
        shared = old is not None and (old.queues.exclude(pk=row.pk).exists() or ContactPoint.objects.filter(schedule=old).exists())
        if old is None or shared:
            return self._schedule_of(said, changes)
        changes += [Delete(each) for each in old.intervals.all()]
        changes += _intervals(old, said.hours)
        return None

    def _target(self, slot: str, names: Collection[str]) -> None:
        said = self.standing.definition.target(slot)
        assert said is not None
        row = self.targets.get(slot)
        if row is not None:
            self._apply([Change(row, {name: _target_value(said, name) for name in names if name})])
            return
        given = {name: _target_value(said, name) for name in ("metric", "aim", "direction", "value", "unit")}
        row = Target(
            county=self.rollout.county,
            service=self.service,
            starts_on=local_day(self.now),
            source=str(self.rollout)[:160],
            **given,
        )
        self._apply([Create(row)])
        self.targets[slot] = row
        self.remember("target", "goals", slot, target=row)

    def _report(self, wanted: Iterable[Difference]) -> None:
        """The selection of the reports is the form of the item that asks for it; what others wrote there stays."""
        stored = FormAnswer.objects.filter(rollout=self.rollout, form=REPORT_FORM, period__isnull=True).first()
        values = dict(stored.values) if stored is not None else {}
        for each in wanted:
            said = each.said if isinstance(each.said, tuple) else ()
            values[each.path.name] = list(merged(said, [str(line) for line in values.get(each.path.name) or ()]))
        save_form(by=self.by, rollout=self.rollout, form=REPORT_FORM, values=values, now=self.now)

    def _said(self, slot: str) -> QueueRow:
        row = self.standing.definition.queue(slot)
        assert row is not None
        return row

    def _place(self, slot: str) -> int:
        return [row.slot for row in self.standing.definition.queues].index(slot)

    def _queue_at(self, ref: str) -> Queue | None:
        """A queue by its slot, or by service and key when it is another service's; None while it is not there."""
        service, slash, key = ref.partition("/")
        if not slash:
            return self.queues.get(ref)
        return Queue.objects.filter(service__county=self.rollout.county, service__key=service, key=key).first()


def free_key(model: type[models.Model], scope: Mapping[str, models.Model], words: str) -> str:
    """A key made of the words, which no other row of the county or service has."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    stem = slugify(plain)[:44].strip("-") or model._meta.model_name or "row"
    taken = set(model._default_manager.filter(key__startswith=stem, **scope).values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := stem if n == 1 else f"{stem}-{n}") not in taken)


def _intervals(schedule: Schedule, hours: str) -> list[RowChange]:
    return [
        Create(
            WeeklyInterval(
                schedule=schedule,
                weekday=each.weekday,
                opens=each.opens,
                closes=each.closes,
                valid_from=each.valid_from,
                valid_until=each.valid_until,
            )
        )
        for each in parse(hours)
    ]


def _plain_value(said: QueueRow, name: str) -> Any:
    if name.startswith("name_"):
        return said.names.get(name.removeprefix("name_"), "")
    value = getattr(said, name)
    return list(value) if isinstance(value, tuple) else value


def _target_value(said: TargetRow, name: str) -> Any:
    value = getattr(said, name)
    return Decimal(value) if name == "value" else value
