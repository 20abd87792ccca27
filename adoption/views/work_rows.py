"""The plain rows of the work around a rollout: each kind has a list, a page for a new row and a page of one row.

Communication log with its two audiences (S000-46), risks and opportunities, the coordinator's diary (S001-55), the inventory of
systems (S000-42), and members with their roles (S000-39, S000-58).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from adoption.choices import CommunicationKind, MemberRole, ReachedAudience
from adoption.forms.work import CommunicationForm, DiaryForm, MemberChangeForm, MemberForm, RiskForm, SystemForm, WorkForm
from adoption.goals import figures_now
from adoption.models import CommunicationAction, DiaryEntry, Member, Risk, Rollout, SystemDependency
from adoption.operations.opening import risks_of_opened
from adoption.operations.people import add_member, remove_member
from adoption.operations.work import WorkRow, add_work_row, change_work_row, delete_work_row
from adoption.permissions import may_drive, may_work_in
from adoption.views.door import rollout_door

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row: its model and form, the address and title of its list, and what else the list tells."""

    model: type[Any]
    form: type[WorkForm]
    name: str
    title: str | Promise
    new: str | Promise
    beside: Callable[[Rollout, list[Any]], dict[str, Any]] = lambda rollout, rows: {}
    related: tuple[str, ...] = ()
    change_form: type[WorkForm] | None = None

    def rows(self, actor: Staff, rollout: Rollout) -> models.QuerySet[Any]:
        """The rows of the rollout that the person sees."""
        found: models.QuerySet[Any] = self.model._default_manager.filter(rollout=rollout).readable_by(actor)
        return found.select_related(*self.related) if self.related else found

    def may_write(self, actor: Staff, rollout: Rollout) -> bool:
        """The people who may write rows of this kind; the operation asks again."""
        if self.model in (DiaryEntry, Member):
            return may_drive(actor, rollout)
        return may_work_in(actor, rollout)


def _add(actor: Staff, kind: Kind, rollout: Rollout, values: dict[str, Any]) -> None:
    if kind.model is Member:
        add_member(by=actor, rollout=rollout, now=timezone.now(), **values)
    else:
        add_work_row(by=actor, row=kind.model(rollout=rollout, **values), now=timezone.now())


def _remove(actor: Staff, row: WorkRow) -> None:
    if isinstance(row, Member):
        remove_member(by=actor, member=row, now=timezone.now())
    else:
        delete_work_row(by=actor, row=row, now=timezone.now())


def _reached(rollout: Rollout, rows: list[CommunicationAction]) -> dict[str, Any]:
    """How many actions reached each of the two audiences, of which one alone is not enough; and how many the media told."""
    counts = [(label, sum(row.audience == value for row in rows)) for value, label in ReachedAudience.choices]
    in_media = sum(row.kind == CommunicationKind.MEDIA for row in rows)
    return {"reached": counts, "only_one": any(n == 0 for _label, n in counts), "in_media": in_media}


def _needed(rollout: Rollout, rows: list[Member]) -> dict[str, Any]:
    """A working group has at least one professional of the service area."""
    return {"lacks_professional": not any(row.role == MemberRole.AREA_PROFESSIONAL for row in rows)}


def _parted(rollout: Rollout, rows: list[Risk]) -> dict[str, Any]:
    """What is open before what is closed; beside each the figure of the metric by which it is followed (S001-58)."""
    figures = figures_now(rollout, {row.metric for row in rows if row.metric}, today=timezone.localdate())
    told = [(row, figures.get(row.metric)) for row in rows]
    return {
        "unfinished_at_opening": risks_of_opened(rollout),
        "open_rows": [each for each in told if not each[0].closed_on],
        "closed_rows": [each for each in told if each[0].closed_on],
    }


KINDS = {
    "communication": Kind(
        CommunicationAction,
        CommunicationForm,
        "communication",
        gettext_lazy("Communication"),
        gettext_lazy("Add an action"),
        _reached,
        ("made_by",),
    ),
    "risks": Kind(
        Risk,
        RiskForm,
        "risks",
        gettext_lazy("Risks and opportunities"),
        gettext_lazy("Add a risk or opportunity"),
        _parted,
        ("owner",),
    ),
    "diary": Kind(DiaryEntry, DiaryForm, "diary", gettext_lazy("Diary"), gettext_lazy("Write a note"), related=("made_by",)),
    "systems": Kind(SystemDependency, SystemForm, "systems", gettext_lazy("Systems"), gettext_lazy("Add a system")),
    "members": Kind(
        Member,
        MemberForm,
        "members",
        gettext_lazy("Members"),
        gettext_lazy("Add a member"),
        _needed,
        ("user",),
        MemberChangeForm,
    ),
}


def listing(key: str) -> View:
    """The page that lists the rows of a kind."""
    kind = KINDS[key]

    @require_GET
    @rollout_door
    def view(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
        rows = list(kind.rows(actor, rollout))
        context = {
            "rollout": rollout,
            "kind": kind,
            "rows": rows,
            "may_write": kind.may_write(actor, rollout),
            **kind.beside(rollout, rows),
        }
        return render(request, f"adoption/work/{kind.name}.html", context)

    return view


def adding(key: str) -> View:
    """The page on which a new row is written."""
    kind = KINDS[key]

    @require_http_methods(["GET", "HEAD", "POST"])
    @rollout_door
    def view(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
        if not kind.may_write(actor, rollout):
            raise PermissionDenied
        form = kind.form(request.POST or None, county=rollout.county.code)
        if request.method == "POST" and form.is_valid():
            try:
                _add(actor, kind, rollout, form.values())
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, _("Saved."))
                return redirect(f"adoption:{kind.name}", rollout.public_id)
        return _page(request, rollout, kind, form, row=None)

    return view


def changing(key: str) -> View:
    """The page of one row: changed, or taken away when the person has said that she is sure."""
    kind = KINDS[key]

    @require_http_methods(["GET", "HEAD", "POST"])
    @rollout_door
    def view(request: HttpRequest, actor: Staff, rollout: Rollout, row: UUID) -> HttpResponse:
        found: Any = kind.rows(actor, rollout).filter(public_id=row).first()
        if found is None:
            raise Http404
        if not kind.may_write(actor, rollout):
            raise PermissionDenied
        found.rollout = rollout
        form = (kind.change_form or kind.form)(request.POST or None, county=rollout.county.code, row=found)
        if request.method == "POST":
            try:
                if request.POST.get("do") == "delete":
                    _remove(actor, found)
                    messages.success(request, _("Taken away."))
                    return redirect(f"adoption:{kind.name}", rollout.public_id)
                if form.is_valid():
                    change_work_row(
                        by=actor, row=found, values=form.values(), version=form.cleaned_data["version"], now=timezone.now()
                    )
                    messages.success(request, _("Saved."))
                    return redirect(f"adoption:{kind.name}", rollout.public_id)
            except ValidationError as error:
                form.refuse(error)
        return _page(request, rollout, kind, form, row=found)

    return view


def _page(request: HttpRequest, rollout: Rollout, kind: Kind, form: WorkForm, *, row: WorkRow | None) -> HttpResponse:
    context = {"rollout": rollout, "kind": kind, "form": form, "row": row, "list_address": f"adoption:{kind.name}"}
    return render(request, "adoption/work/row.html", context, status=422 if form.is_bound and form.errors else 200)
