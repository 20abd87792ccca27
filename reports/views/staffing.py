"""The staffing of a week: what is to be expected, who is needed, and what if (metrics 6, S002-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from accounts.permissions import has_role_anywhere
from reports.choices import REVIEWERS, WishKind
from reports.exports.staffing import plan_csv, plan_xlsx
from reports.forms.staffing import StaffingForm, week_words
from reports.models import ShiftWish
from reports.permissions import may_check_quality, readable_services
from reports.rounding import duration, number, percent
from reports.staffing import SIDE_BY_SIDE, Hour, Plan, Question, people_on, plan_of, read_history, week_of
from reports.staffing.plan import LEAST_LENGTHS, LEAST_WEEKS, History
from reports.targets import targets_in_force
from reports.views.files import as_file
from services.models import County, Service
from services.texts import text
from services.views.county_door import county_door

staffing_door = county_door(lambda actor, county: has_role_anywhere(actor, REVIEWERS, county=county.code))
"""Supervisors and managers of the county; which services are theirs is asked row by row."""
SHADES = 5
USUAL_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class ShownHour:
    """A cell of the week: who is needed, and what is expected; without a number, why."""

    hour: Hour | None
    expected: str
    shade: int

    @property
    def is_open(self) -> bool:
        """The service is open."""
        return self.hour is not None

    @property
    def needed(self) -> int | None:
        """Responders at the desk."""
        return self.hour.need.responders if self.hour and self.hour.need else None


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One day beside who may answer on it."""

    day: date
    is_open: bool
    contacts: str
    most: int
    person_hours: int
    people: int
    is_known: bool

    @property
    def is_short(self) -> bool:
        """More are needed in the shift list at once than may answer."""
        return self.is_known and self.most > self.people


@dataclass(frozen=True, slots=True)
class Wishes:
    """How many wish what of each day; the wishes themselves are their supervisor's to see."""

    counts: list[tuple[date, list[int]]]
    rows: list[ShiftWish]
    are_there: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What was asked, and the answer."""

    service: Service
    services: list[Service]
    form: StaffingForm
    history: History
    base: Plan
    plan: Plan
    question: Question

    @property
    def is_other(self) -> bool:
        """Other hours or another demand than now were asked for."""
        return self.plan is not self.base


@require_GET
@staffing_door
def staffing(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The week hour by hour, with what it rests on and beside those who may answer."""
    looked = _looked(request, actor, county)
    plan = looked.plan
    refused = looked.form.is_bound and not looked.form.is_valid()
    context: dict[str, Any] = {
        "looked": looked,
        "form": looked.form,
        "service": looked.service,
        "week": week_words(plan.days[0]),
        "rows": _rows(plan),
        "days": _days(looked),
        "details": [_detail(each) for each in plan.hours],
        "sums": _sums(looked),
        "definitions": definitions_of(looked),
        "alone": sum(bool(each.need and each.need.is_alone) for each in plan.hours),
        "wishes": _wishes(actor, looked),
        "query": urlencode({**request.GET.dict(), "palvelu": looked.service.key}),
    }
    return render(request, "reports/staffing.html", context, status=422 if refused else 200)


@require_GET
@staffing_door
def staffing_file(request: HttpRequest, actor: Staff, county: County, kind: str) -> HttpResponse:
    """The same as a file: CSV, or a workbook with its definitions."""
    if kind not in ("csv", "xlsx"):
        raise Http404
    looked = _looked(request, actor, county)
    name = str(text(looked.service, "name", (get_language() or "fi")[:2]))
    made = (
        plan_csv(looked.plan, looked.question)
        if kind == "csv"
        else plan_xlsx(
            looked.plan, looked.question, title=name, words=[(each["name"], each["words"]) for each in definitions_of(looked)]
        )
    )
    return as_file(made, kind, f"mitoitus-{looked.service.key}-{looked.plan.days[0]}")


def definitions_of(looked: Looked) -> list[dict[str, str]]:
    """How each number is made, and on how many it rests."""
    history, question = looked.history, looked.question
    length = duration(history.length) if history.length is not None else _("no data")
    return [
        {
            "name": _("Expected contacts"),
            "words": _(
                "The mean of the last eight same weekdays and hours in which the service was open, without the largest and the"
                " smallest. Fewer than %(weeks)s weeks: no data."
            )
            % {"weeks": LEAST_WEEKS},
        },
        {
            "name": _("Hours that are closed now"),
            "words": _("Forecast by those who came to the closed chat at that hour (M05). When it is open, more may come."),
        },
        {
            "name": _("Length of a conversation"),
            "words": _(
                "%(length)s on average, from %(n)s answered conversations of the last twelve weeks. Fewer than %(least)s: no data."
            )
            % {"length": length, "n": number(history.lengths), "least": LEAST_LENGTHS},
        },
        {
            "name": _("Responders needed"),
            "words": _(
                "The fewest with whom %(share)s of contacts are answered within %(target)s (Erlang C), when each has"
                " %(n)s conversations at once. An open service has at least one."
            )
            % {
                "share": percent(question.target_percent),
                "target": duration(question.target_seconds),
                "n": question.at_once,
            },
        },
        {
            "name": _("Conversations at once"),
            "words": _("%(n)s at once come to %(capacity)s one at a time.")
            % {"n": question.at_once, "capacity": _plain(question.capacity)}
            + " "
            + (_("It is the service’s own number.") if looked.service.side_by_side else _("It is the portal’s usual number.")),
        },
        {
            "name": _("Responders at least"),
            "words": _("By the settings of the service, %(n)s at the desk in every open hour.") % {"n": question.least},
        },
        {
            "name": _("In the shift list"),
            "words": _("The same with %(n)s of paid time for breaks, meetings and recording.")
            % {"n": f"{question.away_percent} %"},
        },
        {
            "name": _("An estimate"),
            "words": _("The formula assumes that nobody leaves the line, so it asks for slightly too many."),
        },
    ]


def _plain(value: float) -> str:
    """1,7 or 2,25: the decimals that it has."""
    exact = Decimal(str(value)).normalize()
    return number(exact, max(0, -int(exact.as_tuple().exponent)))


def _looked(request: HttpRequest, actor: Staff, county: County) -> Looked:
    """The service of the address, else her first one; a service that is not hers is not there."""
    services = list(readable_services(actor, county, REVIEWERS).select_related("county").order_by("order", "key"))
    key = request.GET.get("palvelu", "")
    service = next((each for each in services if each.key == key), None) if key else (services[0] if services else None)
    if service is None:
        raise Http404
    now = timezone.now()
    today = timezone.localdate(now)
    queues = list(service.queues.filter(is_active=True).order_by("order", "key"))
    usual = Question(
        at_once=min(max(queues[0].max_parallel, 1), USUAL_AT_ONCE) if queues else 1,
        target_seconds=service.response_target_seconds,
        target_percent=_target(county, service, today),
        least=service.least_responders,
        table={n: float(value) for n, value in service.side_by_side_table.items()} or SIDE_BY_SIDE,
    )
    form = StaffingForm(request.GET, today=today, usual=usual)
    history = read_history(service, queues, now=now)
    week = week_of(queues, form.monday)
    base = plan_of(history, week.hours, form.base)
    asked = form.what_if
    plan = base if asked is None else plan_of(history, week.hours, asked)
    return Looked(service, services, form, history, base, plan, asked or form.base)


def _target(county: County, service: Service, today: date) -> Fraction:
    """What share is to be answered in time: the target in force, else 80 %."""
    rows = targets_in_force(county.pk, service, today)
    found = [Fraction(row.value) for row in rows if row.metric == "M08" and row.channel == "chat" and row.unit == "%"]
    return found[0] if found and 0 < found[0] < 100 else Question().target_percent


def _rows(plan: Plan) -> list[tuple[int, list[ShownHour]]]:
    most = max((each.need.responders for each in plan.hours if each.need), default=0)
    found = {(each.day, each.hour): each for each in plan.hours}
    return [(hour, [_cell(found.get((day, hour)), most) for day in plan.days]) for hour in plan.clock]


def _cell(each: Hour | None, most: int) -> ShownHour:
    shade = -(-each.need.responders * SHADES // most) if each and each.need and most else 0
    return ShownHour(each, "" if each is None or each.expected is None else number(each.expected, 1), shade)


def _days(looked: Looked) -> list[ShownDay]:
    plan, people = looked.plan, people_on(looked.service, looked.plan.days)
    found = []
    for day in plan.days:
        hours = plan.of_day(day)
        needs = [each.need for each in hours if each.need]
        is_known = bool(hours) and len(needs) == len(hours)
        contacts = number(sum((each.expected or Fraction() for each in hours), Fraction()), 1) if is_known else _("no data")
        most, work = max((need.scheduled for need in needs), default=0), sum(need.scheduled for need in needs)
        found.append(ShownDay(day, bool(hours), contacts, most, work, people[day], is_known))
    return found


def _sums(looked: Looked) -> list[tuple[str, str, str]]:
    """The week as it is, and as it would be."""
    rows = [
        (_("Open hours"), *(number(len(plan.hours)) for plan in (looked.base, looked.plan))),
        (_("Expected contacts"), *(_maybe(plan.contacts, 1) for plan in (looked.base, looked.plan))),
        (_("Most in the shift list at once"), *(_maybe(plan.most or None) for plan in (looked.base, looked.plan))),
        (_("Hours of work in the shift lists"), *(_maybe(plan.person_hours) for plan in (looked.base, looked.plan))),
    ]
    return [(name, now, other) for name, now, other in rows]


def _wishes(actor: Staff, looked: Looked) -> Wishes:
    """What those who answer in the service wish of the week: to their supervisor with names, to a manager as numbers."""
    days = looked.plan.days
    rows = ShiftWish.objects.of_service(looked.service).filter(day__range=(days[0], days[-1]))
    counts = {(row["day"], row["kind"]): row["n"] for row in rows.order_by().values("day", "kind").annotate(n=Count("pk"))}
    names = may_check_quality(actor, county=looked.service.county, service=looked.service)
    told = list(rows.readable_by(actor).select_related("user")) if names else []
    return Wishes([(day, [counts.get((day, kind), 0) for kind in WishKind.values]) for day in days], told, bool(counts))


def _maybe(value: Fraction | int | None, places: int = 0) -> str:
    return str(_("no data")) if value is None else number(value, places)


def _detail(each: Hour) -> dict[str, Any]:
    need = each.need
    wait = duration(Fraction(round(need.mean_wait))) if need and isfinite(need.mean_wait) else "–"
    return {
        "hour": each,
        "expected": _maybe(each.expected, 1),
        "level": percent(Fraction(need.service_level) * 100) if need else "",
        "wait": wait,
        "occupancy": percent(Fraction(need.occupancy) * 100) if need else "",
    }
