"""Numbers of the report in the language of the page."""

from __future__ import annotations

from fractions import Fraction

from django import template

from reports.rounding import number, percent

register = template.Library()


@register.filter
def whole(value: int) -> str:
    """50 748."""
    return number(value)


@register.filter
def share(value: Fraction) -> str:
    """60,0 %."""
    return percent(value)
