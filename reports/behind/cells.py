"""What a list behind a figure tells of each row, by the kind of its rows: never a word of anybody, nor who she is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.utils.dateformat import format as date_words
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from chat.choices import WentTo
from chat.models import Attempt, Conversation, LaterContact
from guidance.models import PathSession
from guidance.usage import ON_THE_WAY
from reports.behind.found import AGAIN, COUNTED, OF_PLACES, OTHERS, VERIFIED, Found, Kind, Part
from reports.dates import day_words, moment_words, second_words
from reports.forecast import Growing
from reports.metrics.costs import CostLine
from reports.metrics.load_hours import LoadHour
from reports.metrics.words import part_words
from reports.naming import queue_names, topic_names
from reports.rounding import NOTHING, duration, euros, number, percent
from services.models import Queue, Service, Topic
from services.texts import text

Names = Mapping[int, str]
"""Of the queues of the scope, or of its services where the rows have no queue."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list: its heading, and what stands in it."""

    head: str | Promise
    cell: Callable[[Any, Names], object]
    is_words: bool = False
    is_id: bool = False


def _second(at: datetime | None) -> str:
    return NOTHING if at is None else second_words(at)


def _minute(at: datetime | None) -> str:
    return NOTHING if at is None else moment_words(at)


def _waited(seconds: float | None) -> str:
    return NOTHING if seconds is None else duration(Fraction(seconds))


def _came_to(row: Conversation) -> str:
    """One that goes on says so."""
    return str(row.get_status_display() if row.status else row.get_state_display())


def _coded(row: Conversation) -> str:
    return f"{row.outcome} {row.get_outcome_display()}" if row.outcome else NOTHING


def _ended_in(row: PathSession) -> str:
    return NOTHING if row.outcome in ON_THE_WAY else part_words(f"guide_{row.outcome}")


def _path(row: PathSession) -> str:
    found: Mapping[str, str] = row.first.title
    return found.get((get_language() or "fi")[:2]) or found.get("fi") or NOTHING


ID, QUEUE = _("Id"), _("Queue")
CONVERSATION = (
    Column(ID, lambda row, names: row.public_id, is_id=True),
    Column(_("Joined the queue"), lambda row, names: _second(row.queued_at)),
    Column(QUEUE, lambda row, names: names.get(row.first_queue_id, ""), is_words=True),
    Column(_("Status"), lambda row, names: _came_to(row), is_words=True),
    Column(_("Queue time"), lambda row, names: _waited(row.wait_seconds)),
    Column(_("Response time"), lambda row, names: _waited(row.response_seconds)),
    Column(pgettext_lazy("time", "Ended"), lambda row, names: _minute(row.closed_at)),
    Column(_("Outcome"), lambda row, names: _coded(row), is_words=True),
)
LATER_CONVERSATION = (
    Column(ID, lambda row, names: row.public_id, is_id=True),
    Column(pgettext_lazy("rows", "Arrived"), lambda row, names: _minute(row.queued_at)),
    Column(QUEUE, lambda row, names: names.get(row.first_queue_id, ""), is_words=True),
    Column(_("Status"), lambda row, names: _came_to(row), is_words=True),
    Column(pgettext_lazy("rows", "Answered at"), lambda row, names: _minute(row.first_reply_at)),
    Column(pgettext_lazy("time", "Ended"), lambda row, names: _minute(row.closed_at)),
    Column(_("Outcome"), lambda row, names: _coded(row), is_words=True),
)


def _went_to(row: Attempt) -> str:
    return str(row.get_went_to_display() if row.went_to else WentTo.LEFT.label)


def _result(row: LaterContact) -> str:
    return str(row.get_result_display()) if row.result else NOTHING


# A try has no id of its own to show, and a walk’s id opens the walk: neither is told.
ATTEMPT = (
    Column(pgettext_lazy("rows", "Time"), lambda row, names: _second(row.at)),
    Column(_("Service"), lambda row, names: names.get(row.service_id, ""), is_words=True),
    Column(_("Came from"), lambda row, names: row.get_entry_channel_display(), is_words=True),
    Column(pgettext_lazy("rows", "Went to"), lambda row, names: _went_to(row), is_words=True),
)
PROMISE = (
    Column(ID, lambda row, names: row.conversation.public_id, is_id=True),
    Column(_("Kind"), lambda row, names: row.get_kind_display(), is_words=True),
    Column(QUEUE, lambda row, names: names.get(row.conversation.first_queue_id, ""), is_words=True),
    Column(pgettext_lazy("rows", "Agreed at"), lambda row, names: _minute(row.conversation.queued_at)),
    Column(_("Due date"), lambda row, names: day_words(row.due_on)),
    Column(pgettext_lazy("rows", "Done"), lambda row, names: _minute(row.done_at)),
    Column(_("Result"), lambda row, names: _result(row), is_words=True),
)
SESSION = (
    Column(_("Began"), lambda row, names: _minute(row.began_at)),
    Column(_("Guidance path"), lambda row, names: _path(row), is_words=True),
    Column(pgettext_lazy("rows", "Came to"), lambda row, names: _ended_in(row), is_words=True),
    Column(pgettext_lazy("rows", "When it came to it"), lambda row, names: _minute(row.outcome_at)),
    Column(_("Went to a human"), lambda row, names: _minute(row.handed_over_at)),
)


def _service(row: Any, names: Names) -> str:
    return names.get(row.service if isinstance(row.service, int) else row.service_id, NOTHING)


def _payers(line: CostLine, names: Names) -> str:
    """The service that pays it; of a shared one how many do."""
    if not line.is_shared:
        return next((names[pk] for pk in line.who if pk in names), NOTHING)
    n = len(line.who)
    return ngettext("Shared by %(n)s service", "Shared by %(n)s services", n) % {"n": number(n)}


def _month(day: date) -> str:
    return date_words(day, "F Y")


def _grown(row: Growing) -> str:
    if row.growth is not None:
        return percent(row.growth)
    return NOTHING if row.before else pgettext("topic", "new")


def _hours_in_words(value: Fraction) -> str:
    return f"{number(value, 1)}\N{NO-BREAK SPACE}h"


def _clock(row: LoadHour) -> str:
    return f"{row.hour}–{row.hour + 1}"


HOURS = (
    Column(_("Hour of the day"), lambda row, names: _clock(row)),
    Column(_("Minutes in which somebody was available"), lambda row, names: number(row.minutes)),
    Column(_("Responders who were available"), lambda row, names: number(len(row.people))),
    Column(pgettext_lazy("rows", "Answered contacts"), lambda row, names: number(row.answered)),
    Column(_("For each hour of a responder"), lambda row, names: number(row.value, 1)),
)
COSTS = (
    Column(_("Month"), lambda row, names: _month(row.month.first)),
    Column(_("Service"), _payers, is_words=True),
    Column(_("Kind"), lambda row, names: row.row.get_kind_display(), is_words=True),
    Column(_("Entered"), lambda row, names: euros(Fraction(row.row.euros))),
    Column(pgettext_lazy("euros", "Counted"), lambda row, names: euros(row.counted)),
    Column(_("Source"), lambda row, names: row.row.source, is_words=True),
)
SERVICES = (
    Column(_("Service"), _service, is_words=True),
    Column(pgettext_lazy("rows", "Opened"), lambda row, names: day_words(row.opened_at)),
    Column(_("Hours of a week"), lambda row, names: _hours_in_words(row.weekly)),
    Column(_("Hours really open"), lambda row, names: _hours_in_words(row.really)),
    Column(_("Pilot"), lambda row, names: _("Pilot") if row.is_pilot else NOTHING, is_words=True),
)
TOPICS = (
    Column(_("Topic"), lambda row, names: names.get(row.topic, NOTHING), is_words=True),
    Column(_("The month before"), lambda row, names: number(row.before)),
    Column(_("This month"), lambda row, names: number(row.now)),
    Column(_("Growth"), lambda row, names: _grown(row)),
)
ROLLOUTS = (
    Column(_("Rollout"), lambda row, names: row.name, is_words=True),
    Column(_("Service"), _service, is_words=True),
    Column(_("Items done"), lambda row, names: number(row.done)),
    Column(_("Items that apply"), lambda row, names: number(row.applicable)),
    Column(_("Overdue"), lambda row, names: number(row.overdue)),
    Column(_("Open risks"), lambda row, names: number(row.risks)),
    Column(_("Proven by the system"), lambda row, names: number(row.proven)),
)
SAMPLES = (
    Column(_("Month"), lambda row, names: _month(row.month)),
    Column(_("Service"), _service, is_words=True),
    Column(pgettext_lazy("sample", "Drawn"), lambda row, names: number(row.size)),
    Column(pgettext_lazy("sample", "Gone through"), lambda row, names: number(row.checked)),
    Column(pgettext_lazy("sample", "Counted"), lambda row, names: number(row.told)),
)
COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.CONVERSATIONS: CONVERSATION,
    Kind.ATTEMPTS: ATTEMPT,
    Kind.LATER: PROMISE,
    Kind.SESSIONS: SESSION,
    Kind.HOURS: HOURS,
    Kind.COSTS: COSTS,
    Kind.SERVICES: SERVICES,
    Kind.TOPICS: TOPICS,
    Kind.ROLLOUTS: ROLLOUTS,
    Kind.SAMPLES: SAMPLES,
}


def columns_of(found: Found) -> tuple[Column, ...]:
    """What is told of the rows that were found."""
    return LATER_CONVERSATION if found.is_later else COLUMNS[found.kind]


def names_of(found: Found, services: Collection[int], *, with_service: bool) -> dict[int, str]:
    """The names that its rows need: one query."""
    if found.kind in (Kind.SESSIONS, Kind.HOURS):
        return {}
    if found.kind in OF_PLACES:
        return {each.pk: _name(each) for each in Service.objects.filter(pk__in=services)}
    if found.kind == Kind.TOPICS:
        return topic_names(Topic.objects.filter(service__in=services).select_related("service"), _name)
    return queue_names(Queue.objects.filter(service__in=services), _name, of_one=not with_service)


def words_of(code: str) -> str | Promise:
    """What a figure’s list is called where it is linked to."""
    return {
        "M05": _("The tries behind the figure"),
        "M22": _("The walks behind the figure"),
        "M23": _("The questions behind the figure"),
        "M26": _("The hours behind the figure"),
        "M29": _("The rollouts behind the figure"),
        "M31": _("The costs behind the figure"),
        "M32": _("The services behind the figure"),
        "M33": _("The promises behind the figure"),
        "M34": _("The topics behind the figure"),
        "M35": _("The samples behind the figure"),
    }.get(code, _("The conversations behind the figure"))


def part_title(part: Part) -> str:
    """What a part of the list is called."""
    words: Mapping[str, str | Promise] = {
        COUNTED: pgettext_lazy("rows", "Counted"),
        OTHERS: pgettext_lazy("rows", "Looked at, not counted"),
        VERIFIED: _("Verified first contacts"),
        AGAIN: _("Asked of the same topic again within seven days"),
    }
    return str(words[part.key])


def why_hidden(found: Found) -> str | Promise:
    """Why a part is not shown."""
    if found.kind == Kind.HOURS:
        return _("The list is not shown: it would tell how a single responder works.")
    return _("The list is not shown: it would tell of fewer than five persons whether they identified themselves.")


def _name(row: object, field: str = "name") -> str:
    return str(text(row, field, (get_language() or "fi")[:2]))
