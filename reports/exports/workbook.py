"""The report as a workbook: a sheet for each group of figures, the months with charts, breakdowns and definitions.

Every text is written as a text: no cell is a formula or a link. Numbers are numbers: durations in seconds, shares as shares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from io import BytesIO
from typing import IO, Any

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from reports.charts.trends import PARTS, mark_of, month_words, of_part, title_of
from reports.charts.trends import shown as figure_words
from reports.dates import day_words
from reports.exports.legible import cell_text
from reports.metrics import DEFINITIONS, Figure
from reports.metrics.words import EUROS, TIMES, is_percent, part_words, unit_words
from reports.report import Group, Report
from reports.rounding import NOTHING, number
from reports.shown import ShownFigure
from reports.targets import beside_in_words
from reports.trend import KEYS
from services.texts import text

FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
LONGEST_TITLE = 31
CHART_HEIGHT, CHARTS_FROM = 16, 4
UNITS = {"n": "0", "s": "0", "%": "0.0%", "1–5": "0.0", "nps": "0", "€": "0.00", "n/h": "0.0", "/1000": "0.0", "h/wk": "0.0"}


def workbook(report: Report) -> bytes:
    """The workbook of the report."""
    return _Book(report).made()


def open_book(file: IO[bytes], **options: Any) -> Any:
    """A workbook in which nothing that is written as a text becomes anything else."""
    # A fifth of a second, for those few who ask for a file.
    import xlsxwriter

    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "default_date_format": "d.m.yyyy"}
    return xlsxwriter.Workbook(file, {"in_memory": True, **safe, **options})


def shortened(title: str) -> str:
    """What fits in the name of a sheet, cut between words."""
    return title if len(title) <= LONGEST_TITLE else f"{(title[:LONGEST_TITLE].rpartition(' ')[0] or title[:30]).rstrip(' ,;–-')}…"


class _Book:
    """The sheets, in the order of the page."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.file = BytesIO()
        self.book = open_book(self.file)
        self.titles: set[str] = set()
        self.bold = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.wrap = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.formats = {unit: self.book.add_format({"num_format": code, "valign": "top"}) for unit, code in UNITS.items()}
        self.days = self.book.add_format({"num_format": "d.m.yyyy", "align": "left"})
        self.moments = self.book.add_format({"num_format": "d.m.yyyy hh:mm", "align": "left"})
        self.bold_months = self.book.add_format({"num_format": "m/yyyy", "bold": True, "align": "left", "valign": "top"})
        self.months = self.book.add_format({"num_format": "m/yyyy", "align": "left"})

    def made(self) -> bytes:
        report = self.report
        # Without a clock of its own, so that the same report is the same file.
        self.book.set_properties({"title": cell_text(report.name)[:250], "created": report.made_at.replace(tzinfo=None)})
        self._summary()
        if not report.is_gap:
            for group in report.groups:
                self._group(group)
            self._year()
            if report.trend:
                self._trend()
            self._breakdowns()
            self._hours()
            self._transfers()
            self._right_places()
            self._channels()
        self._definitions()
        self.book.close()
        return self.file.getvalue()

    def _sheet(self, title: str, head: Sequence[str], widths: Sequence[int]) -> Any:
        name = shortened(FORBIDDEN.sub(" ", title).strip("' ")) or "–"
        while name.casefold() in self.titles:
            name = f"{name[: LONGEST_TITLE - 2]} 2"
        self.titles.add(name.casefold())
        sheet = self.book.add_worksheet(name)
        for at, words in enumerate(head):
            sheet.write_string(0, at, cell_text(words), self.bold)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        if head:
            sheet.freeze_panes(1, 0)
            sheet.repeat_rows(0)
        # On paper all columns stand on one page, A4 on its side.
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _summary(self) -> None:
        report = self.report
        sheet = self._sheet(_("In brief"), (), (32, 90))
        rows: list[tuple[str, str | date]] = [
            (_("Service"), report.name),
            (_("First day"), report.period.first),
            (_("Last day"), report.period.last),
            (_("State"), _("frozen") if report.is_frozen else _("unfinished") if report.goes_on else _("finished")),
            (_("Computed"), timezone.localtime(report.made_at).replace(second=0, microsecond=0, tzinfo=None)),
            (_("Version of the formulas"), report.formulas),
        ]
        if report.frozen:
            told = _("revision %(n)s, %(day)s") % {
                "n": report.frozen.revision,
                "day": day_words(report.frozen.made_at),
            }
            rows.append((_("The frozen report"), told))
        rows += [(_("In brief"), sentence) for sentence in (*report.part_words, *report.sentences)]
        rows += [
            (" ".join([_("What happened"), f"{note.month:%Y-%m}"]), str(text(note, "text", report.language)))
            for note in report.notes
        ]
        if report.is_gap:
            rows.append((_("In brief"), report.gap_words))
        for aim, pairs in () if report.is_gap else report.aims:
            for figure, target in pairs:
                now = target.now or figure.words
                told = f"{figure.name}: {target.words}, {' – '.join(filter(None, (now, target.beside(now))))}"
                rows.append((", ".join([_("Target"), aim]), told))
        for at, (words, value) in enumerate(rows):
            sheet.write_string(at, 0, cell_text(words), self.bold)
            if isinstance(value, datetime):
                sheet.write_datetime(at, 1, value, self.moments)
            elif isinstance(value, date):
                sheet.write_datetime(at, 1, value, self.days)
            else:
                sheet.write_string(at, 1, cell_text(value), self.wrap)

    def _group(self, group: Group) -> None:
        head = (_("Code"), _("Figure"), _("Part"), _("Value"), _("Unit"), _("As shown"), "n", _("Target"), _("Standing"))
        sheet = self._sheet(group.title, head, (8, 52, 64, 12, 8, 18, 10, 16, 18))
        at = 1
        bars: list[int] = []
        for each in group.figures:
            at = self._figure(sheet, at, each, bars)
        if bars:
            self._bar_chart(sheet, group, bars, at)

    def _figure(self, sheet: Any, at: int, each: ShownFigure, bars: list[int]) -> int:
        figure = each.figure
        aims = [target for target in each.targets if not target.is_phone]
        self._strings(sheet, at, [each.code, each.name, ""])
        self._value(sheet, at, 3, figure.value, figure.unit)
        self._strings(sheet, at, [unit_words(figure.unit), each.words], start=4)
        sheet.write_number(at, 6, figure.n, self.formats["n"])
        standings = [" ".join(filter(None, (target.now, target.beside(target.now)))) for target in aims]
        self._strings(sheet, at, ["; ".join(target.words for target in aims), "; ".join(standings)], 7)
        at += 1
        for code, n in figure.parts:
            if each.code == "M01":
                bars.append(at)
            self._strings(sheet, at, [each.code, each.name, part_words(code)])
            sheet.write_number(at, 3, n, self.formats["n"])
            self._strings(sheet, at, [unit_words("n"), number(n)], start=4)
            at += 1
        for code, value in figure.beside.items():
            unit = "s" if code in TIMES else "%" if is_percent(code) else "€" if code in EUROS else "n/h"
            self._strings(sheet, at, [each.code, each.name, part_words(code)])
            self._value(sheet, at, 3, value, unit)
            self._strings(sheet, at, ["" if unit == "n/h" else unit, beside_in_words(figure, code)], start=4)
            at += 1
        for note in each.notes:
            self._strings(sheet, at, [each.code, each.name, _("Note"), "", "", note])
            at += 1
        return at

    def _bar_chart(self, sheet: Any, group: Group, rows: Sequence[int], at: int) -> None:
        chart = self.book.add_chart({"type": "bar"})
        name = sheet.get_name()
        chart.add_series(
            {
                "name": cell_text(group.title),
                "categories": [name, rows[0], 2, rows[-1], 2],
                "values": [name, rows[0], 3, rows[-1], 3],
                "data_labels": {"value": True},
            }
        )
        chart.set_legend({"none": True})
        chart.set_title({"name": DEFINITIONS["M01"].name})
        chart.set_y_axis({"reverse": True})
        sheet.insert_chart(at + 1, 1, chart, {"description": f"{group.title}: {DEFINITIONS['M01'].name}"})

    def _trend(self) -> None:
        trend = self.report.trend
        assert trend is not None
        now, before = _("these months"), _("a year before")
        lines = [(code, part) for code in KEYS for part in ("", *PARTS.get(code, ()))]
        names = [title_of(code, part) for code, part in lines]
        heads = [words for name in names for words in (f"{name}, {now}", f"{name}, {before}")]
        sheet = self._sheet(_("Months"), [_("Month"), _("Note"), *heads], [12, 40, *[16] * len(heads)])
        for at, (point, earlier) in enumerate(zip(trend.points, trend.before, strict=True), start=1):
            sheet.write_datetime(at, 0, point.month.first, self.months)
            self._strings(sheet, at, [mark_of(point)], start=1)
            for column, (code, part) in enumerate(lines):
                for side, each in enumerate((point, earlier)):
                    figure = of_part(each.figure(code), part)
                    # A gap stays an empty cell, and a gap in the line.
                    if figure is not None and figure.value is not None:
                        self._value(sheet, at, 2 + column * 2 + side, figure.value, figure.unit)
        last = len(trend.points)
        row = last + CHARTS_FROM
        for at, chart_words in enumerate(self.report.charts):
            column = 2 + lines.index((chart_words.code, chart_words.part)) * 2
            self._line_chart(sheet, column, last, row + (at // 2) * CHART_HEIGHT, at % 2, chart_words)

    def _year(self) -> None:
        year = self.report.year
        if year is None:
            return
        head = (_("Code"), _("Figure"), _("Unit"), *("" for _point in year.points), _("Year"))
        sheet = self._sheet(_("Year by month"), head, (8, 40, 8, *[14] * len(year.points), 14))
        for column, point in enumerate(year.points, start=3):
            sheet.write_datetime(0, column, point.month.first, self.bold_months)
        self._strings(sheet, 1, ["", _("Note"), "", *year.marks])
        for at, row in enumerate(year.rows, start=2):
            self._strings(sheet, at, [row.code, row.name, unit_words(DEFINITIONS[row.code].unit)])
            for column, figure in enumerate((*row.figures, row.whole), start=3):
                # A gap stays an empty cell; why is told in the row of notes.
                if figure is not None and figure.value is not None:
                    self._value(sheet, at, column, figure.value, figure.unit)
                elif figure is not None:
                    self._strings(sheet, at, [figure_words(figure)], start=column)

    def _line_chart(self, sheet: Any, column: int, last: int, row: int, side: int, words: Any) -> None:
        chart = self.book.add_chart({"type": "line"})
        name = sheet.get_name()
        marks = (({"type": "circle", "size": 6}, "solid"), ({"type": "square", "size": 6}, "dash"))
        for at, (marker, dash) in enumerate(marks):
            chart.add_series(
                {
                    "name": [name, 0, column + at],
                    "categories": [name, 1, 0, last, 0],
                    "values": [name, 1, column + at, last, column + at],
                    "marker": marker,
                    "line": {"dash_type": dash, "width": 2},
                }
            )
        chart.set_title({"name": words.title})
        chart.set_legend({"position": "bottom"})
        chart.show_blanks_as("gap")
        chart.set_x_axis({"text_axis": True, "num_format": "m/yy"})
        sheet.insert_chart(row, 1 + side * 5, chart, {"description": words.alternative})

    def _breakdowns(self) -> None:
        if not self.report.tables:
            return
        # The tables differ: each metric has its own column, which is empty where a table does not tell of it.
        codes = list(dict.fromkeys(code for table in self.report.tables for code in table.columns))
        place = {code: at for at, code in enumerate(codes, start=2)}
        heads = [DEFINITIONS[code].name for code in codes]
        sheet = self._sheet(_("Broken down"), [_("Breakdown"), _("Name"), *heads], [24, 40, *[16] * len(heads)])
        at = 1
        for table in self.report.tables:
            for row in table.rows:
                self._strings(sheet, at, [table.title, row.name])
                for n, (code, words) in enumerate(zip(table.columns, row.values, strict=True)):
                    figure: Figure | None = row.figures[n] if row.figures else None
                    if figure is None or words == NOTHING or figure.value is None:
                        self._strings(sheet, at, [words], start=place[code])
                    else:
                        self._value(sheet, at, place[code], figure.value, figure.unit)
                at += 1

    def _hours(self) -> None:
        if not self.report.week:
            return
        week = [str(WEEKDAYS_ABBR[day]) for day in range(7)]
        sheet = self._sheet(_("Weekday and hour"), [_("Hour"), *week], [8, *[8] * 7])
        for at, (hour, days) in enumerate(self.report.week, start=1):
            sheet.write_number(at, 0, hour)
            for column, cell in enumerate(days, start=1):
                sheet.write_number(at, column, cell.n)
        scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#7FB6E4"}
        sheet.conditional_format(1, 1, len(self.report.week), 7, scale)

    def _transfers(self) -> None:
        matrix = self.report.matrix
        if not matrix.rows:
            return
        sheet = self._sheet(_("Transfers"), [_("From (rows) to (columns)"), *matrix.to], [36, *[20] * len(matrix.to)])
        for at, (name, cells) in enumerate(matrix.rows, start=1):
            self._strings(sheet, at, [name])
            for column, cell in enumerate(cells, start=1):
                sheet.write_number(at, column, cell.n)

    def _right_places(self) -> None:
        if not self.report.right_places:
            return
        head = (_("Service"), _("Contacts"), _("Share of those that came to the wrong service"))
        sheet = self._sheet(_("Right service"), head, (40, 14, 24))
        for at, each in enumerate(self.report.right_places, start=1):
            self._strings(sheet, at, [each.name])
            sheet.write_number(at, 1, each.n)
            self._value(sheet, at, 2, each.percent, "%")

    def _channels(self) -> None:
        if not self.report.channels:
            return
        head = (_("Figure"), _("Month"), _("Chat"), _("Standing"), _("Phone"), _("Standing"), _("Note"))
        sheet = self._sheet(_("Chat and phone"), head, (30, 16, 14, 14, 14, 14, 60))
        at = 1
        for channel in self.report.channels:
            for row in channel.rows:
                cells = [channel.name, month_words(row.month), row.chat, row.chat_words, row.phone, row.phone_words, row.crossing]
                self._strings(sheet, at, cells)
                at += 1

    def _definitions(self) -> None:
        better = {"more": _("more is better"), "less": _("less is better"), "": _("neither")}
        head = (_("Code"), _("Figure"), _("Unit"), _("Direction"), _("Definition"))
        sheet = self._sheet(_("Definitions"), head, (8, 36, 8, 18, 110))
        shown = [DEFINITIONS[code] for code in self.report.figures.total]
        for at, each in enumerate(shown, start=1):
            self._strings(sheet, at, [each.code, each.name, unit_words(each.unit), better[str(each.better)], str(each.words)])

    def _strings(self, sheet: Any, at: int, texts: Iterable[str], start: int = 0) -> None:
        for column, words in enumerate(texts, start=start):
            if words:
                sheet.write_string(at, column, cell_text(words), self.wrap)

    def _value(self, sheet: Any, at: int, column: int, value: Fraction | None, unit: str) -> None:
        if value is not None:
            sheet.write_number(at, column, float(value / 100 if unit == "%" else value), self.formats.get(unit))
