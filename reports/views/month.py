"""One month of a service or of the county, computed from the rows as they are now; the running month is marked as unfinished."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from reports.behind import LISTED
from reports.external import OF_METRIC
from reports.metrics.figure import FEW
from reports.models import MonthlyReport
from reports.permissions import may_read_county
from reports.report import Report, report_of
from reports.views.after import after_reading
from reports.views.choosing import Chosen, chosen_of
from reports.views.door import figures_door
from services.models import County


@require_GET
@figures_door
def month(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The figures in words, with their definitions and what they rest on, beside targets, drawn and broken down."""
    chosen = chosen_of(request, actor, county)
    report = report_of(actor, county, chosen.service, chosen.period, now=timezone.now())
    rows = MonthlyReport.objects.readable_by(actor).of_scope(county=county, service=chosen.service)
    revisions = rows.filter(month=chosen.period.first).select_related("made_by").order_by("revision") if chosen.month else []
    hers = may_read_county(actor, county)
    notes = [(note, hers or note.service_id is not None) for note in report.notes if note.month == chosen.period.first]
    after = after_reading(actor, county, chosen.service, chosen.month) if chosen.month else None
    context = {**page_context(chosen, report), "revisions": revisions, "notes": notes, "after": after}
    return render(request, "reports/month.html", context)


def page_context(chosen: Chosen, report: Report) -> dict[str, Any]:
    """What a page of figures shows, whether of a month or of a free period."""
    return {"chosen": chosen, "report": report, "listed": LISTED, "brought": tuple(OF_METRIC), "few": FEW}
