"""M28 and M34: how contacts and their topics change from month to month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.forecast import growing, growth, per_working_day
from reports.gaps import Area, are_comparable, is_gap, within
from reports.metrics import columns
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, count, number
from reports.metrics.passes import added, total
from reports.metrics.scope import Scope, opened_days
from reports.months import DAY, Period
from services.calendars import local_date
from services.holidays_fi import working_days
from services.models import ServiceArea, Topic
from services.models.base import label


def read_areas(scope: Scope) -> list[Area]:
    """Where the services of the scope work and have worked."""
    rows = ServiceArea.objects.filter(service__in=scope.services).order_by("starts_on")
    return scope.once("areas", lambda: [Area(row.service_id, label(row, "name"), row.starts_on, row.ends_on) for row in rows])


def read_growth(scope: Scope, period: Period, *, now: datetime) -> dict[str, Any]:
    """Contacts of the month before and of the same month a year before; only a month is compared: two queries and the services.

    Of the running month the days that are over count, in both terms: one query more. Of a month in which the first of the
    services opened, or all of them were paused or closed for a time, the working days on which one was in use count.
    """
    month = period.month
    if month is None:
        return {}
    areas, today = read_areas(scope), local_date(now)
    found: dict[str, Any] = {"working_days": _open_days(scope, period, period.last)}
    if period.first <= today <= period.last:
        found["working_days"] = _open_days(scope, period, today - DAY)
        found["so_far"] = contacts_of(scope, Period(period.first, today - DAY)) if today > period.first else 0
    for name, other in (("previous", month.shifted(-1).period), ("year_before", month.shifted(-12).period)):
        # Two short ranges, and not the year between them.
        if _is_gap(scope, other):
            continue  # a gap is no zero (metrics 1.9)
        found[name] = contacts_of(scope, other)
        found[f"{name}_days"] = _open_days(scope, other, other.last)
        found[f"{name}_compares"] = are_comparable(areas, period, other)
    return found


def _open_days(scope: Scope, period: Period, last: date) -> int:
    """Working days of the period up to the last one, of those on which one of the services was in use; of all of them, when nothing
    is known of that.
    """
    stretches = within(period, opened_days(scope)) or [period]
    return sum(working_days(each.first, min(each.last, last)) for each in stretches if each.first <= last)


def contacts_of(scope: Scope, period: Period) -> int:
    """How many came in the period."""
    counts = total(scope, f"contacts {period}", lambda of: of.rows(period).filter(columns.CONTACT), {"n": Count("pk")})
    return int(counts["n"])


def read_topics(scope: Scope, period: Period) -> dict[str, Any]:
    """Contacts by topic in the month and in the month before: one query, the services and the areas.

    A month in which none of the services was in use is a gap: after it nothing is new (metrics 1.9).
    """
    month = period.month
    if month is None:
        return {}
    before = month.shifted(-1).period
    if not are_comparable(read_areas(scope), period, before):
        return {"topics": None}
    if _is_gap(scope, before):
        return {"topics": None, "topics_gap": True}
    return {"topics": growing(*topics_of(scope, before, period))}


def _is_gap(scope: Scope, period: Period) -> bool:
    return is_gap(period, opened=opened_days(scope), contacts=lambda: contacts_of(scope, period))


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
    """M28: growth on a working day; from nothing, across a changed area, or before a working day is over there is none."""
    goes_on = "so_far" in facts
    contacts = number(facts, "so_far" if goes_on else "contacts")
    now = per_working_day(contacts, number(facts, "working_days"))
    beside = {"per_working_day": now}
    notes = ["so_far"] if goes_on else []
    for name, grown in (("previous", "growth"), ("year_before", "growth_of_year")):
        compares = facts.get(f"{name}_compares", False)
        beside[grown] = growth(now, per_working_day(number(facts, name), number(facts, f"{name}_days"))) if compares else None
        notes += [] if compares or name not in facts else ["not_comparable"]
    told = (name for name in ("working_days", "previous", "year_before") if name in facts)
    parts = [("contacts", contacts), *((name, number(facts, name)) for name in told)]
    return Figure("M28", beside["growth"], "%", contacts, parts, beside, notes=list(dict.fromkeys(notes)))


def topics(facts: Facts) -> Figure:
    """M34: how many topics grow; the list itself is of the page."""
    found = facts.get("topics")
    if found is None:
        why = "gap_before" if facts.get("topics_gap") else "not_comparable"
        return Figure("M34", None, "n", 0, notes=[why] if "topics" in facts else [])
    return count("M34", len(found))


DEFINITIONS = (
    metric(
        "M28",
        "%",
        Better.NEITHER,
        _(
            "Contacts on a working day against the month before; months with 19 and 23 working days compare so. What is to be"
            " expected of each hour of the next weeks is told by service on the staffing page."
        ),
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
