"""The responder's console: the lines of her queues, her own conversations, and the one that is open.

Everything is on the page as plain links and forms; the script of the page makes it live. Who may take, write and end is
decided by the operations; what is shown is what `readable_by` and `answerable_by` let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from accounts.models import User
from chat.availability import availabilities
from chat.boards import mine_boards, waiting_rows
from chat.choices import Medium, State
from chat.keys import COMMANDS
from chat.models import Conversation
from chat.models.presence import PLAIN_LOST_AFTER
from chat.operations import Mark, mark_seen, open_conversation
from chat.operations.reading import Opened
from chat.protocol import MineRow, WaitingRow
from chat.views.console_door import console_door
from chat.views.console_panel import (
    CONTACTORS,
    EVENT_WORDS,
    LANGUAGE_WORDS,
    MARK,
    PROFESSIONAL,
    Draft,
    contactor_words,
    mark_words,
    page_language,
    plain,
)
from chat.views.console_parts import desk_context, whole_context
from chat.views.console_rows import WaitingEntry, chips_html, keys_html, line_html, waiting_html, words_html
from chat.views.console_settings import settings_of, told
from services.memory import remembered
from services.models import County, Queue
from services.texts import Text, pick, texts_of

WAITING_SHOWN = 25
"""How many of those who wait the script of the page shows."""
WAITING_PAINTED = 10
"""How many of them the page is made with: the script has the others within a second, and a row is what the page costs most."""
OPEN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One of the responder's queues in a word, with those who wait there as her console shows them."""

    queue: UUID
    name: Text
    service: Text
    target: int
    is_open: bool
    waiting: Sequence[WaitingRow]
    language: str

    @property
    def painted(self) -> SafeString:
        """As the page shows it."""
        return line_html(self.queue, self.name, self.service, self.target, self.is_open, len(self.waiting), self.language)


@dataclass(frozen=True, slots=True)
class MineEntry:
    """One of the responder's own conversations."""

    row: MineRow
    contactor: str | Promise
    topic: Text
    mark: str
    service: Text
    is_ended: bool
    is_open: bool


@require_GET
@console_door
def console(request: HttpRequest, actor: Staff) -> HttpResponse:
    """The console without an open conversation."""
    return render_console(request, actor, None)


@require_GET
@console_door
def conversation(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """One conversation in the console; `?osa=1` gives its part alone, for the script of the page. Each opening is audited."""
    return render_conversation(request, actor, conversation)


def render_conversation(
    request: HttpRequest, actor: Staff, conversation: UUID, *, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    """Open the conversation (permission and audit inside) and show it; a stranger's is as if there were none."""
    try:
        opened = open_conversation(
            by=actor,
            conversation=conversation,
            now=timezone.now(),
            source="console",
            purpose="earlier" if request.GET.get("syy") == "aiemmat" else "",
        )
    except Conversation.DoesNotExist:
        raise Http404 from None
    if request.GET.get("osa"):
        return render(request, "chat/console/conversation.html", whole_context(actor, opened, draft))
    _note_reading(actor, opened)
    return render_console(request, actor, opened, draft=draft, status=status)


def _note_reading(actor: Staff, opened: Opened) -> None:
    """Who opens the page has read what it shows. Of a part that the script asks for, the script tells when it is seen."""
    me, row = opened.participant, opened.conversation
    if me is not None and (me.seen_all < row.head_all or me.seen_staff < row.head_staff):
        mark_seen(by=actor, marks=[Mark(me.public_id, row.head_all, row.head_staff)])


def render_console(
    request: HttpRequest, actor: Staff, opened: Opened | None, *, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    """The whole page."""
    language = page_language()
    queues = list(Queue.objects.answerable_by(actor).filter(is_active=True).for_board())
    county: County | None = getattr(request, "county", None)
    now = timezone.now()
    assert isinstance(request.user, User)
    lines = line_entries(queues, county=county, language=language, now=now, person=request.user.public_id)
    people = [row for line in lines for row in line.waiting]
    own = mine_boards([actor.user_id])[actor.user_id]
    mine = own.conversations
    settings, token = told(settings_of(actor)), get_token(request)
    shown = waiting_entries(lines, language=language, now=now)
    helps = settings["keys"]
    assert isinstance(helps, dict)
    context: dict[str, object] = {
        "lines": lines,
        "waiting": [waiting_html(entry, language, token, now=now) for entry in shown],
        "waiting_count": len(people),
        "waiting_more": max(len(people) - WAITING_PAINTED, 0),
        "claimable": sum(not row.away and not row.must_identify for row in people),
        "mine": [mine_entry(row, language, opened) for row in mine],
        "now": now,
        "words": {
            "contactors": plain(CONTACTORS),
            "who": str(PROFESSIONAL),
            "mark": str(MARK),
            "languages": plain(LANGUAGE_WORDS),
            "events": plain(EVENT_WORDS),
        },
        "longest": min((row.queued_at for row in people if not row.away and row.medium == Medium.CHAT), default=None),
        "unread": sum(row.unread for row in mine),
        "settings": settings,
        "help": keys_html(tuple(helps[command] for command in COMMANDS), bool(settings["keys_on"]), language),
        "shown_limit": WAITING_SHOWN,
        "page_words": words_html(language),
        "no_row": waiting_html(None, language, token, now=now),
        "plain_minutes": PLAIN_LOST_AFTER // timedelta(minutes=1),
        "none": UUID(int=0),
        "person": request.user.public_id,
        "opened": None,
        "draft": draft,
        **desk_context(request, actor, own, queues=queues),
        **(whole_context(actor, opened, draft) if opened else {}),
    }
    return render(request, "chat/console/console.html", context, status=status)


def line_entries(queues: Sequence[Queue], *, county: County | None, language: str, now: datetime, person: UUID) -> list[LineEntry]:
    """Her queues (read with `for_board`) as one person's console shows them: without those whom only somebody else may take."""
    states, waiting = open_states(queues, county), waiting_rows(queues, now=now)
    return [
        LineEntry(
            queue=queue.public_id,
            name=pick(texts_of(queue, "name"), language),
            service=pick(texts_of(queue.service, "name"), language),
            target=queue.service.response_target_seconds,
            is_open=states[queue.pk],
            waiting=[row for row in waiting[queue.pk] if row.reserved in (None, person)],
            language=language,
        )
        for queue in queues
    ]


def open_states(queues: Sequence[Queue], county: County | None) -> dict[int, bool]:
    """Whether each queue takes newcomers, by what the county's pages share of all its queues; of others it is judged now."""
    known = remembered(county, "open-queues", OPEN_SECONDS, lambda: _open_queues(county), ahead=True) if county else {}
    strange = [queue for queue in queues if queue.pk not in known]
    others = availabilities(strange) if strange else {}
    return {queue.pk: known[queue.pk] if queue.pk in known else others[queue.pk].is_open for queue in queues}


def _open_queues(county: County) -> dict[int, bool]:
    queues = Queue.objects.filter(service__county=county, is_active=True).for_board()
    return {key: state.is_open for key, state in availabilities(queues).items()}


def waiting_entries(lines: Iterable[LineEntry], *, language: str, now: datetime) -> list[WaitingEntry]:
    """The first of those who wait in these lines, longest wait first, forms last; inside a line the serving order stays."""
    ways = [[(row, line) for row in line.waiting] for line in lines]
    first = islice(merge(*ways, key=lambda one: (one[0].medium != Medium.CHAT, one[0].line_at)), WAITING_PAINTED)
    return [_waiting_entry(row, line, language=language, now=now) for row, line in first]


def _waiting_entry(row: WaitingRow, line: LineEntry, *, language: str, now: datetime) -> WaitingEntry:
    late = is_late(row, target=line.target, now=now)
    return WaitingEntry(
        conversation=row.conversation,
        queued_at=row.queued_at,
        away=row.away,
        contactor=str(contactor_words(row.contactor, str(pick(row.who, language)))),
        topic=pick(row.topic, language),
        mark=mark_words(row.conversation, topic=row.topic, who=row.who),
        queue=line.name,
        service=line.service,
        late=late,
        chips=chips_html(row, late=late, language=language),
        municipality=pick(row.municipality, language),
    )


def is_late(row: WaitingRow, *, target: int, now: datetime) -> bool:
    """She has waited longer than the service's target; a form, past the working day by which it is promised an answer."""
    if row.answer_due_at is not None:
        return now > row.answer_due_at
    return row.medium == Medium.CHAT and (now - row.queued_at).total_seconds() > target


def mine_entry(row: MineRow, language: str, opened: Opened | None) -> MineEntry:
    """One of her own, in the page's language."""
    return MineEntry(
        row=row,
        contactor=contactor_words(row.contactor, str(pick(row.who, language))),
        topic=pick(row.topic, language),
        mark=mark_words(row.conversation, topic=row.topic, who=row.who),
        service=pick(row.service, language),
        is_ended=row.state == State.ENDED,
        is_open=opened is not None and opened.conversation.public_id == row.conversation,
    )
