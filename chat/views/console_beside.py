"""What stands beside a conversation: the handbook's chapters, the directory and the materials, searched with one field.

On top is what the conversation's queue and topic suggest; words of the resident are never used. A card of the directory is
sent as a message, a form too (S001-29); to a professional the whole list too. Who is on duty now is told. The same part is a
page of its own, for whoever has no scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Staff
from accounts.models import User
from chat.answerers import ranked_answerers
from chat.choices import State
from chat.models import Conversation
from chat.operations.cards import MOST_IN_A_LIST, send_card, send_list
from chat.refusals import Refusal, refuse
from chat.views.console_door import console_door
from chat.views.console_doors import answer, uuid_or_none
from chat.views.console_panel import page_language
from chat.views.console_tools import back_to
from chat.views.presence import county_of
from handbook.directory import Entry, contacts_of_professionals, find_entries, forms_of, materials_of
from handbook.finding import Found, find
from handbook.live import live_of
from handbook.markup import References, Rendered
from handbook.models import Chapter
from handbook.permissions import may_open
from handbook.references import references_of, rendered
from handbook.shelf import Entry as ChapterEntry
from handbook.shelf import Shown, book_of, services_of
from services.calendars import DayHours
from services.models import ContactPoint, County, Link, Queue, Service
from services.openness import schedule_weeks
from services.texts import texts_of

QUERY_MOST = 100
SUGGESTED = 4


@dataclass(frozen=True, slots=True)
class Card:
    """An entry of the directory as it is shown: may it be sent here, and with which id. Each has its own: a double press is one."""

    entry: Entry
    name: str
    lines: list[str]
    sendable: bool
    token: UUID
    today: DayHours | None = None
    """When a number answers today, of those whose hours are known."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a chapter, ready to be read here."""

    shown: Shown
    body: Rendered
    language: str
    fell_back: bool


@require_GET
@console_door
def desk(request: HttpRequest, actor: Staff) -> HttpResponse:
    """Without a conversation: the handbook and the directory of the county of the page. Nothing can be sent."""
    return _beside(request, actor, None, county_of(request))


@require_GET
@console_door
def directory(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Beside a conversation that she may read; a stranger's is as if there were none."""
    rows = Conversation.objects.readable_by(actor).select_related("county", "service", "queue", "topic")
    row = rows.filter(public_id=conversation).first()
    if row is None:
        raise Http404
    return _beside(request, actor, row, row.county)


def _beside(request: HttpRequest, actor: Staff, row: Conversation | None, county: County) -> HttpResponse:
    if not may_open(actor, county=county.code):
        raise PermissionDenied
    language = page_language()
    words = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:QUERY_MOST]
    chapter = request.GET.get("luku", "")
    context: dict[str, object] = {
        "row": row,
        "query": words,
        "professional": row is not None and row.professional_id is not None,
        "may_send": row is not None and row.state == State.ACTIVE and row.responder_id == actor.user_id,
        "today": timezone.localdate(),
    }
    if chapter:
        context |= _chapter(actor, county, row, chapter, language)
    elif words:
        context |= _found(actor, county, row, words, language, may_send=bool(context["may_send"]))
    else:
        context |= _suggested(actor, county, row, language, may_send=bool(context["may_send"]))
    name = "chat/console/beside.html" if request.GET.get("osa") else "chat/console/beside_page.html"
    return render(request, name, context)


def _services(actor: Staff, county: County, row: Conversation | None) -> list[Service]:
    """Her own services, and before them the one of the conversation."""
    own = services_of(actor, county)
    return own if row is None else [row.service, *(each for each in own if each.pk != row.service_id)]


def _suggested(actor: Staff, county: County, row: Conversation | None, language: str, *, may_send: bool) -> dict[str, object]:
    """The service's own sections first, then the chapters near the queue and the topic; the materials of the service.

    Who is on duty stands there too, and with a professional the shared contact list.
    """
    services = _services(actor, county, row)
    book = book_of(actor, county, services)
    materials = materials_of(county)
    duty = _on_duty(actor, services if row is None else [row.service], language)
    if row is None:
        return {"suggested": [], "sections": [], "book": book, "materials": materials, "duty": duty}
    sections = [(entry, part) for entry in book for part in entry.sections if part.version.service_id == row.service_id]
    near = find(county, services, _words_of(row, language), language=language)
    hers = [each for each in near if each.version.service_id in (None, row.service_id)]
    forms = forms_of(row.service)
    given = {each.id for each in forms if each.kind == "link"}
    own = [each for each in materials if each.service_id in (None, row.service_id) and each.key not in given]
    found: dict[str, object] = {"sections": sections, "suggested": _once(hers)[:SUGGESTED], "book": book, "materials": own}
    found["forms"] = [card for card in _made(forms, row, language, may_send=may_send) if card.lines]
    if row.professional_id is not None:
        found |= _cards(contacts_of_professionals(county), row, language, may_send=may_send)
    return found | {"duty": duty}


def _on_duty(actor: Staff, services: Sequence[Service], language: str) -> list[str]:
    """Her colleagues who take conversations of the services now, each once, by name."""
    queues = Queue.objects.filter(service__in=services, is_active=True).select_related("service__county")
    there: dict[int, User] = {}
    for people in ranked_answerers(queues, now=timezone.now()).values():
        there |= {each.user.pk: each.user for each in people if each.is_taking and each.user.pk != actor.user_id}
    return sorted(user.name_for(language) for user in there.values())


def _hours_of(entries: Sequence[Entry]) -> dict[tuple[str, str], DayHours]:
    """Today's hours of the numbers that have a schedule: three queries for all of them."""
    timed = {
        (each.kind, each.id): each.row.schedule for each in entries if isinstance(each.row, ContactPoint) and each.row.schedule
    }
    today = timezone.localdate()
    weeks = schedule_weeks(timed.values(), today - timedelta(days=today.weekday()))
    return {key: weeks[schedule.pk][today.weekday()] for key, schedule in timed.items()}


def _made(entries: Sequence[Entry], row: Conversation | None, language: str, *, may_send: bool) -> list[Card]:
    professional = row is not None and row.professional_id is not None
    hours = _hours_of(entries)
    return [
        Card(each, each.name(language), lines, may_send and bool(lines) and (professional or not each.internal), uuid4(), today)
        for each in entries
        for lines, today in [(each.lines(language), hours.get((each.kind, each.id)))]
    ]


def _cards(entries: Sequence[Entry], row: Conversation | None, language: str, *, may_send: bool) -> dict[str, object]:
    """The entries as cards; a professional may get all that have a number or an address as one list."""
    professional = row is not None and row.professional_id is not None
    cards = _made(entries, row, language, may_send=may_send)
    listed = [f"{card.entry.kind}:{card.entry.id}" for card in cards if card.sendable and professional]
    return {"cards": cards, "listed": listed[:MOST_IN_A_LIST] if len(listed) > 1 else [], "list_token": uuid4()}


def _words_of(row: Conversation, language: str) -> str:
    """What the conversation is about, in the portal's own words: its topic, its queue and its service."""
    named = [row.topic, row.queue, row.service]
    return " ".join(texts_of(each, "name").get(language, "") for each in named if each is not None)


def _once(found: Sequence[Found]) -> list[Found]:
    """One text of each chapter, the best."""
    kept: dict[int, Found] = {}
    for each in found:
        kept.setdefault(each.version.chapter_id, each)
    return list(kept.values())


def _found(
    actor: Staff, county: County, row: Conversation | None, words: str, language: str, *, may_send: bool
) -> dict[str, object]:
    """Chapters, entries of the directory and materials that fit the words."""
    professional = row is not None and row.professional_id is not None
    entries = find_entries(county, words, language=language)
    known = {each.key: each for each in materials_of(county)} if any(each.is_material for each in entries) else {}
    materials: list[tuple[Link, UUID, bool]] = [
        (known[each.id], uuid4(), may_send and (professional or not each.internal) and known[each.id].file_id is None)
        for each in entries
        if each.id in known
    ]
    return {
        "chapters": find(county, _services(actor, county, row), words, language=language),
        "found_materials": materials,
    } | _cards([each for each in entries if not each.is_material], row, language, may_send=may_send)


def _chapter(actor: Staff, county: County, row: Conversation | None, key: str, language: str) -> dict[str, object]:
    """One chapter: the section of the conversation's service before the common text, and what is true of the service now."""
    if not Chapter.objects.filter(county=county, key=key).readable_by(actor).exists():
        raise Http404
    services = _services(actor, county, row)
    entry = next((each for each in book_of(actor, county, services) if each.chapter.key == key), None)
    if entry is None:
        raise Http404
    service = row.service if row is not None else (services[0] if services else None)
    references = references_of(county, language)
    section = next((part for part in entry.sections if service and part.version.service_id == service.pk), None)
    return {
        "chapter": entry.chapter,
        "entry": entry,
        "common": _text(entry, entry.common, references, language),
        "section": _text(entry, section, references, language) if section else None,
        "service": service,
        "live": live_of(key, county, service, now=timezone.now()),
    }


def _text(entry: ChapterEntry, shown: Shown, references: References, language: str) -> Text:
    words = shown.version.words("body", language)
    own = "own" if shown.version.service_id else "common"
    body = rendered(shown.version, language, references, top=4, prefix=f"beside-{entry.chapter.key}-{own}-")
    return Text(shown, body, words.language, words.fell_back)


@require_POST
@console_door
def send(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Send one entry as a card, or a list of them. The id comes with the form, so a double press sends once."""
    token = uuid_or_none(request.POST.get("client_id", ""))

    def act() -> dict[str, object]:
        if token is None:
            raise refuse(Refusal.INVALID)
        if request.POST.get("kind") == "list":
            named = [(kind, key) for kind, _colon, key in (each.partition(":") for each in request.POST.getlist("entry"))]
            listed = send_list(by=actor, conversation=conversation, entries=named, token=token, now=timezone.now())
            return {"conversation": listed.conversation, "seq": listed.seq}
        sent = send_card(
            by=actor,
            conversation=conversation,
            kind=request.POST.get("kind", ""),
            entry=request.POST.get("entry", ""),
            token=token,
            now=timezone.now(),
        )
        return {"conversation": sent.conversation, "seq": sent.seq}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")
