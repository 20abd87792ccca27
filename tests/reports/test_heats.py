"""Tables of weekdays and hours: who left, and in which hours the target was met (M04, M08)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from reports.heats import Heat, heats_of
from reports.metrics import Scope, figures_of
from services.models import County, Queue
from tests.reports.d1 import NOVEMBER, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)
MONDAY, TUESDAY = 0, 1


def heats(county: County) -> dict[str, Heat]:
    figures = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M01", "M04", "M08"], now=NOW)
    return {each.code: each for each in heats_of(figures)}


def cell(heat: Heat, day: int, hour: int) -> str:
    return dict(heat.rows)[hour][day].words


def test_the_hours_of_the_document(queue: Queue, county: County) -> None:
    """D1, Mondays at 8: C01, C02, C04 and C05, of which C04 left and C01 and C05 were answered in time; C03 left at once and is no
    contact.
    """
    make_d1(queue)
    found = heats(county)
    assert cell(found["M04"], MONDAY, 8) == "25" and cell(found["M08"], MONDAY, 8) == "50"
    assert cell(found["M04"], TUESDAY, 10) == "0" and cell(found["M08"], TUESDAY, 10) == "100"
    assert cell(found["M04"], TUESDAY, 8) == "–"
    darkest = dict(found["M04"].rows)[8][MONDAY].shade
    assert 0 < darkest < dict(found["M08"].rows)[10][TUESDAY].shade


def test_a_month_in_which_nobody_left_has_no_such_table(queue: Queue, county: County) -> None:
    rows = make_d1(queue)
    rows["C04"].delete()
    assert set(heats(county)) == {"M08"}


def test_it_stands_with_its_figure(queue: Queue, county: County, manager: Any, signed_in: Any) -> None:
    make_d1(queue)
    page = signed_in(manager).get(reverse("reports:month"), {"palvelu": "kaikki", "kuukausi": "2026-11"}).content.decode()
    assert "Luopuneet viikonpäivän ja tunnin mukaan, %" in page
