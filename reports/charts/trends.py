"""The charts of a trend: a drawing, what it tells in words, and the same as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.charts.drawing import LineChart, draw
from reports.dates import day_month_words
from reports.gaps import Fullness, Why
from reports.metrics import DEFINITIONS, Figure
from reports.metrics.words import TIMES, part_words
from reports.models import MonthNote
from reports.months import Month, Period
from reports.rounding import NOTHING, number
from reports.targets import in_unit, value_in_words
from reports.trend import KEPT, KEYS, MonthPoint, Trend

LIMITS: Mapping[str, tuple[int, int]] = {"%": (0, 100), "1–5": (1, 5)}
LABEL_EVERY = 3
ON_PAPER = 5
FREE = frozenset({"M04", "M16", "M19"})
"""Shares that are small by their nature: their scale ends where they do."""
WHY: Mapping[Why, Promise | str] = {
    Why.TO_COME: gettext_lazy("no data yet"),
    Why.NOT_OPENED: gettext_lazy("no data (not opened yet)"),
    Why.NOT_IN_USE: gettext_lazy("no data (paused or closed)"),
}
PARTS: Mapping[str, Sequence[str]] = {"M06": ("p90",), "M32": ("weekly_hours", "professions")}
"""What stands beside a metric and is drawn too: nine of ten waits beside the median (M06), hours and professions beside open
services (S000-56, S004-20).
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One month in the table under a chart."""

    month: str
    now: str
    n: str
    before: str
    mark: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place of the drawing."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class TrendChart:
    """A metric over the months."""

    code: str
    drawing: LineChart
    rows: Sequence[Row]
    ticks: Sequence[Label]
    months: Sequence[Label]
    notes: Sequence[Label]
    part: str
    last: str
    last_at: tuple[float, float] | None
    target: str
    alternative: str

    @property
    def title(self) -> str:
        """What the metric is called, and which part of it is drawn."""
        return title_of(self.code, self.part)

    @property
    def note(self) -> str:
        """Why a month may be missing that has the figure on its own page."""
        return _("Only months with a frozen report, and the one that is looked at, have a value here.") if self.code in KEPT else ""

    @property
    def has_before(self) -> bool:
        """Something is known of the year before."""
        return bool(self.drawing.before.dots)

    @property
    def is_empty(self) -> bool:
        """There is nothing to draw."""
        return not (self.drawing.now.dots or self.drawing.columns or self.drawing.before.dots)


@dataclass(frozen=True, slots=True)
class MonthsTable:
    """Several charts as one table for paper: a row for each month, a column for each chart."""

    titles: Sequence[str]
    rows: Sequence[tuple[str, str, Sequence[str]]]
    """The month, what has to be known of it, and the cells."""


def tables_by_month(charts: Sequence[TrendChart]) -> list[MonthsTable]:
    """What the charts draw, so many of them side by side as fit on paper: the value, the one a year before, and n."""
    found = []
    for at in range(0, len(charts), ON_PAPER):
        some = charts[at : at + ON_PAPER]
        rows = [(row.month, row.mark, [_cell(chart.rows[n]) for chart in some]) for n, row in enumerate(some[0].rows)]
        found.append(MonthsTable([chart.title for chart in some], rows))
    return found


def _cell(row: Row) -> str:
    """“81 % (79 %), n 187”."""
    told = row.now if row.before == NOTHING else f"{row.now} ({row.before})"
    return told if row.n in (row.now, NOTHING) else f"{told}, n\N{NO-BREAK SPACE}{row.n}"


def charts_of(
    trend: Trend, *, targets: Mapping[str, Fraction], notes: Sequence[MonthNote] = (), codes: Sequence[str] = KEYS
) -> list[TrendChart]:
    """A chart of each metric, with the value that its target asks for in the metric's own unit."""
    numbered = _numbered(notes, trend.points)
    found = []
    for code in codes:
        found += [_chart(code, trend, targets.get(code), numbered)]
        found += [_chart(code, trend, None, numbered, part=part) for part in PARTS.get(code, ())]
    return found


def title_of(code: str, part: str) -> str:
    """What the metric is called, and which part of it is drawn; a time needs the name of what took it."""
    name = DEFINITIONS[code].name
    return f"{name}: {part_words(part).lower()}" if part in TIMES else part_words(part) if part else name


def month_words(month: Month) -> str:
    """Marraskuu 2026."""
    return str(date_format(month.first, "F Y"))


def mark_of(point: MonthPoint) -> str:
    """What has to be known of the month."""
    extent = point.extent
    if extent.is_gap:
        return str(WHY[extent.why]) if extent.why else _("no data")
    found = []
    if extent.began:
        found.append(_("not a whole month (since %(day)s)") % {"day": day_month_words(extent.began)})
    if extent.off:
        found.append(_("not a whole month (not in use %(days)s)") % {"days": ", ".join(map(_short, extent.off))})
    if extent.goes_on:
        found.append(_("unfinished"))
    if not point.compares:
        found.append(_("not comparable with the month before"))
    return ", ".join(found)


def _short(days: Period) -> str:
    """4.11.–19.11., 4 Nov–19 Nov."""
    ends = (days.first,) if days.first == days.last else (days.first, days.last)
    return "–".join(day_month_words(day) for day in ends)


def shown(figure: Figure | None) -> str:
    """Its value in words; a dash in a gap."""
    return NOTHING if figure is None else value_in_words(figure)


def _chart(code: str, trend: Trend, target: Fraction | None, numbered: Mapping[Month, str], *, part: str = "") -> TrendChart:
    unit = DEFINITIONS[code].unit
    now, before = ([of_part(point.figure(code), part) for point in series] for series in (trend.points, trend.before))
    of_months = {point.month: number for number, point in enumerate(trend.points)}
    drawing = draw(
        [_value(each) for each in now],
        [_value(each) for each in before],
        part=[point.fullness == Fullness.PART for point in trend.points],
        target=target,
        changed=[of_months[change.month] for change in trend.changes],
        limits=None if code in FREE else LIMITS.get(unit),
        of_seconds=unit == "s",
        as_columns=code == "M01",
        whole=_whole(trend) if code == "M02" else (),
    )
    ends = [(dot.x, dot.y) for dot in (drawing.now.dots or ())][-1:]
    ends += [(column.x + column.width / 2, column.y) for column in drawing.columns][-1:]
    rows = [
        Row(month_words(point.month), shown(a), number(a.n) if a else NOTHING, shown(b), mark_of(point))
        for point, a, b in zip(trend.points, now, before, strict=True)
    ]
    last = len(trend.points) - 1
    return TrendChart(
        code=code,
        drawing=drawing,
        rows=rows,
        ticks=[Label(tick.y, _axis(tick.value, unit)) for tick in drawing.ticks],
        months=[
            Label(drawing.xs[at], f"{point.month.number}/{point.month.year % 100:02d}")
            for at, point in enumerate(trend.points)
            if (last - at) % LABEL_EVERY == 0
        ],
        notes=[Label(drawing.xs[of_months[month]], words) for month, words in numbered.items()],
        part=part,
        last=shown(next((each for each in reversed(now) if each is not None and each.value is not None), None)),
        last_at=ends[0] if ends else None,
        target="" if target is None else in_unit(target, unit),
        alternative=_alternative(title_of(code, part), code, trend, now, before, target),
    )


def _alternative(
    name: str, code: str, trend: Trend, now: Sequence[Figure | None], before: Sequence[Figure | None], target: Fraction | None
) -> str:
    """What the drawing tells to who looks at it: where it ends, its highest and lowest, and what is missing."""
    known = [(point, each) for point, each in zip(trend.points, now, strict=True) if each and each.value is not None]
    told = [f"{name}, {month_words(trend.points[0].month)} – {month_words(trend.points[-1].month)}."]
    if known:
        top = max(known, key=lambda pair: pair[1].value or 0)
        low = min(known, key=lambda pair: pair[1].value or 0)
        for words, (point, figure) in ((_("Last"), known[-1]), (_("Highest"), top), (_("Lowest"), low)):
            told.append(f"{words}: {shown(figure)} ({month_words(point.month)}).")
    if (earlier := before[-1]) is not None and earlier.value is not None:
        told.append(_("A year before: %(value)s.") % {"value": shown(earlier)})
    if target is not None:
        told.append(_("Target: %(value)s.") % {"value": in_unit(target, DEFINITIONS[code].unit)})
    gaps = [point for point, each in zip(trend.points, now, strict=True) if each is None or each.value is None]
    if gaps:
        told.append(_("No data: %(months)s.") % {"months": ", ".join(month_words(point.month) for point in gaps)})
    changed = [month_words(change.month) for change in trend.changes]
    if changed:
        told.append(_("The area changed, not comparable: %(months)s.") % {"months": ", ".join(changed)})
    return " ".join([*told, _("The same is in the table below.")])


def of_part(figure: Figure | None, part: str) -> Figure | None:
    """The part of a figure as a figure of its own: hours with a tenth, or a number."""
    if figure is None or not part:
        return figure
    if part in (counts := dict(figure.parts)):
        return replace(figure, value=Fraction(counts[part]), unit="n", beside={}, parts=())
    unit = "s" if part in TIMES else "h/wk"
    return replace(figure, value=figure.beside.get(part), unit=unit, beside={}, parts=())


def _whole(trend: Trend) -> list[Fraction | None]:
    """All contacts of each month, of which the identified ones are a part; none where that is not known of any (M02)."""
    known = [point.figure("M02") for point in trend.points]
    return [
        _value(point.figure("M01")) if figure is not None and figure.value is not None else None
        for point, figure in zip(trend.points, known, strict=True)
    ]


def _value(figure: Figure | None) -> Fraction | None:
    return None if figure is None else figure.value


def _axis(value: Fraction, unit: str) -> str:
    """A line of the scale in few letters."""
    if unit == "s":
        minutes = value / 60
        return f"{int(minutes)} min" if minutes.denominator == 1 else f"{int(value)} s"
    return f"{number(value, 0 if value.denominator == 1 else 1)}{' %' if unit == '%' else ''}"


def _numbered(notes: Sequence[MonthNote], points: Sequence[MonthPoint]) -> dict[Month, str]:
    """The numbers of the notes of each month that is drawn."""
    months = {point.month for point in points}
    found: dict[Month, str] = {}
    for at, note in enumerate(notes, start=1):
        month = Month.of(note.month)
        if month in months:
            found[month] = f"{found[month]},{at}" if month in found else str(at)
    return found
