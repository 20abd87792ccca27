"""The evaluation of a pilot: its dates, the figures that there are today, and management's decision (S001-40, X3)."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from adoption.choices import Outcome, PilotVerdict
from adoption.forms.pilot import PilotForm
from adoption.models import Filling, Rollout
from adoption.operations import offered_items
from adoption.operations.pilots import OUTCOMES, PILOT, evaluate_pilot, evaluation_part
from adoption.permissions import may_decide, may_drive
from adoption.views.door import rollout_door
from reports.metrics import Figure, read_figures
from reports.months import Period
from reports.targets import value_in_words
from services.metric_names import METRICS

SHOWN = ("M01", "M03", "M04", "M05", "M06", "M07", "M08", "M11", "M14", "M15")


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def pilot(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """The figures of the pilot's days beside the decision."""
    decides = may_decide(actor, rollout)
    if request.method == "POST" and not decides:
        raise PermissionDenied
    today, part = timezone.localdate(), evaluation_part(rollout)
    period = _period(rollout, today)
    figures = _figures(rollout, period)
    form = PilotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            evaluate_pilot(by=actor, rollout=rollout, now=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The decision was written to the item of the pilot."))
            return redirect("adoption:pilot", rollout.public_id)
    context = {
        "rollout": rollout,
        "period": period,
        "figures": figures,
        "part": part,
        "may_take": may_drive(actor, rollout) and any(item.code == PILOT for item in offered_items(rollout)),
        "pilot_code": PILOT,
        "decisions": _decisions(rollout),
        "form": form if decides and rollout.is_pilot and part is not None else None,
        "today": today,
    }
    return render(request, "adoption/work/pilot.html", context, status=422 if form.errors else 200)


def _period(rollout: Rollout, today: date) -> Period | None:
    """The pilot's days so far."""
    if rollout.starts_on is None or rollout.starts_on > today:
        return None
    return Period(rollout.starts_on, min(rollout.ends_on or today, today))


def _figures(rollout: Rollout, period: Period | None) -> list[tuple[str, str, str, Figure]]:
    if rollout.service is None or period is None:
        return []
    found = read_figures([rollout.service], period, codes=SHOWN)
    return [(metric, str(METRICS[metric]), value_in_words(found[metric]), found[metric]) for metric in SHOWN]


def _decisions(rollout: Rollout) -> list[tuple[Filling, str]]:
    """What has been decided, the newest first, in the words of the pilot."""
    part = evaluation_part(rollout)
    if part is None:
        return []
    words = {str(outcome): str(PilotVerdict(verdict).label) for verdict, outcome in OUTCOMES.items()}
    rows = Filling.objects.filter(part=part, withdrawn_at__isnull=True).select_related("by").order_by("-at", "-pk")
    return [(row, words.get(row.outcome, str(Outcome(row.outcome).label))) for row in rows]
