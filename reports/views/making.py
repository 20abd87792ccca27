"""A person asks for a report that is due and was not made: now, whatever the month."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Staff
from reports.dates import clock_words, day_words
from reports.making import next_run
from reports.operations import NotMadeError, make_report
from reports.views.choosing import chosen_of
from reports.views.door import figures_door
from services.models import County


@require_POST
@figures_door
def make(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Whoever reads the figures may ask; what fails is told of with its reason, and the page of the month keeps it."""
    chosen = chosen_of(request, actor, county)
    if chosen.month is None:
        raise Http404
    now = timezone.now()
    try:
        make_report(by=actor, county=county, service=chosen.service, group=chosen.group, month=chosen.month, now=now)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    except NotMadeError as error:
        at = next_run(now)
        about = {"why": error.reason.label, "day": day_words(at), "time": clock_words(at, "G")}
        messages.error(
            request,
            _(
                "The report could not be made: %(why)s. Nothing was lost. Try again in a while; the portal itself tries again on"
                " %(day)s at %(time)s."
            )
            % about,
        )
    else:
        messages.success(request, _("The report was made."))
    return redirect(f"{reverse('reports:month')}?{chosen.query}")
