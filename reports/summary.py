"""The month in plain sentences, made of its figures; what is not known is not said."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.dates import day_words
from reports.gaps import Extent, Why
from reports.metrics.figure import Figure
from reports.metrics.words import NOTES
from reports.months import Month, Period
from reports.rounding import duration, number, percent, rounded
from reports.targets import value_in_words


def sentences(month: Month, figures: Mapping[str, Figure]) -> list[str]:
    """From how many came to what they thought of it."""
    n = figures["M01"].n
    when = {"month": date_format(month.first, "F"), "year": month.year}
    if not n:
        return [capfirst(_("In %(month)s %(year)s there were no contacts.") % when), *_beside(figures)]
    came = ngettext("In %(month)s %(year)s there was %(n)s contact.", "In %(month)s %(year)s there were %(n)s contacts.", n) % {
        **when,
        "n": number(n),
    }
    return [capfirst(came), *_waits(figures), *_outcomes(figures), *_opinions(figures), *_growth(figures), *_beside(figures)]


def sentences_of(period: Period, figures: Mapping[str, Figure]) -> list[str]:
    """The same of a free period."""
    n = figures["M01"].n
    days = period_words(period)
    if not n:
        return [_("Between %(days)s there were no contacts.") % {"days": days}, *_beside(figures)]
    came = ngettext("Between %(days)s there was %(n)s contact.", "Between %(days)s there were %(n)s contacts.", n)
    return [came % {"days": days, "n": number(n)}, *_waits(figures), *_outcomes(figures), *_opinions(figures), *_beside(figures)]


def period_words(period: Period) -> str:
    """1.1.2023–31.10.2023, 1 Jan 2023–31 Oct 2023."""
    return f"{day_words(period.first)}–{day_words(period.last)}"


def gap_words(extent: Extent, *, is_month: bool, is_one: bool) -> str:
    """Why there is no data of the month, or of other days, of one service or of several; empty when there is."""
    if not extent.is_gap:
        return ""
    if not is_month and extent.why == Why.NOT_IN_USE:
        return _("There is no data of these days: no service was in use on any of them. Days without data are no zero.")
    if not is_month:
        return _("There is no data of these days: they are before the first opening. Days without data are no zero.")
    if extent.why == Why.NOT_IN_USE:
        if is_one:
            return _(
                "There is no data of this month: the service was paused or closed throughout. A month without data is no zero."
            )
        return _("There is no data of this month: every service was paused or closed throughout. A month without data is no zero.")
    if is_one:
        return _("There is no data of this month: the service had not opened yet. A month without data is no zero.")
    return _("There is no data of this month: no service had opened yet. A month without data is no zero.")


def part_words_of(extent: Extent, *, is_month: bool, is_one: bool) -> list[str]:
    """Of which days of the month, or of others, there is no data, and why; nothing when there is data of each."""
    found = []
    if extent.began:
        day = {"day": day_words(extent.began)}
        if not is_month:
            found.append(_("There is no data before %(day)s, the day of the first opening.") % day)
        elif is_one:
            found.append(_("Not a whole month: the service opened on %(day)s.") % day)
        else:
            found.append(_("Not a whole month: the first of the services opened on %(day)s.") % day)
    for off in extent.off:
        days = {"first": day_words(off.first), "last": day_words(off.last)}
        if is_one:
            found.append(_("The service was paused or closed %(first)s – %(last)s: there is no data of those days.") % days)
        else:
            found.append(_("Every service was paused or closed %(first)s – %(last)s: there is no data of those days.") % days)
    return found


def _waits(figures: Mapping[str, Figure]) -> list[str]:
    found = []
    if "M03" in figures:
        found.append(_("%(share)s of them were answered.") % {"share": percent(figures["M03"].value)})
    if "M07" in figures and figures["M07"].n:
        found.append(
            _("Half of those who were answered got the first answer within %(time)s.") % {"time": duration(figures["M07"].value)}
        )
    if "M08" in figures:
        found.append(_("The response time target was kept in %(share)s of contacts.") % {"share": percent(figures["M08"].value)})
    return found


def _outcomes(figures: Mapping[str, Figure]) -> list[str]:
    if "M11" not in figures or not figures["M11"].n:
        return []
    words = _("One contact was enough for %(share)s of those whose outcome was recorded.")
    return [words % {"share": percent(figures["M11"].value)}]


def _opinions(figures: Mapping[str, Figure]) -> list[str]:
    figure = figures["M14"]
    if not figure.n:
        return [_("Nobody has told how content she was.")]
    words = ngettext(
        "The mean of satisfaction was %(mean)s on the scale 1–5 (%(n)s answer).",
        "The mean of satisfaction was %(mean)s on the scale 1–5 (%(n)s answers).",
        figure.n,
    )
    return [words % {"mean": value_in_words(figure), "n": number(figure.n)}]


def _growth(figures: Mapping[str, Figure]) -> list[str]:
    grown = figures["M28"].value if "M28" in figures else None
    if grown is None:
        return []
    if rounded(grown, 1) == 0:
        return [_("On a working day there were as many contacts as in the month before.")]
    words = (
        _("On a working day there were %(share)s more contacts than in the month before.")
        if grown > 0
        else _("On a working day there were %(share)s fewer contacts than in the month before.")
    )
    return [words % {"share": percent(abs(grown))}]


def _beside(figures: Mapping[str, Figure]) -> list[str]:
    """What happened beside the chat: the guide, help forms, the quality sample and released phone time."""
    return [*_guide(figures), *_requests(figures), *_quality(figures), *_released(figures)]


def _guide(figures: Mapping[str, Figure]) -> list[str]:
    """How many went through the guide, and how many it served alone (M22)."""
    figure = figures.get("M22")
    if figure is None or not figure.n:
        return []
    words = ngettext(
        "The automatic guide was used %(n)s time; it served alone in %(share)s of them.",
        "The automatic guide was used %(n)s times; it served alone in %(share)s of them.",
        figure.n,
    )
    return [words % {"n": number(figure.n), "share": percent(figure.value)}]


def _requests(figures: Mapping[str, Figure]) -> list[str]:
    """How many questions came by the help form, and how many were answered in time (M23, S003-13)."""
    figure = figures.get("M23")
    came = dict(figure.parts).get("requests", 0) if figure else 0
    if figure is None or not came:
        return []
    about = {"n": number(came), "share": percent(figure.value)}
    told = [ngettext("%(n)s question came by the help form.", "%(n)s questions came by the help form.", came) % about]
    if figure.value is not None:
        told.append(_("Of the questions that are due, %(share)s were answered within three working days.") % about)
    return [" ".join(told)]


def _quality(figures: Mapping[str, Figure]) -> list[str]:
    """What the quality sample came to (M35)."""
    figure = figures.get("M35")
    if figure is None or figure.value is None:
        return []
    return [_("In the quality sample %(share)s of the answers on the check list were yes.") % {"share": percent(figure.value)}]


def _released(figures: Mapping[str, Figure]) -> list[str]:
    """Released hours and whether the savings were reached: both or neither (M30, S002-45, S002-51)."""
    figure = figures.get("M30")
    if figure is None or figure.value is None:
        return []
    about = {"hours": _short(figure.value), "n": number(figure.beside["appointments"])}
    if figure.beside["appointments"] is None:
        told = _("%(hours)s hours of phone time in a week were released.") % about
    else:
        told = _("%(hours)s hours of phone time in a week were released, that is %(n)s appointments.") % about
    # A person's own words stand between marks: they are in her language.
    return [told, " ".join(str(NOTES[note]) if note in NOTES else _("“%(words)s”") % {"words": note} for note in figure.notes)]


def _short(value: Fraction) -> str:
    return number(value, 0 if value.denominator == 1 else 1)
