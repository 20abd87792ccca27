"""SQLite's INSERT OR REPLACE takes a line of the audit away without asking the trigger of DELETE: it is refused too."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "accounts_auditentry"


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Puts the trigger on; PostgreSQL has no such statement."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE}"
            f" WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)"
            " BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        )


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Takes it off."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_replace")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_grant_end_message")]

    operations = [migrations.RunPython(install, remove)]
