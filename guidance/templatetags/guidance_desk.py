"""What templates ask of the author's desk."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.menu import roles_on_page
from guidance.document import PathDocument

register = template.Library()


@register.simple_tag(takes_context=True)
def paths_door(context: dict[str, Any]) -> bool:
    """Whoever has a role in the county reads its paths."""
    return bool(roles_on_page(context.get("request")))


@register.filter
def node_of(place: str, document: PathDocument) -> str:
    """The node in which a finding's place lies; nothing when it lies in none."""
    key = place.partition(".")[0]
    return key if key in document.nodes else ""
