"""What a figure shows becomes an improvement (S001-24)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actors import Actor
from reports.months import Month
from reports.permissions import may_read
from services.models import County, Improvement, Topic
from services.operations import add_improvement
from services.texts import text


@transaction.atomic
def improve_from_topic(
    *, by: Actor, county: County, topic: Topic, month: Month, title: str, description: str = "", now: datetime
) -> Improvement:
    """A topic that grows becomes an improvement of its service, by who reads the figures of that; where it came from is told (M34).

    Raises ValidationError (what the improvement refuses).
    """
    service = topic.service
    if service.county_id != county.pk or not may_read(by, county=county, service=service):
        raise PermissionDenied
    about = {"topic": text(topic, "name", (get_language() or "fi")[:2]), "month": f"{month.number}/{month.year}"}
    return add_improvement(
        by=by,
        county=county,
        service=service,
        title=title,
        description=description,
        source=_("Growing topic: %(topic)s, %(month)s") % about,
        now=now,
    )
