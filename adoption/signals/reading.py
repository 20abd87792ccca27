"""Reads what the signals of one rollout judge, in a fixed number of queries however much the rollout holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from adoption.choices import ItemState, PartKind
from adoption.forms_of_model import form_specs, missing_fields
from adoption.models import (
    CommunicationAction,
    Filling,
    FormAnswer,
    ItemPart,
    Meeting,
    Member,
    Participant,
    Rollout,
    RolloutItem,
    SystemDependency,
)
from adoption.signals import facts as fact
from adoption.signals.answers import digest
from adoption.signals.book import read_handbook
from adoption.signals.live import (
    read_conversations,
    read_directory,
    read_notices,
    read_paths,
    read_service,
    read_surveys,
)
from adoption.signals.months import read_reporting
from services.models import Improvement, Service

SYSTEM_FIELDS = ("owner", "recorded_where", "integration")
LOG_BACK = timedelta(days=400)


def read_facts(rollout: int, *, now: datetime) -> fact.Facts:
    """The rollout and its service as they stand; `now` says which days have come."""
    row = Rollout.objects.select_related(
        "county", "model_version", "service__county", "service__resident_support", "service__responder_support"
    ).get(pk=rollout)
    today = timezone.localdate(now)
    service = _proving(row)
    items = _items(row)
    reopened = [item.since for item in items if item.since]
    return fact.Facts(
        now=now,
        today=today,
        is_demo=row.county.is_demo,
        rollout=fact.Row(str(row.public_id), row.changed_at),
        is_pilot=row.is_pilot,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        service=read_service(service, now=now) if service else None,
        conversations=read_conversations(service, since=max(reopened, default=None)) if service else (),
        members=tuple(
            fact.MemberFact(fact.Row(f"member:{one.pk}", one.added_at), one.user_id, one.role)
            for one in Member.objects.filter(rollout=row)
        ),
        systems=tuple(_system(one) for one in SystemDependency.objects.filter(rollout=row)),
        meetings=_meetings(row, now),
        communication=tuple(
            fact.DatedFact(fact.Row(f"communication:{one.pk}", _begins(one.on)), one.on)
            for one in CommunicationAction.objects.filter(rollout=row, on__gt=today - LOG_BACK)
        ),
        improvements=_improvements(service) if service else (),
        notices=read_notices(row.county_id),
        directory=read_directory(row.county_id, today=today),
        surveys=read_surveys(service) if service else (),
        handbook=read_handbook(service, now=now) if service else fact.HandbookFact(),
        paths=read_paths(service) if service else (),
        reporting=read_reporting(service, today=today) if service else fact.ReportingFact(),
        forms=_forms(row),
        items=items,
    )


def _proving(rollout: Rollout) -> Service | None:
    """The rollout's service when it can prove anything: no test service, and of the rollout's own county."""
    service = rollout.service
    return service if service and not service.is_test and service.county_id == rollout.county_id else None


def _begins(day: date, at: time = time()) -> datetime:
    return timezone.make_aware(datetime.combine(day, at), timezone.get_default_timezone())


def _system(row: SystemDependency) -> fact.SystemFact:
    lacks = tuple(name for name in SYSTEM_FIELDS if not getattr(row, name).strip())
    return fact.SystemFact(fact.Row(f"system:{row.pk}", row.changed_at), lacks)


def _meetings(rollout: Rollout, now: datetime) -> tuple[fact.MeetingFact, ...]:
    people: dict[int, set[object]] = defaultdict(set)
    roles: dict[int, set[str]] = defaultdict(set)
    for one in Participant.objects.filter(meeting__rollout=rollout):
        people[one.meeting_id].add(one.user_id or one.name)
        roles[one.meeting_id].add(one.role)
    found = []
    for row in Meeting.objects.filter(rollout=rollout, on__lte=timezone.localdate(now)):
        begins = _begins(row.on, row.starts or time())
        whole = max(begins, row.written_at) if row.written_at else begins
        if begins > now:
            continue
        found.append(
            fact.MeetingFact(
                row=fact.Row(str(row.public_id), whole),
                kind=row.kind,
                phase=row.phase,
                on=row.on,
                whole_at=whole,
                people=len(people[row.pk]),
                roles=frozenset(roles[row.pk]),
                has_outcome=bool(row.outcome.strip()),
                has_writer=row.written_by_id is not None,
            )
        )
    return tuple(found)


def _improvements(service: Service) -> tuple[fact.ImprovementFact, ...]:
    rows = Improvement.objects.filter(service=service)
    return tuple(
        fact.ImprovementFact(
            row=fact.Row(f"improvement:{row.pk}", row.created_at),
            made_at=row.created_at,
            moved_at=row.moved_at,
            is_open=row.state in (Improvement.State.OPEN, Improvement.State.DOING),
            has_source=bool(row.source.strip()),
        )
        for row in rows
    )


def _forms(rollout: Rollout) -> Mapping[tuple[str, date | None], fact.FormFact]:
    specs = form_specs(rollout.model_version.forms)
    found = {}
    for row in FormAnswer.objects.filter(rollout=rollout):
        spec = specs.get(row.form)
        lacks = tuple(each.key for each in missing_fields(spec, row.values)) if spec else (row.form,)
        shown = fact.Row(f"form:{row.pk}", row.saved_at, digest(sorted(row.values.items(), key=lambda pair: pair[0])))
        found[row.form, row.period] = fact.FormFact(shown, row.values, lacks)
    return found


def _items(rollout: Rollout) -> tuple[fact.ItemFact, ...]:
    rows = RolloutItem.objects.filter(rollout=rollout).select_related("model_item").order_by("pk")
    parts: dict[int, list[ItemPart]] = defaultdict(list)
    for part in ItemPart.objects.filter(item__rollout=rollout).select_related("requirement").order_by("item_id", "order", "pk"):
        parts[part.item_id].append(part)
    fillings: dict[int, list[Filling]] = defaultdict(list)
    for filling in _fillings(rollout):
        fillings[filling.part_id].append(filling)
    return tuple(_item(row, parts[row.pk], fillings) for row in rows)


def _fillings(rollout: Rollout) -> QuerySet[Filling]:
    found: QuerySet[Filling] = Filling.objects.filter(part__item__rollout=rollout, withdrawn_at__isnull=True)
    return found.order_by("at", "pk").only("part_id", "period", "by_id", "at", "outcome", "counts", "proof_id")


def _item(row: RolloutItem, parts: Iterable[ItemPart], fillings: Mapping[int, list[Filling]]) -> fact.ItemFact:
    model = row.model_item
    found = []
    for part in parts:
        given = [one for one in fillings.get(part.pk, ()) if one.period == row.period]
        asks = part.requirement
        found.append(
            fact.PartFact(
                pk=part.pk,
                name=part.name,
                kind=part.kind,
                role=part.role,
                form=asks.form if part.kind == PartKind.FORM else "",
                outcomes=tuple(asks.outcomes),
                fillings=tuple(_filling(one) for one in given),
            )
        )
    return fact.ItemFact(
        pk=row.pk,
        code=model.code,
        state=ItemState(row.state),
        period=row.period,
        level=model.proof_level,
        signals=tuple(model.signals),
        covers=tuple(model.covers),
        parts=tuple(found),
        since=row.reopened_at,
    )


def _filling(row: Filling) -> fact.FillingFact:
    shown = fact.Row(f"filling:{row.pk}", row.at)
    return fact.FillingFact(shown, row.by_id, row.outcome, row.counts, row.proof_id)
