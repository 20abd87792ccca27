"""How long people have lately waited: a typical figure of the last hour, told only when enough people make it (domain 5.2, 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from chat.choices import Medium
from chat.models import Leg
from services.models import Queue

LATELY = timedelta(hours=1)
ENOUGH = 3


def typical_waits(queues: Iterable[Queue], *, at: datetime) -> dict[int, float]:
    """The median wait in seconds of the first turns that were answered in the last hour, by service, in one query."""
    owners = {queue.pk: queue.service_id for queue in queues}
    waits: dict[int, list[float]] = defaultdict(list)
    rows = Leg.objects.filter(
        queue_id__in=list(owners),
        accepted_at__gt=at - LATELY,
        accepted_at__lte=at,
        number=1,
        conversation__is_test=False,
        conversation__medium=Medium.CHAT,
    )
    for queue_id, seconds in rows.order_by().values_list("queue_id", "wait_seconds"):
        if seconds is not None:
            waits[owners[queue_id]].append(seconds)
    return {service_id: median(found) for service_id, found in waits.items() if len(found) >= ENOUGH}
