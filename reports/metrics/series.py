"""The figures of several months in one pass over their conversations: what a trend needs, and nothing that looks at other rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from reports.metrics import columns, elsewhere
from reports.metrics.definition import Metric, Source
from reports.metrics.figure import Figure
from reports.metrics.scope import Scope, asking_now
from reports.months import Month, Period

Computed = Mapping[str, Metric]


def read_series(scope: Scope, months: Sequence[Month], definitions: Computed) -> dict[Month, dict[str, Figure]]:
    """The figures of each month by the same definitions, in three or four queries for any number of months.

    The verified line of M10 and the hours of M08 are of the month's own page: they look at other rows.
    """
    if not months:
        return {}
    ordered = sorted(months)
    rows = scope.rows(Period(ordered[0].first, ordered[-1].last)).annotate(cell=of_month(ordered)).filter(cell__isnull=False)
    wanted: dict[str, Any] = {
        **columns.of_statuses(),
        **columns.of_waits(),
        **columns.of_lengths(),
        **columns.of_outcomes(),
        **columns.of_opinions(whole=False),
        **columns.of_doctors(),
    }
    found: Iterable[Any] = rows.values("cell").annotate(**wanted)
    facts: dict[int, dict[str, Any]] = {row.pop("cell"): row for row in found}
    identified = _identification(scope, rows)
    brought = any(Source.IMPORTED in each.sources for each in definitions.values())
    entered: elsewhere.Rows = elsewhere.read_rows(scope, ordered[0], ordered[-1]) if brought else {}
    letters = _own_mails(scope, ordered) if brought else {}

    def compute(n: int) -> dict[str, Figure]:
        month, of_services = ordered[n], identified[n]["doctors"]
        doctors = sum(of_services[pk] for pk in elsewhere.counted_in_chat(entered, month, scope))
        of_month = {
            **facts.get(n, {}),
            **letters.get(n, {}),
            **elsewhere.facts_of_months(entered, [month], last=month, doctors=doctors),
        }
        of_persons = {**of_month, **identified[n]}
        return {code: each.compute(of_persons if code == "M02" else of_month) for code, each in definitions.items()}

    return {month: compute(n) for n, month in enumerate(ordered)}


def _own_mails(scope: Scope, months: Sequence[Month]) -> dict[int, dict[str, int]]:
    """The letters that came to the portal’s own mailboxes, by the number of the month; none before the first one (M20)."""
    found = {n: {"own_mails": 0} for n, month in enumerate(months) if elsewhere.has_own_mails(scope, month.period)}
    if found:
        rows = scope.later(Period(months[0].first, months[-1].last)).filter(elsewhere.OWN_MAIL)
        cells = rows.annotate(cell=of_month(months)).filter(cell__isnull=False).values("cell")
        counts: Iterable[Any] = cells.annotate(**elsewhere.of_own_mails()).iterator()
        found |= {row.pop("cell"): row for row in counts}
    return found


def of_month(months: Sequence[Month]) -> Case:
    """The number of the month among these; none in another."""
    whens = []
    for n, month in enumerate(months):
        starts, ends = month.period.interval
        whens.append(When(queued_at__gte=starts, queued_at__lt=ends, then=Value(n)))
    return Case(*whens, output_field=IntegerField())


def _identification(scope: Scope, rows: Any) -> dict[int, dict[str, Any]]:
    """Of each month, by the services in which identification is in use now, or was used in that month (metrics 1.7)."""
    asking = asking_now(scope)
    counted: Mapping[str, Any] = {
        "contacts": columns.counted(columns.CONTACT),
        "identified": columns.counted(columns.CONTACT & columns.IDENTIFIED),
        **columns.of_doctors(),
    }
    found: dict[int, dict[str, Any]] = defaultdict(
        lambda: {"in_use": sorted(asking), "asked": 0, "identified": 0, "contacts": 0, "doctors": Counter()}
    )
    for row in rows.values("cell", "first_queue__service").annotate(**counted):
        month = found[row["cell"]]
        month["contacts"] += row["contacts"]
        month["doctors"][row["first_queue__service"]] += row["doctor"]
        if row["identified"] or row["first_queue__service"] in asking:
            month["in_use"] = [*month["in_use"], row["first_queue__service"]]
            month["asked"] += row["contacts"]
            month["identified"] += row["identified"]
    return found
