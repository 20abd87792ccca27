"""Which numbers of residents are hidden, so that nobody can work them out (metrics 1.4). Reads nothing.

A cell of one to four persons is hidden, and others beside it until none follows from the total. What several tables tell
together is closed by adding up only what is told already (decision 0012):

* a period shows a cell only if each of its months does, so that one period less another is months that are shown;
* a group of services shows a cell only if each of its services does, so that one group less another is services that are shown;
* the county, of which there is one, hides a cell when what its services hide together is one service or fewer than five.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.rounding import persons
from services.surveys.results import LEAST

Key = Any
OfServices = Mapping[Key, Mapping[int, int]]
"""Of each cell how many there were in each service."""
Residents = Mapping[Key, Mapping[int, Mapping[str, int]]]
"""The same, of each number that figures rest on."""

RESTS_ON = {
    "M01": "contacts",
    "M03": "contacts",
    "M06": "answered",
    "M07": "answered",
    "M08": "contacts",
    "M11": "coded",
    "M14": "satisfaction_n",
    "M25": "contacts",
}
"""How many persons a figure of a cell tells of."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden of a table: whole rows, and the values of one metric in rows that are shown."""

    rows: set[Key] = field(default_factory=set)
    values: Mapping[str, set[Key]] = field(default_factory=dict)


def hidden_of(months: Iterable[Residents], codes: Collection[str], *, is_group: bool) -> Hidden:
    """What one month hides, all of them together hide."""
    rows: set[Key] = set()
    values: dict[str, set[Key]] = {code: set() for code in codes}
    for month in months:
        contacts = _of(month, "contacts")
        of_services = hidden_by_services(contacts)
        of_month = hidden_cells(contacts, of_services, is_group=is_group)
        rows |= of_month
        for number in {RESTS_ON[code] for code in codes}:
            of_number = _of(month, number)
            thin = hidden_cells(of_number, hidden_by_services(of_number, of_services), is_group=is_group, also=of_month)
            for code in codes:
                values[code] |= thin if RESTS_ON[code] == number else set()
    return Hidden(rows, values)


def tells_of_few(*counts: int) -> bool:
    """Any of these lists would tell of one to four persons: it, and what together with it makes a known sum, is not shown."""
    return any(0 < n < LEAST for n in counts)


def hidden_by_services(of: OfServices, also: Mapping[int, Collection[Key]] | None = None) -> dict[int, set[Key]]:
    """What each service hides in its own table."""
    services = {service for each in of.values() for service in each}
    return {
        service: _hidden({cell: each.get(service, 0) for cell, each in of.items()}, (also or {}).get(service, ()))
        for service in services
    }


def hidden_cells(
    of: OfServices, of_services: Mapping[int, Collection[Key]], *, is_group: bool = False, also: Collection[Key] = ()
) -> set[Key]:
    """Those of one to four persons, and others until none can be worked out: from this table, or with the tables of the services
    that are summed in it.
    """
    leaks = set(also)
    if len(of_services) > 1:
        for cell, each in of.items():
            unseen = [n for service, n in each.items() if n and cell in of_services[service]]
            if unseen and (is_group or _tells(unseen, list(each.values()))):
                leaks.add(cell)
    return _hidden({cell: sum(each.values()) for cell, each in of.items()}, leaks)


def _tells(unseen: Sequence[int], numbers: Sequence[int]) -> bool:
    """Whether the sum less what the other services show tells of a few, or of one service."""
    return (len(unseen) == 1 or sum(unseen) < LEAST) and len([n for n in numbers if n]) > len(unseen)


def _hidden(counts: Mapping[Key, int], also: Collection[Key]) -> set[Key]:
    return {cell for cell, n in persons(counts, also=also).items() if n is None}


def _of(month: Residents, number: str) -> dict[Key, dict[int, int]]:
    return {cell: {service: counts[number] for service, counts in each.items()} for cell, each in month.items()}
