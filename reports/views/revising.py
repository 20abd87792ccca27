"""A new revision of a frozen month: what has changed, why, and what differs between the revisions."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from reports.forms.pages import RevisionForm
from reports.frozen import figures_from
from reports.metrics import DEFINITIONS, Figure, figures_of
from reports.models import MonthlyReport
from reports.operations import revise_month
from reports.rounding import NOTHING
from reports.shown import ShownChange, changes_since
from reports.targets import value_in_words
from reports.views.choosing import chosen_of
from reports.views.door import figures_door
from services.models import County


@dataclass(frozen=True, slots=True)
class Revised:
    """A revision, and what differs from the one before."""

    row: MonthlyReport
    changes: list[ShownChange]


@require_http_methods(["GET", "HEAD", "POST"])
@figures_door
def revise(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Look at what differs, and make the next revision with a reason; the earlier ones stay."""
    chosen = chosen_of(request, actor, county)
    rows = MonthlyReport.objects.readable_by(actor).of_scope(county=county, service=chosen.service, group=chosen.group)
    revisions = list(rows.filter(month=chosen.period.first).select_related("made_by").order_by("revision"))
    if chosen.month is None or not revisions:
        raise Http404
    now = timezone.now()
    form = RevisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            row = revise_month(
                by=actor,
                county=county,
                service=chosen.service,
                group=chosen.group,
                month=chosen.month,
                reason=reason,
                now=now,
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Revision %(n)s was made.") % {"n": row.revision})
            return redirect(f"{reverse('reports:revise')}?{chosen.query}")
    live = figures_of(chosen.scope(county), chosen.period, now=now).total
    context = {
        "chosen": chosen,
        "form": form,
        "last": revisions[-1],
        "changes": changes_since(figures_from(revisions[-1].values), live),
        "revisions": [Revised(row, _differences(row)) for row in revisions[1:]],
    }
    return render(request, "reports/revise.html", context, status=422 if form.errors else 200)


def _differences(row: MonthlyReport) -> list[ShownChange]:
    """What was listed when the revision was made, in words: by the same rule as what has changed since."""
    sides = [
        figures_from({each["metric"]: each[side] for each in row.differences if each[side] is not None})
        for side in ("before", "after")
    ]
    both = sides[0].keys() & sides[1].keys()
    found = changes_since(*({code: each[code] for code in DEFINITIONS if code in both} for each in sides))
    for code in DEFINITIONS:
        if (code in sides[0]) != (code in sides[1]):
            found.append(ShownChange(DEFINITIONS[code].name, *(_words(each.get(code)) for each in sides)))
    return found


def _words(figure: Figure | None) -> str:
    return NOTHING if figure is None else value_in_words(figure)
