"""What the console shows of transfers: the form and the open one of a conversation, and the offers at the responder's desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Staff
from chat.answerers import Answerer, ranked_answerers
from chat.availability import availabilities, loads_of
from chat.boards import offer_rows
from chat.choices import State, TransferReason, TransferState
from chat.models import Conversation, Transfer
from chat.operations.moving import GIVEN_REASONS, crossing_of, may_transfer, open_transfer
from chat.operations.reading import Opened
from chat.protocol import TEXT_LIMIT, OfferRow
from services.hours import Reason
from services.models import Queue
from services.texts import Text, pick, texts_of

WHY_NOT: dict[Reason, str | Promise] = {
    Reason.FULL: _("full"),
    Reason.UNSTAFFED: _("nobody answers"),
    Reason.SERVICE_PAUSED: _("paused"),
    Reason.DISRUPTION: _("disruption"),
    Reason.INTAKE_STOPPED: _("takes no more today"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A queue to which the conversation may go, and how things are there."""

    queue: Queue
    name: Text
    service: Text
    is_open: bool
    state: str | Promise
    waiting: int
    opens_at: datetime | None
    is_own: bool
    crosses: bool
    people: list[Answerer]


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered to the responder: to her own name, or to a queue that she answers."""

    row: OfferRow
    service: Text
    queue: Text
    topic: Text
    sender: Text
    to_service: Text
    reason: str | Promise
    is_personal: bool


def transfer_context(actor: Staff, opened: Opened, *, language: str) -> dict[str, object]:
    """The transfer of one conversation: what is open, or the form with every allowed target."""
    row = opened.conversation
    if row.state == State.ENDED or not may_transfer(actor, row):
        return {"transfer_groups": [], "transfer": None}
    found = open_transfer(row)
    groups = [] if found else _groups(row, actor, language)
    everything = [target for _, targets in groups for target in targets]
    return {
        "transfer": found,
        "transfer_target": pick(texts_of(found.to_queue.service, "name"), language) if found else "",
        "transfer_queue": pick(texts_of(found.to_queue, "name"), language) if found else "",
        "transfer_groups": groups,
        "transfer_closed": [target for target in everything if not target.is_open and not target.is_own],
        "transfer_reasons": [(value, TransferReason(value).label) for value in _reasons(row, actor)],
        "transfer_token": uuid4(),
        "transfer_message": row.responder_id == actor.user_id,
        "transfer_active": row.state == State.ACTIVE,
        "transfer_now": timezone.now(),
        "text_limit": TEXT_LIMIT,
    }


def _reasons(row: Conversation, actor: Staff) -> list[str]:
    own = row.responder_id == actor.user_id
    if own:
        return [value for value in GIVEN_REASONS if value != TransferReason.SUPERVISOR]
    return [TransferReason.SUPERVISOR, *(value for value in GIVEN_REASONS if value != TransferReason.SUPERVISOR)]


def _groups(row: Conversation, actor: Staff, language: str) -> list[tuple[Text, list[Target]]]:
    now = timezone.now()
    queues = list(Queue.objects.targets_of(row.queue).select_related("service__county").order_by("service__order", "order", "key"))
    states = availabilities(queues, now=now)
    loads = loads_of(queues, now=now)
    people = ranked_answerers(queues, now=now)
    groups: dict[int, tuple[Text, list[Target]]] = {}
    for queue in sorted(queues, key=lambda queue: queue.service_id != row.service_id):
        state = states[queue.pk]
        own = queue.service_id == row.service_id
        is_open = state.is_open or (own and state.serves_waiting)
        service = pick(texts_of(queue.service, "name"), language)
        target = Target(
            queue=queue,
            name=pick(texts_of(queue, "name"), language),
            service=service,
            is_open=is_open,
            state=_("open") if is_open else WHY_NOT.get(state.reason, _("closed")),
            waiting=loads[queue.pk].waiting,
            opens_at=state.opens_at,
            is_own=queue.pk == row.queue_id,
            crosses=bool(crossing_of(row, queue)),
            people=[one for one in people[queue.pk] if one.user.pk not in (row.responder_id, actor.user_id)],
        )
        groups.setdefault(queue.service_id, (service, []))[1].append(target)
    return list(groups.values())


def offers_context(
    request: HttpRequest, actor: Staff, *, language: str, queues: Collection[Queue] | None = None
) -> dict[str, object]:
    """What is offered to her now. `queues`: those that she answers, when they are known."""
    county = getattr(request, "county", None)
    if queues is None:
        # The county is asked of the queues: asked of the conversations, SQLite would begin with all that the county ever had.
        hers_now = Queue.objects.answerable_by(actor).filter(is_active=True, service__county=county)
        keys = list(hers_now.order_by().values_list("pk", flat=True))
    else:
        keys = [queue.pk for queue in queues if queue.service.county == county]
    open_ones = Transfer.objects.filter(state=TransferState.OFFERED, to_queue__in=keys)
    hers = list(
        open_ones.filter(Q(to_person_id=actor.user_id) | Q(to_person__isnull=True))
        .exclude(conversation__responder_id=actor.user_id)
        .values_list("pk", "to_person_id")
    )
    if not hers:
        return {"offers": []}
    personal = offer_rows(Transfer.objects.filter(pk__in=[key for key, person in hers if person]))
    common = offer_rows(Transfer.objects.filter(pk__in=[key for key, person in hers if not person]))
    targets = Queue.objects.filter(pk__in={*personal, *common}).select_related("service")
    names = {queue.pk: pick(texts_of(queue.service, "name"), language) for queue in targets}
    return {
        "offers": [
            Offer(
                row=row,
                service=pick(row.service, language),
                queue=pick(row.queue, language),
                topic=pick(row.topic, language),
                sender=pick(row.sender, language),
                to_service=names[key],
                reason=TransferReason(row.reason).label,
                is_personal=is_personal,
            )
            for is_personal, rows in ((True, personal), (False, common))
            for key, some in rows.items()
            for row in some
        ],
    }
