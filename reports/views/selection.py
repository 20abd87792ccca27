"""The metrics that a service follows: chosen here, and obeyed by its monthly report (S000-43)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reports.forms.selections import SelectionForm
from reports.models import ReportSelection
from reports.operations import choose_metrics
from reports.permissions import recipients_of
from reports.selection import undecided
from reports.targets import targets_in_force
from reports.views.places import Place, place_door
from services.metric_names import METRICS


@require_http_methods(["GET", "HEAD", "POST"])
@place_door
def selection(request: HttpRequest, place: Place) -> HttpResponse:
    """Which metrics, which of them without a target, and who is told when a report is ready."""
    if place.service is None:
        raise Http404
    row = ReportSelection.objects.filter(service=place.service).select_related("saved_by").first()
    targets = targets_in_force(place.county.pk, place.service, timezone.localdate())
    people = recipients_of(county=place.county, service=place.service)
    form = SelectionForm(request.POST or None, row=row, targets=targets, people=people)
    if request.method == "POST" and form.is_valid():
        written = request.POST.get("version", "")
        try:
            choose_metrics(
                by=place.actor,
                service=place.service,
                metrics=form.metrics(),
                without_target=form.without_target(),
                recipients=list(form.cleaned_data["recipients"]),
                version=int(written) if written.isdecimal() and len(written) < 9 else None,
                now=timezone.now(),
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. From now on the report shows these metrics."))
            return redirect("reports:selection", place.key)
    lacks = [f"{code} {METRICS[code]}" for code in undecided(row, targets)] if row else []
    context = {"place": place, "form": form, "row": row, "lacks": lacks, "has_recipients": bool(row and row.recipients.exists())}
    return render(request, "reports/selection.html", context, status=422 if form.errors else 200)
