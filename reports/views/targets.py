"""The targets of a service or of the county: in force, coming and past; set and ended by a main user or a manager."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reports.forms.targets import EndForm, TargetForm
from reports.operations import end_target, set_target
from reports.permissions import may_set_targets
from reports.targets import target_in_words
from reports.views.places import Place, place_door
from services.metric_names import metric_words
from services.models import Target

MOST_PAST = 100


@require_http_methods(["GET", "HEAD", "POST"])
@place_door
def targets(request: HttpRequest, place: Place) -> HttpResponse:
    """All of them by their days, and a new one."""
    may = may_set_targets(place.actor, county=place.county, service=place.service)
    old = _row(place, request.POST.get("replaces") or request.GET.get("korvaa") or "") if may else None
    form = TargetForm(request.POST or None, replaces=old)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if form.is_valid() and _saved(request, place, form, old):
            messages.success(request, _("Saved."))
            return redirect("reports:targets", place.key)
    return _page(request, place, may, {"form": form, "replaces": old, "replaced": _shown(old) if old else None})


@require_POST
@place_door
def end(request: HttpRequest, place: Place) -> HttpResponse:
    """A target holds until a day."""
    may = may_set_targets(place.actor, county=place.county, service=place.service)
    if not may:
        raise PermissionDenied
    row = _row(place, request.POST.get("target", ""))
    if row is None:
        raise Http404
    form = EndForm(request.POST, auto_id=f"e-{row.pk}-%s")
    if form.is_valid():
        try:
            end_target(by=place.actor, target=row, ends_on=form.cleaned_data["ends_on"], version=_version(request))
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("reports:targets", place.key)
    new = TargetForm(replaces=None)
    return _page(request, place, may, {"form": new, "ending": row.pk, "end_form": form})


def _saved(request: HttpRequest, place: Place, form: TargetForm, old: Target | None) -> bool:
    if old is not None:
        old.version = _version(request)
    try:
        set_target(by=place.actor, county=place.county, service=place.service, values=form.cleaned_data, replaces=old)
    except ValidationError as error:
        form.refuse(error)
        return False
    return True


def _page(request: HttpRequest, place: Place, may: bool, context: dict[str, Any]) -> HttpResponse:
    today = timezone.localdate()
    rows = list(Target.objects.filter(county=place.county, service=place.service).order_by("metric", "aim", "-starts_on"))
    past = sorted((row for row in rows if row.ends_on and row.ends_on < today), key=lambda row: row.starts_on, reverse=True)
    shared = Target.objects.filter(county=place.county, service__isnull=True) if place.service else Target.objects.none()
    refused = bool(context["form"].errors or ("end_form" in context and context["end_form"].errors))
    given = context.get("end_form")
    groups = {
        "now": [row for row in rows if row.starts_on <= today and (row.ends_on is None or row.ends_on >= today)],
        "coming": [row for row in rows if row.starts_on > today],
        "past": past[:MOST_PAST],
        "shared": [
            row for row in shared.order_by("metric") if row.starts_on <= today and (not row.ends_on or row.ends_on >= today)
        ],
    }
    shown = {name: [_shown(row) for row in found] for name, found in groups.items()}
    for each in (*shown["now"], *shown["coming"]):
        mine = context.get("ending") == each["row"].pk
        each["end"] = given if mine else EndForm(auto_id=f"e-{each['row'].pk}-%s")
    return render(
        request, "reports/targets_page.html", {"place": place, "may": may, **shown, **context}, status=422 if refused else 200
    )


def _shown(row: Target) -> dict[str, Any]:
    return {"row": row, "metric": metric_words(row.metric), "words": target_in_words(row), "is_phone": row.channel == "phone"}


def _row(place: Place, key: str) -> Target | None:
    if not key:
        return None
    rows = Target.objects.filter(county=place.county, service=place.service)
    row: Target | None = rows.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    if row is None:
        raise Http404
    return row


def _version(request: HttpRequest) -> int:
    written = request.POST.get("version", "")
    return int(written) if written.isdecimal() and len(written) < 9 else 0
