"""M14–M17: what residents said afterwards."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from reports.choices import Theme, Tone
from reports.metrics import columns
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, count, named, number, ratio, share
from reports.metrics.scope import Scope
from reports.models import FeedbackMark
from reports.models.feedback import TOLD, texts_of
from reports.months import Period

THEMES = tuple(f"theme_{code}" for code in Theme.values)


def read_words(scope: Scope, period: Period) -> dict[str, int]:
    """How many have written in their own words, and what a person has said of the texts (M17): two queries.

    A text that was gone through before its words were erased still counts.
    """
    of_rows = scope.rows(period).filter(columns.CONTACT)
    texts = texts_of(of_rows)
    found: Counter[str] = Counter()
    for tone, themes in FeedbackMark.objects.filter(TOLD, feedback__in=texts).values_list("tone", "themes"):
        found[tone] += 1
        found.update(f"theme_{code}" for code in themes)
    return {**found, "texts": texts.count()}


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
    """M17: how many texts; their tone and themes are given by a person, and shares are of those that have one."""
    texts, tones = number(facts, "texts"), named(facts, Tone.values)
    told = sum(n for _tone, n in tones)
    parts = [("texts", texts), *tones, ("not_gone_through", texts - told), *((code, n) for code, n in named(facts, THEMES) if n)]
    beside = {f"{tone}_share": ratio(n, told) for tone, n in tones}
    return count("M17", texts, parts, beside=beside)


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
        _("Texts that residents have written as feedback. A person has read them and said what tone and themes they have."),
        own_words,
        Source.WORDS,
    ),
)
