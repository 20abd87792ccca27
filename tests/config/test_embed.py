"""The state of a chat on the county's other sites: told to those that are listed, and to no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from services import hosts
from services.models import County, Disruption, Queue, Service

STATE = "/{}/upota/ikaantyneet.json"
LISTED = "https://www.alue.example"


@pytest.fixture
def listed(county: County) -> County:
    """The county with one site that may show its chats."""
    County.objects.filter(pk=county.pk).update(embed_hosts=["www.alue.example"])
    hosts.forget()
    return county


@pytest.mark.usefixtures("portal", "responder")
class TestState:
    @pytest.mark.parametrize(
        ("language", "name", "words"),
        [
            ("fi", "Ikääntyneiden palvelujen chat", "Avoinna nyt, ympäri vuorokauden"),
            ("sv", "Chatt för äldreservice", "Öppet nu, dygnet runt"),
            ("en", "Chat for older people’s services", "Open now, around the clock"),
        ],
    )
    def test_a_listed_site_is_told(
        self, language: str, name: str, words: str, client: Client, listed: County, queue: Queue
    ) -> None:
        answer = client.get(STATE.format(language), headers={"origin": LISTED})
        assert answer["Access-Control-Allow-Origin"] == LISTED
        assert "Origin" in answer["Vary"]
        told = answer.json()
        assert (told["name"], told["open"], told["words"], told["notices"]) == (name, True, words, [])
        assert not answer.cookies

    @pytest.mark.parametrize(
        "origin",
        [
            "https://paha.example",
            "https://www.alue.example.paha.example",
            "https://alue.example",
            "null",
            "https://[",
            "file://www.alue.example",
            "https://www.alue.example@paha.example",
        ],
    )
    def test_a_foreign_origin_is_refused(self, origin: str, client: Client, listed: County, queue: Queue) -> None:
        answer = client.get(STATE.format("fi"), headers={"origin": origin})
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert set(answer.json()) == {"error", "words"}

    def test_plain_http_is_for_trials_only(self, client: Client, listed: County, queue: Queue, settings: Any) -> None:
        plain = LISTED.replace("https", "http")
        assert client.get(STATE.format("fi"), headers={"origin": plain}).status_code == 200
        settings.PRODUCTION = True
        assert not listed.embeds_at(plain)

    def test_a_disruption_is_told(self, client: Client, listed: County, queue: Queue) -> None:
        Disruption.objects.create(
            county=listed,
            service=queue.service,
            text_fi="Häiriö puheluissa.",
            stops_intake=True,
            starts_at=timezone.now() - timedelta(minutes=1),
        )
        hosts.forget()
        told = client.get(STATE.format("fi"), headers={"origin": LISTED}).json()
        assert told["notices"] == ["Häiriö puheluissa."]
        assert told["open"] is False

    def test_what_is_not_public_is_not_there(self, client: Client, listed: County, queue: Queue) -> None:
        Service.objects.update(is_test=True)
        hosts.forget()
        assert client.get(STATE.format("fi"), headers={"origin": LISTED}).status_code == 404
        assert client.get("/fi/upota/olematon.json", headers={"origin": LISTED}).status_code == 404

    def test_only_reading(self, client: Client, listed: County, queue: Queue) -> None:
        assert client.post(STATE.format("fi"), headers={"origin": LISTED}).status_code == 405


@pytest.mark.usefixtures("portal")
def test_the_script_may_be_taken_by_any_site_and_says_nothing_of_anybody(client: Client) -> None:
    answer = client.get("/upota.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not answer.cookies
    assert b"data-neuvoluukku" in answer.content


@pytest.mark.parametrize("hosts_listed", [["https://alue.example"], ["alue.example/polku"], "alue.example", [3]])
def test_only_names_of_hosts_are_listed(hosts_listed: object, county: County) -> None:
    county.embed_hosts = hosts_listed
    with pytest.raises(ValidationError) as refused:
        county.full_clean()
    assert "embed_hosts" in refused.value.message_dict


def test_the_service_in_the_admin_gives_what_to_paste(
    signed_in: Callable[..., Client], main_user: User, service: Service, listed: County
) -> None:
    text = signed_in(main_user).get(f"/fi/hallinta/services/service/{service.pk}/change/").content.decode()
    assert "www.alue.example" in text
    assert "&lt;script src=&quot;http://testserver/upota.js&quot; async&gt;" in text


@pytest.mark.usefixtures("portal", "responder", "queue")
@pytest.mark.parametrize(("address", "channel"), [("?channel=app", "app"), ("?channel=paha", "web"), ("", "web")])
def test_the_way_in_is_kept_from_the_services_page(address: str, channel: str, client: Client, service: Service) -> None:
    before = f"http://testserver/fi/palvelu/{service.key}/{address}"
    form = client.get(f"/fi/palvelu/{service.key}/chat/", headers={"referer": before}).content.decode()
    assert f'name="channel" value="{channel}"' in form
