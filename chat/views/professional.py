"""The professionals' entrance (S001-57): staff sign in, choose whom to ask, and are answered in their own line or before others.

What follows is the resident's own page; only that it opens to the professional who has signed in, and to nobody after her.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from accounts.choices import CONSULTING_ROLES
from chat.availability import availabilities, loads_of
from chat.forms import ConsultationForm
from chat.models import Conversation
from chat.operations import start_consultation
from chat.operations.consult import professionals_queue
from chat.protocol import TEXT_LIMIT
from chat.refusals import MESSAGES, Refusal
from chat.residents import asking
from chat.views.staff_door import staff_door
from services.hours import Availability
from services.models import County, Queue, Service


@dataclass(frozen=True, slots=True)
class Desk:
    """A service that takes professionals: its line, whether it is open, and how many wait there."""

    service: Service
    queue: Queue
    state: Availability
    waiting: int

    @property
    def is_own_line(self) -> bool:
        """The line is the professionals' own; otherwise they go before residents."""
        return not self.queue.is_entry


@require_http_methods(["GET", "HEAD", "POST"])
@staff_door(CONSULTING_ROLES)
def professional(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Whom she can ask now, and her question: one form, one press."""
    if request.method != "POST":
        return _page(request, actor, county, ConsultationForm(initial={"token": uuid4()}))
    form = ConsultationForm(request.POST)
    if not form.is_valid():
        return _page(request, actor, county, form, status=422)
    words = form.cleaned_data
    service = next((desk.service for desk in desks(county) if desk.service.key == words["service"]), None)
    if service is None:
        return _page(
            request, actor, county, form, status=409, refused=str(_("This service does not take professionals' questions."))
        )
    try:
        conversation = start_consultation(
            by=actor,
            service=service,
            token=words["token"],
            client_present=words["present"],
            language=_language(),
            body=words["body"],
            now=timezone.now(),
        )
    except ValidationError as error:
        return _page(request, actor, county, form, status=409, refused=" ".join(error.messages))
    except OperationalError:
        return _page(request, actor, county, form, status=503, refused=str(MESSAGES[Refusal.BUSY]))
    return redirect("chat:conversation", conversation.public_id)


def desks(county: County) -> list[Desk]:
    """The county's services that take professionals, those open now first, in a constant number of queries."""
    now = timezone.now()
    services = list(Service.objects.public().filter(county=county).select_related("county"))
    prefetch_related_objects(services, "queues")
    lines = {service.pk: professionals_queue(service.queues.all(), _language()) for service in services}
    queues = [queue for queue in lines.values() if queue is not None]
    states, loads = availabilities(queues, now=now), loads_of(queues, now=now)
    found = [
        Desk(service, queue, states[queue.pk], loads[queue.pk].waiting)
        for service in services
        if (queue := lines[service.pk]) is not None and queue.pk in states
    ]
    return sorted(found, key=lambda desk: not desk.state.is_open)


def _page(
    request: HttpRequest, actor: Staff, county: County, form: ConsultationForm, *, status: int = 200, refused: str = ""
) -> HttpResponse:
    shown = desks(county)
    ready = [desk for desk in shown if desk.state.is_open]
    context = {
        "form": form,
        "desks": shown,
        "ready": ready,
        "chosen": form.data.get("service") or (ready[0].service.key if len(ready) == 1 else ""),
        "own": Conversation.objects.readable_by(asking(actor)).open().filter(county=county).select_related("service"),
        "refused": refused,
        "text_limit": TEXT_LIMIT,
    }
    return render(request, "chat/professional/start.html", context, status=status)


def _language() -> str:
    return (get_language() or "fi")[:2]
