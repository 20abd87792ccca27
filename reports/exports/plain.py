"""The report as one flat table (CSV), and as data for a machine (JSON): raw values, ISO times."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import tablib
from django.utils.translation import gettext as _

from reports.channels import Channel
from reports.exports.legible import legible
from reports.metrics import DEFINITIONS, Figure
from reports.metrics.words import part_words
from reports.models import MonthNote
from reports.report import Report
from reports.shown import HEADERS, ShownFigure, flat_rows, gap_row, raw
from reports.targets import value_in_words
from reports.trend import MonthPoint
from services.resources.files import write_file
from services.texts import text, texts_of


def as_csv(report: Report) -> bytes:
    """Everything of the page as one table; no cell of it is a formula. Of days without data it says that there is none."""
    dataset = tablib.Dataset(headers=list(HEADERS))
    rows = [gap_row(report.period, report.gap_words, formulas=report.formulas)]
    if not report.is_gap:
        rows = flat_rows(report.figures, report.tables, report.right_places, formulas=report.formulas)
        rows += _of_months(report)
    rows += [_told(report, "", _("Note"), words) for words in (*_unfinished(report), *report.part_words)]
    rows += [_told(report, _("What happened"), f"{note.month:%Y-%m}", _note_words(report, note)) for note in report.notes]
    for row in rows:
        dataset.append([legible(cell) if isinstance(cell, str) else cell for cell in row])
    return write_file(dataset, "csv")


def _of_months(report: Report) -> list[list[Any]]:
    """The year’s table by month: in a gap the cells are empty, and what has to be known of a month is a row of its own."""
    if report.year is None:
        return []
    rows: list[list[Any]] = []
    for at, (point, mark) in enumerate(zip(report.year.points, report.year.marks, strict=True)):
        head = [*(each.isoformat() for each in point.month.period.interval), report.formulas, _("By month"), str(point.month)]
        if mark:
            rows.append([*head, "", "", _("Note"), "", "", mark, ""])
        for row in report.year.rows:
            figure = row.figures[at]
            told = ["", "", "", ""] if figure is None else [raw(figure.value), figure.unit, row.cells[at], figure.n]
            rows.append([*head, row.code, row.name, "", *told])
    return rows


def _unfinished(report: Report) -> list[str]:
    """That its figures still change, as on the page; of days without data nothing changes."""
    if report.is_gap or not report.goes_on:
        return []
    return [
        _("The month goes on: its figures still change.") if report.month else _("The period goes on: its figures still change.")
    ]


def _told(report: Report, name: str, item: str, words: str) -> list[Any]:
    """A row that has words only."""
    when = (each.isoformat() for each in report.period.interval)
    return [*when, report.formulas, "", "", "", name, item, "", "", words, ""]


def _note_words(report: Report, note: MonthNote) -> str:
    """What happened in a month, in the reader’s words."""
    return str(text(note, "text", report.language))


def as_json(report: Report) -> bytes:
    """The same with its structure; what is hidden on the page is hidden here."""
    starts, ends = report.period.interval
    data = {
        "service": report.service.key if report.service else None,
        "county": report.county.code,
        "name": report.name,
        "period": {"first": str(report.period.first), "last": str(report.period.last)},
        "instants": {"from": starts.isoformat(), "before": ends.isoformat()},
        "unfinished": report.goes_on,
        "no_data": report.is_gap,
        "days_without_data": [{"first": str(days.first), "last": str(days.last)} for days in report.extent.off],
        "frozen_revision": report.frozen.revision if report.is_frozen and report.frozen else None,
        "formulas": report.formulas,
        "made_at": report.made_at.isoformat(),
        "language": report.language,
        "frozen": {"revision": report.frozen.revision, "made_at": report.frozen.made_at.isoformat(), "digest": report.frozen.digest}
        if report.frozen
        else None,
        "summary": list(report.sentences),
        "figures": [] if report.is_gap else [_figure(each) for each in report.figures.total.values()],
        "breakdowns": {
            table.key: [_row(row, table.columns) for row in table.rows] for table in (() if report.is_gap else report.tables)
        },
        "weekday_hours": [{"hour": hour, "contacts": [cell.n for cell in days]} for hour, days in report.week],
        "transfers": {"to": list(report.matrix.to), "rows": [[name, [cell.n for cell in row]] for name, row in report.matrix.rows]},
        "right_services": [{"name": each.name, "contacts": each.n, "share": each.share} for each in report.right_places],
        "chat_and_phone": [_channel(each) for each in report.channels],
        "months": [_month(point) for point in report.trend.points] if report.trend else [],
        "notes": [{"month": str(note.month), **texts_of(note, "text")} for note in report.notes],
    }
    return json.dumps(_cleaned(data), ensure_ascii=False, indent=1).encode()


def _figure(figure: Figure) -> dict[str, Any]:
    definition = DEFINITIONS[figure.metric]
    return {
        "metric": figure.metric,
        "name": definition.name,
        "definition": str(definition.words),
        "unit": figure.unit,
        "better": str(definition.better),
        "known": figure.known,
        "value": _number(figure.value),
        "exact": None if figure.value is None else str(figure.value),
        "shown": value_in_words(figure),
        "n": figure.n,
        "parts": [{"code": code, "name": part_words(code), "n": n} for code, n in figure.parts],
        "beside": {code: _number(value) for code, value in figure.beside.items()},
        "notes": ShownFigure(figure).notes,
    }


def _row(row: Any, columns: Sequence[str]) -> dict[str, Any]:
    return {"name": row.name, "shown": dict(zip(columns, row.values, strict=True))}


def _channel(channel: Channel) -> dict[str, Any]:
    rows = [
        {
            "month": str(row.month),
            "chat": row.chat,
            "chat_standing": row.chat_standing,
            "phone": row.phone,
            "phone_standing": row.phone_standing,
            "crossing": row.crossing,
        }
        for row in channel.rows
    ]
    return {"metric": channel.code, "name": channel.name, "months": rows}


def _month(point: MonthPoint) -> dict[str, Any]:
    figures: Iterable[tuple[str, Figure | None]] = ((code, point.figure(code)) for code in point.figures)
    return {
        "month": str(point.month),
        "data": str(point.fullness),
        "comparable": point.compares,
        "values": {code: _number(figure.value) for code, figure in figures if figure is not None},
    }


def _number(value: Fraction | None) -> int | float | None:
    if value is None:
        return None
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else round(float(exact), 6)


def _cleaned(data: Any) -> Any:
    match data:
        case str():
            return legible(data)
        case dict():
            return {key: _cleaned(value) for key, value in data.items()}
        case list() | tuple():
            return [_cleaned(value) for value in data]
    return data
