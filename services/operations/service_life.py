"""The life of a service: draft → permitted → open → paused → closed, with who, when and why (house 5; S000-35, S000-50)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff, System
from accounts.choices import AuditAction
from accounts.operations import record_audit
from services.choices import ServiceStatus
from services.models import Service, ServiceBreak
from services.permissions import may_configure, may_give_notice
from services.publication import publication_gaps
from services.texts import pick

PERMITTED_FROM: dict[str, Collection[str]] = {
    ServiceStatus.PERMITTED: (ServiceStatus.DRAFT,),
    ServiceStatus.OPEN: (ServiceStatus.PERMITTED, ServiceStatus.PAUSED, ServiceStatus.CLOSED),
    ServiceStatus.PAUSED: (ServiceStatus.OPEN,),
    ServiceStatus.CLOSED: (ServiceStatus.OPEN, ServiceStatus.PAUSED, ServiceStatus.PERMITTED),
}


def next_states(service: Service) -> list[str]:
    """The states that the service may be taken to now."""
    return [state for state, sources in PERMITTED_FROM.items() if service.status in sources]


def permit_service(
    *,
    by: Actor,
    service: Service,
    reason: str,
    now: datetime,
    version: int | None = None,
    decided_by: Staff | None = None,
) -> Service:
    """A main user writes down that the service is permitted to open, and on what decision.

    The portal itself writes it when a rollout passes its founding gate: then `decided_by` gave the verdict.
    """
    with transaction.atomic():
        fresh = _move(by=by, service=service, to=ServiceStatus.PERMITTED, reason=reason, version=version)
        fresh.permitted_at = now
        who = decided_by if decided_by is not None and isinstance(by, System) else by
        fresh.permitted_by_id = who.user_id if isinstance(who, Staff) else None
        fresh.permit_reason = reason.strip()[:300]
        return _write(fresh, by=by, was=ServiceStatus.DRAFT, reason=reason)


def open_service(*, by: Actor, service: Service, reason: str = "", now: datetime, version: int | None = None) -> Service:
    """A permitted service is opened to residents when its page has all that it must have (S000-15, domain 5.2).

    While its adoption has unfinished what the opening rests on, a reason is needed (S000-50).
    """
    with transaction.atomic():
        fresh = _move(by=by, service=service, to=ServiceStatus.OPEN, reason=reason or "-", version=version)
        was = fresh.status
        if fresh.unfinished and not reason.strip():
            raise ValidationError(
                {
                    "reason": ValidationError(
                        _("These are unfinished: %(items)s. Write why the service is opened all the same."),
                        code="unfinished",
                        params={"items": "; ".join(_words(names) for names in fresh.unfinished)},
                    )
                }
            )
        gaps = [gap for gap in publication_gaps(fresh) if gap.blocks]
        if gaps:
            raise ValidationError([ValidationError(str(gap), code=gap.code) for gap in gaps])
        fresh.opened_at = fresh.opened_at or now
        ServiceBreak.objects.filter(service=fresh, ends_at__isnull=True).update(ends_at=now)
        return _write(fresh, by=by, was=was, reason=reason, to=ServiceStatus.OPEN)


def pause_service(*, by: Actor, service: Service, reason: str, now: datetime, version: int | None = None) -> Service:
    """The supervisor or a main user stops new conversations for a time; the page stays, and those within go on.

    The day from which it is paused is kept: a month that it is paused throughout has no data (metrics 1.9).
    """
    with transaction.atomic():
        fresh = _move(by=by, service=service, to=ServiceStatus.PAUSED, reason=reason, version=version)
        _begin_break(fresh, now)
        return _write(fresh, by=by, was=fresh.status, reason=reason, to=ServiceStatus.PAUSED)


def close_service(*, by: Actor, service: Service, reason: str, now: datetime, version: int | None = None) -> Service:
    """A main user ends a service: it leaves the public pages, its rows and figures stay."""
    with transaction.atomic():
        fresh = _move(by=by, service=service, to=ServiceStatus.CLOSED, reason=reason, version=version)
        _begin_break(fresh, now)
        return _write(fresh, by=by, was=fresh.status, reason=reason, to=ServiceStatus.CLOSED)


def note_unfinished(*, by: System, service: Service, names: list[dict[str, str]]) -> None:
    """The portal notes what the service's adoption has unfinished before it may open without a reason: names in each language."""
    if not isinstance(by, System):
        raise PermissionDenied
    Service.objects.filter(pk=service.pk).exclude(unfinished=names).update(unfinished=names)


def _begin_break(fresh: Service, now: datetime) -> None:
    """A service that had opened is in use no more; one that is paused already stays in the same break when it is closed."""
    if fresh.status == ServiceStatus.OPEN:
        ServiceBreak.objects.create(service=fresh, starts_at=now)


def _words(names: dict[str, str]) -> str:
    return pick(names, (get_language() or "fi")[:2]).value


def _move(*, by: Actor, service: Service, to: ServiceStatus, reason: str, version: int | None) -> Service:
    """The stored row under its lock, when the person may, the state allows it and a reason is given."""
    fresh: Service = Service.objects.select_for_update(of=("self",), no_key=True).select_related("county").get(pk=service.pk)
    supervised = to == ServiceStatus.PAUSED or (to == ServiceStatus.OPEN and fresh.status == ServiceStatus.PAUSED)
    allowed = may_give_notice(by, fresh.county.code, fresh.public_id) if supervised else may_configure(by, fresh.county.code)
    if not allowed:
        raise PermissionDenied
    if version is not None and fresh.version != version:
        raise ValidationError(
            _("Somebody changed “%(row)s” after you opened it. Look at it again, and then save."),
            code="stale",
            params={"row": fresh},
        )
    if fresh.status not in PERMITTED_FROM[to]:
        raise ValidationError(
            _("The service is now “%(now)s”, so it cannot become “%(to)s”."),
            code="wrong_state",
            params={"now": fresh.get_status_display(), "to": to.label},
        )
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Write why."), code="reason_missing")})
    return fresh


def _write(fresh: Service, *, by: Actor, was: str, reason: str, to: ServiceStatus = ServiceStatus.PERMITTED) -> Service:
    was = str(was)
    fresh.status = to
    fresh.version += 1
    fresh.save()
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type=Service._meta.label_lower,
        object_id=str(fresh.public_id),
        county=fresh.county.code,
        purpose=reason.strip()[:200],
        before={"status": was},
        after={"status": str(to)},
    )
    return fresh
