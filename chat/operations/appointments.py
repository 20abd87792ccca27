"""Booking an appointment for an identified resident, and telling her of it in the conversation (S002-37, S004-21)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from chat.choices import AppointmentKind, Medium, State
from chat.models import Appointment, Conversation
from chat.operations.log import lock_of_responder
from chat.operations.messages import post_message
from chat.refusals import Refusal, refuse
from services.identity_codes import mask
from services.models.outside import ROOM, filled

FARTHEST = timedelta(days=730)
ROOM_BYTES = 16
"""A name that nobody guesses: who has it is in the room."""
TIME_FORMATS = {"fi": r"l j.n.Y \k\l\o G.i", "sv": r"l j.n.Y \k\l. G.i", "en": r"l j F Y \a\t G:i"}


@transaction.atomic
def book_appointment(
    *, by: Actor, conversation: UUID, kind: str, unit: str, at: datetime, link: str = "", token: UUID, now: datetime
) -> Appointment:
    """The responder records an appointment for a resident who has identified herself in this conversation; she is told of it.

    The link of a remote appointment goes to an identified resident alone, and that it went is recorded. Without a pasted one the
    room is made by the address that the service names for video rooms, when it names one. Sending the same form twice is once.
    Raises Conversation.DoesNotExist, PermissionDenied, ValidationError (not_yours, not_identified, ended, time_missing,
    detail_invalid, empty).
    """
    row = lock_of_responder(by=by, conversation=conversation)
    known = Appointment.objects.filter(conversation=row, token=token).first()
    if known is not None:
        return known  # type: ignore[no-any-return]
    if row.state != State.ACTIVE:
        raise refuse(Refusal.ENDED)
    if row.identified_at is None or row.medium != Medium.CHAT:
        raise refuse(Refusal.NOT_IDENTIFIED)
    if kind not in AppointmentKind.values:
        raise refuse(Refusal.INVALID)
    if not now < at <= now + FARTHEST:
        raise refuse(Refusal.TIME_MISSING)
    unit = mask(" ".join(unit.split()), row.language)[0][:120]
    if not unit:
        raise refuse(Refusal.EMPTY)
    if link and (kind != AppointmentKind.REMOTE or not _is_safe(link)):
        raise refuse(Refusal.DETAIL_INVALID)
    if kind == AppointmentKind.REMOTE and not link and row.service.room_address:
        link = filled(row.service.room_address, ROOM, secrets.token_hex(ROOM_BYTES))
    made = Appointment.objects.create(
        conversation=row,
        token=token,
        kind=kind,
        unit=unit,
        at=at,
        link=link,
        made_by_id=by.user_id if isinstance(by, Staff) else None,
        made_at=now,
    )
    _audit(by, row, made, AuditAction.CREATE)
    post_message(by=by, conversation=conversation, client_id=token, body=_words(made, row.language), now=now)
    return made


@transaction.atomic
def cancel_appointment(*, by: Actor, conversation: UUID, appointment: UUID, now: datetime) -> Appointment:
    """The responder takes back what was recorded by mistake; the resident is told. Twice is harmless.

    Raises Conversation.DoesNotExist, Appointment.DoesNotExist, ValidationError (not_yours, ended).
    """
    row = lock_of_responder(by=by, conversation=conversation)
    made: Appointment = Appointment.objects.get(conversation=row, public_id=appointment)
    if made.cancelled_at is not None:
        return made
    if row.state != State.ACTIVE:
        raise refuse(Refusal.ENDED)
    made.cancelled_at = now
    made.save(update_fields=["cancelled_at"])
    _audit(by, row, made, AuditAction.CHANGE)
    with translation.override(row.language):
        words = _("The appointment is cancelled: %(time)s.") % {"time": _time(made, row.language)}
    post_message(by=by, conversation=conversation, client_id=uuid5(made.public_id, "cancelled"), body=words, now=now)
    return made


def _is_safe(link: str) -> bool:
    parts = urlsplit(link)
    return parts.scheme == "https" and bool(parts.hostname) and not parts.username and len(link) <= 500


def _time(made: Appointment, language: str) -> str:
    local = timezone.localtime(made.at)
    return formats.date_format(local, TIME_FORMATS.get(language, TIME_FORMATS["fi"]))


def _words(made: Appointment, language: str) -> str:
    with translation.override(language):
        lines = [
            _("An appointment is booked for you: %(kind)s.") % {"kind": str(AppointmentKind(made.kind).label).lower()},
            f"{made.unit}, {_time(made, language)}",
        ]
        if made.link:
            lines.append(_("You join the appointment here: %(link)s") % {"link": made.link})
    return "\n".join(lines)


def _audit(by: Actor, row: Conversation, made: Appointment, action: AuditAction) -> None:
    record_audit(
        by=by,
        action=action,
        object_type="chat.appointment",
        object_id=row.public_id,
        county=row.county.code,
        purpose=f"{made.kind}:link" if made.link else made.kind,
        source="console",
    )


__all__ = ["book_appointment", "cancel_appointment"]
