"""A second computation of the metrics over plain tuples: slow, in the words of the document, and obviously right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
UTC = ZoneInfo("UTC")
GIVEN = {f"R{n}" for n in range(1, 10)}
DAYS_OFF_OF_2026 = {date(2026, month, day) for day, month in
    [(1, 1), (6, 1), (3, 4), (6, 4), (1, 5), (14, 5), (19, 6), (24, 12), (25, 12)]}  # fmt: skip
"""The weekdays of 2026 on which nobody works (metrics 1.3)."""
FAILURES = ("status_enquiry", "wrong_advice", "unreachable")
TONES = ("positive", "neutral", "negative")


@dataclass(frozen=True)
class Of:
    """A service as the figures see it."""

    asks_identity: bool
    target: int  # microseconds
    is_primary_care: bool


SERVICES = {"A": Of(True, 300_000_000, True), "B": Of(False, 120_000_000, False)}


@dataclass(frozen=True)
class Move:
    """A try to pass a conversation on; spans in microseconds, `begins` from `queued` and `taken` from when it was offered."""

    state: str  # accepted, declined, expired, withdrawn, refused
    reason: str
    to: str
    begins: int
    taken: int


@dataclass(frozen=True)
class Promise:
    """A call request or follow-up that came of a conversation; a `done` that is none is open."""

    kind: str
    due: date
    done: datetime | None
    result: str  # reached, not_reached, cancelled; empty while it is open


@dataclass(frozen=True)
class Tried:
    """A try outside the hours."""

    at: datetime
    service: str
    went_to: str
    is_test: bool


@dataclass(frozen=True)
class Here:
    """A stretch of a responder of a service in one way of being present."""

    service: str
    kind: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Told:
    """One conversation as somebody would tell it; instants are UTC, durations in microseconds from `queued`."""

    queued: datetime
    status: str  # answered, abandoned, short_abandon, service_closed
    service: str = "A"
    wait: int = 0
    response: int = 0
    length: int = 0
    left: int = 0
    is_test: bool = False
    person: str = ""
    identified_at_the_end: bool = False
    session: int = 0
    topic: str = ""
    outcome: str = ""
    csat: int | None = None
    nps: int | None = None
    has_words: bool = False
    tone: str = ""
    themes: tuple[str, ...] = ()
    failure: str = ""
    came_wrong: bool = False
    moves: tuple[Move, ...] = ()
    promise: Promise | None = None

    @property
    def ends(self) -> datetime:
        if self.status == "answered":
            return self.queued + timedelta(microseconds=self.wait + self.length)
        return self.queued + timedelta(microseconds=self.left)

    @property
    def replied(self) -> datetime | None:
        return self.queued + timedelta(microseconds=self.response) if self.status == "answered" else None

    @property
    def is_identified(self) -> bool:
        """Before the end, and not at the very end."""
        return bool(self.person) and not self.identified_at_the_end

    @property
    def has_feedback(self) -> bool:
        return self.csat is not None or self.nps is not None or self.has_words


@dataclass(frozen=True)
class Past:
    """Everything that happened."""

    rows: Sequence[Told] = ()
    tried: Sequence[Tried] = ()
    here: Sequence[Here] = ()
    now: datetime = field(default_factory=lambda: datetime(2027, 1, 31, tzinfo=UTC))


def month_of(at: datetime) -> tuple[int, int]:
    local = at.astimezone(HELSINKI)
    return local.year, local.month


def day_of(at: datetime) -> date:
    return at.astimezone(HELSINKI).date()


def is_worked(day: date) -> bool:
    return day.weekday() < 5 and day not in DAYS_OFF_OF_2026


def middle(values: Sequence[int]) -> Fraction | None:
    ordered = sorted(values)
    while len(ordered) > 2:
        ordered = ordered[1:-1]
    return Fraction(sum(ordered), len(ordered)) if ordered else None


def class_of_length(micros: int) -> str:
    minutes = micros / 60_000_000
    for least in (60, 45, 30, 20, 15, 10, 5):
        if minutes >= least:
            return f"length_{60 * least}"
    return "length_0"


def in_seconds(micros: Fraction | None) -> Fraction | None:
    return None if micros is None else micros / 1_000_000


def nine_of_ten(values: Sequence[int]) -> Fraction | None:
    for value in sorted(values):
        if 10 * sum(each <= value for each in values) >= 9 * len(values):
            return Fraction(value)
    return None


def mean(values: Sequence[int]) -> Fraction | None:
    return Fraction(sum(values), len(values)) if values else None


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(100 * part, whole) if whole else None


def is_contact(row: Told) -> bool:
    return row.status != "short_abandon" and not row.is_test


def comes_again(row: Told, rows: Sequence[Told]) -> bool:
    """Another of the same person or session was open, or was left in the hour before: in any chat service."""
    for other in rows:
        if other is row or other.is_test or other.queued >= row.queued:
            continue
        if other.session == row.session or (row.person and other.person == row.person):
            left_lately = other.status == "abandoned" and other.ends >= row.queued - timedelta(minutes=60)
            if other.ends > row.queued or left_lately:
                return True
    return False


def asks_again(row: Told, rows: Sequence[Told]) -> bool:
    """The same person made a new contact with the same topic within 168 hours of the end, in any chat service."""
    return bool(row.person and row.topic) and any(
        other is not row
        and is_contact(other)
        and other.person == row.person
        and other.topic == row.topic
        and row.ends < other.queued <= row.ends + timedelta(hours=168)
        for other in rows
    )


def is_passed_on(move: Move) -> bool:
    """Somebody passed it on and somebody took it; what goes on by itself to an overflow queue is nobody's transfer."""
    return move.state == "accepted" and move.reason != "overflow"


def is_wrong(row: Told) -> bool:
    """The wrong service: by its outcome, or by the leg from which it was sent on."""
    return row.outcome == "R7" or row.came_wrong


def reached_that_day(row: Told) -> bool:
    """A human replied on the local day on which it came, or the call that came of it reached the resident on that day (M08b)."""
    replied = row.replied is not None and day_of(row.replied) == day_of(row.queued)
    promise = row.promise
    called = promise and promise.done and promise.result == "reached" and day_of(promise.done) == day_of(row.queued)
    return replied or bool(called)


def is_asked_in_office_hours(row: Told) -> bool:
    local = row.queued.astimezone(HELSINKI)
    return SERVICES[row.service].is_primary_care and is_worked(local.date()) and time(8) <= local.time() < time(16)


def working_days_between(left: datetime, done: datetime) -> int:
    day, n = day_of(left), 0
    while day < day_of(done):
        day += timedelta(days=1)
        n += is_worked(day)
    return n


def of_promises(rows: Sequence[Told], month: tuple[int, int], now: datetime) -> dict[str, Any]:
    """M33: by the month of the due day; cancelled ones are outside, and those that may still be done in time are not judged."""
    due = [(row, row.promise) for row in rows if row.promise and not row.is_test and row.promise.result != "cancelled"]
    due = [(row, each) for row, each in due if (each.due.year, each.due.month) == month]
    due = [(row, each) for row, each in due if each.done or each.due < day_of(now)]
    done = [(row, each.done, each) for row, each in due if each.done]
    in_time = [each for _row, at, each in done if day_of(at) <= each.due]
    found: dict[str, Any] = {
        "M33": share(len(in_time), len(due)),
        "M33 late": len(done) - len(in_time),
        "M33 overdue": len(due) - len(done),
        "M33 not_reached": sum(each.result == "not_reached" for _row, _at, each in done),
        "M33 days": middle([working_days_between(row.ends, at) for row, at, _each in done]),
    }
    for kind in ("call_request", "follow_up"):
        found[f"M33 {kind}"] = sum(each.kind == kind for _row, each in due)
        found[f"M33 {kind} in time"] = sum(each.kind == kind for each in in_time)
    return found


def of_transfers(mine: Sequence[Told], answered: Sequence[Told]) -> dict[str, Any]:
    """M13, and the waits after a transfer (M06)."""
    tries = [move for row in mine for move in row.moves if move.reason != "overflow"]
    waits = [move.taken for move in tries if is_passed_on(move)]
    return {
        "M13": share(sum(any(map(is_passed_on, row.moves)) for row in answered), len(answered)),
        "M13 moves": len(waits),
        "M13 quick": share(sum(wait <= 300_000_000 for wait in waits), len(waits)),
        "M13 failed": sum(move.state in ("declined", "expired") for move in tries),
        "M13 overflows": sum(move.reason == "overflow" for row in mine for move in row.moves),
        "M13 matrix": Counter((whence(row, n), move.to) for row in mine for n, move in enumerate(row.moves) if is_passed_on(move)),
        "M06 transfer": in_seconds(middle(waits)),
        "M06 transfer mean": in_seconds(mean(waits)),
    }


def whence(row: Told, number: int) -> str:
    """The service from whose queue the try of this number was made."""
    taken = [move.to for move in row.moves[:number] if move.state == "accepted"]
    return taken[-1] if taken else row.service


def of_load(answered: int, here: Sequence[Here], month: tuple[int, int], services: Collection[str], now: datetime) -> Any:
    """M26: answered contacts for each hour in which somebody was available; unknown when nobody's presence was kept."""
    begins, ends = bounds(month)
    ends = min(ends, now)
    hers = [each for each in here if each.service in services and each.ends > begins and each.begins < ends]
    if not hers:
        return "no data"
    available = [min(each.ends, ends) - max(each.begins, begins) for each in hers if each.kind == "available"]
    micros = sum(available, timedelta()) // timedelta(microseconds=1)
    return Fraction(answered * 3_600_000_000, micros) if micros else None


def bounds(month: tuple[int, int]) -> tuple[datetime, datetime]:
    """The first instants of the month and of the next one."""
    year, number = month
    following = date(year + number // 12, number % 12 + 1, 1)
    return tuple(datetime.combine(day, time(), HELSINKI).astimezone(UTC) for day in (date(year, number, 1), following))  # type: ignore[return-value]


def slowly(past: Past, month: tuple[int, int], services: Collection[str]) -> dict[str, Any]:
    """Every figure of a month of these services together."""
    rows = past.rows
    of_month = [row for row in rows if row.service in services and month_of(row.queued) == month]
    mine = [row for row in of_month if is_contact(row)]
    answered = [row for row in mine if row.status == "answered"]
    coded = [row for row in answered if row.outcome in GIVEN]
    first = [row for row in coded if row.outcome in ("R1", "R2")]
    marks = [row.csat for row in mine if row.csat is not None]
    likely = [row.nps for row in mine if row.nps is not None]
    texts = [row for row in mine if row.has_words]
    again = [row for row in mine if comes_again(row, rows)]
    needless = [row for row in mine if row in again or is_wrong(row) or row.failure]
    contacts = len(mine)
    tried = [each for each in past.tried if each.service in services and month_of(each.at) == month and not each.is_test]
    # Identification is in use where the service asks for it, or somebody used it in the month.
    used = {row.service for row in of_month if row.person and not row.is_test}
    in_use = {service for service in services if SERVICES[service].asks_identity or service in used}
    asked = [row for row in mine if row.service in in_use]
    named = [row for row in asked if row.is_identified]
    asked_coded = [row for row in coded if row.service in in_use]
    kept_first = [row for row in first if row.service in in_use and not asks_again(row, rows)]
    hours: dict[tuple[object, int, int], list[Told]] = {}
    for row in mine:
        local = row.queued.astimezone(HELSINKI)
        hours.setdefault((local.date(), local.hour, local.fold), []).append(row)
    in_time = {id(row) for row in answered if row.response <= SERVICES[row.service].target}
    kept = sum(10 * sum(id(row) in in_time for row in found) >= 8 * len(found) for found in hours.values())
    office = [row for row in mine if is_asked_in_office_hours(row)]
    return {
        "M01": Fraction(contacts),
        "M02": Fraction(len(named)) if in_use else "no data",
        "M02 persons": len({row.person for row in named}) if in_use else None,
        "M02 share": share(len(named), len(asked)) if in_use else None,
        "M02 based on": (len(asked), contacts) if in_use and len(asked) != contacts else None,
        "M03": share(len(answered), contacts),
        "M04": share(sum(row.status == "abandoned" for row in mine), contacts),
        "M04 left": in_seconds(middle([row.left for row in mine if row.status == "abandoned"])),
        "M05": Fraction(len(tried)),
        "M05 went": Counter(each.went_to or "left" for each in tried),
        "M06": in_seconds(middle([row.wait for row in answered])),
        "M06 p90": in_seconds(nine_of_ten([row.wait for row in answered])),
        "M06 mean": in_seconds(mean([row.wait for row in answered])),
        "M07": in_seconds(middle([row.response for row in answered])),
        "M07 p90": in_seconds(nine_of_ten([row.response for row in answered])),
        "M08": share(len(in_time), contacts),
        "M08 hours": share(kept, len(hours)),
        "M08b": share(sum(map(reached_that_day, office)), len(office)),
        "M09": in_seconds(middle([row.length for row in answered])),
        "M09 classes": Counter(class_of_length(row.length) for row in answered),
        "M10": share(len(first), len(coded)),
        "M10 verified": share(len(kept_first), len(asked_coded)) if in_use else None,
        "M11": share(sum(row.outcome in ("R1", "R2", "R3", "R4", "R6", "R8") for row in coded), len(coded)),
        "M12": share(sum(row.outcome in ("R3", "R4", "R5") for row in coded), len(coded)),
        **of_transfers(mine, answered),
        "M14": mean(marks),
        "M15": share(sum(mark >= 9 for mark in likely) - sum(mark <= 6 for mark in likely), len(likely)),
        "M16": share(sum(row.has_feedback for row in mine), len(answered)),
        "M17": Fraction(len(texts)),
        "M17 tones": Counter(row.tone for row in texts if row.tone),
        "M17 themes": Counter(theme for row in texts if row.tone for theme in row.themes),
        "M18": share(len(needless), contacts),
        "M18 wrong": sum(map(is_wrong, mine)),
        "M18 reasons": Counter(row.failure for row in mine if row.failure),
        "M19": share(len(again), contacts),
        "M26": of_load(len(answered), past.here, month, services, past.now),
        **of_promises([row for row in rows if row.service in services], month, past.now),
    }
