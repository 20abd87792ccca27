"""Words of the handbook's pages, and whether it opens to the person in whose name a page is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accounts.menu import roles_on_page
from handbook.choices import READER_ROLES
from handbook.models import ChapterVersion, NoticeVersion
from handbook.notices import Reach, unread_count
from handbook.shelf import Shown
from services.models import Link
from services.operations.links import result_label
from services.texts import pick, texts_of

register = template.Library()
UNREAD = "_unread_notices"
MARKS = "_reading_marks"


def page_language() -> str:
    """The language of the page that is being made."""
    code = (get_language() or "fi").partition("-")[0]
    return code if code in ("fi", "sv", "en") else "fi"


@register.simple_tag(takes_context=True)
def handbook_door(context: dict[str, Any]) -> bool:
    """Whoever has a role in the county reads its handbook."""
    return bool(roles_on_page(context.get("request")))


@register.simple_tag(takes_context=True)
def unread_notices(context: dict[str, Any]) -> int:
    """How many notices wait for the person in whose name the page is shown: asked once, and only of those who answer or lead."""
    request = context.get("request")
    actor, county = getattr(request, "actor", None), getattr(request, "county", None)
    if actor is None or county is None or not roles_on_page(request) & READER_ROLES:
        return 0
    if (found := getattr(request, UNREAD, None)) is None:
        found = unread_count(actor, county, today=timezone.localdate())
        setattr(request, UNREAD, found)
    return int(found)


@register.simple_tag(takes_context=True)
def reading_mark(context: dict[str, Any], part: Shown) -> SafeString:
    """How a text stands to its reader; made once for all texts of the page that stand alike, since a long list has many."""
    request, today = context["request"], context["today"]
    made: dict[object, str] | None = getattr(request, MARKS, None)
    if made is None:
        made = {}
        setattr(request, MARKS, made)
    alike = (part.mark, part.read_number, part.due_on, part.is_change, today)
    if alike not in made:
        made[alike] = render_to_string("handbook/mark.html", {"part": part, "today": today})
    return mark_safe(made[alike])  # noqa: S308 - made by a template


@register.filter
def reached(reach: Mapping[int, Reach], version: NoticeVersion) -> Reach | None:
    """How far a notice has reached, when the person writes it."""
    return reach.get(version.pk)


@register.filter
def in_words(version: ChapterVersion | NoticeVersion | None, name: str) -> str | SafeString:
    """A text of the version, marked when it is in another language than the page."""
    return mapped(getattr(version, name)) if version is not None else ""


@register.filter
def mapped(texts: Mapping[str, str]) -> str | SafeString:
    """Words kept as a map of languages, as `in_words`."""
    found = pick(texts, page_language())
    return format_html('<span lang="{}">{}</span>', found.language, found.value) if found.fell_back else found.value


@register.filter
def plain_words(version: ChapterVersion | NoticeVersion | None, name: str) -> str:
    """The same without marks, for titles and attributes."""
    return pick(getattr(version, name), page_language()).value if version is not None else ""


@register.filter
def check_words(result: str) -> str:
    """What the nightly check of a link found, in words."""
    return result_label(result)


@register.filter
def languages_of_link(link: Link) -> list[str]:
    """The languages in which the link has an address of its own."""
    return list(texts_of(link, "url"))


@register.filter
def span(hours: tuple[time, time]) -> str:
    """8–15, 8.30–15, 8:00–15:00; midnight at the end is 24."""
    opens, closes = hours
    return f"{_hour(opens)}–{'24' if closes == time.min else _hour(closes)}"


def _hour(at: time) -> str:
    if page_language() == "en":
        return f"{at.hour}:{at.minute:02d}"
    return f"{at.hour}.{at.minute:02d}" if at.minute else str(at.hour)
