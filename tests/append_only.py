"""Emptying the test database between tests, though the audit table refuses it: the triggers are taken off and put back.

Only Django's own flush of the test database goes through here; every test sees the triggers in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

_flush = BaseDatabaseOperations.execute_sql_flush


def install() -> None:
    """Let the flush of test databases pass the audit's triggers."""
    BaseDatabaseOperations.execute_sql_flush = _flush_without_triggers  # type: ignore[method-assign]


def _flush_without_triggers(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
    migration = import_module("accounts.migrations.0002_audit_append_only")
    with connection.cursor() as cursor:
        for statement in migration.REMOVE[connection.vendor]:
            cursor.execute(statement)
    try:
        _flush(self, sql_list)
    finally:
        with connection.cursor() as cursor:
            for statement in migration.INSTALL[connection.vendor]:
                cursor.execute(statement)
