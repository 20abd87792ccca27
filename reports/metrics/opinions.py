"""M14–M17: what residents said afterwards."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from reports.metrics.definition import Better, metric
from reports.metrics.figure import Facts, Figure, count, named, number, ratio, share


def satisfaction(facts: Facts) -> Figure:
    """M14: the mean, and the share of answers 4–5."""
    n = number(facts, "satisfaction_n")
    mean = Fraction(number(facts, "satisfaction_sum"), n) if n else None
    parts = [(str(mark), number(facts, f"satisfaction_{mark}")) for mark in range(1, 6)]
    return Figure("M14", mean, "1–5", n, parts, {"share": ratio(number(facts, "content"), n)})


def nps(facts: Facts) -> Figure:
    """M15: 100 times promoters less detractors, divided by all answers; no percentage, and never an average of months."""
    n = number(facts, "recommend_n")
    parts = named(facts, ["promoters", "passives", "detractors"])
    return Figure("M15", ratio(parts[0][1] - parts[2][1], n), "nps", n, parts)


def response_rate(facts: Facts) -> Figure:
    """M16."""
    n, answered = number(facts, "with_feedback"), number(facts, "answered")
    return share("M16", n, answered, [("feedback", n), ("answered", answered)])


def own_words(facts: Facts) -> Figure:
    """M17: how many texts; their tone and theme are given by a person."""
    return count("M17", number(facts, "texts"), named(facts, ["texts"]))


DEFINITIONS = (
    metric(
        "M14",
        "1–5",
        Better.MORE,
        _("The mean of answers from 1 to 5 to how content residents were; one answer for each contact."),
        satisfaction,
    ),
    metric("M15", "nps", Better.MORE, _("The share of those who answered 9–10 less the share of those who answered 0–6."), nps),
    metric(
        "M16", "%", Better.MORE, _("Contacts with at least one answer of feedback, divided by answered contacts."), response_rate
    ),
    metric(
        "M17",
        "n",
        Better.NEITHER,
        _("Texts that residents have written as feedback. Texts are erased with the conversation, so count them in time."),
        own_words,
    ),
)
