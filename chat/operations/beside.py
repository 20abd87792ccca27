"""A new one takes the place of what the resident has open already: both in one transaction, or neither (S002-49, M19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.actors import Resident
from chat.choices import EndedBy, State
from chat.models import Conversation
from chat.operations.endings import close_row
from chat.refusals import Refusal, refuse


@dataclass(frozen=True, slots=True)
class Earlier:
    """One that she has open, and who she is to it: her browser holds a key for the chat and another for each code."""

    by: Resident
    conversation: UUID


def take_place(new: Conversation, *, of: Sequence[Earlier], now: datetime) -> None:
    """The new one takes the place of those that nobody has begun to answer: they end as ended by her.

    What has been taken by a responder meanwhile goes on, and so does what is somebody else's. Of two new ones that would take
    the place of the same one at the same instant, one does; the other is refused, so that she is asked anew. The caller's
    transaction holds both: what refuses here begins nothing. Raises ValidationError (place_taken).
    """
    keys = {each.conversation: each.by.key for each in of}
    rows = Conversation.objects.filter(public_id__in=keys, county=new.county_id).exclude(pk=new.pk)
    locked = rows.select_for_update(no_key=True, of=("self",)).select_related("service", "responder").order_by("pk")
    hers = [row for row in locked if row.resident_key == keys[row.public_id]]
    if any(row.state == State.ENDED for row in hers) and _has_come(new, hers):
        raise refuse(Refusal.PLACE_TAKEN)
    for row in hers:
        if row.state == State.WAITING:
            close_row(row, ended_by=EndedBy.RESIDENT, left_at=now, now=now)


def _has_come(new: Conversation, before: Sequence[Conversation]) -> bool:
    """Another one stands in the place already: it came of the same earlier one, and nobody has agreed it with her."""
    rows = Conversation.objects.open().filter(origin__in=[row.pk for row in before], started_beside=True)
    return rows.exclude(pk=new.pk).exists()


__all__ = ["Earlier", "take_place"]
