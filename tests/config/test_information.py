"""The accessibility statement and the privacy notice."""

from __future__ import annotations

import pytest
from django.test import Client

from services import hosts
from services.models import County


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "fi",
            ["Saavutettavuusseloste", "suurimmaksi osaksi", "14 päivän kuluessa", "Traficom", "21.11.2026", "kirjaamo@alue.test"],
        ),
        ("sv", ["Tillgänglighetsutlåtande", "till största delen", "inom 14 dagar", "Traficom", "21.11.2026"]),
        ("en", ["Accessibility statement", "mostly conforms", "within 14 days", "Traficom", "21 Nov 2026"]),
    ],
)
def test_the_statement_has_the_five_contents_of_the_law(client: Client, portal: County, language: str, told: list[str]) -> None:
    page = client.get(f"/{language}/saavutettavuus/").content.decode()
    assert [words for words in told if words not in page] == []


def test_the_countys_own_privacy_notice_is_shown_as_text(client: Client, portal: County) -> None:
    County.objects.update(privacy_notice_fi="Rekisterin nimi on <i>Chat</i>.")
    hosts.forget()
    page = client.get("/fi/tietosuoja/").content.decode()
    assert "Rekisterin nimi on &lt;i&gt;Chat&lt;/i&gt;." in page
    assert "Rekisterinpitäjä" in page
    swedish = client.get("/sv/tietosuoja/").content.decode()
    assert 'lang="fi">Rekisterin nimi' in swedish
