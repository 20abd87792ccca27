"""What a service tells of its staffing: read as people write it, and refused in words when it makes no sense."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts.models import AuditEntry, User
from services.models import Service
from services.models.staffing import side_by_side_of
from tests.services.test_admin import form_values, url


@pytest.mark.parametrize("text", ["1,7 2,5 2,9", "1.7 2.5 2.9", " 1,7; 2,5;2,9 "])
def test_it_is_read_as_people_write_it(text: str) -> None:
    assert side_by_side_of(text) == {1: 1, 2: Decimal("1.7"), 3: Decimal("2.5"), 4: Decimal("2.9")}


def test_nothing_is_no_table() -> None:
    assert side_by_side_of("") == side_by_side_of("  ") == {}
    assert side_by_side_of("1 1 4") == {1: 1, 2: 1, 3: 1, 4: 4}


@pytest.mark.parametrize(
    ("text", "fi", "sv", "en"),
    [
        ("kaksi", "”kaksi” ei ole luku. Kirjoita esimerkiksi 1,7 2,5 2,9 3,5.", "inte ett tal", "is not a number"),
        ("nan", "”nan” ei ole luku.", "inte ett tal", "is not a number"),
        ("inf", "”inf” ei ole luku.", "inte ett tal", "is not a number"),
        ("2,1", "Anna 2 yhtäaikaiselle keskustelulle luku väliltä 1–2.", "mellan 1 och 2", "from 1 to 2"),
        ("0,9", "Anna 2 yhtäaikaiselle keskustelulle luku väliltä 1–2.", "mellan 1 och 2", "from 1 to 2"),
        ("1,7 1,6", "Anna 3 yhtäaikaiselle keskustelulle luku väliltä 1,7–3.", "mellan 1,7 och 3", "from 1,7 to 3"),
        ("1 1 1 1 1 1 1 1 1", "Anna enintään 8 lukua, 2–9 yhtäaikaiselle keskustelulle.", "högst 8 tal", "at most 8 numbers"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(text: str, fi: str, sv: str, en: str) -> None:
    for language, words in (("fi", fi), ("sv", sv), ("en", en)):
        with translation.override(language), pytest.raises(ValidationError) as refused:
            side_by_side_of(text)
        with translation.override(language):
            assert words in refused.value.messages[0]


@pytest.mark.django_db
def test_the_main_user_sets_them_on_the_page_of_the_service(service: Service, main_user: User, signed_in: Any) -> None:
    client, page = signed_in(main_user), url(Service, "change", service.pk)
    values = form_values(client.get(page))
    assert (values["least_responders"], values["side_by_side"]) == ("1", "")
    refused = client.post(page, values | {"least_responders": "0", "side_by_side": "3"})
    assert set(refused.context["adminform"].form.errors) == {"least_responders", "side_by_side"}
    saved = client.post(page, values | {"least_responders": "2", "side_by_side": "1,5 2"})
    assert saved.status_code == 302, saved.context["errors"]
    service.refresh_from_db()
    assert (service.least_responders, service.side_by_side_table) == (2, {1: 1, 2: Decimal("1.5"), 3: 2})
    told = AuditEntry.objects.filter(object_type="services.service").latest("pk").after
    assert (told["least_responders"], told["side_by_side"]) == (2, "1,5 2")
