"""What a service’s contacts come to in a period, by the definitions of the metrics (M01, M03–M08, M10–M12, M14–M16).

A contact belongs to the instant at which it was queued, with everything that happens to it later; months and days are those of
Finland, durations are subtracted in UTC (metrics 1.2). It is counted in the service of its first queue. Tests, practice and the
professionals’ consultations are not counted. Nothing is rounded here: targets are compared with the unrounded value (metrics 1.4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import ceil

from django.utils import timezone

from chat.choices import GIVEN_OUTCOMES, Outcome, Status, WentTo
from chat.models import Attempt, Conversation
from services.models import Service

CONTACTS = (Status.ANSWERED, Status.ABANDONED, Status.SERVICE_CLOSED)
FIRST = (Outcome.R1, Outcome.R2)
ONE = (Outcome.R1, Outcome.R2, Outcome.R3, Outcome.R4, Outcome.R6, Outcome.R8)
TRADITIONAL = (Outcome.R3, Outcome.R4, Outcome.R5)
CONTENT, PROMOTERS, PASSIVES = 4, 9, 7
FEW = 10
"""Fewer answers than this are shown with the mark “few answers” (M14)."""

AVAILABLE = ("M01", "M03", "M04", "M05", "M06", "M07", "M08", "M10", "M11", "M12", "M14", "M15", "M16")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in Finland, from the first to the last."""

    first: date
    last: date

    @property
    def interval(self) -> tuple[datetime, datetime]:
        """The same as instants: from the first, to before the second."""
        begins, ends = (datetime.combine(day, time()) for day in (self.first, self.last + timedelta(days=1)))
        return timezone.make_aware(begins), timezone.make_aware(ends)


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of the period. `value` is None when there is nothing to divide by; `parts` are what it was made of, by name."""

    metric: str
    value: Fraction | None
    unit: str
    n: int
    parts: Sequence[tuple[str, int]] = ()
    beside: Mapping[str, Fraction | None] = field(default_factory=dict)

    @property
    def is_of_few(self) -> bool:
        """So few have answered that the figure is shown with a mark."""
        return self.metric in ("M14", "M15") and 0 < self.n < FEW


@dataclass(frozen=True, slots=True)
class Contact:
    """One conversation, as it is counted."""

    status: str
    queued_at: datetime
    wait: float | None
    response: float | None
    limit: int
    outcome: str
    satisfaction: int | None
    recommend: int | None
    has_feedback: bool


def read_contacts(services: Collection[Service], period: Period) -> list[Contact]:
    """The conversations queued in the period whose first queue is of the services: one query."""
    begins, ends = period.interval
    rows = Conversation.objects.counted().of_residents().filter(first_queue__service__in=services)
    rows = rows.filter(queued_at__gte=begins, queued_at__lt=ends).order_by()
    columns = (
        *("status", "queued_at", "accepted_at", "first_reply_at", "outcome", "first_queue__service__response_target_seconds"),
        *("feedback__satisfaction", "feedback__recommend", "feedback__answered_at"),
    )
    return [_contact(*row) for row in rows.values_list(*columns)]


def read_figures(services: Collection[Service], period: Period) -> dict[str, Figure]:
    """Every metric that the chat knows, of these services together: computed from the rows, never from averages (metrics 1.4)."""
    contacts = read_contacts(services, period)
    begins, ends = period.interval
    attempts = Attempt.objects.filter(service__in=services, at__gte=begins, at__lt=ends, is_test=False).order_by()
    return figures_of(contacts, attempts=Counter(attempts.values_list("went_to", flat=True)))


def by_day(contacts: Iterable[Contact]) -> list[tuple[date, int]]:
    """The contacts of each day, the first day first: what M01 was made of."""
    days = Counter(timezone.localdate(one.queued_at) for one in contacts if one.status in CONTACTS)
    return sorted(days.items())


def figures_of(contacts: Sequence[Contact], *, attempts: Mapping[str, int]) -> dict[str, Figure]:
    """The same of rows that have been read."""
    by_status = Counter(one.status for one in contacts)
    n = sum(by_status[status] for status in CONTACTS)
    answered = [one for one in contacts if one.status == Status.ANSWERED]
    within = sum(one.response is not None and one.response <= one.limit for one in answered)
    coded = [one for one in answered if one.outcome in GIVEN_OUTCOMES]
    outcomes = Counter(one.outcome for one in coded)
    found = [
        Figure("M01", Fraction(n), "n", n, _named(by_status, [*CONTACTS, Status.SHORT_ABANDON])),
        _share("M03", len(answered), n, [("answered", len(answered)), ("contacts", n)]),
        _share("M04", by_status[Status.ABANDONED], n, _named(by_status, [Status.ABANDONED, Status.SHORT_ABANDON])),
        _attempts(attempts),
        _times("M06", [one.wait for one in answered]),
        _times("M07", [one.response for one in answered]),
        _share("M08", within, n, [("within", within), ("contacts", n)]),
        *(_coded(metric, codes, outcomes, len(coded)) for metric, codes in (("M10", FIRST), ("M11", ONE), ("M12", TRADITIONAL))),
        *_opinions(contacts, len(answered)),
    ]
    return {figure.metric: figure for figure in found}


def median(values: Sequence[Fraction]) -> Fraction | None:
    """The middle value, or the mean of the two middle ones."""
    ordered, n = sorted(values), len(values)
    if not n:
        return None
    return ordered[n // 2] if n % 2 else (ordered[n // 2 - 1] + ordered[n // 2]) / 2


def p90(values: Sequence[Fraction]) -> Fraction | None:
    """Nearest rank: the ⌈0.9·n⌉-th smallest."""
    return sorted(values)[ceil(Fraction(9, 10) * len(values)) - 1] if values else None


def mean(values: Sequence[Fraction]) -> Fraction | None:
    """The sum divided by how many there are."""
    return sum(values, Fraction()) / len(values) if values else None


def _contact(
    status: str,
    queued_at: datetime,
    accepted_at: datetime | None,
    first_reply_at: datetime | None,
    outcome: str,
    limit: int,
    satisfaction: int | None,
    recommend: int | None,
    feedback_at: datetime | None,
) -> Contact:
    # One that is still going on has been answered when a human has replied (metrics 1.1).
    settled = status or (Status.ANSWERED if first_reply_at is not None else "")
    wait = (accepted_at - queued_at).total_seconds() if accepted_at else None
    response = (first_reply_at - queued_at).total_seconds() if first_reply_at else None
    return Contact(settled, queued_at, wait, response, limit, outcome, satisfaction, recommend, feedback_at is not None)


def _named(counts: Mapping[str, int], names: Iterable[str]) -> list[tuple[str, int]]:
    return [(str(name), counts.get(name, 0)) for name in names]


def _attempts(went: Mapping[str, int]) -> Figure:
    n, places = sum(went.values()), Counter[str]()
    for where, count in went.items():
        places[where or WentTo.LEFT.value] += count
    return Figure("M05", Fraction(n), "n", n, sorted(places.items()))


def _share(metric: str, part: int, whole: int, parts: Sequence[tuple[str, int]]) -> Figure:
    return Figure(metric, Fraction(100 * part, whole) if whole else None, "%", whole, parts)


def _times(metric: str, seconds: Iterable[float | None]) -> Figure:
    values = [Fraction(each) for each in seconds if each is not None]
    beside = {"mean": mean(values), "p90": p90(values), "longest": max(values, default=None)}
    return Figure(metric, median(values), "s", len(values), [("answered", len(values))], beside)


def _coded(metric: str, codes: Iterable[str], outcomes: Mapping[str, int], coded: int) -> Figure:
    parts = _named(outcomes, codes)
    return _share(metric, sum(count for _code, count in parts), coded, [*parts, ("coded", coded)])


def _opinions(contacts: Sequence[Contact], answered: int) -> list[Figure]:
    marks = [Fraction(one.satisfaction) for one in contacts if one.satisfaction is not None and one.status in CONTACTS]
    content = sum(mark >= CONTENT for mark in marks)
    likely = [one.recommend for one in contacts if one.recommend is not None and one.status in CONTACTS]
    promoters = sum(mark >= PROMOTERS for mark in likely)
    passives = sum(PASSIVES <= mark < PROMOTERS for mark in likely)
    detractors = len(likely) - promoters - passives
    told = sum(one.has_feedback and one.status in CONTACTS for one in contacts)
    of_five = [(str(mark), sum(each == mark for each in marks)) for mark in range(1, 6)]
    share = Fraction(100 * content, len(marks)) if marks else None
    nps = Fraction(100 * (promoters - detractors), len(likely)) if likely else None
    groups = [("promoters", promoters), ("passives", passives), ("detractors", detractors)]
    return [
        Figure("M14", mean(marks), "1–5", len(marks), of_five, {"share": share}),
        Figure("M15", nps, "nps", len(likely), groups),
        _share("M16", told, answered, [("feedback", told), ("answered", answered)]),
    ]
