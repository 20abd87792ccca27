"""M28 and M34: how contacts and their topics change from month to month."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.forecast import growing, growth, per_working_day
from reports.gaps import Area, are_comparable
from reports.metrics import columns
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, count, number
from reports.metrics.passes import added, total
from reports.metrics.scope import Scope
from reports.months import Period
from services.models import ServiceArea, Topic
from services.models.base import label


def read_areas(scope: Scope) -> list[Area]:
    """Where the services of the scope work and have worked."""
    rows = ServiceArea.objects.filter(service__in=scope.services).order_by("starts_on")
    return scope.once("areas", lambda: [Area(row.service_id, label(row, "name"), row.starts_on, row.ends_on) for row in rows])


def read_growth(scope: Scope, period: Period) -> dict[str, Any]:
    """Contacts of the month before and of the same month a year before; only a whole month is compared: two queries."""
    month = period.month
    if month is None:
        return {}
    areas = read_areas(scope)
    found: dict[str, Any] = {"working_days": period.working_days}
    for name, other in (("previous", month.shifted(-1).period), ("year_before", month.shifted(-12).period)):
        # Two short ranges, and not the year between them.
        found[name] = contacts_of(scope, other)
        found[f"{name}_days"] = other.working_days
        found[f"{name}_compares"] = are_comparable(areas, period, other)
    return found


def contacts_of(scope: Scope, period: Period) -> int:
    """How many came in the period."""
    counts = total(scope, f"contacts {period}", lambda of: of.rows(period).filter(columns.CONTACT), {"n": Count("pk")})
    return int(counts["n"])


def read_topics(scope: Scope, period: Period) -> dict[str, Any]:
    """Contacts by topic in the month and in the month before: one query and the areas."""
    month = period.month
    if month is None:
        return {}
    before = month.shifted(-1).period
    if not are_comparable(read_areas(scope), period, before):
        return {"topics": None}
    return {"topics": growing(*topics_of(scope, before, period))}


def read_kinds(scope: Scope, period: Period) -> dict[str, Any]:
    """Contacts by the kind of help, where topics have kinds: prevention, guidance in dealing digitally (S000-27, S001-67).

    A contact that went on to another service may have a topic of that one: it counts where it came to, as in all its figures.
    """
    wide = scope.among or scope
    own = wide.once("kinds", lambda: _kinds(wide))
    if not own:
        return {}

    def rows(of: Scope) -> QuerySet[Any]:
        return of.rows(period).filter(columns.CONTACT).exclude(topic__kind="").exclude(topic=None)

    found: dict[str, int] = {kind: 0 for service, kind in own if service in scope.services}
    for row in added(scope, f"kinds {period}", rows, {"n": Count("pk")}, {"kind": F("topic__kind")}):
        found[row["kind"]] = found.get(row["kind"], 0) + row["n"]
    return {"kinds": dict(sorted(found.items()))} if found else {}


def _kinds(scope: Scope) -> set[tuple[int, str]]:
    """The kinds of topics of the county, with the services that have them."""
    rows = Topic.objects.filter(service__county=scope.county_id).exclude(kind="")
    return set(rows.values_list("service", "kind").distinct())


def topics_of(scope: Scope, before: Period, now: Period) -> tuple[dict[int, int], dict[int, int]]:
    """Contacts by topic in two periods that follow each other: one query."""

    def rows(of: Scope) -> QuerySet[Any]:
        return of.rows(Period(before.first, now.last)).filter(columns.CONTACT, topic__isnull=False)

    counts = {"b": columns.counted(_within(before)), "n": columns.counted(_within(now))}
    found = added(scope, f"topics {before} {now}", rows, counts, {"by_topic": F("topic")})
    return {row["by_topic"]: row["b"] for row in found if row["b"]}, {row["by_topic"]: row["n"] for row in found if row["n"]}


def _within(period: Period) -> Q:
    starts, ends = period.interval
    return Q(queued_at__gte=starts, queued_at__lt=ends)


def change(facts: Facts) -> Figure:
    """M28: growth on a working day; from nothing, or across a changed area, there is none."""
    now = per_working_day(number(facts, "contacts"), number(facts, "working_days"))
    beside = {"per_working_day": now}
    notes = []
    for name, grown in (("previous", "growth"), ("year_before", "growth_of_year")):
        compares = facts.get(f"{name}_compares", False)
        beside[grown] = growth(now, per_working_day(number(facts, name), number(facts, f"{name}_days"))) if compares else None
        notes += [] if compares or name not in facts else ["not_comparable"]
    parts = [(name, number(facts, name)) for name in ("contacts", "working_days", "previous", "year_before")]
    return Figure("M28", beside["growth"], "%", number(facts, "contacts"), parts, beside, notes=list(dict.fromkeys(notes)))


def topics(facts: Facts) -> Figure:
    """M34: how many topics grow; the list itself is of the page."""
    found = facts.get("topics")
    if found is None:
        return Figure("M34", None, "n", 0, notes=["not_comparable"] if "topics" in facts else [])
    return count("M34", len(found))


DEFINITIONS = (
    metric(
        "M28",
        "%",
        Better.NEITHER,
        _("Contacts on a working day against the month before; months with 19 and 23 working days compare so."),
        change,
        Source.CONVERSATIONS,
        Source.GROWTH,
    ),
    metric(
        "M34",
        "n",
        Better.NEITHER,
        _("Topics whose contacts grew by more than half from the month before and are at least ten; one that had none is new."),
        topics,
        Source.TOPICS,
    ),
)
