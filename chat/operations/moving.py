"""The steps of a transfer, each on a locked conversation: asking, offering, moving, holding a place, coming back.

The rules of who may do what stand in `transfers` and `elsewhere`, which call them.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction, Role
from accounts.models import User
from accounts.operations import record_audit
from accounts.permissions import has_role
from chat.availability import availabilities
from chat.broadcast import announce_board
from chat.choices import AudienceChoice, Crossing, EventKind, LegExit, ParticipantKind, State, TransferReason, TransferState
from chat.models import Conversation, Leg, Participant, Presence, Transfer
from chat.models.conversations import AWAY_AFTER
from chat.models.transfers import ANSWERED_WITHIN, OPEN_STATES, TAKEN_WITHIN
from chat.operations.legs import PLACE_FIELDS, go_to, leave_leg, next_leg
from chat.operations.log import Entry, append_events, lock_conversation
from chat.operations.messages import post_message
from chat.operations.promises import promise
from chat.refusals import Refusal, refuse
from services.models import Queue
from services.texts import texts_of

GIVEN_REASONS = tuple(value for value in TransferReason.values if value != TransferReason.OVERFLOW)
"""The reasons that a person may give; the overflow is the portal's own."""


def open_transfer(row: Conversation) -> Transfer | None:
    """The transfer that is asked or offered now. Most conversations have none, and asking that costs a tenth of reading one."""
    key = Transfer.objects.filter(conversation=row, state__in=OPEN_STATES).values_list("pk", flat=True).first()
    if key is None:
        return None
    rows = Transfer.objects.select_related("to_leg", "to_queue__service", "from_queue__service", "to_person")
    found: Transfer = rows.get(pk=key)
    return found


def close_transfer(
    row: Conversation,
    transfer: Transfer,
    state: TransferState,
    *,
    now: datetime,
    ended_by: User | None = None,
    told: str | None = None,
) -> None:
    """End an open transfer of a locked conversation without anybody having taken it; the conversation goes on where it is.

    `told`: the word for it in the log when it is not the state's own; empty: nothing is said.
    """
    offered = transfer.state == TransferState.OFFERED
    if transfer.to_leg is not None:
        leave_leg(transfer.to_leg, LegExit.RETURNED, now=now)
    end_as(transfer, state, ended_by=ended_by, now=now)
    if told != "":
        append_events(row, told_of(transfer, told or str(state), None), now=now)
        row.save(update_fields=["head_all", "head_staff"])
    people = {row.responder_id, transfer.to_person_id, transfer.sender_id}
    announce_board(queues=[transfer.to_queue_id] if offered else [], users=people)


def close_open_transfer(row: Conversation, state: TransferState, *, now: datetime) -> None:
    """The conversation ends or goes another way: whatever transfer is open is over, without a word in the log."""
    found = open_transfer(row)
    if found is not None:
        close_transfer(row, found, state, told="", now=now)


def begin(*, by: Actor, conversation: UUID, queue: UUID, reason: str) -> tuple[Conversation, Queue, User]:
    """The locked conversation, the allowed target and who sends. Raises as `offer_transfer` does."""
    row = lock_conversation(conversation)
    user = sender_of(by, row)
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    if reason not in GIVEN_REASONS:
        raise refuse(Refusal.INVALID)
    queue_row = Queue.objects.targets_of(row.queue).filter(public_id=queue).select_related("service__county").first()
    if queue_row is None:
        raise refuse(Refusal.TRANSFER_FORBIDDEN)
    return row, queue_row, user


def sender_of(actor: Actor, row: Conversation) -> User:
    """Who may send it: its responder, or a supervisor of its service."""
    if not isinstance(actor, Staff):
        raise PermissionDenied
    if not Conversation.objects.readable_by(actor).filter(pk=row.pk).exists():
        raise Conversation.DoesNotExist
    if not may_transfer(actor, row):
        raise refuse(Refusal.NOT_YOURS)
    return User.objects.get(pk=actor.user_id)


def say(row: Conversation, *, actor: Actor, user: User, token: UUID, note: str, message: str, now: datetime) -> None:
    """The message to the resident, and the note for the colleague, in the log; the row's heads are read again."""
    if message:
        post_message(by=actor, conversation=row.public_id, client_id=token, body=message, now=now)
        row.refresh_from_db(fields=["head_all", "head_staff", "first_reply_at", "response_seconds", "last_message_at"])
    if note:
        kind = ParticipantKind.RESPONDER if row.responder_id == user.pk else ParticipantKind.COLLEAGUE
        participant = join(row, user, kind=kind, now=now)
        note_id = uuid5(token, "note")
        append_events(
            row, Entry(EventKind.MESSAGE, participant, audience=AudienceChoice.STAFF, body=note, client_id=note_id), now=now
        )
        row.save(update_fields=["head_all", "head_staff"])


def join(row: Conversation, user: User, *, kind: ParticipantKind = ParticipantKind.RESPONDER, now: datetime) -> Participant:
    """The person takes part in the conversation from now on, if she did not already."""
    participant, made = Participant.objects.get_or_create(
        conversation=row, user=user, defaults={"kind": kind, "name": user.name_for(row.language), "joined_at": now}
    )
    if not made and kind == ParticipantKind.RESPONDER and participant.kind != kind:
        participant.kind = kind
        participant.save(update_fields=["kind"])
    return participant


def crossing_of(row: Conversation, queue: Queue) -> str:
    """What the conversation would leave: nothing inside a service; its register or its service."""
    if queue.service_id == row.service_id:
        return ""
    return Crossing.REGISTER if queue.service.register != row.service.register else Crossing.SERVICE


def check_double(row: Conversation, queue: Queue) -> None:
    """A resident has one open conversation in a service at most (S002-49)."""
    if is_double(row, queue):
        raise refuse(Refusal.TRANSFER_DOUBLE)


def ask(row: Conversation, transfer: Transfer, *, now: datetime) -> None:
    """Ask the resident first."""
    transfer.due_at = now + ANSWERED_WITHIN
    transfer.save()
    append_events(row, told_of(transfer, "asked", None), now=now)
    _remind(row, transfer)
    announce_board(users={row.responder_id, transfer.sender_id})


def hold(row: Conversation, transfer: Transfer, *, actor: Actor, now: datetime) -> None:
    """The conversation waits for the next opening of the target, first in its line, whether the resident is here or not.

    The new leg's wait begins at the opening; to the sender it is another way that was chosen.
    """
    disclose(row, transfer, actor=actor)
    opens = transfer.held_until
    assert opens is not None
    sender, left_queue = row.responder_id, row.queue_id
    transfer.to_leg = _leave_for(row, transfer, queued_at=opens, now=now)
    end_as(transfer, TransferState.REPLACED, ended_by=transfer.sender, now=now)
    row.state, row.responder, row.held_until, row.help_wanted_at = State.WAITING, None, opens, None
    row.due_at, row.away_since = opens, None
    append_events(row, told_of(transfer, "held", None, opens_at=opens.isoformat()), now=now)
    row.save()
    announce_board(queues={left_queue, row.queue_id}, users={sender})


def replaced(row: Conversation, transfer: Transfer, *, told: str, now: datetime) -> None:
    """Another way than a transfer was chosen at once; it counts among the failed ones (M13)."""
    transfer.state = TransferState.REPLACED
    transfer.ended_at, transfer.ended_by = now, transfer.sender
    transfer.save()
    append_events(row, told_of(transfer, told, None), now=now)
    row.save(update_fields=["head_all", "head_staff"])
    announce_board(users={row.responder_id, transfer.sender_id})


def go_on(row: Conversation, transfer: Transfer, *, actor: Actor, now: datetime) -> None:
    """Nothing stands in the way: hold the place, move one that waits, or offer."""
    if transfer.held_until is not None:
        hold(row, transfer, actor=actor, now=now)
    elif row.state == State.WAITING:
        _move(row, transfer, actor=actor, now=now)
    else:
        _offer(row, transfer, now=now)


def _offer(row: Conversation, transfer: Transfer, *, now: datetime) -> None:
    leg = next_leg(row, transfer.to_queue, queued_at=now)
    leg.offered_at, leg.offered_to = now, transfer.to_person
    leg.save(update_fields=["offered_at", "offered_to"])
    transfer.to_leg, transfer.state, transfer.offered_at, transfer.due_at = leg, TransferState.OFFERED, now, now + TAKEN_WITHIN
    transfer.save()
    append_events(row, told_of(transfer, "offered", None), now=now)
    _remind(row, transfer)
    announce_board(queues=[transfer.to_queue_id], users={row.responder_id, transfer.sender_id, transfer.to_person_id})


def _move(row: Conversation, transfer: Transfer, *, actor: Actor, now: datetime) -> None:
    """One that still waits stands in the target's line by its first instant; a person gets it shown first, others may take it."""
    disclose(row, transfer, actor=actor)
    left_queue = row.queue_id
    leg = _leave_for(row, transfer, queued_at=now, now=now)
    if transfer.to_person is not None:
        leg.offered_to, leg.offered_at, leg.offers = transfer.to_person, now, 1
        leg.save(update_fields=["offered_to", "offered_at", "offers"])
    transfer.to_leg, transfer.offered_at = leg, now
    end_as(transfer, TransferState.ACCEPTED, ended_by=transfer.sender, now=now)
    row.due_at = min(row.due_at or now, now + AWAY_AFTER)
    append_events(row, told_of(transfer, "moved", None), now=now)
    row.save(update_fields=[*PLACE_FIELDS, "due_at"])
    promise(row, leg, now=now)
    row.save(update_fields=["head_all", "head_staff"])
    announce_board(queues={left_queue, row.queue_id}, users={transfer.sender_id, transfer.to_person_id})


def _leave_for(row: Conversation, transfer: Transfer, *, queued_at: datetime, now: datetime) -> Leg:
    wrong = transfer.reason == TransferReason.WRONG_SERVICE
    leave_leg(Leg.objects.present_of(row), LegExit.TRANSFERRED, now=now, wrong_service=wrong)
    leg = next_leg(row, transfer.to_queue, queued_at=queued_at)
    go_to(row, transfer.to_queue)
    return leg


def _remind(row: Conversation, transfer: Transfer) -> None:
    due = transfer.due_at
    row.due_at = due if row.due_at is None or (due is not None and due < row.due_at) else row.due_at
    row.save(update_fields=["due_at", "head_all", "head_staff"])


def end_as(transfer: Transfer, state: TransferState, *, ended_by: User | None, now: datetime) -> None:
    """Stamp the end of a transfer."""
    transfer.state, transfer.ended_at, transfer.ended_by, transfer.due_at = state, now, ended_by, None
    transfer.save()


def told_of(transfer: Transfer, state: str, participant: Participant | None, **facts: str) -> Entry:
    """What everyone in the conversation reads of it: names of places and people, no words of anybody."""
    queue = transfer.to_queue
    payload = {
        "state": state,
        "service": texts_of(queue.service, "name"),
        "queue": texts_of(queue, "name"),
        "same_service": queue.service_id == transfer.from_queue.service_id,
        **({"name": participant.name, "role": str(participant.kind)} if participant else {}),
        **facts,
    }
    return Entry(EventKind.TRANSFERRED, participant, payload=payload)


def disclose(row: Conversation, transfer: Transfer, *, actor: Actor) -> None:
    """What was said in one register becomes known in another: written down before it is (S001-70)."""
    if transfer.crossing == Crossing.REGISTER:
        record_audit(
            by=actor,
            action=AuditAction.CHANGE,
            object_type="chat.conversation",
            object_id=row.public_id,
            county=row.county.code,
            purpose="disclosure",
            before={"register": row.service.register, "service": row.service.key},
            after={"register": transfer.to_queue.service.register, "service": transfer.to_queue.service.key},
            source="transfer",
        )


def may_transfer(actor: Actor, row: Conversation) -> bool:
    """Its responder while it goes on, and a supervisor of its service (S002-40)."""
    if not isinstance(actor, Staff):
        return False
    if row.state == State.ACTIVE and row.responder_id == actor.user_id:
        return True
    return has_role(actor, Role.SUPERVISOR, county=row.county.code, service_id=row.service.public_id)


def answers(user_id: int, queue: Queue) -> bool:
    """The person may answer the queue now: her grant reaches the service and she is in one of its groups."""
    return Queue.objects.answerable_by(Staff(user_id)).filter(pk=queue.pk).exists()


def takes(row: Conversation, queue: Queue, person: User | None, *, now: datetime) -> bool:
    """The target takes it now: it is open, or its own service still serves those who wait, or the person is there."""
    if person is not None and Presence.objects.taking().filter(user=person, county=row.county_id).exists():
        return True
    state = availabilities([queue], now=now)[queue.pk]
    return state.is_open or (queue.service_id == row.service_id and state.serves_waiting)


def is_double(row: Conversation, queue: Queue) -> bool:
    """The resident has another open conversation in the target's service."""
    if queue.service_id == row.service_id:
        return False
    hers = Conversation.objects.filter(resident_key=row.resident_key, service=queue.service_id).open()
    return hers.exclude(pk=row.pk).exists()
