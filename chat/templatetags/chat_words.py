"""For the chat's pages and those that lead to it: words with safe links, clock times in a log, whether the console opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.choices import CONSOLE_ROLES, CONSULTING_ROLES, Role
from accounts.menu import roles_on_page
from chat.links import Part, parts
from services.permissions import NOTICE_ROLES

register = template.Library()


@register.simple_tag(takes_context=True)
def console_door(context: dict[str, Any]) -> bool:
    """Whether the console opens to the person in the county of the page: asked to show the link or not."""
    return not roles_on_page(context.get("request")).isdisjoint(CONSOLE_ROLES)


@register.simple_tag(takes_context=True)
def board_door(context: dict[str, Any]) -> bool:
    """Whether the supervisor's board opens to the person in the county of the page."""
    return Role.SUPERVISOR in roles_on_page(context.get("request"))


@register.simple_tag(takes_context=True)
def consulting_door(context: dict[str, Any]) -> bool:
    """Whether the professionals' entrance opens to the person in the county of the page: asked to show the link or not."""
    return not roles_on_page(context.get("request")).isdisjoint(CONSULTING_ROLES)


@register.filter
def minutes_seconds(seconds: float) -> str:
    """A length of time as 4:05, or 1:04:05 from an hour on."""
    whole = max(int(seconds), 0)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


@register.filter
def with_links(words: str) -> SafeString:
    """Plain text with its addresses as links; nothing in it is ever HTML."""
    return format_html_join("", "{}", ((_shown(part),) for part in parts(words)))


@register.filter
def log_time(at: datetime) -> str:
    """8.05, in English 8:05: in a log the minutes always stand."""
    local = timezone.localtime(at)
    return f"{local.hour}{':' if get_language() == 'en' else '.'}{local.minute:02d}"


@register.filter
def zone_name(at: datetime) -> str:
    """Which of two hours that the clock shows alike: EEST in summer time, EET after it."""
    return timezone.localtime(at).tzname() or ""


@register.filter
def local_day(at: datetime) -> date:
    """The day in Finland."""
    return timezone.localdate(at)


def _shown(part: Part) -> str | SafeString:
    if not part.href:
        return part.text
    if part.href.lower().startswith("tel:"):
        return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', part.href, part.text)
    return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', part.href, part.text)


@register.simple_tag(takes_context=True)
def notice_door(context: dict[str, Any]) -> bool:
    """Whether the switch of disruptions opens to the person in the county of the page."""
    return not roles_on_page(context.get("request")).isdisjoint(NOTICE_ROLES)


@register.filter
def of_key(names: Mapping[str, str], key: str) -> str:
    """A name by its key."""
    return str(names.get(key, key))


@register.filter
def as_minutes(seconds: int) -> str:
    """4 min 05 s."""
    return f"{seconds // 60} min {seconds % 60:02d} s"
