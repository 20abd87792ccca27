"""Practice: a simulated resident writes to a real console. Never counted (metrics 1.1, status `test`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from accounts.actors import Actor, Resident, Staff, System
from chat.broadcast import announce_board
from chat.choices import AudienceChoice, EventKind, ParticipantKind, State
from chat.models import Conversation, Event, PracticeRun
from chat.models.conversations import AWAY_AFTER
from chat.operations.endings import leave_conversation
from chat.operations.messages import post_message
from chat.operations.signs import record_signs_of_life
from chat.operations.start import create_conversation
from chat.refusals import Refusal, refuse
from chat.scripts import Said, Script, is_silent, next_act, scripts
from handbook.operations.orientation import note_practice
from services.choices import ServiceStatus
from services.models import County, Queue


def practice_queue(*, by: Actor, county: County) -> Queue | None:
    """The line of the county's training service that the person answers; none: nobody has given her a right there."""
    lines = Queue.objects.answerable_by(by).filter(is_active=True, service__county=county, service__is_test=True)
    lines = lines.filter(service__status__in=[ServiceStatus.OPEN, ServiceStatus.PAUSED])
    return lines.select_related("service__county").order_by("service__order", "order", "key").first()


def start_practice(*, by: Actor, county: County, script: str, now: datetime, language: str = "fi") -> PracticeRun:
    """A responder practises: a simulated resident comes to the training service's line, for her alone, at any hour.

    One at a time: who has one running comes back to it, whichever script she asks for. Raises PermissionDenied to who does
    not answer a training service of the county, ValidationError (invalid) for a script that there is not.
    """
    queue = practice_queue(by=by, county=county)
    if not isinstance(by, Staff) or queue is None:
        raise PermissionDenied
    chosen = scripts().get(script)
    if chosen is None:
        raise refuse(Refusal.INVALID)
    running = _running(by, queue)
    if running is not None:
        return running
    try:
        return _start(by, queue, chosen, now=now, language=language)
    except IntegrityError:
        # She pressed twice: the database let one through.
        running = _running(by, queue)
        if running is None:
            raise
        return running


def run_practice(*, by: Actor, now: datetime, limit: int = 200) -> int:
    """The portal plays the simulated residents: each writes, leaves or stays as her script says; returns how many acted."""
    if not isinstance(by, System):
        return 0
    done, here = 0, []
    runs = PracticeRun.objects.running().filter(due_at__lte=now).select_related("conversation").order_by("due_at", "pk")
    for run in runs[:limit]:
        row, script = run.conversation, scripts().get(run.script)
        if row.is_open and script is not None:
            if not is_silent(script, run.step):
                here.append(row.public_id)
            act = next_act(
                script, turns=run.step, log=_log(row), language=row.language, since=row.accepted_at or row.queued_at, now=now
            )
            if act is None:
                continue
        try:
            done += _play(run.pk, row.pk, now=now)
        except (Conversation.DoesNotExist, ValidationError):
            continue  # it ended at the same instant; the next beat notes it
    if here:
        record_signs_of_life(by=by, conversations=here, now=now)
    return done


@transaction.atomic
def check_practice(*, by: Actor, conversation: UUID, ticked: Collection[str], now: datetime) -> PracticeRun:
    """The responder looks at her own finished practice and says which points of a good answer it had; she may look again.

    Raises PracticeRun.DoesNotExist to anyone else, ValidationError (invalid) while it goes on or for unknown points.
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    run: PracticeRun = (
        PracticeRun.objects.select_for_update(no_key=True, of=("self",)).own(by).get(conversation__public_id=conversation)
    )
    script = scripts().get(run.script)
    known = [point.key for point in script.good] if script else []
    if run.conversation.is_open or not set(ticked) <= set(known):
        raise refuse(Refusal.INVALID)
    run.ticked, run.ticked_at = [key for key in known if key in ticked], now
    run.ended_at = run.ended_at or run.conversation.closed_at
    run.due_at = None
    run.save(update_fields=["ticked", "ticked_at", "ended_at", "due_at"])
    _tell_handbook(run, now=now)
    return run


def _tell_handbook(run: PracticeRun, *, now: datetime) -> None:
    """The orientation of the person has a practice conversation; one that she never answered is none."""
    if run.conversation.first_reply_at is not None:
        note_practice(by=System("practice"), county=run.conversation.county, user_id=run.user_id, now=now)


def _running(by: Staff, queue: Queue) -> PracticeRun | None:
    mine = PracticeRun.objects.own(by).filter(conversation__resident_key=_key(by), conversation__queue=queue)
    found: PracticeRun | None = mine.exclude(conversation__state=State.ENDED).first()
    return found


def _key(by: Staff) -> UUID:
    """The simulated resident of a person: one, so that the database lets one practice of hers be open at a time."""
    return UUID(bytes=salted_hmac("chat.practice", str(by.user_id), algorithm="sha256").digest()[:16], version=4)


@transaction.atomic
def _start(by: Staff, queue: Queue, script: Script, *, now: datetime, language: str) -> PracticeRun:
    spoken = script.language(language)
    row = create_conversation(
        Conversation(
            county=queue.service.county,
            service=queue.service,
            first_queue=queue,
            queue=queue,
            is_test=True,
            resident_key=_key(by),
            start_token=uuid4(),
            contactor=script.contactor,
            language=spoken,
            reserved_for_id=by.user_id,
            queued_at=now,
            line_at=now,
            seen_at=now,
            last_message_at=now,
            state=State.WAITING,
            due_at=now + AWAY_AFTER,
        ),
        body=script.starts.said(spoken),
        now=now,
    )
    run = PracticeRun.objects.create(conversation=row, user_id=by.user_id, script=script.key, started_at=now, due_at=now)
    announce_board(queues=[queue.pk])
    return run


@transaction.atomic
def _play(run_key: int, row_key: int, *, now: datetime) -> int:
    """One step of one run, on locked rows: whoever else plays it at the same instant finds nothing to do."""
    row = Conversation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(pk=row_key).first()
    run = PracticeRun.objects.running().filter(pk=run_key, due_at__lte=now).first()
    if row is None or run is None:
        return 0
    script = scripts().get(run.script)
    if script is None or not row.is_open:
        if row.is_open:
            leave_conversation(by=Resident(row.resident_key), conversation=row.public_id, now=now)
        run.ended_at, run.due_at = row.closed_at or now, None
        run.save(update_fields=["ended_at", "due_at"])
        _tell_handbook(run, now=now)
        return 1
    log = _log(row)
    act = next_act(script, turns=run.step, log=log, language=row.language, since=row.accepted_at or row.queued_at, now=now)
    if act is None:
        return 0
    resident = Resident(row.resident_key)
    if act.says:
        client_id = uuid5(NAMESPACE_URL, f"practice:{row.public_id}:{len(log)}")
        post_message(by=resident, conversation=row.public_id, client_id=client_id, body=act.says, now=now)
    run.step = act.turns
    if act.leaves:
        leave_conversation(by=resident, conversation=row.public_id, now=now)
        run.ended_at, run.due_at = now, None
    run.save(update_fields=["step", "ended_at", "due_at"])
    if act.leaves:
        _tell_handbook(run, now=now)
    return 1


def _log(row: Conversation) -> list[Said]:
    events = Event.objects.filter(conversation=row, kind=EventKind.MESSAGE, audience=AudienceChoice.ALL).order_by("seq")
    return [
        Said(kind == ParticipantKind.RESIDENT, at, body)
        for kind, at, body in events.values_list("participant__kind", "created_at", "body")
    ]
