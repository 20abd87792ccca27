"""`manage.py migrate`: Django’s own, without the limits that hold for pages."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")


class Command(Migrate):
    """A page is given up after five seconds; an index over the conversations of years takes longer.

    How long it waits for a lock stays limited: whoever chats meanwhile is behind it in the queue.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and set back what was set."""
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
