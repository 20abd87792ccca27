"""The figures of a month as they are shown: in words, beside their targets, broken down, and as one flat table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.channels import phone_figure
from reports.hiding import Hidden, hidden_of
from reports.metrics import DEFINITIONS, FORMULAS, Figure, Figures
from reports.metrics.figure import FEW, unknown
from reports.metrics.hours import by_week
from reports.metrics.reading import OF_RESIDENTS
from reports.metrics.words import NOTES, part_words
from reports.months import Period
from reports.rounding import NOTHING, few, number, percent, rounded
from reports.targets import (
    STANDINGS,
    Standing,
    asks_of_share,
    beside_in_words,
    comparable,
    deadline_in_words,
    distance,
    standing_of,
    target_in_words,
    value_in_words,
)
from services.choices import AimClass
from services.models import ResponderGroup, Target

SECTIONS: Sequence[tuple[Promise | str, Sequence[str]]] = (
    (gettext_lazy("Contacts"), ("M01", "M02", "M03", "M04", "M05")),
    (gettext_lazy("Waiting and answering"), ("M06", "M07", "M08", "M08b", "M09")),
    (gettext_lazy("What came of it"), ("M10", "M11", "M12", "M13", "M33")),
    (gettext_lazy("Help forms"), ("M23",)),
    (gettext_lazy("Feedback"), ("M14", "M15", "M16", "M17", "M35")),
    (gettext_lazy("Contacts that need not have happened"), ("M18", "M19", "M34")),
    (gettext_lazy("Phone, e-mail and digital doctor visits"), ("M20", "M21", "M24")),
    (gettext_lazy("Volume, supply and load"), ("M25", "M26", "M28", "M32")),
    (gettext_lazy("Automatic guide"), ("M22",)),
    (gettext_lazy("Costs and benefits"), ("M31", "M30")),
    (gettext_lazy("Rollouts"), ("M29",)),
)
BREAKDOWNS: Mapping[str, Promise | str] = {
    "service": gettext_lazy("By service"),
    "queue": gettext_lazy("By queue"),
    "group": gettext_lazy("By responder group"),
    "topic": gettext_lazy("By topic"),
    "language": gettext_lazy("By language"),
    "entry_channel": gettext_lazy("By where they came from"),
    "entry_page": gettext_lazy("By the page they came from"),
    "contactor": gettext_lazy("By who contacted"),
    "identified": gettext_lazy("Identified or not"),
    "municipality": gettext_lazy("By municipality"),
}
COLUMNS = ("M01", "M03", "M06", "M07", "M08", "M11", "M14")
WITH_DEMAND = ("entry_channel", "entry_page")
"""Where what need not have happened came from (M18)."""
NOT_TOLD = gettext_lazy("Not told")
RIGHT_PLACES = gettext_lazy("The service to which it should have come")
FREQUENT = 5
AFTER_FREEZING = ("M35",)
"""Its sample is drawn when the month is frozen: that it has come since is no correction."""


@dataclass(frozen=True, slots=True)
class ShownTarget:
    """A target beside its figure."""

    words: str
    standing: Standing
    aim: str
    is_phone: bool
    target: Target
    now: str = ""
    """The value that is compared, where it is not the figure’s own: of the phone, or a share that stands beside it."""
    distance: str = ""
    """How far it is (M24)."""
    deadline: str = ""
    """By which day it is to be reached, and what came of that when the day has come (S000-17)."""

    @property
    def standing_words(self) -> str:
        """How it stands, in words: colour never tells alone."""
        return str(STANDINGS[self.standing])

    def beside(self, value: str) -> str:
        """How it stands, beside the value: that there is no data is said once."""
        return "" if value == self.standing_words else self.standing_words


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure with its definition, what it rests on, and its targets."""

    figure: Figure
    targets: Sequence[ShownTarget] = ()

    @property
    def code(self) -> str:
        """M01."""
        return self.figure.metric

    @property
    def name(self) -> str:
        """What it is called."""
        return DEFINITIONS[self.code].name

    @property
    def definition(self) -> str:
        """What is counted, in plain words."""
        return str(DEFINITIONS[self.code].words)

    @property
    def words(self) -> str:
        """Its value; two decimals where one would hide that a target is missed."""
        target = next((each.target for each in self.targets if not each.is_phone), None)
        if target is None:
            return value_in_words(self.figure)
        return value_in_words(self.figure, target=None if asks_of_share(self.figure, target.unit) else target.value)

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What it was made of, and what stands beside it."""
        found = [(part_words(code), number(n)) for code, n in self.figure.parts]
        return found + [(part_words(code), beside_in_words(self.figure, code)) for code in self.figure.beside]

    @property
    def notes(self) -> list[str]:
        """What has to be known of it."""
        found = [str(NOTES[note]) if note in NOTES else note for note in self.figure.notes]
        if self.figure.based_on:
            part, whole = (number(each) for each in self.figure.based_on)
            found.append(_("Based on %(part)s of %(whole)s contacts.") % {"part": part, "whole": whole})
        return [*found, str(NOTES["few"])] if self.figure.is_of_few else found


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One row of a breakdown."""

    name: str
    values: Sequence[str]
    figures: Sequence[Figure] = ()
    """What the values are of; none where they are hidden."""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A breakdown as a table."""

    key: str
    title: str
    heads: Sequence[str]
    rows: Sequence[ShownCell]
    hides: bool
    columns: Sequence[str] = COLUMNS


@dataclass(frozen=True, slots=True)
class RightPlace:
    """A service to which contacts should have come, how many, and which share of those that came to a wrong one (M18)."""

    name: str
    n: int
    percent: Fraction | None

    @property
    def share(self) -> str:
        """As it is read."""
        return percent(self.percent)


def sections_of(figures: Figures, targets: Iterable[Target]) -> list[tuple[str, list[ShownFigure]]]:
    """The figures that are followed, in the order of the report, each beside its targets."""
    given: dict[str, list[Target]] = {}
    for target in targets:
        given.setdefault(target.metric, []).append(target)
    found = []
    for title, codes in SECTIONS:
        followed = [figures.total[code] for code in codes if code in figures.total]
        phone, until = figures.total.get("M21"), figures.period.last
        shown = [ShownFigure(each, _shown_targets(each, given.get(each.metric, []), phone, until)) for each in followed]
        found += [(str(title), shown)] if shown else []
    return found


def by_aim(sections: Iterable[tuple[str, Sequence[ShownFigure]]]) -> list[tuple[str, list[tuple[ShownFigure, ShownTarget]]]]:
    """The table of targets by aim class; a class without targets is there too, and says so (metrics 1.8)."""
    pairs = [(figure, target) for _title, figures in sections for figure in figures for target in figure.targets]
    return [(str(label), [pair for pair in pairs if pair[1].aim == aim]) for aim, label in AimClass.choices]


def tables_of(figures: Figures, names: Mapping[str, Mapping[Any, str]]) -> list[ShownTable]:
    """The breakdowns; one with a single row says nothing that the figures do not."""
    found = []
    for key, title in BREAKDOWNS.items():
        cells = figures.cells.get(key, {})
        columns = [code for code in COLUMNS if code in figures.total]
        if "M25" in figures.total and any("M25" in each for each in cells.values()):
            columns.insert(1, "M25")
        if key in WITH_DEMAND and "M18" in figures.total:
            columns.insert(1, "M18")
        hidden = None
        if key in OF_RESIDENTS:
            is_group = len(figures.scope.services) > 1 and not figures.scope.is_whole
            hidden = hidden_of([month.get(key, {}) for month in figures.residents], columns, is_group=is_group)
        if len(cells) > 1 or (key in OF_RESIDENTS and cells):
            rows = _rows(cells, names.get(key, {}), columns, hidden, is_month=len(figures.residents) == 1)
            heads = [DEFINITIONS[code].name for code in columns]
            found.append(ShownTable(key, str(title), heads, rows, bool(hidden and hidden.rows), columns))
    return found


def in_language(figures: Figures, name: Callable[[Any, str], object]) -> Figures:
    """The professions are counted and kept by their Finnish names, and read in the language of the page (M32)."""
    figure = figures.total.get("M32")
    if figure is None or not figure.notes:
        return figures
    words: dict[str, str] = {}
    for group in ResponderGroup.objects.filter(county=figures.scope.county_id, profession_fi__in=figure.notes):
        if words.get(group.profession_fi, group.profession_fi) == group.profession_fi:
            words[group.profession_fi] = str(name(group, "profession"))
    told = replace(figure, notes=sorted(words.get(note, note) for note in figure.notes))
    return replace(figures, total={**figures.total, "M32": told})


def right_places_of(figures: Figures, names: Mapping[Any, str]) -> list[RightPlace]:
    """To which services those who came to the wrong one should have come, most first; then those of whom it was not told."""
    if "M18" not in figures.total:
        return []
    counts = figures.facts.get("right_services") or {}
    of_all = int(figures.facts.get("wrong_service") or 0)
    rows = sorted(((names.get(pk, ""), n) for pk, n in counts.items()), key=lambda row: (-row[1], row[0]))
    untold = of_all - sum(counts.values())
    rows += [(str(NOT_TOLD), untold)] if rows and untold > 0 else []
    return [RightPlace(place, n, Fraction(100 * n, of_all) if of_all else None) for place, n in rows]


def week_of(figures: Figures) -> list[tuple[int, list[int]]]:
    """Contacts by hour of the day, for each weekday; the hours between the first and the last in which somebody came."""
    counts = by_week(figures.hours)
    if not counts:
        return []
    hours = [hour for _day, hour in counts]
    return [(hour, [counts.get((day, hour), 0) for day in range(7)]) for hour in range(min(hours), max(hours) + 1)]


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A figure that is not any more what it was when the month was frozen."""

    name: str
    before: str
    now: str


def changes_since(frozen: Mapping[str, Figure], live: Mapping[str, Figure]) -> list[ShownChange]:
    """The figures whose value has changed since; one that has only changed beside its value is not told of."""
    found = []
    for code, was in frozen.items():
        now = live.get(code)
        if code in AFTER_FREEZING and not was.known:
            continue
        if code in DEFINITIONS and now is not None and (was.value, was.known) != (now.value, now.known):
            found.append(ShownChange(DEFINITIONS[code].name, value_in_words(was), value_in_words(now)))
    return found


HEADERS = ("period_start", "period_end", "formulas", "breakdown", "cell", "metric", "name", "item", "raw", "unit", "shown", "n")


def flat_rows(
    figures: Figures, tables: Iterable[ShownTable], places: Iterable[RightPlace] = (), *, formulas: str = FORMULAS
) -> list[list[Any]]:
    """Everything of the page as one table: raw values (seconds, points, percent) and ISO times beside the words; what is hidden
    on the page is hidden here.
    """
    when = [each.isoformat() for each in figures.period.interval]
    rows: list[list[Any]] = []
    for code, figure in figures.total.items():
        head = [*when, formulas, "", "", code, DEFINITIONS[code].name]
        shown = ShownFigure(figure)
        rows.append([*head, "", raw(figure.value), figure.unit, shown.words, figure.n])
        rows += [[*head, part_words(part), n, "n", number(n), figure.n] for part, n in figure.parts]
        rows += [
            [*head, part_words(part), raw(value), "", beside_in_words(figure, part), figure.n]
            for part, value in figure.beside.items()
        ]
        rows += [[*head, _("Note"), "", "", note, figure.n] for note in shown.notes]
    for place in places:
        head = [*when, formulas, str(RIGHT_PLACES), place.name, "M18", DEFINITIONS["M18"].name, ""]
        rows.append([*head, place.n, "n", number(place.n), place.n])
    for table in tables:
        for row in table.rows:
            head = [*when, formulas, table.title, row.name]
            for at, code in enumerate(table.columns):
                cell = [*head, code, DEFINITIONS[code].name, ""]
                words = row.values[at]
                told = row.figures[at] if row.figures and words != NOTHING else None
                rows.append([*cell, "", "", words, ""] if told is None else [*cell, raw(told.value), told.unit, words, told.n])
    return rows


def gap_row(period: Period, words: str, *, formulas: str = FORMULAS) -> list[Any]:
    """The one row of the table when there is no data: a note in words, and no figure."""
    return [*(each.isoformat() for each in period.interval), formulas, "", "", "", "", _("Note"), "", "", words, ""]


def raw(value: Fraction | None) -> Decimal | str:
    """As a spreadsheet counts with it; nothing where there is nothing."""
    if value is None:
        return ""
    exact = rounded(value, 6)
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()


def _shown_targets(figure: Figure, targets: Iterable[Target], phone: Figure | None, until: date) -> list[ShownTarget]:
    found = []
    for target in targets:
        is_phone = target.channel == "phone"
        compared = phone_figure(target.metric, phone) if is_phone else figure
        standing = Standing.NO_DATA
        if compared is not None:
            standing = standing_of(compared, direction=target.direction, value=target.value, unit=target.unit)
        now = value_in_words(compared) if is_phone and compared else NOTHING if is_phone else ""
        if asks_of_share(figure, target.unit) and not is_phone and figure.known:
            now = percent(comparable(figure, target.unit), target=target.value)
        far = distance(figure, target) if target.metric == "M24" and not is_phone else ""
        by = deadline_in_words(target.due_on, until=until)
        found.append(ShownTarget(target_in_words(target), standing, target.aim, is_phone, target, now, far, by))
    return found


def _rows(
    cells: Mapping[Any, Mapping[str, Figure]],
    names: Mapping[Any, str],
    columns: Sequence[str],
    hidden: Hidden | None,
    *,
    is_month: bool,
) -> list[ShownCell]:
    counts = {cell: figures["M01"].n for cell, figures in cells.items()}
    unseen = hidden.rows if hidden else set()
    rows = []
    # The hidden ones last and by name: their place among the others would tell of their size.
    for cell in sorted(cells, key=lambda each: (each in unseen, 0 if each in unseen else -counts[each], str(names.get(each, "")))):
        if not counts[cell]:
            continue
        name = names.get(cell) or str(NOT_TOLD)
        if cell in unseen:
            words = few() if is_month and counts[cell] < FREQUENT else _("not shown")
            rows.append(ShownCell(name, [words, *[NOTHING] * (len(columns) - 1)]))
        else:
            shown = [cells[cell].get(code) or unknown(code, DEFINITIONS[code].unit) for code in columns]
            thin = {code for code, of in hidden.values.items() if cell in of} if hidden else set()
            values = [NOTHING if each.metric in thin or not each.known else _cell(each) for each in shown]
            rows.append(ShownCell(name, values, shown))
    return rows


def _cell(figure: Figure) -> str:
    mark = "*" if figure.metric == "M14" and 0 < figure.n < FEW else ""
    return value_in_words(figure) + mark
