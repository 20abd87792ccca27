"""A service's public page with the sixteen points of domain 5.2, its short address, QR code and poster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import qrcode
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from qrcode.image.svg import SvgPathImage

from chat.views.waiting import estimate_words
from config.board import Board, ServiceNow, board_of
from config.frame import county_of
from config.guide import service_guide
from config.week import monday_of, summary, week_tables
from services.choices import Audience
from services.models import Channel, LegalBasis, Mailbox, Redirect, Service, ServiceArea
from services.openness import schedule_weeks
from services.texts import texts_of

EASY_PARAMETER = "selko"


@dataclass(frozen=True, slots=True)
class OtherWay:
    """Another channel of the service and its hours in one line."""

    channel: Channel
    hours: str


@require_safe
def service(request: HttpRequest, key: str) -> HttpResponse:
    """Everything that a person needs to know before the chat (domain 5.2)."""
    board, now = _found(request, key)
    row, language, today = now.service, get_language() or "fi", timezone.localdate()
    has_easy = bool(texts_of(row, "easy_text"))
    context = {
        "board": board,
        "now": now,
        **start_facts(now),
        "service": row,
        "is_easy": has_easy and request.GET.get(EASY_PARAMETER) == "1",
        "has_easy": has_easy,
        "tables": week_tables(now.lines, language, today),
        "other_ways": _other_ways(now, language),
        "mailboxes": mailboxes_of(row),
        "redirects": _redirects(now, board),
        "legal_bases": list(LegalBasis.objects.filter(service=row)),
        "areas": [area for area in ServiceArea.objects.filter(service=row) if area.is_in_force(today)],
        "short_url": request.build_absolute_uri(reverse("short_link", args=[row.key])),
        "guide": service_guide(row.county, row.key, [line.queue for line in now.lines], is_first=row.guide_first),
    }
    return render(request, "service.html", context)


def start_facts(now: ServiceNow) -> dict[str, object]:
    """What the part with the start button tells beside the board itself; the page and its live part share it."""
    return {"estimate": estimate_words(now.estimate) if now.is_open else ""}


def mailboxes_of(service: Service) -> list[Mailbox]:
    """The mailboxes of the service that are in use, in the order of its queues (S001-8)."""
    return list(
        Mailbox.objects.in_use().filter(queue__service=service).select_related("queue").order_by("queue__order", "queue__key")
    )


@require_safe
def service_print(request: HttpRequest, key: str) -> HttpResponse:
    """A poster of the service with its QR code, to print and hang on a wall."""
    board, now = _found(request, key)
    language = get_language() or "fi"
    context = {
        "board": board,
        "now": now,
        "service": now.service,
        "tables": week_tables(now.lines, language, timezone.localdate()),
        "other_ways": _other_ways(now, language),
        "short_url": request.build_absolute_uri(reverse("short_link", args=[now.service.key])),
    }
    return render(request, "service_print.html", context)


@require_safe
def short_link(request: HttpRequest, key: str) -> HttpResponse:
    """The short address: leads to the page in the language of the person's browser."""
    _found(request, key)
    response = HttpResponseRedirect(reverse("service", args=[key]))
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
def qr_code(request: HttpRequest, key: str) -> HttpResponse:
    """The short address as a QR code, an image of its own."""
    _found(request, key)
    code = qrcode.make(request.build_absolute_uri(reverse("short_link", args=[key])), image_factory=SvgPathImage, border=2)
    response = HttpResponse(code.to_string(), content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _found(request: HttpRequest, key: str) -> tuple[Board, ServiceNow]:
    """The public service of the county of this address, or no page at all."""
    county = county_of(request)
    if county is None:
        raise Http404
    board = board_of(county)
    now = board.by_key(key)
    if now is None:
        raise Http404
    return board, now


def _other_ways(now: ServiceNow, language: str) -> list[OtherWay]:
    rows = Channel.objects.filter(service=now.service, contact_point__audience=Audience.PUBLIC).exclude(contact_point__value="")
    own = Mailbox.objects.in_use().filter(queue__service=now.service).values("address")
    rows = rows.exclude(contact_point__value__in=own)  # its own mailbox tells more of itself
    channels: Sequence[Channel] = list(rows.select_related("contact_point__schedule"))
    schedules = [channel.contact_point.schedule for channel in channels if channel.contact_point.schedule]
    weeks = schedule_weeks(schedules, monday_of(timezone.localdate()))
    hours = {pk: summary(week, language) for pk, week in weeks.items()}
    return [OtherWay(channel, hours.get(channel.contact_point.schedule_id or 0, "")) for channel in channels]


def _redirects(now: ServiceNow, board: Board) -> list[Redirect]:
    """What the chat is not for; a right place that residents may not see is left out, the matter is not."""
    rows = list(Redirect.objects.filter(service=now.service).select_related("to_service", "to_contact", "to_link"))
    for row in rows:
        if row.to_service_id not in board.services:
            row.to_service = None
        if row.to_contact and (row.to_contact.audience != Audience.PUBLIC or not row.to_contact.value):
            row.to_contact = None
        if row.to_link and row.to_link.audience != Audience.PUBLIC:
            row.to_link = None
    return rows
