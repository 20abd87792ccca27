"""Disruption notices and manual overrides: started and ended by the supervisor of the service or a main user (S001-31)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from services.choices import OverrideKind
from services.models import County, Disruption, Override, Queue, Service
from services.operations.rows import change_row, create_row
from services.permissions import may_give_notice

Texts = Mapping[str, str]
N = TypeVar("N", Disruption, Override)


def start_disruption(
    *,
    by: Actor,
    county: County,
    text: Texts,
    now: datetime,
    service: Service | None = None,
    queue: Queue | None = None,
    staff_text: Texts | None = None,
    stops_intake: bool = False,
    ends_at: datetime | None = None,
    public_id: UUID | None = None,
) -> Disruption:
    """Residents and responders are told of a disruption at once; it may stop new conversations too.

    `public_id`: made with the form, so that starting twice with it starts once (the place is asked all the same).
    """
    place = _service_of(service, queue)
    known: Disruption | None = Disruption.objects.filter(public_id=public_id, county=county).first() if public_id else None
    if known is not None:
        if not may_give_notice(by, county.code, place.public_id if place else None):
            raise PermissionDenied
        return known
    notice = Disruption(county=county, service=place, queue=queue, stops_intake=stops_intake)
    if public_id is not None:
        notice.public_id = public_id
    _fill(notice, "text", text)
    _fill(notice, "staff_text", staff_text or {})
    return _start(notice, by=by, now=now, ends_at=ends_at)


def start_override(
    *,
    by: Actor,
    county: County,
    kind: OverrideKind | str,
    reason: Texts,
    now: datetime,
    service: Service | None = None,
    queue: Queue | None = None,
    ends_at: datetime | None = None,
) -> Override:
    """A queue, a service or the county is kept open or closed whatever its hours say."""
    notice = Override(county=county, service=_service_of(service, queue), queue=queue, kind=kind)
    _fill(notice, "reason", reason)
    return _start(notice, by=by, now=now, ends_at=ends_at)


def change_disruption(
    *,
    by: Actor,
    disruption: Disruption,
    text: Texts,
    staff_text: Texts,
    stops_intake: bool,
    ends_at: datetime | None,
    now: datetime,
    version: int | None = None,
) -> Disruption:
    """What is told of a running disruption is changed, and whether it stops new conversations; an ended one is a record."""
    if disruption.ends_at is not None and disruption.ends_at <= now:
        raise ValidationError(_("It has ended already."), code="ended")
    values: dict[str, object] = {"stops_intake": stops_intake, "ends_at": ends_at}
    for name, texts in (("text", text), ("staff_text", staff_text)):
        values |= {f"{name}_{language}": words for language, words in texts.items()}
    return change_row(by=by, row=disruption, values=values, version=version)


def end_disruption(*, by: Actor, disruption: Disruption, now: datetime, version: int | None = None) -> Disruption:
    """The disruption is over from now on; its row stays as a record."""
    return _end(disruption, by=by, now=now, version=version)


def end_override(*, by: Actor, override: Override, now: datetime, version: int | None = None) -> Override:
    """The hours hold again from now on; the override's row stays as a record."""
    return _end(override, by=by, now=now, version=version)


def _service_of(service: Service | None, queue: Queue | None) -> Service | None:
    return service or (queue.service if queue else None)


def _fill(row: Disruption | Override, name: str, texts: Texts) -> None:
    for language, words in texts.items():
        setattr(row, f"{name}_{language}", words)


def _start(notice: N, *, by: Actor, now: datetime, ends_at: datetime | None) -> N:
    # Asked before anything is written, so that nobody learns from an error what she may not see.
    if not may_give_notice(by, notice.county.code, notice.service.public_id if notice.service else None):
        raise PermissionDenied
    notice.starts_at, notice.ends_at = now, ends_at
    return create_row(by=by, row=notice)


def _end(notice: N, *, by: Actor, now: datetime, version: int | None) -> N:
    if notice.ends_at is not None and notice.ends_at <= now:
        raise ValidationError(_("It has ended already."), code="ended")
    return change_row(by=by, row=notice, values={"ends_at": now}, version=version)
