"""Corrections of Django's own admin pages: for people who use a screen reader, and for languages that bend words after numbers."""

from typing import Any

from django import template
from django.contrib.admin import ModelAdmin
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext_lazy

register = template.Library()
ROWS = ngettext_lazy("%(n)s row", "%(n)s rows", "n")


@register.simple_tag
def counted(n: int, model_admin: ModelAdmin[Any]) -> str:
    """How many rows the list has, in words; a page of the administration says in its `counted` what they are called then."""
    return str(getattr(model_admin, "counted", ROWS) % {"n": n})


@register.filter(is_safe=True)
def without_empty_heading(page: str) -> SafeString:
    """Heading cells are empty in Django's table of inline rows: above the rows' own names, and above the boxes that delete when
    nothing may be deleted. Ordinary cells say so."""
    page = page.replace('<th class="original"></th>', '<td class="original"></td>').replace("<th></th>", "<td></td>")
    return mark_safe(page)  # noqa: S308 (rendered already)
