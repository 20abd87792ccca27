"""A consulting professional at the sockets and the long poll: her own question is hers while her session holds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.actors import Resident, Staff
from accounts.sessions import staff_of_session
from chat.models import Conversation
from chat.permissions import may_consult
from chat.residents import asking


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, by which session and in which county: the beat looks that both still hold."""

    resident: Resident
    staff: Staff
    session: str
    county: str


def asker_of(session: str | None, conversation: UUID) -> Asker | None:
    """The professional whose question this conversation is, if the session is hers and she has a role in its county."""
    staff = staff_of_session(session)
    if staff is None or session is None:
        return None
    resident = asking(staff)
    rows = Conversation.objects.readable_by(resident).filter(public_id=conversation)
    county = rows.values_list("county__code", flat=True).first()
    if county is None or not may_consult(staff, county=county):
        return None
    return Asker(resident, staff, session, county)
