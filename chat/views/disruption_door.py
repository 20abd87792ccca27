"""Who may come to the switch of disruptions, and what it reaches for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.actors import Staff
from accounts.permissions import has_role_anywhere
from accounts.session_over import ask_to_sign_in
from chat.views.console_panel import page_language
from services.choices import ServiceStatus
from services.models import County, Queue, Service
from services.permissions import NOTICE_ROLES, may_give_notice
from services.texts import text

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing that a notice may concern: the county, a service or a queue."""

    value: str
    name: str
    service: Service | None = None
    queue: Queue | None = None


def notice_door(
    view: Callable[Concatenate[HttpRequest, Staff, County, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only a supervisor of some service, or a main user, in the county of the page; who has not signed in is asked to."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor: Staff | None = getattr(request, "actor", None)
        if actor is None:
            return ask_to_sign_in(request)
        county: County | None = getattr(request, "county", None)
        if county is None or not has_role_anywhere(actor, NOTICE_ROLES, county=county.code):
            raise PermissionDenied
        return view(request, actor, county, *args, **kwargs)

    return never_cache(inner)


def scopes_of(actor: Staff, county: County) -> list[Scope]:
    """Where the person may give a notice, the widest first."""
    language = page_language()
    whole = may_give_notice(actor, county.code, None)
    scopes = [Scope("county", str(text(county, "name", language)))] if whole else []
    shown = [ServiceStatus.PERMITTED, ServiceStatus.OPEN, ServiceStatus.PAUSED]
    services = Service.objects.filter(county=county, status__in=shown).prefetch_related("queues").order_by("order", "key")
    for service in services:
        if not whole and not may_give_notice(actor, county.code, service.public_id):
            continue
        name = str(text(service, "name", language))
        scopes.append(Scope(f"service:{service.public_id}", name, service))
        queues = [queue for queue in service.queues.all() if queue.is_active]
        if len(queues) > 1:
            scopes += [
                Scope(f"queue:{queue.public_id}", f"{name} – {text(queue, 'name', language)}", service, queue) for queue in queues
            ]
    return scopes
