"""Services by unit: the digital one among them, and the area as it is today (S004-19)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from services.models import County, Office, Queue, Service, ServiceArea

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
PAGE = "/fi/yksikot/"


@pytest.fixture
def digital(county: County, service: Service, queue: Queue) -> Office:
    office = Office.objects.create(
        county=county,
        key="digi",
        is_digital=True,
        name_fi="Digitaalinen sosiaali- ja terveyskeskus",
        name_sv="Digital social- och hälsocentral",
        name_en="Digital health and social services centre",
    )
    Service.objects.filter(pk=service.pk).update(office=office)
    return office


def words(client: Client, page: str = PAGE) -> str:
    return client.get(page).content.decode().split("<main")[1].split("</main>")[0]


def test_the_digital_unit_stands_with_its_services(
    client: Client, digital: Office, second_service: Service, service: Service
) -> None:
    page = words(client)
    assert digital.name_fi in page
    assert "eikä sillä ole käyntiosoitetta" in page
    section = page.split(digital.name_fi)[1]
    assert f"/fi/palvelu/{service.key}/" in section.split("<section")[0]
    assert "Alue: koko hyvinvointialue" in " ".join(section.split())


def test_a_unit_with_an_address_and_one_without_a_chat(client: Client, county: County, digital: Office) -> None:
    Office.objects.create(county=county, key="torni", name_fi="Torni", street_fi="Katu 1", postal_code="00001", town_fi="Mallila")
    section = words(client).split("Torni")[1]
    assert "Katu 1, 00001 Mallila" in section
    assert "ei ole nyt omaa chattia" in section


def test_the_area_is_as_of_today(client: Client, digital: Office, service: Service) -> None:
    today = timezone.localdate()
    ended, begins = today - timedelta(days=1), today + timedelta(days=1)
    ServiceArea.objects.create(service=service, name_fi="Ennen", starts_on=today - timedelta(days=400), ends_on=ended)
    ServiceArea.objects.create(service=service, name_fi="Tänään", starts_on=today - timedelta(days=1), ends_on=today)
    ServiceArea.objects.create(service=service, name_fi="Huomenna", starts_on=begins)
    page = words(client)
    assert "Tänään" in page
    assert "Ennen" not in page
    assert "Huomenna" not in page


def test_a_service_without_a_unit_is_not_lost(client: Client, digital: Office, service: Service) -> None:
    Service.objects.filter(pk=service.pk).update(office=None)
    page = words(client)
    assert f"/fi/palvelu/{service.key}/" in page.split("Muut palvelut")[1]


def test_another_countys_units_are_not_shown(client: Client, digital: Office, other_county: County) -> None:
    page = client.get(PAGE, headers={"host": "toinen.test"}).content.decode()
    assert digital.name_fi not in page


def test_it_is_led_to_and_reads_in_each_language(client: Client, digital: Office) -> None:
    assert f'href="{PAGE}"' in client.get("/fi/").content.decode()
    assert "Tjänster per enhet" in words(client, "/sv/yksikot/")
    assert "Services by unit" in words(client, "/en/yksikot/")


def test_the_queries_do_not_follow_the_units(
    client: Client, county: County, digital: Office, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        Office.objects.create(county=county, key=f"u{number}", name_fi=f"Yksikkö {number}")
    client.get(PAGE)
    with django_assert_max_num_queries(14):
        client.get(PAGE)
