"""Charts as drawings made on the server: coordinates, their words, and the same as a table."""

from reports.charts.bars import Bars, bars_of
from reports.charts.drawing import LineChart, draw
from reports.charts.parts import OF_PARTS, bars_of_hours, bars_of_parts
from reports.charts.trends import MonthsTable, TrendChart, charts_of, tables_by_month

__all__ = [
    "OF_PARTS",
    "Bars",
    "LineChart",
    "MonthsTable",
    "TrendChart",
    "bars_of",
    "bars_of_hours",
    "bars_of_parts",
    "charts_of",
    "draw",
    "tables_by_month",
]
