"""Whether the pages of surveys have something for the person in whose name a page is shown."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from accounts.menu import roles_on_page
from services.models.surveys import SURVEY_READERS
from services.permissions import has_survey_to_answer

register = template.Library()


@register.simple_tag(takes_context=True)
def surveys_door(context: dict[str, Any]) -> bool:
    """She makes or reads surveys, or there is one for her to answer."""
    request = context.get("request")
    actor, county = getattr(request, "actor", None), getattr(request, "county", None)
    if actor is None or county is None:
        return False
    if not roles_on_page(request).isdisjoint(SURVEY_READERS):
        return True
    return has_survey_to_answer(actor, county=county.code, day=timezone.localdate())
