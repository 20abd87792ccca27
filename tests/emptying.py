"""Emptying the test database between tests, though the audit table refuses it: the triggers are taken off and put back.

Only Django's own flush of the test database goes through here; every test sees the triggers in force. What the last migration
leaves (`KEPT`) stays: no operation writes it, and making it anew took more time than emptying all the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from django.core.management.color import Style
from django.core.management.commands import flush
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations

KEPT = frozenset({"django_content_type", "auth_permission", "django_site"})
_flush = BaseDatabaseOperations.execute_sql_flush


def install() -> None:
    """Let the flush of test databases pass the audit's triggers, and keep what would be made again as it was."""
    BaseDatabaseOperations.execute_sql_flush = _flush_without_triggers  # type: ignore[method-assign]
    flush.sql_flush = _statements
    flush.emit_post_migrate_signal = _nothing_to_make_again


def _statements(
    style: Style, connection: BaseDatabaseWrapper, reset_sequences: bool = True, allow_cascade: bool = False
) -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return connection.ops.sql_flush(
        style, [name for name in names if name not in KEPT], reset_sequences=reset_sequences, allow_cascade=allow_cascade
    )


def _nothing_to_make_again(verbosity: int, interactive: bool, db: str) -> None:
    """The rows that follow a migration are the kept ones."""


def _flush_without_triggers(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
    migration = import_module("accounts.migrations.0002_audit_append_only")
    is_postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if is_postgres:  # a hundred tables take longer than a page may, when other tests run beside
            cursor.execute("SET statement_timeout = 60000")
        for statement in migration.REMOVE[connection.vendor]:
            cursor.execute(statement)
    try:
        _flush(self, sql_list)
    finally:
        with connection.cursor() as cursor:
            for statement in migration.INSTALL[connection.vendor]:
                cursor.execute(statement)
            if is_postgres:
                cursor.execute("RESET statement_timeout")
