"""Whether the pages of surveys have something for the person in whose name a page is shown."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from services.permissions import may_open_surveys

register = template.Library()


@register.simple_tag(takes_context=True)
def surveys_door(context: dict[str, Any]) -> bool:
    """She makes or reads surveys, or there is one for her to answer."""
    request = context.get("request")
    actor, county = getattr(request, "actor", None), getattr(request, "county", None)
    return actor is not None and county is not None and may_open_surveys(actor, county=county.code, day=timezone.localdate())
