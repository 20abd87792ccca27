"""Call requests for residents: left to a unit of a service at any hour, followed and cancelled with a code (S002-38).

No account, no script and no identification. The number stands apart from the words, and goes two weeks after it is done.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.origin import client_address
from chat.forms import CallRequestForm, token_of
from chat.models import Conversation
from chat.operations import Wish, leave_call_request
from chat.operations.later import WITHOUT_A_DAY
from chat.pace import starts_of
from chat.residents import code_of_form, holder_of, keep_reading, shown_code
from chat.views.guard import OpenOne, choice_of, earlier_of, guard_context, open_ones, replaced_of
from chat.views.start import service_for_residents
from services.holidays_fi import is_working_day, working_day_after
from services.models import Queue, Service
from services.texts import text

DAYS_OFFERED = 10


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_call(request: HttpRequest, key: str) -> HttpResponse:
    """The call request of a service; sent, it shows the code once. Sending it again by mistake leaves nothing more."""
    service = service_for_residents(request, key)
    language = (get_language() or "fi")[:2]
    units = units_of(service)
    if not units:
        raise Http404
    names = [(str(unit.public_id), str(text(unit, "name", language))) for unit in units]
    days = days_offered(timezone.localdate())
    if request.method != "POST":
        wanted = request.GET.get("yksikko", "")
        unit = next((str(one.public_id) for one in units if one.key == wanted), names[0][0] if len(names) == 1 else None)
        return _page(request, service, CallRequestForm(units=names, days=days, initial={"token": uuid4(), "unit": unit}))
    token = token_of(request.POST.get("token"))
    form = CallRequestForm({**request.POST.dict(), "token": str(token)}, units=names, days=days)
    code = code_of_form(request, token)
    holder, starts = holder_of(code), starts_of(client_address(request))
    is_new = not Conversation.objects.readable_by(holder).exists()
    others = open_ones(request, service.county_id) if is_new else []
    if not form.is_valid():
        return _page(request, service, form, others=others, status=422)
    if is_new and starts.is_full:
        form.add_error(None, _("Very many requests have been sent from your network within an hour. Try again later."))
        return _page(request, service, form, others=others, status=429)
    if others and not choice_of(request, others):
        form.add_error(None, _("You have contacted us already. Choose below what you want to do."))
        return _page(request, service, form, others=others, status=409)
    words = form.cleaned_data
    try:
        sent = leave_call_request(
            by=holder,
            queue=next(unit for unit in units if str(unit.public_id) == words["unit"]),
            token=token,
            body=words["body"],
            wish=Wish(words["number"], day=words["day"], part=words["part"]),
            language=language,
            earlier=earlier_of(others),
            instead_of=replaced_of(request, others),
            now=timezone.now(),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, service, form, status=409)
    if is_new:
        starts.add()
    context = {"service": service, "code": shown_code(code), "row": sent, "later": sent.later_contact}
    response = render(request, "chat/help/call_sent.html", context)
    keep_reading(response, holder)
    return response


def units_of(service: Service) -> list[Queue]:
    """The units of a service that take call requests, in their order."""
    return list(Queue.objects.taking_calls().filter(service=service).select_related("service__county"))


def days_offered(today: date) -> list[date]:
    """The working days that may be wished, from the next one on."""
    after = (today + timedelta(days=n) for n in range(1, 40))
    return [day for day in after if is_working_day(day)][:DAYS_OFFERED]


def _page(
    request: HttpRequest, service: Service, form: CallRequestForm, *, others: list[OpenOne] | None = None, status: int = 200
) -> HttpResponse:
    hers = open_ones(request, service.county_id) if others is None else others
    due_on = working_day_after(timezone.localdate(), WITHOUT_A_DAY)
    context = {"service": service, "form": form, "due_on": due_on, **guard_context(request, hers)}
    return render(request, "chat/help/call_ask.html", context, status=status)


__all__ = ["ask_call", "days_offered", "units_of"]
