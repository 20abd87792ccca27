"""Strong identification: asked by the responder, agreed to by the resident, proved by a provider; then back to the same talk.

Nothing of a person is stored before her consent and the provider's proof. The way to the provider and back is in
`identity_round.py`, and who sees a name in `identity_names.py`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from chat.broadcast import announce_board
from chat.choices import Behalf, EventKind, IdentificationState, IdentityPurpose, ParticipantKind, State
from chat.identity_providers import current_provider
from chat.models import Conversation, IdentityRequest, Participant
from chat.models.identifications import ANSWERED_WITHIN, OPEN_STATES
from chat.operations.log import Entry, append_events, lock_of_resident, lock_of_responder
from chat.refusals import Refusal, refuse
from services.choices import Identification

ASKABLE = frozenset(IdentityPurpose.values) - {IdentityPurpose.START}


@transaction.atomic
def request_identification(
    *, by: Actor, conversation: UUID, purpose: str, behalf: str = Behalf.SELF, now: datetime
) -> IdentityRequest:
    """The responder asks a resident who is present to identify herself, and says why and whose matter it is; one at a time.

    The resident's page begins at that person, and she may choose another. What is not her own matter is never told as one. It
    may be answered for 30 minutes. Neither a consulting professional, who has signed in, nor who sent a form, and is not at the
    other end, is asked. Raises ValidationError (identity_off, identity_open, identity_behalf, resident_away, not_yours, ended).
    """
    row = lock_of_responder(by=by, conversation=conversation)
    if row.state != State.ACTIVE:
        raise refuse(Refusal.ENDED)
    if purpose not in ASKABLE or behalf not in Behalf.values:
        raise refuse(Refusal.INVALID)
    provider = current_provider()
    if provider is None or not row.takes_identification:
        raise refuse(Refusal.IDENTITY_OFF)
    if behalf == Behalf.MANDATE and not provider.offers_mandates:
        raise refuse(Refusal.IDENTITY_BEHALF)
    if behalf != Behalf.SELF and purpose == IdentityPurpose.OWN_MATTER:
        purpose = IdentityPurpose.BEHALF
    if row.is_away(now=now):
        raise refuse(Refusal.RESIDENT_AWAY)
    if IdentityRequest.objects.filter(conversation=row, state__in=OPEN_STATES).exists():
        raise refuse(Refusal.IDENTITY_OPEN)
    IdentityRequest.objects.filter(conversation=row, state=IdentificationState.FAILED).update(due_at=None)
    request = IdentityRequest.objects.create(
        conversation=row,
        asked_by_id=row.responder_id,
        purpose=purpose,
        behalf=behalf,
        state=IdentificationState.ASKED,
        asked_at=now,
        due_at=now + ANSWERED_WITHIN,
    )
    tell_state(row, request.state, Participant.objects.filter(conversation=row, user=row.responder).first(), now=now)
    return request


def ask_at_start(row: Conversation, *, now: datetime) -> None:
    """A service that needs identification from the start asks for it at once; her place in the line is kept meanwhile.

    Called inside the operation that starts the conversation and saves its row. The request is open for as long as she waits.
    A consulting professional has signed in already, and a practice has nobody to identify.
    """
    if row.professional_id is not None or row.reserved_for_id is not None:
        return
    if row.service.identification != Identification.START or current_provider() is None:
        return
    IdentityRequest.objects.create(
        conversation=row, purpose=IdentityPurpose.START, state=IdentificationState.ASKED, asked_at=now, due_at=None
    )
    row.must_identify = True
    append_events(row, Entry(EventKind.IDENTITY, payload={"state": IdentificationState.ASKED}), now=now)


@transaction.atomic
def recall_identification(*, by: Actor, conversation: UUID, now: datetime) -> Conversation:
    """The responder takes the request back; what is under way at the provider then counts for nothing."""
    row = lock_of_responder(by=by, conversation=conversation)
    request = unfinished_request(row)
    if request is not None:
        end_request(request, IdentificationState.RECALLED, now=now)
        tell_state(row, request.state, Participant.objects.filter(conversation=row, user=row.responder).first(), now=now)
    return row


@transaction.atomic
def decline_identification(*, by: Actor, conversation: UUID, now: datetime) -> Conversation:
    """The resident says no: the conversation goes on without her identity, with general advice. Twice is harmless.

    What a service needs from the start can't be declined: she may leave the line instead.
    """
    row = lock_of_resident(by=by, conversation=conversation)
    request = unfinished_request(row)
    if request is not None:
        if request.purpose == IdentityPurpose.START and row.state == State.WAITING:
            raise refuse(Refusal.INVALID)
        end_request(request, IdentificationState.DECLINED, now=now)
        tell_state(row, request.state, participant_of_resident(row), now=now)
    return row


def expire_identifications(*, now: datetime, limit: int = 200) -> int:
    """What was not answered in time ends by itself; a failed one can't be tried again any more. Returns how many ended."""
    keys = IdentityRequest.objects.due(now).order_by("due_at").values_list("pk", "conversation_id")[:limit]
    return sum(_expire(key, conversation, now=now) for key, conversation in list(keys))


@transaction.atomic
def _expire(key: int, conversation: int, *, now: datetime) -> int:
    row = Conversation.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=conversation).first()
    request = IdentityRequest.objects.due(now).filter(pk=key).first() if row is not None else None
    if row is None or request is None:
        return 0
    if request.state == IdentificationState.FAILED:
        IdentityRequest.objects.filter(pk=key).update(due_at=None)
        announce_board(users=[row.responder_id])
        return 0
    end_request(request, IdentificationState.EXPIRED, now=now)
    tell_state(row, request.state, None, now=now)
    return 1


def close_identifications(row: Conversation, *, now: datetime) -> None:
    """The conversation has ended: what is not finished can't be finished. Called by the operation that ends it."""
    for request in IdentityRequest.objects.filter(conversation=row).unfinished():
        if request.state == IdentificationState.FAILED:
            IdentityRequest.objects.filter(pk=request.pk).update(due_at=None)
        else:
            end_request(request, IdentificationState.EXPIRED, now=now)


def is_at_provider(row: Conversation) -> bool:
    """She has left for the provider and may still come back: her silence means nothing yet."""
    return IdentityRequest.objects.filter(conversation=row, state=IdentificationState.OPENED).exists()


def erase_identifications(row: Conversation) -> None:
    """Names and what was proved go with the conversation's words; the keyed hash stays for the statistics of persons."""
    IdentityRequest.objects.filter(conversation=row).update(
        name="", behalf_name="", behalf_person="", method="", assurance="", state_hash="", nonce="", verifier=""
    )


def end_request(request: IdentityRequest, state: IdentificationState, *, now: datetime) -> None:
    """The request has ended, and the secrets of its round are gone."""
    request.state, request.ended_at, request.due_at = state, now, None
    request.state_hash = request.nonce = request.verifier = ""
    if state != IdentificationState.VERIFIED:
        request.behalf_name = ""
    request.save()


def tell_state(
    row: Conversation, state: str, participant: Participant | None, *, now: datetime, also: tuple[str, ...] = ()
) -> None:
    """The event tells the state and nothing more."""
    append_events(row, Entry(EventKind.IDENTITY, participant, payload={"state": str(state)}), now=now)
    row.save(update_fields=["head_all", "head_staff", *also])
    announce_board(queues=[row.queue_id] if row.state == State.WAITING else [], users=[row.responder_id])


def unfinished_request(row: Conversation) -> IdentityRequest | None:
    """What she may still answer."""
    return IdentityRequest.objects.filter(conversation=row).unfinished().order_by("-asked_at", "-pk").first()


def participant_of_resident(row: Conversation) -> Participant:
    """The resident as a participant."""
    return Participant.objects.get(conversation=row, kind=ParticipantKind.RESIDENT)
