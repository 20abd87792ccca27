"""Figures from elsewhere: what has been entered, by whom and when; one by hand, or many by a file that is looked through first."""

from __future__ import annotations

from hashlib import sha256

import tablib
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from reports.choices import ExternalKind
from reports.external import OF_METRIC, empty_table, read_table
from reports.forms.external import FigureFileForm, FigureForm
from reports.months import Month
from reports.operations import Taken, bring_in_figures, enter_figure
from reports.permissions import may_count, may_enter, may_judge_savings
from reports.views.entered import listed_of
from reports.views.files import as_file
from reports.views.places import Place, month_of, place_door
from services.resources.files import CONTENT_TYPES, read_file, write_file
from services.views.two_steps import two_steps


@require_http_methods(["GET", "HEAD", "POST"])
@place_door
def figures(request: HttpRequest, place: Place) -> HttpResponse:
    """All that has been entered of the service or of the county, and a form for one more."""
    now = timezone.now()
    judges = may_judge_savings(place.actor, county=place.county, service=place.service)
    month = month_of(request.GET["kuukausi"]) if request.GET.get("kuukausi") else None
    codes = request.GET.get("mittari", "")
    if codes and codes not in OF_METRIC:
        raise Http404
    today = timezone.localdate(now)
    first = {"month": str(month or Month.of(today).shifted(-1))}
    form = FigureForm(request.POST or None, key=place.key, today=today, judges=judges, initial=first)
    if request.method == "POST":
        if not may_enter(place.actor, county=place.county, service=place.service):
            raise PermissionDenied
        if form.is_valid() and _entered(place, form):
            messages.success(request, _("Saved."))
            return redirect("reports:external", place.key)
    listed = listed_of(place, month, codes, request.GET.get("sivu"))
    context = {
        "place": place,
        "form": form,
        "may": may_enter(place.actor, county=place.county, service=place.service),
        "counts": place.service is not None and may_count(place.actor, county=place.county, service=place.service),
        "listed": listed,
        "page": listed.page,
        "shown": listed.rows,
        "month": month,
        "code": codes,
    }
    return render(request, "reports/external.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@place_door
def bring_in(request: HttpRequest, place: Place) -> HttpResponse:
    """First the file is looked through and nothing is changed; then exactly the same file is brought in."""
    if not may_enter(place.actor, county=place.county, service=place.service):
        raise PermissionDenied
    purpose = f"external:{place.county.code}:{place.actor.user_id}"
    steps = two_steps(
        request,
        form_class=FigureFileForm,
        purpose=purpose,
        bring_in=lambda content, dry_run: _bring_in(place, content, dry_run=dry_run),
    )
    if steps.is_done and steps.found is not None:
        words = _("Brought in: %(new)s new, %(replaced)s in the place of older ones, %(unchanged)s as they were.")
        messages.success(request, words % _counts(steps.found))
        return redirect("reports:external", place.key)
    context = {"place": place, "kinds": ExternalKind.choices, **steps.context}
    return render(request, "reports/external_file.html", context, status=steps.status)


@require_GET
@place_door
def empty(request: HttpRequest, place: Place, kind: str) -> HttpResponse:
    """An empty table with a row for each figure of last month, to be filled in."""
    if kind not in CONTENT_TYPES:
        raise Http404
    month = Month.of(timezone.localdate()).shifted(-1)
    heads, rows = empty_table(place.key, month, (get_language() or "fi")[:2])
    dataset = tablib.Dataset(*rows, headers=heads, title=str(month))
    return as_file(write_file(dataset, kind), kind, f"luvut-{place.key}-{month}")


def _entered(place: Place, form: FigureForm) -> bool:
    entry, seen = form.entry, form.cleaned_data["replaces"] or 0
    try:
        enter_figure(by=place.actor, county=place.county, service=place.service, entry=entry, replaces=seen, now=timezone.now())
    except ValidationError as error:
        form.refuse(error)
        if getattr(error, "code", "") == "there":
            form.know(int((error.params or {})["revision"]))
        return False
    return True


def _bring_in(place: Place, content: bytes, *, dry_run: bool) -> Taken:
    table = read_file(content)
    rows = [[str(cell) for cell in row] for row in table]
    now = timezone.now()
    entries, problems = read_table(list(table.headers or ()), rows, today=timezone.localdate(now))
    digest = sha256(content).hexdigest()
    # What the rows themselves allow is asked too, so that all that is wrong is told at once.
    found = bring_in_figures(
        by=place.actor, county=place.county, entries=entries, digest=digest, dry_run=dry_run or bool(problems), now=now
    )
    if problems:
        return Taken(problems=tuple(sorted([*problems, *found.problems], key=lambda each: each.row)))
    return found


def _counts(found: Taken) -> dict[str, int]:
    return {"new": found.new, "replaced": found.replaced, "unchanged": found.unchanged}
