"""The office: one writer for each process. What waits while the last commit runs goes with the next.

No timer: a lone message commits at once. A conversation that somebody else holds locked is skipped, its messages stay in
order and are tried again soon. A lost or slow database refuses the whole batch as retryable, at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from chat.operations import Later, Posted, PostMessage, Rejected, post_messages
from chat.refusals import Refusal

logger = logging.getLogger(__name__)

BATCH = 256
RETRY_SECONDS = 0.02
PATIENCE_SECONDS = 4.0
Result = Posted | Rejected
Answer = Callable[[PostMessage, Result], None]


class Office:
    """Takes messages on the event loop and answers each when it is on the disk, or refused."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[PostMessage, Answer, float]] = deque()
        self._held: dict[UUID, deque[tuple[PostMessage, Answer, float]]] = {}
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="office")
        self._task = asyncio.ensure_future(self._run())
        self._busy = False

    def submit(self, command: PostMessage, answer: Answer) -> None:
        """Hand in a message; `answer` is called on the loop with its own result."""
        entry = (command, answer, self.loop.time())
        held = self._held.get(command.conversation)
        if held is None:
            self._waiting.append(entry)
        else:
            held.append(entry)
        self._wake.set()

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is being written."""
        return not (self._waiting or self._held or self._busy)

    async def stop(self) -> None:
        """Finish what has been handed in, then end."""
        for _ in range(200):
            if self.idle:
                break
            await asyncio.sleep(0.02)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown(wait=True)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                self._busy = True
                results = await self.loop.run_in_executor(self._thread, _write, [command for command, _, _ in batch])
                self._busy = False
                self._answer(batch, results)

    def _answer(self, batch: list[tuple[PostMessage, Answer, float]], results: list[Posted | Rejected | Later]) -> None:
        locked: dict[UUID, deque[tuple[PostMessage, Answer, float]]] = {}
        for entry, result in zip(batch, results, strict=True):
            if isinstance(result, Later):
                locked.setdefault(entry[0].conversation, deque()).append(entry)
            else:
                _tell(entry, result)
        for conversation, entries in locked.items():
            self._hold(conversation, entries)

    def _hold(self, conversation: UUID, entries: deque[tuple[PostMessage, Answer, float]]) -> None:
        """Keep in order what a lock stops and what came behind it; out of patience all are refused, so that none overtakes."""
        behind = [later for later in self._waiting if later[0].conversation == conversation]
        if behind:
            self._waiting = deque(later for later in self._waiting if later[0].conversation != conversation)
            entries.extend(behind)
        if self.loop.time() - entries[0][2] > PATIENCE_SECONDS:
            for entry in entries:
                _tell(entry, Rejected(Refusal.BUSY))
            return
        self._held[conversation] = entries
        self.loop.call_later(RETRY_SECONDS, self._release, conversation)

    def _release(self, conversation: UUID) -> None:
        self._waiting.extend(self._held.pop(conversation, ()))
        self._wake.set()


def _tell(entry: tuple[PostMessage, Answer, float], result: Result) -> None:
    command, answer, _ = entry
    try:
        answer(command, result)
    except Exception:
        logger.exception("an answer could not be given")


def _write(commands: list[PostMessage]) -> list[Posted | Rejected | Later]:
    """One batch in the office's own thread and connection. Data that breaks a batch breaks only its own message."""
    try:
        return _post(commands)
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database does not take messages now: %s", type(error).__name__)
        connection.close()
    except DatabaseError as error:
        logger.warning("a batch of %d failed (%s): one by one", len(commands), type(error).__name__)
        if len(commands) > 1:
            return _write_singly(commands)
        return [Rejected(Refusal.INVALID)]
    except Exception:
        logger.exception("a batch failed")
        connection.close()
    return [Rejected(Refusal.BUSY) for _ in commands]


def _write_singly(commands: list[PostMessage]) -> list[Posted | Rejected | Later]:
    results: list[Posted | Rejected | Later] = []
    held: set[UUID] = set()
    for command in commands:
        result = Later() if command.conversation in held else _write([command])[0]
        if isinstance(result, Later):
            held.add(command.conversation)
        results.append(result)
    return results


def _post(commands: list[PostMessage]) -> list[Posted | Rejected | Later]:
    return post_messages(commands=commands, now=timezone.now(), wait=False)


_current: Office | None = None


def current() -> Office:
    """The office of this process."""
    if _current is None:
        raise RuntimeError("this process serves no sockets")
    return _current


def set_current(value: Office | None) -> None:
    """Start or end this process's office."""
    global _current
    _current = value
