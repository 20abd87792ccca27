"""M18 and M19: contacts that need not have happened."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chat.choices import FailureDemand
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, named, number, share


def failure_demand(facts: Facts) -> Figure:
    """M18: one in several groups counts once."""
    parts = named(facts, ["wrong_service", "repeats", *FailureDemand.values])
    return share("M18", number(facts, "needless"), number(facts, "contacts"), parts)


def duplicates(facts: Facts) -> Figure:
    """M19: by person where identification is in use, else by browser session alone, which is told."""
    notes = [] if facts.get("in_use") else ["session_only"]
    asked, of_all = number(facts, "asked"), number(facts, "contacts")
    based_on = (asked, of_all) if facts.get("in_use") and asked != of_all else None
    parts = named(facts, ["repeats", "contacts"])
    return share("M19", number(facts, "repeats"), of_all, parts, notes=notes, based_on=based_on)


DEFINITIONS = (
    metric(
        "M18",
        "%",
        Better.LESS,
        _(
            "Contacts that came to the wrong service, came again though the first was open or left in the hour before, or were"
            " made because something else had failed, divided by all contacts; each counts once."
        ),
        failure_demand,
        Source.CONVERSATIONS,
        Source.FLAGS,
    ),
    metric(
        "M19",
        "%",
        Better.LESS,
        _(
            "Contacts of a person or browser session that had another one open, or had left one in the 60 minutes before, divided"
            " by all contacts. The later one is the duplicate."
        ),
        duplicates,
        Source.CONVERSATIONS,
        Source.IDENTIFICATION,
        Source.FLAGS,
    ),
)
