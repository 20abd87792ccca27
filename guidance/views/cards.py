"""What a resident can do now: the actions of an outcome made of live rows. Numbers, hours and links are never typed (S003-22).

A chat that is closed tells when it opens and how else help is reached; nothing that is not there is offered, and nobody is left
without a way: what can't be used gives its place to the ways of the path's own area.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.urls import reverse

from chat.availability import availabilities
from chat.views.start import CLOSED_WORDS
from guidance.document import Action
from guidance.models import PathVersion
from guidance.views.walk import Walk, page_language
from services.choices import Audience, ContactKind, ServiceStatus
from services.hours import Availability
from services.models import Channel, ContactPoint, Link, Queue, Service
from services.models.county import HELPLINE_KEY
from services.queue_names import queue_names, queues_named
from services.texts import Text, pick

MOST_OTHERS = 3
PUBLIC = (ServiceStatus.OPEN, ServiceStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to do: the template of its kind shows it."""

    kind: str
    url: str = ""
    contact: ContactPoint | None = None
    link: Link | None = None
    service: Service | None = None
    title: Text | None = None
    is_open: bool = False
    opens_at: datetime | None = None
    closed: object = ""
    ways: Sequence[ContactPoint] = ()
    form_url: str = ""
    """Of a chat that is closed: the form of its service, which is there at any hour."""
    cannot_call: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The rows that the cards of one page are made of."""

    contacts: Mapping[str, ContactPoint]
    links: Mapping[str, Link] = field(default_factory=dict)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    states: Mapping[int, Availability] = field(default_factory=dict)
    ways: Mapping[int, list[ContactPoint]] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    paths: Mapping[str, PathVersion] = field(default_factory=dict)


def contacts_of(walk: Walk) -> dict[str, ContactPoint]:
    """Public contact points of the county that have a number or an address; the Medical Helpline is always there."""
    rows = ContactPoint.objects.filter(county=walk.county, audience=Audience.PUBLIC)
    return {HELPLINE_KEY: ContactPoint.national_helpline(), **{row.key: row for row in rows if row.value.strip()}}


def read_place(walk: Walk, actions: Iterable[Action], *, now: datetime) -> Place:
    """The live rows that the actions name, and those of the path's own area: a fixed number of queries."""
    actions = list(actions)
    names = {action.queue for action in actions if action.queue} | {walk.version.area}
    queues = {
        name: row
        for name, row in queues_named(walk.county, names).items()
        if row.is_active and row.service.status in PUBLIC and not row.service.is_test
    }
    links = {action.link or action.form for action in actions if action.link or action.form}
    named = {action.service for action in actions if action.service}
    slugs = {action.path for action in actions if action.path}
    versions = PathVersion.objects.current().walkable().filter(path__county=walk.county, path__slug__in=slugs)
    ways: dict[int, list[ContactPoint]] = {}
    for row in Channel.objects.filter(
        service__in={queue.service_id for queue in queues.values()}, contact_point__audience=Audience.PUBLIC
    ).select_related("contact_point"):
        if row.contact_point.value and row.contact_point.kind == ContactKind.PHONE:
            ways.setdefault(row.service_id, []).append(row.contact_point)
    public = Service.objects.public().filter(county=walk.county, key__in=named) if named else ()
    return Place(
        contacts=contacts_of(walk),
        links={row.key: row for row in Link.objects.filter(county=walk.county, audience=Audience.PUBLIC, key__in=links)}
        if links
        else {},
        queues=queues,
        states=availabilities(list(queues.values()), now=now) if queues else {},
        ways=ways,
        services={row.key: row for row in public},
        paths={row.path.slug: row for row in versions.select_related("path").defer("text")} if slugs else {},
    )


def cards_of(walk: Walk, actions: Iterable[Action], place: Place) -> list[Card]:
    """The actions that can be used now, in their order; when none can, or a form is not in use here, the area's own ways."""
    found: list[Card] = []
    lacks = False
    for action in actions:
        card = _card(walk, action, place)
        if card is not None:
            found.append(card)
        lacks = lacks or (card is None and action.kind not in ("self_care", "call_112"))
    forms = {card.url for card in found if card.kind == "form"}
    found = [replace(card, form_url="") if card.form_url in forms else card for card in found]  # it has a card of its own
    if lacks or (not found and not any(action.kind in ("self_care", "call_112") for action in actions)):
        known = {_same(card) for card in found}
        found += [card for card in ways_to_humans(walk, place) if _same(card) not in known]
    return found


def form_service(walk: Walk, place: Place) -> Service | None:
    """The service of the path's own area, when its help form is in use (S003-12)."""
    queue = place.queues.get(walk.version.area)
    return queue.service if queue is not None and queue.service.has_help_form else None


def lacks_form(walk: Walk, actions: Iterable[Action], place: Place) -> bool:
    """The path names a help form that the county does not have in use: the page says so, and shows other ways."""
    if form_service(walk, place) is not None:
        return False
    return any(action.kind == "help_form" and action.form not in place.links for action in actions)


def ways_to_humans(walk: Walk, place: Place) -> list[Card]:
    """The chat of the path's area, its service's phones, the switchboard, and for health the Medical Helpline."""
    chat = _chat(walk, walk.version.area, place)
    phones = list(place.ways.get(place.queues[walk.version.area].service_id, ())) if chat else []
    chat = replace(chat, ways=()) if chat else None  # the phones have cards of their own here
    if (board := place.contacts.get(_switchboard(walk, place))) is not None:
        phones.append(board)
    if walk.document.health or not (phones or chat):
        phones.append(place.contacts[HELPLINE_KEY])
    unique = {contact.key: contact for contact in phones}
    return [*([chat] if chat else []), *(Card("phone", contact=contact) for contact in unique.values())]


def ways_now(walk: Walk, place: Place, *, now: datetime) -> list[Card]:
    """Every way to a human. While the chat of the path's area is not open, beside its hours stand the county's other chats in which
    somebody answers now, with the answers so far: nobody is only told to come back.
    """
    cards = ways_to_humans(walk, place)
    if any(card.kind == "chat" and card.is_open for card in cards):
        return cards
    chats = [card for card in cards if card.kind == "chat"]
    own = place.queues.get(walk.version.area)
    return [*chats, *_open_elsewhere(walk, own, now), *(card for card in cards if card.kind != "chat")]


def _open_elsewhere(walk: Walk, own: Queue | None, now: datetime) -> list[Card]:
    """One open line for each other service, in the county's order."""
    queues = list(
        Queue.objects.for_residents()
        .filter(service__in=Service.objects.public().filter(county=walk.county))
        .exclude(pk=own.pk if own else None)
        .select_related("service__county")
        .order_by("service__order", "order", "pk")
    )
    states = availabilities(queues, now=now) if queues else {}
    names = queue_names(walk.county)
    found: dict[int, Card] = {}
    for queue in queues:
        if states[queue.pk].is_open and queue.service_id not in found:
            url = walk.address("chat", names[queue.pk][0])
            found[queue.service_id] = Card("chat", url=url, service=queue.service, is_open=True)
    return list(found.values())[:MOST_OTHERS]


def _switchboard(walk: Walk, place: Place) -> str:
    return next((row.key for row in place.contacts.values() if row.pk and row.pk == walk.county.switchboard_id), "")


def _card(walk: Walk, action: Action, place: Place) -> Card | None:
    """The action's card; none when what it names is not there now."""
    cannot_call = action.when == "cannot_call"
    match action.kind:
        case "chat_handover":
            return _chat(walk, action.queue, place, cannot_call=cannot_call)
        case "phone" | "call_116117":
            contact = place.contacts.get(action.number)
            return Card("phone", contact=contact, cannot_call=cannot_call) if contact else None
        case "service_link":
            if (service := place.services.get(action.service)) is not None:
                return Card("service", url=reverse("service", args=[service.key]), service=service)
            link = place.links.get(action.link)
            return Card("link", link=link, cannot_call=cannot_call) if link else None
        case "help_form":
            if (link := place.links.get(action.form)) is not None:
                return Card("link", link=link, cannot_call=cannot_call)
            service = form_service(walk, place)
            if service is None:
                return None
            return Card("form", url=reverse("chat:help_ask", args=[service.key]), service=service, cannot_call=cannot_call)
        case "call_request":
            unit = place.queues.get(action.queue)
            if unit is None or not unit.takes_calls or unit.service.status != ServiceStatus.OPEN:
                return None
            url = f"{reverse('chat:call_ask', args=[unit.service.key])}?yksikko={unit.key}"
            return Card("call", url=url, service=unit.service, cannot_call=cannot_call)
        case "path_link":
            version = place.paths.get(action.path)
            return Card("path", url=walk.onward(action.path), title=version.name(page_language())) if version else None
    return None


def _chat(walk: Walk, key: str, place: Place, *, cannot_call: bool = False) -> Card | None:
    queue = place.queues.get(key)
    state = place.states.get(queue.pk) if queue else None
    if queue is None or state is None:
        return None
    phones = [] if cannot_call else list(place.ways.get(queue.service_id, ()))
    if walk.document.health and not cannot_call and all(each.key != HELPLINE_KEY for each in phones):
        phones.append(place.contacts[HELPLINE_KEY])
    closed = CLOSED_WORDS.get(state.reason)
    reason = pick(state.reason_text, page_language())
    return Card(
        "chat",
        url=walk.address("chat", key),
        service=queue.service,
        is_open=state.is_open,
        opens_at=None if state.is_open else state.opens_at,
        closed="" if state.is_open else reason or (closed[0] if closed else ""),
        ways=() if state.is_open else phones,
        form_url=reverse("chat:help_ask", args=[queue.service.key]) if not state.is_open and queue.service.has_help_form else "",
        cannot_call=cannot_call,
    )


def _same(card: Card) -> tuple[object, ...]:
    return card.kind, card.contact.key if card.contact else None, card.url
