"""What pages share for a second or two in one process: so a thousand readers ask the database no more than one does.

A memory belongs to the county object that `services.hosts` remembers: when that is forgotten, so is this. House rule: a
board is recomputed at most once a second.

While the portal serves, a `Keeper` reads again what is due and was asked for since it was last read: then hardly a reader waits
for the reading. What it keeps may be half a second older than its own seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import close_old_connections, connection
from django.utils import translation

from services.models import County

T = TypeVar("T")
GRACE = 0.5
"""Seconds that what the keeper reads may be older: it reads when the memory's own seconds are over, as slow as the machine is."""
TICK_SECONDS = 0.05
GIVE_WAY_SECONDS = 0.004
"""How long the keeper stands aside after each of its queries, so that pages take turns with it in small steps."""
FORGOTTEN_AFTER = 60.0
"""Seconds after which what nobody asked for any more is dropped."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Kept:
    county: County
    read_at: float
    value: Any
    seconds: float
    read: Callable[[], Any] | None
    language: str
    asked: bool = True


_kept: dict[tuple[int, str], _Kept] = {}
_changing = threading.Lock()
_keepers: set[Keeper] = set()


def remembered(county: County, topic: str, seconds: float, read: Callable[[], T], *, ahead: bool = False) -> T:
    """What `read` answered at most so many seconds ago for this county object, else its answer now.

    `ahead`: the keeper may call `read` itself, later and in another thread: for what depends on the county and the language alone.
    """
    key = (county.pk, topic)
    now = time.monotonic()
    kept = _kept.get(key)
    limit = seconds + GRACE if ahead and _keepers else seconds
    if kept is not None and kept.county is county and now - kept.read_at < limit:
        kept.asked = True
        value: T = kept.value
        return value
    value = read()
    _kept[key] = _Kept(county, now, value, seconds, read if ahead else None, translation.get_language() or "fi")
    return value


def refresh() -> int:
    """Read again what is due and was asked for; drop what nobody asks for. How many were read."""
    count = 0
    for key, kept in list(_kept.items()):
        age = time.monotonic() - kept.read_at
        if age > FORGOTTEN_AFTER:
            _replace(key, kept, None)
        elif kept.read is not None and kept.asked and kept.seconds <= age < kept.seconds + GRACE:
            began = time.monotonic()
            with translation.override(kept.language):
                value = kept.read()
            _replace(key, kept, _Kept(kept.county, began, value, kept.seconds, kept.read, kept.language, asked=False))
            count += 1
    return count


def _replace(key: tuple[int, str], old: _Kept, new: _Kept | None) -> None:
    # A reader may have read it anew meanwhile, of a county that changed: hers stands.
    with _changing:
        if _kept.get(key) is not old:
            return
        if new is None:
            del _kept[key]
        else:
            _kept[key] = new


class Keeper:
    """The thread that reads memories ahead while the portal serves. What fails is left to the next reader."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    def start(self) -> None:
        """Begin."""
        _keepers.add(self)
        self._thread.start()

    def end(self) -> None:
        """Stop, after what is being read."""
        _keepers.discard(self)
        self._ended.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._ended.wait(TICK_SECONDS):
            try:
                with connection.execute_wrapper(_give_way):
                    refresh()
            except Exception as error:  # noqa: BLE001  (the thread must go on after it)
                # Whoever asks next reads it herself and is told what fails; a database that is away comes back by itself.
                logger.warning("A memory could not be read ahead: %s", type(error).__name__)
                close_old_connections()
                self._ended.wait(1)
        connection.close()


def _give_way(execute: Callable[..., Any], *asked: Any) -> Any:
    answer = execute(*asked)
    time.sleep(GIVE_WAY_SECONDS)
    return answer


__all__ = ["Keeper", "refresh", "remembered"]
