"""The list of rollouts, the start of one, its card and its end (S000-1…9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from adoption.choices import VersionStatus
from adoption.forms import CardForm, EndForm, StartForm
from adoption.forms.rollouts import LANGUAGES, PRESS_FIELD
from adoption.models import ModelVersion, Rollout
from adoption.operations import change_card, end_rollout, start_rollout
from adoption.overview import overviews
from adoption.permissions import may_drive, may_start_some
from adoption.views.door import adoption_door, rollout_door
from services.models import County


@require_GET
@adoption_door
def rollouts(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Every rollout that the person may see, with how far it is and what is next; her own items first."""
    rows = Rollout.objects.readable_by(actor).filter(county=county).select_related("service", "phase")
    found, own = overviews(list(rows), today=timezone.localdate(), user_id=actor.user_id)
    context = {
        "running": [each for each in found if each.rollout.is_running],
        "ended": [each for each in found if not each.rollout.is_running],
        "own": own,
        "may_start": may_start_some(actor, county=county.code),
    }
    return render(request, "adoption/rollouts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@adoption_door
def start(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Start a rollout in one form: its name is enough, the rest may be filled in later."""
    if not may_start_some(actor, county=county.code):
        raise PermissionDenied
    form = StartForm(request.POST or None, county=county, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        but = ("service", *(f"name_{code}" for code in LANGUAGES))
        now = timezone.now()
        try:
            row = start_rollout(
                by=actor,
                county=county,
                name=form.names(),
                service=form.cleaned_data["service"],
                now=now,
                public_id=form.cleaned_data[PRESS_FIELD],
                **form.values(but=but),
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            tell_started(request, row, now)
            return redirect("adoption:rollout", row.public_id)
    published = ModelVersion.objects.filter(model__county=county, status=VersionStatus.PUBLISHED)
    context = {"form": form, "has_model": published.exists()}
    return render(request, "adoption/start.html", context, status=422 if form.errors else 200)


def tell_started(request: HttpRequest, rollout: Rollout, now: datetime) -> None:
    """Whatever the door: it has started, or it had been started by an earlier press and no second one was made."""
    if rollout.created_at >= now:
        messages.success(request, _("The rollout has started. Here is what to do next."))
        return
    when = date_format(timezone.localtime(rollout.created_at), "SHORT_DATETIME_FORMAT")
    words = _("You had started this rollout already, on %(when)s. Here it is; a second one was not made.")
    messages.info(request, words % {"when": when})


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def card(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """Edit the card; a save over somebody else’s newer card is refused with both."""
    if not may_drive(actor, rollout):
        raise PermissionDenied
    form = CardForm(request.POST or None, county=rollout.county, rollout=rollout, initial=_card(rollout))
    if request.method == "POST" and form.is_valid():
        try:
            change_card(by=actor, rollout=rollout, values=form.values(), version=form.cleaned_data["version"], now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The card was saved."))
            return redirect("adoption:rollout", rollout.public_id)
    return render(request, "adoption/card.html", {"form": form, "rollout": rollout}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def end(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """End a rollout that is not launched, when the person has said why and that she is sure."""
    form = end_by_form(request, actor, rollout)
    if form is None:
        return redirect("adoption:rollout", rollout.public_id)
    return render(request, "adoption/end.html", {"form": form, "rollout": rollout}, status=422 if form.errors else 200)


def end_by_form(request: HttpRequest, actor: Staff, rollout: Rollout) -> EndForm | None:
    """Whatever the door: ends it by what was posted and gives nothing more, else gives the form that the page shows."""
    if not may_drive(actor, rollout):
        raise PermissionDenied
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_rollout(by=actor, rollout=rollout, reason=form.cleaned_data["reason"], now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The rollout has ended. It stays in the list, and can be read."))
            return None
    return form


def _card(rollout: Rollout) -> dict[str, Any]:
    """The card as it is stored."""
    names = [name for name in CardForm.base_fields if name not in ("municipalities", "version")]
    return {
        **{name: getattr(rollout, name) for name in names},
        "municipalities": list(rollout.municipalities.all()),
        "version": rollout.version,
    }
