"""Search: inflected words, compounds and typos in three languages, and what to do when nothing is found."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from services import hosts
from services.models import County, Queue, Service


@pytest.fixture
def found(portal: County, queue: Queue, second_queue: Queue) -> None:
    """Two services with the words that people use."""
    Service.objects.filter(key="ikaantyneet").update(
        synonyms_fi="muistihoitaja, vanhuksen kotiapu, mummo", synonyms_sv="äldre, hemvård", synonyms_en="elderly, home care"
    )
    Service.objects.filter(key="neuvola").update(
        synonyms_fi="raskaus, vauva, ehkäisy", synonyms_sv="graviditet, preventivmedel", handles_fi="Raskauden seuranta\nImetys"
    )
    hosts.forget()


@pytest.mark.parametrize(
    ("language", "words", "expected"),
    [
        ("fi", "muistihoitaja", "ikaantyneet"),
        ("fi", "vanhuksen kotiapu", "ikaantyneet"),
        ("fi", "vanhuksille kotiapua", "ikaantyneet"),
        ("fi", "raskaudesta", "neuvola"),
        ("fi", "ehkasy", "neuvola"),
        ("fi", "imetyksestä", "neuvola"),
        ("sv", "preventivmedlet", "neuvola"),
        ("sv", "raskaus", "neuvola"),
        ("en", "home care", "ikaantyneet"),
    ],
)
def test_the_right_service_comes_first(client: Client, found: None, language: str, words: str, expected: str) -> None:
    page = client.get(f"/{language}/haku/", {"q": words}).content.decode()
    results = page[page.index("nl-results") :]
    first = min(
        (results.find(f"/palvelu/{key}/") for key in ("ikaantyneet", "neuvola") if f"/palvelu/{key}/" in results), default=-1
    )
    assert first == results.find(f"/palvelu/{expected}/") != -1


def test_nothing_found_tells_what_to_do(client: Client, found: None) -> None:
    page = client.get("/fi/haku/", {"q": "xyzzyq"}).content.decode()
    for words in (
        "Näillä sanoilla ei löytynyt palvelua",
        "Kokeile toista sanaa",
        'href="/fi/#services"',
        "015 000 100",
        'href="tel:112"',
    ):
        assert words in page
    assert 'value="xyzzyq"' in page


@pytest.mark.parametrize("words", ["", "   ", "\0", "a" * 5000, "<script>alert(1)</script>", "😀", "%", "'; drop table"])
def test_any_words_get_an_answer(client: Client, found: None, words: str) -> None:
    answer = client.get("/fi/haku/", {"q": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_an_edited_service_is_found_by_its_new_words(client: Client, found: None) -> None:
    assert "ei löytynyt" in client.get("/fi/haku/?q=polkupyörä").content.decode()
    Service.objects.filter(key="neuvola").update(synonyms_fi="raskaus, polkupyörä", version=2)
    hosts.forget()
    assert "/palvelu/neuvola/" in client.get("/fi/haku/?q=polkupyörällä").content.decode()


def test_each_of_thirty_services_is_found_first_by_its_own_name(
    client: Client, many_services: Callable[[int, int], list[Service]]
) -> None:
    matters = [
        "hammashoito",
        "kotihoito",
        "neuvola",
        "päihdetyö",
        "kuntoutus",
        "omaishoito",
        "vammaispalvelu",
        "perhetyö",
        "fysioterapia",
        "silmätauti",
        "rokotus",
        "diabetes",
        "astma",
        "ravitsemus",
        "aikuissosiaalityö",
        "lastensuojelu",
        "kuulontutkimus",
        "puheterapia",
        "asuminen",
        "toimeentulo",
        "mielenterveys",
        "seksuaaliterveys",
        "matkailuterveys",
        "apuväline",
        "turvapuhelin",
        "ateriapalvelu",
        "kouluterveys",
        "opiskelu",
        "röntgen",
        "laboratorio",
    ]
    services = many_services(0, 30)
    for service, matter in zip(services, matters, strict=True):
        Service.objects.filter(pk=service.pk).update(name_fi=matter.capitalize(), handles_fi="", version=2)
    hosts.forget()
    for service, matter in zip(services, matters, strict=True):
        page = client.get("/fi/haku/", {"q": matter}).content.decode()
        assert re.findall(r"/palvelu/([\w-]+)/", page[page.index("nl-results") :])[0] == service.key, matter


def test_another_countys_service_is_not_found(client: Client, found: None, other_queue: Queue) -> None:
    hosts.forget()
    assert "Toisen alueen chat" not in client.get("/fi/haku/?q=toisen+alueen+chat").content.decode()
