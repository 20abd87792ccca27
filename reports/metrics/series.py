"""The figures of several months in one pass over their conversations: what a trend needs, and nothing that looks at other rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, F, QuerySet

from reports.metrics import columns, elsewhere
from reports.metrics.by_month import month_of, number_of, of_month, told
from reports.metrics.definition import Metric, Source
from reports.metrics.figure import Figure
from reports.metrics.flags import passed_on
from reports.metrics.passes import FIRST, added
from reports.metrics.passes import ordered as in_order
from reports.metrics.scope import Scope, asking_now
from reports.months import Month, Period

Computed = Mapping[str, Metric]
IDENTIFIED, BY_SERVICE = "identified", "by_service"


def read_series(scope: Scope, months: Sequence[Month], definitions: Computed) -> dict[Month, dict[str, Figure]]:
    """The figures of each month by the same definitions, in a handful of queries for any number of months.

    The verified line of M10, the waits of M04, the tries of M13 and the hours of M08 are of the month's own page: they look at
    other rows.
    """
    if not months:
        return {}
    ordered = sorted(months)

    def rows(of: Scope) -> QuerySet[Any]:
        found = of.rows(Period(ordered[0].first, ordered[-1].last))
        if ordered[-1].shifted(1 - len(ordered)) != ordered[0]:  # some between them are not asked for
            found = found.alias(of_month=of_month(ordered)).filter(of_month__isnull=False)
        return found

    every: columns.Columns = {
        **columns.of_statuses(),
        **columns.of_waits(),
        **columns.of_lengths(),
        **columns.of_outcomes(),
        **columns.of_opinions(whole=False),
        **columns.of_doctors(),
    }
    # How long they waited who left is of the month's own page: of M04 the share is enough here, and no wait has to be sorted.
    wanted = columns.asked(every, [code for code in definitions if code != "M04"])
    # Medians and ranks need the rows in order, and carry all that is counted beside them: what adds up is read without them.
    adds, apart = columns.divided(wanted, packed=scope.among is not None)
    counts, cell = {**adds, IDENTIFIED: _identified()}, {"cell": month_of(ordered)}
    of_services = added(scope, f"counts {told(ordered)} {sorted(wanted)}", rows, counts, {**cell, BY_SERVICE: F(FIRST)})
    in_each = in_order(scope, f"ordered {told(ordered)} {sorted(wanted)}", rows, apart, cell)
    for row in (*of_services, *in_each):
        row["cell"] = number_of(row["cell"], ordered)
    facts = _added(of_services, adds)
    for row in in_each:
        facts[row.pop("cell")] |= row
    identified = _identification(scope, of_services)
    moved = _passed_on(scope, ordered) if "M13" in definitions else {}
    brought = any(Source.IMPORTED in each.sources for each in definitions.values())
    entered: elsewhere.Rows = elsewhere.read_rows(scope, ordered[0], ordered[-1]) if brought else {}
    letters = _own_mails(scope, ordered) if brought else {}

    def compute(n: int) -> dict[str, Figure]:
        month, of_services = ordered[n], identified[n]["doctors"]
        doctors = sum(of_services[pk] for pk in elsewhere.counted_in_chat(entered, month, scope))
        of_month = {
            **facts.get(n, {}),
            **letters.get(n, {}),
            **moved.get(n, {}),
            **elsewhere.facts_of_months(entered, [month], last=month, doctors=doctors),
        }
        of_persons = {**of_month, **identified[n]}
        return {code: each.compute(of_persons if code == "M02" else of_month) for code, each in definitions.items()}

    return {month: compute(n) for n, month in enumerate(ordered)}


def _own_mails(scope: Scope, months: Sequence[Month]) -> dict[int, dict[str, int]]:
    """The letters that came to the portal’s own mailboxes, by the number of the month; none before the first one (M20)."""
    found = {n: {"own_mails": 0} for n, month in enumerate(months) if elsewhere.has_own_mails(scope, month.period)}
    if found:
        period, cell = Period(months[0].first, months[-1].last), of_month(months)

        def rows(of: Scope) -> QuerySet[Any]:
            return of.later(period).filter(elsewhere.OWN_MAIL).alias(of_month=cell).filter(of_month__isnull=False)

        counts = added(scope, f"letters {told(months)}", rows, elsewhere.of_own_mails(), {"cell": cell})
        found |= {row.pop("cell"): row for row in counts}
    return found


def _passed_on(scope: Scope, months: Sequence[Month]) -> dict[int, dict[str, int]]:
    """The answered contacts that were passed on, by the number of the month (M13): one query."""
    period, cell = Period(months[0].first, months[-1].last), of_month(months)

    def rows(of: Scope) -> QuerySet[Any]:
        found = of.rows(period).filter(columns.ANSWERED, passed_on())
        return found.alias(of_month=cell).filter(of_month__isnull=False)

    counts = added(scope, f"passed on {told(months)}", rows, {"transferred": Count("pk")}, {"cell": cell})
    return {row.pop("cell"): row for row in counts}


def _identified() -> Any:
    return columns.counted(columns.CONTACT & columns.IDENTIFIED)


def _added(of_services: Iterable[Mapping[str, Any]], adds: columns.Columns) -> dict[int, dict[str, Any]]:
    """What was counted of each month and service, added by month."""
    found: dict[int, dict[str, Any]] = {}
    for row in of_services:
        if row["cell"] in found:
            columns.add_up(found[row["cell"]], row, adds)
        else:
            found[row["cell"]] = {name: row[name] for name in adds}
    return found


def _identification(scope: Scope, of_services: Iterable[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Of each month, by the services in which identification is in use now, or was used in that month (metrics 1.7)."""
    asking = asking_now(scope)
    found: dict[int, dict[str, Any]] = defaultdict(
        lambda: {"in_use": sorted(asking), "asked": 0, "identified": 0, "contacts": 0, "doctors": Counter()}
    )
    for row in of_services:
        month = found[row["cell"]]
        month["contacts"] += row["contacts"]
        month["doctors"][row[BY_SERVICE]] += row["doctor"]
        if row[IDENTIFIED] or row[BY_SERVICE] in asking:
            month["in_use"] = [*month["in_use"], row[BY_SERVICE]]
            month["asked"] += row["contacts"]
            month["identified"] += row[IDENTIFIED]
    return found
