"""Which open lines are a sign of life of whose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from accounts.actors import Resident, Staff
from chat import beat


class Line:
    """An open line as the beat sees it."""

    def __init__(self, actor: Any, heard_at: float) -> None:
        self.actor = actor
        self.heard_at = heard_at


@pytest.fixture
def line() -> Iterator[Callable[..., Line]]:
    opened: list[Any] = []

    def inner(actor: Any, heard_at: float) -> Line:
        opened.append(Line(actor, heard_at))
        assert beat.enter(opened[-1])
        return opened[-1]  # type: ignore[no-any-return]

    yield inner
    for each in opened:
        beat.leave(each)


def staff(user: int) -> Staff:
    return Staff(user)


def test_a_line_that_has_died_silently_is_no_sign_of_what_was_heard_before(line: Callable[..., Line]) -> None:
    dead, alive = line(staff(1), 100.0), line(staff(2), 100.0)
    assert beat.staff_heard(since=95.0) == {1, 2}
    alive.heard_at = 112.0
    assert beat.staff_heard(since=110.0) == {2}
    dead.heard_at = 126.0  # she is there after all
    assert beat.staff_heard(since=125.0) == {1}


def test_a_long_poll_that_waits_is_a_sign_and_a_resident_is_no_responder(line: Callable[..., Line]) -> None:
    line(Resident(uuid4()), 100.0)
    with beat.polling(staff(3)), beat.polling(Resident(uuid4())):
        assert beat.staff_heard(since=90.0) == {3}
    assert beat.staff_heard(since=90.0) == set()
