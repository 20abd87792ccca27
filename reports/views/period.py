"""A free period, and the months of a year side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from reports.channels import side_by_side
from reports.forms.pages import PeriodForm
from reports.metrics import figures_of
from reports.months import Month, Period
from reports.permissions import readable_services
from reports.report import report_of
from reports.selection import chosen_codes
from reports.summary import period_words
from reports.targets import targets_of
from reports.trend import first_month, trend_of
from reports.views.choosing import Chosen, asked_year, chosen_group, chosen_of, chosen_service
from reports.views.door import figures_door
from reports.views.month import page_context
from reports.year import OF_YEAR, year_of
from services.models import County

BESIDE = ("M01", "M07", "M08", "M21")
"""What is told of a free period month by month: chat and phone side by side (S004-14)."""


@require_GET
@figures_door
def period(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The days that the person asks for, computed from the rows; what makes no sense is explained."""
    today = timezone.localdate()
    form = PeriodForm(request.GET if "alku" in request.GET or "loppu" in request.GET else None, today=today)
    if not form.is_valid() or form.period is None:
        services = list(readable_services(actor, county))
        service, may_read_all = chosen_service(request, actor, county, services)
        groups, group = chosen_group(request, actor, county)
        month = Month.of(today)
        chosen = Chosen(service, services, may_read_all, Period(month.first, month.last), [month], group, groups)
        context: dict[str, Any] = {"chosen": chosen, "form": form}
        return render(request, "reports/period.html", context, status=422 if form.is_bound else 200)
    chosen = chosen_of(request, actor, county)
    days = {"alku": str(chosen.period.first), "loppu": str(chosen.period.last)}
    if any(request.GET.get(name) != day for name, day in days.items()):
        # Written as people write days: a field for a day shows only those that are written as machines do.
        return redirect(f"{request.path}?{urlencode({'palvelu': chosen.key, **days})}")
    report = report_of(actor, county, chosen.service, chosen.period, now=timezone.now(), with_trend=False, group=chosen.group)
    trend = trend_of(county, chosen.service, chosen.period.months, today=today, codes=BESIDE, group=chosen.group)
    aims = targets_of(county.pk, chosen.service)
    report = replace(report, channels=side_by_side(trend.points, aims, codes=report.figures.total))
    context = {
        **page_context(actor, chosen, report),
        "form": form,
        "days": period_words(chosen.period),
        "gaps": [month.first for month in trend.gaps],
        "changes": trend.changes,
    }
    return render(request, "reports/period.html", context)


@require_GET
@figures_door
def year(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Twelve months side by side; a month without data is a dash, and the sum names what is missing from it (metrics 1.9)."""
    now = timezone.now()
    today = timezone.localdate(now)
    this = Month.of(today)
    first = first_month(county, this)
    chosen = _year(request, actor, county, first, this)
    followed, scope = chosen_codes(chosen.service), chosen.scope(county)
    codes = [code for code in OF_YEAR if followed is None or code in followed]
    total = figures_of(scope, chosen.period, codes=codes, now=now).total
    told = year_of(county, chosen.service, chosen.period, total, today=today, group=chosen.group, scope=scope)
    context = {
        "chosen": chosen,
        "year": chosen.period.first.year,
        "points": [(point, mark, first <= point.month <= this) for point, mark in zip(told.points, told.marks, strict=True)],
        "rows": told.rows,
        "gaps": [month.first for month in told.gaps if month.first <= today],
        "changes": told.changes,
    }
    return render(request, "reports/year.html", context)


def _year(request: HttpRequest, actor: Staff, county: County, first: Month, this: Month) -> Chosen:
    """The year of the address, from its first day to its last."""
    services = list(readable_services(actor, county))
    service, may_read_all = chosen_service(request, actor, county, services)
    groups, group = chosen_group(request, actor, county)
    months = [Month(number, 1) for number in range(this.year, first.year - 1, -1)]
    return Chosen(service, services, may_read_all, asked_year(request, first, this), months, group, groups)
