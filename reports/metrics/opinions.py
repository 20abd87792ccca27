"""M14–M17: what residents said afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from chat.choices import Medium, WhyChat
from reports.choices import Theme, Tone
from reports.metrics import columns
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, count, named, number, ratio, share
from reports.metrics.passes import OF_CONVERSATION, added, total
from reports.metrics.scope import Scope
from reports.models import FeedbackMark
from reports.models.feedback import TOLD, texts_of
from reports.months import Period

MEDIA = tuple(medium for medium in Medium.values if medium != Medium.CHAT)
WHY = tuple(f"why_{code}" for code in WhyChat.values)
THEMES = tuple(f"theme_{code}" for code in Theme.values)


def read_words(scope: Scope, period: Period) -> dict[str, int]:
    """How many have written in their own words, and what a person has said of the texts (M17): two queries.

    A text that was gone through before its words were erased still counts.
    """

    def texts(of: Scope) -> QuerySet[Any]:
        return texts_of(of.rows(period).filter(columns.CONTACT))

    def marks(of: Scope) -> Iterable[Any]:
        return FeedbackMark.objects.filter(TOLD, feedback__in=texts(of)).values(
            "tone", "themes", of_service=F(f"feedback__{OF_CONVERSATION}")
        )

    found: Counter[str] = Counter()
    for row in scope.by_service(f"marks {period}", marks):
        found[row["tone"]] += 1
        found.update(f"theme_{code}" for code in row["themes"])
    return {**found, **total(scope, f"texts {period}", texts, {"texts": Count("pk")}, service=OF_CONVERSATION)}


def read_media(scope: Scope, period: Period) -> Mapping[str, int]:
    """What was said after what is no contact, by medium: one query. A medium of which nothing was said has no numbers."""
    said = Q(feedback__answered_at__isnull=False)
    counts = {
        "answered": Count("pk", filter=columns.ANSWERED),
        "with_feedback": Count("pk", filter=said),
        "satisfaction_n": Count("feedback__satisfaction"),
        "satisfaction_sum": Sum("feedback__satisfaction"),
        "content": Count("pk", filter=Q(feedback__satisfaction__gte=4)),
        "recommend_n": Count("feedback__recommend"),
        "promoters": Count("pk", filter=Q(feedback__recommend__gte=9)),
        "detractors": Count("pk", filter=Q(feedback__recommend__lte=6)),
        "texts": Count("pk", filter=said & ~Q(feedback__words="")),
    }
    found: dict[str, int] = {}
    for row in added(scope, f"media {period}", lambda of: of.later(period), counts, {"by_medium": F("medium")}):
        medium = row.pop("by_medium")
        if row["with_feedback"]:
            found |= {f"{medium}_{name}": n or 0 for name, n in row.items()}
    return found


def _media(facts: Facts, name: str) -> list[tuple[str, int]]:
    """The counts of the media in which there are some."""
    return [(code, n) for code, n in named(facts, [f"{medium}_{name}" for medium in MEDIA]) if n]


def _of(told: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The same by the name of the medium alone."""
    return [(code.partition("_")[0], n) for code, n in told]


def satisfaction(facts: Facts) -> Figure:
    """M14: the mean, and the share of answers 4–5; what was said after other media stands beside it (metrics 1.1)."""
    n = number(facts, "satisfaction_n")
    mean = Fraction(number(facts, "satisfaction_sum"), n) if n else None
    told = _media(facts, "satisfaction_n")
    beside = {f"{medium}_mean": Fraction(number(facts, f"{medium}_satisfaction_sum"), each) for medium, each in _of(told)}
    parts = [(str(mark), number(facts, f"satisfaction_{mark}")) for mark in range(1, 6)]
    return Figure("M14", mean, "1–5", n, [*parts, *told], {"share": ratio(number(facts, "content"), n), **beside})


def nps(facts: Facts) -> Figure:
    """M15: 100 times promoters less detractors, divided by all answers; no percentage, and never an average of months."""
    n = number(facts, "recommend_n")
    parts = named(facts, ["promoters", "passives", "detractors"])
    told = _media(facts, "recommend_n")
    beside = {
        f"{medium}_nps": ratio(number(facts, f"{medium}_promoters") - number(facts, f"{medium}_detractors"), each)
        for medium, each in _of(told)
    }
    return Figure("M15", ratio(parts[0][1] - parts[2][1], n), "nps", n, [*parts, *told], beside)


def response_rate(facts: Facts) -> Figure:
    """M16."""
    n, answered = number(facts, "with_feedback"), number(facts, "answered")
    told = _media(facts, "with_feedback")
    beside = {f"{medium}_rate": ratio(each, number(facts, f"{medium}_answered")) for medium, each in _of(told)}
    # Why they chose the chat stands beside, when somebody told (S001-45).
    why = [(code, each) for code, each in named(facts, WHY) if each]
    return share("M16", n, answered, [("feedback", n), ("answered", answered), *told, *why], beside=beside)


def own_words(facts: Facts) -> Figure:
    """M17: how many texts; their tone and themes are given by a person, and shares are of those that have one."""
    texts, tones = number(facts, "texts"), named(facts, Tone.values)
    told = sum(n for _tone, n in tones)
    parts = [("texts", texts), *tones, ("not_gone_through", texts - told), *((code, n) for code, n in named(facts, THEMES) if n)]
    parts += _media(facts, "texts")
    beside = {f"{tone}_share": ratio(n, told) for tone, n in tones}
    return count("M17", texts, parts, beside=beside)


BOTH = (Source.CONVERSATIONS, Source.MEDIA)

DEFINITIONS = (
    metric(
        "M14",
        "1–5",
        Better.MORE,
        _("The mean of answers from 1 to 5 to how content residents were; one answer for each contact."),
        satisfaction,
        *BOTH,
    ),
    metric(
        "M15", "nps", Better.MORE, _("The share of those who answered 9–10 less the share of those who answered 0–6."), nps, *BOTH
    ),
    metric(
        "M16",
        "%",
        Better.MORE,
        _(
            "Contacts with at least one answer of feedback, divided by answered contacts; beside it why they chose the chat,"
            " if told."
        ),
        response_rate,
        *BOTH,
    ),
    metric(
        "M17",
        "n",
        Better.NEITHER,
        _(
            "Texts that residents have written as feedback. People go through them and say what tone and themes they have; "
            "shares are of those that have been gone through."
        ),
        own_words,
        Source.WORDS,
        Source.MEDIA,
    ),
)
