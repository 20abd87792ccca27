"""The handbook as one person has it: chapters in order, the sections of her services, and what of it she has read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor, Staff
from accounts.permissions import grants_of
from handbook.choices import PAST_DRAFT, READER_ROLES, ChapterAudience, VersionState
from handbook.models import Chapter, ChapterVersion, Reading
from services.models import County, Service

UNSHOWN = ("questions", "confirmed", "writers")
Place = tuple[int, int | None]
"""A chapter's common text (no service), or a service's section of it."""


class Mark(StrEnum):
    """How a text stands to its reader."""

    READ = "read"  # this very version
    STILL_VALID = "still_valid"  # an earlier version; what changed since is small
    TO_READ = "to_read"


@dataclass(frozen=True, slots=True)
class Shown:
    """A published text, as its reader has it."""

    version: ChapterVersion
    mark: Mark
    read_number: int | None = None
    due_on: date | None = None
    is_change: bool = False

    def is_late(self, today: date) -> bool:
        """The days within which it is read are over."""
        return self.mark == Mark.TO_READ and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class Entry:
    """A chapter with its common text and the sections of the reader's services."""

    chapter: Chapter
    common: Shown
    sections: Sequence[Shown] = ()

    @property
    def parts(self) -> list[Shown]:
        """All its texts."""
        return [self.common, *self.sections]

    @property
    def to_read(self) -> list[Shown]:
        """Those that she has to read."""
        return [part for part in self.parts if part.mark == Mark.TO_READ]

    def is_overdue(self, today: date) -> bool:
        """Nobody has looked the chapter through in time."""
        return self.chapter.review_on is not None and self.chapter.review_on < today


def services_of(actor: Actor, county: County) -> list[Service]:
    """The services whose sections concern the person: where she answers or supervises; to others, all of the county."""
    rows = Service.objects.filter(county=county).readable_by(actor)
    held = grants_of(actor, READER_ROLES).filter(county=county.code).values_list("service_id", flat=True)
    hers = set(held) if isinstance(actor, Staff) else set()
    return list(rows.filter(public_id__in=hers) if hers and None not in hers else rows)


def is_reader(actor: Actor, county: County) -> bool:
    """What changes in the handbook asks her to read it."""
    return grants_of(actor, READER_ROLES).filter(county=county.code).exists()


def book_of(
    actor: Actor,
    county: County,
    services: Iterable[Service],
    *,
    audience: str = ChapterAudience.STAFF,
    with_texts: bool = True,
) -> list[Entry]:
    """The published chapters in order, of the staff or what residents read; three queries however many there are.

    Without texts, a version's text and questions are read when they are asked for. What a list shows of no chapter (long texts,
    questions, a county row for each chapter) is not read at all: with 200 chapters that was half of the page's time.
    """
    wanted = {service.pk for service in services}
    chapters = list(Chapter.objects.filter(county=county, audience=audience).in_use().select_related("owner").defer("duties"))
    for row in chapters:
        row.county = county
    versions = ChapterVersion.objects.filter(chapter__in=[row.pk for row in chapters], state__in=PAST_DRAFT)
    past: dict[Place, list[tuple[int, bool]]] = defaultdict(list)
    for chapter_id, service_id, number, significant in versions.values_list("chapter_id", "service_id", "number", "is_significant"):
        past[chapter_id, service_id].append((number, significant))
    read = readings_of(actor, county)
    found: dict[int, list[Shown]] = defaultdict(list)
    common: dict[int, Shown] = {}
    shown_ones = versions.filter(Q(service__isnull=True) | Q(service__in=wanted), state=VersionState.PUBLISHED)
    shown_ones = shown_ones.select_related("service").order_by("service__order", "service__key")
    for version in shown_ones.defer(*UNSHOWN, *(() if with_texts else ("body",))):
        place = version.chapter_id, version.service_id
        shown = _shown(version, past[place], read.get(place, ()))
        if version.service_id is None:
            common[version.chapter_id] = shown
        else:
            found[version.chapter_id].append(shown)
    return [Entry(row, common[row.pk], found[row.pk]) for row in chapters if row.pk in common]


def readings_of(actor: Actor, county: County) -> Mapping[Place, list[int]]:
    """The numbers of the versions that the person has read."""
    found: dict[Place, list[int]] = defaultdict(list)
    if isinstance(actor, Staff):
        rows = Reading.objects.filter(user_id=actor.user_id, version__chapter__county=county)
        for chapter_id, service_id, number in rows.values_list("version__chapter_id", "version__service_id", "version__number"):
            found[chapter_id, service_id].append(number)
    return found


def least_number(past: Iterable[tuple[int, bool]]) -> int:
    """The earliest version whose reading still counts: the last significant one, or the first."""
    numbers = sorted(past)
    return max((number for number, significant in numbers if significant), default=numbers[0][0] if numbers else 1)


def _shown(version: ChapterVersion, past: Sequence[tuple[int, bool]], read: Iterable[int]) -> Shown:
    newest = max(read, default=None)
    if newest == version.number:
        return Shown(version, Mark.READ, newest)
    if newest is not None and newest >= least_number(past):
        return Shown(version, Mark.STILL_VALID, newest)
    due = None
    if version.published_at is not None:
        due = timezone.localdate(version.published_at) + timedelta(days=version.read_within_days)
    return Shown(version, Mark.TO_READ, newest, due, is_change=newest is not None)


__all__ = ["Entry", "Mark", "Shown", "book_of", "is_reader", "least_number", "readings_of", "services_of"]
