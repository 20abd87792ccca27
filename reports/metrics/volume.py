"""M01–M05: how many contacts, who they were, what came of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chat.choices import Status, WentTo
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, count, named, number, ranks, ratio, share, unknown
from reports.metrics.sql import seconds


def contacts(facts: Facts) -> Figure:
    """M01: answered, abandoned, and those whom the service's closing left without an answer; beside it what is prevention."""
    parts = named(facts, [Status.ANSWERED, Status.ABANDONED, Status.SERVICE_CLOSED, Status.SHORT_ABANDON])
    n, kinds = number(facts, "contacts"), facts.get("kinds") or {}
    beside = {f"kind_{kind}_share": ratio(of_kind, n) for kind, of_kind in kinds.items()}
    return count("M01", n, [*parts, *((f"kind_{kind}", of_kind) for kind, of_kind in kinds.items())], beside=beside)


def identified(facts: Facts) -> Figure:
    """M02: where identification is in use; its value is the number, the share stands beside it."""
    asked, of_all = number(facts, "asked"), number(facts, "contacts")
    if not facts.get("in_use"):
        return unknown("M02", "n")
    n = number(facts, "identified")
    beside = {"share_of_contacts": ratio(n, asked)}
    based_on = (asked, of_all) if asked != of_all else None
    return count(
        "M02", n, [("identified", n), ("asked", asked), ("persons", number(facts, "persons"))], beside=beside, based_on=based_on
    )


def answered(facts: Facts) -> Figure:
    """M03."""
    return share("M03", number(facts, "answered"), number(facts, "contacts"), named(facts, ["answered", "contacts"]))


def abandoned(facts: Facts) -> Figure:
    """M04, with the median of how long they waited before they left."""
    beside = {"left_after": seconds(ranks(facts, "left")[0])}
    parts = named(facts, [Status.ABANDONED, Status.SHORT_ABANDON])
    return share("M04", number(facts, "abandoned"), number(facts, "contacts"), parts, beside=beside)


def attempts(facts: Facts) -> Figure:
    """M05: each try outside the hours, and where the person went; who chose nothing has left."""
    went: dict[str, int] = {}
    for where, n in (facts.get("went_to") or {}).items():
        went[where or WentTo.LEFT.value] = went.get(where or WentTo.LEFT.value, 0) + n
    return count("M05", number(facts, "attempts"), sorted(went.items()))


DEFINITIONS = (
    metric(
        "M01",
        "n",
        Better.NEITHER,
        _(
            "Conversations that were answered, or whose resident left while waiting, or that the service closed. Those who left"
            " within ten seconds are shown beside it."
        ),
        contacts,
        Source.CONVERSATIONS,
        Source.KINDS,
    ),
    metric(
        "M02",
        "n",
        Better.NEITHER,
        _("Contacts in which the resident identified herself strongly before the end, in the services that use identification."),
        identified,
        Source.CONVERSATIONS,
        Source.IDENTIFICATION,
    ),
    metric("M03", "%", Better.MORE, _("Answered contacts divided by all contacts."), answered),
    metric("M04", "%", Better.LESS, _("Contacts whose resident left while waiting, divided by all contacts."), abandoned),
    metric(
        "M05",
        "n",
        Better.NEITHER,
        _("Visits to the chat while it was closed: one for each browser session and closed period."),
        attempts,
        Source.ATTEMPTS,
    ),
)
