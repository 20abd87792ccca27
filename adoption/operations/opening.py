"""What is unfinished when a service is opened: told down to the service, so that every door asks for a reason (S000-50)."""

from __future__ import annotations

from collections import defaultdict

from accounts.actors import System
from adoption.choices import RolloutStatus
from adoption.models import ItemPart, Rollout, RolloutItem
from adoption.states import CLOSED
from services.models import Service
from services.operations import note_unfinished
from services.texts import texts_of

OPENING_SIGNAL = "service_open_first_conversation"
"""The fact of the item that opens the service; what the item rests on should be done before."""
BY = System("adoption")
ALIVE = (RolloutStatus.RUNNING, RolloutStatus.MAINTENANCE)


def opening_risks(service: Service) -> list[RolloutItem]:
    """The unfinished items on which the opening of the service rests; each is a risk until it is done."""
    opening = ItemPart.objects.filter(
        item__rollout__service=service, item__rollout__status__in=ALIVE, requirement__signal=OPENING_SIGNAL
    )
    codes: dict[int, set[str]] = defaultdict(set)
    for rollout_id, depends_on in opening.values_list("item__rollout", "item__model_item__depends_on"):
        codes[rollout_id] |= set(depends_on)
    wanted = {code for each in codes.values() for code in each}
    rows = RolloutItem.objects.filter(rollout__in=list(codes), model_item__code__in=wanted).exclude(state__in=CLOSED)
    return [row for row in rows.select_related("model_item__phase", "rollout") if row.model_item.code in codes[row.rollout_id]]


def risks_of_opened(rollout: Rollout) -> list[RolloutItem]:
    """What was unfinished when the rollout's service was opened, and is so still; nothing before it has been opened."""
    service = rollout.service
    return opening_risks(service) if service is not None and service.opened_at else []


def tell_service(*, rollout: Rollout) -> None:
    """The service knows by name what its rollout has unfinished before opening."""
    if rollout.service is None:
        return
    names = []
    for item in opening_risks(rollout.service):
        texts = texts_of(item.model_item, "label") or texts_of(item.model_item, "text")
        names.append({code: f"{item.model_item.code} {words}" for code, words in texts.items()})
    note_unfinished(by=BY, service=rollout.service, names=names)
