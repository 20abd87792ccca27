"""What follows from a report: what was agreed last time, and the review of this one (metrics 7: 12 and 13)."""

from __future__ import annotations

from typing import Any

from accounts.actors import Staff
from reports.choices import REVIEWERS
from reports.feedback import not_gone_through
from reports.models import Review
from reports.months import Month
from reports.permissions import may_review, readable_services
from reports.views.places import Place
from reports.views.review import actions_before
from services.models import County, Service


def after_reading(actor: Staff, county: County, service: Service | None, month: Month) -> dict[str, Any]:
    """For the page of a month: the review of it, if any, and the actions of the one before."""
    place = Place(actor, county, service)
    rows = Review.objects.of_scope(county=county, service=service).filter(month=month.first)
    return {
        "place": place,
        "before": actions_before(place, month),
        "review": rows.signed().first(),
        "draft": rows.filter(signed_at__isnull=True).first(),
        "may_review": may_review(actor, county=county, service=service),
        "reads_words": readable_services(actor, county, REVIEWERS).exists(),
        "waiting": not_gone_through(actor, county, service),
    }
