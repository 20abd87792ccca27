"""Figures from elsewhere are entered by hand or brought in by a file: all of its rows, or none (S001-9, S003-26, S004-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from reports.choices import ExternalKind
from reports.dates import day_words
from reports.external import ALL, NOT_MORE_THAN, SAVINGS, Entry, Problem, checked, heading
from reports.models import ExternalFigure
from reports.months import Month
from reports.permissions import may_enter, may_judge_savings, readable_services
from reports.rounding import written
from services.calendars import local_date
from services.models import County, Service

Cell = tuple[int | None, date, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file does: so many new figures, so many in the place of older ones, so many as they were; or what is wrong."""

    new: int = 0
    replaced: int = 0
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()


@transaction.atomic
def enter_figure(
    *, by: Actor, county: County, service: Service | None, entry: Entry, replaces: int, now: datetime
) -> ExternalFigure:
    """Who reads the figures of a service enters one by hand; over one that is there already only when she has seen it.

    `replaces` is the revision that she saw, 0 for none. An entry without a value takes the figure away; what was there stays in
    the history. Raises PermissionDenied, ValidationError (there, savings, reason, part, future, and what the value refuses).
    """
    if not isinstance(by, Staff) or not may_enter(by, county=county, service=service):
        raise PermissionDenied
    _check_savings(entry, judges=may_judge_savings(by, county=county, service=service))
    if entry.value is not None:
        checked(entry.value, entry.kind)
    _check_month(entry.month, now)
    County.objects.select_for_update(no_key=True).get(pk=county.pk)
    last = ExternalFigure.objects.of_scope(county=county, service=service).filter(month=entry.month.first, kind=entry.kind).first()
    seen = last.revision if last else 0
    if replaces != seen and (replaces or (last and last.value is not None)):
        raise ValidationError(_told(last), code="there", params={"revision": seen})
    if last is None and entry.value is None:
        raise ValidationError({"value": ValidationError(_("Write the number."), code="number")})
    place = service.pk if service else None
    values = {cell: row.value for cell, row in _stored(county, [place], [entry.month]).items()}
    if wrong := _more_than_all(place, entry, {**values, _cell(service, entry): entry.value}):
        raise ValidationError({"value": ValidationError(wrong, code="part")})
    row = _row(by, county, service, entry, seen + 1, now)
    row.save()
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="reports.externalfigure",
        object_id=f"{service.key if service else ALL}/{entry.month}/{entry.kind}",
        county=county.code,
        before={"value": str(last.value)} if last else None,
        after={"value": str(row.value), "revision": row.revision},
    )
    return row


@transaction.atomic
def bring_in_figures(*, by: Actor, county: County, entries: Sequence[Entry], digest: str, dry_run: bool, now: datetime) -> Taken:
    """Who reads figures brings in those of her services by a file; a dry run only tells what would happen.

    A figure that is there already gets a new revision, and one that is the same stays as it is: the same file twice changes
    nothing. One wrong row, and nothing is changed. Raises PermissionDenied to who reads no figures of the county.
    """
    hers = {service.key: service for service in readable_services(by, county)}
    whole = may_enter(by, county=county, service=None)
    if not hers and not whole:
        raise PermissionDenied
    County.objects.select_for_update(no_key=True).get(pk=county.pk)
    problems: list[Problem] = []
    placed: list[tuple[Service | None, Entry]] = []
    judges: dict[Service | None, bool] = {}
    for entry in entries:
        service = hers.get(entry.service)
        if service is None and not (entry.service == ALL and whole):
            problems.append(Problem(entry.row, heading("service"), _not_hers(entry.service, hers, whole=whole)))
            continue
        placed.append((service, entry))
        if entry.kind in SAVINGS and service not in judges:
            judges[service] = may_judge_savings(by, county=county, service=service)
        problems += _problems_of(entry, judges=judges.get(service, False), now=now)
    places = [service.pk if service else None for service, _entry in placed]
    months = [entry.month for _service, entry in placed]
    stored = _stored(county, places, months)
    before = {cell: row.value for cell, row in stored.items()}
    after = {**before, **{_cell(service, entry): entry.value for service, entry in placed}}
    for service, entry in placed:
        if wrong := _more_than_all(service.pk if service else None, entry, after):
            problems.append(Problem(entry.row, str(ExternalKind(entry.kind).label), wrong))
    if problems:
        return Taken(problems=tuple(sorted(problems, key=lambda each: each.row)))
    changed = [(service, entry) for service, entry in placed if not _is_same(stored.get(_cell(service, entry)), entry)]
    replaced = sum(before.get(_cell(service, entry)) is not None for service, entry in changed)
    taken = Taken(len(changed) - replaced, replaced, len(placed) - len(changed))
    if dry_run or not changed:
        return taken
    rows = []
    for service, entry in changed:
        old = stored.get(_cell(service, entry))
        rows.append(_row(by, county, service, entry, old.revision + 1 if old else 1, now, digest=digest))
    ExternalFigure.objects.bulk_create(rows, batch_size=500)
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="reports.externalfigure",
        object_id=digest[:16],
        county=county.code,
        count=len(rows),
        after={"new": taken.new, "replaced": taken.replaced},
    )
    return taken


def _problems_of(entry: Entry, *, judges: bool, now: datetime) -> list[Problem]:
    try:
        _check_savings(entry, judges=judges)
        _check_month(entry.month, now)
    except ValidationError as error:
        return [Problem(entry.row, str(ExternalKind(entry.kind).label), " ".join(error.messages))]
    return []


def _check_month(month: Month, now: datetime) -> None:
    if month.first > local_date(now):
        raise ValidationError(_("The month has not begun yet."), code="future")


def _check_savings(entry: Entry, *, judges: bool) -> None:
    if entry.kind in SAVINGS and not judges:
        raise ValidationError(_("Only a manager says whether the savings were reached."), code="savings")
    if entry.kind == ExternalKind.SAVINGS_REACHED and entry.value is not None and not entry.words.strip():
        raise ValidationError({"words": ValidationError(_("Say why the savings were or were not reached."), code="reason")})


def _more_than_all(place: int | None, entry: Entry, values: Mapping[Cell, Decimal | None]) -> str:
    """A part that is greater than its whole; told at the part, and at the whole when only that is entered."""
    names = dict(ExternalKind.choices)
    for part, whole in NOT_MORE_THAN.items():
        if entry.kind in (part, whole):
            n, of = (values.get((place, entry.month.first, kind)) for kind in (part, whole))
            if n is not None and of is not None and n > of:
                return _("“%(part)s” is more than “%(whole)s” of the same month.") % {"part": names[part], "whole": names[whole]}
    return ""


def _stored(county: County, places: Sequence[int | None], months: Sequence[Month]) -> dict[Cell, ExternalFigure]:
    rows = ExternalFigure.objects.filter(county=county, month__in={month.first for month in months}).last_revisions()
    wanted = set(places)
    return {(row.service_id, row.month, row.kind): row for row in rows if row.service_id in wanted}


def _cell(service: Service | None, entry: Entry) -> Cell:
    return service.pk if service else None, entry.month.first, entry.kind


def _is_same(old: ExternalFigure | None, entry: Entry) -> bool:
    return old is not None and (old.value, old.source, old.words) == (entry.value, entry.source.strip(), entry.words.strip())


def _row(
    by: Actor, county: County, service: Service | None, entry: Entry, revision: int, now: datetime, digest: str = ""
) -> ExternalFigure:
    return ExternalFigure(
        county=county,
        service=service,
        month=entry.month.first,
        kind=entry.kind,
        revision=revision,
        value=entry.value,
        source=entry.source.strip(),
        words=entry.words.strip(),
        digest=digest,
        entered_at=now,
        entered_by_id=by.user_id if isinstance(by, Staff) else None,
    )


def _told(last: ExternalFigure | None) -> str:
    if last is None:
        return _("The figure has been taken away meanwhile. Look at it again.")
    about = {
        "value": last.value if last.value is None else written(last.value),
        "day": day_words(last.entered_at),
        "who": last.entered_by or "–",
    }
    return (
        _("The month has this figure already: %(value)s, entered on %(day)s by %(who)s. Save again to put yours in its place.")
        % about
    )


def _not_hers(key: str, hers: Mapping[str, Service], *, whole: bool) -> str:
    keys = [*([ALL] if whole else []), *sorted(hers)]
    return _("“%(key)s” is none of your services. Write one of: %(keys)s.") % {"key": key[:60], "keys": ", ".join(keys[:40])}
