"""The way to the provider of identification and back: one round, good for one return.

No row is locked and no connection is held while the provider is asked. The order is always: read and check; ask the provider;
lock, check again and store.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from accounts.actors import Actor, Resident
from accounts.choices import AuditAction
from accounts.operations import record_audit
from chat.choices import Behalf, IdentificationState, IdentityPurpose, State
from chat.identity_providers import (
    Ask,
    Fault,
    Kept,
    Proof,
    Provider,
    ProviderError,
    born_before,
    person_hash,
    state_hash,
)
from chat.models import Conversation, IdentityRequest
from chat.models.identifications import OPEN_STATES
from chat.operations.identity import end_request, participant_of_resident, tell_state, unfinished_request
from chat.operations.log import lock_conversation, lock_of_resident
from chat.refusals import Refusal, refuse
from services.calendars import HELSINKI

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Child:
    """The child for whom she acts, as she tells it; the day of birth is checked and not stored."""

    name: str = field(repr=False)
    born: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """What came of a return from the provider: the conversation when it is hers, and the fault when there is no identity."""

    conversation: UUID | None
    fault: Fault | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Round:
    """One return that may be finished: the request, the mark of this round, and what was kept of the departure."""

    request: int
    conversation: UUID
    mark: str
    kept: Kept


def open_identification(
    *,
    by: Actor,
    conversation: UUID,
    provider: Provider,
    return_to: str,
    language: str,
    behalf: str = Behalf.SELF,
    child: Child | None = None,
    now: datetime,
) -> str:
    """The resident has been told what is stored, has agreed, and leaves for the provider: the address where she goes.

    For herself, for a child younger than the service's limit (as told, not proved), or by a mandate that the provider
    proves. Leaving again makes the round before void. Raises ValidationError (identity_over, identity_behalf, child_untold,
    child_age, ended) and ProviderError when the provider's address is not to be had; nothing has then changed.
    """
    row = _own(by, conversation)
    _openable(row, now=now)
    _check_behalf(row, behalf, child, provider, now=now)
    _release()
    departure = provider.begin(Ask(return_to=return_to, language=language, mandate=behalf == Behalf.MANDATE))
    with transaction.atomic():
        row = lock_of_resident(by=by, conversation=conversation)
        request = _openable(row, now=now)
        first = request.state != IdentificationState.OPENED
        request.state, request.ended_at, request.fault = IdentificationState.OPENED, None, ""
        request.provider, request.consented_at, request.behalf = provider.key, now, behalf
        request.behalf_name = child.name if child is not None and behalf == Behalf.CHILD else ""
        request.state_hash, request.nonce, request.verifier = state_hash(departure.state), departure.nonce, departure.verifier
        request.save()
        if first:
            tell_state(row, request.state, participant_of_resident(row), now=now)
    return departure.url


def complete_identification(*, by: Actor, provider: Provider, params: Mapping[str, str], return_to: str, now: datetime) -> Return:
    """The resident comes back from the provider: her proof is stored once, or nothing of her is.

    The state is good for one return, in the browser that left, while the conversation is open; the code is asked for after
    the state is spent, so what is replayed finds nothing. Gives the conversation, or the fault and whether she may try again.
    """
    if not isinstance(by, Resident):
        raise PermissionDenied
    if "error" in params and not params.get("state"):
        # Some providers leave the state out when the person cancels: nothing is known, so nothing is changed.
        return Return(_open_one(by), Fault.CANCELLED, again=True)
    found = _spend(by, provider, params.get("state", ""), return_to, now=now)
    if isinstance(found, Return):
        return found
    _release()
    try:
        proof = provider.finish(params, found.kept)
    except ProviderError as error:
        if error.fault != Fault.CANCELLED:
            logger.warning("identification by %s failed: %s (%s)", provider.key, error.fault, error.detail)
        return _fail(found, error.fault, now=now)
    return _verify(by, found, proof, now=now)


@transaction.atomic
def _spend(by: Resident, provider: Provider, state: str, return_to: str, *, now: datetime) -> _Round | Return:
    """Take the state: from now on it is worth nothing, whatever comes of the round."""
    digest = state_hash(state)
    where = IdentityRequest.objects.filter(state_hash=digest, state=IdentificationState.OPENED).values_list(
        "pk", "conversation__public_id"
    )
    found = where.first() if state else None
    if found is None:
        return Return(_open_one(by), Fault.USED)
    row = lock_conversation(found[1])
    if row.resident_key != by.key:
        return Return(None, Fault.OTHER)
    request = IdentityRequest.objects.get(pk=found[0])
    same = hmac.compare_digest(request.state_hash, digest)
    if not same or request.state != IdentificationState.OPENED or request.provider != provider.key:
        return Return(row.public_id, Fault.USED, again=row.is_open)
    if request.due_at is not None and request.due_at <= now:
        return Return(row.public_id, Fault.USED)
    if row.state == State.ENDED:
        return Return(row.public_id, Fault.ENDED)
    kept = Kept(return_to=return_to, nonce=request.nonce, verifier=request.verifier)
    mark = f"+{digest[:60]}"
    IdentityRequest.objects.filter(pk=request.pk).update(state_hash=mark, nonce="", verifier="")
    return _Round(request.pk, row.public_id, mark, kept)


@transaction.atomic
def _verify(by: Resident, found: _Round, proof: Proof, *, now: datetime) -> Return:
    row = lock_conversation(found.conversation)
    request = IdentityRequest.objects.select_for_update(no_key=True).get(pk=found.request)
    if row.state == State.ENDED:
        return Return(row.public_id, Fault.ENDED)
    if request.state != IdentificationState.OPENED or request.state_hash != found.mark:
        return Return(row.public_id, Fault.USED, again=request.state in OPEN_STATES)
    if request.behalf == Behalf.MANDATE and proof.mandate is None:
        return _fail(found, Fault.NO_MANDATE, now=now)
    request.person = _hash(row, proof.issuer, proof.subject)
    request.name = _clean(proof.name)
    request.method, request.assurance = _clean(proof.method)[:80], _clean(proof.assurance)
    if request.behalf == Behalf.MANDATE and proof.mandate is not None:
        request.behalf_person = _hash(row, proof.issuer, proof.mandate.subject)
        request.behalf_name = _clean(proof.mandate.name)
    end_request(request, IdentificationState.VERIFIED, now=now)
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type="chat.identity",
        object_id=request.public_id,
        county=row.county.code,
        purpose=request.purpose,
        after={"provider": request.provider, "assurance": request.assurance, "behalf": request.behalf},
        source="provider",
    )
    row.person, row.identified_at, row.must_identify = request.person, row.identified_at or now, False
    tell_state(row, request.state, participant_of_resident(row), now=now, also=("person", "identified_at", "must_identify"))
    return Return(row.public_id)


@transaction.atomic
def _fail(found: _Round, fault: Fault, *, now: datetime) -> Return:
    """No identity: only the code of what went wrong is kept. She may try again while the time lasts."""
    row = lock_conversation(found.conversation)
    request = IdentityRequest.objects.get(pk=found.request)
    if row.state == State.ENDED:
        return Return(row.public_id, Fault.ENDED)
    if request.state == IdentificationState.OPENED and request.state_hash == found.mark:
        due = request.due_at
        request.fault, request.behalf_name = fault, ""
        end_request(request, IdentificationState.FAILED, now=now)
        if request.purpose == IdentityPurpose.START:
            # At the start of a service it is asked for as long as she waits.
            request.state, request.ended_at = IdentificationState.ASKED, None
        request.due_at = due
        request.save(update_fields=["state", "ended_at", "due_at"])
        tell_state(row, IdentificationState.FAILED, participant_of_resident(row), now=now)
    return Return(row.public_id, fault, again=True)


def _own(by: Actor, conversation: UUID) -> Conversation:
    if not isinstance(by, Resident):
        raise PermissionDenied
    return Conversation.objects.readable_by(by).select_related("service", "county").get(public_id=conversation)


def _openable(row: Conversation, *, now: datetime) -> IdentityRequest:
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    request = unfinished_request(row)
    if request is None or (request.due_at is not None and request.due_at <= now):
        raise refuse(Refusal.IDENTITY_OVER)
    return request


def _check_behalf(row: Conversation, behalf: str, child: Child | None, provider: Provider, *, now: datetime) -> None:
    if behalf not in Behalf.values or (behalf == Behalf.MANDATE and not provider.offers_mandates):
        raise refuse(Refusal.IDENTITY_BEHALF)
    if behalf != Behalf.CHILD:
        return
    today = now.astimezone(HELSINKI).date()
    if child is None or not child.name or any(letter.isdigit() for letter in child.name) or child.born > today:
        raise refuse(Refusal.CHILD_UNTOLD)
    if born_before(child.born, row.service.child_age_limit, today=today):
        raise refuse(Refusal.CHILD_AGE, limit=row.service.child_age_limit)


def _open_one(by: Resident) -> UUID | None:
    """The conversation to which somebody with an old address goes back: the one that she has open."""
    return Conversation.objects.readable_by(by).open().order_by("-queued_at").values_list("public_id", flat=True).first()


def _hash(row: Conversation, issuer: str, subject: str) -> str:
    return person_hash(settings.IDENTITY_HASH_KEY, county=row.county.code, issuer=issuer, subject=subject)


def _clean(words: str) -> str:
    return "".join(letter for letter in words if letter.isprintable()).strip()[:120]


def _release() -> None:
    """Give the connection back while the provider is asked: a slow provider must not use up the database's."""
    if not connection.in_atomic_block:
        connection.close()
