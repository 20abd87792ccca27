"""The load of responders tells of no single one (M26): neither by itself nor by what is left of sums."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from chat.choices import PresenceEnd, PresenceKind
from chat.models import Presence
from reports.metrics import Figure, Scope, figures_of
from reports.months import Period
from reports.report import report_of
from services.models import County, Membership, Queue, Service
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, Row, available, made

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)


def load(scope: Scope, period: Period = NOVEMBER.period, *, discreet: bool = True) -> Figure:
    return figures_of(scope, period, codes=["M26"], now=NOW, discreet=discreet).total["M26"]


@pytest.fixture
def two_services(
    queue: Queue, second_queue: Queue, county: County, responder: User, colleague: User, second_responder: User, second_group: Any
) -> tuple[Service, Service]:
    """Two answer in the first service, ten hours and six contacts; one alone in the second, four hours and three contacts."""
    Membership.objects.get_or_create(group=second_group, user=second_responder)
    available(responder, county, "2 08:00:00", "2 14:00:00")
    available(colleague, county, "3 08:00:00", "3 12:00:00")
    available(second_responder, county, "4 08:00:00", "4 12:00:00")
    for of, day, n in ((queue, 2, 6), (second_queue, 4, 3)):
        for each in range(n):
            made(of, Row(f"{day} 09:0{each}:00", f"{day} 09:0{each}:10", f"{day} 09:0{each}:20", f"{day} 09:2{each}:00"))
    return queue.service, second_queue.service


def test_one_alone_is_not_told_of(two_services: tuple[Service, Service]) -> None:
    first, second = (load(Scope.of([each])) for each in two_services)
    assert first.value is not None and dict(first.parts)["available_minutes"] == 600 and float(first.value) == 0.6
    assert (second.value, second.n, list(second.parts), second.notes) == (None, 0, [], ["load_of_one"])


def test_nor_by_the_sum_of_the_services(two_services: tuple[Service, Service], county: County) -> None:
    """The county without the first service would be the second: it is left out of both time and contacts."""
    whole, everything = load(Scope.whole(county)), load(Scope.whole(county), discreet=False)
    parts = dict(whole.parts)
    assert (parts["available_minutes"], parts["answered"], parts["responders"]) == (600, 6, 2)
    assert dict(everything.parts)["available_minutes"] == 840 and dict(everything.parts)["answered"] == 9
    assert whole.notes == ["load_left_out"] and whole.n == 6


def test_nor_by_a_month_less_a_day(two_services: tuple[Service, Service]) -> None:
    scope = Scope.of([two_services[0]])
    assert load(scope, Period(date(2026, 11, 1), date(2026, 11, 29))).notes == ["load_of_days"]
    assert load(scope, Period(date(2026, 10, 1), date(2026, 11, 30))).value == load(scope).value


def test_nor_by_two_months_less_one(two_services: tuple[Service, Service], county: County, responder: User) -> None:
    """In October one alone: October and November together less November would be hers."""
    Presence.objects.create(
        county=county,
        user=responder,
        kind=PresenceKind.AVAILABLE,
        starts_at=datetime(2026, 10, 5, 6, tzinfo=UTC),
        ends_at=datetime(2026, 10, 5, 9, tzinfo=UTC),
        ended_by=PresenceEnd.CHANGED,
    )
    assert load(Scope.of([two_services[0]]), Period(date(2026, 10, 1), date(2026, 11, 30))).notes == ["load_of_one"]


def test_neither_page_nor_list_nor_chart_tells(
    two_services: tuple[Service, Service], county: County, manager: User, signed_in: Any
) -> None:
    client, second = signed_in(manager), two_services[1]
    asked = {"palvelu": second.key, "kuukausi": "2026-11"}
    page = client.get(reverse("reports:month"), asked).content.decode()
    assert "Paikalla oli yksi vastaaja" in page and "240" not in page and "vuorokauden tunneittain" not in page
    rows = client.get(reverse("reports:rows", args=["M26"]), asked).content.decode()
    assert "yksittäisen vastaajan työstä" in rows and "nlr-rows" not in rows
    for kind in ("reports:table", "reports:data"):
        assert "240" not in client.get(reverse(kind), asked).content.decode()


def test_the_frozen_report_does_not_keep_it(two_services: tuple[Service, Service], county: County, manager: User) -> None:
    report = report_of(acting(manager), county, two_services[1], NOVEMBER.period, now=NOW)
    assert report.figures.total["M26"].value is None
