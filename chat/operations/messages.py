"""Posting messages: one set of rules for a batch of any size.

The office calls it with what waited while the last commit ran; views and tests call it with one. A batch costs a fixed
number of statements: rows locked in key order, participants, grants, known ids, one insert, one update of the heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.actors import Actor, Resident, Staff
from accounts.choices import Role
from accounts.models import Grant
from chat.broadcast import announce_board, announce_frames
from chat.choices import AudienceChoice, EventKind, Medium, State
from chat.models import Conversation, Event, LaterContact, Leg, Participant
from chat.models.events import NewEvent
from chat.operations.masking import notice_in, told_lately
from chat.protocol import EventFrame
from chat.refusals import MESSAGES, Refusal
from handbook.replies.placeholders import has_gap
from services.identity_codes import mask
from services.models import Service


@dataclass(frozen=True, slots=True)
class PostMessage:
    """One message to be posted. `body` is clean text; the id is the client's own and the same for each retry."""

    by: Actor
    conversation: UUID
    client_id: UUID
    body: str
    audience: str = AudienceChoice.ALL


@dataclass(frozen=True, slots=True)
class Posted:
    """The message is stored with this number. `duplicate`: it already was."""

    conversation: UUID
    client_id: UUID
    audience: str
    seq: int
    at: datetime
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Rejected:
    """The message leaves no trace, and this is why."""

    code: Refusal


@dataclass(frozen=True, slots=True)
class Later:
    """Somebody else holds the conversation locked: try again soon, in the same order."""


@dataclass(slots=True)
class _Row:
    """A locked conversation while its commands are handled."""

    pk: int
    public_id: UUID
    resident_key: UUID
    state: str
    head_all: int
    head_staff: int
    language: str
    responder_id: int | None
    service_id: int
    queue_id: int
    queued_at: datetime
    first_reply_at: datetime | None
    away_since: datetime | None
    answer_due_at: datetime | None
    medium: str
    is_elsewhere: bool = False
    """She is called, or written to elsewhere: only the staff's notes are written here."""
    resident_spoke: bool = False
    human_replied: bool = False
    promise_kept: bool = False
    touched: bool = False


_FIELDS = (
    "pk",
    "public_id",
    "resident_key",
    "state",
    "head_all",
    "head_staff",
    "language",
    "responder_id",
    "service_id",
    "queue_id",
    "queued_at",
    "first_reply_at",
    "away_since",
    "answer_due_at",
    "medium",
)


class _Stored(NamedTuple):
    """What is known of a message that is stored, or will be by this batch."""

    conversation: int
    audience: str
    seq: int
    body: str
    at: datetime
    redacted: bool


# Facts that never change, kept in the process: a service's public id and county, and who a participant of a conversation is.
KEPT = 50_000
_places: dict[int, tuple[UUID, str]] = {}
_people: dict[tuple[UUID, int | None], tuple[int, UUID]] = {}


def forget() -> None:
    """Drop what the process keeps (the tests empty the database under it)."""
    _places.clear()
    _people.clear()


def post_messages(*, commands: Sequence[PostMessage], now: datetime, wait: bool = True) -> list[Posted | Rejected | Later]:
    """Store messages in order, one commit for all, and give each its own result (house rule 4).

    The resident of a conversation writes to everyone in it until it ends. Its responder does too while her grant is in
    force; any participant of the staff may leave a note for staff. The same id with the same words is the stored message
    again; with other words it is a conflict. Identity codes are masked before anything is stored, and the resident is told why
    right after her message, at most once in ten minutes (P-6). What is left of a quick reply to be filled in stops a message of the
    staff. With `wait` false, conversations locked by others answer Later.
    """
    with transaction.atomic():
        return _Batch(commands, now=now, wait=wait).run()


def post_message(
    *, by: Actor, conversation: UUID, client_id: UUID, body: str, now: datetime, audience: str = AudienceChoice.ALL
) -> Posted:
    """Store one message, waiting for the conversation's lock. Raises Conversation.DoesNotExist and ValidationError."""
    command = PostMessage(by=by, conversation=conversation, client_id=client_id, body=body, audience=audience)
    result = post_messages(commands=[command], now=now)[0]
    if isinstance(result, Posted):
        return result
    code = result.code if isinstance(result, Rejected) else Refusal.BUSY
    if code == Refusal.NOT_FOUND:
        raise Conversation.DoesNotExist
    raise ValidationError(MESSAGES[code], code=code)


def _again(command: PostMessage, known: _Stored, *, body: str, conversation: int) -> Posted | Rejected:
    """A message that is stored already. What was hidden by hand since is still the same message."""
    is_same = known.redacted or known.body == body
    if not is_same or known.audience != command.audience or known.conversation != conversation:
        return Rejected(Refusal.CONFLICT)
    return Posted(command.conversation, command.client_id, known.audience, known.seq, known.at, True)


def _barred(command: PostMessage, row: _Row) -> Refusal | None:
    """Why a message of somebody who takes part may not be written now."""
    responder = command.by.user_id if isinstance(command.by, Staff) else None
    if command.audience != AudienceChoice.ALL:
        return None if responder is not None else Refusal.NOT_FOUND
    if row.state == State.ENDED:
        return Refusal.ENDED
    if row.is_elsewhere:  # she is called, or written to elsewhere: what comes of it is recorded as an attempt
        return Refusal.INVALID
    if responder is None:
        return None
    if row.responder_id != responder:
        return Refusal.NOT_YOURS
    return Refusal.GAP_LEFT if has_gap(command.body) else None


class _Batch:
    def __init__(self, commands: Sequence[PostMessage], *, now: datetime, wait: bool) -> None:
        self.commands = commands
        self.now = now
        self.wait = wait
        self.rows: dict[UUID, _Row] = {}
        self.held: set[UUID] = set()
        self.rights: dict[int, set[tuple[str, UUID | None]]] = {}
        self.known: dict[tuple[int, UUID], _Stored] = {}
        self.new: list[NewEvent] = []
        self.frames: list[EventFrame] = []
        self.queues: set[int] = set()
        self.masked: dict[int, str] = {}
        self.told: set[int] = set()

    def run(self) -> list[Posted | Rejected | Later]:
        self._lock_rows()
        self._read_people()
        self._read_known()
        self._mask_words()
        results = [self._decide(command) for command in self.commands]
        self._write()
        return results

    def _lock_rows(self) -> None:
        wanted = {command.conversation for command in self.commands}
        query = Conversation.objects.filter(public_id__in=wanted).order_by("pk")
        locked = query.select_for_update(no_key=True, skip_locked=not self.wait).values_list(*_FIELDS)
        self.rows = {row.public_id: row for row in (_Row(*values) for values in locked)}
        mails = {row.pk for row in self.rows.values() if row.medium == Medium.MAIL}
        agreed = set(LaterContact.objects.filter(conversation__in=mails).values_list("conversation", flat=True)) if mails else set()
        for row in self.rows.values():
            row.is_elsewhere = row.medium == Medium.CALL or row.pk in agreed
        missing = wanted - self.rows.keys()
        if missing and not self.wait:
            self.held = set(Conversation.objects.filter(public_id__in=missing).values_list("public_id", flat=True))

    def _read_people(self) -> None:
        users: set[int] = set()
        unknown: set[int] = set()
        for command in self.commands:
            user = command.by.user_id if isinstance(command.by, Staff) else None
            if user is not None:
                users.add(user)
            row = self.rows.get(command.conversation)
            if row is not None and (command.conversation, user) not in _people:
                unknown.add(row.pk)
        if unknown:
            if len(_people) > KEPT:
                _people.clear()
            people = Participant.objects.filter(conversation_id__in=unknown)
            for pk, public_id, conversation, user in people.values_list("pk", "public_id", "conversation__public_id", "user_id"):
                _people[conversation, user] = (pk, public_id)
        if users:
            granted = Grant.objects.valid(at=self.now).filter(user_id__in=users, role__in=[Role.RESPONDER, Role.SUPERVISOR])
            for user_id, county, service_id in granted.values_list("user_id", "county", "service_id"):
                self.rights.setdefault(user_id, set()).add((county, service_id))
        services = {row.service_id for row in self.rows.values()} - _places.keys()
        if services:
            for pk, public_id, code in Service.objects.filter(pk__in=services).values_list("pk", "public_id", "county__code"):
                _places[pk] = (public_id, code)

    def _read_known(self) -> None:
        ids = [command.client_id for command in self.commands]
        keys = [row.pk for row in self.rows.values()]
        known = Event.objects.filter(client_id__in=ids, conversation_id__in=keys).order_by()
        for event in known.only(
            "participant_id", "client_id", "conversation_id", "audience", "seq", "body", "payload", "created_at"
        ):
            if event.participant_id is not None and event.client_id is not None:
                redacted = bool(event.payload.get("redacted"))
                stored = _Stored(event.conversation_id, event.audience, event.seq, event.body, event.created_at, redacted)
                self.known[event.participant_id, event.client_id] = stored

    def _mask_words(self) -> None:
        masked = set()
        for command in self.commands:
            row = self.rows.get(command.conversation)
            if row is None:
                continue
            body, count = mask(command.body, row.language)
            if count:
                self.masked[id(command)] = body
                masked.add(row.pk)
        if masked:
            self.told = told_lately(masked, now=self.now)

    def _decide(self, command: PostMessage) -> Posted | Rejected | Later:
        row = self.rows.get(command.conversation)
        if row is None:
            return Later() if command.conversation in self.held else Rejected(Refusal.NOT_FOUND)
        writer = self._writer(command, row)
        if writer is None:
            return Rejected(Refusal.NOT_FOUND)
        participant, participant_id = writer
        masked = self.masked.get(id(command))
        body = command.body if masked is None else masked
        known = self.known.get((participant, command.client_id))
        if known is not None:
            return _again(command, known, body=body, conversation=row.pk)
        if (barred := _barred(command, row)) is not None:
            return Rejected(barred)
        staff = isinstance(command.by, Staff)
        if not staff:
            row.resident_spoke = True
            if row.away_since is not None:
                row.away_since = None
                self.queues.add(row.queue_id)
                self._add(row, EventKind.BACK, participant, participant_id, AudienceChoice.ALL, "", None)
        elif command.audience == AudienceChoice.ALL:
            if row.first_reply_at is None:
                row.first_reply_at, row.human_replied = self.now, True
            row.promise_kept = row.answer_due_at is not None
        seq = self._add(row, EventKind.MESSAGE, participant, participant_id, command.audience, body, command.client_id)
        self.known[participant, command.client_id] = _Stored(row.pk, command.audience, seq, body, self.now, False)
        if masked is not None and not staff and row.pk not in self.told:
            self.told.add(row.pk)
            self._add(row, EventKind.NOTICE, None, None, AudienceChoice.ALL, notice_in(row.language), None)
        return Posted(command.conversation, command.client_id, command.audience, seq, self.now, False)

    def _writer(self, command: PostMessage, row: _Row) -> tuple[int, UUID] | None:
        match command.by:
            case Resident(key=key):
                return _people.get((row.public_id, None)) if row.resident_key == key else None
            case Staff(user_id=user_id):
                service_id, county = _places[row.service_id]
                rights = self.rights.get(user_id, set())
                if (county, None) in rights or (county, service_id) in rights:
                    return _people.get((row.public_id, user_id))
        return None

    def _add(
        self,
        row: _Row,
        kind: EventKind,
        participant: int | None,
        participant_id: UUID | None,
        audience: str,
        body: str,
        client_id: UUID | None,
    ) -> int:
        if audience == AudienceChoice.ALL:
            row.head_all = seq = row.head_all + 1
        else:
            row.head_staff = seq = row.head_staff + 1
        row.touched = True
        self.new.append(NewEvent(row.pk, str(audience), seq, kind.value, participant, client_id, body))
        self.frames.append(EventFrame(row.public_id, str(audience), seq, kind.value, participant_id, client_id, body, {}, self.now))
        return seq

    def _write(self) -> None:
        if not self.new:
            return
        Event.objects.insert_many(self.new, now=self.now)
        heads = [(row.pk, row.head_all, row.head_staff, row.resident_spoke) for row in self.rows.values() if row.touched]
        Conversation.objects.write_heads(sorted(heads), now=self.now)
        for row in self.rows.values():
            if row.human_replied:
                response = (self.now - row.queued_at).total_seconds()
                Conversation.objects.filter(pk=row.pk).update(first_reply_at=self.now, response_seconds=response)
                legs = Leg.objects.filter(conversation_id=row.pk, accepted_at__isnull=False, left_at__isnull=True)
                legs.filter(first_reply_at__isnull=True).update(first_reply_at=self.now)
        kept = [row.pk for row in self.rows.values() if row.promise_kept]
        if kept:  # a help request has its answer
            Conversation.objects.filter(pk__in=kept).update(answer_due_at=None)
        announce_frames(self.frames)
        if self.queues:
            announce_board(queues=self.queues)
