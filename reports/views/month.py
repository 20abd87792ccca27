"""One month of a service or of the county, computed from the rows as they are now; the running month is marked as unfinished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import tablib
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from chat.models import Conversation
from reports.frozen import figures_from
from reports.gaps import Fullness, fullness
from reports.metrics import Figures, Scope, figures_of
from reports.models import MonthlyReport
from reports.months import Month
from reports.permissions import may_read_county, readable_services
from reports.selection import chosen_codes, narrowed
from reports.shown import BREAKDOWNS, HEADERS, by_aim, changes_since, flat_rows, names_of, sections_of, tables_of, week_of
from reports.summary import sentences
from reports.targets import targets_in_force
from reports.views.after import after_reading
from reports.views.door import figures_door
from services.models import County, Service, Topic
from services.resources.files import CONTENT_TYPES, write_file
from services.texts import text

MOST_MONTHS = 60
ALL = "kaikki"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the person looks at, and what else she may."""

    service: Service | None
    services: Sequence[Service]
    may_read_all: bool
    month: Month
    months: Sequence[Month]

    @property
    def key(self) -> str:
        """The service as the address names it."""
        return self.service.key if self.service else ALL


@require_GET
@figures_door
def month(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The figures in words, with their definitions and what they rest on, beside targets and broken down."""
    chosen = _chosen(request, actor, county)
    figures = _figures(chosen, county)
    targets = targets_in_force(county.pk, chosen.service, min(chosen.month.last, timezone.localdate()))
    sections = sections_of(figures, targets)
    full = _fullness(chosen, figures)
    frozen = _frozen(chosen, actor, county)
    opened = chosen.service.opened_at if chosen.service else None
    context: dict[str, Any] = {
        "chosen": chosen,
        "fullness": full,
        "opened_on": timezone.localdate(opened) if opened and full == Fullness.PART else None,
        "goes_on": chosen.month.last >= timezone.localdate(),
        "sentences": [] if full == Fullness.GAP else sentences(chosen.month, figures.total),
        "sections": sections,
        "aims": by_aim(sections),
        "tables": tables_of(figures, names_of(figures, _name)),
        "week": week_of(figures),
        "growing": _growing(figures),
        "frozen": frozen,
        "changes": changes_since(figures_from(frozen.values), figures.total) if frozen else [],
        "tests": figures.facts.get("tests", 0),
        "professions": figures.total["M32"].notes if "M32" in figures.total else (),
        "after": after_reading(actor, county, chosen.service, chosen.month),
    }
    return render(request, "reports/month.html", context)


@require_GET
@figures_door
def table(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The same as a table for a spreadsheet: raw values beside those in words, and no cell that is a formula."""
    chosen = _chosen(request, actor, county)
    figures = _figures(chosen, county)
    dataset = tablib.Dataset(headers=list(HEADERS), title=str(chosen.month))
    for row in flat_rows(figures, tables_of(figures, names_of(figures, _name))):
        dataset.append(row)
    response = HttpResponse(write_file(dataset, "csv"), content_type=CONTENT_TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="raportti-{chosen.key}-{chosen.month}.csv"'
    return response


def _chosen(request: HttpRequest, actor: Staff, county: County) -> Chosen:
    services = list(readable_services(actor, county))
    may_read_all = may_read_county(actor, county)
    this = Month.of(timezone.localdate())
    key = request.GET.get("palvelu", "")
    service = next((each for each in services if each.key == key), None)
    if service is None and key not in ("", ALL):
        raise Http404
    if service is None and not may_read_all:
        if key == ALL or not services:
            raise PermissionDenied
        service = services[0]
    try:
        asked = Month.parse(request.GET.get("kuukausi") or str(this))
    except ValueError as error:
        raise Http404 from error
    first = _first_month(county, this)
    if asked > this or asked < first:
        raise Http404
    months = [this.shifted(-n) for n in range((this.year - first.year) * 12 + this.number - first.number + 1)]
    return Chosen(service, services, may_read_all, asked, months)


def _first_month(county: County, this: Month) -> Month:
    """The month of the first conversation, at most five years back."""
    first = Conversation.objects.filter(county=county).order_by("queued_at").values_list("queued_at", flat=True).first()
    return this if first is None else max(Month.of(timezone.localdate(first)), this.shifted(1 - MOST_MONTHS))


def _figures(chosen: Chosen, county: County) -> Figures:
    scope = Scope.of([chosen.service]) if chosen.service else Scope.whole(county)
    return narrowed(figures_of(scope, chosen.month.period, breakdowns=tuple(BREAKDOWNS)), chosen_codes(chosen.service))


def _fullness(chosen: Chosen, figures: Figures) -> Fullness:
    today: date = timezone.localdate()
    if chosen.service is None:
        return Fullness.PART if chosen.month.last >= today else Fullness.WHOLE
    contacts = figures.total["M01"].n
    return fullness(chosen.month, opened_at=chosen.service.opened_at, contacts=contacts, today=today)


def _frozen(chosen: Chosen, actor: Staff, county: County) -> MonthlyReport | None:
    rows = MonthlyReport.objects.readable_by(actor).of_scope(county=county, service=chosen.service)
    return rows.filter(month=chosen.month.first).order_by("-revision").first()


def _growing(figures: Figures) -> list[tuple[str, Any]]:
    found = (figures.facts.get("topics") or []) if "M34" in figures.total else []
    names = {each.pk: _name(each, "name") for each in Topic.objects.filter(pk__in=[each.topic for each in found])}
    return [(str(names.get(each.topic, "")), each) for each in found]


def _name(row: object, field: str) -> object:
    return text(row, field, (get_language() or "fi")[:2])
