"""Which of the entered figures the report counts, and why it leaves another out (M20, M21, M24, M25, M30)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.choices import CountKind
from reports.metrics import elsewhere
from reports.metrics.elsewhere import ALONE, K, Rows
from reports.models import ExternalFigure
from reports.months import Month

COUNTY = _("Not counted: the county’s own figure stands in its place.")
SEVERAL = _("Not counted: numbers of several services like this can’t be added up.")
DIRECTORY = _("Not counted: the number of residents in the county’s own data stands.")
NO_VISITS = _("Not counted: the number of all visits has not been entered.")
NO_HOURS = _("Not counted: the nurses, their phone hours before and the phone hours now are needed together.")
NO_LENGTH = _("Not counted: the length of an appointment is missing of another service.")
NO_WORD = _("Not counted: a manager has not said whether the wanted savings were reached.")
MONTH = _("Not counted: one number of the whole month has been entered, and it stands.")
OF_KIND: Mapping[str, str] = {CountKind.MAILS: K.MAILS, CountKind.CALLS: K.CALLS_ANSWERED}
"""Where the sum of the daily counter is read."""


@dataclass(frozen=True, slots=True)
class Counter:
    """The sum of a service's daily counter in a month."""

    service: int
    kind: CountKind
    n: int
    is_counted: bool


def why_not(rows: Rows, row: ExternalFigure, month: Month, *, directory: bool) -> Promise | str:
    """Why the report of the month leaves the figure out; empty: it counts it, or asks nothing of it.

    `rows` are those of the report's scope; `directory`: the directory tells how many residents the county has.
    """
    if row.value is None or row.kind.startswith("bot_"):
        return ""
    place, of_month = row.service_id, rows.get(month, {})
    match row.kind:
        case K.POPULATION:
            found = elsewhere.residents(rows, month)
            return DIRECTORY if directory else _left(found, row) or (SEVERAL if len(found) > 1 else "")
        case K.DOCTOR_VISITS:
            stands = elsewhere.standing(rows, month, row.kind)
            return _left(stands, row) or ("" if place in elsewhere.visits_from_elsewhere(rows, month) else NO_VISITS)
        case K.NURSES | K.HOURS_BEFORE | K.HOURS_NOW | K.APPOINTMENT:
            places = elsewhere.phone_places(of_month)
            if place not in places:
                return COUNTY if None in places else NO_HOURS
            lengths = of_month.get(K.APPOINTMENT, {})
            lacks = row.kind == K.APPOINTMENT and not all(each in lengths and lengths[each].value for each in places)
            return NO_LENGTH if lacks else ""
        case K.SAVINGS_REACHED | K.SAVED_EUROS:
            told, places = of_month.get(K.SAVINGS_REACHED, {}), elsewhere.savings_places(of_month)
            if place in places:
                return ""
            return COUNTY if None in places else SEVERAL if place in told else NO_WORD
    stands = elsewhere.standing(rows, month, row.kind)
    return _left(stands, row) or (SEVERAL if row.kind in ALONE and len(stands) > 1 else "")


def counters_of(rows: Rows, month: Month) -> list[Counter]:
    """The sums of the daily counters of the month, and whether they are counted or one number of the month stands."""
    found = []
    for kind in CountKind:
        used = {place: row for place, row in rows.get(month, {}).get(OF_KIND[kind], {}).items() if not row.pk}
        unused = rows.get(month, {}).get(f"unused_{kind}", {})
        for is_counted, sums in ((True, used), (False, unused)):
            found += [Counter(place, kind, int(row.exact), is_counted) for place, row in sums.items() if place is not None]
    return found


def _left(stands: Mapping[int | None, ExternalFigure], row: ExternalFigure) -> Promise | str:
    return COUNTY if row.service_id is not None and None in stands else ""
