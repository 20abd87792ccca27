"""Figures as people read them: half up and away from zero, in the language of the page (metrics 1.4). Reads nothing.

Nothing is compared after rounding: targets ask the unrounded value (`reports.targets`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import TypeVar

from django.utils import formats
from django.utils.translation import gettext as _

from services.surveys.results import LEAST, hidden_groups

K = TypeVar("K")
Exact = Fraction | Decimal | int
NOTHING = "–"
"""What stands where there is nothing to divide by: never 0 %, never an error."""
HOUR, MINUTE = 3600, 60


def rounded(value: Exact, places: int = 0) -> Decimal:
    """Half up, away from zero: 2.25 is 2.3 and −12.5 is −13."""
    exact = Fraction(value) * 10**places
    whole = (abs(exact.numerator) * 2 + exact.denominator) // (exact.denominator * 2)
    with localcontext() as context:
        context.prec = max(len(str(whole)) + places + 2, 28)
        return Decimal(whole if exact >= 0 else -whole).scaleb(-places).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def number(value: Exact | None, places: int = 0) -> str:
    """50 748, 3,8 or −13: a no-break space between thousands, a decimal comma in Finnish and Swedish, a true minus."""
    if value is None:
        return NOTHING
    return str(formats.number_format(rounded(value, places), places, force_grouping=True)).replace("-", "−", 1)


def written(value: Decimal) -> str:
    """2 790 or 3,75: a number that somebody wrote, with all its decimals and no needless zeros."""
    return number(value, max(0, -int(value.normalize().as_tuple().exponent)))


def percent(value: Exact | None, *, target: Decimal | None = None) -> str:
    """63,6 %; with two decimals where one would hide that the target is missed or beaten (69,96 % against 70 %)."""
    if value is None:
        return NOTHING
    shown = rounded(value, 1)
    hides = target is not None and shown == target and Fraction(target) != Fraction(value)
    return f"{number(value, 2 if hides else 1)}\u00a0%"


def duration(seconds: Exact | None) -> str:
    """4 min 19 s; above an hour hours and minutes. The signs are the same in each language, and never part from their number."""
    if seconds is None:
        return NOTHING
    whole = int(rounded(seconds))
    if whole > HOUR:
        minutes = int(rounded(Fraction(whole, MINUTE)))
        return f"{minutes // 60}\u00a0h {minutes % 60}\u00a0min"
    return f"{whole // MINUTE}\u00a0min {whole % MINUTE}\u00a0s"


def euros(value: Exact | None) -> str:
    """53,13 €."""
    return NOTHING if value is None else f"{number(value, 2)}\u00a0€"


def persons(counts: Mapping[K, int], *, also: Collection[K] = ()) -> dict[K, int | None]:
    """Counts of residents by what they are, as they may be shown (metrics 1.4): None stands where 1–4 persons would be told of,
    and where a hidden one could be worked out from the total. Their total itself is shown. `also` are hidden elsewhere.
    """
    hidden = hidden_groups(counts, also=also)
    return {key: None if key in hidden else count for key, count in counts.items()}


def few() -> str:
    """What stands in the place of a hidden number."""
    return _("fewer than %(n)s") % {"n": LEAST}
