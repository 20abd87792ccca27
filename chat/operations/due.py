"""What time brings: the away, the abandoned, the closed line, the uncoded. Rows are the queue; any process may run it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.actors import Actor, System
from chat.availability import availabilities
from chat.broadcast import announce_board
from chat.choices import AudienceChoice, EndedBy, EventKind, Medium, Outcome, ParticipantKind, State
from chat.models import Appointment, ContactDetail, Conversation, Event, Participant
from chat.models.conversations import AWAY_AFTER
from chat.operations.endings import close_row
from chat.operations.feedback import erase_words
from chat.operations.help import close_answered, erase_contacts, tell_answered
from chat.operations.identity import erase_identifications, expire_identifications, is_at_provider
from chat.operations.ladder import climb_ladder, next_rung
from chat.operations.later import remind_of_later_contacts
from chat.operations.log import Entry, append_events
from chat.operations.mail_out import erase_mail_traces
from chat.operations.moving import open_transfer
from chat.operations.practice import run_practice
from chat.operations.transfers import expire_transfer
from services.models import Queue

SILENT_END = timedelta(minutes=30)


def run_due(*, by: Actor, now: datetime, limit: int = 200) -> int:
    """Do what is due, at most `limit` conversations; returns how many. Safe in any number of processes at once."""
    done = 0
    keys = Conversation.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:limit]
    for key in list(keys):
        done += _one(key, by=by, now=now)
    return done + run_practice(by=by, now=now, limit=limit) + expire_identifications(now=now, limit=limit)


def close_lines(*, by: Actor, now: datetime) -> int:
    """End the wait of those whose queue has closed and whose drain time is over; returns how many (metrics 1.1).

    Practice keeps no hours, and a help request waits over the night.
    """
    waiting = Conversation.objects.live().filter(state=State.WAITING, practice__isnull=True).in_line(now=now)
    queues = list(Queue.objects.filter(pk__in=waiting.order_by().values("queue_id")).select_related("service__county"))
    if not queues:
        return 0
    states = availabilities(queues, now=now)
    done = 0
    for queue in queues:
        if states[queue.pk].is_open or states[queue.pk].serves_waiting:
            continue
        for key in list(waiting.filter(queue=queue).values_list("pk", flat=True)):
            done += _close_line(key, now=now)
    return done


def erase_expired(*, by: Actor, now: datetime, limit: int = 500) -> int:
    """Blank the words of conversations whose time of keeping is over; numbers and statistics stay (P-7)."""
    if not isinstance(by, System):
        return 0
    remind_of_later_contacts(by=by, now=now)
    tell_answered(now=now)
    close_answered(now=now)
    erase_contacts(now=now)
    erase_mail_traces(now=now)
    keys = Conversation.objects.filter(retain_until__lte=now, erased_at__isnull=True).values_list("pk", flat=True)[:limit]
    done = 0
    for key in list(keys):
        with transaction.atomic():
            row = Conversation.objects.select_for_update(no_key=True).get(pk=key)
            if row.erased_at is None:
                Event.objects.filter(conversation=row).exclude(body="").update(body="")
                erase_identifications(row)
                Appointment.objects.filter(conversation=row).update(unit="", link="")
                erase_words(row)
                row.erased_at, row.entry_page = now, ""
                ContactDetail.objects.filter(conversation=row).update(value="", erased_at=now)
                append_events(row, Entry(EventKind.ERASED), now=now)
                row.save(update_fields=["erased_at", "entry_page", "head_all", "head_staff"])
                done += 1
    return done


@transaction.atomic
def _one(key: int, *, by: Actor, now: datetime) -> int:
    row = (
        Conversation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("service")
        .filter(pk=key, due_at__lte=now)
        .first()
    )
    if row is None:
        return 0
    if row.state == State.ENDED:
        if not row.outcome:
            row.outcome, row.outcome_at = Outcome.R0, now
            append_events(
                row, Entry(EventKind.CODED, audience=AudienceChoice.STAFF, payload={"outcome": Outcome.R0, "topic": ""}), now=now
            )
        row.due_at = None
        row.save()
        return 1
    if row.medium != Medium.CHAT:  # nobody waits at it, and no ladder hurries it: only an offer of it ends in time
        done = int(expire_transfer(row, actor=by, now=now))
        offer = open_transfer(row)
        row.due_at = offer.due_at if offer else None
        row.save(update_fields=["due_at"])
        return done
    done = int(expire_transfer(row, actor=by, now=now)) + climb_ladder(row, actor=by, now=now)
    done += _silence(row, now=now)
    if row.state != State.ENDED:
        transfer = open_transfer(row)
        soonest = [row.due_at, next_rung(row, now=now), transfer.due_at if transfer else None]
        row.due_at = min(due for due in soonest if due is not None)
        row.save(update_fields=["due_at"])
    return done


def _silence(row: Conversation, *, now: datetime) -> int:
    """No sign of life: away, and after a while gone. A place that is kept for an opening is silent from then on only."""
    since = max(row.seen_at, row.held_until or row.seen_at) if row.state == State.WAITING else row.seen_at
    silent = now - since
    limit = timedelta(minutes=row.service.keep_place_minutes) if row.state == State.WAITING else SILENT_END
    if silent > limit and is_at_provider(row):
        limit = max(limit, SILENT_END)
    if silent <= AWAY_AFTER:
        row.due_at = since + AWAY_AFTER + timedelta(microseconds=1)
        if row.held_until is not None and row.held_until > now:
            row.due_at = row.held_until
        elif since == row.held_until:
            announce_board(queues=[row.queue_id])
        return 0
    if silent > limit:
        close_row(row, ended_by=EndedBy.SYSTEM, left_at=row.seen_at, now=now, why="silent")
        return 1
    row.due_at = since + limit + timedelta(microseconds=1)
    if row.away_since is not None:
        return 0
    row.away_since = since + AWAY_AFTER
    resident = Participant.objects.get(conversation=row, kind=ParticipantKind.RESIDENT)
    append_events(row, Entry(EventKind.AWAY, resident), now=now)
    row.save(update_fields=["away_since", "head_all", "head_staff"])
    announce_board(queues=[row.queue_id], users=[row.responder_id] if row.responder_id else [])
    return 1


@transaction.atomic
def _close_line(key: int, *, now: datetime) -> int:
    row = (
        Conversation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("service")
        .filter(pk=key, state=State.WAITING)
        .first()
    )
    if row is None:
        return 0
    close_row(row, ended_by=EndedBy.SYSTEM, left_at=None, now=now, closed_by_service=True)
    return 1
