"""The services to which more comes than was expected, as a page tells of them (M28, M34)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from accounts.actors import Staff
from reports.growth import TOPIC_DAYS, growing_topics
from reports.models import GrowthAlert
from services.models import County, Service, Topic
from services.texts import text


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One service: what came, what was expected, and by how many percent it is above."""

    service: Service
    alert: GrowthAlert

    @property
    def percent(self) -> Fraction:
        """More than was expected."""
        expected = Fraction(self.alert.expected)
        return (self.alert.contacts - expected) * 100 / expected if expected else Fraction()


@dataclass(frozen=True, slots=True)
class Alerts:
    """All that are open, and the topics that grow in these services."""

    lines: Sequence[AlertLine]
    topics: Sequence[tuple[str, Any]]
    weeks: int = TOPIC_DAYS // 7


def open_alerts(actor: Staff, county: County, services: Collection[int] | None = None) -> Alerts | None:
    """Those of the services whose figures the person reads; None when there are none. One query, and four when there are some."""
    rows = GrowthAlert.objects.readable_by(actor).open().filter(county=county, service__is_test=False).select_related("service")
    if services is not None:
        rows = rows.filter(service__in=services)
    lines = [AlertLine(row.service, row) for row in rows.order_by("service__key")]
    if not lines:
        return None
    grown = growing_topics([line.service for line in lines], today=timezone.localdate())
    language = (get_language() or "fi")[:2]
    rows_of_topics = Topic.objects.filter(pk__in=[each.topic for each in grown])
    names: dict[object, str] = {each.pk: str(text(each, "name", language)) for each in rows_of_topics}
    return Alerts(lines, [(names.get(each.topic, ""), each) for each in grown])
