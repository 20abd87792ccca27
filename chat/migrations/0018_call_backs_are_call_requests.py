"""Calls that were agreed instead of a transfer become call requests: there is one way for them, and M33 keeps its figures."""

from datetime import datetime, time, timedelta
from uuid import uuid4

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

from services.holidays_fi import working_day_after


def one_way(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A call that was done is written down at its conversation; one that is still to be made stands in its queue's line."""
    names = ("ContactDetail", "Conversation", "Event", "LaterContact", "Leg", "Participant")
    Detail, Conversation, Event, Later, Leg, Participant = (apps.get_model("chat", name) for name in names)
    rows = Detail.objects.filter(conversation__medium="chat", given_at__isnull=False, queue__isnull=False, erased_at__isnull=True)
    rows = rows | Detail.objects.filter(conversation__medium="chat", given_at__isnull=False, done_at__isnull=False)
    for detail in rows.select_related("conversation", "queue__service").order_by("pk"):
        row = detail.conversation
        due = working_day_after(timezone.localdate(detail.given_at), 3)
        if detail.done_at is not None:
            Later.objects.get_or_create(
                conversation=row,
                defaults={
                    "kind": "call_request",
                    "due_on": due,
                    "agreed_by": row.responder,
                    "result": "reached",
                    "done_at": detail.done_at,
                    "done_by": detail.done_by,
                },
            )
            continue
        at = detail.given_at
        made = Conversation.objects.create(
            county_id=row.county_id,
            service=detail.queue.service,
            first_queue=detail.queue,
            queue=detail.queue,
            medium="call",
            is_test=row.is_test,
            resident_key=uuid4(),
            start_token=uuid4(),
            language=row.language,
            contactor=row.contactor,
            origin=row,
            priority=-1,
            queued_at=at,
            line_at=at,
            seen_at=at,
            last_message_at=at,
            state="waiting",
            answer_due_at=timezone.make_aware(datetime.combine(due + timedelta(days=1), time.min)) - timedelta(microseconds=1),
            head_all=1,
            head_staff=1 if detail.wish else 0,
        )
        Leg.objects.create(conversation=made, queue=detail.queue, queued_at=at)
        resident = Participant.objects.create(conversation=made, kind="resident", joined_at=at)
        Event.objects.create(
            conversation=made, audience="all", seq=1, kind="joined", participant=resident, payload={"role": "resident"}, created_at=at
        )
        if detail.wish:
            Event.objects.create(conversation=made, audience="staff", seq=1, kind="notice", body=detail.wish, created_at=at)
        Later.objects.create(conversation=made, kind="call_request", due_on=due, agreed_by=row.responder)
        Detail.objects.create(conversation=made, value=detail.value, given_at=at)
        Detail.objects.filter(pk=detail.pk).update(value="")


class Migration(migrations.Migration):
    dependencies = [("chat", "0017_mail_threads")]

    operations = [migrations.RunPython(one_way, migrations.RunPython.noop)]
