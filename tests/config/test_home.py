"""The front page: what is open, grouped by life situation, in three languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services import hosts
from services.choices import ServiceStatus
from services.models import (
    County,
    Disruption,
    ExceptionDay,
    Holiday,
    LifeSituation,
    Office,
    Queue,
    ResponderGroup,
    Schedule,
    Service,
)
from tests.config.conftest import answered
from tests.conftest import make_queue, make_service

SATURDAY = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
MONDAY_NOON = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def office_queue(portal: County, service: Service, weekdays: Schedule, group: ResponderGroup) -> Queue:
    """The service's only queue, open on weekdays and answered."""
    return answered(make_queue(service, weekdays, group))


def front(client: Client, language: str = "fi", at: datetime | None = None) -> str:
    """The page's words, as one line."""
    with time_machine.travel(at or timezone.now(), tick=False):
        hosts.forget()
        answer = client.get(f"/{language}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("language", "heading", "name", "closed", "opened"),
    [
        (
            "fi",
            "Kysy ammattilaiselta chatissa",
            "Ikääntyneiden palvelujen chat",
            "Suljettu, avautuu ma 23.11. klo 8",
            "Avoinna nyt, sulkeutuu klo 15",
        ),
        (
            "sv",
            "Fråga en yrkesperson i chatten",
            "Chatt för äldreservice",
            "Stängt, öppnar mån. 23.11 kl. 8",
            "Öppet nu, stänger kl. 15",
        ),
        (
            "en",
            "Ask a professional by chat",
            "Chat for older people’s services",
            "Closed, opens Mon 23 Nov at 8:00",
            "Open now, closes at 15:00",
        ),
    ],
)
def test_it_tells_in_each_language_what_is_open(
    client: Client, office_queue: Queue, language: str, heading: str, name: str, closed: str, opened: str
) -> None:
    page = front(client, language, SATURDAY)
    assert f'<html lang="{language}"' in page
    for words in (heading, name, closed):
        assert words in page
    assert opened in front(client, language, MONDAY_NOON)


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        (
            "fi",
            "Hätätilanteessa soita 112.",
            "Kiireellisessä terveysasiassa soita ennen päivystykseen lähtöä Päivystysapuun 116 117.",
        ),
        ("sv", "I en nödsituation, ring 112.", "I ett brådskande hälsoärende, ring Jourhjälpen 116 117 innan du åker till jouren."),
        (
            "en",
            "In an emergency, call 112.",
            "In an urgent health matter, call the Medical Helpline 116 117 before going to the emergency clinic.",
        ),
    ],
)
def test_the_emergency_words_are_exact_on_every_public_page(
    client: Client, office_queue: Queue, language: str, first: str, second: str
) -> None:
    for path in ("", "haku/", "palvelu/ikaantyneet/", "saavutettavuus/", "tietosuoja/", "ei-ole/"):
        words = re.sub(r"<[^>]+>", "", client.get(f"/{language}/{path}").content.decode())
        assert f"{first} {second}" in " ".join(words.split()), path


def test_a_county_that_has_set_no_numbers_tells_those_of_the_whole_country(client: Client, county: County) -> None:
    page = front(client)
    assert 'href="tel:112"' in page
    assert 'href="tel:116117"' in page


def test_a_paused_service_says_so(client: Client, office_queue: Queue) -> None:
    Service.objects.update(status=ServiceStatus.PAUSED)
    assert "Toistaiseksi tauolla" in front(client, at=MONDAY_NOON)


@pytest.mark.parametrize("status", [ServiceStatus.DRAFT, ServiceStatus.PERMITTED, ServiceStatus.CLOSED])
def test_a_service_that_is_not_public_is_not_there(client: Client, office_queue: Queue, status: str) -> None:
    Service.objects.update(status=status)
    assert "Ikääntyneiden palvelujen chat" not in front(client)


def test_a_test_service_is_not_there(client: Client, office_queue: Queue) -> None:
    Service.objects.update(is_test=True)
    assert "Ikääntyneiden palvelujen chat" not in front(client)


def test_another_countys_service_is_not_there(client: Client, office_queue: Queue, other_queue: Queue) -> None:
    assert "Toisen alueen chat" not in front(client)
    answer = client.get("/fi/", headers={"host": "toinen.test"}).content.decode()
    assert "Toisen alueen chat" in answer
    assert "Ikääntyneiden palvelujen chat" not in answer


def test_nobody_to_answer(client: Client, portal: County, service: Service, weekdays: Schedule, group: ResponderGroup) -> None:
    make_queue(service, weekdays, group)
    assert "Kukaan ei juuri nyt vastaa, avautuu huomenna klo 8" in front(client, at=MONDAY_NOON)


def test_a_full_queue(client: Client, office_queue: Queue) -> None:
    Queue.objects.update(max_waiting=0)
    assert "Jono on juuri nyt täynnä" in front(client, at=MONDAY_NOON)


def test_a_holiday_moves_the_opening(client: Client, office_queue: Queue) -> None:
    Holiday.objects.create(county=office_queue.service.county, date=date(2026, 11, 23), name_fi="Keksitty pyhä")
    assert "Suljettu, avautuu ti 24.11. klo 8" in front(client, at=SATURDAY)


def test_an_exception_day_moves_the_closing(client: Client, office_queue: Queue) -> None:
    ExceptionDay.objects.create(
        county=office_queue.service.county,
        schedule=office_queue.schedule,
        date=date(2026, 11, 23),
        opens="08:00",
        closes="12:30",
        reason_fi="Koulutus",
    )
    assert "Avoinna nyt, sulkeutuu klo 12.30" in front(client, at=MONDAY_NOON)


def test_a_service_without_a_queue_is_not_open_yet(client: Client, portal: County, service: Service) -> None:
    assert "Ei vielä avattu" in front(client)


def test_disruptions_in_force_stand_on_top(client: Client, office_queue: Queue) -> None:
    county, now = office_queue.service.county, timezone.now()
    Disruption.objects.create(county=county, text_fi="Puhelimet eivät toimi.", starts_at=now - timedelta(hours=1))
    Disruption.objects.create(
        county=county, service=office_queue.service, text_fi="Chatissa on ruuhkaa.", starts_at=now - timedelta(hours=1)
    )
    Disruption.objects.create(
        county=county, text_fi="Vanha tieto.", starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1)
    )
    Disruption.objects.create(county=county, text_fi="Tuleva tieto.", starts_at=now + timedelta(hours=1))
    page = front(client)
    assert page.index("Puhelimet eivät toimi.") < page.index("<h1>")
    assert "Chatissa on ruuhkaa." in page
    assert "Vanha tieto." not in page
    assert "Tuleva tieto." not in page
    other = client.get("/fi/tietosuoja/").content.decode()
    assert "Puhelimet eivät toimi." in other
    assert "Chatissa on ruuhkaa." not in other


def test_a_demo_county_is_marked_on_every_page(client: Client, office_queue: Queue) -> None:
    assert "keksittyä tietoa" not in front(client)
    County.objects.update(is_demo=True)
    hosts.forget()
    for path in ("/fi/", "/fi/haku/?q=chat", "/fi/palvelu/ikaantyneet/", "/fi/tietosuoja/", "/fi/ei-ole/", "/fi/tili/kirjaudu/"):
        assert "Esittely: keksittyä tietoa" in client.get(path).content.decode(), path


def test_services_are_grouped_by_the_residents_situation_whoever_produces_them(
    client: Client, office_queue: Queue, second_service: Service, always_open: Schedule
) -> None:
    offices = [Office.objects.get(key="keskus"), Office.objects.get(key="digi")]
    family = LifeSituation.objects.create(county=second_service.county, key="perhe", name_fi="Lapset ja perhe", order=9)
    answered(make_queue(second_service, always_open, office_queue.groups.get()), "toinen")
    third = make_service(second_service.county, "perheohjaus", "Perheohjauksen chat", "Familjechatt", "Family chat")
    answered(make_queue(third, always_open, office_queue.groups.get()), "kolmas")
    for service, office in ((second_service, offices[0]), (third, offices[1])):
        Service.objects.filter(pk=service.pk).update(life_situation=family, office=office)
    Service.objects.filter(pk=office_queue.service_id).update(office=offices[0])
    groups = {re.findall(r">([^<>]+)</h2>", group)[0]: group for group in front(client).split('<section class="nl-situation"')[1:]}
    assert set(groups) == {"Arki kotona", "Lapset ja perhe"}
    assert "Ikääntyneiden palvelujen chat" in groups["Arki kotona"]
    assert "Neuvolan chat" in groups["Lapset ja perhe"]
    assert "Perheohjauksen chat" in groups["Lapset ja perhe"], "one situation, though two units produce it"


def test_the_foot_has_offices_and_contacts(client: Client, portal: County) -> None:
    page = front(client)
    for words in ("Keskus", "Rantakatu 1", "Palvelee verkossa", "015 000 100", "kirjaamo@alue.test", "https://www.alue.test/"):
        assert words in page
    for link in ("/fi/saavutettavuus/", "/fi/tietosuoja/", "/fi/tili/kirjaudu/"):
        assert f'href="{link}"' in page


def test_a_text_that_lacks_a_language_is_marked(client: Client, office_queue: Queue) -> None:
    Service.objects.update(summary_sv="")
    page = front(client, "sv")
    assert '<span lang="fi">Saat neuvoja ja ohjausta.</span>' in page


def test_only_the_open_ones_when_asked(client: Client, office_queue: Queue, second_service: Service, always_open: Schedule) -> None:
    answered(make_queue(second_service, always_open, office_queue.groups.get()), "toinen")
    with time_machine.travel(SATURDAY, tick=False):
        hosts.forget()
        page = client.get("/fi/?avoinna=1").content.decode()
    assert "Neuvolan chat" in page
    assert "Ikääntyneiden palvelujen chat" not in page


def test_an_installation_without_a_county_still_answers(client: Client, db: None) -> None:
    page = front(client)
    assert "Täällä ei ole vielä chatteja" in page


def test_the_languages_are_plain_links_to_the_same_page(client: Client, office_queue: Queue) -> None:
    page = client.get("/fi/palvelu/ikaantyneet/?selko=1").content.decode()
    assert 'href="/sv/palvelu/ikaantyneet/?selko=1" lang="sv"' in page
    missing = client.get("/fi/ei-ole/").content.decode()
    assert 'href="/sv/" lang="sv"' in missing


def queries(client: Client, path: str) -> int:
    """How many questions the page asks of the database."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_queries_are_few_and_do_not_grow(client: Client, many_services: Callable[[int, int], list[Service]]) -> None:
    many_services(0, 2)
    hosts.forget()
    cold, warm = queries(client, "/fi/"), queries(client, "/fi/")
    many_services(2, 30)
    hosts.forget()
    assert (queries(client, "/fi/"), queries(client, "/fi/")) == (cold, warm)
    assert cold <= 23
    assert warm <= 2


def test_the_page_is_fast_with_thirty_services(client: Client, many_services: Callable[[int, int], list[Service]]) -> None:
    """Processor time, a floor for a busy machine; `make bench` measures the real figure."""
    many_services(0, 30)
    client.get("/fi/")
    took = []
    for _ in range(20):
        began = process_time()
        client.get("/fi/")
        took.append(process_time() - began)
    assert sorted(took)[10] < 0.1


def test_an_open_page_hears_what_opens_and_closes_and_costs_no_question(client: Client, office_queue: Queue) -> None:
    for about, shown in (("*", "nl-status nl-status-{tone}"), ("ikaantyneet", "nl-status nl-status-{tone} nl-status-large")):
        url = f"/fi/tiedotteet/?palvelu={about}"
        with time_machine.travel(MONDAY_NOON, tick=False):
            hosts.forget()
            opened = client.get(f"{url}&nyt=")
            assert f'<template data-now="ikaantyneet"><p class="{shown.format(tone="open")}">' in opened.content.decode()
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"{url}&tila={opened['X-Notices']}&nyt={opened['X-Now']}").status_code == 204
            assert len(captured) == 0
            assert b"data-now" not in client.get(url).content, "only pages that show it ask for it"
        with time_machine.travel(MONDAY_NOON + timedelta(hours=4), tick=False):
            hosts.forget()
            closed = client.get(f"{url}&tila={opened['X-Notices']}&nyt={opened['X-Now']}")
            assert f'<template data-now="ikaantyneet"><p class="{shown.format(tone="closed")}">' in closed.content.decode()
            assert closed["X-Notices"] == opened["X-Notices"]
            assert closed["X-Now"] != opened["X-Now"]
    assert client.get("/fi/tiedotteet/?palvelu=muu&nyt=")["X-Now"] == ""


def test_the_live_part_is_what_the_page_shows(client: Client, office_queue: Queue) -> None:
    def squeezed(html: str) -> str:
        return " ".join(html.split())

    with time_machine.travel(MONDAY_NOON, tick=False):
        hosts.forget()
        for path, about in (("/fi/", "*"), ("/sv/palvelu/ikaantyneet/", "ikaantyneet")):
            page = squeezed(client.get(path).content.decode())
            live = client.get(f"{path[:3]}/tiedotteet/?palvelu={about}&nyt=").content.decode()
            parts = re.findall(r'<template data-now="[^"]+">(.*?)</template>', squeezed(live))
            assert parts
            for part in parts:
                assert part.strip() in page
