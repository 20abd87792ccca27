"""A second computation of the metrics over plain tuples: slow, in the words of the document, and obviously right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
UTC = ZoneInfo("UTC")
GIVEN = {f"R{n}" for n in range(1, 10)}


@dataclass(frozen=True)
class Told:
    """One conversation as somebody would tell it; instants are UTC, durations in microseconds from `queued`."""

    queued: datetime
    status: str  # answered, abandoned, short_abandon, service_closed
    wait: int = 0
    response: int = 0
    length: int = 0
    left: int = 0
    is_test: bool = False
    person: str = ""
    session: int = 0
    topic: str = ""
    outcome: str = ""
    csat: int | None = None
    nps: int | None = None
    language: str = "fi"

    @property
    def ends(self) -> datetime:
        if self.status == "answered":
            return self.queued + timedelta(microseconds=self.wait + self.length)
        return self.queued + timedelta(microseconds=self.left)


def month_of(at: datetime) -> tuple[int, int]:
    local = at.astimezone(HELSINKI)
    return local.year, local.month


def middle(values: Sequence[int]) -> Fraction | None:
    ordered = sorted(values)
    while len(ordered) > 2:
        ordered = ordered[1:-1]
    return Fraction(sum(ordered), len(ordered)) / 1_000_000 if ordered else None


def nine_of_ten(values: Sequence[int]) -> Fraction | None:
    for value in sorted(values):
        if 10 * sum(each <= value for each in values) >= 9 * len(values):
            return Fraction(value, 1_000_000)
    return None


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(100 * part, whole) if whole else None


def is_contact(row: Told) -> bool:
    return row.status != "short_abandon" and not row.is_test


def comes_again(row: Told, rows: Sequence[Told]) -> bool:
    """Another of the same person or session was open, or was left in the hour before."""
    for other in rows:
        if other is row or other.is_test or other.queued >= row.queued:
            continue
        if other.session == row.session or (row.person and other.person == row.person):
            left_lately = other.status == "abandoned" and other.ends >= row.queued - timedelta(minutes=60)
            if other.ends > row.queued or left_lately:
                return True
    return False


def asks_again(row: Told, rows: Sequence[Told]) -> bool:
    """The same person made a new contact with the same topic within 168 hours of the end."""
    return bool(row.person and row.topic) and any(
        other is not row
        and is_contact(other)
        and other.person == row.person
        and other.topic == row.topic
        and row.ends < other.queued <= row.ends + timedelta(hours=168)
        for other in rows
    )


def slowly(rows: Sequence[Told], month: tuple[int, int]) -> dict[str, Fraction | None]:
    mine = [row for row in rows if is_contact(row) and month_of(row.queued) == month]
    answered = [row for row in mine if row.status == "answered"]
    coded = [row for row in answered if row.outcome in GIVEN]
    first = [row for row in coded if row.outcome in ("R1", "R2")]
    marks = [row.csat for row in mine if row.csat is not None]
    likely = [row.nps for row in mine if row.nps is not None]
    again = [row for row in mine if comes_again(row, rows)]
    needless = [row for row in mine if row in again or row.outcome == "R7"]
    contacts = len(mine)
    hours: dict[tuple[object, int, int], list[Told]] = {}
    for row in mine:
        local = row.queued.astimezone(HELSINKI)
        hours.setdefault((local.date(), local.hour, local.fold), []).append(row)
    in_time = {id(row) for row in answered if row.response <= 300_000_000}
    kept = sum(10 * sum(id(row) in in_time for row in found) >= 8 * len(found) for found in hours.values())
    return {
        "M01": Fraction(contacts),
        "M02": Fraction(sum(bool(row.person) for row in mine)),
        "M02 persons": Fraction(len({row.person for row in mine if row.person})),
        "M03": share(len(answered), contacts),
        "M04": share(sum(row.status == "abandoned" for row in mine), contacts),
        "M04 left": middle([row.left for row in mine if row.status == "abandoned"]),
        "M06": middle([row.wait for row in answered]),
        "M06 p90": nine_of_ten([row.wait for row in answered]),
        "M06 mean": Fraction(sum(row.wait for row in answered), len(answered) * 1_000_000) if answered else None,
        "M07": middle([row.response for row in answered]),
        "M07 p90": nine_of_ten([row.response for row in answered]),
        "M08": share(len(in_time), contacts),
        "M08 hours": share(kept, len(hours)),
        "M09": middle([row.length for row in answered]),
        "M10": share(len(first), len(coded)),
        "M10 verified": share(sum(not asks_again(row, rows) for row in first), len(coded)),
        "M11": share(sum(row.outcome in ("R1", "R2", "R3", "R4", "R6", "R8") for row in coded), len(coded)),
        "M12": share(sum(row.outcome in ("R3", "R4", "R5") for row in coded), len(coded)),
        "M14": Fraction(sum(marks), len(marks)) if marks else None,
        "M15": share(sum(mark >= 9 for mark in likely) - sum(mark <= 6 for mark in likely), len(likely)),
        "M16": share(sum(row.csat is not None or row.nps is not None for row in mine), len(answered)),
        "M18": share(len(needless), contacts),
        "M19": share(len(again), contacts),
    }
