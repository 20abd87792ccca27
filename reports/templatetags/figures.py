"""Whether the page of figures has something for the person in whose name a page is shown."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.choices import Role
from accounts.menu import roles_on_page
from reports.choices import COUNTERS, FIGURE_READERS

register = template.Library()


@register.simple_tag(takes_context=True)
def figures_door(context: dict[str, Any]) -> bool:
    """She reads figures of some service of the county."""
    return not roles_on_page(context.get("request")).isdisjoint(FIGURE_READERS)


@register.simple_tag(takes_context=True)
def wishes_door(context: dict[str, Any]) -> bool:
    """She answers in the county, and so may wish of her shifts."""
    return Role.RESPONDER in roles_on_page(context.get("request"))


@register.simple_tag(takes_context=True)
def counter_door(context: dict[str, Any]) -> bool:
    """She answers or supervises in the county, and so may count what is handled beside the chats."""
    return not roles_on_page(context.get("request")).isdisjoint(COUNTERS)
