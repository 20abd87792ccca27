"""A form that is sent after the session has ended: nothing is saved, and what was written comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adoption.models import Rollout

pytestmark = pytest.mark.django_db

OWN: dict[str, Any] = {"headers": {"origin": "http://testserver", "accept": "text/html,*/*"}}
WRITTEN = {
    "name_fi": "Neuvolan chat",
    "summary_fi": "Perheet saavat neuvon <iltaisin>.",
    "stage": "idea",
    "csrfmiddlewaretoken": "Abc",
}
PAGES = ["adoption:start", "admin:adoption_rollout_add", "chat:disruption", "paths:new"]


@pytest.mark.parametrize("page", PAGES)
def test_the_words_come_back_and_the_way_to_sign_in(client: Client, county: Any, page: str) -> None:
    address = reverse(page)
    response = client.post(address, WRITTEN, **OWN)
    content = response.content.decode()
    assert response.status_code == 403
    assert "ei tallennettu" in content
    assert "Perheet saavat neuvon &lt;iltaisin&gt;." in content
    assert content.count("<textarea") == 2, "neither the token nor the key of a choice is anybody's words"
    assert f"{reverse('account_login')}?next={address.replace('/', '%2F')}" in content
    assert "no-store" in response["Cache-Control"]
    assert not Rollout.objects.exists()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("headers", [{"accept": "text/html"}, {"origin": "https://muu.invalid", "accept": "text/html"}])
def test_a_foreign_form_is_led_to_the_sign_in_alone(client: Client, county: Any, page: str, headers: dict[str, str]) -> None:
    response = client.post(reverse(page), WRITTEN, headers=headers)
    assert response.status_code == 302
    assert "next=" in response["Location"]


def test_who_only_looks_is_asked_to_sign_in(client: Client, county: Any) -> None:
    response = client.get(reverse("adoption:start"), **OWN)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
