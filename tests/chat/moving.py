"""What the tests of transfers share: the clock, what was told, and what must always hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.models import User
from chat.choices import EventKind, State, TransferState
from chat.models import Conversation, Event, Leg, Transfer
from chat.operations import answer_transfer, offer_transfer
from chat.refusals import Refusal
from services.choices import OverrideKind
from services.models import Override, Queue
from tests.conftest import acting

Make = Callable[..., Conversation]
BEAT = System("beat")


def at(minutes: float = 0) -> datetime:
    """So many minutes after eight o'clock on a Tuesday."""
    return datetime(2026, 11, 3, 8, 0, tzinfo=timezone.get_current_timezone()) + timedelta(minutes=minutes)


def told(row: Conversation) -> list[str]:
    """What everyone in the conversation was told of transfers."""
    events = Event.objects.filter(conversation=row, kind=EventKind.TRANSFERRED, audience="all").order_by("seq")
    return [event.payload["state"] for event in events]


def sound(row: Conversation) -> Conversation:
    """Numbers without gaps, heads that equal them, one leg in which it is now, and its place in step."""
    row.refresh_from_db()
    for audience, head in (("all", row.head_all), ("staff", row.head_staff)):
        seqs = Event.objects.filter(conversation=row, audience=audience).order_by("seq").values_list("seq", flat=True)
        assert list(seqs) == list(range(1, head + 1))
    open_legs = Leg.objects.filter(conversation=row, left_at__isnull=True)
    offered = Transfer.objects.filter(conversation=row, state=TransferState.OFFERED).count()
    assert open_legs.count() == (0 if row.state == State.ENDED else 1 + offered)
    present = Leg.objects.present_of(row)
    assert present.queue_id == row.queue_id
    assert row.queue.service_id == row.service_id
    if row.state != State.ENDED:
        assert present.left_at is None
    return row


def offer(
    row: Conversation, by: User, to: Queue, person: User | None = None, *, now: datetime | None = None, **more: object
) -> Transfer:
    """Offered at four past, for another expertise unless said otherwise."""
    more = {"reason": "expertise", "token": uuid4(), **more}
    return offer_transfer(
        by=acting(by),
        conversation=row.public_id,
        queue=to.public_id,
        person=person.public_id if person else None,
        now=now or at(4),
        **more,  # type: ignore[arg-type]
    )


def say_yes(row: Conversation, resident: Resident, transfer: Transfer, now: datetime | None = None) -> Transfer:
    """The resident agrees at five past."""
    return answer_transfer(by=resident, conversation=row.public_id, transfer=transfer.public_id, consent=True, now=now or at(5))


def refused(code: Refusal) -> Callable[[ValidationError], bool]:
    """The refusal is this one."""
    return lambda error: error.code == code


def close(queue: Queue, hours: float = 12) -> None:
    """The queue is closed from a while ago until so many hours after eight."""
    Override.objects.create(
        county=queue.service.county,
        queue=queue,
        kind=OverrideKind.CLOSE,
        reason_fi="Koulutus",
        starts_at=at(-600),
        ends_at=at(hours * 60),
    )
