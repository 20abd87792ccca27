"""Numbers of the report in the language of the page."""

from __future__ import annotations

from fractions import Fraction

from django import template
from django.utils.dates import WEEKDAYS_ABBR

from chat.models import Conversation
from reports.rounding import NOTHING, duration, number, percent

register = template.Library()


@register.filter
def whole(value: int) -> str:
    """50 748."""
    return number(value)


@register.filter
def share(value: Fraction) -> str:
    """60,0 %."""
    return percent(value)


@register.filter
def tenth(value: Fraction) -> str:
    """3,8."""
    return number(value, 1)


@register.filter
def waited(seconds: float | None) -> str:
    """4 min 19 s; a dash when there is no wait."""
    return NOTHING if seconds is None else duration(Fraction(seconds))


@register.filter
def short_weekday(number_of_day: int) -> str:
    """Ma, mån, Mon; 0 is Monday."""
    return str(WEEKDAYS_ABBR[number_of_day])


@register.filter
def came_to(row: Conversation) -> str:
    """What came of the conversation; one that goes on says so."""
    return str(row.get_status_display() if row.status else row.get_state_display())
