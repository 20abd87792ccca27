"""What follows from a report: what was agreed last time, and the review of this one (metrics 7: 12 and 13)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.actors import Staff
from reports.choices import REVIEWERS
from reports.feedback import not_gone_through
from reports.models import Review
from reports.months import Month
from reports.permissions import may_count, may_review, may_set_targets, readable_services
from reports.quality import told_of
from reports.views.places import Place
from reports.views.review import actions_before
from services.models import County, Service


def after_reading(actor: Staff, county: County, service: Service | None, month: Month, *, is_frozen: bool) -> dict[str, Any]:
    """For the page of a month: the review of it, if any, the actions of the one before, and the ways to the work around it."""
    place = Place(actor, county, service)
    reviews = Review.objects.of_scope(county=county, service=service).filter(month=month.first)
    found = list(reviews.select_related("report", "signed_by").order_by("-signed_at", "-pk"))
    own = readable_services(actor, county, REVIEWERS)
    reads_words = own.exists()
    return {
        "place": place,
        "month": month,
        "is_over": month.last < timezone.localdate(),
        "is_frozen": is_frozen,
        "actions": actions_before(place, month),
        "review": next((row for row in found if row.signed_at is not None), None),
        "draft": next((row for row in found if row.signed_at is None), None),
        "may_review": may_review(actor, county=county, service=service),
        "may_set_targets": may_set_targets(actor, county=county, service=service),
        "plans": reads_words if service is None else own.filter(pk=service.pk).exists(),
        "counts": service is not None and may_count(actor, county=county, service=service),
        "quality": told_of(county, service, month),
        "may_see_quality": service is not None and may_review(actor, county=county, service=service),
        "reads_words": reads_words,
        "waiting": not_gone_through(actor, county, service) if reads_words else 0,
    }
