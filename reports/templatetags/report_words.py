"""Numbers and long words of the report in the language of the page."""

from __future__ import annotations

import re
from fractions import Fraction

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language

from reports.behind import is_listed, words_of
from reports.dates import clock_words, day_month_words, hour_words, moment_words
from reports.metrics import Figure
from reports.rounding import number, percent

register = template.Library()
for each in (clock_words, day_month_words, hour_words, moment_words):
    register.filter(each.__name__, each)
LONG_WORD = re.compile(r"\w{8,}")
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
def short_weekday(number_of_day: int) -> str:
    """Ma, mån, Mon; 0 is Monday."""
    return str(WEEKDAYS_ABBR[number_of_day])


@register.filter
def has_list(figure: Figure) -> bool:
    """There is a list behind the figure."""
    return is_listed(figure)


@register.filter
def list_words(code: str) -> str:
    """What the list behind the figure is called."""
    return str(words_of(code))


@register.filter
def hyphenated(text: object) -> str:
    """Where long Finnish words may be broken on paper, as soft hyphens: no hyphenation that is at hand knows Finnish."""
    words = str(text)
    if (get_language() or "fi")[:2] != "fi":
        return words
    return LONG_WORD.sub(lambda found: SYLLABLE.sub("\N{SOFT HYPHEN}\\1", found[0]), words)
