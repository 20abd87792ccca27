"""The checklist of a concern: each step by whom and when, and a conversation that is not ended before it is gone through (P-9).

Only marks are kept. What the concern is about goes into the county's own system, and never here (domain 5.8).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Staff
from accounts.choices import Role
from accounts.models import User
from chat.broadcast import announce_board
from chat.choices import AudienceChoice, ConcernEnd, ConcernNotice, EventKind, WithdrawalReason
from chat.concerns import NOTICE, step_keys
from chat.models import Concern, ConcernStep, Conversation, Participant
from chat.operations.log import Entry, append_events, lock_conversation
from chat.operations.reached import staff_reached
from chat.refusals import Refusal, refuse

Told = dict[str, str]


@transaction.atomic
def do_concern_step(*, by: Actor, conversation: UUID, step: str, notice: str = "", now: datetime) -> Concern:
    """Who has the conversation, who flagged it, or a supervisor marks a step of the checklist as gone through.

    The step of the notice needs what came of it. The last step closes the concern. Twice is harmless. Also after the conversation
    has ended. Raises Conversation.DoesNotExist, ValidationError (concern_over, invalid, not_yours, notice_missing).
    """
    row, concern, user = _own(by, conversation, again=step)
    if concern.closed_at is not None:
        return concern
    if step not in step_keys(concern.kind):
        raise refuse(Refusal.INVALID)
    told: Told = {"step": step}
    if step == NOTICE:
        if notice not in ConcernNotice.values:
            raise refuse(Refusal.NOTICE_MISSING)
        told["notice"] = notice
        if concern.notice != notice:
            concern.notice = notice
            concern.save(update_fields=["notice"])
    _done, is_new = ConcernStep.objects.get_or_create(concern=concern, key=step, defaults={"done_at": now, "done_by": user})
    if is_new:
        _tell(row, concern, user, "step", told, now=now)
    if is_new and set(step_keys(concern.kind)) <= set(concern.steps.values_list("key", flat=True)):
        concern.closing, concern.closed_at, concern.closed_by = ConcernEnd.DONE, now, user
        concern.save(update_fields=["closing", "closed_at", "closed_by"])
        _tell(row, concern, user, "done", {"notice": concern.notice}, now=now)
    return concern


@transaction.atomic
def undo_concern_step(*, by: Actor, conversation: UUID, step: str, now: datetime) -> Concern:
    """A step that was marked by mistake is taken back while the concern is open; the log keeps both.

    Raises as `do_concern_step`.
    """
    row, concern, user = _own(by, conversation)
    if concern.steps.filter(key=step).delete()[0]:
        if step == NOTICE:
            concern.notice = ""
            concern.save(update_fields=["notice"])
        _tell(row, concern, user, "undone", {"step": step}, now=now)
    return concern


@transaction.atomic
def withdraw_concern(*, by: Actor, conversation: UUID, reason: str, now: datetime) -> Concern:
    """Who has the conversation, who flagged it, or a supervisor takes the flag of a concern back, and says why.

    What was done of the checklist stays. Raises Conversation.DoesNotExist, ValidationError (concern_over, concern_reason,
    not_yours).
    """
    row, concern, user = _own(by, conversation)
    if reason not in WithdrawalReason.values:
        raise refuse(Refusal.CONCERN_REASON)
    concern.closing, concern.reason, concern.closed_at, concern.closed_by = ConcernEnd.WITHDRAWN, reason, now, user
    concern.save(update_fields=["closing", "reason", "closed_at", "closed_by"])
    if row.flag == concern.kind and row.flag_handled_at is None:
        row.flag, row.flagged_at, row.flagged_by = "", None, None
        row.save(update_fields=["flag", "flagged_at", "flagged_by"])
    _tell(row, concern, user, "withdrawn", {"reason": reason}, now=now)
    return concern


def open_concern_of(row: Conversation) -> Concern | None:
    """The concern of a locked conversation that is still open. None without a query when it carries no flag."""
    return Concern.objects.open().filter(conversation=row).first() if row.flag else None


def open_concern(row: Conversation, kind: str, user: User, *, now: datetime) -> None:
    """A concern for a locked conversation; one that is open becomes of this kind, and keeps what was done."""
    concern = Concern.objects.open().filter(conversation=row).first()
    if concern is None:
        Concern.objects.create(conversation=row, kind=kind, opened_at=now, opened_by=user)
    elif concern.kind != kind:
        concern.kind = kind
        concern.save(update_fields=["kind"])


def may_work_on(*, by: Staff, row: Conversation, concern: Concern) -> bool:
    """Who has the conversation, who flagged it, and the supervisors of its service."""
    hers = by.user_id in (row.responder_id, concern.opened_by_id)
    return hers or Conversation.objects.supervised_by(by).filter(pk=row.pk).exists()


def _own(by: Actor, conversation: UUID, *, again: str = "") -> tuple[Conversation, Concern, User]:
    """The open concern, if she may work on it; a closed one when its list was gone through by a press that came twice (`again`)."""
    if not isinstance(by, Staff):
        raise PermissionDenied
    row = lock_conversation(conversation)
    if not Conversation.objects.readable_by(by).filter(pk=row.pk).exists():
        raise Conversation.DoesNotExist
    concern = Concern.objects.filter(conversation=row).order_by("opened_at", "pk").last()
    if concern is None or (
        concern.closed_at is not None and not concern.steps.filter(key=again, concern__closing=ConcernEnd.DONE).exists()
    ):
        raise refuse(Refusal.CONCERN_OVER)
    if not may_work_on(by=by, row=row, concern=concern):
        raise refuse(Refusal.NOT_YOURS)
    return row, concern, User.objects.get(pk=by.user_id)


def _tell(row: Conversation, concern: Concern, user: User, state: str, told: Told, *, now: datetime) -> None:
    participant = Participant.objects.filter(conversation=row, user=user).first()
    payload = {"concern": concern.kind, "state": state, "name": user.shown_name, **told}
    append_events(row, Entry(EventKind.CONCERN, participant, audience=AudienceChoice.STAFF, payload=payload), now=now)
    row.save(update_fields=["head_all", "head_staff"])
    # The supervisor's board tells of steps too, and follows the lines.
    announce_board(queues=[row.queue_id], users={*staff_reached(row, (Role.SUPERVISOR,)), row.responder_id})
