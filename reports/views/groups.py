"""Groups of services in reports, and the letters of the county's report: the main user's page."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Staff
from reports.forms.groups import GroupForm, RecipientsForm
from reports.models import ReportGroup, ReportRecipient
from reports.operations import choose_recipients, end_group, save_group
from reports.permissions import may_group, readers_of_group
from services.models import County, Service
from services.views.county_door import county_door

groups_door = county_door(may_group)


@require_http_methods(["GET", "HEAD", "POST"])
@groups_door
def groups(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The groups, and who gets the county's letter."""
    form = _recipients(request, county, None)
    if request.method == "POST" and form.is_valid():
        try:
            choose_recipients(by=actor, county=county, group=None, people=list(form.cleaned_data["recipients"]))
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("reports:groups")
    rows = ReportGroup.objects.filter(county=county, ended_at__isnull=True).prefetch_related("services")
    return render(request, "reports/group_list.html", {"rows": rows, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@groups_door
def group(request: HttpRequest, actor: Staff, county: County, key: str = "") -> HttpResponse:
    """Make a group, or change its name and services."""
    row = _row(county, key) if key else None
    services = Service.objects.filter(county=county, is_test=False).order_by("name_fi")
    form = GroupForm(request.POST or None, row=row, services=services)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = save_group(
                by=actor,
                county=county,
                group=row,
                names=form.names,
                services=list(given["services"]),
                version=given["version"],
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The group was saved. It has reports of its own from now on."))
            return redirect("reports:group", row.key)
    letters = _recipients(None, county, row) if row else None
    context = {"form": form, "row": row, "letters": letters}
    return render(request, "reports/group.html", context, status=422 if form.errors else 200)


@require_POST
@groups_door
def group_recipients(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """Who gets the letter of the group."""
    row = _row(county, key)
    form = _recipients(request, county, row)
    if form.is_valid():
        choose_recipients(by=actor, county=county, group=row, people=list(form.cleaned_data["recipients"]))
        messages.success(request, _("Saved."))
    else:
        messages.warning(request, _("A recipient must be one who may read these figures."))
    return redirect("reports:group", row.key)


@require_POST
@groups_door
def group_end(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """Take the group out of use; its frozen reports stay."""
    end_group(by=actor, group=_row(county, key), now=timezone.now())
    messages.success(request, _("The group is not in use any more. Its frozen reports stay."))
    return redirect("reports:groups")


def _row(county: County, key: str) -> ReportGroup:
    row: ReportGroup | None = ReportGroup.objects.filter(county=county, ended_at__isnull=True, key=key).first()
    if row is None:
        raise Http404
    return row


def _recipients(request: HttpRequest | None, county: County, row: ReportGroup | None) -> RecipientsForm:
    chosen = ReportRecipient.objects.filter(county=county, group=row).values_list("user", flat=True)
    data = request.POST if request is not None and request.method == "POST" else None
    return RecipientsForm(data, people=readers_of_group(county=county, group=row), chosen=list(chosen))
