"""What browsers and search engines ask for by themselves is there."""

from __future__ import annotations

from io import BytesIO
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client
from PIL import Image

from services.models import County, Service


def test_search_engines_may_read_the_public_pages_only(client: Client, county: County, service: Service) -> None:
    answer = client.get("/robots.txt")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    rules = RobotFileParser()
    rules.parse(answer.content.decode().splitlines())
    for language in ("fi", "sv", "en"):
        for path in ("", "haku/", "palvelu/ikaantyneet/", "palvelu/ikaantyneet/chat/", "saavutettavuus/", "tietosuoja/"):
            assert rules.can_fetch("Bot", f"/{language}/{path}"), path
            assert client.get(f"/{language}/{path}").status_code == 200, path
        for path in ("hallinta/", "hallinta/services/topic/", "vastaaja/", "vastaaja/tilanne/", "tili/kirjaudu/", "ammattilainen/"):
            assert not rules.can_fetch("Bot", f"/{language}/{path}"), path
        assert not rules.can_fetch("Bot", f"/{language}/keskustelu/5f1c8a52-6a43-4f6e-9d2a-0c5a1f0f9b11/")


@pytest.mark.parametrize("host", ["testserver", "toinen.test"])
def test_the_mark_is_where_browsers_look_for_it(client: Client, county: County, other_county: County, host: str) -> None:
    answer = client.get("/favicon.ico", headers={"host": host})
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/x-icon")
    picture = Image.open(BytesIO(answer.content))
    assert {(16, 16), (32, 32)} <= set(picture.info["sizes"])
    pixel = picture.convert("RGBA").resize((32, 32)).getpixel((5, 16))
    assert isinstance(pixel, tuple)
    red, green, blue, solid = pixel
    assert (red < 10, abs(green - 0x50) < 5, abs(blue - 0x8F) < 5, solid) == (True, True, True, 255)


@pytest.mark.parametrize("path", ["/robots.txt", "/favicon.ico"])
def test_they_are_only_read(client: Client, county: County, path: str) -> None:
    assert client.post(path).status_code == 405
