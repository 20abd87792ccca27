"""Hiding words by hand: what a guard of code can't know, a person sees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction, Role
from accounts.models import Grant
from accounts.operations import record_audit
from chat.choices import AudienceChoice, EventKind
from chat.models import Conversation, Event, Participant
from chat.operations.log import Entry, append_events, lock_conversation
from chat.refusals import Refusal, refuse

HIDDEN: Mapping[str, str] = {"fi": "[peitetty]", "sv": "[dolt]", "en": "[hidden]"}
"""What stands in the place of hidden words, in the conversation's language."""


@transaction.atomic
def redact_message(*, by: Actor, conversation: UUID, audience: str, seq: int, now: datetime, words: str = "") -> Event:
    """The conversation's responder, or a supervisor of the service, hides a message, or the named words in it (P-6).

    What was hidden is nowhere any more; the number stays, and everybody's page shows the new text at once. Doing it twice is
    harmless. Audited without a word of it. Raises Conversation.DoesNotExist, ValidationError (not_yours, not_found: no such
    message; not_in_message: the words are not in it).
    """
    row = lock_conversation(conversation)
    if not isinstance(by, Staff):
        raise PermissionDenied
    if not Conversation.objects.readable_by(by).filter(pk=row.pk).exists():
        raise Conversation.DoesNotExist
    if row.responder_id != by.user_id and not _supervises(row, by, now=now):
        raise refuse(Refusal.NOT_YOURS)
    message = Event.objects.filter(conversation=row, audience=audience, seq=seq, kind=EventKind.MESSAGE).first()
    if message is None:
        raise refuse(Refusal.NOT_FOUND)
    hidden = HIDDEN.get(row.language, HIDDEN["fi"])
    if words and words not in message.body:
        raise refuse(Refusal.NOT_IN_MESSAGE)
    body = message.body.replace(words, hidden) if words else hidden
    if body == message.body or not message.body:  # hidden already, or erased
        return message
    message.body, message.payload = body, {**message.payload, "redacted": True}
    message.save(update_fields=["body", "payload"])
    about = {"audience": str(message.audience), "seq": message.seq}
    # The news of an earlier hiding has the text as it was then.
    earlier = Event.objects.filter(conversation=row, audience=audience, kind=EventKind.REDACTED, payload__seq=seq)
    earlier.update(body=body)
    writer = Participant.objects.filter(conversation=row, user_id=by.user_id).first()
    append_events(row, Entry(EventKind.REDACTED, writer, AudienceChoice(audience), body=body, payload=about), now=now)
    row.save(update_fields=["head_all", "head_staff"])
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="chat.event",
        object_id=f"{row.public_id}/{audience}/{seq}",
        county=row.county.code,
        purpose="redaction",
        after={"whole": not words},
        source="console",
    )
    return message


def may_redact(*, by: Staff, row: Conversation, now: datetime) -> bool:
    """Whether the page offers it: the conversation's responder, and supervisors of the service."""
    return row.responder_id == by.user_id or _supervises(row, by, now=now)


def _supervises(row: Conversation, by: Staff, *, now: datetime) -> bool:
    grants = Grant.objects.valid(at=now).filter(user_id=by.user_id, role=Role.SUPERVISOR, county=row.county.code)
    return any(reach is None or reach == row.service.public_id for reach in grants.values_list("service_id", flat=True))
