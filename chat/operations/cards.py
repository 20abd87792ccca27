"""Sending an entry of the directory into a conversation: its words come from the directory and are never typed (S001-65)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from chat.choices import State
from chat.operations.log import lock_of_responder
from chat.operations.messages import Posted, post_message
from chat.protocol import TEXT_LIMIT
from chat.refusals import Refusal, refuse
from handbook.directory import card_words, entry_of

MOST_IN_A_LIST = 20


@transaction.atomic
def send_card(*, by: Actor, conversation: UUID, kind: str, entry: str, token: UUID, now: datetime) -> Posted:
    """The responder sends a service, a contact point or a link as her message, in the conversation's language.

    An internal entry goes only to a professional who has signed in to consult. Pressing twice is once. Raises
    Conversation.DoesNotExist and ValidationError (not_yours, ended, entry_gone, internal_entry, empty_entry).
    """
    row = lock_of_responder(by=by, conversation=conversation)
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    found = entry_of(row.county, kind=kind, key=entry)
    if found is None:
        raise refuse(Refusal.ENTRY_GONE)
    if found.internal and row.professional_id is None:
        raise refuse(Refusal.INTERNAL_ENTRY)
    words = card_words(found, row.language)
    if not words:
        raise refuse(Refusal.EMPTY_ENTRY)
    return post_message(by=by, conversation=conversation, client_id=token, body=words, now=now)


@transaction.atomic
def send_list(*, by: Actor, conversation: UUID, entries: Sequence[tuple[str, str]], token: UUID, now: datetime) -> Posted:
    """The responder sends several entries as one message to a professional who has signed in to consult (S001-65).

    A resident gets one entry at a time and no list. Entries without a number or an address are left out. Pressing twice is once.
    Raises Conversation.DoesNotExist and ValidationError (not_yours, ended, invalid, entry_gone, internal_entry, empty_entry,
    too_long).
    """
    row = lock_of_responder(by=by, conversation=conversation)
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    if row.professional_id is None:
        raise refuse(Refusal.INTERNAL_ENTRY)
    found = [entry_of(row.county, kind=kind, key=key) for kind, key in entries[: MOST_IN_A_LIST + 1]]
    if not found or len(found) > MOST_IN_A_LIST:
        raise refuse(Refusal.INVALID)
    if None in found:
        raise refuse(Refusal.ENTRY_GONE)
    words = [told for each in found if each is not None and (told := card_words(each, row.language))]
    if not words:
        raise refuse(Refusal.EMPTY_ENTRY)
    body = "\n".join(words)
    if len(body) > TEXT_LIMIT:
        raise refuse(Refusal.TOO_LONG, limit=TEXT_LIMIT)
    return post_message(by=by, conversation=conversation, client_id=token, body=body, now=now)
