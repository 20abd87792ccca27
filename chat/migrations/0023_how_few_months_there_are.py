from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def tell(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Without it PostgreSQL takes each instant for a month of its own, and sorts all rows to count them by month."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE STATISTICS conversation_month ON (date_trunc('month', queued_at AT TIME ZONE 'Europe/Helsinki'))"
            " FROM chat_conversation"
        )


def forget(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP STATISTICS IF EXISTS conversation_month")


class Migration(migrations.Migration):
    dependencies = [("chat", "0022_letters_with_the_same_words")]
    operations = [migrations.RunPython(tell, forget)]
