"""The page of the entered figures tells of what the report's figure is made, and what of it is left out (S001-9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from accounts.models import User
from chat.choices import Medium
from chat.models import Conversation
from reports.choices import CountKind
from reports.metrics import Scope, figures_of
from reports.models import DayCount
from reports.months import Month
from services.models import County, Queue, Service
from tests.reports.d1 import NOVEMBER, Row, made
from tests.reports.test_elsewhere import NOW, found, put

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOT_COUNTED = "Ei laskettu mukaan"
STANDS = "Ei laskettu mukaan: alueen oma luku on sen sijaan voimassa."
SEVERAL = "Ei laskettu mukaan: usean palvelun tällaisia lukuja ei voi laskea yhteen."
NO_DATA = "Raportissa näillä luvuilla on ”ei tietoa”"
SignedIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def reader(county: County, person, grant) -> User:
    user: User = person("kaisa")
    grant(user, Role.MANAGER, county=county)
    return user


def shown(client: Client, place: Service | County, code: str = "", month: str = "2026-11") -> str:
    key = place.key if isinstance(place, Service) else "kaikki"
    asked = {name: value for name, value in (("mittari", code), ("kuukausi", month)) if value}
    answer = client.get(reverse("reports:external", args=[key]), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def count(service: Service, kind: str, n: int, day: date = date(2026, 11, 5)) -> None:
    DayCount.objects.create(county=service.county, service=service, day=day, kind=kind, change=n, token=uuid4())


class TestOfTheCounty:
    def test_the_services_of_which_its_figure_is_made_are_listed_each_with_its_page(
        self, service, second_service, county, reader, signed_in: SignedIn
    ) -> None:
        put(service, calls=400)
        put(second_service, calls=50)
        put(second_service, Month(2026, 10), calls=7)
        assert found(county)["M21"].value == 450
        page = shown(signed_in(reader), county, "M21")
        for each in (service, second_service):
            there = reverse("reports:external", args=[each.key])
            assert f'<a href="{there}?mittari=M21&amp;kuukausi=2026-11">{each.name_fi}</a>' in page
        assert ">400<" in page and ">50<" in page and ">7<" not in page
        assert NOT_COUNTED not in page and NO_DATA not in page and "Mitään ei ole kirjattu" not in page

    def test_what_the_countys_own_figure_replaces_is_said_so(self, service, county, reader, signed_in: SignedIn) -> None:
        put(service, calls=400, calls_answered=390)
        put(county, calls=999)
        page = shown(signed_in(reader), county, "M21")
        assert ">400<" in page and ">999<" in page and "alueen oma luku</h3>" in page
        assert page.count(STANDS) == 1 == page.count(NOT_COUNTED)  # the answered calls of the service are counted

    def test_medians_of_several_services_are_not_added_up_and_one_alone_is_told(
        self, service, second_service, county, reader, signed_in: SignedIn
    ) -> None:
        put(service, calls_median=100)
        assert NOT_COUNTED not in shown(signed_in(reader), county, "M21")
        put(second_service, calls_median=300)
        assert shown(signed_in(reader), county, "M21").count(SEVERAL) == 2

    def test_the_sum_of_the_daily_counter_is_told_where_it_is_counted(
        self, service, second_service, county, reader, signed_in: SignedIn
    ) -> None:
        count(service, CountKind.CALLS, 3)
        count(service, CountKind.CALLS, 4, date(2026, 11, 30))
        count(service, CountKind.CALLS, 11, date(2026, 10, 30))
        client = signed_in(reader)
        for place in (county, service):
            page = shown(client, place, "M21")
            assert ">7<" in page and "päivälaskurin summa" in page and NO_DATA not in page and NOT_COUNTED not in page
            assert "kuukausi=2026-10" in shown(client, place, "M21", "")
        put(county, calls=90)
        page = shown(client, county, "M21")
        assert "Ei laskettu mukaan: koko kuukaudelle on kirjattu yksi luku" in page and ">90<" in page
        assert "päivälaskurin summa" not in shown(client, county, "M20")

    def test_the_residents_are_those_of_the_directory_when_it_knows_them(
        self, service, county, reader, signed_in: SignedIn
    ) -> None:
        client = signed_in(reader)
        County.objects.update(population=None)
        assert NO_DATA in shown(client, county, "M25")
        put(service, Month(2026, 9), population=5000)
        page = shown(client, county, "M25")
        assert ">5\xa0000<" in page and NOT_COUNTED not in page  # the last number that is known is meant
        County.objects.update(population=90_000)
        page = shown(client, county, "M25")
        assert "alueen tietoihin merkittyä asukaslukua: 90\xa0000" in page
        assert "Ei laskettu mukaan: alueen tietoihin merkitty asukasluku on voimassa." in page
        assert "Mitään ei ole kirjattu, eikä tarvitsekaan" in shown(client, county, "M25", "2026-08")

    def test_digital_visits_without_visits_and_hours_without_nurses_are_not_counted(
        self, service, second_service, county, reader, signed_in: SignedIn
    ) -> None:
        client = signed_in(reader)
        put(service, visits=100)
        put(second_service, doctor_visits=5)
        assert shown(client, county, "M24").count("Ei laskettu mukaan: kaikkien käyntien määrää ei ole kirjattu.") == 1
        put(service, nurses=3, hours_before=5, hours_now=4, savings_reached=1)
        put(second_service, nurses=2, savings_reached=0, saved_euros=10)
        page = shown(client, county, "M30")
        assert page.count("tarvitaan yhdessä") == 1 and page.count(SEVERAL) == 3 and page.count(NOT_COUNTED) == 4
        put(county, nurses=3, hours_before=5, hours_now=4, savings_reached=1)
        assert shown(client, county, "M30").count(STANDS) == 7

    def test_the_empty_page_says_what_is_true(self, service, county, reader, signed_in: SignedIn) -> None:
        client = signed_in(reader)
        for code in ("M20", "M21", "M24", "M30"):
            assert NO_DATA in shown(client, county, code) and not found(county)[code].known
        page = shown(client, county, month="")
        assert "Mitään ei ole kirjattu." in page and NO_DATA not in page

    def test_the_portals_own_mailboxes_are_told_of(self, queue: Queue, county, reader, signed_in: SignedIn) -> None:
        row = made(queue, Row("3 08:00:00", None, "3 08:30:00", "3 09:00:00"))
        Conversation.objects.filter(pk=row.pk).update(medium=Medium.MAIL)
        page = shown(signed_in(reader), county, "M20")
        assert found(county)["M20"].known and NO_DATA not in page
        assert "Raportti kertoo vain portaalin omiin postilaatikoihin tulleista sähköposteista." in page

    def test_a_services_figures_are_entered_on_its_own_page_and_the_countys_here(
        self, service, county, reader, signed_in: SignedIn
    ) -> None:
        put(service, calls=400)
        given = {"month": "2026-11", "kind": "calls", "value": "410", "source": "Puhelinjärjestelmä"}
        client = signed_in(reader)
        assert client.post(reverse("reports:external", args=["kaikki"]), given).status_code == 302
        assert found(county)["M21"].value == 410 and found(service)["M21"].value == 400

    def test_a_correction_shows_its_own_services_history(
        self, service, second_service, county, reader, signed_in: SignedIn
    ) -> None:
        put(service, calls=400)
        put(second_service, calls=51)
        put(service, calls=402)
        page = shown(signed_in(reader), county, "M21")
        assert page.count("Mitä oli aiemmin") == 1 and ">400<" in page and "revisio 2" in page

    def test_a_service_for_tests_is_not_there(self, service, second_service, county, reader, signed_in: SignedIn) -> None:
        put(second_service, calls=51)
        Service.objects.filter(pk=second_service.pk).update(is_test=True)
        page = shown(signed_in(reader), county, "M21")
        assert ">51<" not in page and NO_DATA in page

    def test_the_number_of_queries_does_not_follow_the_services(
        self, service, second_service, county, reader, signed_in: SignedIn, django_assert_num_queries, django_assert_max_num_queries
    ) -> None:
        client = signed_in(reader)
        put(service, calls=400)
        count(service, CountKind.CALLS, 3, date(2026, 10, 5))
        shown(client, county, "M21")
        with django_assert_max_num_queries(40) as few:
            shown(client, county, "M21")
        put(second_service, calls=50, calls_answered=40, calls_median=2)
        put(service, calls=401)
        with django_assert_num_queries(len(few)):
            shown(client, county, "M21")

    @pytest.mark.parametrize("who", ["supervisor", "responder", "outsider"])
    def test_who_does_not_read_the_whole_county_is_kept_out(self, request, county, service, signed_in: SignedIn, who: str) -> None:
        put(service, calls=400)
        there = reverse("reports:external", args=["kaikki"])
        assert signed_in(request.getfixturevalue(who)).get(there, {"mittari": "M21"}).status_code == 403


def test_the_countys_own_number_of_residents_stands_over_those_of_services(service, county: County) -> None:
    County.objects.update(population=None)
    put(service, population=100)
    put(county, population=5000)
    figure = figures_of(Scope.whole(county), NOVEMBER.period, codes=("M25",), now=NOW).total["M25"]
    assert dict(figure.parts).get("population") == 5000


@pytest.mark.parametrize("language", ["sv", "en"])
def test_in_each_language(service, county, reader, signed_in: SignedIn, language: str) -> None:
    put(service, calls=400)
    there = reverse("reports:external", args=["kaikki"]).replace("/fi/", f"/{language}/", 1)
    assert signed_in(reader).get(there, {"mittari": "M21", "kuukausi": "2026-11"}).status_code == 200
