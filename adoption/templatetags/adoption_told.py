"""What was just done is told where the person looks: a deed that leads back to its place on the page tells it there."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.messages.storage.base import Message

register = template.Library()


@register.simple_tag(takes_context=True)
def told(context: dict[str, Any], place: str = "") -> list[Message]:
    """The messages of a place of the page (its id); without a place those that stand at the top."""
    return [each for each in context.get("messages") or () if (each.extra_tags or "") == place]
