"""Help forms for the main user: made for any service without code, previewed, published, put in and out of use (S003-14)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from services.forms.help_forms import HelpFieldForm, HelpFormForm
from services.holidays_fi import end_of_working_day
from services.models import County, HelpField, HelpForm, Service
from services.operations import (
    add_help_field,
    change_help_field,
    change_help_form,
    delete_help_field,
    document_of,
    make_help_form,
    move_help_field,
    publish_help_form,
    switch_help_form,
)
from services.permissions import may_configure
from services.views.county_door import county_door

P = ParamSpec("P")
forms_door = county_door(lambda actor, county: may_configure(actor, county.code))
"""Only the county's main user."""


def form_door(view: Callable[Concatenate[HttpRequest, Staff, HelpForm, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Only the main user of the form's county; to anybody else it is as if there were none."""

    @wraps(view)
    def inner(request: HttpRequest, actor: Staff, county: County, /, form: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        rows = HelpForm.objects.editable_by(actor).filter(service__county=county, public_id=form)
        row = rows.select_related("service__county").first()
        if row is None:
            raise Http404
        return view(request, actor, row, *args, **kwargs)

    return forms_door(inner)


@require_GET
@forms_door
def help_forms(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The county's services, and how the form of each stands; those for practising need none."""
    services = Service.objects.filter(county=county, is_test=False).select_related("help_form").order_by("name_fi")
    rows = [(service, getattr(service, "help_form", None)) for service in services]
    return render(request, "help_forms/list.html", {"rows": rows})


@require_POST
@forms_door
def new(request: HttpRequest, actor: Staff, county: County, service: UUID) -> HttpResponse:
    """A service gets a form, as a draft."""
    found = Service.objects.filter(county=county, public_id=service).first()
    if found is None:
        raise Http404
    made = make_help_form(by=actor, service=found)
    return redirect("surveys:help_form", made.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@form_door
def help_form(request: HttpRequest, actor: Staff, row: HelpForm) -> HttpResponse:
    """The form: its words, its promise and its fields; a save over somebody else's newer text is refused."""
    form = HelpFormForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_help_form(by=actor, form=row, values=form.values(), version=form.cleaned_data["version"])
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. Residents see it when you publish the form."))
            return redirect("surveys:help_form", row.public_id)
    context = {
        "row": row,
        "form": form,
        "fields": list(row.fields.all()),
        "is_changed": row.published_at is not None and {**document_of(row), "number": 0} != {**row.published, "number": 0},
        "due_now": end_of_working_day(timezone.now(), row.days),
        "address": request.build_absolute_uri(reverse("chat:help_ask", args=[row.service.key])),
    }
    return render(request, "help_forms/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@form_door
def field(request: HttpRequest, actor: Staff, row: HelpForm, field: UUID | None = None) -> HttpResponse:
    """A new field, or a field to be changed."""
    found = _field(row, field) if field is not None else None
    form = HelpFieldForm(request.POST or None, row=found)
    if request.method == "POST" and form.is_valid():
        try:
            if found is None:
                add_help_field(by=actor, field=HelpField(form=row, **form.values()))
            else:
                change_help_field(by=actor, field=found, values=form.values(), version=form.cleaned_data["version"])
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. Residents see it when you publish the form."))
            return redirect("surveys:help_form", row.public_id)
    return render(request, "help_forms/field.html", {"row": row, "form": form, "field": found}, status=422 if form.errors else 200)


@require_POST
@form_door
def place(request: HttpRequest, actor: Staff, row: HelpForm, field: UUID) -> HttpResponse:
    """Move a field up or down, or take it away."""
    found, do = _field(row, field), request.POST.get("do")
    if do == "delete":
        delete_help_field(by=actor, field=found)
    else:
        move_help_field(by=actor, field=found, up=do == "up")
    return redirect(f"{reverse('surveys:help_form', args=[row.public_id])}#fields")


@require_POST
@form_door
def publish(request: HttpRequest, actor: Staff, row: HelpForm) -> HttpResponse:
    """Publish the draft, or put the form out of use or in use again."""
    do = request.POST.get("do")
    try:
        if do in ("on", "off"):
            switch_help_form(by=actor, form=row, on=do == "on")
            messages.success(request, _("The form is in use.") if do == "on" else _("The form is out of use."))
        else:
            publish_help_form(by=actor, form=row, now=timezone.now())
            messages.success(request, _("The form is published and in use."))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("surveys:help_form", row.public_id)


def _field(row: HelpForm, field: UUID) -> HelpField:
    found: HelpField | None = HelpField.objects.filter(form=row, public_id=field).select_related("form__service__county").first()
    if found is None:
        raise Http404
    return found
