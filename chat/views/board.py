"""The supervisor's board: the lines and people of the services that she supervises, now; and who was there against who came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from accounts.choices import Role
from accounts.models import Grant, User
from chat.board import QueueRow, board_of
from chat.choices import Flag, PresenceKind
from chat.concerns import step_keys
from chat.models import Concern, KeptLetter
from chat.staffing import HourRow, hours_of_day
from chat.views.board_door import supervisor_door
from chat.views.console_contexts import calls_context
from chat.views.console_settings import settings_of
from chat.views.presence import county_of
from chat.views.presence_parts import WORDS
from services.models import County, Queue, Service
from services.models.queues import QueueQuerySet

OLDEST = timedelta(days=400)
CONCERNS_SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A queue's row, and who could be added to it."""

    row: QueueRow
    candidates: Sequence[User]


@require_GET
@supervisor_door
def board(request: HttpRequest, actor: Staff) -> HttpResponse:
    """The whole page: now, and the hours of today or of the day that is asked for."""
    now = timezone.now()
    chosen = day_of(request.GET.get("paiva", ""), today=timezone.localdate(now))
    services = Service.objects.filter(pk__in=own_queues(actor, county_of(request)).values("service_id"))
    hours = hours_of_day(list(services), chosen, now=now)
    context = {**_now(request, actor, now=now), **_day(hours, chosen, now=now), **calls_context(request, actor)}
    return render(request, "chat/board/board.html", {**context, "sound": settings_of(actor).sound})


@require_GET
@supervisor_door
def part(request: HttpRequest, actor: Staff) -> HttpResponse:
    """What happens now alone, for the script of the page."""
    return render(request, "chat/board/now.html", _now(request, actor, now=timezone.now()))


def own_queues(actor: Staff, county: County) -> QueueQuerySet:
    """The queues in use of the services of this county that the person supervises."""
    return Queue.objects.supervised_by(actor).filter(service__county=county, is_active=True)


def day_of(text: str, *, today: date) -> date:
    """The day that is asked for; today when it is none, is still to come, or is too long ago to be shown."""
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        return today
    return chosen if today - OLDEST <= chosen <= today else today


def _now(request: HttpRequest, actor: Staff, *, now: datetime) -> dict[str, object]:
    county = county_of(request)
    rows = board_of(own_queues(actor, county).for_board().order_by("service__key", "order", "key"), now=now)
    may = _responders(county, now=now)
    entries = []
    for row in rows:
        inside = {person.user.pk for person in row.people}
        reach = may[None] | may.get(row.queue.service.public_id, {})
        entries.append(BoardEntry(row, [user for key, user in sorted(reach.items(), key=_by_name) if key not in inside]))
    return {
        "entries": entries,
        "now": now,
        "kinds": [*WORDS.items(), ("off", None)],
        "finishing": PresenceKind.FINISHING.label,
        "trouble": [row for row in rows if row.is_overloaded],
        "me": actor.user_id,
        "kept": KeptLetter.objects.readable_by(actor).filter(mailbox__queue__service__county=county).count(),
        **_concerns(actor, county, now=now),
    }


def _concerns(actor: Staff, county: County, *, now: datetime) -> dict[str, object]:
    """Concerns whose checklist is still open, also of ended conversations, and how many there were; none of practice."""
    rows = Concern.objects.counted().supervised_by(actor).filter(conversation__county=county)
    named = ("conversation__service", "conversation__responder", "opened_by")
    lately = rows.filter(opened_at__gte=now - CONCERNS_SHOWN).tally()
    counts: dict[str, int] = defaultdict(int)
    for kind, _closing, _notice, n in lately:
        counts[kind] += n
    return {
        "concerns": [
            (each, each.done, len(step_keys(each.kind)))
            for each in rows.open().select_related(*named).annotate(done=Count("steps"))
        ],
        "concern_counts": [(Flag(kind).label, n) for kind, n in counts.items()],
        "concern_days": CONCERNS_SHOWN.days,
    }


def _by_name(item: tuple[int, User]) -> tuple[str, int]:
    return item[1].shown_name, item[0]


def _responders(county: County, *, now: datetime) -> Mapping[object, dict[int, User]]:
    """Who may answer in each service, by its public id; under None those who may in all."""
    found: dict[object, dict[int, User]] = defaultdict(dict)
    grants = Grant.objects.valid(at=now).filter(county=county.code, role=Role.RESPONDER, user__is_active=True)
    for grant in grants.select_related("user"):
        found[grant.service_id][grant.user_id] = grant.user
    return found


def _day(hours: Sequence[HourRow], chosen: date, *, now: datetime) -> dict[str, object]:
    """The hours from the first to the last in which anything happened; the sums of the day."""
    lively = [n for n, row in enumerate(hours) if row.came or row.available or row.otherwise]
    shown = hours[lively[0] : lively[-1] + 1] if lively else []
    return {
        "day": chosen,
        "today": timezone.localdate(now),
        "hours": shown,
        "most": max((row.came for row in shown), default=0),
        "came": sum(row.came for row in shown),
        "answered": sum(row.answered for row in shown),
        "available": sum(row.available for row in shown),
        "otherwise": sum(row.otherwise for row in shown),
    }
