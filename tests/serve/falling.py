"""A server whose power goes at one exact point, when a message with MARK passes there.

Run as `python -m tests.serve.falling POINT serve …`: the product's own code, with one function wrapped.
"""

from __future__ import annotations

import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import execute_from_command_line  # noqa: E402

from chat import broadcast  # noqa: E402
from chat.operations import messages  # noqa: E402
from chat.protocol import EventFrame  # noqa: E402

MARK = "virta katkeaa"
BEFORE_COMMIT, BEFORE_ACK = "before-commit", "before-ack"


def fall_if(bodies: list[str]) -> None:
    """No handler runs and nothing is flushed."""
    if any(MARK in body for body in bodies):
        os.kill(os.getpid(), signal.SIGKILL)


def fall_before_commit() -> None:
    """The rows are inserted, the transaction is not committed."""
    write = messages._Batch._write

    def written(self: messages._Batch) -> None:
        write(self)
        fall_if([row.body for row in self.new])

    messages._Batch._write = written  # type: ignore[method-assign]


def fall_before_ack() -> None:
    """The transaction is committed, and nobody has been told."""
    publish = broadcast._publish

    def published(frames: list[EventFrame]) -> None:
        fall_if([frame.body for frame in frames])
        publish(frames)

    broadcast._publish = published


if __name__ == "__main__":
    {BEFORE_COMMIT: fall_before_commit, BEFORE_ACK: fall_before_ack}[sys.argv[1]]()
    execute_from_command_line(["manage.py", *sys.argv[2:]])
