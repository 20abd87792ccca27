"""Of which service, or of the county as a whole, a page around the report tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actors import Staff
from reports.months import Month
from reports.permissions import may_read_county, readable_services
from reports.views.door import figures_door
from services.models import County, Service
from services.texts import text

ALL = "kaikki"
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Place:
    """The service, or the county as a whole, and who looks at it."""

    actor: Staff
    county: County
    service: Service | None

    @property
    def key(self) -> str:
        """As the address names it."""
        return self.service.key if self.service else ALL

    @property
    def name(self) -> str:
        """As the page names it."""
        return str(text(self.service, "name", (get_language() or "fi")[:2])) if self.service else _("All services")


def place_door(
    view: Callable[Concatenate[HttpRequest, Place, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Only those who read the figures of the service; the county as a whole is theirs who read all of it."""

    @wraps(view)
    def inner(request: HttpRequest, actor: Staff, county: County, /, key: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if key == ALL:
            if not may_read_county(actor, county):
                raise PermissionDenied
            return view(request, Place(actor, county, None), *args, **kwargs)
        service = readable_services(actor, county).filter(key=key).select_related("county").first()
        if service is None:
            raise Http404
        return view(request, Place(actor, county, service), *args, **kwargs)

    return figures_door(inner)


def month_of(written: str) -> Month:
    """“2026-11” of an address; anything else is no page."""
    try:
        return Month.parse(written)
    except ValueError as error:
        raise Http404 from error
