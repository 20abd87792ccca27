"""A request knows its county by the host name it came to."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from services import hosts
from services.middleware import CountyMiddleware
from services.operations import change_row
from tests.conftest import acting


def ask(host: str) -> HttpRequest:
    seen = []
    middleware = CountyMiddleware(lambda request: seen.append(request) or HttpResponse())
    middleware(RequestFactory(headers={"host": host}).get("/"))
    return seen[0]


def test_the_host_names_the_county(county, other_county, settings):
    for host, code in (("alue.test", "koe"), ("ALUE.test:8000", "koe"), ("toinen.test", "toinen"), ("127.0.0.1:8000", "koe")):
        assert ask(host).county.code == code


def test_the_default_goes_before_the_demonstration_and_that_before_the_first(county, other_county, settings):
    other_county.is_demo = True
    other_county.save()
    assert ask("localhost").county == other_county
    hosts.forget()
    settings.DEFAULT_COUNTY = "koe"
    assert ask("localhost").county == county


def test_a_county_out_of_use_is_not_served(county, other_county):
    county.is_active = False
    county.save()
    assert ask("alue.test").county == other_county
    other_county.is_active = False
    other_county.save()
    hosts.forget()
    assert ask("alue.test").county is None


def test_the_counties_are_asked_for_once_in_a_while(county, django_assert_num_queries, settings):
    with django_assert_num_queries(1):
        for _time in range(5):
            ask("alue.test")
    settings.COUNTY_CACHE_SECONDS = 0
    with django_assert_num_queries(2):
        ask("alue.test")
        ask("alue.test")


def test_a_change_of_a_county_is_known_at_once(county, main_user, django_capture_on_commit_callbacks):
    assert ask("localhost").county.name_fi == "Kokeen hyvinvointialue"
    with django_capture_on_commit_callbacks(execute=True):
        change_row(by=acting(main_user), row=county, values={"name_fi": "Uusi nimi"})
    assert ask("localhost").county.name_fi == "Uusi nimi"


@pytest.mark.parametrize(
    ("portal", "own", "told"),
    [
        ("http://127.0.0.1:8000", [], "http://127.0.0.1:8000/fi/"),
        ("http://127.0.0.1:8000", ["alue.test"], "http://alue.test:8000/fi/"),
        ("https://chat.example", [], "https://chat.example/fi/"),
        ("https://chat.example", ["alue.test", "toinen.test"], "https://alue.test/fi/"),
        ("", [], "/fi/"),
    ],
)
def test_a_letter_leads_to_the_countys_own_host_as_the_portal_is_served(portal, own, told, county, settings):
    settings.PUBLIC_ADDRESS, county.hosts = portal, own
    assert hosts.address_of(county, "/fi/") == told
