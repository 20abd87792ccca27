"""When services were not in use: what is known of it so far stands in the audit, and is read from there once."""

import django.db.models.deletion
from django.db import migrations, models


def fill(apps, schema_editor):
    entries = apps.get_model("accounts", "AuditEntry").objects.filter(object_type="services.service", action="change")
    rows = apps.get_model("services", "ServiceBreak").objects
    for service in apps.get_model("services", "Service").objects.filter(opened_at__isnull=False).order_by("pk"):
        since = None
        steps = entries.filter(object_id=str(service.public_id)).order_by("at", "pk").values_list("at", "before", "after")
        for at, before, after in steps:
            was, state = (each.get("status") if each else None for each in (before, after))
            if was == "open" and state in ("paused", "closed"):
                since = at
            elif state == "open" and since is not None:
                rows.create(service=service, starts_at=since, ends_at=at)
                since = None
        if since is not None and service.status in ("paused", "closed"):
            rows.create(service=service, starts_at=since)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_shown_names_by_language'),
        ('services', '0025_staffing_of_a_service'),
    ]

    operations = [
        migrations.CreateModel(
            name='ServiceBreak',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(null=True, verbose_name='ends')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='breaks', to='services.service', verbose_name='service')),
            ],
            options={
                'verbose_name': 'break of a service',
                'verbose_name_plural': 'breaks of services',
                'ordering': ['starts_at', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True)), fields=('service',), name='service_break_one_at_a_time'), models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gte', models.F('starts_at')), _connector='OR'), name='service_break_ends_after_start')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
