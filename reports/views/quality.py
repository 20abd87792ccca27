"""The quality sample of a month: drawn, gone through, its results by item; a responder sees the remarks on her own (M35)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from accounts.choices import CONSOLE_ROLES
from accounts.permissions import has_role_anywhere
from chat.choices import AudienceChoice, EventKind, ParticipantKind
from chat.models import Conversation, Event, Leg
from reports.choices import QualityItem, QualityMark
from reports.exports.quality import quality_csv, quality_xlsx
from reports.forms.quality import CheckForm
from reports.models import MonthlyReport, QualityCheck, QualitySample
from reports.months import Month
from reports.operations import check_conversation, draw_sample, export_quality, open_sampled, replace_erased
from reports.permissions import may_check_quality, may_review
from reports.quality import LEAST_OF_SERVICE, PER_RESPONDER, result_of
from reports.views.files import as_file
from reports.views.places import Place, month_of, place_door
from services.models import County
from services.views.county_door import county_door

own_door = county_door(lambda actor, county: has_role_anywhere(actor, CONSOLE_ROLES, county=county.code))
"""Whoever answers in the county; each sees what was remarked of her own conversations."""
MOST_OWN = 60


@require_http_methods(["GET", "HEAD", "POST"])
@place_door
def sample(request: HttpRequest, place: Place, month: str) -> HttpResponse:
    """The sample, if it was drawn; the button to draw it to whom it belongs, once the month is frozen."""
    service, chosen = place.service, month_of(month)
    if service is None or not may_review(place.actor, county=place.county, service=service):
        raise PermissionDenied
    may = may_check_quality(place.actor, county=place.county, service=service)
    if request.method == "POST":
        try:
            draw_sample(by=place.actor, county=place.county, service=service, month=chosen, now=timezone.now())
        except ValidationError as error:
            messages.error(request, error.messages[0])
        return redirect("reports:quality", place.key, str(chosen))
    row = _sample(place, chosen)
    if row is not None and may and request.method == "GET":
        replace_erased(by=place.actor, sample=row)
    frozen = MonthlyReport.objects.of_scope(county=place.county, service=service).filter(month=chosen.first).exists()
    context: dict[str, Any] = {
        "place": place,
        "month": chosen,
        "sample": row,
        "frozen": frozen,
        "may": may,
        "result": result_of(row) if row else None,
        "rows": _rows(place.actor, row) if row and may else [],
        "per_responder": PER_RESPONDER,
        "least": LEAST_OF_SERVICE,
    }
    return render(request, "reports/quality.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@place_door
def check(request: HttpRequest, place: Place, month: str, conversation: UUID) -> HttpResponse:
    """One conversation of the sample beside the check list. Every opening of it leaves an audit row."""
    row, chosen = _check(place, month_of(month), conversation), month_of(month)
    form = CheckForm(request.POST or None, row=row, auto_id="q-%s")
    try:
        opened = open_sampled(by=place.actor, check=row)
        if request.method == "POST" and form.is_valid():
            written = request.POST.get("version", "")
            check_conversation(
                by=place.actor,
                check=row,
                marks=form.marks(),
                remarks=form.cleaned_data["remarks"],
                version=int(written) if written.isdecimal() and len(written) < 9 else 0,
                now=timezone.now(),
            )
            messages.success(request, _("Saved. The one who answered sees the remarks."))
            return redirect("reports:quality", place.key, str(chosen))
    except Conversation.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        if getattr(error, "code", "") in ("own", "erased", "replaced"):
            messages.warning(request, error.messages[0])
            return redirect("reports:quality", place.key, str(chosen))
        form.refuse(error)
        row.refresh_from_db()
    context = {
        "place": place,
        "month": chosen,
        "row": row,
        "form": form,
        "conversation": opened,
        "log": _log(opened),
    }
    return render(request, "reports/quality_check.html", context, status=422 if form.errors else 200)


@require_GET
@place_door
def results_file(request: HttpRequest, place: Place, month: str, kind: str) -> HttpResponse:
    """The results by item as a file; there is none where they would be one person's."""
    chosen = month_of(month)
    if place.service is None or not may_review(place.actor, county=place.county, service=place.service):
        raise PermissionDenied
    row = _sample(place, chosen)
    if row is None or kind not in ("csv", "xlsx"):
        raise Http404
    result = result_of(row)
    if not result.is_told:
        raise Http404
    export_quality(by=place.actor, sample=row)
    made = quality_csv(result) if kind == "csv" else quality_xlsx(result, title=f"{place.name} {chosen}")
    return as_file(made, kind, f"laatuotos-{place.key}-{chosen}")


@require_GET
@own_door
def own(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """What was remarked of her own conversations, the newest first; nobody else's."""
    rows = QualityCheck.objects.remarks_for(actor).filter(sample__county=county)
    found = rows.select_related("sample__service", "conversation__topic").order_by("-checked_at")[:MOST_OWN]
    context = {"rows": [(row, _marks(row)) for row in found]}
    return render(request, "reports/quality_own.html", context)


def _sample(place: Place, month: Month) -> QualitySample | None:
    rows = QualitySample.objects.readable_by(place.actor).of_scope(county=place.county, service=place.service)
    found: QualitySample | None = rows.filter(month=month.first).select_related("drawn_by", "county", "service").first()
    return found


def _check(place: Place, month: Month, conversation: UUID) -> QualityCheck:
    if place.service is None or not may_check_quality(place.actor, county=place.county, service=place.service):
        raise PermissionDenied
    found: QualityCheck | None = (
        QualityCheck.objects.standing()
        .filter(sample__service=place.service, sample__month=month.first, conversation__public_id=conversation)
        .select_related("sample__county", "sample__service")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _rows(actor: Staff, row: QualitySample) -> list[tuple[QualityCheck, bool]]:
    """The conversations of the sample, and whether she answered in it herself; nobody's name."""
    checks = list(row.checks.standing().select_related("conversation__topic").order_by("number"))
    keys = [each.conversation_id for each in checks]
    hers = set(Leg.objects.filter(conversation__in=keys, responder=actor.user_id).values_list("conversation_id", flat=True))
    return [(each, each.conversation_id in hers or each.responder_id == actor.user_id) for each in checks]


def _log(conversation: Conversation) -> list[tuple[Event, str]]:
    """What was said, and by which side; the names of those who answered are left out, so that the words are judged."""
    events = Event.objects.filter(conversation=conversation, audience=AudienceChoice.ALL, kind=EventKind.MESSAGE)
    found = []
    for event in events.select_related("participant").order_by("seq"):
        is_resident = event.participant is not None and event.participant.kind == ParticipantKind.RESIDENT
        found.append((event, _("Client") if is_resident else _("Responder")))
    return found


def _marks(row: QualityCheck) -> list[tuple[str, str]]:
    words = dict(QualityMark.choices)
    return [(str(label), str(words.get(row.marks.get(code, ""), "–"))) for code, label in QualityItem.choices]
