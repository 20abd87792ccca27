"""Models and migrations agree, and the static files can be collected under names that never change their content."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.db.models.signals import pre_migrate  # noqa: TID251  (only looked through)
from django.test import override_settings

from config.storage import PortalStaticFilesStorage
from tests.house.models import ours


@pytest.mark.django_db
@pytest.mark.postgres
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_model_says_what_it_is() -> None:
    bare = [model.__name__ for model in ours() if model.__str__ is models.Model.__str__]
    assert not bare


def test_names_of_constraints_are_short_enough_for_every_database() -> None:
    names = [constraint.name for model in ours() for constraint in model._meta.constraints]
    assert all(name and len(name) <= 63 for name in names)
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_sqlite_waits_for_its_writer_and_keeps_what_it_acknowledged() -> None:
    if settings.USES_POSTGRES:
        pytest.skip("SQLite only")
    with connection.cursor() as cursor:
        assert [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")] == [
            "wal",
            2,
            1,
        ]


@pytest.mark.django_db
@pytest.mark.postgres(only=True)
def test_postgresql_keeps_what_it_acknowledged() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("5s",)


@pytest.mark.django_db
@pytest.mark.postgres(only=True)
def test_a_migration_is_not_given_up_after_the_seconds_of_a_page() -> None:
    """An index over the conversations of years takes minutes; how long a lock is waited for stays limited."""
    names = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")

    def limits() -> list[str]:
        with connection.cursor() as cursor:
            return [cursor.execute(f"SHOW {name}").fetchone()[0] for name in names]

    meanwhile: list[list[str]] = []

    def look(**_about: Any) -> None:
        meanwhile.append(limits())

    pre_migrate.connect(look)
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        pre_migrate.disconnect(look)
    assert meanwhile
    assert all(each == ["0", "0", "4s"] for each in meanwhile)
    assert limits() == ["5s", "15s", "4s"]


def test_every_reference_in_static_files_leads_somewhere(tmp_path: Path) -> None:
    """The manifest is strict: a style sheet or module that names a missing file fails here, not at a county."""
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": "config.storage.PortalStaticFilesStorage"}}
    assert PortalStaticFilesStorage.manifest_strict
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    modules = [name for name in names if name.startswith("chat/") and name.endswith(".js")]
    assert modules
    for module in modules:
        text = re.sub(r"(?m)^\s*//.*$|/\*.*?\*/", "", (tmp_path / names[module]).read_text(), flags=re.DOTALL)
        for imported in re.findall(r"""(?:from|import)\s*\(?["']([^"']+\.js)["']""", text):
            assert re.search(r"\.[0-9a-f]{12}\.js$", imported), f"{module} imports {imported}"
