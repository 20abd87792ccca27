"""Who sees an identified person's name: her responder; anyone else of the service only for a reason that is written down."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.models import AuditEntry, User
from accounts.operations import record_audit
from chat.choices import NameReason
from chat.models import Conversation, IdentityRequest
from chat.refusals import Refusal, refuse

SHOWN_FOR = timedelta(minutes=15)
OBJECT = "chat.identity.name"


def show_name(*, by: Actor, conversation: UUID, reason: str, now: datetime) -> Conversation:
    """A supervisor or another responder gives a reason of a closed list and sees the name for 15 minutes (domain 6, point 12).

    The audit row is written first; when it can't be, nothing is shown. Raises Conversation.DoesNotExist where no grant of hers
    reaches, ValidationError (reason_missing).
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    row = Conversation.objects.readable_by(by).select_related("county").get(public_id=conversation)
    if reason not in NameReason.values:
        raise refuse(Refusal.REASON_MISSING)
    if row.responder_id != by.user_id and IdentityRequest.objects.filter(conversation=row).exclude(name="").exists():
        record_audit(
            by=by,
            action=AuditAction.READ,
            object_type=OBJECT,
            object_id=row.public_id,
            county=row.county.code,
            purpose=reason,
            source="console",
        )
    return row


def may_see_name(*, by: Actor, row: Conversation, now: datetime) -> bool:
    """She is the conversation's responder, or has given her reason in the last 15 minutes."""
    if not isinstance(by, Staff):
        return False
    if row.responder_id == by.user_id:
        return True
    reader = User.objects.values_list("public_id", flat=True).get(pk=by.user_id)
    asked = AuditEntry.objects.filter(
        object_type=OBJECT,
        object_id=str(row.public_id),
        actor_id=str(reader),
        action=AuditAction.READ,
        at__gt=now - SHOWN_FOR,
    )
    return asked.exists()
