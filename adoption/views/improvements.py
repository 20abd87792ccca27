"""Ideas for improvement: shared between the county's services, voted on, and told when nobody moves them (S001-24, S001-73)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Staff
from adoption.forms.work import IdeaForm, IdeaStateForm
from adoption.models import ImprovementVote, Rollout
from adoption.operations.improvements import propose_improvement, vote_improvement, withdraw_vote
from adoption.views.door import rollout_door
from services.models import Improvement
from services.models.improvements import ImprovementQuerySet
from services.operations import change_row

FINISHED_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def improvements(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """The ideas of the service and of the others, the most wanted first, and a new one."""
    form = IdeaForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            propose_improvement(by=actor, rollout=rollout, now=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Thank you. The idea is on the list, and others can vote for it."))
            return redirect("adoption:improvements", rollout.public_id)
    now = timezone.now()
    everywhere = request.GET.get("all") == "1"
    rows = _ideas(actor, rollout, everywhere=everywhere)
    unfinished = [(row, row.is_stalled(now)) for row in rows.unfinished()]
    finished = rows.filter(state__in=[Improvement.State.DONE, Improvement.State.DROPPED]).order_by("-moved_at", "-pk")[
        :FINISHED_SHOWN
    ]
    context = {
        "rollout": rollout,
        "form": form,
        "unfinished": unfinished,
        "finished": list(finished),
        "stalled": sum(late for _row, late in unfinished),
        "everywhere": everywhere,
    }
    return render(request, "adoption/work/improvements.html", context, status=422 if form.errors else 200)


@require_POST
@rollout_door
def vote(request: HttpRequest, actor: Staff, rollout: Rollout, improvement: UUID) -> HttpResponse:
    """Vote for an idea, or take the vote back."""
    row = _row(actor, rollout, improvement)
    try:
        if request.POST.get("do") == "withdraw":
            withdraw_vote(by=actor, improvement=row)
        else:
            vote_improvement(by=actor, improvement=row, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    page = redirect("adoption:improvements", rollout.public_id)
    page["Location"] += f"{'?all=1' if request.POST.get('all') else ''}#i-{row.public_id}"
    return page


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def improvement(request: HttpRequest, actor: Staff, rollout: Rollout, improvement: UUID) -> HttpResponse:
    """How an idea goes on: for those who keep it."""
    row = _row(actor, rollout, improvement)
    if not Improvement.objects.editable_by(actor).filter(pk=row.pk).exists():
        raise PermissionDenied
    form = IdeaStateForm(request.POST or None, county=rollout.county.code, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_row(by=actor, row=row, values=form.values(), version=form.cleaned_data["version"])
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("adoption:improvements", rollout.public_id)
    context = {"rollout": rollout, "row": row, "form": form, "is_stalled": row.is_stalled(timezone.now())}
    return render(request, "adoption/work/improvement.html", context, status=422 if form.errors else 200)


def _ideas(actor: Staff, rollout: Rollout, *, everywhere: bool) -> ImprovementQuerySet:
    rows: ImprovementQuerySet = Improvement.objects.filter(county=rollout.county_id).readable_by(actor)
    shown = rows if everywhere else rows.for_service(rollout.service)
    mine = ImprovementVote.objects.filter(improvement=OuterRef("pk"), user_id=actor.user_id)
    editable = Improvement.objects.editable_by(actor).filter(pk=OuterRef("pk"))
    seen = shown.select_related("service", "owner")
    counted: ImprovementQuerySet = seen.annotate(n=Count("votes"), is_mine=Exists(mine), may_change=Exists(editable))
    return counted.order_by("-n", "created_at", "pk")


def _row(actor: Staff, rollout: Rollout, improvement: UUID) -> Improvement:
    row: Improvement | None = _ideas(actor, rollout, everywhere=True).filter(public_id=improvement).first()
    if row is None:
        raise Http404
    return row
