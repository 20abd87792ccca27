"""Charts as drawings made on the server: coordinates, their words, and the same as a table."""

from reports.charts.bars import Bars, bars_of
from reports.charts.drawing import LineChart, draw
from reports.charts.trends import TrendChart, charts_of

__all__ = ["Bars", "LineChart", "TrendChart", "bars_of", "charts_of", "draw"]
