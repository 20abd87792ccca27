"""What must hold for rows of the directory, beyond what one row can tell of itself in its own `clean`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from services.choices import Audience, ServiceStatus
from services.intervals import Interval, refuse_overlaps
from services.models import (
    ContactPoint,
    Disruption,
    DisruptionText,
    ExceptionDay,
    Improvement,
    Link,
    Override,
    Queue,
    Service,
    Use,
    WeeklyInterval,
)
from services.operations.snapshots import translated_originals
from services.publication import PAGE_TEXTS, mandatory_languages, publication_gaps

# Shown to residents the moment they are saved: no publishing step would ask for the missing Swedish.
SHOWN_AT_ONCE: Mapping[type[models.Model], Sequence[str]] = {
    Disruption: ("text",),
    # Ready in every language before it is needed: in the hurry of a disruption nobody translates.
    DisruptionText: ("text",),
    Override: ("reason",),
    ExceptionDay: ("reason",),
}
# Content and addresses name a row by its key: it never changes once it is stored.
STABLE = ("key", "code", "slug")
PUBLISHED = (ServiceStatus.OPEN, ServiceStatus.PAUSED)
DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
PLACEHOLDER = re.compile(r"\{\{phone:([a-z0-9_-]+)\}\}")


class Judge:
    """Judges the rows of one transaction: each by itself, and what they make together when all are in."""

    def __init__(self) -> None:
        self._schedules: set[int] = set()
        self._services: set[int] = set()
        self._gaps_before: dict[int, set[str]] = {}

    def before(self, row: models.Model) -> None:
        """Remember what the published page lacks already, so that only a new gap is refused."""
        for key in _service_keys(row):
            service = Service.objects.filter(pk=key, status__in=PUBLISHED).select_related("county").first()
            if service and key not in self._gaps_before:
                self._gaps_before[key] = _blocking(service)

    def row(self, row: models.Model, *, before: models.Model | None) -> None:
        """One row is whole and true by itself."""
        _refuse_strange_characters(row)
        row.full_clean(exclude=translated_originals(row))
        _refuse_renaming(row, before)
        _refuse_missing_languages(row)
        if isinstance(row, Queue) and row.overflow_to_id and row.overflow_to_id == row.pk:
            raise ValidationError({"overflow_to": ValidationError(_("A queue cannot overflow to itself."), code="itself")})
        if isinstance(row, Disruption | Override):
            _place_notice(row)
        if isinstance(row, Improvement) and isinstance(before, Improvement) and before.state != row.state:
            row.moved_at = timezone.now()

    def delete(self, row: models.Model) -> None:
        """May the row go at all?"""
        if isinstance(row, Service) and row.status != ServiceStatus.DRAFT:
            raise ValidationError(_("A service that has been permitted is not deleted: close it."), code="not_draft")
        if isinstance(row, ContactPoint | Link | Service):
            uses = row.uses if not isinstance(row, Service) else Use.objects.of_thing("service", row.key, county=row.county_id)
            if labels := list(uses.values_list("label", flat=True)[:5]):
                raise ValidationError(
                    _("“%(row)s” cannot be deleted: it is used by %(users)s."),
                    code="in_use",
                    params={"row": row, "users": ", ".join(labels)},
                )

    def touched(self, row: models.Model) -> None:
        """Whatever the row belongs to is judged at the end."""
        self._services.update(_service_keys(row))
        if isinstance(row, WeeklyInterval):
            self._schedules.add(row.schedule_id)

    def after(self) -> None:
        """All changes are in: the sets hold, and a published page has no new gap."""
        for rows in (WeeklyInterval.objects.filter(schedule_id=key) for key in sorted(self._schedules)):
            refuse_overlaps(interval_of(row) for row in rows)
        for service in Service.objects.filter(pk__in=self._services).select_related("county"):
            _refresh_uses(service)
            if service.status in PUBLISHED:
                _refuse_new_gaps(service, self._gaps_before.get(service.pk, set()))


def _refuse_strange_characters(row: models.Model) -> None:
    """No control characters, broken halves of characters or signs that turn the writing direction: they hide what is said."""
    errors = {}
    for each in row._meta.concrete_fields:
        value = getattr(row, each.attname)
        if isinstance(value, str) and has_strange_characters(value):
            errors[each.name] = ValidationError(
                _("The text has characters that cannot be seen. Write it again without copying."), code="characters"
            )
    if errors:
        raise ValidationError(errors)


def has_strange_characters(value: str) -> bool:
    """Are there characters that cannot be seen, or that turn the writing?"""
    return any(_is_strange(ch) for ch in value)


def _is_strange(ch: str) -> bool:
    return (unicodedata.category(ch) in ("Cc", "Cs", "Co") and ch not in "\n\r\t") or ch in DIRECTION


def interval_of(row: WeeklyInterval) -> Interval:
    """The row as a plain value."""
    return Interval(row.weekday, row.opens, row.closes, row.valid_from, row.valid_until)


def _service_keys(row: models.Model) -> list[int]:
    match row:
        case Service():
            return [row.pk] if row.pk else []
        case ContactPoint() if row.pk:
            return list(Service.objects.filter(channels__contact_point=row.pk).values_list("pk", flat=True).distinct())
    key = getattr(row, "service_id", None)
    return [key] if key and not isinstance(row, Disruption | Override | Link) else []


def _blocking(service: Service) -> set[str]:
    return {f"{gap.code}:{gap.language}" for gap in publication_gaps(service) if gap.blocks}


def _refuse_new_gaps(service: Service, before: set[str]) -> None:
    new = [gap for gap in publication_gaps(service) if gap.blocks and f"{gap.code}:{gap.language}" not in before]
    if new:
        raise ValidationError(
            [
                ValidationError(
                    _("“%(service)s” is open to residents: %(gap)s"),
                    code="publication_gap",
                    params={"service": service, "gap": str(gap.message)},
                )
                for gap in new
            ]
        )


def _refuse_renaming(row: models.Model, before: models.Model | None) -> None:
    for name in STABLE:
        if before is not None and hasattr(before, name) and getattr(before, name) != getattr(row, name):
            raise ValidationError(
                {name: ValidationError(_("This cannot be changed: content and addresses name the row by it."), code="stable")}
            )


def _refuse_missing_languages(row: models.Model) -> None:
    names = SHOWN_AT_ONCE.get(type(row), ())
    if not names:
        return
    errors = {
        f"{name}_{language}": ValidationError(_("The county is bilingual: write this in Swedish too."), code="language_missing")
        for language in mandatory_languages(row.county.official_languages)  # type: ignore[attr-defined]
        for name in names
        if not (getattr(row, f"{name}_{language}") or "").strip()
    }
    if errors:
        raise ValidationError(errors)


def _place_notice(row: Disruption | Override) -> None:
    """A notice about a queue is about its service too."""
    if row.queue is not None and row.service_id not in (None, row.queue.service_id):
        raise ValidationError({"queue": ValidationError(_("The queue belongs to another service."), code="other_service")})


def _refresh_uses(service: Service) -> None:
    """Where a contact point or link is used is written down by whoever shows it; an unknown {{phone:KEY}} is refused."""
    texts = [getattr(service, f"{name}_{code}") or "" for _point, name, _label in PAGE_TEXTS for code in ("fi", "sv", "en")]
    texts += [getattr(service, f"{name}_{code}") or "" for name in ("greeting", "easy_text") for code in ("fi", "sv", "en")]
    named = {key for text in texts for key in PLACEHOLDER.findall(text)}
    points = list(ContactPoint.objects.filter(county=service.county, key__in=named)) if named else []
    if unknown := named - {point.key for point in points}:
        raise ValidationError(
            _("There is no contact point “%(key)s”."), code="unknown_contact_point", params={"key": ", ".join(sorted(unknown))}
        )
    if internal := [point for point in points if point.audience == Audience.INTERNAL]:
        raise ValidationError(
            _("“%(point)s” is for professionals only, and cannot stand in a public text."),
            code="internal",
            params={"point": internal[0]},
        )
    links = list(Link.objects.filter(pk__in=service.redirects.exclude(to_link=None).values("to_link")))
    by_fields = [service.digital_support, service.resident_support, service.responder_support]
    points += [point for point in by_fields if point is not None]
    points += ContactPoint.objects.filter(pk__in=service.redirects.exclude(to_contact=None).values("to_contact"))
    points += ContactPoint.objects.filter(pk__in=service.channels.values("contact_point"))
    write_uses(entry=f"service:{service.key}", county_id=service.county_id, label=str(service), points=points, links=links)


def write_uses(
    *,
    entry: str,
    county_id: int,
    label: str,
    points: Sequence[ContactPoint] = (),
    links: Sequence[Link] = (),
    things: Collection[str] = (),
    url: str = "",
) -> None:
    """The uses of one entry are exactly these."""
    wanted: set[tuple[str, Any]] = {("p", point.pk) for point in points} | {("l", link.pk) for link in links}
    wanted |= {("t", thing) for thing in things}
    rows = Use.objects.filter(county_id=county_id, entry=entry)
    stored = {_used(row): row for row in rows}
    if set(stored) == wanted and all((row.label, row.url) == (label[:160], url) for row in stored.values()):
        return
    rows.delete()
    Use.objects.bulk_create(
        Use(
            county_id=county_id,
            entry=entry,
            label=label[:160],
            url=url,
            contact_point_id=key if kind == "p" else None,
            link_id=key if kind == "l" else None,
            thing=key if kind == "t" else "",
        )
        for kind, key in sorted(wanted, key=str)
    )


def _used(row: Use) -> tuple[str, Any]:
    if row.contact_point_id:
        return "p", row.contact_point_id
    return ("l", row.link_id) if row.link_id else ("t", row.thing)
