"""Notes beside a month's figures: write, change, delete."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from reports.forms.pages import NoteForm
from reports.models import MonthNote
from reports.months import Month
from reports.operations import change_note, delete_note, write_note
from reports.permissions import may_read
from reports.views.choosing import ALL, chosen_of
from reports.views.door import figures_door
from services.models import County


@require_http_methods(["GET", "HEAD", "POST"])
@figures_door
def new(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Write a note of the month and service that the address names."""
    chosen = chosen_of(request, actor, county)
    if chosen.month is None or chosen.group:
        raise Http404  # a note is of a service or of the county; a group tells the county’s
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            write_note(by=actor, county=county, service=chosen.service, month=chosen.month, texts=form.texts, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The note was saved."))
            return redirect(f"{reverse('reports:month')}?{chosen.query}")
    context = {"form": form, "service": chosen.service, "month": chosen.month.first, "query": chosen.query}
    return render(request, "reports/notes/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@figures_door
def note(request: HttpRequest, actor: Staff, county: County, note: UUID) -> HttpResponse:
    """Change the words of a note; who was slower sees what was saved meanwhile, and loses nothing."""
    row = _note(actor, county, note)
    saved = None
    form = NoteForm(request.POST, row=row) if request.method == "POST" else NoteForm(row=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_note(by=actor, note=row, texts=form.texts, seen=form.cleaned_data["version"] or 0)
        except ValidationError as error:
            if getattr(error, "code", "") == "stale":
                saved = row
                form.know(row)
            form.refuse(error)
        else:
            messages.success(request, _("The note was saved."))
            return redirect(f"{reverse('reports:month')}?{_query(row)}")
    context = {"form": form, "row": row, "saved": saved, "service": row.service, "month": row.month, "query": _query(row)}
    return render(request, "reports/notes/form.html", context, status=(409 if saved else 422) if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@figures_door
def delete(request: HttpRequest, actor: Staff, county: County, note: UUID) -> HttpResponse:
    """Ask, and delete the note."""
    row = _note(actor, county, note)
    if request.method == "POST" and request.POST.get("sure"):
        query = _query(row)
        delete_note(by=actor, note=row)
        messages.success(request, _("The note was deleted."))
        return redirect(f"{reverse('reports:month')}?{query}")
    return render(request, "reports/notes/delete.html", {"note": row, "query": _query(row)})


def _note(actor: Staff, county: County, key: UUID) -> MonthNote:
    rows = MonthNote.objects.readable_by(actor).filter(county=county, public_id=key)
    row = rows.select_related("county", "service").first()
    if row is None:
        raise Http404
    if not may_read(actor, county=county, service=row.service):
        raise PermissionDenied
    return row


def _query(row: MonthNote) -> str:
    return f"palvelu={row.service.key if row.service else ALL}&kuukausi={Month.of(row.month)}"
