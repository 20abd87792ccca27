"""Missing translations fall back in one visible way."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

from services.models import Service
from services.texts import Text, pick, text, texts_of


@pytest.mark.parametrize(
    ("written", "asked", "value", "language"),
    [
        ({"fi": "a", "sv": "b", "en": "c"}, "sv", "b", "sv"),
        ({"fi": "a", "sv": "b", "en": "c"}, "en", "c", "en"),
        ({"fi": "a", "sv": "b"}, "en", "a", "fi"),
        ({"sv": "b", "en": "c"}, "fi", "b", "sv"),
        ({"en": "c"}, "sv", "c", "en"),
        ({"fi": " ", "sv": "b"}, "fi", "b", "sv"),
        ({"fi": "a"}, "de", "a", "fi"),
        ({}, "sv", "", "sv"),
    ],
)
def test_the_asked_language_then_finnish_swedish_and_english(
    written: dict[str, str], asked: str, value: str, language: str
) -> None:
    found = pick(written, asked)
    assert found == Text(value, language, asked)
    assert found.fell_back is (language != asked)
    assert bool(found) is bool(value)
    assert str(found) == value


def test_a_rows_field() -> None:
    service = Service(name_fi="Neuvola", name_sv="", name_en=None)
    assert text(service, "name", "sv") == Text("Neuvola", "fi", "sv")
    assert texts_of(service, "name") == {"fi": "Neuvola"}
    assert not text(service, "summary", "fi")


def test_a_field_that_is_not_translated_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(AttributeError):
        text(Service(), "key", "fi")


def test_in_templates_another_language_is_marked_and_everything_escaped() -> None:
    page = Template(
        '{% load texts %}{{ s|spoken:"name" }}|{% with t=s|text:"name" %}{{ t.language }}:{{ t }}{% endwith %}|{{ m|picked }}'
    )
    context = Context({"s": Service(name_fi="Äidit & lapset"), "m": {"fi": "syy"}})
    with translation.override("sv"):
        assert page.render(context) == '<span lang="fi">Äidit &amp; lapset</span>|fi:Äidit &amp; lapset|syy'
    with translation.override("fi"):
        assert page.render(context) == "Äidit &amp; lapset|fi:Äidit &amp; lapset|syy"
