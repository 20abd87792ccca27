"""Disruptions in the chat: one switch, and those who wait are told (S001-31).

The notice itself is a row of the directory, however it was started. That those who wait were told, when and of which version,
is a fact of its own: an event in their log, and a row for the report. The beat tells whoever has not been told, so a server
that fell in the middle, a notice that begins or ends by the clock, and one who comes later are all reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from chat.broadcast import announce_board
from chat.choices import EventKind, State, ToldPhase
from chat.models import Conversation, ToldDisruption
from chat.operations.log import Entry, append_events
from services.models import County, Disruption, Membership, Queue, Service
from services.operations import change_disruption as change_notice
from services.operations import end_disruption as end_notice
from services.operations import start_disruption as start_notice
from services.texts import text

Texts = Mapping[str, str]
TOLD_AFTER_END = timedelta(hours=1)
BATCH = 200


def start_disruption(
    *,
    by: Actor,
    county: County,
    text: Texts,
    now: datetime,
    service: Service | None = None,
    queue: Queue | None = None,
    staff_text: Texts | None = None,
    stops_intake: bool = False,
    ends_at: datetime | None = None,
    token: UUID | None = None,
) -> Disruption:
    """The supervisor of the service, or a main user, tells of a disruption: open pages, waiting rooms and the console at once.

    Idempotent by the form's token. Raises PermissionDenied, and ValidationError (language_missing, other_service, …).
    """
    with transaction.atomic():
        row = start_notice(
            by=by,
            county=county,
            text=text,
            now=now,
            service=service,
            queue=queue,
            staff_text=staff_text,
            stops_intake=stops_intake,
            ends_at=ends_at,
            public_id=token,
        )
        _announce(row)
    _tell_now(now)
    return row


def change_disruption(
    *,
    by: Actor,
    disruption: Disruption,
    text: Texts,
    staff_text: Texts,
    stops_intake: bool,
    ends_at: datetime | None,
    now: datetime,
    version: int | None = None,
) -> Disruption:
    """What is told of a running disruption is changed: those who wait are told the new text."""
    with transaction.atomic():
        row = change_notice(
            by=by,
            disruption=disruption,
            text=text,
            staff_text=staff_text,
            stops_intake=stops_intake,
            ends_at=ends_at,
            now=now,
            version=version,
        )
        _announce(row)
    _tell_now(now)
    return row


def end_disruption(*, by: Actor, disruption: Disruption, now: datetime, version: int | None = None) -> Disruption:
    """The disruption is over: those who wait and were told of it are told that too."""
    with transaction.atomic():
        row = end_notice(by=by, disruption=disruption, now=now, version=version)
        _announce(row)
    _tell_now(now)
    return row


def tell_disruptions(*, by: Actor, now: datetime, limit: int = BATCH) -> int:
    """Those who wait in the reach of a disruption are told that it began, changed or is over, each once; returns how many.

    At most `limit` at a time, each in a transaction of its own. Safe in any number of processes at once.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    done = 0
    recent = Disruption.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now - TOLD_AFTER_END), starts_at__lte=now)
    for row in recent.order_by("starts_at", "pk"):
        for key in _untold(row, now=now)[: limit - done]:
            done += _tell(key, row, now=now)
        if done >= limit:
            break
    return done


def reached(disruption: Disruption) -> QuerySet[Conversation]:
    """The conversations that are in the reach of the disruption now."""
    if disruption.queue_id:
        return Conversation.objects.filter(queue_id=disruption.queue_id)
    if disruption.service_id:
        return Conversation.objects.filter(service_id=disruption.service_id)
    return Conversation.objects.filter(county_id=disruption.county_id)


def _tell_now(now: datetime) -> None:
    """At once, as far as it goes in one batch; what a busy database leaves undone the beat does."""
    try:
        tell_disruptions(by=System("disruption"), now=now)
    except OperationalError:
        return


def _untold(row: Disruption, *, now: datetime) -> list[int]:
    """Who waits and has not been told the newest."""
    waiting = list(reached(row).filter(state=State.WAITING).order_by("pk").values_list("pk", "language"))
    if not waiting:
        return []
    last = _last_told(row, [key for key, _language in waiting])
    return [key for key, language in waiting if _phase(row, last.get(key), language, now=now) is not None]


def _last_told(row: Disruption, keys: list[int]) -> dict[int, tuple[str, str]]:
    told = ToldDisruption.objects.filter(disruption=row, conversation__in=keys).order_by("at", "pk")
    return {key: (phase, digest) for key, phase, digest in told.values_list("conversation_id", "phase", "digest")}


def _phase(row: Disruption, last: tuple[str, str] | None, language: str, *, now: datetime) -> ToldPhase | None:
    """What is to be told to one who was last told this, if anything."""
    if row.ends_at is not None and row.ends_at <= now:
        return ToldPhase.ENDED if last is not None and last[0] != ToldPhase.ENDED else None
    if last is None or last[0] == ToldPhase.ENDED:
        return ToldPhase.STARTED
    return ToldPhase.CHANGED if last[1] != _digest(row, language) else None


def _digest(row: Disruption, language: str) -> str:
    return blake2b(text(row, "text", language).value.encode(), digest_size=8).hexdigest()


@transaction.atomic
def _tell(key: int, row: Disruption, *, now: datetime) -> int:
    conversation = (
        Conversation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk=key, state=State.WAITING)
        .first()
    )
    if conversation is None:
        return 0
    fresh = Disruption.objects.get(pk=row.pk)
    phase = _phase(fresh, _last_told(fresh, [key]).get(key), conversation.language, now=now)
    if phase is None:
        return 0
    append_events(
        conversation,
        Entry(
            EventKind.NOTICE,
            body=_words(fresh, phase, conversation.language),
            payload={"disruption": str(fresh.public_id), "phase": phase, "version": fresh.version},
        ),
        now=now,
    )
    conversation.save(update_fields=["head_all", "head_staff"])
    ToldDisruption.objects.create(
        conversation=conversation,
        disruption=fresh,
        phase=phase,
        version=fresh.version,
        digest=_digest(fresh, conversation.language),
        at=now,
    )
    return 1


def _words(row: Disruption, phase: ToldPhase, language: str) -> str:
    with translation.override(language):
        if phase == ToldPhase.ENDED:
            return _("The disruption is over. You keep your place in the line.")
        return _("Disruption: %(text)s You keep your place in the line.") % {"text": text(row, "text", language).value}


def _announce(row: Disruption) -> None:
    """The lines in its reach, and the desks of those who answer them."""
    queues = Queue.objects.filter(service__county_id=row.county_id)
    if row.queue_id:
        queues = queues.filter(pk=row.queue_id)
    elif row.service_id:
        queues = queues.filter(service_id=row.service_id)
    keys = list(queues.values_list("pk", flat=True))
    people = Membership.objects.filter(group__queues__in=keys).values_list("user_id", flat=True).distinct()
    announce_board(queues=keys, users=list(people))
