"""Translated fields in templates: `{% with name=service|text:"name" %}` and `{{ service|spoken:"name" }}`."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from services import texts

register = template.Library()


def _language() -> str:
    return (get_language() or texts.FALLBACKS[0]).partition("-")[0]


@register.filter
def text(obj: object, field: str) -> texts.Text:
    """The field in the page's language, or in the one it falls back to (`.fell_back`, `.language`)."""
    return texts.text(obj, field, _language())


@register.filter
def picked(by_language: texts.Texts, _unused: str = "") -> texts.Text:
    """The same for words that are kept as a map of languages."""
    return texts.pick(by_language, _language())


@register.filter
def spoken(obj: object, field: str) -> str | SafeString:
    """The field as words on the page: wrapped in `<span lang>` when they are in another language than the page."""
    return _on_page(text(obj, field))


@register.filter
def shown(obj: object, fields: str) -> str | SafeString:
    """The first of the fields (`"label,name"`) that has words, as `spoken` puts it on the page."""
    found = [text(obj, field) for field in fields.split(",")]
    return _on_page(next((each for each in found if each), found[-1]))


def _on_page(found: texts.Text) -> str | SafeString:
    if found.fell_back:
        return format_html('<span lang="{}">{}</span>', found.language, found.value)
    return found.value
