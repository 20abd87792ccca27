"""A form of the model in a rollout: filled in little by little; the page says what is still lacking (S000-32…53)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import ResolverMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from accounts.field_labels import labels_by
from adoption.choices import RolloutStatus
from adoption.definition import DEFINITION, QUEUES
from adoption.forms.model import ModelForm
from adoption.forms_of_model import form_spec, missing_fields
from adoption.model_file import shipped_model
from adoption.models import FormAnswer, Rollout, RolloutItem
from adoption.operations import save_form
from adoption.operations.forms import WRITERS
from adoption.permissions import holds_role, may_work_on
from adoption.proposals import prefilled
from adoption.views.door import rollout_door


@dataclass(frozen=True, slots=True)
class Saved:
    """A form that was saved: whose item it is of, of which period, and whether everything mandatory is there."""

    item: RolloutItem
    period: date | None
    is_whole: bool

    @property
    def query(self) -> str:
        """What the address of the form asks for when it is of another period than the present one."""
        return f"?jakso={self.period.isoformat()}" if self.period and self.period != self.item.period else ""


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def model_form(request: HttpRequest, actor: Staff, rollout: Rollout, form: str) -> HttpResponse:
    """Fill in a form; a save over somebody else’s newer one is refused, and what was written stays on the page."""
    if (anchor := page_of_its_own(form)) is not None:
        return redirect(reverse("adoption:definition", args=[rollout.public_id]) + anchor)
    found = fill_in(request, actor, rollout, form)
    if isinstance(found, Saved):
        return redirect(_back(rollout, form, found))
    return render(request, "adoption/form.html", found, status=422 if found["form"].errors else 200)


@labels_by("adoption:form", "admin:adoption_rollout_form")
def _labels(match: ResolverMatch) -> dict[str, str]:
    """As the shipped model names the fields: who has not signed in is not shown what a rollout has."""
    spec = form_spec(shipped_model().forms, str(match.kwargs.get("form", "")))
    return {each.key: each.label for each in spec.fields} if spec is not None else {}


def page_of_its_own(form: str) -> str | None:
    """The place on the page of the definition: its rows become a service, so it is no form among others."""
    if form not in (DEFINITION, QUEUES):
        return None
    return "#jonot" if form == QUEUES else ""


def fill_in(request: HttpRequest, actor: Staff, rollout: Rollout, form: str) -> dict[str, Any] | Saved:
    """Whatever the door: saves what was posted and tells what lacks, else gives what the page shows."""
    items = RolloutItem.objects.filter(rollout=rollout, parts__requirement__form=form)
    items = items.select_related("model_item__phase__model_version")
    item = items.order_by("model_item__phase__order", "model_item__order", "pk").first()
    spec = form_spec(rollout.model_version.forms, form)
    if spec is None and item is not None:  # an item that was taken from a newer version brings its form with it
        spec = form_spec(item.model_item.phase.model_version.forms, form)
    # A table is one of the rollout’s own lists, and is kept there.
    if spec is None or spec.is_table or item is None:
        raise Http404
    item.rollout = rollout
    period = _period(request.GET.get("jakso", ""), item)
    stored = FormAnswer.objects.filter(rollout=rollout, form=form, period=period).select_related("saved_by").first()
    values = stored.values if stored is not None else {}
    may = may_work_on(actor, item) and rollout.status != RolloutStatus.NOT_STARTED
    writers = WRITERS.get(form, ())
    hers = may and (not writers or holds_role(actor, rollout, writers))
    begun = {} if stored or request.method == "POST" or not hers else prefilled(rollout, spec, period, today=timezone.localdate())
    page = ModelForm(
        request.POST or None,
        spec=spec,
        values={**begun, **values},
        version=stored.version if stored is not None else None,
        language=(get_language() or "fi")[:2],
    )
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        if page.is_valid():
            try:
                saved = save_form(
                    by=actor,
                    rollout=rollout,
                    form=form,
                    values=page.values(),
                    period=period,
                    version=page.cleaned_data["version"],
                    now=timezone.now(),
                )
            except ValidationError as error:
                page.refuse(error)
            else:
                lacking = missing_fields(spec, saved.values)
                _tell(request, [each.label for each in lacking])
                return Saved(item, period, not lacking)
    earlier = FormAnswer.objects.filter(rollout=rollout, form=form).exclude(period=period).order_by("-period")
    return {
        "rollout": rollout,
        "item": item,
        "spec": spec,
        "form": page,
        "period": period,
        "stored": stored,
        "missing": missing_fields(spec, values),
        "may_fill": hers,
        "writers": writers if may and not hers else (),
        "is_begun": bool(begun),
        "earlier": list(earlier) if period else [],
    }


def _period(text: str, item: RolloutItem) -> date | None:
    """The period that is asked for; the item’s present one unless another is."""
    if not item.model_item.recurrence:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return item.period


def _back(rollout: Rollout, form: str, saved: Saved) -> str:
    """A whole form leads to its item, an unfinished one stays."""
    if saved.is_whole:
        return reverse("adoption:item", args=[rollout.public_id, saved.item.public_id])
    return reverse("adoption:form", args=[rollout.public_id, form]) + saved.query


def _tell(request: HttpRequest, lacking: list[str]) -> None:
    if lacking:
        words = _("Saved. Still to be filled in: %(fields)s.") % {"fields": ", ".join(lacking)}
        messages.info(request, words)
    else:
        messages.success(request, _("Saved. Everything mandatory is filled in."))
