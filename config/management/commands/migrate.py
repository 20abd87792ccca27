"""`manage.py migrate`: Django’s own, without the limits that hold for pages, and with less looking for rubbish."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Each step makes the models of all apps anew; looking through them for rubbish each time takes long."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 5, 3)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Command(Migrate):
    """A page is given up after five seconds; an index over the conversations of years takes longer.

    How long it waits for a lock stays limited: whoever chats meanwhile is behind it in the queue.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and set back what was set."""
        with seldom_collected():
            self._without_limits(*args, **options)

    def _without_limits(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        with connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET {limit} = 0" for limit in LIMITS))
        try:
            super().handle(*args, **options)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("; ".join(f"RESET {limit}" for limit in LIMITS))
