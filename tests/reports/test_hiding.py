"""Small numbers of residents are hidden so that nobody can work them out, tried as an attacker would (metrics 1.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.choices import EndedBy, State, Status
from chat.models import Conversation
from reports.hiding import hidden_by_services, hidden_cells, hidden_of
from reports.metrics import Scope, figures_of
from reports.months import Period
from reports.naming import names_of
from reports.rounding import persons
from reports.shown import BREAKDOWNS, flat_rows, tables_of
from services.models import County, Municipality, Queue
from services.texts import text
from tests.reports.d1 import NOVEMBER

COUNTS = st.lists(st.integers(0, 12), min_size=1, max_size=4)


def solutions(counts: list[int], hidden: set[int]) -> Iterator[tuple[int, ...]]:
    """Every way in which the hidden cells may be: their sum is known, and which are marked as fewer than five."""
    rest = sum(counts[at] for at in hidden)
    ranges = [range(1, 5) if counts[at] < 5 else range(5, rest + 1) for at in sorted(hidden)]
    return (each for each in product(*ranges) if sum(each) == rest)


@given(COUNTS)
def test_no_small_cell_has_a_single_solution(counts: list[int]) -> None:
    found = persons(dict(enumerate(counts)))
    hidden = {at for at, n in found.items() if n is None}
    small = [at for at in hidden if counts[at] < 5]
    if not small or not any(counts[at] for at in found if at not in hidden):
        return  # nothing is hidden, or nothing is shown: the total alone is told
    ways = list(solutions(counts, hidden))
    for at in small:
        assert len({way[sorted(hidden).index(at)] for way in ways}) > 1, (counts, hidden)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=5))
def test_the_tables_of_services_do_not_solve_each_other(cells: list[tuple[int, int, int]]) -> None:
    """What three services and all of them together show: no cell that a service hides is the sum less what the others show."""
    of = {at: {service: n for service, n in enumerate(row) if n} for at, row in enumerate(cells)}
    whole = hidden_cells(of, hidden_by_services(of))
    own = [
        {at for at, n in persons({at: row[service] for at, row in enumerate(cells)}).items() if n is None} for service in range(3)
    ]
    for at, row in enumerate(cells):
        unseen = [row[service] for service in range(3) if row[service] and at in own[service]]
        if at in whole or not unseen or len(unseen) == len([n for n in row if n]):
            continue  # not told, or every service hides it: only the sum is known, which is five at least
        assert len(unseen) > 1 and sum(unseen) >= 5, (cells, at)


Months = st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=5)


@given(Months, st.data())
def test_periods_that_overlap_do_not_tell_more_than_their_months(months: list[list[int]], data: st.DataObject) -> None:
    """Each number that a period shows is the sum of numbers that its months show, so no subtraction tells more than they do."""
    first = data.draw(st.integers(0, len(months) - 1))
    last = data.draw(st.integers(first, len(months) - 1))
    told = [{cell: {1: dict.fromkeys(("contacts", "answered", "coded", "satisfaction_n"), n)} for cell, n in enumerate(row)}
            for row in months[first : last + 1]]  # fmt: skip
    hidden = hidden_of(told, ["M01", "M14"], is_group=False).rows
    for row in months[first : last + 1]:
        alone = {at for at, n in persons(dict(enumerate(row))).items() if n is None}
        assert alone <= hidden


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=2, max_size=4), st.sets(st.integers(0, 3), min_size=2))
def test_groups_that_overlap_do_not_tell_more_than_their_services(cells: list[tuple[int, ...]], group: set[int]) -> None:
    of = {at: {service: row[service] for service in group if row[service]} for at, row in enumerate(cells)}
    own = hidden_by_services(of)
    whole = hidden_cells(of, own, is_group=True) if len(own) > 1 else {cell for hides in own.values() for cell in hides}
    for service, hides in own.items():
        assert {cell for cell in hides if of[cell].get(service)} <= whole


def came(queue: Queue, place: Municipality | None, n: int, *, at: datetime = datetime(2026, 11, 5, 9, tzinfo=UTC)) -> None:
    code = (place.pk if place else 0) + 100_000 * at.month
    Conversation.objects.bulk_create(
        Conversation(
            county=queue.service.county, service=queue.service, first_queue=queue, queue=queue, municipality=place,
            resident_key=f"00000000-0000-4000-8000-{code:07d}{queue.pk:02d}{number:03d}",
            start_token=f"00000000-0000-4000-9000-{code:07d}{queue.pk:02d}{number:03d}",
            state=State.ENDED, status=Status.ANSWERED, ended_by=EndedBy.RESPONDER, queued_at=at, line_at=at, accepted_at=at,
            first_reply_at=at + timedelta(minutes=1), closed_at=at + timedelta(minutes=9), wait_seconds=0, response_seconds=60,
            outcome="R1" if number % 2 else "",
        )
        for number in range(n)
    )  # fmt: skip


def tables(scope: Scope, period: Period = NOVEMBER.period) -> dict[str, list[Any]]:
    figures = figures_of(scope, period, breakdowns=tuple(BREAKDOWNS), now=datetime(2026, 12, 3, 4, tzinfo=UTC))
    shown = tables_of(figures, names_of(figures, lambda row, field: text(row, field, "fi")))
    rows = [row for row in flat_rows(figures, shown) if row[3] == str(BREAKDOWNS["municipality"])]
    of_places = [table for table in shown if table.key == "municipality"]
    heads = [head for table in of_places for head in table.heads]
    return {"rows": [row for table in of_places for row in table.rows], "flat": rows, "heads": heads}


@pytest.mark.django_db
def test_page_and_files_of_the_county_do_not_tell_what_a_service_hides(queue: Queue, second_queue: Queue, county: County) -> None:
    """Mikkeli: 3 of one service and 9 of the other. The county's 12 less 9 would tell of three."""
    names = ("Mikkeli", "Juva", "Mäntyharju")
    places = [Municipality.objects.create(county=county, code=f"90{n}", name_fi=name) for n, name in enumerate(names)]
    for place, one, other in zip(places, (3, 20, 30), (9, 20, 30), strict=True):
        came(queue, place, one)
        came(second_queue, place, other)
    alone = {row.name: row.values[0] for row in tables(Scope.of([queue.service]))["rows"]}
    assert alone["Mikkeli"] == "alle 5"
    whole = tables(Scope.whole(county))
    words = {row.name: row.values[0] for row in whole["rows"]}
    assert words["Mikkeli"] == "ei näytetä" and [row.name for row in whole["rows"]][-1] in ("Mikkeli", "Juva")
    assert "12" not in {str(row[8]) for row in whole["flat"] if row[4] == "Mikkeli"}
    assert sum(n == "ei näytetä" for n in words.values()) == 2, "one alone would follow from the total"


@pytest.mark.django_db
def test_a_share_of_a_few_is_hidden_in_a_row_that_is_shown(queue: Queue, county: County) -> None:
    """Of six contacts of a municipality three have an outcome: what came of these is not told, nor in a second row."""
    names = ("Mikkeli", "Juva", "Mäntyharju")
    places = [Municipality.objects.create(county=county, code=f"90{n}", name_fi=name) for n, name in enumerate(names)]
    for place, n in zip(places, (6, 20, 30), strict=True):
        came(queue, place, n)
    found = tables(Scope.of([queue.service]))
    at = next(n for n, row in enumerate(found["flat"]) if row[5] == "M11")
    assert found["flat"][at][5] == "M11"
    told = {row[4]: row[11] for row in found["flat"] if row[5] == "M11"}
    assert told["Mikkeli"] == "" and list(told.values()).count("") == 2


def places_of(county: County) -> list[Municipality]:
    names = ("Mikkeli", "Juva", "Mäntyharju")
    return [
        Municipality.objects.create(county=county, code=f"90{n}", name_fi=name, residents=1000 * (n + 1))
        for n, name in enumerate(names)
    ]


@pytest.mark.django_db
def test_two_free_periods_do_not_give_a_small_number_away(queue: Queue, county: County) -> None:
    """Twelve from Mikkeli in October and November, nine in October: less one another they would tell of three."""
    places = places_of(county)
    for place, october, november in zip(places, (9, 20, 30), (3, 20, 30), strict=True):
        came(queue, place, november)
        came(queue, place, october, at=datetime(2026, 10, 5, 9, tzinfo=UTC))
    scope = Scope.of([queue.service])

    def told(first: date, last: date) -> dict[str, str]:
        found = tables(scope, Period(first, last))["rows"]
        return {row.name: row.values[0] for row in found}

    assert told(date(2026, 10, 1), date(2026, 10, 31))["Mikkeli"] == "9"
    both = told(date(2026, 10, 1), date(2026, 11, 30))
    assert both["Mikkeli"] == "ei näytetä" and list(both.values()).count("ei näytetä") == 2
    assert told(date(2026, 10, 1), date(2026, 11, 29)) == {}, "not whole months: nothing of residents is told"


@pytest.mark.django_db
def test_contacts_for_a_thousand_residents_by_municipality(queue: Queue, county: County) -> None:
    """M25, S002-22: unknown is a row of its own without a rate, what is hidden has none, and history goes to the successor."""
    places = places_of(county)
    ended = Municipality.objects.create(
        county=county, code="909", name_fi="Entinen", valid_to=date(2025, 12, 31), successor=places[1]
    )
    for place, n in zip((*places, ended, None), (3, 15, 30, 5, 7), strict=True):
        came(queue, place, n)
    found = tables(Scope.of([queue.service]))
    at = found["heads"].index("Asioinnit asukasta kohden")
    rows = {row.name: row.values[at] for row in found["rows"]}
    assert rows["Juva"] == "10,0", "15 and 5 of 2 000"
    assert rows["Mäntyharju"] == "10,0" and rows["Mikkeli"] == "–" and "Entinen" not in rows
    assert len(rows) == 4
