"""The switch of disruptions: start, change, end, and the report afterwards (S001-31). For supervisors and main users."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from chat.aftermath import Aftermath, aftermath_of
from chat.choices import State, ToldPhase
from chat.forms import DISRUPTION_TEXTS, DisruptionForm
from chat.models import Conversation
from chat.operations import change_disruption, end_disruption, start_disruption
from chat.views.console_panel import page_language
from chat.views.disruption_door import Scope, notice_door, scopes_of
from services.models import County, Disruption, DisruptionText
from services.texts import text

ENDED_SHOWN = 20
CAME_OF = {
    "taken": gettext_lazy("A professional took the conversation"),
    "left": gettext_lazy("Left while waiting"),
    "closed": gettext_lazy("The service closed"),
    "moved": gettext_lazy("Went on to another queue"),
    "waiting": gettext_lazy("Still waiting"),
}
"""What came of a turn in the line, for people."""


@require_http_methods(["GET", "HEAD", "POST"])
@notice_door
def disruption(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Running and earlier disruptions, and the switch: fill in, look at it, start."""
    scopes, prepared = scopes_of(actor, county), _prepared(county)
    step = request.POST.get("step", "")
    if request.method != "POST":
        form = _form(scopes, prepared, initial={"token": uuid4()})
        return _page(request, actor, county, form)
    data = request.POST.dict()
    if step == "fill" or (not data.get("text_fi") and not data.get("text_sv")):
        data = _filled(data, prepared)
    form = _form(scopes, prepared, data=data)
    if step in ("fill", "back"):
        return _page(request, actor, county, _form(scopes, prepared, initial=data))
    if not form.is_valid() or not _whole(form, county):
        return _page(request, actor, county, form, status=422)
    scope = next(each for each in scopes if each.value == form.cleaned_data["scope"])
    if step != "start":
        return _page(request, actor, county, form, preview=scope)
    try:
        row = start_disruption(
            by=actor,
            county=county,
            service=scope.service,
            queue=scope.queue,
            text=form.texts("text"),
            staff_text=form.texts("staff_text"),
            stops_intake=form.cleaned_data["stops_intake"],
            ends_at=form.cleaned_data["ends_at"],
            token=form.cleaned_data["token"],
            now=timezone.now(),
        )
    except ValidationError as error:
        _tell(form, error)
        return _page(request, actor, county, form, status=409)
    messages.success(request, _("The notice is shown now. Those who wait have been told."))
    return redirect("chat:disruption_report", row.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@notice_door
def change(request: HttpRequest, actor: Staff, county: County, disruption: UUID) -> HttpResponse:
    """Change what a running disruption tells; a save over somebody else's newer text is refused with both."""
    row = _row(actor, county, disruption)
    prepared = _prepared(county)
    if request.method == "POST":
        data = _filled(request.POST.dict(), prepared) if request.POST.get("step") == "fill" else request.POST.dict()
        form = _form([], prepared, data=data)
        if request.POST.get("step") == "fill":
            form = _form([], prepared, initial=data)
        elif form.is_valid() and _whole(form, county):
            try:
                change_disruption(
                    by=actor,
                    disruption=row,
                    text=form.texts("text"),
                    staff_text=form.texts("staff_text"),
                    stops_intake=form.cleaned_data["stops_intake"],
                    ends_at=form.cleaned_data["ends_at"],
                    version=form.cleaned_data["version"],
                    now=timezone.now(),
                )
            except ValidationError as error:
                _tell(form, error)
            else:
                messages.success(request, _("The notice was changed. Those who wait have been told."))
                return redirect("chat:disruption_report", row.public_id)
    else:
        stored = {name: getattr(row, name) or "" for name in DISRUPTION_TEXTS}
        ends_at = timezone.localtime(row.ends_at) if row.ends_at else None
        form = _form([], prepared, initial={**stored, "stops_intake": row.stops_intake, "ends_at": ends_at, "version": row.version})
    context = {"form": form, "row": row, "scope_name": scope_name(row), "languages": _languages(form, county)}
    return render(request, "chat/disruption/change.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@notice_door
def end(request: HttpRequest, actor: Staff, county: County, disruption: UUID) -> HttpResponse:
    """End a running disruption, when the person has said that she is sure."""
    row = _row(actor, county, disruption)
    if request.method == "POST" and request.POST.get("sure"):
        try:
            end_disruption(by=actor, disruption=row, now=timezone.now())
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        else:
            messages.success(request, _("The disruption is over. Those who were told of it have been told that too."))
        return redirect("chat:disruption_report", row.public_id)
    return render(request, "chat/disruption/end.html", {"row": row, "scope_name": scope_name(row)})


@require_GET
@notice_door
def report(request: HttpRequest, actor: Staff, county: County, disruption: UUID) -> HttpResponse:
    """Who waited during a disruption and what they were told; each reading is audited."""
    row = _row(actor, county, disruption)
    found = aftermath_of(row, now=timezone.now())
    _audit(actor, row, AuditAction.READ, found)
    context = {
        "row": row,
        "report": found,
        "scope_name": scope_name(row),
        "counts": [(label, found.counts[key]) for key, label in CAME_OF.items() if found.counts[key]],
        "came_of": CAME_OF,
        "phases": dict(ToldPhase.choices),
    }
    return render(request, "chat/disruption/report.html", context)


@require_GET
@notice_door
def table(request: HttpRequest, actor: Staff, county: County, disruption: UUID) -> HttpResponse:
    """The report's rows as a file: no person, no word of a resident."""
    row = _row(actor, county, disruption)
    found = aftermath_of(row, now=timezone.now())
    _audit(actor, row, AuditAction.EXPORT, found)
    day = timezone.localtime(row.starts_at).date()
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="hairio-{day:%Y-%m-%d}.csv"'}
    )
    response.write("\ufeff")
    sheet = csv.writer(response, delimiter=";")
    sheet.writerow(["number", "queued_at", "waited_seconds", "came_of", "outcome", "language", "told"])
    for each in found.waiters:
        told = " ".join(f"{one.phase}:{one.version}@{timezone.localtime(one.at):%Y-%m-%dT%H:%M:%S}" for one in each.told)
        at = f"{timezone.localtime(each.queued_at):%Y-%m-%dT%H:%M:%S}"
        sheet.writerow([each.number, at, each.waited_seconds, each.came_of, each.outcome, each.language, told])
    return response


def scope_name(row: Disruption) -> str:
    """What a notice concerns, in words."""
    language = page_language()
    if row.service is None:
        return str(text(row.county, "name", language))
    name = str(text(row.service, "name", language))
    return f"{name} – {text(row.queue, 'name', language)}" if row.queue is not None else name


def _row(actor: Staff, county: County, disruption: UUID) -> Disruption:
    """A notice that the person may change; anyone else's is as if there were none."""
    rows = Disruption.objects.editable_by(actor).filter(county=county, public_id=disruption)
    row: Disruption | None = rows.select_related("county", "service", "queue", "made_by").first()
    if row is None:
        raise Http404
    return row


def _prepared(county: County) -> list[DisruptionText]:
    return list(DisruptionText.objects.filter(county=county))


def _form(scopes: list[Scope], prepared: list[DisruptionText], **kwargs: Any) -> DisruptionForm:
    names = [(each.key, str(text(each, "title", page_language()))) for each in prepared]
    return DisruptionForm(scopes=[(each.value, each.name) for each in scopes], prepared=names, **kwargs)


def _filled(data: Mapping[str, Any], prepared: list[DisruptionText]) -> dict[str, Any]:
    """The chosen prepared text in the place of what was written."""
    chosen = next((each for each in prepared if each.key == data.get("prepared")), None)
    if chosen is None:
        return dict(data)
    texts = {name: getattr(chosen, name) or "" for name in DISRUPTION_TEXTS}
    return {**data, **texts, **({"stops_intake": "on"} if chosen.stops_intake else {})}


def _whole(form: DisruptionForm, county: County) -> bool:
    """Every official language of the county is there, told before anything is shown."""
    for code in county.official_languages:
        if not form.cleaned_data.get(f"text_{code}"):
            form.add_error(f"text_{code}", _("Residents are told at once: write this in every official language of the county."))
    return form.is_valid()


def _tell(form: DisruptionForm, error: ValidationError) -> None:
    """The operation's refusal, beside the field when it is the form's own."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def _languages(form: DisruptionForm, county: County) -> list[tuple[str, Any, Any, bool]]:
    """The fields of each language, and whether it must be filled in."""
    return [
        (code, form[f"text_{code}"], form[f"staff_text_{code}"], code in county.official_languages) for code in ("fi", "sv", "en")
    ]


def _page(
    request: HttpRequest, actor: Staff, county: County, form: DisruptionForm, *, preview: Scope | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    mine = Disruption.objects.editable_by(actor).filter(county=county).select_related("county", "service", "queue", "made_by")
    rows = list(mine.order_by("-starts_at")[: ENDED_SHOWN + 30])
    running = [row for row in rows if row.ends_at is None or row.ends_at > now]
    context: dict[str, object] = {
        "form": form,
        "languages": _languages(form, county),
        "running": [(row, scope_name(row), str(text(row, "text", page_language()))) for row in running],
        "ended": [(row, scope_name(row)) for row in rows if row not in running][:ENDED_SHOWN],
        "preview": preview,
    }
    if preview is not None:
        context["hidden"] = [(name, form.data.get(name, "")) for name in form.fields]
        context["shown"] = [(code, words) for code, words in form.texts("text").items() if words]
        context["shown_staff"] = [(code, words) for code, words in form.texts("staff_text").items() if words]
        context["waiting"] = _waiting(preview, county)
    return render(request, "chat/disruption/switch.html", context, status=status)


def _waiting(scope: Scope, county: County) -> int:
    """How many wait in its reach now."""
    rows = Conversation.objects.filter(state=State.WAITING, county=county)
    if scope.queue is not None:
        return rows.filter(queue=scope.queue).count()
    return rows.filter(service=scope.service).count() if scope.service is not None else rows.count()


def _audit(actor: Staff, row: Disruption, action: AuditAction, found: Aftermath) -> None:
    record_audit(
        by=actor,
        action=action,
        object_type="chat.disruption_report",
        object_id=str(row.public_id),
        county=row.county.code,
        purpose="disruption",
        count=len(found.waiters),
        source="console",
    )
