"""Keep or replace: the new one and the end of the earlier one come together, by each way in (S002-49, M19)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connections

from accounts.actors import Resident
from accounts.models import User
from chat.choices import EndedBy, LegExit, Medium, State, Status
from chat.models import Conversation, Event, Leg
from chat.operations import (
    Earlier,
    Wish,
    beside,
    claim_conversation,
    leave_call_request,
    leave_conversation,
    send_help_request,
    start_conversation,
)
from chat.residents import holder_of
from services.models import Queue, Service
from services.operations import make_help_form, publish_help_form
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
CODE = "K7QMD3XWPA0H5RTVYZ12"
BY_CHAT, BY_FORM, BY_CALL = "chat", "form", "call"
WAYS = (BY_CHAT, BY_FORM, BY_CALL)
Send = Callable[..., Conversation]


@pytest.fixture
def unit(queue: Queue, service: Service, main_user: User, responder: User) -> Queue:
    """A unit that takes chats, questions and call requests."""
    Queue.objects.filter(pk=queue.pk).update(takes_calls=True)
    publish_help_form(by=acting(main_user), form=make_help_form(by=acting(main_user), service=service), now=NOW)
    return Queue.objects.select_related("service__county").get(pk=queue.pk)


@pytest.fixture
def earlier(unit: Queue) -> Conversation:
    """A call request that waits."""
    return leave_call_request(by=holder_of(CODE), queue=unit, token=uuid4(), body="Soittakaa", wish=Wish("050 1234567"), now=NOW)


@pytest.fixture
def send(unit: Queue) -> Send:
    """A new one by one of the three ways, in place of the earlier one."""

    def make(way: str, old: Conversation, *, by: Resident | None = None, key: Resident | None = None) -> Conversation:
        who, place = by or Resident(uuid4()), [Earlier(key or Resident(old.resident_key), old.public_id)]
        facts: Any = {"by": who, "token": uuid4(), "body": "Toinen asia", "now": NOW, "earlier": old, "instead_of": place}
        if way == BY_CHAT:
            return start_conversation(service=unit.service, **facts)
        if way == BY_FORM:
            return send_help_request(service=unit.service, **facts)
        return leave_call_request(queue=unit, wish=Wish("050 7654321"), **facts)

    return make


@pytest.mark.parametrize("way", WAYS)
class TestEachWay:
    def test_the_earlier_one_ends_as_ended_by_her(self, send: Send, earlier: Conversation, way: str) -> None:
        new = send(way, earlier)
        earlier.refresh_from_db()
        assert (earlier.state, earlier.ended_by, earlier.closed_at) == (State.ENDED, EndedBy.RESIDENT, NOW)
        assert earlier.status == Status.SHORT_ABANDON
        assert Leg.objects.get(conversation=earlier).exit == LegExit.LEFT
        assert Event.objects.filter(conversation=earlier, kind="ended").count() == 1
        assert (new.state, new.origin_id) == (State.WAITING, earlier.pk)
        assert list(Conversation.objects.open()) == [new]

    def test_a_failure_between_leaves_the_earlier_one_and_begins_nothing(
        self, send: Send, earlier: Conversation, way: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ends = beside.close_row

        def fail(*given: Any, **facts: Any) -> None:
            ends(*given, **facts)
            raise OperationalError("the line to the database is gone")

        monkeypatch.setattr(beside, "close_row", fail)
        with pytest.raises(OperationalError):
            send(way, earlier)
        assert Conversation.objects.get() == earlier
        earlier.refresh_from_db()
        assert (earlier.state, earlier.ended_by) == (State.WAITING, "")
        assert Leg.objects.get().left_at is None
        assert not Event.objects.filter(kind="ended").exists()

    def test_a_new_one_that_is_refused_leaves_the_earlier_one(self, send: Send, earlier: Conversation, way: str) -> None:
        Service.objects.update(status="closed")
        Queue.objects.update(is_active=False)
        with pytest.raises(ValidationError):
            send(way, earlier)
        earlier.refresh_from_db()
        assert earlier.state == State.WAITING

    def test_what_somebody_has_taken_goes_on(self, send: Send, earlier: Conversation, way: str, responder: User) -> None:
        claim_conversation(by=acting(responder), conversation=earlier.public_id, now=NOW)
        new = send(way, earlier)
        earlier.refresh_from_db()
        assert earlier.state == State.ACTIVE
        assert set(Conversation.objects.open()) == {earlier, new}

    def test_a_stranger_ends_nothing(self, send: Send, earlier: Conversation, way: str, stranger: Resident) -> None:
        send(way, earlier, key=stranger)
        earlier.refresh_from_db()
        assert earlier.state == State.WAITING

    def test_two_new_ones_do_not_take_one_place(self, send: Send, earlier: Conversation, way: str) -> None:
        first = send(way, earlier)
        with pytest.raises(ValidationError) as error:
            send(way, earlier)
        assert error.value.code == "place_taken"
        assert list(Conversation.objects.open()) == [first]

    def test_one_that_she_has_ended_herself_is_no_hindrance(self, send: Send, earlier: Conversation, way: str) -> None:
        leave_conversation(by=holder_of(CODE), conversation=earlier.public_id, now=NOW)
        new = send(way, earlier)
        assert list(Conversation.objects.open()) == [new]

    def test_the_same_form_twice_is_once(self, unit: Queue, earlier: Conversation, way: str) -> None:
        place = [Earlier(holder_of(CODE), earlier.public_id)]
        facts: Any = {
            "by": Resident(uuid4()),
            "token": uuid4(),
            "body": "Sama",
            "now": NOW,
            "earlier": earlier,
            "instead_of": place,
        }
        begin: dict[str, Callable[[], Conversation]] = {
            BY_CHAT: lambda: start_conversation(service=unit.service, **facts),
            BY_FORM: lambda: send_help_request(service=unit.service, **facts),
            BY_CALL: lambda: leave_call_request(queue=unit, wish=Wish("050 7654321"), **facts),
        }
        assert begin[way]() == begin[way]()
        assert Event.objects.filter(conversation=earlier, kind="ended").count() == 1


def test_another_countys_one_is_never_ended(send: Send, earlier: Conversation, other_county: object) -> None:
    Conversation.objects.filter(pk=earlier.pk).update(county=other_county)
    send(BY_CALL, earlier)
    earlier.refresh_from_db()
    assert earlier.state == State.WAITING


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres(only=True)
@pytest.mark.parametrize("ways", [(BY_CALL, BY_CALL), (BY_FORM, BY_CALL), (BY_CHAT, BY_FORM)])
def test_of_two_at_the_same_instant_one_takes_the_place(send: Send, earlier: Conversation, ways: tuple[str, str]) -> None:
    start = threading.Barrier(2)
    results: list[str | None] = []

    def run(way: str) -> None:
        start.wait()
        try:
            results.append(send(way, earlier).medium)
        except ValidationError as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[way]) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("place_taken") == 1
    assert len(results) == 2
    new = Conversation.objects.open().get()
    assert new.medium in {Medium.CHAT, Medium.FORM, Medium.CALL}
    assert new.medium in results
    earlier.refresh_from_db()
    assert (earlier.state, Event.objects.filter(conversation=earlier, kind="ended").count()) == (State.ENDED, 1)
