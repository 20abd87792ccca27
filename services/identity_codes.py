"""Personal identity codes in free text: found widely, and masked before anything is stored (domain 5.5, P-6).

Masking is wider than validity. A code with a typing error is somebody's code too: a right date with a wrong check character is
masked. What could as well be a phone number or a sum of money is masked only when its check character is right. The page's
script (identity-codes.js) has the same rules; one corpus tests both.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from typing import NamedTuple

CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
REMOVED: Mapping[str, str] = {
    "fi": "[henkilötunnus poistettu]",
    "sv": "[personbeteckningen borttagen]",
    "en": "[identity code removed]",
}
"""What stands in the place of a code, in the conversation's language."""

_CENTURIES = {"+": (18,), "-": (19,), "": (19, 20, 18)} | dict.fromkeys("UVWXY", (19,)) | dict.fromkeys("ABCDEF", (20,))
_MARK = r"(?P<before>\ {0,3})(?P<mark>-{1,3}|[+A-FU-Y]|)(?P<after>\ {0,3})"

# Nine digits at least, wherever they are: one pass over a text that has fewer, and nothing more.
_sieve = re.compile(r"(?:\D*+\d){9}").match
# 010280-952L, 010280 – 952 L, 010280952L
_PLAIN = re.compile(
    rf"(?<![0-9])(?P<date>[0-9]{{6}}){_MARK}(?P<number>[0-9]{{3}})(?P<gap>\ ?)(?P<check>[0-9A-Z])(?![0-9])", re.I | re.A
)
# 01.02.1980-952L, 01 02 80 - 952L, 0 1 0 2 8 0 - 9 5 2 L: only with a right check character
_SPREAD = re.compile(
    r"(?<![0-9])(?P<date>[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})|(?:[0-9][ .]?){5}[0-9])"
    rf"{_MARK}(?P<number>[0-9]\ ?[0-9]\ ?[0-9])(?P<gap>\ ?)(?P<check>[0-9A-Z])(?![0-9])",
    re.I | re.A,
)
# 010280/952L, 010280G952L: a separator that there is not, and a right check character
_ODD = re.compile(
    r"(?<![0-9])(?P<date>[0-9]{6})\ ?(?P<mark>[^0-9 ]{1,2})\ ?(?P<number>[0-9]{3})(?P<gap>)(?P<check>[0-9A-Z])(?![0-9])",
    re.I | re.A,
)
_NAMED = re.compile(
    r"hetu|henkil[öo]\w*tunnu|sotu|sosiaaliturvatunnu|personbeteckning|personnummer|identity\s(?:code|number)|\bssn\b", re.I
)
_NAMED_BEFORE = 40
_MOBILE = re.compile(r"04|050")
_DASHES = frozenset("\u2212\u02d7\u2043")
_LINES = str.maketrans("\t\n\r", "   ")


class Span(NamedTuple):
    """Where a code stands in a text."""

    start: int
    end: int


def find(text: str) -> list[Span]:
    """Every stretch that is, or is a mistyped, identity code; in order, none over another."""
    if _sieve(text) is None:
        return []
    plain, places = (text.translate(_LINES), None) if text.isascii() else _flattened(text)
    found: list[Span] = []
    for pattern, is_code in ((_PLAIN, _is_plain), (_SPREAD, _is_spread), (_ODD, _is_sure)):
        at = 0
        while (match := pattern.search(plain, at)) is not None:
            if is_code(match, plain):
                found.append(Span(match.start(), match.end()))
                at = match.end()
            else:
                at = match.start() + 1
    if not found:
        return []
    apart = _apart(sorted(found))
    return apart if places is None else [Span(places[start], places[end - 1] + 1) for start, end in apart]


def mask(text: str, language: str) -> tuple[str, int]:
    """The text without its identity codes, and how many there were. Masking it again changes nothing."""
    spans = find(text)
    if not spans:
        return text, 0
    removed = REMOVED.get(language, REMOVED["fi"])
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], removed]
        at = end
    return "".join([*parts, text[at:]]), len(spans)


def check_of(date: str, number: str) -> str:
    """The check character that belongs to the six digits of the date and the three of the number."""
    return CHECKS[int(date + number) % 31]


def _flattened(text: str) -> tuple[str, list[int]]:
    """The text as its reader sees it: any digits as 0–9, any dash as “-”, nothing invisible; and where each character stood."""
    seen: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = char if char.isascii() else _plain_of(char)
        if plain:
            seen.append(" " if plain in "\t\n\r" else plain)
            places.append(place)
    return "".join(seen), places


def _plain_of(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Cf", "Mn", "Me"):
        return ""
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if kind == "Pd" or char in _DASHES:
        return "-"
    if kind[0] == "Z":
        return " "
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 and plain.isascii() else char


def _is_plain(match: re.Match[str], text: str) -> bool:
    """Whether the stretch is masked as it stands."""
    date, mark, check, gap = match["date"], match["mark"].upper()[:1], match["check"], match["gap"]
    if not _is_possible(date, match["number"], mark):
        return False
    is_sure = check.upper() == check_of(date, match["number"])
    goes_on = text[match.end() : match.end() + 1].isalpha()
    if goes_on and (gap or check.isdigit()):
        return False
    if not mark and check.isdigit():
        if _is_named(text, match.start()):
            return True
        return is_sure and not gap and _MOBILE.match(date) is None
    apart = bool(match["before"] or match["after"])
    if goes_on or (gap and (not mark or check.isdigit())) or (mark.isalpha() and apart):
        return is_sure
    return True


def _is_spread(match: re.Match[str], text: str) -> bool:
    """A date with dots or spaces in it, and the rest of a code: only when the check character is right."""
    if not match["mark"] and match["check"].isdigit():
        return False
    return _is_sure(match, text)


def _is_sure(match: re.Match[str], text: str) -> bool:
    date = _six_digits(match["date"])
    number = match["number"].replace(" ", "")
    mark = match["mark"].upper()[:1]
    if text[match.end() : match.end() + 1].isalpha() or match["check"].upper() != check_of(date, number):
        return False
    return _is_possible(date, number, mark if mark in _CENTURIES else "")


def _six_digits(date: str) -> str:
    """DDMMYY of a date as it was written."""
    parts = re.split(r"[./-]", date)
    if len(parts) == 3:
        return f"{parts[0]:0>2}{parts[1]:0>2}{parts[2][-2:]}"
    return "".join(char for char in date if char.isdigit())


def _is_possible(date: str, number: str, mark: str) -> bool:
    """The day was there in the century of the separator (in any, when there is none), and the number is from 002 on."""
    day, month, year = int(date[:2]), int(date[2:4]), int(date[4:])
    if number < "002" or not 1 <= month <= 12 or day < 1:
        return False
    return any(day <= monthrange(century * 100 + year, month)[1] for century in _CENTURIES[mark])


def _is_named(text: str, start: int) -> bool:
    """The writer says just before it that it is an identity code."""
    return _NAMED.search(text, max(0, start - _NAMED_BEFORE), start) is not None


def _apart(spans: list[Span]) -> list[Span]:
    """Those that overlap as one."""
    merged = [spans[0]]
    for span in spans[1:]:
        last = merged[-1]
        if span.start < last.end:
            merged[-1] = Span(last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged
