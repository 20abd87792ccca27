"""Fan-out: who is next gets it at once, who is not reads the log, and nobody gets a gap; queries do not grow."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.boards import line_boards, line_of, mine_boards
from chat.hub import Follower, Hub
from chat.log_reader import read_log
from chat.models import Conversation
from chat.models.events import PAGE, Wanted
from chat.operations import claim_conversation, post_message
from chat.protocol import WINDOW, Mine
from services.models import Queue
from tests.conftest import acting

Make = Callable[..., Conversation]
PLACE = ("koe", uuid4())


class Pushed:
    """A socket that keeps what it was sent."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def push(self, text: str) -> None:
        self.texts.append(text)

    def moved(self, follower: Follower) -> bool:
        return True


def follower_of(socket: Pushed, *, sent: tuple[int, int] = (0, 0), staff: bool = False) -> Follower:
    line = Follower(
        socket, conversation=uuid4(), key=1, participant=uuid4(), staff=staff, queue=1, place=("koe", uuid4()), sent=sent
    )
    line.catching = False
    return line


def test_the_next_one_is_pushed_and_a_repeat_is_not() -> None:
    socket = Pushed()
    line = follower_of(socket)
    assert line.take(0, 1, "a")
    assert line.take(0, 1, "a")
    assert line.take(0, 2, "b")
    assert socket.texts == ["a", "b"]


def test_a_gap_is_never_shown() -> None:
    socket = Pushed()
    line = follower_of(socket)
    assert not line.take(0, 2, "b")
    assert socket.texts == []
    assert line.wanted() == [Wanted(1, "all", 0)]


def test_a_slow_reader_is_sent_a_window_and_no_more() -> None:
    socket = Pushed()
    line = follower_of(socket)
    for seq in range(1, WINDOW + 20):
        line.take(0, seq, str(seq))
    assert len(socket.texts) == WINDOW
    assert line.wanted() == []
    line.seen[0] = 10
    assert line.wanted() == [Wanted(1, "all", WINDOW)]


def test_notes_are_not_wanted_by_a_resident() -> None:
    line = follower_of(Pushed())
    line.head = [0, 5]
    assert line.wanted() == []


@pytest.mark.django_db
@pytest.mark.postgres
class TestReading:
    def test_delivery_costs_the_same_for_one_and_for_many(
        self, conversation_of: Make, responder: User, django_assert_num_queries: Callable[..., object]
    ) -> None:
        rows = []
        for _ in range(12):
            person = Resident(uuid4())
            row = conversation_of(person)
            for number in range(4):
                post_message(by=person, conversation=row.public_id, client_id=uuid4(), body=f"{number}", now=timezone.now())
            rows.append(row)
        for some in (rows[:1], rows):
            wanted = [Wanted(row.pk, audience, 0) for row in some for audience in ("all", "staff")]
            with django_assert_num_queries(3):  # type: ignore[attr-defined]
                heads, frames, _places = read_log([row.pk for row in some], wanted)
            assert heads == {row.pk: (5, 0) for row in some}
            assert all([seq for seq, _ in frames[row.pk, 0]] == [1, 2, 3, 4, 5] for row in some)

    def test_a_long_log_comes_in_pages(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident)
        for number in range(PAGE + 5):
            post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body=f"{number}", now=timezone.now())
        _, frames, _ = read_log([row.pk], [Wanted(row.pk, "all", 0)])
        assert [seq for seq, _ in frames[row.pk, 0]] == list(range(1, PAGE + 1))
        _, frames, _ = read_log([row.pk], [Wanted(row.pk, "all", PAGE)])
        assert [seq for seq, _ in frames[row.pk, 0]] == list(range(PAGE + 1, PAGE + 7))

    def test_boards_cost_the_same_whatever_waits(
        self,
        conversation_of: Make,
        queue: Queue,
        second_queue: Queue,
        responder: User,
        django_assert_max_num_queries: Callable[..., object],
    ) -> None:
        queue.max_parallel = 50
        queue.save()
        for number in range(10):
            conversation_of(Resident(uuid4()), responder if number % 2 else None)
        with django_assert_max_num_queries(19):  # type: ignore[attr-defined]
            boards = line_boards(Queue.objects.filter(pk__in=[queue.pk, second_queue.pk]).for_board())
        assert [len(board.waiting) for board in boards.values()] == [5, 0]
        with django_assert_max_num_queries(7):  # type: ignore[attr-defined]
            mine = mine_boards([responder.pk])
        assert len(mine[responder.pk].conversations) == 5
        assert {row.unread for row in mine[responder.pk].conversations} == {2}

    def test_her_place_in_the_line(self, conversation_of: Make, queue: Queue, responder: User) -> None:
        rows = [conversation_of(Resident(uuid4())) for _ in range(3)]
        frame = line_boards(Queue.objects.filter(pk=queue.pk).for_board())[queue.pk].frame()
        places = [line_of(frame, row.public_id) for row in rows]
        assert [place.position for place in places if place] == [1, 2, 3]
        assert line_of(frame, uuid4()) is None


class TestWhateverHappens:
    """One error must not silence a whole process until somebody starts it anew."""

    @pytest.mark.parametrize(
        ("fault", "level"),
        [(KeyError("Äitini unohtelee."), logging.ERROR), (OperationalError("Äitini unohtelee."), logging.WARNING)],
        ids=["a fault of ours", "the database is away"],
    )
    async def test_boards_go_on(
        self, fault: Exception, level: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        answers: list[Any] = [fault, {7: Mine(conversations=[], desk="a", calls=0, told=0)}]

        def boards(users: list[int]) -> object:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr("chat.hub.mine_boards", boards)
        monkeypatch.setattr("chat.hub.BOARD_SECONDS", 0.05)
        shown = asyncio.Event()
        hub = Hub()
        try:
            hub.watch("mine:7", lambda frame, text: shown.set())
            await asyncio.wait_for(shown.wait(), 10)
        finally:
            await hub.stop()
        assert "boards can't be computed now" in caplog.text
        assert type(fault).__name__ in caplog.text
        assert max(record.levelno for record in caplog.records) == level
        assert "Äitini" not in caplog.text

    async def test_the_log_is_read_on(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        known: list[Any] = [ValueError("Äitini unohtelee."), ({1: (0, 0)}, {}, {1: (1, PLACE)})]

        def read(keys: list[int], wanted: list[Wanted]) -> object:
            answer = known.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr("chat.hub.read_log", read)
        hub = Hub()
        try:
            first, second = Pushed(), Pushed()
            for socket, mark in ((first, '"reset"'), (second, '"caught_up"')):
                line = Follower(
                    socket, conversation=uuid4(), key=1, participant=uuid4(), staff=False, queue=1, place=PLACE, sent=(0, 0)
                )
                hub.follow(line)
                for _ in range(500):
                    if socket.texts:
                        break
                    await asyncio.sleep(0.01)
                assert mark in socket.texts[0]
        finally:
            await hub.stop()
        assert "Äitini" not in caplog.text


@pytest.mark.django_db
def test_what_is_taken_over_between_two_questions_is_in_nobodys_list(
    conversation_of: Make, resident: Resident, responder: User, colleague: User
) -> None:
    row = conversation_of(resident)
    claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
    moved: list[bool] = []

    def take_over(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if not moved and "outcome" in sql:
            moved.append(True)
            Conversation.objects.filter(pk=row.pk).update(responder=colleague)
        return found

    with connection.execute_wrapper(take_over):
        boards = mine_boards([responder.pk])
    assert moved
    assert boards[responder.pk].conversations == []
    assert [one.conversation for one in mine_boards([colleague.pk])[colleague.pk].conversations] == [row.public_id]
