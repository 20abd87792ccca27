"""One month of a service or of the county, computed from the rows as they are now; the running month is marked as unfinished."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from reports.external import OF_METRIC
from reports.making import making_of
from reports.metrics.figure import FEW
from reports.permissions import may_group
from reports.report import Report, report_of
from reports.views.after import after_reading
from reports.views.alerts import open_alerts
from reports.views.choosing import Chosen, chosen_of
from reports.views.door import figures_door
from reports.views.growing import growing_of
from services.models import County

FROZEN_FILES = (("reports:paper", "PDF"), ("reports:workbook", "XLSX"), ("reports:table", "CSV"), ("reports:data", "JSON"))
"""Of each revision."""


@require_GET
@figures_door
def month(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The figures in words, with their definitions and what they rest on, beside targets, drawn and broken down."""
    chosen = chosen_of(request, actor, county)
    now = timezone.now()
    report = report_of(actor, county, chosen.service, chosen.period, now=now, group=chosen.group)
    hers = chosen.may_read_all
    notes = [(note, hers or note.service_id is not None) for note in report.notes if note.month == chosen.period.first]
    after = (
        after_reading(actor, county, chosen.service, chosen.month, is_frozen=report.frozen is not None)
        if chosen.month and not chosen.group
        else None
    )
    scope = report.figures.scope
    watched = open_alerts(actor, county, None if scope.is_whole else scope.services) if report.goes_on else None
    context = {
        **page_context(actor, chosen, report),
        "revisions": report.revisions,
        "notes": notes,
        "after": after,
        "alerts": watched,
    }
    context |= {"may_group": may_group(actor, county), "group_services": chosen.group.services.all() if chosen.group else ()}
    context["frozen_files"] = FROZEN_FILES
    if chosen.month:
        has_report = report.frozen is not None or report.is_gap
        context["making"] = making_of(county, chosen.service, chosen.group, chosen.month, has_report=has_report, now=now)
    return render(request, "reports/month.html", context)


def page_context(actor: Staff, chosen: Chosen, report: Report) -> dict[str, Any]:
    """What a page of figures shows, whether of a month or of a free period."""
    places = [(each.key, each) for each in chosen.group.services.filter(is_test=False)] if chosen.group else [(chosen.key, None)]
    brought, grown = tuple(OF_METRIC), growing_of(actor, report)
    return {"chosen": chosen, "report": report, "brought": brought, "places": places, "few": FEW, "growing": grown}
