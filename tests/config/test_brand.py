"""The county's colours: readable whatever accent the county chooses."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from config import brand
from services.models import County

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours)
def test_text_and_buttons_are_readable_for_every_accent(accent: str) -> None:
    light = brand.palette(accent, dark=False)
    assert brand.contrast(light.on_fill, light.fill) >= 4.5
    assert brand.contrast(light.text, "#ffffff") >= 4.5
    assert brand.contrast(light.text, light.tint) >= 4.5
    assert brand.contrast("#16202c", light.tint) >= 7
    dark = brand.palette(accent, dark=True)
    assert brand.contrast(dark.on_fill, dark.fill) >= 4.5
    assert brand.contrast(dark.text, dark.tint) >= 4.5
    assert brand.contrast(dark.text, brand.DARK_PAGE) >= 4.5


def test_contrast_is_the_one_of_wcag() -> None:
    assert brand.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brand.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_an_accent_that_reads_well_is_kept_as_it_is() -> None:
    assert brand.palette("#00508f", dark=False).fill == "#00508f"


def test_the_stylesheet_is_kept_for_ever_by_its_own_name(portal: County, client: Client) -> None:
    page = client.get("/fi/").content.decode()
    address = re.search(r'href="(/brand/koe-[0-9a-f]{10}\.css)"', page)
    assert address
    answer = client.get(address[1])
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]
    assert "--nl-accent:" in answer.content.decode()
    old = client.get(reverse("brand", args=["koe", "0000000000"]))
    assert old.content == answer.content
    assert "immutable" not in old["Cache-Control"]


def test_no_stylesheet_for_an_unknown_county(portal: County, client: Client) -> None:
    assert client.get(reverse("brand", args=["muu", "0000000000"])).status_code == 404
