"""How an action that was agreed goes on: its state, who does it, and what came of it (S001-24)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from reports.forms.improvements import ProgressForm
from reports.permissions import readable_services, workers_of
from reports.views.door import figures_door
from reports.views.places import Place
from services.models import County, Improvement
from services.operations import change_row


@require_http_methods(["GET", "HEAD", "POST"])
@figures_door
def improvement(request: HttpRequest, actor: Staff, county: County, key: UUID) -> HttpResponse:
    """Read by who reads the figures of its service; changed by who keeps the list."""
    mine = Q(service__in=readable_services(actor, county)) | Q(service__isnull=True)
    rows = Improvement.objects.filter(mine, county=county).select_related("county", "service", "owner")
    row: Improvement | None = rows.filter(public_id=key).first()
    if row is None:
        raise Http404
    may = Improvement.objects.editable_by(actor).filter(pk=row.pk).exists()
    form = ProgressForm(request.POST or None, row=row, workers=workers_of(county=county, service=row.service))
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        written = request.POST.get("version", "")
        version = int(written) if written.isdecimal() and len(written) < 9 else 0
        if form.is_valid():
            try:
                change_row(by=actor, row=row, values=form.values(), version=version, source="reports")
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, _("Saved."))
                return redirect("reports:improvement", row.public_id)
    context = {"row": row, "place": Place(actor, county, row.service), "form": form if may else None}
    return render(request, "reports/improvement.html", context, status=422 if form.errors else 200)
