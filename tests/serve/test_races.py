"""Two responders want the same chat: one wins each, and the other is told who."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Resident, Staff
from accounts.models import User
from chat.models import Conversation, Event, Leg
from chat.operations import claim_conversation, start_conversation
from services.models import Queue, Service
from tests.serve.portal import Serve, staff_cookie, visitor

pytestmark = [pytest.mark.serve, pytest.mark.postgres]

RACES = 200


@pytest.fixture
def waiting(transactional_db: None, service: Service, queue: Queue, responder: User, colleague: User) -> list[UUID]:
    """Residents in the line, and responders who may have any number of them."""
    Queue.objects.filter(pk=queue.pk).update(max_parallel=2 * RACES)
    with transaction.atomic():
        return [
            start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=timezone.now()).public_id
            for _ in range(RACES)
        ]


def check(waiting: list[UUID], winners: dict[UUID, int]) -> None:
    """Each conversation has one responder, one claim in its log and one accepted leg."""
    rows = {row.public_id: row for row in Conversation.objects.filter(public_id__in=waiting)}
    assert {key: row.responder_id for key, row in rows.items()} == winners
    assert all(row.state == "active" for row in rows.values())
    claims = Counter(Event.objects.filter(kind="claimed").values_list("conversation__public_id", flat=True))
    assert claims == dict.fromkeys(waiting, 1)
    assert Leg.objects.filter(accepted_at__isnull=False).count() == len(waiting)


def test_two_responders_press_at_once_two_hundred_times(
    make_serve: Callable[..., Serve], waiting: list[UUID], responder: User, colleague: User
) -> None:
    """Through the console's own door, each responder at a process of her own."""
    serves = [make_serve(), make_serve()]
    people = [responder, colleague]
    cookies = [staff_cookie(user) for user in people]
    winners: dict[UUID, int] = {}

    async def walk() -> None:
        async with visitor(serves[0], cookies[0]) as first, visitor(serves[1], cookies[1]) as second:
            for key in waiting:
                address = f"/fi/vastaaja/{key}/ota/"
                answers = await asyncio.gather(first.post(address), second.post(address))
                assert sorted(answer.status_code for answer in answers) == [200, 409], [answer.text for answer in answers]
                won = 0 if answers[0].status_code == 200 else 1
                assert answers[won].json()["conversation"] == str(key)
                told = answers[1 - won].json()
                assert told["code"] == "taken"
                assert people[won].shown_name in told["text"]
                winners[key] = people[won].pk

    asyncio.run(walk())
    check(waiting, winners)


def test_two_operations_at_once_have_one_winner(waiting: list[UUID], responder: User, colleague: User) -> None:
    """The rule itself, without doors: two threads, two connections, the same moment."""
    start = threading.Barrier(2, timeout=60)
    outcomes: dict[int, dict[UUID, str]] = {responder.pk: {}, colleague.pk: {}}
    names = {responder.pk: responder.shown_name, colleague.pk: colleague.shown_name}

    def claim_all(user: int) -> None:
        try:
            for key in waiting:
                start.wait()
                try:
                    claim_conversation(by=Staff(user), conversation=key, now=timezone.now())
                    outcomes[user][key] = "won"
                except ValidationError as error:
                    outcomes[user][key] = f"{error.code}: {error.messages[0]}"
        finally:
            start.abort() if len(outcomes[user]) < len(waiting) else None
            connection.close()

    threads = [threading.Thread(target=claim_all, args=(user,)) for user in outcomes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    winners: dict[UUID, int] = {}
    for key in waiting:
        won = [user for user, told in outcomes.items() if told.get(key) == "won"]
        assert len(won) == 1, key
        (lost,) = outcomes.keys() - won
        assert outcomes[lost][key].startswith("taken: ")
        assert names[won[0]] in outcomes[lost][key]
        winners[key] = won[0]
    check(waiting, winners)
