"""The review of a month: its frozen figures by topic, what was agreed last time, and what is found now (S000-53)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reports.forms.reviews import ActionRows, ReviewForm
from reports.frozen import figures_from
from reports.models import AgreedAction, MonthlyReport, Review
from reports.months import Month
from reports.operations import check_signing, sign_review, write_review
from reports.permissions import may_review, workers_of
from reports.quality import told_of
from reports.shown import ShownFigure
from reports.views.places import Place, month_of, place_door

# The topics of the model's item 4.2 and the figures that each is about; those that the report does not have are left out.
FIGURES: Mapping[str, tuple[Promise | str, Sequence[str]]] = {
    "contacts": (gettext_lazy("Number of contacts"), ("M01", "M03", "M04", "M05", "M28")),
    "queue_times": (gettext_lazy("Queue times"), ("M06", "M07", "M08", "M08b")),
    "satisfaction": (gettext_lazy("Customer satisfaction"), ("M14", "M15", "M16")),
    "free_feedback": (gettext_lazy("Free feedback"), ("M17",)),
}


SIGNS = "allekirjoita"


@require_http_methods(["GET", "HEAD", "POST"])
@place_door
def review(request: HttpRequest, place: Place, month: str) -> HttpResponse:
    """The signed review, if there is one; the form to whom it belongs; nothing to be reviewed before the month is frozen."""
    chosen = month_of(month)
    reports = MonthlyReport.objects.of_scope(county=place.county, service=place.service).filter(month=chosen.first)
    report = reports.order_by("-revision").first()
    rows = Review.objects.of_scope(county=place.county, service=place.service).filter(month=chosen.first).select_related("report")
    signed = list(rows.signed().prefetch_related("actions__improvement", "actions__owner"))
    draft = rows.filter(signed_at__isnull=True).select_related("begun_by").first()
    writes = may_review(place.actor, county=place.county, service=place.service)
    asks = writes and report is not None and (not signed or draft is not None or request.GET.get("uusi") == "1")
    context: dict[str, Any] = {
        "place": place,
        "month": chosen,
        "report": report,
        "signed": signed[0] if signed else None,
        "topics": _topics(signed[0].report if signed and not asks else report, signed[0] if signed else None),
        "earlier": signed[1:],
        "before": actions_before(place, chosen),
        "may_write": writes,
        "quality": told_of(place.county, place.service, chosen),
        "draft": draft,
    }
    if request.method == "POST":
        if not writes:
            raise PermissionDenied
        if report is None:
            raise Http404
        return (
            _signed(request, place, chosen, draft) if request.POST.get("sure") else _posted(request, place, chosen, draft, context)
        )
    if writes and draft is not None and report is not None and request.GET.get(SIGNS) == "1":
        return _asked(request, place, chosen, draft)
    if asks:
        context |= _forms(place, draft, replaces=bool(signed))
    return render(request, "reports/review.html", context)


def actions_before(place: Place, month: Month) -> list[AgreedAction]:
    """What was agreed when the month before was reviewed, with the state of each."""
    rows = Review.objects.of_scope(county=place.county, service=place.service).signed()
    last = rows.filter(month=month.shifted(-1).first).first()
    return list(last.actions.select_related("improvement", "owner")) if last else []


def _posted(request: HttpRequest, place: Place, month: Month, draft: Review | None, context: dict[str, Any]) -> HttpResponse:
    forms = _forms(place, draft, replaces=context["signed"] is not None, data=request.POST)
    form, rows, signs = forms["form"], forms["rows"], request.POST.get("do") == "sign"
    refused = _("It was neither saved nor signed yet") if signs else _("It was not saved yet")
    if form.is_valid() and rows.is_valid():
        actions = [action for each in rows if (action := each.action()) is not None]
        try:
            written = write_review(
                by=place.actor,
                county=place.county,
                service=place.service,
                month=month,
                revision=_number(request.POST.get("revision")) or 0,
                findings=form.findings(),
                actions=actions,
                reason=form.cleaned_data.get("reason", ""),
                version=_number(request.POST.get("version")),
                now=timezone.now(),
            )
        except MonthlyReport.DoesNotExist as error:
            raise Http404 from error
        except ValidationError as error:
            form.refuse(error)
            context["theirs"] = draft if error.args and getattr(error, "code", "") == "stale" else None
        else:
            context["draft"] = written
            if not signs:
                messages.success(request, _("Saved. It has not been signed yet."))
                return redirect("reports:review", place.key, str(month))
            try:
                check_signing(by=place.actor, review=written, now=timezone.now())
            except ValidationError as error:
                form.refuse(error)
                refused = _("What you wrote has been saved, but it was not signed yet. Mend these and sign again.")
            else:
                return redirect(f"{reverse('reports:review', args=[place.key, str(month)])}?{SIGNS}=1")
    return render(request, "reports/review.html", {**context, **forms, "refused": refused}, status=422)


def _asked(request: HttpRequest, place: Place, month: Month, draft: Review) -> HttpResponse:
    """What would be signed, and whether it is: a signed review never changes. What is saved stays, whatever is answered."""
    try:
        check_signing(by=place.actor, review=draft, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("reports:review", place.key, str(month))
    context = {"place": place, "month": month, "draft": draft, "actions": draft.actions.select_related("owner")}
    return render(request, "reports/review_sign.html", context)


def _signed(request: HttpRequest, place: Place, month: Month, draft: Review | None) -> HttpResponse:
    """Who is sure signs the very words that she was shown."""
    if draft is None:
        messages.warning(request, _("This review has been signed already."))
        return redirect("reports:review", place.key, str(month))
    version = _number(request.POST.get("version")) or 0
    try:
        sign_review(by=place.actor, review=draft, version=version, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("The review has been signed. The actions are on the list of improvements."))
    return redirect("reports:review", place.key, str(month))


def _forms(place: Place, draft: Review | None, *, replaces: bool, data: Any = None) -> dict[str, Any]:
    agreed = list(draft.actions.all()) if draft else []
    stored = [{"title": each.title, "owner": each.owner_id, "due_on": each.due_on} for each in agreed]
    workers = workers_of(county=place.county, service=place.service)
    form = ReviewForm(data, review=draft, replaces=replaces)
    rows = ActionRows(data, initial=None if data else stored, prefix="toimi", form_kwargs={"workers": workers})
    return {"form": form, "rows": rows}


def _topics(report: MonthlyReport | None, signed: Review | None) -> list[dict[str, Any]]:
    figures = figures_from(report.values) if report else {}
    return [
        {
            "key": key,
            "title": title,
            "figures": [ShownFigure(figures[code]) for code in codes if code in figures],
            "words": getattr(signed, key) if signed else "",
        }
        for key, (title, codes) in FIGURES.items()
    ]


def _number(written: str | None) -> int | None:
    return int(written) if written and written.isdecimal() and len(written) < 9 else None
