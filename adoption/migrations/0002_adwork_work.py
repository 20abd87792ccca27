"""Public ids for the rows that have pages of their own; votes for improvements; keys of calendar feeds."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

NAMED = ("Member", "SystemDependency", "Risk", "DiaryEntry", "CommunicationAction")


def fill(apps, schema_editor):
    for name in NAMED:
        for row in apps.get_model("adoption", name).objects.all():
            row.public_id = uuid.uuid4()
            row.save(update_fields=["public_id"])


class Migration(migrations.Migration):

    dependencies = [
        ("adoption", "0001_initial"),
        ("services", "0005_adwork_improvements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(migrations.AddField(name.lower(), "public_id", models.UUIDField(null=True, editable=False)) for name in NAMED),
        migrations.RunPython(fill, migrations.RunPython.noop),
        *(
            migrations.AlterField(name.lower(), "public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True))
            for name in NAMED
        ),
        migrations.CreateModel(
            name="CalendarKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={"verbose_name": "key of a calendar", "verbose_name_plural": "keys of calendars"},
        ),
        migrations.CreateModel(
            name="ImprovementVote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "improvement",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="votes", to="services.improvement"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "vote for an improvement",
                "verbose_name_plural": "votes for improvements",
                "ordering": ["at", "id"],
                "constraints": [models.UniqueConstraint(fields=("improvement", "user"), name="improvement_vote_once")],
            },
        ),
    ]
