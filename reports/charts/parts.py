"""What a figure was made of, as bars: from the figure itself, a frozen one too. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from chat.choices import FailureDemand
from reports.charts.bars import Bars, bars_of
from reports.choices import Theme
from reports.metrics import DEFINITIONS, Figure, Figures
from reports.metrics.guide import KINDS
from reports.metrics.load_hours import load_hours, told_of
from reports.metrics.words import part_words
from reports.rounding import number

OF_PARTS: Mapping[str, Sequence[str]] = {
    "M12": ("R3", "R4", "R5"),
    "M17": tuple(f"theme_{code}" for code in Theme.values),
    "M18": ("wrong_service", "repeats", *FailureDemand.values),
    "M22": (*(f"guide_{kind}" for kind in KINDS), "guide_midway"),
    "M23": ("within_two", "on_third_day", "answered_late", "requests_overdue"),
    "M33": ("in_time", "late", "overdue"),
}
"""Where it went, of what the words were, why it need not have come, how it ended, and how soon it was answered. They stand on the
page; paper tells the same parts in words, and thirty-one papers of a month are laid out within a minute.
"""
OF_MANY = ("M17", "M22")
"""Long lists: what there is none of is left out."""


def bars_of_parts(total: Mapping[str, Figure]) -> dict[str, Bars]:
    """The bars of each figure that has any parts to draw."""
    found = {}
    for code, names in OF_PARTS.items():
        figure = total.get(code)
        if figure is None or not figure.known:
            continue
        counts = dict(figure.parts)
        counts["on_third_day"] = counts.get("within_three", 0) - counts.get("within_two", 0)
        rows = [(name, counts.get(name, 0)) for name in names]
        if any(n for _name, n in rows):
            drawn = [(_words(name), n, number(n)) for name, n in rows if n or code not in OF_MANY]
            found[code] = bars_of(DEFINITIONS[code].name, drawn, note=_note(code))
    return found


def bars_of_hours(figures: Figures) -> Bars:
    """M26 by the hour of the day, without the hours that would tell how a single responder works."""
    hours = load_hours(figures.facts, figures.hours)
    told = told_of(hours)
    drawn = [(f"{each.hour}–{each.hour + 1}", round(10 * (each.value or 0)), number(each.value, 1)) for each in told]
    left_out = _("Hours that would tell how a single responder works are left out.") if len(told) < len(hours) else ""
    return bars_of(_("Answered contacts for each hour of a responder, by the hour of the day"), drawn, note=left_out)


def _words(name: str) -> str:
    return _("Answered on the third working day") if name == "on_third_day" else part_words(name)


def _note(code: str) -> str:
    return _("A contact may have several reasons; in the figure it counts once.") if code == "M18" else ""
