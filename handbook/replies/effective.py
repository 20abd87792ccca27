"""Which of several replies with the same short code is the one: a service's own stands in the place of the common one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from handbook.choices import ReplyScope

NEARNESS = {ReplyScope.PERSONAL: 0, ReplyScope.QUEUE: 1, ReplyScope.SERVICE: 2, ReplyScope.COMMON: 3}


class _Coded(Protocol):
    @property
    def shortcut(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def protected(self) -> bool: ...


R = TypeVar("R", bound=_Coded)


def effective(replies: Iterable[R]) -> list[R]:
    """One reply for each short code. Nobody's own reply hides a protected one; a queue's goes before a service's."""
    best: dict[str, R] = {}
    for reply in replies:
        other = best.get(reply.shortcut)
        if other is None or _rank(reply) < _rank(other):
            best[reply.shortcut] = reply
    return list(best.values())


def _rank(reply: _Coded) -> tuple[bool, int]:
    return (not reply.protected, NEARNESS[ReplyScope(reply.scope)])
