"""Improvements get a public id, and the time when their state last moved."""

import uuid

import django.utils.timezone
from django.db import migrations, models


def fill(apps, schema_editor):
    for row in apps.get_model("services", "Improvement").objects.all():
        row.public_id, row.moved_at = uuid.uuid4(), row.changed_at
        row.save(update_fields=["public_id", "moved_at"])


class Migration(migrations.Migration):

    dependencies = [
        ("services", "0005_unfinished_before_opening"),
    ]

    operations = [
        migrations.AddField("improvement", "public_id", models.UUIDField(null=True, editable=False)),
        migrations.AddField(
            "improvement",
            "moved_at",
            models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="state last changed"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("improvement", "public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
    ]
