"""M20, M21, M24 and M30: figures that people bring in from elsewhere, alone or beside those of the chat and its mailboxes.

A month without them is a gap. The county's own figure stands when there is one; else the figures of its services are added up, if
they can be: a median cannot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from chat.choices import Medium
from chat.models import Conversation
from chat.models.conversations import ConversationQuerySet
from reports.choices import CountKind, ExternalKind
from reports.metrics import columns
from reports.metrics.by_month import of_months
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, named, number, ratio, unknown
from reports.metrics.passes import FIRST, total
from reports.metrics.scope import Scope
from reports.models import DayCount, ExternalFigure
from reports.months import Month, Period

K = ExternalKind
SUMS = (K.CALLS, K.CALLS_ANSWERED, K.MAILS, K.MAILS_ANSWERED)
ALONE = (K.CALLS_MEDIAN, K.CALLS_WITHIN, K.MAIL_DAYS)
"""What cannot be added up: it is told of one month of one place only."""
PHONE = (K.NURSES, K.HOURS_BEFORE, K.HOURS_NOW)
OWN_MAIL = Q(medium=Medium.MAIL, later_contact__isnull=True)
"""It came to a mailbox of the portal; an e-mail that was agreed on in a conversation is a follow-up (M33)."""
BY_DAY: Mapping[str, Sequence[str]] = {CountKind.MAILS: (K.MAILS, K.MAILS_ANSWERED), CountKind.CALLS: (K.CALLS_ANSWERED,)}
"""What the daily counter gives: an e-mail that was handled had come, and was answered; of calls only those answered are known."""
OF_MONTH: Mapping[str, Sequence[str]] = {
    CountKind.MAILS: (K.MAILS, K.MAILS_ANSWERED, K.MAIL_DAYS),
    CountKind.CALLS: (K.CALLS, K.CALLS_ANSWERED),
}
"""Any of these entered as one number of the month stands in place of the counter's: nothing is counted twice."""
Place = int | None
Rows = Mapping[Month, Mapping[str, Mapping[Place, ExternalFigure]]]


def read_rows(scope: Scope, first: Month, last: Month) -> Rows:
    """The figures in force of the scope's services, and the county's own when the scope is the county: one query."""
    places = Q(service__in=scope.services)
    if scope.is_whole:
        places |= Q(service__isnull=True)
    kinds = [each.value for each in K if not each.value.startswith("bot_")]
    rows = ExternalFigure.objects.filter(places, county=scope.county_id, kind__in=kinds)
    # What the residents are does not change every month: the last number that is known is meant.
    within = Q(month__range=(first.first, last.first)) | Q(kind=K.POPULATION, month__lt=first.first)
    found: dict[Month, dict[str, dict[Place, ExternalFigure]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows.filter(within).in_force().order_by("month", "pk"):
        found[Month.of(row.month)][row.kind][row.service_id] = row
    _add_counted(found, scope, first, last)
    return found


def _add_counted(found: dict[Month, dict[str, dict[Place, ExternalFigure]]], scope: Scope, first: Month, last: Month) -> None:
    """The daily counters of each service and month, where no number of the month was entered: one query."""
    rows = DayCount.objects.standing().filter(service__in=scope.services, day__range=(first.first, last.last)).order_by()
    counted = rows.annotate(month=TruncMonth("day")).values_list("service", "month", "kind").annotate(n=Sum("change"))
    for service, day, kind, n in counted:
        month = Month.of(day)
        entered = [each for each in OF_MONTH[kind] if service in found[month][each] or None in found[month][each]]
        for each in (f"unused_{kind}",) if entered else BY_DAY[kind]:
            found[month][each][service] = ExternalFigure(service_id=service, month=month.first, kind=each, value=Decimal(n))


def _by_day(rows: Rows, months: Sequence[Month], kind: str) -> list[str]:
    """Which source stands, when the daily counter was used."""
    notes = []
    if any(row.pk is None for month in months for each in BY_DAY[kind] for row in standing(rows, month, each).values()):
        notes.append(f"by_day_{kind}")
    if any(rows.get(month, {}).get(f"unused_{kind}") for month in months):
        notes.append(f"month_stands_{kind}")
    return notes


def read_elsewhere(scope: Scope, period: Period) -> dict[str, Any]:
    """What was entered for the months of the period, and the doctors' contacts of just those services and months: two queries."""
    months = [month for month in period.months if month.first >= period.first and month.last <= period.last]
    rows = read_rows(scope, Month.of(period.first), Month.of(period.last))
    wanted = {month: services for month in months if (services := counted_in_chat(rows, month, scope))}
    counts = of_months(scope, period, months, "doctors", columns.of_doctors()) if wanted else []
    doctors = sum(row["doctor"] for row in counts if row["service"] in wanted.get(row["month"], ()))
    found = facts_of_months(rows, months, last=Month.of(period.last), doctors=doctors)
    if has_own_mails(scope, period):
        found |= total(scope, f"letters {period}", lambda of: own_mails_of(of, period), of_own_mails())
    return found


def has_own_mails(scope: Scope, period: Period) -> bool:
    """The services’ own mailboxes were in use by then: before the first letter there is no data, after it 0 is 0."""
    first = scope.once("first_letter", lambda: _first_letter(scope))
    return first is not None and first < period.interval[1]


def own_mails_of(scope: Scope, period: Period) -> ConversationQuerySet:
    """The conversations that began with a letter to a mailbox of the portal in the period."""
    return scope.later(period).filter(OWN_MAIL)


def of_own_mails() -> dict[str, Count]:
    """Letters that began a conversation, and those of them that were answered; an answer to an answer is no letter more (M20)."""
    return {"own_mails": Count("pk"), "own_mails_answered": Count("pk", filter=Q(first_reply_at__isnull=False))}


def _first_letter(scope: Scope) -> datetime | None:
    def letters(of: Scope) -> Iterable[Any]:
        rows = Conversation.objects.filter(OWN_MAIL, county=of.county_id, first_queue__service__in=of.services, is_test=False)
        return rows.of_residents().order_by().values(of_service=F(FIRST)).annotate(at=Min("queued_at"))

    return min((row["at"] for row in scope.by_service("first letters", letters)), default=None)


def counted_in_chat(rows: Rows, month: Month, scope: Scope) -> list[int]:
    """The services whose doctors' contacts are the digital visits of the month: visits are entered, digital ones are not."""
    where, own = standing(rows, month, K.VISITS), standing(rows, month, K.DOCTOR_VISITS)
    if not where or None in own:
        return []
    places = scope.services if None in where else where
    return [place for place in places if place is not None and place not in own]


def facts_of_months(rows: Rows, months: Sequence[Month], *, last: Month, doctors: int) -> dict[str, Any]:
    """The facts of these whole months, with the answered contacts of doctors in those that have a number of visits."""
    found: dict[str, Any] = {}
    for kind in SUMS:
        have = [where for month in months if (where := standing(rows, month, kind))]
        if have:
            found[kind] = sum(int(row.exact) for where in have for row in where.values())
            found[f"{kind}_missing"] = [str(month) for month in months if not standing(rows, month, kind)]
    for counted in BY_DAY:
        found[f"by_day_{counted}"] = _by_day(rows, months, counted)
    for kind in ALONE:
        alone = [row for month in months for row in standing(rows, month, kind).values()]
        if len(months) == 1 and len(alone) == 1:
            found[kind] = alone[0].exact
    found |= _visits(rows, months, doctors)
    found |= _population(rows, last)
    for month in reversed(months):
        if released := _released(rows.get(month, {})):
            found |= released
            break
    for month in reversed(months):
        if savings := _savings(rows.get(month, {})):
            found |= savings
            break
    return found


def standing(rows: Rows, month: Month, kind: str) -> Mapping[Place, ExternalFigure]:
    """The county's own figure, when there is one; else those of the services."""
    return _own_or_all(rows.get(month, {}).get(kind, {}))


def _own_or_all(found: Mapping[Place, ExternalFigure]) -> Mapping[Place, ExternalFigure]:
    return {None: found[None]} if None in found else found


def visits_from_elsewhere(rows: Rows, month: Month) -> Mapping[Place, ExternalFigure]:
    """The digital visits that are entered, of the places whose visits in all are: without those there is no share (M24)."""
    where = standing(rows, month, K.VISITS)
    found = standing(rows, month, K.DOCTOR_VISITS) if where else {}
    return {place: row for place, row in found.items() if None in where or place in where or place is None}


def residents(rows: Rows, last: Month) -> Mapping[Place, ExternalFigure]:
    """The last known number of residents of each place; the county's own alone, when there is one."""
    found = [where for month in sorted(rows) if month <= last and (where := rows[month].get(K.POPULATION))]
    return _own_or_all({place: row for where in found for place, row in where.items()})


def phone_places(of_month: Mapping[str, Mapping[Place, ExternalFigure]]) -> list[Place]:
    """Whose released hours are told: the county's, or those of each service that has all three numbers (M30)."""
    whole = [place for place in of_month.get(K.NURSES, {}) if all(place in of_month.get(kind, {}) for kind in PHONE)]
    return [None] if None in whole else whole


def savings_places(of_month: Mapping[str, Mapping[Place, ExternalFigure]]) -> list[Place]:
    """Whose word of the savings is told: the county's, or that of the one service that has told (M30)."""
    told = of_month.get(K.SAVINGS_REACHED, {})
    return [None] if None in told else list(told) if len(told) == 1 else []


def _visits(rows: Rows, months: Sequence[Month], doctors: int) -> dict[str, Any]:
    """Visits in all, and the digital ones of the same months: of the chat, or from elsewhere where they are counted there."""
    have = {month: where for month in months if (where := standing(rows, month, K.VISITS))}
    if not have:
        return {}
    extra = sum(int(row.exact) for month in have for row in visits_from_elsewhere(rows, month).values())
    meant = [row.words for where in have.values() for row in where.values() if row.words]
    return {
        "visits": sum(int(row.exact) for where in have.values() for row in where.values()),
        "doctor_visits": doctors + extra,
        "visits_mean": list(dict.fromkeys(meant)),
        "visits_missing": [str(month) for month in months if month not in have],
    }


def _population(rows: Rows, last: Month) -> dict[str, Any]:
    places = residents(rows, last)
    # Areas of several services may be the same people: they are not added up.
    return {"external_population": int(next(iter(places.values())).exact)} if len(places) == 1 else {}


def _released(of_month: Mapping[str, Mapping[Place, ExternalFigure]]) -> dict[str, Any]:
    """Nurses by phone hours before, less the hours now; of the county, or of each service that has all three."""
    places = phone_places(of_month)
    if not places:
        return {}
    before, now, people = Fraction(), Fraction(), 0
    appointments: Fraction | None = Fraction()
    for place in places:
        nurses, hours, left = (of_month[kind][place].exact for kind in PHONE)
        before, now, people = before + nurses * hours, now + left, people + ceil(nurses)
        length = of_month.get(K.APPOINTMENT, {}).get(place)
        if length is None or not length.value or appointments is None:
            appointments = None
        else:
            appointments += (nurses * hours - left) * 60 / length.exact
    return {"hours_before": before, "hours_now": now, "appointments": appointments, "nurses": people}


def _savings(of_month: Mapping[str, Mapping[Place, ExternalFigure]]) -> dict[str, Any]:
    """The manager's own word: of the county, or of the one service that is looked at."""
    places = savings_places(of_month)
    if not places:
        return {}
    euros = of_month.get(K.SAVED_EUROS, {}).get(places[0])
    row = of_month[K.SAVINGS_REACHED][places[0]]
    return {"savings": bool(row.value), "savings_words": row.words, "saved_euros": euros.exact if euros else None}


def mails(facts: Facts) -> Figure:
    """M20: e-mails that came to the portal’s own mailboxes and those that were entered, told apart; neither: no data."""
    entered = _entered(facts, "M20", K.MAILS, (K.MAILS, K.MAILS_ANSWERED), (K.MAIL_DAYS,))
    if "own_mails" not in facts:
        return entered
    n = number(facts, "own_mails") + number(facts, K.MAILS)
    parts = [*named(facts, ("own_mails", "own_mails_answered")), *entered.parts]
    return replace(entered, value=Fraction(n), n=n, parts=parts, known=True)


def phone(facts: Facts) -> Figure:
    """M21: phone calls; their response time and their share within the target stand beside."""
    return _entered(facts, "M21", K.CALLS, (K.CALLS, K.CALLS_ANSWERED), (K.CALLS_MEDIAN, K.CALLS_WITHIN))


def _entered(facts: Facts, code: str, main: str, sums: Sequence[str], alone: Sequence[str]) -> Figure:
    parts = [(str(kind), number(facts, kind)) for kind in sums if kind in facts]
    beside: dict[str, Fraction | None] = {str(kind): facts[kind] for kind in alone if kind in facts}
    if not parts and not beside:
        return unknown(code, "n")
    by_day = facts.get(f"by_day_{main}") or ()
    value = Fraction(facts[main]) if main in facts else None
    return Figure(code, value, "n", number(facts, main), parts, beside, notes=[*by_day, *_missing(facts.get(f"{main}_missing"))])


def digital_doctor(facts: Facts) -> Figure:
    """M24: the portal does not know visits at receptions; without an entered number of them there is no share."""
    if "visits" not in facts:
        return unknown("M24", "%", [("doctor", number(facts, "doctor"))])
    n, visits = number(facts, "doctor_visits"), number(facts, "visits")
    notes = [*facts["visits_mean"], *_missing(facts["visits_missing"])]
    parts = [("doctor_visits", n), ("visits", visits)]
    if n > visits:
        return Figure("M24", None, "%", visits, parts, notes=["more_than_all", *notes])
    return Figure("M24", ratio(n, visits), "%", visits, parts, notes=notes)


def released(facts: Facts) -> Figure:
    """M30: released phone hours, never without the word whether the wanted savings were reached (S002-45, S002-51)."""
    told = "savings_not_assessed"
    if "savings" in facts:
        told = "savings_reached" if facts["savings"] else "savings_not_reached"
    notes = [told, *([facts["savings_words"]] if facts.get("savings_words") else [])]
    beside: dict[str, Fraction | None] = {"saved_euros": facts.get("saved_euros")} if "savings" in facts else {}
    if "hours_before" not in facts:
        return Figure("M30", None, "h/wk", 0, beside=beside, known=False, notes=notes)
    before, now = facts["hours_before"], facts["hours_now"]
    hours: dict[str, Fraction | None] = {"hours_before": before, "hours_now": now, "appointments": facts["appointments"]}
    return Figure("M30", before - now, "h/wk", facts["nurses"], beside=hours | beside, notes=notes)


def _missing(months: Sequence[str] | None) -> list[str]:
    return ["months_missing", *months] if months else []


DEFINITIONS = (
    metric(
        "M20",
        "n",
        Better.NEITHER,
        _(
            "E-mails to the service in the month: those that came to the portal’s own mailboxes, and beside them the numbers that"
            " people have entered of others, by the day or by the month: received, answered, and how long it took."
        ),
        mails,
        Source.IMPORTED,
    ),
    metric(
        "M21",
        "n",
        Better.NEITHER,
        _(
            "Phone calls in the month, by the numbers that people have entered: how many came and were answered, the median of the"
            " response time and the share within the target. They are compared with the chat month by month."
        ),
        phone,
        Source.IMPORTED,
    ),
    metric(
        "M24",
        "%",
        Better.MORE,
        _(
            "Answered contacts whose last queue was a doctor’s, divided by all visits of primary health care. The number of"
            " visits is brought in from elsewhere."
        ),
        digital_doctor,
        Source.CONVERSATIONS,
        Source.IMPORTED,
    ),
    metric(
        "M30",
        "h/wk",
        Better.MORE,
        _(
            "Nurses by their phone hours before, less the phone hours now, in a week; and how many appointments fit in."
            " Beside it always whether the wanted savings were reached, as a manager has said."
        ),
        released,
        Source.IMPORTED,
    ),
)
