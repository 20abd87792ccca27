"""What a list behind a figure tells of each row, by the kind of its rows: never a word of anybody, nor who she is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from chat.choices import WentTo
from chat.models import Attempt, Conversation, LaterContact
from guidance.models import PathSession
from guidance.usage import ON_THE_WAY
from reports.behind.finding import Found, Kind
from reports.metrics.words import part_words
from reports.naming import queue_names
from reports.rounding import NOTHING, duration
from services.models import Queue, Service
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
    return NOTHING if at is None else date_words(timezone.localtime(at), "j.n.Y H.i.s")


def _minute(at: datetime | None) -> str:
    return NOTHING if at is None else date_words(timezone.localtime(at), "j.n.Y H.i")


def _day(day: date) -> str:
    return date_words(day, "j.n.Y")


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
    Column(_("Due date"), lambda row, names: _day(row.due_on)),
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


def columns_of(found: Found) -> tuple[Column, ...]:
    """What is told of the rows that were found."""
    if found.kind == Kind.CONVERSATIONS:
        return LATER_CONVERSATION if found.is_later else CONVERSATION
    return {Kind.ATTEMPTS: ATTEMPT, Kind.LATER: PROMISE, Kind.SESSIONS: SESSION}[found.kind]


def names_of(found: Found, services: Collection[int], *, with_service: bool) -> dict[int, str]:
    """The names that its rows need: one query."""
    if found.kind == Kind.SESSIONS:
        return {}
    if found.kind == Kind.ATTEMPTS:
        return {each.pk: _name(each) for each in Service.objects.filter(pk__in=services)}
    return queue_names(Queue.objects.filter(service__in=services), _name, of_one=not with_service)


def words_of(code: str) -> str | Promise:
    """What a figure’s list is called where it is linked to."""
    return {
        "M05": _("The tries behind the figure"),
        "M22": _("The walks behind the figure"),
        "M23": _("The questions behind the figure"),
        "M33": _("The promises behind the figure"),
    }.get(code, _("The conversations behind the figure"))


def _name(row: object, field: str = "name") -> str:
    return str(text(row, field, (get_language() or "fi")[:2]))
