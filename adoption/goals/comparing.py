"""A figure beside its target: compared unrounded, shown rounded half up (metrics 1.4). Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils import formats
from django.utils.translation import gettext as _

from chat.figures import Figure
from services.choices import Direction

SECONDS: Mapping[str, int] = {"s": 1, "sek": 1, "min": 60, "h": 3600}
PERCENT, HOUR = "%", 3600


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
    if figure.unit == "1–5" and unit.strip() == PERCENT:
        return _percent(figure.beside["share"], target)
    value = figure.value
    if value is None:
        return "–"
    match figure.unit:
        case "%":
            return _percent(value, target)
        case "s":
            return duration(value)
        case "1–5":
            return str(formats.number_format(_rounded(value, 1), 1))
        case _:
            return str(formats.number_format(_rounded(value, 0), 0, force_grouping=True))


def duration(seconds: Fraction) -> str:
    """4 min 19 s; above an hour hours and minutes."""
    whole = int(_rounded(seconds, 0))
    if whole > HOUR:
        return _("%(hours)d h %(minutes)d min") % {"hours": whole // HOUR, "minutes": whole % HOUR // 60}
    return _("%(minutes)d min %(seconds)d s") % {"minutes": whole // 60, "seconds": whole % 60}


def _percent(value: Fraction | None, target: Decimal | None) -> str:
    if value is None:
        return "–"
    shown = _rounded(value, 1)
    hides = target is not None and shown == target and Fraction(target) != value
    places = 2 if hides else 1
    return f"{formats.number_format(_rounded(value, places), places)} %"


def _rounded(value: Fraction, places: int) -> Decimal:
    """Half up, away from zero."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _holds(now: Fraction, direction: str, target: Fraction) -> bool:
    match direction:
        case Direction.GTE:
            return now >= target
        case Direction.LTE:
            return now <= target
        case Direction.GT:
            return now > target
    return now < target
