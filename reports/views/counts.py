"""The daily counter of what is handled beside the chats: one press, or one number (S001-9)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from accounts.permissions import has_role_anywhere
from reports.choices import COUNTERS, CountKind
from reports.counts import counted_on, days_of, own_addresses
from reports.forms.counts import STEPS, CountForm
from reports.operations import add_count, first_open_day, set_count, undo_count
from reports.permissions import may_count_earlier, may_read, readable_services
from services.models import County, Service
from services.texts import text
from services.views.county_door import county_door

counter_door = county_door(lambda actor, county: has_role_anywhere(actor, COUNTERS, county=county.code))
"""Only responders and supervisors of the county; of which services is asked row by row."""


@require_GET
@counter_door
def counters(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The services in which she counts; when there is one, its counter at once."""
    services = list(readable_services(actor, county, COUNTERS))
    if len(services) == 1:
        return redirect("reports:counter", services[0].key)
    return render(request, "reports/counters.html", {"services": services})


@require_http_methods(["GET", "HEAD", "POST"])
@counter_door
def counter(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """The numbers of a day: today's for all who count, and those of earlier days for her supervisor."""
    service = readable_services(actor, county, COUNTERS).filter(key=key).select_related("county").first()
    if service is None:
        raise Http404
    today = timezone.localdate()
    mends = may_count_earlier(actor, county=county, service=service)
    day = _day(request, today, mends=mends)
    refused: dict[str, str] = {}
    written: dict[str, str] = {}
    if request.method == "POST":
        form = CountForm(request.POST)
        refusal = _count(form, actor, service, day) if form.is_valid() else form.refusal
        if not refusal:
            return redirect(_address(service, day, today, str(form.cleaned_data["kind"])))
        kind = str(form.data.get("kind", ""))
        kind = kind if kind in CountKind.values else CountKind.MAILS.value
        refused, written = {kind: refusal}, {kind: str(form.data.get("number", ""))[:8]}
    context = {
        "service": service,
        "name": text(service, "name", (get_language() or "fi")[:2]),
        "day": day,
        "is_today": day == today,
        "numbers": [
            (each, refused.get(each.kind), written.get(each.kind, str(each.n)), uuid4(), uuid4())
            for each in counted_on(service, day, user_id=actor.user_id)
        ],
        "days": days_of(service, first_open_day(today), today) if mends else [],
        "first_day": first_open_day(today),
        "last_day": today,
        "kinds": CountKind.labels,
        "addresses": own_addresses(service),
        "reads": may_read(actor, county=county, service=service),
    }
    return render(request, "reports/counter.html", context, status=422 if refused else 200)


def _day(request: HttpRequest, today: date, *, mends: bool) -> date:
    """The day of the address: today unless told; an earlier one is the supervisor's."""
    written = request.GET.get("paiva")
    if not written:
        return today
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise Http404 from error
    if day != today and not mends:
        raise PermissionDenied
    if not first_open_day(today) <= day <= today:
        raise Http404
    return day


def _address(service: Service, day: date, today: date, kind: str) -> str:
    return reverse("reports:counter", args=[service.key]) + ("" if day == today else f"?paiva={day}") + f"#{kind}"


def _count(form: CountForm, actor: Staff, service: Service, day: date) -> str:
    """What was asked is done; gives why not, when it is refused."""
    data = form.cleaned_data
    kind, what, now = data["kind"], data["what"], timezone.now()
    try:
        if what == "undo":
            undo_count(by=actor, service=service, day=day, kind=kind, now=now)
        elif what == "set":
            seen = -1 if data["seen"] is None else data["seen"]
            set_count(by=actor, service=service, day=day, kind=kind, number=data["number"], seen=seen, token=data["token"], now=now)
        else:
            add_count(by=actor, service=service, day=day, kind=kind, change=STEPS[what], token=data["token"], now=now)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
