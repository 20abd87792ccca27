"""The resident's pages: one question a page, no cookie, no dead end, and the way to a human on every step."""

from __future__ import annotations

import pytest
from django.test import Client

from guidance.models import PathVersion

pytestmark = pytest.mark.django_db
HERE = "/fi/apuri/kuume/"


def test_a_walk_from_the_list_to_an_outcome(client: Client, version: PathVersion) -> None:
    assert HERE in client.get("/fi/apuri/").content.decode()
    page = client.get(HERE)
    assert page.status_code == 200
    print(page.content.decode())
    answer = client.get(f"{HERE}v1/vastaus/", {"vastaus": "ei"})
    assert answer.status_code == 302, answer.content.decode()
    for url in (answer["Location"],):
        page = client.get(url)
        assert page.status_code == 200
