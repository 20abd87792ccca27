"""Chat and phone side by side, month by month: the response time of both against its target, and when the order changed (M21).

Reads nothing. “Over the target” and “within it” are told in words (S004-14).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from reports.metrics import DEFINITIONS, Figure
from reports.months import Month
from reports.rounding import NOTHING
from reports.targets import STANDINGS, Standing, in_force, standing_of, value_in_words
from reports.trend import MonthPoint
from services.models import Target

COMPARED = {"M07": ("calls_median", "s"), "M08": ("calls_within", "%")}
"""The metric of the chat, and what is entered of the phone."""
DECIDED = (Standing.MET, Standing.MISSED)


@dataclass(frozen=True, slots=True)
class ChannelMonth:
    """One month of both."""

    month: Month
    chat: str
    phone: str
    chat_standing: Standing | None
    phone_standing: Standing | None
    crossing: str = ""

    @property
    def chat_words(self) -> str:
        """How the chat stands; without a target there is nothing to say."""
        return str(STANDINGS[self.chat_standing]) if self.chat_standing else ""

    @property
    def phone_words(self) -> str:
        """How the phone stands."""
        return str(STANDINGS[self.phone_standing]) if self.phone_standing else ""


@dataclass(frozen=True, slots=True)
class Channel:
    """One figure of both channels over the months."""

    code: str
    rows: Sequence[ChannelMonth]

    @property
    def name(self) -> str:
        """What the figure is called."""
        return DEFINITIONS[self.code].name

    @property
    def crossings(self) -> list[ChannelMonth]:
        """The months in which the order changed."""
        return [row for row in self.rows if row.crossing]


def phone_figure(code: str, calls: Figure | None) -> Figure | None:
    """The phone's own figure of a metric of the chat; none where nothing of it was entered."""
    if calls is None:
        return None
    if code in ("M01", "M21"):
        return Figure("M21", calls.value, "n", calls.n) if calls.value is not None else None
    name, unit = COMPARED.get(code, ("", ""))
    value = calls.beside.get(name)
    return None if value is None else Figure(code, value, unit, calls.n)


def side_by_side(points: Sequence[MonthPoint], targets: Sequence[Target], *, codes: Collection[str]) -> list[Channel]:
    """A table of each figure of which the phone has a number in some month; a month without one is a gap."""
    found = []
    for code in COMPARED:
        if code not in codes or "M21" not in codes:
            continue
        rows = [_month(point, code, targets) for point in points]
        if any(row.phone != NOTHING for row in rows):
            found.append(Channel(code, crossed(rows)))
    return found


def crossed(rows: Sequence[ChannelMonth]) -> list[ChannelMonth]:
    """The same rows; a month in which the other channel than before keeps its target alone says so."""
    before: tuple[Standing | None, Standing | None] | None = None
    found = []
    for row in rows:
        now = (row.chat_standing, row.phone_standing)
        if now[0] in DECIDED and now[1] in DECIDED and now[0] != now[1]:
            if before is not None and now != before:
                row = replace(row, crossing=_crossing(row))
            before = now
        found.append(row)
    return found


def _crossing(row: ChannelMonth) -> str:
    if row.phone_standing == Standing.MET:
        return _("The order changed: the chat missed its target, the phone kept its own.")
    return _("The order changed: the phone missed its target, the chat kept its own.")


def _month(point: MonthPoint, code: str, targets: Sequence[Target]) -> ChannelMonth:
    chat, phone = point.figure(code), phone_figure(code, point.figures.get("M21"))
    aims = [row for row in in_force(targets, point.month.last) if row.metric == code]

    def standing(figure: Figure | None, channel: str) -> Standing | None:
        target = next((row for row in aims if row.channel == channel), None)
        if figure is None or target is None:
            return None
        return standing_of(figure, direction=target.direction, value=target.value, unit=target.unit)

    return ChannelMonth(
        point.month,
        value_in_words(chat) if chat is not None and chat.value is not None else NOTHING,
        value_in_words(phone) if phone is not None else NOTHING,
        standing(chat, "chat"),
        standing(phone, "phone"),
    )
