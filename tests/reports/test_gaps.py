"""Days before the first opening, and months that were paused throughout, have no data: no page and no file of a service, a group or
the county tells a figure of them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actors import System
from reports.charts.trends import mark_of
from reports.exports import as_csv, as_json, workbook
from reports.exports.paper import TEMPLATE, context_of
from reports.gaps import Fullness, Why, extent_of, open_days
from reports.metrics import figures_of
from reports.models import ReportGroup
from reports.months import Month, Period
from reports.operations import freeze_month
from reports.report import Report, report_of
from reports.trend import trend_of
from services.choices import AimClass
from services.models import County, Queue, Service, ServiceBreak, Target
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
    assert part.extent.fullness == Fullness.PART and part.figures.total["M01"].value == 0 and part.extent.began
    whom = "palvelu avattiin" if told.get("service") else "ensimmäinen palveluista avattiin"
    assert f"Vajaa kuukausi: {whom} {part.extent.began:%-d.%-m.%Y}." in render_to_string(TEMPLATE, context_of(part))
    assert report(county, told, Month(2026, 11).period).extent.fullness == Fullness.WHOLE


def test_the_charts_and_the_frozen_report_say_the_same(county: County, told: dict[str, Any]) -> None:
    months = [SEPTEMBER, OCTOBER, Month(2026, 11)]
    trend = trend_of(county, told["service"], months, today=TODAY.date(), codes=("M01",), group=told.get("group"))
    assert [point.fullness for point in trend.points] == [Fullness.GAP, Fullness.PART, Fullness.WHOLE]
    assert [report(county, told, month.period).extent.fullness for month in months] == [point.fullness for point in trend.points]
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


class TestPauses:
    """The services open on the twentieth of October 2025, and are paused from the 21st of August 2026 to the tenth of October."""

    PAUSED, BACK = datetime(2026, 8, 21, 9, tzinfo=UTC), datetime(2026, 10, 10, 9, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def _pause(self, told: dict[str, Any], queue: Queue) -> None:
        Service.objects.filter(pk=queue.service_id).update(opened_at=OPENED.replace(year=2025))
        ServiceBreak.objects.create(service_id=queue.service_id, starts_at=self.PAUSED, ends_at=self.BACK)

    def test_a_month_that_was_paused_throughout_is_a_gap(self, county: County, told: dict[str, Any]) -> None:
        gap = report(county, told)
        assert gap.is_gap and gap.extent.why == Why.NOT_IN_USE and "tauolla tai suljettu koko kuukauden" in gap.gap_words
        data = json.loads(as_json(gap))
        assert data["no_data"] is True and not data["figures"]
        (row,) = csv.DictReader(io.StringIO(as_csv(gap).decode("utf-8-sig")), delimiter=";")
        assert row["shown"] == gap.gap_words
        with pytest.raises(ValidationError) as refused:
            freeze_month(by=BY, county=county, service=told["service"], group=told.get("group"), month=SEPTEMBER, now=TODAY)
        assert refused.value.code == "no_data"

    def test_trends_have_a_broken_line_and_say_why(self, county: County, told: dict[str, Any]) -> None:
        months = [Month(2026, number) for number in (7, 8, 9, 10, 11)]
        trend = trend_of(county, told["service"], months, today=TODAY.date(), codes=("M01",), group=told.get("group"))
        assert [str(point.fullness) for point in trend.points] == ["whole", "part", "gap", "part", "whole"]
        assert [mark_of(point) for point in trend.points] == [
            "", "vajaa kuukausi (ei käytössä 22.8.–31.8.)", "ei tietoa (tauolla tai suljettu)",
            "vajaa kuukausi (ei käytössä 1.10.–9.10.)", "",
        ]  # fmt: skip
        assert [point.figure("M01") and point.figure("M01").value for point in trend.points[:4]] == [0, 0, None, 0]
        assert trend.gaps == [SEPTEMBER]

    def test_a_part_of_a_month_is_told_on_pages_and_in_files(
        self, county: County, told: dict[str, Any], manager, signed_in
    ) -> None:
        part = report(county, told, OCTOBER.period)
        (words,) = part.part_words
        whom = "Palvelu" if told["service"] else "Jokainen palvelu"
        assert words == f"{whom} oli tauolla tai suljettu 1.10.2026 – 9.10.2026: noilta päiviltä ei ole tietoa."
        assert not part.is_gap and words in render_to_string(TEMPLATE, context_of(part))
        assert words in as_csv(part).decode("utf-8-sig")
        assert json.loads(as_json(part))["days_without_data"] == [{"first": "2026-10-01", "last": "2026-10-09"}]
        sheet = load_workbook(io.BytesIO(workbook(part)))["Lyhyesti"]
        assert words in [row[1].value for row in sheet.iter_rows()]
        days = {"palvelu": told["key"], "alku": "2026-10-01", "loppu": "2026-10-31"}
        assert words in signed_in(manager).get(reverse("reports:period"), days).content.decode()

    def test_growth_is_of_the_days_on_which_one_was_in_use(self, county: County, told: dict[str, Any]) -> None:
        """October had fifteen working days from the tenth on; September is no zero to grow from."""
        facts = figures_of(report(county, told).figures.scope, OCTOBER.period, codes=["M28"], now=TODAY).facts
        assert facts["working_days"] == 15 and "previous" not in facts

    def test_topics_are_not_new_after_a_pause(self, county: County, told: dict[str, Any]) -> None:
        figure = figures_of(report(county, told).figures.scope, OCTOBER.period, codes=["M34"], now=TODAY).total["M34"]
        assert figure.value is None and figure.notes == ["gap_before"]


def test_another_service_that_was_open_keeps_the_county_from_a_gap(
    county: County, told: dict[str, Any], queue: Queue, second_queue: Queue
) -> None:
    Service.objects.filter(pk__in=[queue.service_id, second_queue.service_id]).update(opened_at=OPENED.replace(year=2025))
    ServiceBreak.objects.create(service_id=queue.service_id, starts_at=OPENED.replace(year=2025))
    assert report(county, told).is_gap == (told["service"] is not None)


class TestOpenDays:
    """Days of one service, of several, and of none."""

    def of(self, *services: tuple[str, *tuple[str, ...]]) -> list[str]:
        found = open_days([Opened(*map(_moment, days)) for days in services])
        return [f"{each.first:%d.%m}–{'' if each.last == date.max else format(each.last, '%d.%m')}" for each in found]

    def test_stretches(self) -> None:
        assert self.of() == self.of(("",)) == []
        assert self.of(("05.03",)) == ["05.03–"]
        assert self.of(("05.03", "10.03", "20.03")) == ["05.03–10.03", "20.03–"]
        assert self.of(("05.03", "10.03")) == ["05.03–10.03"]
        # A day on which it was paused and came back, or two that follow each other, leave nothing out.
        assert self.of(("05.03", "10.03", "10.03", "11.03", "12.03")) == ["05.03–"]

    def test_of_several_one_is_enough(self) -> None:
        assert self.of(("05.03", "10.03", "20.03"), ("08.03", "15.03", "25.03")) == ["05.03–15.03", "20.03–"]
        assert self.of(("05.03", "10.03"), ("11.03",), ("",)) == ["05.03–"]

    @pytest.mark.parametrize(
        ("days", "today", "expected"),
        [
            (("", ), 31, ("gap", "not_opened", [])),
            (("05.04", ), 31, ("gap", "not_opened", [])),
            (("05.02", "28.02"), 31, ("gap", "not_in_use", [])),
            (("05.02", "28.02"), 0, ("gap", "to_come", [])),
            (("05.02", "10.03", "20.03"), 99, ("part", None, [(11, 19)])),
            (("05.03", "10.03", "20.03", "28.03"), 99, ("part", None, [(11, 19), (29, 31)])),
            (("05.02", "10.03"), 15, ("part", None, [(11, 15)])),
            (("05.02", "28.02", "01.03"), 99, ("whole", None, [])),
        ],
    )  # fmt: skip
    def test_a_month(self, days: tuple[str, ...], today: int, expected: tuple[str, str | None, list[tuple[int, int]]]) -> None:
        march = Month(2026, 3)
        opened = open_days([Opened(*map(_moment, days))])
        found = extent_of(march, opened=opened, contacts=0, today=march.first + timedelta(days=today - 1))
        assert (found.fullness, found.why, [(off.first.day, off.last.day) for off in found.off]) == expected


class Opened:
    """A service by the moments of its opening and breaks."""

    def __init__(self, opened_at: datetime | None, *moments: datetime | None) -> None:
        self.opened_at = opened_at
        ends = [*moments, None]
        self.breaks = [(starts, ends[at * 2 + 1]) for at, starts in enumerate(moments[::2]) if starts]


def _moment(day: str) -> datetime | None:
    return datetime.strptime(f"{day}.2026 12 +0000", "%d.%m.%Y %H %z") if day else None
