"""A figure beside its target, and in words: compared unrounded, shown rounded half up (metrics 1.4, 1.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.dates import day_words
from reports.metrics.figure import Figure
from reports.metrics.words import EUROS, TIMES, is_percent, unit_words
from reports.rounding import duration, euros, number, percent, written
from services.choices import Direction
from services.models import Service, Target

SECONDS: Mapping[str, int] = {"s": 1, "sek": 1, "min": 60, "h": 3600}
PERCENT = "%"
SHARES: Mapping[str, str] = {"M02": "share_of_contacts", "M14": "share", "M26": "at_most"}
"""What a target in percent asks of a figure of another unit: the identified of all contacts, answers 4–5, and time at the most
conversations."""

RANGES: Mapping[str, tuple[int, int | None]] = {PERCENT: (0, 100), "1–5": (1, 5), "nps": (-100, 100)}
GROWTH = "M28"
"""May be below zero, and more than double."""


class Standing(StrEnum):
    """How a target stands."""

    MET = "met"
    MISSED = "missed"
    NO_DATA = "no_data"
    OTHER_UNIT = "other_unit"
    UNAVAILABLE = "unavailable"


STANDINGS: Mapping[Standing, str | Promise] = {
    Standing.MET: gettext_lazy("met"),
    Standing.MISSED: gettext_lazy("not met"),
    Standing.NO_DATA: gettext_lazy("no data"),
    Standing.OTHER_UNIT: gettext_lazy("the unit of the target does not fit this figure"),
    Standing.UNAVAILABLE: gettext_lazy("not available yet"),
}


def targets_in_force(county_id: int, service: Service | None, day: date) -> list[Target]:
    """Those of the service on the day, and the county’s of a metric for which it has none; without a service the county’s."""
    return in_force(targets_of(county_id, service), day)


def targets_of(county_id: int, service: Service | None) -> list[Target]:
    """All that were or are aimed at in the service or the county."""
    rows = Target.objects.filter(county=county_id).order_by("aim", "metric", "channel", "pk")
    return list(rows.filter(Q(service=service) | Q(service__isnull=True)) if service else rows.filter(service__isnull=True))


def in_force(targets: Sequence[Target], day: date) -> list[Target]:
    """Those of the day; the county’s only of what the service has none for."""
    found = [row for row in targets if row.starts_on <= day and (row.ends_on is None or row.ends_on >= day)]
    own = {(row.metric, row.channel) for row in found if row.service_id}
    return [row for row in found if row.service_id or (row.metric, row.channel) not in own]


def target_in_words(target: Target) -> str:
    """The target as it is read: ≥ 80 %, < 3,5 min."""
    return f"{target.get_direction_display()} {written(target.value)} {unit_words(target.unit)}".strip()


def check_value(metric: str, value: Decimal, unit: str) -> None:
    """Whether the metric can ever have the value: a share, a mean of answers, and NPS have their ends. Raises ValidationError."""
    least, most = RANGES.get(unit.strip().lower(), (0, None)) if metric != GROWTH else (None, None)
    if (least is not None and value < least) or (most is not None and value > most):
        words = _("Write a value from %(least)s to %(most)s.") if most is not None else _("The number is below zero.")
        raise ValidationError(words, code="range", params={"least": least, "most": most})


def deadline_in_words(due_on: date | None, *, until: date) -> str:
    """By which day the target is to be reached; a report in which the day has come says that it was to be, beside how it stands."""
    if due_on is None:
        return ""
    words = _("To be reached by %(day)s") if due_on > until else _("Was to be reached by %(day)s")
    return words % {"day": day_words(due_on)}


def distance(figure: Figure, target: Target) -> str:
    """How far the share of digital doctor visits is from its target, in percentage points and of the target (M24)."""
    if figure.value is None or not target.value:
        return ""
    gap = figure.value - Fraction(target.value)
    words = _("%(gap)s percentage points from the target; %(share)s of the target reached")
    sign = "−" if gap < 0 else "+"
    return words % {"gap": f"{sign}{number(abs(gap), 1)}", "share": percent(100 * figure.value / Fraction(target.value))}


def asks_of_share(figure: Figure, unit: str) -> bool:
    """A target of the unit is compared with what stands beside the figure, and not with its value."""
    return unit.strip() == PERCENT and figure.metric in SHARES


def comparable(figure: Figure, unit: str) -> Fraction | None:
    """The figure in the target’s unit; None when there is none, or when the unit does not fit it (see `fits`)."""
    if asks_of_share(figure, unit):
        return figure.beside.get(SHARES[figure.metric])
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
            return asked not in SECONDS and (asked != PERCENT or figure.metric in SHARES)


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
    if asks_of_share(figure, unit):
        return percent(figure.beside.get(SHARES[figure.metric]), target=target)
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
        case "1–5" | "n/h" | "/1000" | "h/wk":
            return number(value, 1)
        case _:
            return number(value)


def beside_in_words(figure: Figure, code: str) -> str:
    """What stands beside a figure, in its own unit."""
    value = figure.beside.get(code)
    if code in TIMES:
        return duration(value)
    if is_percent(code):
        return percent(value)
    return euros(value) if code in EUROS else number(value, 1)


def _holds(now: Fraction, direction: str, target: Fraction) -> bool:
    match direction:
        case Direction.GTE:
            return now >= target
        case Direction.LTE:
            return now <= target
        case Direction.GT:
            return now > target
    return now < target
