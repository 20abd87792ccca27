"""The surveys of a rollout, and those of its service."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Staff
from adoption.forms.surveys import BeginSurveyForm
from adoption.models import Rollout
from adoption.operations.surveys import begin_survey, evidence_part, tie_survey, write_survey_evidence
from adoption.permissions import may_drive
from adoption.views.door import rollout_door
from services.choices import SurveyKind
from services.models import Survey


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def surveys(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """The surveys made for the rollout, those of its service, and a new one."""
    drives = may_drive(actor, rollout)
    if request.method == "POST" and not drives:
        raise PermissionDenied
    form = BeginSurveyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        title = {"fi": form.cleaned_data["title"]}
        try:
            made = begin_survey(by=actor, rollout=rollout, kind=form.cleaned_data["kind"], title=title, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The survey was made. Now write its questions."))
            return redirect("surveys:survey", made.public_id)
    part = evidence_part(rollout)
    context = {
        "rollout": rollout,
        "form": form if drives else None,
        "rows": _rows(actor, rollout),
        "drives": drives,
        "takes_evidence": part is not None and not part.fillings.filter(withdrawn_at__isnull=True).exists(),
        "residents": SurveyKind.PUBLIC,
    }
    return render(request, "adoption/work/surveys.html", context, status=422 if form.errors else 200)


@require_POST
@rollout_door
def tie(request: HttpRequest, actor: Staff, rollout: Rollout, survey: UUID) -> HttpResponse:
    """Tie a survey of the service to the rollout, let go of it, or write its result as what was done."""
    row = Survey.objects.readable_by(actor).filter(county=rollout.county_id, public_id=survey).first()
    if row is None:
        raise Http404
    do, now = request.POST.get("do"), timezone.now()
    try:
        if do == "evidence":
            link = request.build_absolute_uri(reverse("surveys:survey", args=[row.public_id]))
            write_survey_evidence(by=actor, rollout=rollout, survey=row, link=link, now=now)
            messages.success(request, _("The result was written to the item of the survey of residents."))
        else:
            tie_survey(by=actor, rollout=rollout, survey=row, tied=do == "tie", now=now)
            messages.success(request, _("Saved."))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("adoption:surveys", rollout.public_id)


def _rows(actor: Staff, rollout: Rollout) -> list[Survey]:
    mine = Q(rollout_id=rollout.public_id)
    if rollout.service_id is not None:
        mine |= Q(service=rollout.service_id, rollout_id__isnull=True)
    rows = Survey.objects.readable_by(actor).filter(mine, county=rollout.county_id).select_related("service")
    editable = Survey.objects.editable_by(actor).filter(pk=OuterRef("pk"))
    return list(rows.annotate(n=Count("responses"), may_change=Exists(editable)))
