"""Dates and clock times in the language of the page: no English page writes a day the Finnish way, and Finnish ones do."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actors import System
from accounts.models import User
from chat.models import Attempt
from reports import dates
from reports.forms.wishes import WishForm
from reports.operations import Action, Findings, draw_sample, freeze_month, sign_review, write_review
from services.models import County, Queue, Service, Target
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, make_d1
from tests.reports.test_external import put

NOW = datetime(2026, 12, 4, 18, 30, 5, tzinfo=UTC)
FINNISH = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{4}|[–)]| alkaen|</th>)|(?:kello|at) \d{1,2}\.\d{2}")
FINNISH_WORDS = ["4.12.2026", "4.12.", "08.05", "8.05", "4.12.2026 08.05", "4.12.2026 08.05.09", "8.00", "24.00", "4.12.–6.12.2026"]
MONTH = {"kuukausi": "2026-11"}
DOORS: dict[str, tuple[str, list[str], dict[str, str]]] = {
    "month": ("month", [], MONTH),
    "year": ("year", [], {"vuosi": "2026"}),
    "period": ("period", [], {"alku": "2026-11-02", "loppu": "2026-12-01"}),
    "review": ("review", ["ikaantyneet", "2026-11"], {}),
    "quality": ("quality", ["ikaantyneet", "2026-11"], {}),
    "staffing": ("staffing", [], {}),
    "contacts": ("rows", ["M01"], MONTH),
    "tries": ("rows", ["M05"], MONTH),
    "targets": ("targets", ["ikaantyneet"], {}),
    "external": ("external", ["ikaantyneet"], {}),
    "revise": ("revise", [], MONTH),
}


@pytest.fixture
def told(queue: Queue, supervisor: User, manager: User, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A month with its report, review, sample, targets and figures from elsewhere, of a service that opened within it."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    make_d1(queue)
    Service.objects.update(opened_at=datetime(2026, 11, 2, 6, tzinfo=UTC))
    service = Service.objects.get(pk=queue.service_id)
    for_service: dict[str, Any] = {"county": service.county, "service": service}
    Target.objects.create(**for_service, metric="M08", aim="client", direction="gte", value=80, unit="%",
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), due_on=date(2026, 12, 30))  # fmt: skip
    Attempt.objects.create(**for_service, at=datetime(2026, 11, 30, 6, tzinfo=UTC), language="fi", visit="t")
    put(service, supervisor, "calls", 2790)
    put(service, manager, "calls", 2800, replaces=1)
    report = freeze_month(by=System("test"), month=NOVEMBER, now=NOW, **for_service)
    draw_sample(by=System("test"), month=NOVEMBER, now=NOW, seed="a1", **for_service)
    row = write_review(
        by=acting(supervisor), month=NOVEMBER, revision=report.revision, now=NOW, **for_service,
        findings=Findings("a", "b", "c", "d"), actions=[Action("Yksi lisää", supervisor, date(2026, 12, 31))],
    )  # fmt: skip
    sign_review(by=acting(supervisor), review=row, now=NOW)
    return service


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_every_page_writes_dates_as_its_language_does(told: Service, supervisor: User, signed_in, language: str) -> None:
    client: Client = signed_in(supervisor)
    lacking, wrong = [], {}
    for name, (door, args, asked) in DOORS.items():
        response = client.get(reverse(f"reports:{door}", args=args).replace("/fi/", f"/{language}/", 1), asked)
        assert response.status_code == 200, name
        found = sorted({each[0] for each in FINNISH.finditer(response.content.decode())})
        if language == "en" and found:
            wrong[name] = found
        if language != "en" and not found:
            lacking.append(name)
    assert not wrong and not lacking


@pytest.mark.django_db
def test_clock_times_in_english(told: Service, supervisor: User, signed_in) -> None:
    client: Client = signed_in(supervisor)
    for door, args, words in (
        ("review", ["ikaantyneet", "2026-11"], "Signed on 4 Dec 2026 at 20:30 by "),
        ("external", ["ikaantyneet"], "4 Dec 2026 11:00"),
        ("staffing", [], "Week 50, 7 Dec–13 Dec 2026"),
    ):
        assert words in client.get(reverse(f"reports:{door}", args=args).replace("/fi/", "/en/", 1)).content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", FINNISH_WORDS),
        ("sv", FINNISH_WORDS),
        ("en", ["4 Dec 2026", "4 Dec", "08:05", "08:05", "4 Dec 2026 08:05", "4 Dec 2026 08:05:09", "08:00", "24:00",
                "4 Dec–6 Dec 2026"]),
    ],
)  # fmt: skip
def test_each_kind_of_words(language: str, words: list[str]) -> None:
    at = datetime(2026, 12, 4, 6, 5, 9, tzinfo=UTC)
    with translation.override(language):
        found = [
            dates.day_words(at), dates.day_month_words(at), dates.clock_words(at), dates.clock_words(at, "G"),
            dates.moment_words(at), dates.second_words(at), dates.hour_words(8), dates.hour_words(24),
            dates.span_words(date(2026, 12, 4), date(2026, 12, 6)),
        ]  # fmt: skip
        hours = [words for _hour, words in WishForm().fields["ends"].choices]  # type: ignore[attr-defined]
    assert found == words and hours[0] == ("01:00" if language == "en" else "1.00") and len(hours) == 24


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "language", "words"),
    [
        ("supervisor", "fi", "Tavoitteet"), ("supervisor", "sv", "Mål"), ("supervisor", "en", "Targets"),
        ("manager", "fi", "Aseta tavoitteita"), ("manager", "sv", "Sätt mål"), ("manager", "en", "Set targets"),
    ],
)  # fmt: skip
def test_the_way_to_targets_is_called_what_the_reader_may_do(
    request, queue: Queue, county: County, signed_in, who: str, language: str, words: str
) -> None:
    address = reverse("reports:month").replace("/fi/", f"/{language}/", 1)
    shown = signed_in(request.getfixturevalue(who)).get(address, {"palvelu": queue.service.key}).content.decode()
    there = reverse("reports:targets", args=[queue.service.key]).replace("/fi/", f"/{language}/", 1)
    assert f'<a href="{there}">{words}</a>' in shown


@pytest.mark.django_db
def test_a_target_without_data_says_so_once(queue: Queue, county: County, manager: User, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    make_d1(queue)
    Service.objects.update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
    aimed = {"county": county, "aim": "client", "direction": "gte", "value": 80, "unit": "%", "starts_on": "2026-01-01"}
    for metric in ("M08", "M24"):
        Target.objects.create(**aimed, metric=metric)
    shown = signed_in(manager).get(reverse("reports:month"), MONTH).content.decode()
    cells = re.findall(r'<td class="nlr-whole">≥ 80 %</td><td>(.*?)</td>', shown)
    assert len(cells) == 2 and cells[1].count("ei tietoa") == 1 and "ei toteutunut" in cells[0]
