"""What the person looks at, by the address: a service or all of them, and a month or a free period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.http import urlencode

from accounts.actors import Staff
from reports.metrics import Scope
from reports.models import ReportGroup
from reports.months import Month, Period
from reports.permissions import may_read_county, readable_services
from reports.trend import MOST_MONTHS, first_month
from services.forms.pages import DayField
from services.models import County, Service

ALL = "kaikki"
GROUP = "ryhma:"
"""Before the key of a group in an address: no key of a service has a colon."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the person looks at, and what else she may."""

    service: Service | None
    services: Sequence[Service]
    may_read_all: bool
    period: Period
    months: Sequence[Month]
    group: ReportGroup | None = None
    groups: Sequence[ReportGroup] = ()

    @property
    def key(self) -> str:
        """The service as the address names it."""
        return self.service.key if self.service else f"{GROUP}{self.group.key}" if self.group else ALL

    def scope(self, county: County) -> Scope:
        """The services of which it is."""
        if self.group:
            return Scope.of_group(self.group)
        return Scope.of([self.service]) if self.service else Scope.whole(county)

    @property
    def month(self) -> Month | None:
        """The month, unless it is a free period."""
        return self.period.month

    @property
    def query(self) -> str:
        """The same for an address: `palvelu=…&kuukausi=…`."""
        if self.month:
            return urlencode({"palvelu": self.key, "kuukausi": str(self.month)})
        return urlencode({"palvelu": self.key, "alku": str(self.period.first), "loppu": str(self.period.last)})

    @property
    def years(self) -> list[int]:
        """The years of which there may be something."""
        return sorted({month.year for month in self.months}, reverse=True)


def chosen_of(request: HttpRequest, actor: Staff, county: County) -> Chosen:
    """The scope and the month or period that the address names. What there is not is a 404, what is not hers a 403."""
    services = list(readable_services(actor, county))
    service, may_read_all = chosen_service(request, actor, county, services)
    groups, group = chosen_group(request, actor, county)
    this = Month.of(timezone.localdate())
    first = first_month(county, this)
    months = [this.shifted(-n) for n in range((this.year - first.year) * 12 + this.number - first.number + 1)]
    if request.GET.get("vuosi"):
        return Chosen(service, services, may_read_all, asked_year(request, first, this), months, group, groups)
    if request.GET.get("alku") or request.GET.get("loppu"):
        try:
            period = Period(_day(request.GET.get("alku", "")), _day(request.GET.get("loppu", "")))
        except (ValidationError, ValueError) as error:
            raise Http404 from error
        if period.first > timezone.localdate() or len(period.months) > MOST_MONTHS:
            raise Http404
        return Chosen(service, services, may_read_all, period, months, group, groups)
    return Chosen(service, services, may_read_all, asked_month(request, first, this).period, months, group, groups)


def chosen_service(request: HttpRequest, actor: Staff, county: County, services: Sequence[Service]) -> tuple[Service | None, bool]:
    """The service that the address names, else the county when she may read it, else her first one."""
    may_read_all = may_read_county(actor, county)
    key = request.GET.get("palvelu", "")
    if key.startswith(GROUP):
        return None, may_read_all  # whether she reads it `chosen_group` asks
    service = next((each for each in services if each.key == key), None)
    if service is None and key not in ("", ALL):
        raise Http404
    if service is None and not may_read_all:
        if key == ALL or not services:
            raise PermissionDenied
        service = services[0]
    return service, may_read_all


def chosen_group(request: HttpRequest, actor: Staff, county: County) -> tuple[list[ReportGroup], ReportGroup | None]:
    """The groups of services that she reads, and the one that the address names; another is none."""
    groups = list(ReportGroup.objects.readable_by(actor).filter(county=county, ended_at__isnull=True))
    key = request.GET.get("palvelu", "")
    if not key.startswith(GROUP):
        return groups, None
    group = next((each for each in groups if f"{GROUP}{each.key}" == key), None)
    if group is None:
        raise Http404
    return groups, group


def _day(text: str) -> date:
    """As the form of the free period reads it: 2026-11-01 or 1.11.2026. Raises ValidationError."""
    day: date = DayField().clean(text)
    return day


def asked_month(request: HttpRequest, first: Month, this: Month) -> Month:
    """The month of the address, else the running one."""
    try:
        asked = Month.parse(request.GET.get("kuukausi") or str(this))
    except ValueError as error:
        raise Http404 from error
    if asked > this or asked < first:
        raise Http404
    return asked


def asked_year(request: HttpRequest, first: Month, this: Month) -> Period:
    """The year of the address, else the running one, from its first day to its last."""
    text = request.GET.get("vuosi") or str(this.year)
    if not (text.isdecimal() and len(text) == 4 and first.year <= int(text) <= this.year):
        raise Http404
    return Period(Month(int(text), 1).first, Month(int(text), 12).last)
