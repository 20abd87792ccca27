"""A month or a free period of a service or of the county as it is told: the same for the page, paper and files.

Everything is computed from the rows as they are now; what is frozen of the month stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actors import Actor
from chat.choices import Outcome
from reports.channels import Channel, side_by_side
from reports.charts import (
    OF_PARTS,
    Bars,
    MonthsTable,
    TrendChart,
    bars_of,
    bars_of_hours,
    bars_of_parts,
    charts_of,
    tables_by_month,
)
from reports.frozen import figures_from
from reports.gaps import Extent, extent_of
from reports.heats import Heat, Matrix, Shaded, heats_of, matrix_of, shaded_week
from reports.metrics import DEFINITIONS, FORMULAS, Figures, Scope, figures_of
from reports.metrics.scope import opened_days
from reports.metrics.words import part_words
from reports.models import MonthlyReport, MonthNote, ReportGroup
from reports.months import Month, Period
from reports.naming import names_of
from reports.rounding import NOTHING, number, percent
from reports.selection import chosen_codes, narrowed
from reports.shown import (
    BREAKDOWNS,
    RightPlace,
    ShownCell,
    ShownChange,
    ShownFigure,
    ShownTable,
    by_aim,
    changes_since,
    in_language,
    right_places_of,
    sections_of,
    tables_of,
)
from reports.summary import gap_words, part_words_of, sentences, sentences_of
from reports.targets import SECONDS, asks_of_share, fits, in_force, targets_of
from reports.trend import BROUGHT, KEPT, KEYS, MORE, PAPER, Trend, last_months, trend_of
from reports.year import YearTable, year_of
from services.models import County, Service, Target
from services.texts import text

FROM_PARTS = ("M06", "M09", "M14", "M29", "M35", *OF_PARTS)
"""What is drawn of a figure’s own parts, and so of a frozen one too."""
NOT_ON_PAPER = frozenset({"M04", "M26", *OF_PARTS})
"""The tables of weekdays and hours (M04) and the bars that stand on the page only: thirty-one papers of a month are laid out within
a minute."""
KEY_FIGURES = ("M01", "M03", "M07", "M08", "M11", "M14")


@dataclass(frozen=True, slots=True)
class Group:
    """Figures under one heading."""

    title: str
    figures: Sequence[ShownFigure]

    @property
    def codes(self) -> list[str]:
        """The metrics of the group."""
        return [each.code for each in self.figures]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is told of the period."""

    county: County
    service: Service | None
    group: ReportGroup | None
    period: Period
    figures: Figures
    extent: Extent
    sentences: Sequence[str]
    groups: Sequence[Group]
    tables: Sequence[ShownTable]
    week: Sequence[tuple[int, Sequence[Shaded]]]
    heats: Sequence[Heat]
    """More of the same: tries outside the hours, who left, and how well the target was met (M05, M04, M08)."""
    matrix: Matrix
    right_places: Sequence[RightPlace]
    bars: Mapping[str, Bars]
    """By the metric beside whose group they stand."""
    growing: Sequence[tuple[str, Any]]
    notes: Sequence[MonthNote]
    trend: Trend | None
    charts: Sequence[TrendChart]
    channels: Sequence[Channel]
    revisions: Sequence[MonthlyReport]
    frozen: MonthlyReport | None
    changes: Sequence[ShownChange]
    made_at: datetime
    year: YearTable | None = None
    """The months of a calendar year side by side, for its files."""
    is_frozen: bool = False
    """It tells the frozen figures themselves, and nothing that was not frozen with them."""

    @property
    def month(self) -> Month | None:
        """The month, if the period is one."""
        return self.period.month

    @property
    def name(self) -> str:
        """Of what it tells."""
        told = self.service or self.group
        return str(_name(told, "name")) if told else _("All services")

    @property
    def key(self) -> str:
        """The same as files and addresses name it."""
        told = self.service.key if self.service else f"ryhma-{self.group.key}" if self.group else "kaikki"
        told += f"-revisio-{self.frozen.revision}" if self.is_frozen and self.frozen else ""
        return f"{told}-{self.month or f'{self.period.first}-{self.period.last}'}"

    @property
    def formulas(self) -> str:
        """The version of the definitions."""
        return self.frozen.formulas if self.is_frozen and self.frozen else FORMULAS

    @property
    def is_gap(self) -> bool:
        """There is no data: no figure is told of."""
        return self.extent.is_gap

    @property
    def goes_on(self) -> bool:
        """Its last day is not over."""
        return self.extent.goes_on

    @property
    def gap_words(self) -> str:
        """What is said in the place of figures when there is no data; empty when there is."""
        return gap_words(self.extent, is_month=self.month is not None, is_one=self.service is not None)

    @property
    def part_words(self) -> list[str]:
        """What has to be known of days of which there is no data."""
        return part_words_of(self.extent, is_month=self.month is not None, is_one=self.service is not None)

    @property
    def aims(self) -> Sequence[tuple[str, Sequence[Any]]]:
        """The targets by aim class."""
        return by_aim([(group.title, group.figures) for group in self.groups])

    @property
    def paper_charts(self) -> list[TrendChart]:
        """Those that are drawn on paper too."""
        return [chart for chart in self.charts if chart.code in PAPER]

    @property
    def paper_heats(self) -> list[Heat]:
        """The same of the tables of weekdays and hours."""
        return [heat for heat in self.heats if heat.code not in NOT_ON_PAPER]

    @property
    def paper_bars(self) -> dict[str, Bars]:
        """The same of bars."""
        return {code: bars for code, bars in self.bars.items() if code not in NOT_ON_PAPER}

    @property
    def by_month(self) -> list[MonthsTable]:
        """The charts as tables for paper."""
        return tables_by_month([chart for chart in self.paper_charts if not chart.is_empty])

    @property
    def key_figures(self) -> list[ShownFigure]:
        """What is told first."""
        found = {each.code: each for group in self.groups for each in group.figures}
        return [found[code] for code in KEY_FIGURES if code in found]

    @property
    def tests(self) -> int:
        """Test conversations that are left out."""
        return int(self.figures.facts.get("tests", 0))

    @property
    def language(self) -> str:
        """The language in which it is told."""
        return (get_language() or "fi")[:2]


def report_of(
    actor: Actor,
    county: County,
    service: Service | None,
    period: Period,
    *,
    now: datetime,
    with_trend: bool = True,
    group: ReportGroup | None = None,
    revision: int | None = None,
    scope: Scope | None = None,
) -> Report:
    """The report of a scope whose figures the person may read: whoever calls has asked that.

    A `scope` that is at hand already is of the same services.

    With a revision it tells exactly what was frozen in it. Raises MonthlyReport.DoesNotExist.
    """
    today = timezone.localdate(now)
    scope = scope or Scope.told(county, service, group)
    kept = _revision(actor, county, service, group, period.month, revision) if revision is not None else None
    if kept is not None:
        total = {code: each for code, each in figures_from(kept.values).items() if code in DEFINITIONS}
        figures = Figures(scope, period, total)
    else:
        figures = narrowed(figures_of(scope, period, breakdowns=tuple(BREAKDOWNS), now=now), chosen_codes(service))
    figures = in_language(figures, _name)
    drawn = [code for code in KEYS if code in figures.total]
    aims = targets_of(county.pk, service)
    targets = in_force(aims, min(period.last, today))
    extent = extent_of(period, opened=opened_days(scope), contacts=figures.total["M01"].n, today=today)
    month = period.month
    months = last_months(month) if month else period.months
    notes = list(
        MonthNote.objects.readable_by(actor)
        .told_with(county=county, service=service)
        .filter(month__range=(months[0].first, months[-1].first))
        .select_related("service")
    )
    live = {month: figures.total} if month else None
    trend = trend_of(county, service, months, today=today, live=live, codes=drawn, group=group, scope=scope) if with_trend else None
    drawn = [code for code in drawn if trend and _known(trend, code) >= _needed(code)]
    names = names_of(figures, _name)
    tables = tables_of(figures, names)
    revisions = _revisions(actor, county, service, group, month) if month else []
    frozen = kept or (revisions[-1] if revisions else None)
    told = [] if extent.is_gap else sentences(month, figures.total) if month else sentences_of(period, figures.total)
    return Report(
        county=county,
        service=service,
        group=group,
        period=period,
        figures=figures,
        extent=extent,
        sentences=told,
        groups=[Group(title, shown) for title, shown in sections_of(figures, targets)],
        tables=tables,
        week=shaded_week(figures),
        heats=heats_of(figures),
        matrix=matrix_of(figures.facts.get("matrix") or {}, names["queue"]),
        right_places=right_places_of(figures, names["service"]),
        bars=_bars(figures, tables),
        growing=_growing(figures, names["topic"]),
        notes=notes,
        trend=trend,
        charts=charts_of(trend, targets=wanted_values(figures, targets), notes=notes, codes=drawn) if trend else [],
        channels=side_by_side(trend.points, aims, codes=figures.total) if trend else [],
        revisions=revisions,
        frozen=frozen,
        changes=changes_since(figures_from(frozen.values), figures.total) if frozen and kept is None else [],
        made_at=kept.made_at if kept else now,
        is_frozen=kept is not None,
    )


def with_year(report: Report) -> Report:
    """The report of a calendar year with its table by month; any other as it is."""
    if not report.period.is_year:
        return report
    figures, today = report.figures, timezone.localdate(report.made_at)
    table = year_of(
        report.county, report.service, report.period, figures.total, today=today, group=report.group, scope=figures.scope
    )
    return replace(report, year=table)


def wanted_values(figures: Figures, targets: Sequence[Target]) -> dict[str, Fraction]:
    """What the chat’s targets ask for, in each metric’s own unit; a target of another unit is no line in a chart."""
    found = {}
    for target in targets:
        figure = figures.total.get(target.metric)
        unit = target.unit.strip().lower()
        if figure is None or target.channel == "phone" or not fits(figure, target.unit):
            continue
        if not asks_of_share(figure, unit):
            found[target.metric] = Fraction(target.value) * (SECONDS[unit] if figure.unit == "s" else 1)
    return found


def _known(trend: Trend, code: str) -> int:
    """In how many months there is a value."""
    return sum((figure := point.figure(code)) is not None and figure.value is not None for point in trend.points)


def _needed(code: str) -> int:
    """Of how many months one has to be known for a chart: of two for a line of what is not read for each month."""
    return 2 if code in KEPT else 1 if code in BROUGHT | MORE else 0


def _bars(figures: Figures, tables: Sequence[ShownTable]) -> dict[str, Bars]:
    """The histogram of queue times, outcomes, and the answers of residents."""
    counts = [(f"{code} {label}", int(figures.facts.get(code) or 0)) for code, label in Outcome.choices]
    total = sum(n for _words, n in counts)
    outcomes = [(words, n, f"{number(n)} ({percent(Fraction(100 * n, total) if total else None)})") for words, n in counts]
    waits = [(code, n) for code, n in _parts(figures, "M06") if code.startswith("band_")]
    lengths = [(code, n) for code, n in _parts(figures, "M09") if code.startswith("length_")]
    marks = sorted(_parts(figures, "M14"), reverse=True)
    likely = [(str(mark), int(figures.facts.get(f"recommend_{mark}") or 0)) for mark in range(10, -1, -1)]
    items = [(code, share) for code, share in _beside(figures, "M35").items() if share is not None]
    rollouts = [(code, share) for code, share in _beside(figures, "M29").items() if share is not None]
    places = [(row.name, row.figures[at]) for row, at in _with_rates(tables) if row.values[at] != NOTHING]
    hides = any(table.hides for table in tables if "M25" in table.columns)
    per_thousand = [(name, round(100 * each.value), number(each.value, 1)) for name, each in places if each.value is not None]
    found = {
        **bars_of_parts(figures.total),
        "M25": bars_of(
            f"{DEFINITIONS['M25'].name} (‰)",
            per_thousand,
            note=_("Municipalities that are not told of are left out.") if hides else "",
        ),
        "M06": bars_of(_("Distribution of queue times"), _counted(waits)),  # the line of the months has the figure’s own name
        "M09": bars_of(_("Distribution of conversation lengths"), _counted(lengths)),
        "M11": bars_of(_("Outcomes of answered contacts"), outcomes),
        "M14": bars_of(f"{DEFINITIONS['M14'].name} 1–5", _counted(marks)),
        "M15": bars_of(f"{DEFINITIONS['M15'].name} 0–10", _counted(likely)),
        "M26": bars_of_hours(figures),
        "M29": bars_of(DEFINITIONS["M29"].name, [(part_words(code), round(share), percent(share)) for code, share in rollouts]),
        "M35": bars_of(
            _("Quality sample: yes by item, percent"), [(part_words(code), round(share), percent(share)) for code, share in items]
        ),
    }
    shown = {code: bars for code, bars in found.items() if code in figures.total and bars.bars}
    return {code: bars for code, bars in shown.items() if figures.facts or code in FROM_PARTS}


def _with_rates(tables: Sequence[ShownTable]) -> list[tuple[ShownCell, int]]:
    """The municipalities whose rate is told (M25)."""
    return [
        (row, at) for table in tables for at, code in enumerate(table.columns) if code == "M25" for row in table.rows if row.figures
    ]


def _beside(figures: Figures, code: str) -> Mapping[str, Fraction | None]:
    return figures.total[code].beside if code in figures.total else {}


def _parts(figures: Figures, code: str) -> Sequence[tuple[str, int]]:
    return figures.total[code].parts if code in figures.total else ()


def _counted(rows: Sequence[tuple[str, int]]) -> list[tuple[str, int, str]]:
    return [(part_words(code), n, number(n)) for code, n in rows]


def _revisions(
    actor: Actor, county: County, service: Service | None, group: ReportGroup | None, month: Month
) -> list[MonthlyReport]:
    rows = MonthlyReport.objects.readable_by(actor).of_scope(county=county, service=service, group=group)
    return list(rows.filter(month=month.first).select_related("made_by").order_by("revision"))


def _revision(
    actor: Actor, county: County, service: Service | None, group: ReportGroup | None, month: Month | None, revision: int
) -> MonthlyReport:
    if month is None:
        raise MonthlyReport.DoesNotExist
    rows = MonthlyReport.objects.readable_by(actor).of_scope(county=county, service=service, group=group)
    row: MonthlyReport = rows.get(month=month.first, revision=revision)
    return row


def _growing(figures: Figures, names: Mapping[Any, str]) -> list[tuple[str, Any]]:
    found = (figures.facts.get("topics") or []) if "M34" in figures.total else []
    return [(names.get(each.topic, ""), each) for each in found]


def _name(row: object, field: str) -> object:
    return text(row, field, (get_language() or "fi")[:2])
