"""The public status as data."""

from __future__ import annotations

from datetime import UTC, datetime

import time_machine
from django.test import Client

from services import hosts
from services.choices import ServiceStatus
from services.models import County, Queue, ResponderGroup, Schedule, Service
from tests.config.conftest import answered
from tests.conftest import make_queue


def status(client: Client, at: datetime) -> dict[str, object]:
    """The only service's row."""
    with time_machine.travel(at, tick=False):
        hosts.forget()
        answer = client.get("/api/status/koe.json")
    assert answer.status_code == 200
    [row] = answer.json()["services"]
    return dict(row)


def test_it_tells_open_closed_and_the_next_change(
    client: Client, portal: County, service: Service, weekdays: Schedule, group: ResponderGroup
) -> None:
    answered(make_queue(service, weekdays, group))
    closed = status(client, datetime(2026, 11, 21, 10, 0, tzinfo=UTC))
    assert (closed["key"], closed["open"], closed["reason"]) == ("ikaantyneet", False, "closed_hours")
    assert closed["opens_at"] == closed["next_change"] == "2026-11-23T08:00:00+02:00"
    assert closed["name"] == {
        "fi": "Ikääntyneiden palvelujen chat",
        "sv": "Chatt för äldreservice",
        "en": "Chat for older people’s services",
    }
    assert closed["url"] == "http://testserver/p/ikaantyneet/"
    opened = status(client, datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    assert (opened["open"], opened["waiting"]) == (True, 0)
    assert opened["closes_at"] == "2026-11-23T15:00:00+02:00"
    Service.objects.update(status=ServiceStatus.PAUSED)
    assert status(client, datetime(2026, 11, 23, 10, 0, tzinfo=UTC))["reason"] == "service_paused"


def test_a_service_without_a_queue(client: Client, portal: County, service: Service) -> None:
    assert status(client, datetime(2026, 11, 23, 10, 0, tzinfo=UTC))["reason"] == "no_queue"


def test_it_is_kept_five_seconds_and_given_to_no_foreign_script(client: Client, portal: County, queue: Queue) -> None:
    answer = client.get("/api/status/koe.json", headers={"origin": "https://paha.example"})
    assert answer["Cache-Control"] == "public, max-age=5"
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    assert answer.json()["demonstration"] is False
    assert "Set-Cookie" not in answer.headers


def test_only_this_addresses_county(client: Client, portal: County, other_county: County) -> None:
    assert client.get("/api/status/toinen.json").status_code == 404
    assert client.get("/api/status/ei-ole.json").status_code == 404
    assert client.post("/api/status/koe.json").status_code == 405
