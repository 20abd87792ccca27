"""The notices of disruptions at a responder's desk: what she is to do, and what residents are told (S001-31)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from accounts.actors import Staff
from chat.outlook import concerning
from chat.views.disruptions import scope_name
from services.models import Disruption, Queue


@dataclass(frozen=True, slots=True)
class DeskNotice:
    """A notice in force that concerns a queue of hers."""

    row: Disruption
    name: str
    is_mine: bool


def notices_context(request: HttpRequest, actor: Staff) -> dict[str, object]:
    """The notices in force in the reach of the queues that she answers, and those that she may end herself."""
    keys = list(Disruption.objects.in_force(at=timezone.now()).order_by().values_list("pk", flat=True))
    if not keys:
        return {"desk_notices": []}
    rows = list(Disruption.objects.filter(pk__in=keys).select_related("county", "service", "queue").order_by("-starts_at"))
    queues = list(Queue.objects.answerable_by(actor).values_list("pk", "service_id", "service__county_id"))
    mine = set(Disruption.objects.editable_by(actor).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    near = {row.pk for key, service, county in queues for row in concerning(rows, queue=key, service=service, county=county)}
    return {"desk_notices": [DeskNotice(row, scope_name(row), row.pk in mine) for row in rows if row.pk in near | mine]}
