"""Filters and tags of the portal's pages: names, times and addresses as a reader expects them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from urllib.parse import urlsplit

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from config import times
from config.board import Board, ServiceNow
from config.frame import Frame, mark_of, service_of
from config.phrases import Phrase, phrase
from services.models import ContactPoint, County, Disruption, Link, Service, Survey
from services.templatetags.texts import spoken, text

register = template.Library()
PLACEHOLDER = re.compile(r"\{\{phone:([a-z0-9_-]+)\}\}")


def page_language() -> str:
    """The language of the page that is being made."""
    code = (get_language() or "fi").partition("-")[0]
    return code if code in times.DAYS else "fi"


@register.simple_tag
def brand_name(county: County) -> str | SafeString:
    """The county's brand name, else its name, in the page's language."""
    return spoken(county, "brand_name") or spoken(county, "name")


@register.simple_tag
def status_of(now: ServiceNow, board: Board) -> Phrase:
    """What the page says of the service right now."""
    return phrase(now, page_language(), at=board.at)


@register.filter
def is_pilot(service: Service) -> bool:
    """The service is being tried out today: its page and card say so."""
    starts, ends, today = service.pilot_starts, service.pilot_ends, timezone.localdate()
    return starts is not None and starts <= today and (ends is None or today <= ends)


@register.simple_tag
def words(obj: object, field: str, frame: Frame) -> SafeString:
    """A translated text whose {{phone:KEY}} have become numbers to call, with its own language marked."""
    found = text(obj, field)
    parts: list[str] = []
    for number, part in enumerate(PLACEHOLDER.split(found.value)):
        contact = frame.contact(part) if number % 2 else None
        if contact:
            parts.append(format_html('<a class="nl-phone" href="tel:{}">{}</a>', contact.dialled, contact.value))
        elif not number % 2:
            parts.append(conditional_escape(part))
    shown = mark_safe("".join(parts))  # noqa: S308 - every part is escaped above
    return format_html('<span lang="{}">{}</span>', found.language, shown) if found.fell_back else shown


@register.filter
def concerned_service(notice: Disruption) -> Service | None:
    """The service that a disruption notice concerns, if not the whole county."""
    return service_of(notice)


@register.filter
def notices_in(service: Service, frame: Frame) -> list[Disruption]:
    """Notices in force for the service."""
    return frame.disruptions_of(service)


@register.filter
def surveys_in(service: Service, frame: Frame) -> list[Survey]:
    """Open surveys for residents of the service."""
    return frame.surveys_of(service)


@register.filter
def all_notices_in(service: Service, frame: Frame) -> list[Disruption]:
    """Notices in force for the whole county, and for the service."""
    return [*frame.county_disruptions, *frame.disruptions_of(service)]


@register.filter
def notices_mark(notices: Sequence[Disruption]) -> str:
    """A mark of the notices that a page shows: it changes when they do."""
    return mark_of(notices)


@register.filter
def support_contact(service: Service, frame: Frame) -> ContactPoint | None:
    """Whom a resident calls when the chat does not work: the service's own support, else the county's."""
    for pk in (service.resident_support_id, service.digital_support_id):
        contact = frame.contact_by_id(pk) if pk else None
        if contact:
            return contact
    return frame.digital_support or frame.switchboard


@register.filter
def link_url(link: Link) -> str:
    """A link's address in the page's language, else in another; of a material that is a file, where it is downloaded."""
    if link.file_id is not None:
        return reverse("handbook:material_file", args=[link.key])
    return str(text(link, "url"))


@register.filter
def is_web_address(value: str) -> bool:
    """Only http and https may become a link: a contact point's value is kept as typed."""
    return urlsplit(value).scheme in ("http", "https")


@register.filter
def bare_address(url: str) -> str:
    """A web address as people say it: without the scheme and the last slash."""
    parts = urlsplit(url)
    return (parts.netloc.removeprefix("www.") + parts.path).rstrip("/")


@register.filter
def clock(at: time | datetime) -> str:
    """Klo 8, kl. 8, at 8:00."""
    moment_of_day = timezone.localtime(at).time() if isinstance(at, datetime) else at
    return times.clock(moment_of_day, page_language())


@register.filter
def day(on: date) -> str:
    """23.11., 23.11, 23 Nov; with the year when it is not this one."""
    return times.day(on, page_language(), today=timezone.localdate())


@register.filter
def full_day(on: date | None) -> str:
    """23.11.2026, 23 Nov 2026: a date with its year; of a moment, its day in Finland. Nothing of what has no date."""
    if on is None:
        return ""
    on = timezone.localtime(on).date() if isinstance(on, datetime) else on
    return times.day(on, page_language(), today=date.min)


@register.filter
def weekday_and_day(on: date) -> str:
    """Ma 23.11., mån. 23.11, Mon 23 Nov."""
    return times.weekday_and_day(on, page_language(), today=timezone.localdate())


@register.filter
def weekday(number: int) -> str:
    """The weekday's whole name; 0 is Monday."""
    return times.DAYS[page_language()][number]


@register.filter
def moment(at: datetime) -> str:
    """Seen from now: klo 15, huomenna klo 8, ma 23.11. klo 8."""
    return times.moment(at, page_language(), now=timezone.now())


@register.filter
def languages_listed(codes: Sequence[str]) -> str:
    """Suomi ja ruotsi, finska och svenska, Finnish and Swedish."""
    return times.listed(codes, page_language())


@register.filter
def lines(words: object) -> list[str]:
    """The lines of a text that have words, as a list."""
    return [line.strip(" -•\t") for line in str(words).splitlines() if line.strip(" -•\t")]
