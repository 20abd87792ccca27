"""Days before the first opening have no data: no page and no file of a service, a group or the county tells a figure of them."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actors import System
from reports.exports import as_csv, as_json, workbook
from reports.exports.paper import TEMPLATE, context_of
from reports.gaps import Fullness
from reports.models import ReportGroup
from reports.months import Month, Period
from reports.operations import freeze_month
from reports.report import Report, report_of
from reports.trend import trend_of
from services.choices import AimClass
from services.models import County, Queue, Service, Target
from tests.reports.d1 import make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
OPENED = datetime(2026, 10, 20, 9, tzinfo=UTC)
SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)
BY = System("test")
SCOPES = ["service", "group", "county"]


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


@pytest.fixture(params=SCOPES)
def told(request: pytest.FixtureRequest, queue: Queue, second_queue: Queue, county: County) -> dict[str, Any]:
    """A scope whose services open on the twentieth of October or never; a test service was there long before."""
    make_d1(queue)
    Service.objects.update(opened_at=OPENED)
    Service.objects.filter(pk=second_queue.service_id).update(opened_at=None)
    test = Service.objects.create(
        county=county, key="koe", name_fi="Koe", is_test=True, status="open", opened_at=datetime(2024, 1, 1, tzinfo=UTC),
        permitted_at=datetime(2024, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    group = ReportGroup.objects.create(county=county, key="yhdessa", name_fi="Yhdessä")
    group.services.set([queue.service, second_queue.service, test])
    Target.objects.create(
        county=county, metric="M01", aim=AimClass.CLIENT, direction="lte", value=80, unit="", starts_on="2026-01-01"
    )
    service = Service.objects.get(pk=queue.service_id)
    scopes: dict[str, dict[str, Any]] = {
        "service": {"service": service, "key": service.key},
        "group": {"service": None, "group": group, "key": "ryhma:yhdessa"},
        "county": {"service": None, "key": "kaikki"},
    }
    return scopes[request.param]


def report(county: County, told: dict[str, Any], period: Period = SEPTEMBER.period) -> Report:
    return report_of(BY, county, told["service"], period, now=TODAY, group=told.get("group"))


def words_of(markup: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", markup).split())


@pytest.mark.parametrize("period", [SEPTEMBER.period, Period(date(2026, 8, 15), date(2026, 9, 20))])
def test_no_file_tells_a_figure_of_a_gap(county: County, told: dict[str, Any], period: Period) -> None:
    gap = report(county, told, period)
    assert gap.is_gap and gap.month == (SEPTEMBER if period == SEPTEMBER.period else None)
    (row,) = csv.DictReader(io.StringIO(as_csv(gap).decode("utf-8-sig")), delimiter=";")
    assert row["shown"] == gap.gap_words and {row[name] for name in ("metric", "raw", "n", "cell", "unit")} == {""}
    assert row["period_start"] == gap.period.interval[0].isoformat() and row["formulas"] == gap.formulas
    data = json.loads(as_json(gap))
    assert data["no_data"] is True
    assert not any(data[name] for name in ("figures", "breakdowns", "weekday_hours", "summary", "right_services"))
    assert not any(month["values"] for month in data["months"])
    book = load_workbook(io.BytesIO(workbook(gap)))
    assert book.sheetnames == ["Lyhyesti", "Määritelmät"]
    first = [(row[0].value, row[1].value) for row in book["Lyhyesti"].iter_rows()]
    assert ("Lyhyesti", gap.gap_words) in first and not [name for name, _value in first if "Tavoite" in name]
    paper = words_of(render_to_string(TEMPLATE, context_of(gap)))
    assert gap.gap_words and paper.endswith(gap.gap_words)


@pytest.mark.parametrize("door", ["month", "period"])
def test_no_page_tells_one_either(county: County, told: dict[str, Any], door: str, manager, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("reports.views.choosing.first_month", lambda county, this: SEPTEMBER)
    query = {"month": {"kuukausi": "2026-09"}, "period": {"alku": "2026-08-15", "loppu": "2026-10-03"}}[door]
    shown = signed_in(manager).get(reverse(f"reports:{door}"), {"palvelu": told["key"], **query})
    gap, markup = shown.context["report"], shown.content.decode()
    assert gap.is_gap and gap.gap_words in markup
    assert not re.search(r'id="M\d\d"|nlr-keys|nlr-figures|nlr-standing', markup)


def test_the_month_in_which_the_first_one_opened_is_a_part(county: County, told: dict[str, Any]) -> None:
    part = report(county, told, OCTOBER.period)
    assert part.fullness == Fullness.PART and part.figures.total["M01"].value == 0 and part.began
    whom = "palvelu avattiin" if told.get("service") else "ensimmäinen palveluista avattiin"
    assert f"Vajaa kuukausi: {whom} {part.began:%-d.%-m.%Y}." in render_to_string(TEMPLATE, context_of(part))
    assert report(county, told, Month(2026, 11).period).fullness == Fullness.WHOLE


def test_the_charts_and_the_frozen_report_say_the_same(county: County, told: dict[str, Any]) -> None:
    months = [SEPTEMBER, OCTOBER, Month(2026, 11)]
    trend = trend_of(county, told["service"], months, today=TODAY.date(), codes=("M01",), group=told.get("group"))
    assert [point.fullness for point in trend.points] == [Fullness.GAP, Fullness.PART, Fullness.WHOLE]
    assert [report(county, told, month.period).fullness for month in months] == [point.fullness for point in trend.points]
    scope: dict[str, Any] = {"county": county, "service": told["service"], "group": told.get("group")}
    with pytest.raises(ValidationError) as refused:
        freeze_month(by=BY, month=SEPTEMBER, now=TODAY, **scope)
    assert refused.value.code == "no_data"
    assert freeze_month(by=BY, month=OCTOBER, now=TODAY, **scope).figures["M01"]["n"] == 0


def test_a_year_before_it_has_dashes_for_its_sums(
    county: County, told: dict[str, Any], manager, signed_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.views.period.first_month", lambda county, this: Month(2025, 1))
    shown = signed_in(manager).get(reverse("reports:year"), {"palvelu": told["key"], "vuosi": "2025"})
    assert {(*row.cells, row.total) for row in shown.context["rows"]} == {("–",) * 13}
