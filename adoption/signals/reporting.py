"""What the service’s report shows of itself: chosen, made every month, and gone through (S000-43, S000-51, S000-53)."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from adoption.choices import Recurrence
from adoption.periods import nth_working_day, present_period
from adoption.signals.answers import Signal, choose, digest, met, missed, shown
from adoption.signals.facts import Facts, ReportFact


def report_definition_selected(facts: Facts) -> Signal:
    """The service has chosen its metrics, each with a target or the word that it needs none, and who gets the report."""
    chosen = facts.reporting.selection
    if chosen is None:
        return missed({"lacks": ["metrics"]}, "≥ 1")
    points = {
        "metrics": bool(chosen.metrics),
        **{f"metric_target:{code}": code in chosen.decided for code in chosen.metrics},
        "recipient": chosen.recipients > 0,
    }
    return met(points, [chosen.row], mark=digest(chosen.metrics, sorted(chosen.decided), chosen.row.mark))


def monthly_report_generated(facts: Facts) -> Signal:
    """A report of a whole month in which the service was open has been frozen.

    The opening month counts only if the service was open on its first working day.
    """
    service = facts.service
    opened = timezone.localdate(service.opened_at) if service and service.opened_at else None
    whole = [each for each in facts.reporting.reports if opened is not None and opened <= nth_working_day(each.month, 1)]
    value = {"reports": len(whole)}
    first = choose(whole, facts.since, lambda each: each.row.at)
    if first is None:
        return missed(value, "≥ 1")
    return shown([first.row], {**value, "month": _in_short(first.month)}, "≥ 1")


def last_month_report_reviewed(facts: Facts) -> Signal:
    """The frozen report of the month in hand has been gone through and signed: four topics, and actions or that none is needed.

    True for the present month only: the next one is asked of again when its report is frozen.
    """
    period = facts.item.period if facts.item and facts.item.period else present_period(Recurrence.MONTH, facts.today)
    signed: list[ReportFact] = [each for each in facts.reporting.reviews if each.month == period]
    value = {"month": _in_short(period) if period else "", "reviews": len(signed)}
    first = choose(signed, facts.since, lambda each: each.row.at)
    return shown([first.row], value, "≥ 1") if first else missed(value, "≥ 1")


def _in_short(month: date) -> str:
    return f"{month:%Y-%m}"
