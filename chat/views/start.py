"""A resident comes to a service's chat: the start form, or why it is closed, when it opens and what to do now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, parse_qs, urlsplit
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import Resident
from accounts.origin import client_address
from chat.availability import availabilities
from chat.choices import EntryChannel, Medium, WentTo
from chat.forms import StartForm, token_of
from chat.models import Conversation
from chat.operations import note_where_to, record_attempt, start_conversation
from chat.operations.start import entry_queue, takes_in
from chat.pace import attempts_of, starts_of
from chat.protocol import TEXT_LIMIT
from chat.refusals import MESSAGES, Refusal
from chat.residents import remember, resident_of, resident_of_start, resident_or_new
from chat.views.guard import OpenOne, earlier_of, open_ones, replaced_of
from services.choices import Audience, ContactKind, ServiceStatus
from services.choices import Medium as ChannelMedium
from services.hours import Availability, Reason
from services.models import Channel, ContactPoint, County, Queue, Redirect, Service, Topic
from services.models.county import HELPLINE_KEY
from services.texts import Text, pick

CRAWLER = re.compile(r"bot\b|bot/|crawl|spider|slurp|preview|monitor|headless.*lighthouse", re.IGNORECASE)
ALL_SERVICES = "palvelut"
GUIDE = "apuri"
HELP_FORM = "lomake"
CALL_REQUEST = "soittopyynto"

_CLOSED = (_("The chat is closed now"), _("You can start a conversation when it opens again."))
CLOSED_WORDS: dict[Reason, tuple[str | Promise, str | Promise]] = {
    Reason.CLOSED_HOLIDAY: (_("The chat is closed for the holiday"), _CLOSED[1]),
    Reason.DISRUPTION: (_("There is a disruption in the chat"), _("New conversations can't be started until it is over.")),
    Reason.SERVICE_PAUSED: (_("The chat is on a break"), _("The service is paused for the time being.")),
    Reason.INTAKE_STOPPED: (
        _("New conversations are no longer taken today"),
        _("Those who already wait are still answered before the chat closes."),
    ),
    Reason.UNSTAFFED: (_("Nobody is answering right now"), _("Try again in a moment, or use another way below.")),
    Reason.FULL: (
        _("The queue is full right now"),
        _("So many people are waiting that we would not have time for you. Try again in a moment."),
    ),
}
TOO_MANY = _(
    "Very many conversations have been started from your network within an hour. Your text is kept on this page: "
    "try again later. Other ways to get help are on the service's page."
)
TRY_AGAIN = frozenset({Reason.UNSTAFFED, Reason.FULL})


@dataclass(frozen=True, slots=True)
class Closed:
    """Why newcomers are not taken, in words, and when they are next."""

    heading: str | Promise
    words: str | Promise
    reason_text: Text
    opens_at: datetime | None
    try_again: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """With what a resident comes to the start form from a guidance path: where it is posted, the line and topic that the path
    names, what she has answered (`told`, shown to her, and `preface`, for the log), and who hears that it has begun.
    """

    action: str = ""
    channel: str = ""
    page: str = ""
    into: Queue | None = None
    topic: Topic | None = None
    told: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    preface: str = ""
    begun: Callable[[Resident, Conversation], object] | None = None


BY_ITSELF = Arrival()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, key: str) -> HttpResponse:
    """The start form (S001-1…5): nothing in it is mandatory, and whatever is refused stays in it."""
    return arrive(request, service_for_residents(request, key), BY_ITSELF)


def arrive(request: HttpRequest, service: Service, arrival: Arrival) -> HttpResponse:
    """The start form of a service, for who comes by herself or from a guidance path."""
    if request.method == "POST":
        return _start(request, service, arrival)
    resident = resident_of(request.COOKIES)
    form = StartForm(
        service=service,
        initial={
            "token": uuid4(),
            "channel": arrival.channel or _channel(request),
            "page": arrival.page or _address_before(request).path[:200],
            "contactor": "",
            "topic": arrival.topic.key if arrival.topic else None,
        },
    )
    return _page(request, service, resident=resident, form=form, arrival=arrival)


@never_cache
@require_http_methods(["GET", "POST"])
def elsewhere(request: HttpRequest, key: str, to: str) -> HttpResponse:
    """Where a person goes from the closed view: noted without a name, then shown (M05). Only places that the service names.

    A phone number is dialled by the page itself, which tells here by POST.
    """
    service = service_for_residents(request, key)
    went_to, url = _place(service, to)
    resident = resident_of(request.COOKIES)
    if resident is not None and went_to is not None:
        state = _availability(service)
        note_where_to(by=resident, service=service, opens_at=state.opens_at if state else None, went_to=went_to)
    if request.method == "POST":
        return HttpResponse(status=204)
    return HttpResponseRedirect(url)


def ways_of(service: Service) -> list[Channel]:
    """The service's other channels that a resident can use."""
    channels = Channel.objects.filter(service=service, contact_point__audience=Audience.PUBLIC).select_related("contact_point")
    return [channel for channel in channels if channel.contact_point.value]


def redirects_of(service: Service) -> list[Redirect]:
    """What the chat is not for, and the right place of each matter, when residents can reach it."""
    rows = Redirect.objects.filter(service=service).select_related("to_service", "to_contact", "to_link")
    return [row for row in rows if _is_reachable(row)]


def _is_reachable(row: Redirect) -> bool:
    if row.to_service is not None:
        return row.to_service.status in (ServiceStatus.OPEN, ServiceStatus.PAUSED) and not row.to_service.is_test
    if row.to_contact is not None:
        return row.to_contact.audience == Audience.PUBLIC and bool(row.to_contact.value)
    return row.to_link is not None and row.to_link.audience == Audience.PUBLIC


def service_for_residents(request: HttpRequest, key: str) -> Service:
    """A service that takes residents or is paused. A test service has no public page, but its chat can be tried by its address."""
    county: County | None = getattr(request, "county", None)
    shown = [ServiceStatus.OPEN, ServiceStatus.PAUSED]
    rows = Service.objects.filter(key=key, status__in=shown).select_related("county")
    service: Service | None = rows.filter(county=county).first() if county is not None else None
    if service is None:
        raise Http404
    return service


def _start(request: HttpRequest, service: Service, arrival: Arrival) -> HttpResponse:
    token = token_of(request.POST.get("token"))
    resident = resident_of(request.COOKIES) or resident_of_start(request, token)
    form = StartForm({**request.POST.dict(), "token": str(token)}, service=service)
    if not form.is_valid():
        return _page(request, service, resident=resident, form=form, arrival=arrival, status=422)
    starts = starts_of(client_address(request))
    if starts.is_full and not _has_begun(resident, service, token):
        return _page(request, service, resident=resident, form=form, arrival=arrival, status=429, refused=str(TOO_MANY))
    requests = [one for one in open_ones(request, service.county_id) if one.row.medium != Medium.CHAT]
    try:
        conversation = _once_more(request, form, service=service, resident=resident, token=token, arrival=arrival, others=requests)
    except ValidationError as error:
        # A conflict of the closing instant: the page tells when it opens, with everything that was written.
        told = " ".join(error.messages)
        return _page(request, service, resident=resident, form=form, arrival=arrival, status=409, refused=told)
    except OperationalError:
        busy = str(MESSAGES[Refusal.BUSY])
        return _page(request, service, resident=resident, form=form, arrival=arrival, status=503, refused=busy)
    if conversation.start_token == token:
        starts.add()
    if arrival.begun is not None:
        arrival.begun(resident, conversation)
    where = "chat:identity" if conversation.must_identify and conversation.is_open else "chat:conversation"
    joined = "" if conversation.start_token == token else "?jo=1"  # she had it already, and is told so
    response = redirect(f"{reverse(where, args=[conversation.public_id])}{joined}")
    remember(response, resident)
    return response


def _has_begun(resident: Resident, service: Service, token: UUID) -> bool:
    """She comes back to what she has begun: no new conversation would come of it."""
    hers = Conversation.objects.readable_by(resident)
    return hers.filter(start_token=token).exists() or hers.open().filter(service=service).exists()


def _once_more(
    request: HttpRequest,
    form: StartForm,
    *,
    service: Service,
    resident: Resident,
    token: UUID,
    arrival: Arrival,
    others: Sequence[OpenOne],
) -> Conversation:
    """Start it; of two sendings of one form at the same instant, the slower one finds what the quicker one started."""
    words = form.cleaned_data

    def begin() -> Conversation:
        return start_conversation(
            by=resident,
            service=service,
            token=token,
            now=timezone.now(),
            language=_language(),
            contactor=words["contactor"],
            topic=words["topic"] or arrival.topic,
            municipality=words["municipality"],
            entry_channel=arrival.channel or words["channel"],
            entry_page=arrival.page or words["page"],
            body=words["body"],
            another=bool(request.POST.get("another")),
            into=arrival.into,
            preface=arrival.preface,
            earlier=earlier_of(others),
            instead_of=replaced_of(request, others),
        )

    try:
        return begin()
    except IntegrityError:
        return begin()


def _page(
    request: HttpRequest,
    service: Service,
    *,
    resident: Resident | None,
    form: StartForm,
    arrival: Arrival,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    state = _availability(service, arrival.into)
    hers = list(_open_ones(resident, service))
    own = next((row for row in hers if row.service_id == service.pk), None)
    closed = None if state is not None and state.is_open else _closed(state)
    context = {
        "service": service,
        "form": form,
        "action": arrival.action or reverse("chat:start", args=[service.key]),
        "told": arrival.told,
        "own": own,
        "others": [row for row in hers if row is not own],
        "requests": [one for one in open_ones(request, service.county_id) if one.row.medium != Medium.CHAT],
        "closed": closed,
        "has_words": status != 200,
        "refused": refused,
        "state": state,
        "redirects": redirects_of(service),
        "ways": ways_of(service),
        "helpline_key": HELPLINE_KEY,
        "text_limit": TEXT_LIMIT,
    }
    response = render(request, "chat/resident/start.html", context, status=status)
    visits = attempts_of(client_address(request))
    if closed is not None and own is None and is_visit(request) and not (resident is None and visits.is_full):
        visitor = resident or resident_or_new(request)
        if resident is None:
            visits.add()
        record_attempt(
            by=visitor,
            service=service,
            opens_at=state.opens_at if state else None,
            language=_language(),
            entry_channel=arrival.channel or _known_channel(form.data.get("channel")) or _channel(request),
            now=timezone.now(),
        )
        remember(response, visitor)
    return response


def _open_ones(resident: Resident | None, service: Service) -> Iterable[Conversation]:
    """What she has open in the county, here and in other services, the newest first."""
    if resident is None:
        return ()
    rows = Conversation.objects.readable_by(resident).open().filter(county=service.county_id)
    return rows.select_related("service").order_by("-queued_at")


def is_visit(request: HttpRequest) -> bool:
    """A person who came: not a crawler, not a page that a browser fetches ahead, not a member of staff (M05)."""
    agent = request.headers.get("User-Agent", "")
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose") == "prefetch"
    is_person = bool(agent) and not CRAWLER.search(agent) and getattr(request, "actor", None) is None
    return request.method != "HEAD" and not ahead and is_person


def _availability(service: Service, into: Queue | None = None) -> Availability | None:
    """Of the line that she would join; none when the service has no line to join."""
    now, language = timezone.now(), _language()
    queue = into if into is not None and takes_in(into, service, language) else entry_queue(service, language)
    return availabilities([queue], now=now)[queue.pk] if queue is not None else None


def _closed(state: Availability | None) -> Closed:
    if state is None:
        return Closed(*_CLOSED, reason_text=pick({}, _language()), opens_at=None, try_again=False)
    heading, words = CLOSED_WORDS.get(state.reason, _CLOSED)
    return Closed(
        heading=heading,
        words=words,
        reason_text=pick(state.reason_text, _language()),
        opens_at=None if state.reason in TRY_AGAIN else state.opens_at,
        try_again=state.reason in TRY_AGAIN,
    )


def _place(service: Service, to: str) -> tuple[WentTo | None, str]:
    """What the place counts as, and its address; 404 for any place that the service does not name."""
    if to == ALL_SERVICES:
        return WentTo.OTHER_SERVICE, reverse("home")
    if to == GUIDE:
        return WentTo.GUIDE, reverse("guidance:paths")
    if to == HELP_FORM and service.has_help_form:
        return WentTo.FORM, reverse("chat:help_ask", args=[service.key])
    if to == CALL_REQUEST and service.takes_calls:
        return WentTo.CALL_REQUEST, reverse("chat:call_ask", args=[service.key])
    if to.startswith("apu-"):
        rows = [row.to_service for row in redirects_of(service) if row.to_service and row.to_service.key == to[4:]]
        if rows:
            return WentTo.OTHER_SERVICE, reverse("service", args=[rows[0].key])
    contact = _contact(service, to)
    if contact is None:
        raise Http404
    own_page = reverse("service", args=[service.key])
    if contact.kind == ContactKind.PHONE:
        return (WentTo.HELPLINE if contact.key == HELPLINE_KEY else WentTo.PHONE), own_page
    is_form = any(way.medium == ChannelMedium.FORM for way in ways_of(service) if way.contact_point_id == contact.pk)
    is_web = contact.kind == ContactKind.WEB and urlsplit(contact.value).scheme in ("http", "https")
    return (WentTo.FORM if is_form else None), (contact.value if is_web else own_page)


def _contact(service: Service, to: str) -> ContactPoint | None:
    """A contact point that the closed view shows, by `yhteys-<its key>`."""
    key = to.removeprefix("yhteys-")
    named = {way.contact_point.key: way.contact_point for way in ways_of(service)}
    named |= {row.to_contact.key: row.to_contact for row in redirects_of(service) if row.to_contact}
    if key == HELPLINE_KEY and key not in named:
        own = ContactPoint.objects.filter(county=service.county_id, key=key, audience=Audience.PUBLIC).exclude(value="").first()
        return own or ContactPoint.national_helpline()
    return named.get(key) if key != to else None


def _channel(request: HttpRequest) -> str:
    """By which way she comes: told by this address, or by that of the page from which she came (S001-20)."""
    before = parse_qs(_address_before(request).query).get("channel", [""])[0]
    return _known_channel(request.GET.get("channel")) or _known_channel(before) or EntryChannel.WEB


def _known_channel(asked: str | None) -> str:
    return asked if asked in EntryChannel.values else ""


def _address_before(request: HttpRequest) -> SplitResult:
    """The address of the page from which she came, when it is one of ours; else an empty one."""
    try:
        before = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # an address that no browser makes
        before = urlsplit("")
    return before if before.netloc == request.get_host() else urlsplit("")


def _language() -> str:
    return (get_language() or "fi")[:2]
