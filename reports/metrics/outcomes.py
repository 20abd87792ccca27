"""M10–M13: what came of the answered, and transfers."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from chat.choices import Outcome
from reports.metrics.columns import FIRST, ONE, TRADITIONAL, of_reasons
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, named, number, ratio, share

MOST_UNCODED = 10
"""Percent of answered contacts without an outcome above which the figures of outcomes get a mark."""


def first_contact(facts: Facts) -> Figure:
    """M10, and its verified line: who asked of the same topic again within a week was not handled at first contact."""
    beside = {"uncoded": ratio(number(facts, Outcome.R0), number(facts, "answered"))}
    parts = _coded(facts, FIRST)
    based_on = None
    if facts.get("in_use"):
        kept, coded = number(facts, "first_asked") - number(facts, "asks_again"), number(facts, "coded_asked")
        beside["verified"] = ratio(kept, coded)
        parts += [("verified", kept), ("nameless", number(facts, "first_nameless"))]
        based_on = (coded, number(facts, "coded")) if coded != number(facts, "coded") else None
    uncoded = beside["uncoded"]
    notes = ["uncoded"] if uncoded is not None and uncoded > MOST_UNCODED else []
    first = sum(number(facts, code) for code in FIRST)
    return share("M10", first, number(facts, "coded"), parts, beside=beside, based_on=based_on, notes=notes)


def one_contact(facts: Facts) -> Figure:
    """M11."""
    return share("M11", sum(number(facts, code) for code in ONE), number(facts, "coded"), _coded(facts, ONE))


def traditional(facts: Facts) -> Figure:
    """M12, with the reasons that were given (S004-4)."""
    n = sum(number(facts, code) for code in TRADITIONAL)
    reasons = [(name, n) for name, n in named(facts, of_reasons()) if n]
    return share("M12", n, number(facts, "coded"), [*_coded(facts, TRADITIONAL), *reasons])


def transfers(facts: Facts) -> Figure:
    """M13: answered contacts that were passed on at least once, and how the tries went."""
    parts = named(facts, ["transferred", "moves", "quick_moves", "failed_moves", "overflows"])
    moves = number(facts, "moves")
    beside = {"quick": ratio(number(facts, "quick_moves"), moves)} if "moves" in facts else {}
    return share("M13", number(facts, "transferred"), number(facts, "answered"), parts, beside=beside)


def _coded(facts: Facts, codes: Iterable[str]) -> list[tuple[str, int]]:
    return [*named(facts, [str(code) for code in codes]), ("coded", number(facts, "coded"))]


DEFINITIONS = (
    metric(
        "M10",
        "%",
        Better.MORE,
        _(
            "Outcomes R1 and R2, divided by answered contacts with an outcome. Verified: without those who were identified and"
            " asked of the same topic again within seven days."
        ),
        first_contact,
        Source.CONVERSATIONS,
        Source.IDENTIFICATION,
        Source.FLAGS,
    ),
    metric(
        "M11", "%", Better.MORE, _("Outcomes R1, R2, R3, R4, R6 and R8, divided by answered contacts with an outcome."), one_contact
    ),
    metric("M12", "%", Better.NEITHER, _("Outcomes R3, R4 and R5, divided by answered contacts with an outcome."), traditional),
    metric(
        "M13",
        "%",
        Better.LESS,
        _(
            "Answered contacts that somebody passed on at least once, divided by answered contacts; a return is a transfer too."
            " What goes on to an overflow queue by itself is not."
        ),
        transfers,
        Source.CONVERSATIONS,
        Source.FLAGS,
        Source.TRANSFERS,
    ),
)
