"""Numbers and long words of the report in the language of the page."""

from __future__ import annotations

import re
from fractions import Fraction

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language

from chat.models import Conversation
from reports.rounding import NOTHING, duration, number, percent

register = template.Library()
LONG_WORD = re.compile(r"\w{9,}")
# A Finnish syllable begins with the consonant before a vowel; of loans, as “prosentti”, with two of them.
SYLLABLE = re.compile(r"(?<=\w{3})((?:[pbtdkgf][rl]|[bcdfghjklmnpqrstvwxz])(?=[aeiouyåäö]\w))", re.IGNORECASE)


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


@register.filter
def hyphenated(text: object) -> str:
    """Where long Finnish words may be broken on paper, as soft hyphens: no hyphenation that is at hand knows Finnish."""
    words = str(text)
    if (get_language() or "fi")[:2] != "fi":
        return words
    return LONG_WORD.sub(lambda found: SYLLABLE.sub("\N{SOFT HYPHEN}\\1", found[0]), words)
