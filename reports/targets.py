"""A figure beside its target, and in words: compared unrounded, shown rounded half up (metrics 1.4, 1.8). Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext as _

from reports.metrics.figure import Figure
from reports.metrics.words import PERCENTS, TIMES
from reports.rounding import duration, euros, number, percent
from services.choices import Direction

SECONDS: Mapping[str, int] = {"s": 1, "sek": 1, "min": 60, "h": 3600}
PERCENT = "%"


class Standing(StrEnum):
    """How a target stands."""

    MET = "met"
    MISSED = "missed"
    NO_DATA = "no_data"
    OTHER_UNIT = "other_unit"
    UNAVAILABLE = "unavailable"


def comparable(figure: Figure, unit: str) -> Fraction | None:
    """The figure in the target’s unit; None when there is none, or when the unit does not fit it (see `fits`)."""
    if figure.unit == "1–5" and unit.strip() == PERCENT:
        return figure.beside["share"]
    if figure.value is None:
        return None
    return figure.value / SECONDS[unit.strip().lower()] if figure.unit == "s" else figure.value


def fits(figure: Figure, unit: str) -> bool:
    """Whether a target of the unit can be compared with the figure."""
    asked = unit.strip().lower()
    match figure.unit:
        case "s":
            return asked in SECONDS
        case "%":
            return asked == PERCENT
        case _:
            return asked not in SECONDS and (asked != PERCENT or figure.unit == "1–5")


def standing_of(figure: Figure, *, direction: str, value: Decimal, unit: str) -> Standing:
    """Whether the target is met, by the unrounded value."""
    if not fits(figure, unit):
        return Standing.OTHER_UNIT
    now = comparable(figure, unit)
    if now is None:
        return Standing.NO_DATA
    return Standing.MET if _holds(now, direction, Fraction(value)) else Standing.MISSED


def value_in_words(figure: Figure, *, unit: str = "", target: Decimal | None = None) -> str:
    """The figure as a reader expects it; one that misses its target by less than the rounding is shown with two decimals."""
    if not figure.known:
        return _("no data")
    if figure.unit == "1–5" and unit.strip() == PERCENT:
        return percent(figure.beside["share"], target=target)
    return in_unit(figure.value, figure.unit, target=target)


def in_unit(value: Fraction | None, unit: str, *, target: Decimal | None = None) -> str:
    """A value of the unit: a duration, a percentage, a mean with one decimal, euros, or a whole number."""
    match unit:
        case "%":
            return percent(value, target=target)
        case "s":
            return duration(value)
        case "€":
            return euros(value)
        case "1–5" | "n/h" | "/1000":
            return number(value, 1)
        case _:
            return number(value)


def beside_in_words(figure: Figure, code: str) -> str:
    """What stands beside a figure, in its own unit."""
    value = figure.beside.get(code)
    if code in TIMES:
        return duration(value)
    if code in PERCENTS:
        return percent(value)
    return euros(value) if figure.unit == "€" else number(value, 1)


def _holds(now: Fraction, direction: str, target: Fraction) -> bool:
    match direction:
        case Direction.GTE:
            return now >= target
        case Direction.LTE:
            return now <= target
        case Direction.GT:
            return now > target
    return now < target
