"""Two services whose queues have the same key: a path leads to the chat that its author meant, and never to the other one's."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from chat.models import Conversation
from guidance.checks import findings
from guidance.choosing import choices_of
from guidance.document import read_path
from guidance.surroundings import surroundings_of
from services.models import Queue, ResponderGroup, Schedule
from tests.conftest import make_queue
from tests.guidance.conftest import Publish
from tests.guidance.making import small

pytestmark = pytest.mark.django_db

HERE = "/fi/apuri/kuume/v1/"


def leading_to(name: str) -> dict[str, Any]:
    raw = small(area=name)
    raw["nodes"]["o_chat"].update(queue=name)
    return raw


def begin(client: Client, name: str) -> Conversation:
    answer = client.post(f"{HERE}chat/{name}/?p=en_tieda", {"token": str(uuid4())})
    assert answer.status_code == 302
    return Conversation.objects.get()


def test_the_bare_key_stays_with_the_queue_that_had_it_first(
    client: Client, publish: Publish, queue: Queue, responder: User, second_queue: Queue, second_responder: User
) -> None:
    assert second_queue.key == queue.key
    publish(leading_to(queue.key))
    page = client.get(f"{HERE}?p=en_tieda").content.decode()
    assert "Ikääntyneiden palvelujen chat" in page
    assert "Neuvolan chat" not in page
    assert begin(client, queue.key).queue == queue


def test_the_others_full_name_leads_to_it(
    client: Client, publish: Publish, queue: Queue, responder: User, second_queue: Queue, second_responder: User
) -> None:
    name = f"{second_queue.service.key}.{second_queue.key}"
    publish(leading_to(name))
    page = client.get(f"{HERE}?p=en_tieda").content.decode()
    assert f"{HERE}chat/{name}/" in page
    assert "Neuvolan chat" in page
    assert "Ikääntyneiden palvelujen chat" not in page
    assert client.get(f"{HERE}chat/{queue.key}/?p=en_tieda").status_code == 404, "this place does not lead to the first one's"
    assert begin(client, name).queue == second_queue
    assert "Neuvolan chat" in client.get("/fi/apuri/").content.decode(), "the library names the area after it"


def test_an_author_chooses_between_them_and_is_told(queue: Queue, second_queue: Queue) -> None:
    county = queue.service.county
    full = f"{second_queue.service.key}.{second_queue.key}"
    assert dict(choices_of(county).areas) == {queue.key: "Ikääntyneiden palvelujen chat", full: "Neuvolan chat"}
    around = surroundings_of(county)
    told = [one for one in findings(read_path(leading_to(queue.key)), around) if one.code == "queue_shared"]
    assert told
    assert all("Ikääntyneiden palvelujen chat" in str(one.what) for one in told)
    assert not any(one.code.startswith("queue") and one.place == "o_chat" for one in findings(read_path(leading_to(full)), around))


def test_a_service_offers_the_paths_that_lead_to_its_own_line(
    client: Client, publish: Publish, queue: Queue, second_queue: Queue
) -> None:
    publish(leading_to(queue.key))
    link = "/fi/apuri/kuume/"
    assert link in client.get(f"/fi/palvelu/{queue.service.key}/").content.decode()
    assert link not in client.get(f"/fi/palvelu/{second_queue.service.key}/").content.decode()


def test_areas_of_one_service_stand_under_its_name_once(
    client: Client, publish: Publish, queue: Queue, always_open: Schedule, group: ResponderGroup
) -> None:
    make_queue(queue.service, always_open, group, key="toinen")
    publish(leading_to(queue.key))
    publish({**leading_to("toinen"), "slug": "toinen"})
    page = client.get("/fi/apuri/").content.decode()
    assert page.count("Ikääntyneiden palvelujen chat</h2>") == 1
