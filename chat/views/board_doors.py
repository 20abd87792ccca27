"""What a supervisor does from her board: sets a person's presence, puts her into a queue for a time, takes a conversation over."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Staff
from accounts.models import User
from chat.broadcast import announce_board
from chat.choices import PresenceKind
from chat.operations import set_presence, take_over_conversation
from chat.refusals import Refusal, refuse
from chat.shifts import next_midnight
from chat.views.board import own_queues
from chat.views.board_door import supervisor_door
from chat.views.console_doors import answer, uuid_or_none
from chat.views.presence import OFF, back_with, county_of
from services.models import Membership, Queue
from services.operations import join_queue, leave_queue

HOURS = {"1": 1, "2": 2, "4": 4, "8": 8}
TO_MIDNIGHT, WEEK = "day", "week"


@require_POST
@supervisor_door
def set_presence_of(request: HttpRequest, actor: Staff) -> HttpResponse:
    """A person's presence, set by her supervisor; what goes on with her goes on."""

    def act() -> dict[str, object]:
        kind, person = request.POST.get("kind", ""), uuid_or_none(request.POST.get("person", ""))
        if person is None or kind not in (*PresenceKind.values, OFF):
            raise refuse(Refusal.INVALID)
        row = set_presence(
            by=actor,
            county=county_of(request),
            kind="" if kind == OFF else kind,
            person=person,
            keep=True,
            now=timezone.now(),
        )
        return {"kind": row.kind if row else OFF}

    return answer(request, act, refused=back_with(request, "chat:board"), to="chat:board")


@require_POST
@supervisor_door
def add(request: HttpRequest, actor: Staff, queue: UUID) -> HttpResponse:
    """A responder into a queue until an end."""

    def act() -> dict[str, object]:
        now = timezone.now()
        row, user = _queue(request, actor, queue), _user(request)
        made = join_queue(by=actor, queue=row, user=user, until=_until(request.POST.get("until", ""), now=now), now=now)
        announce_board(queues=[row.pk], users=[user.pk])
        return {"until": made.valid_until}

    return answer(request, act, refused=back_with(request, "chat:board"), to="chat:board")


@require_POST
@supervisor_door
def remove(request: HttpRequest, actor: Staff, queue: UUID) -> HttpResponse:
    """The end of a person's time in a queue, now."""

    def act() -> dict[str, object]:
        row, user = _queue(request, actor, queue), _user(request)
        try:
            leave_queue(by=actor, queue=row, user=user, now=timezone.now())
        except Membership.DoesNotExist:
            raise refuse(Refusal.INVALID) from None
        announce_board(queues=[row.pk], users=[user.pk])
        return {"until": None}

    return answer(request, act, refused=back_with(request, "chat:board"), to="chat:board")


@require_POST
@supervisor_door
def take_over(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """The conversation is the supervisor's, and opens in her console."""

    def act() -> dict[str, object]:
        return {"conversation": take_over_conversation(by=actor, conversation=conversation, now=timezone.now()).public_id}

    return answer(request, act, refused=back_with(request, "chat:board"), to="chat:console_conversation")


def _queue(request: HttpRequest, actor: Staff, queue: UUID) -> Queue:
    """A queue that she supervises; another one is not hers to fill."""
    row: Queue | None = own_queues(actor, county_of(request)).select_related("service__county").filter(public_id=queue).first()
    if row is None:
        raise PermissionDenied
    return row


def _user(request: HttpRequest) -> User:
    person = uuid_or_none(request.POST.get("person", ""))
    user = User.objects.filter(public_id=person, is_active=True).first() if person else None
    if user is None:
        raise refuse(Refusal.INVALID)
    return user


def _until(choice: str, *, now: datetime) -> datetime:
    if choice == TO_MIDNIGHT:
        return next_midnight(now)
    if choice == WEEK:
        return next_midnight(now + timedelta(days=6))
    if choice not in HOURS:
        raise refuse(Refusal.TIME_MISSING)
    return now + timedelta(hours=HOURS[choice])
