"""Meetings and workshops of a rollout: the list, one meeting, and writing it (S000-23, S001-38)."""

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
from adoption.agenda import Agenda, agenda_of, agenda_text
from adoption.choices import MeetingKind, MemberRole
from adoption.forms.work import MeetingForm, NewMeetingForm, PresentForm, present_forms
from adoption.models import Meeting, Participant, Rollout
from adoption.operations.meetings import Present, delete_meeting, save_meeting
from adoption.permissions import may_work_in
from adoption.views.door import rollout_door
from adoption.yearly import review_of, yearly_agenda


@require_GET
@rollout_door
def meetings(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """What is ahead, and what has been held with whom."""
    today = timezone.localdate()
    rows = list(Meeting.objects.filter(rollout=rollout).readable_by(actor).prefetch_related("participants__user"))
    review = review_of(rollout, today=today)
    context = {
        "rollout": rollout,
        "ahead": [row for row in reversed(rows) if row.on >= today and not row.outcome],
        "held": [row for row in rows if row.on < today or row.outcome],
        "may_write": may_work_in(actor, rollout),
        "review": review,
        "is_late": review is not None and review.is_late(today),
    }
    return render(request, "adoption/work/meetings.html", context)


@require_GET
@rollout_door
def meeting(request: HttpRequest, actor: Staff, rollout: Rollout, meeting: UUID) -> HttpResponse:
    """One meeting, fit to be printed as its minutes."""
    row = _row(actor, rollout, meeting)
    context = {
        "rollout": rollout,
        "meeting": row,
        "present": _present(row),
        "roles": dict(MemberRole.choices),
        "may_write": may_work_in(actor, rollout),
        "handbook": _handbook(rollout, row.kind) if not row.outcome else None,
    }
    return render(request, "adoption/work/meeting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def new(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """Write a meeting; the responders' monthly one begins with an agenda made of what is open."""
    _require_writer(actor, rollout)
    form = NewMeetingForm(request.POST or None, county=rollout.county.code, initial=_beginning(request, rollout))
    return _write(request, actor, rollout, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def change(request: HttpRequest, actor: Staff, rollout: Rollout, meeting: UUID) -> HttpResponse:
    """Change a meeting, write what came of it, or take it away."""
    row = _row(actor, rollout, meeting)
    _require_writer(actor, rollout)
    form = MeetingForm(request.POST or None, county=rollout.county.code, row=row)
    if row.kind == MeetingKind.RESPONDERS and not row.agenda and not row.outcome:
        form.initial["agenda"] = agenda_text(agenda_of(rollout, now=timezone.now()))
    if request.POST.get("do") == "delete":
        try:
            delete_meeting(by=actor, meeting=row, now=timezone.now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("adoption:meeting", rollout.public_id, row.public_id)
        messages.success(request, _("Taken away."))
        return redirect("adoption:meetings", rollout.public_id)
    return _write(request, actor, rollout, form, row)


def _write(request: HttpRequest, actor: Staff, rollout: Rollout, form: MeetingForm, row: Meeting | None) -> HttpResponse:
    rows = present_forms(request.POST or None, _present(row) if row else [], county=rollout.county.code)
    if request.method == "POST":
        whole = all([each.is_valid() for each in rows])  # noqa: C419 - every row shows its own errors
        if form.is_valid() and whole and request.POST.get("do") != "more":
            times = form.cleaned_data.get("times") or 1
            try:
                saved = save_meeting(
                    by=actor,
                    rollout=rollout,
                    meeting=row,
                    values=form.values(),
                    present=[each.present for each in rows if each.present],
                    version=form.cleaned_data["version"],
                    times=times,
                    now=timezone.now(),
                )
            except ValidationError as error:
                form.refuse(error)
            else:
                told = _("The meeting was saved.") if times == 1 else _("%(n)s meetings were called.") % {"n": times}
                messages.success(request, told)
                return redirect("adoption:meeting", rollout.public_id, saved.public_id)
        if request.POST.get("do") == "more":
            rows += _empty_rows(len(rows), rollout)
    kind = row.kind if row else request.GET.get("kind", "")
    context = {"rollout": rollout, "meeting": row, "form": form, "rows": rows, "handbook": _handbook(rollout, kind)}
    refused = form.is_bound and (form.errors or any(each.is_bound and each.errors for each in rows))
    return render(request, "adoption/work/meeting_form.html", context, status=422 if refused else 200)


def _empty_rows(count: int, rollout: Rollout) -> list[PresentForm]:
    made = present_forms(None, [], county=rollout.county.code)
    for number, each in enumerate(made, start=count):
        each.prefix = f"p{number}"
    return made


def _handbook(rollout: Rollout, kind: str) -> Agenda | None:
    """The responders' meeting talks about the handbook: what the agenda names, with the way there."""
    return agenda_of(rollout, now=timezone.now()) if kind == MeetingKind.RESPONDERS else None


def _beginning(request: HttpRequest, rollout: Rollout) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    if kind not in MeetingKind.values:
        return {}
    begun: dict[str, Any] = {"kind": kind, "title": MeetingKind(kind).label}
    if kind == MeetingKind.RESPONDERS and request.method != "POST":
        begun["agenda"] = agenda_text(agenda_of(rollout, now=timezone.now()))
    if kind == MeetingKind.YEARLY and request.method != "POST":
        begun["agenda"] = yearly_agenda(rollout, now=timezone.now())
    return begun


def _row(actor: Staff, rollout: Rollout, meeting: UUID) -> Meeting:
    rows = Meeting.objects.filter(rollout=rollout, public_id=meeting).readable_by(actor)
    row: Meeting | None = rows.select_related("made_by", "written_by").first()
    if row is None:
        raise Http404
    row.rollout = rollout
    return row


def _present(meeting: Meeting) -> list[Present]:
    rows = Participant.objects.filter(meeting=meeting).select_related("user")
    return [Present(row.role, row.user, row.name) for row in rows]


def _require_writer(actor: Staff, rollout: Rollout) -> None:
    if not may_work_in(actor, rollout):
        raise PermissionDenied
