"""Reads what there is around the service’s monthly report: the choice of its metrics, frozen months, signed reviews."""

from __future__ import annotations

from datetime import date

from adoption.signals import facts as fact
from reports.models import MonthlyReport, ReportSelection, Review
from reports.permissions import recipients_of
from reports.selection import undecided
from reports.targets import targets_in_force
from services.models import Service


def read_reporting(service: Service, *, today: date) -> fact.ReportingFact:
    """Of the service alone: the county’s own report proves nothing of it."""
    reports = MonthlyReport.objects.filter(service=service, county=service.county_id, revision=1).order_by("made_at", "pk")
    reviews = Review.objects.filter(service=service, county=service.county_id, signed_at__isnull=False).order_by("signed_at", "pk")
    return fact.ReportingFact(
        selection=_selection(service, today),
        reports=tuple(
            fact.ReportFact(fact.Row(f"report:{row.pk}", row.made_at), row.month) for row in reports.only("month", "made_at")
        ),
        reviews=tuple(
            fact.ReportFact(fact.Row(f"review:{row.public_id}", row.signed_at), row.month) for row in reviews if row.signed_at
        ),
    )


def _selection(service: Service, today: date) -> fact.SelectionFact | None:
    row = ReportSelection.objects.filter(service=service).first()
    if row is None:
        return None
    lacks = set(undecided(row, targets_in_force(service.county_id, service, today)))
    readers = recipients_of(county=service.county, service=service)
    return fact.SelectionFact(
        row=fact.Row(f"selection:{row.pk}", row.saved_at, str(row.version)),
        metrics=tuple(row.metrics),
        decided=frozenset(row.metrics) - lacks,
        recipients=readers.filter(pk__in=row.recipients.values("pk")).count(),
    )
