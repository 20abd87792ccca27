"""Texts of paths on a page: numbers of contact points that can be called, and the language of words that fell back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from services.models import ContactPoint

register = template.Library()
CALLED = re.compile(r"\{\{\s*phone:([\w-]+)\s*\}\}|(?<![\d.,])(112)(?![\d.,]\d|\d)")


@register.simple_tag
def path_words(words: tuple[str, str], language: str, contacts: Mapping[str, ContactPoint] | None = None) -> SafeString:
    """A text of a path; 112 and {{phone:KEY}} can be called, and another language than the page's is marked."""
    said, own = words
    parts: list[str] = []
    at = 0
    for match in CALLED.finditer(said):
        parts.append(conditional_escape(said[at : match.start()]))
        at = match.end()
        if match.group(2):
            parts.append(format_html('<a class="nl-phone" href="tel:112">{}</a>', "112"))
        elif (contact := (contacts or {}).get(match.group(1))) is not None:
            parts.append(format_html('<a class="nl-phone" href="tel:{}">{}</a>', contact.dialled, contact.value))
    parts.append(conditional_escape(said[at:]))
    shown = mark_safe("".join(parts))  # noqa: S308 - every part is escaped above
    return format_html('<span lang="{}">{}</span>', own, shown) if own != language else shown


@register.simple_tag
def path_label(words: tuple[str, str], language: str) -> str | SafeString:
    """A short text of a path, with its own language marked."""
    said, own = words
    return format_html('<span lang="{}">{}</span>', own, said) if own != language else said


__all__ = ["path_label", "path_words"]
