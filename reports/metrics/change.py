"""M28 and M34: how contacts and their topics change from month to month."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.forecast import growing, growth, per_working_day
from reports.gaps import Area, are_comparable
from reports.metrics import columns
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, count, number
from reports.metrics.scope import Scope
from reports.months import Period
from services.models import ServiceArea
from services.models.base import label


def read_areas(scope: Scope) -> list[Area]:
    """Where the services of the scope work and have worked."""
    rows = ServiceArea.objects.filter(service__in=scope.services).order_by("starts_on")
    return [Area(row.service_id, label(row, "name"), row.starts_on, row.ends_on) for row in rows]


def read_growth(scope: Scope, period: Period) -> dict[str, Any]:
    """Contacts of the month before and of the same month a year before; only a whole month is compared: three queries."""
    month = period.month
    if month is None:
        return {}
    areas = read_areas(scope)
    found: dict[str, Any] = {"working_days": period.working_days}
    for name, other in (("previous", month.shifted(-1).period), ("year_before", month.shifted(-12).period)):
        found[name] = scope.rows(other).filter(columns.CONTACT).count()
        found[f"{name}_days"] = other.working_days
        found[f"{name}_compares"] = are_comparable(areas, period, other)
    return found


def read_topics(scope: Scope, period: Period) -> dict[str, Any]:
    """Contacts by topic in the month and in the month before: two queries and the areas."""
    month = period.month
    if month is None:
        return {}
    before = month.shifted(-1).period
    if not are_comparable(read_areas(scope), period, before):
        return {"topics": None}
    now, earlier = ({**_topics(scope, each)} for each in (period, before))
    return {"topics": growing(earlier, now)}


def _topics(scope: Scope, period: Period) -> dict[int, int]:
    rows = scope.rows(period).filter(columns.CONTACT, topic__isnull=False).values("topic")
    return dict(rows.annotate(n=columns.counted(columns.CONTACT)).values_list("topic", "n"))


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
