"""Who sends a form after her session has ended gets her words back, each under the label of the field that she wrote it in."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adoption.models import Rollout
from tests.adoption.conftest import *  # noqa: F403 - a rollout
from tests.adoption.conftest import item_of

pytestmark = pytest.mark.django_db
OWN: Any = {"HTTP_ORIGIN": "http://testserver", "HTTP_ACCEPT": "text/html"}


def given_back(address: str, data: dict[str, Any]) -> dict[str, str]:
    response = Client().post(address, data, **OWN)
    assert response.status_code == 403
    pairs = re.findall(
        r'<label[^>]*for="kept-\d+">(.*?)</label>\s*<textarea[^>]*>\s*(.*?)</textarea>', response.content.decode(), re.S
    )
    return {unescape(label).strip(): unescape(text).strip() for label, text in pairs}


def test_a_form_of_a_page(county) -> None:
    sent = {"name_fi": "Neuvolan chat", "summary_fi": "Perheet saavat neuvon", "place": "Mallilan seutu", "stage": "idea"}
    assert given_back("/fi/kayttoonotto/uusi/", sent) == {
        "Nimi suomeksi": "Neuvolan chat",
        "Lyhyt kuvaus suomeksi": "Perheet saavat neuvon",
        "Toteutuspaikka": "Mallilan seutu",
    }


def test_a_form_of_the_model_by_the_names_that_the_model_ships(rollout: Rollout) -> None:
    address = reverse("adoption:form", args=[rollout.public_id, "need_mapping"])
    sent = {"current_state": "Puhelin ruuhkautuu", "target_state": "Chat vastaa illalla", "version": "1"}
    assert given_back(address, sent) == {"Nykytila": "Puhelin ruuhkautuu", "Tavoitetila": "Chat vastaa illalla"}


def test_rows_of_a_form_carry_their_label_behind_a_prefix(rollout: Rollout) -> None:
    address = reverse("admin:adoption_rollout_change", args=[rollout.pk])
    sent = {"items-selvitys-0-why": "Odotamme johtoa", "name_fi": "Uusi nimi tälle"}
    found = given_back(address, sent)
    assert found["Miksi?"] == "Odotamme johtoa"
    assert {"Odotamme johtoa", "Uusi nimi tälle"} == set(found.values())
    assert not any(label.startswith("Tekstisi") for label in found)


def test_words_of_a_field_that_no_form_knows_come_back_all_the_same(rollout: Rollout) -> None:
    address = reverse("adoption:item", args=[rollout.public_id, item_of(rollout, "1.1").public_id])
    found = given_back(address, {"nobody_knows_this": "Pitkä teksti, joka ei saa kadota"})
    assert list(found.values()) == ["Pitkä teksti, joka ei saa kadota"]


def test_the_same_words_of_two_fields_come_back_under_both(county) -> None:
    found = given_back("/fi/kayttoonotto/uusi/", {"name_fi": "Neuvolan chat", "name_sv": "Neuvolan chat"})
    assert found == {"Nimi suomeksi": "Neuvolan chat", "Nimi ruotsiksi": "Neuvolan chat"}
