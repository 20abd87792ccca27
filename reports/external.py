"""Figures from elsewhere as a table: what each kind is, and one row of a file read with an answer that says what to write.

Reads nothing from the database. Cells are written the same in every language; headings are understood in each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.choices import ExternalKind
from reports.months import Month

K = ExternalKind
DECIMALS = frozenset({K.CALLS_MEDIAN, K.CALLS_WITHIN, K.MAIL_DAYS, K.NURSES, K.HOURS_BEFORE, K.HOURS_NOW, K.SAVED_EUROS})
"""Every other kind is a whole number."""
LIMITS: Mapping[str, int] = {K.CALLS_WITHIN: 100, K.SAVINGS_REACHED: 1, K.HOURS_BEFORE: 168, K.APPOINTMENT: 600}
MOST = 1_000_000_000
SAVINGS = frozenset({K.SAVINGS_REACHED, K.SAVED_EUROS})
"""Only a manager enters these."""
NOT_MORE_THAN: Mapping[str, str] = {K.CALLS_ANSWERED: K.CALLS, K.BOT_COMPLETED: K.BOT_SESSIONS, K.BOT_HANDOVERS: K.BOT_SESSIONS}
"""A part and its whole."""
OF_METRIC: Mapping[str, Sequence[str]] = {
    "M20": (K.MAILS, K.MAILS_ANSWERED, K.MAIL_DAYS),
    "M21": (K.CALLS, K.CALLS_ANSWERED, K.CALLS_MEDIAN, K.CALLS_WITHIN),
    "M24": (K.VISITS, K.DOCTOR_VISITS),
    "M25": (K.POPULATION,),
    "M30": (K.NURSES, K.HOURS_BEFORE, K.HOURS_NOW, K.APPOINTMENT, K.SAVINGS_REACHED, K.SAVED_EUROS),
}
COLUMNS = ("service", "month", "figure", "value", "source", "explanation")
HEADS: Mapping[str, frozenset[str]] = {
    "service": frozenset({"palvelu", "tjänst", "service"}),
    "month": frozenset({"kuukausi", "månad", "month"}),
    "figure": frozenset({"tieto", "uppgift", "figure"}),
    "value": frozenset({"arvo", "värde", "value"}),
    "source": frozenset({"lähde", "källa", "source"}),
    "explanation": frozenset({"selite", "förklaring", "explanation"}),
    "": frozenset({"nimi", "namn", "name"}),  # for people to read
}
WRITTEN = {"fi": ("palvelu", "kuukausi", "tieto", "nimi", "arvo", "lähde", "selite")}
WRITTEN |= {
    "sv": ("tjänst", "månad", "uppgift", "namn", "värde", "källa", "förklaring"),
    "en": ("service", "month", "figure", "name", "value", "source", "explanation"),
}
ALL = "kaikki"
EARLIEST = 2000
_MONTHS = (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})(?:-01)?"), re.compile(r"(?:1\.)?(?P<m>\d{1,2})[./](?P<y>\d{4})"))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: in which row of the file (1 is the headings), in which column, and what to write instead."""

    row: int
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One number that is entered: by hand, or as a row of a file."""

    service: str
    month: Month
    kind: str
    value: Decimal | None
    source: str
    words: str = ""
    row: int = 0


def read_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, today: date) -> tuple[list[Entry], list[Problem]]:
    """The rows that have a value, and everything that is wrong; with wrong headings no row is judged."""
    places, problems = _places(heads)
    if problems:
        return [], problems
    entries: list[Entry] = []
    seen: dict[tuple[str, Month, str], int] = {}
    for number, row in enumerate(rows, start=2):
        cells = {name: row[at].strip() for name, at in places.items()}
        if not cells["value"]:
            continue  # a row of the empty table that nobody filled in
        entry, wrong = _entry(number, cells, heads, places, today)
        problems += wrong
        if entry is None:
            continue
        cell = (entry.service, entry.month, entry.kind)
        if cell in seen:
            words = _("The same figure of the same month is in row %(row)s too. Leave one of them.") % {"row": seen[cell]}
            problems.append(Problem(number, heads[places["figure"]], words))
        seen.setdefault(cell, number)
        entries.append(entry)
    if not entries and not problems:
        problems.append(Problem(1, heads[places["value"]], _("No row has a value.")))
    return entries, problems


def read_month(text: str, *, today: date) -> Month:
    """“2026-11” or “11/2026”; a month that has not begun has no figures yet. Raises ValidationError."""
    found = next((match for pattern in _MONTHS if (match := pattern.fullmatch(text))), None)
    try:
        month = Month(int(found["y"]), int(found["m"])) if found else None
    except ValueError:
        month = None
    if month is None or month.year < EARLIEST:
        raise ValidationError(
            _("“%(value)s” is not a month. Write for example 2026-11."), code="month", params={"value": text[:40]}
        )
    if month.first > today:
        raise ValidationError(_("The month has not begun yet."), code="future")
    return month


def read_value(text: str, kind: str) -> Decimal:
    """The number, as its kind allows it. Raises ValidationError."""
    written = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".").removesuffix("%")
    try:
        value = Decimal(written)
        if not value.is_finite():
            raise InvalidOperation
    except InvalidOperation as error:
        raise ValidationError(_("“%(value)s” is not a number."), code="number", params={"value": text[:40]}) from error
    return checked(value, kind)


def checked(value: Decimal, kind: str) -> Decimal:
    """The value, if its kind allows it. Raises ValidationError."""
    if value < 0:
        raise ValidationError(_("The number is below zero."), code="below")
    most = LIMITS.get(kind, MOST)
    if value > most:
        raise ValidationError(_("At most %(most)s."), code="most", params={"most": most})
    if kind not in DECIMALS and value != value.to_integral_value():
        raise ValidationError(_("Write a whole number."), code="whole")
    if value != round(value, 3):
        raise ValidationError(_("At most three decimals."), code="decimals")
    return value


def read_kind(text: str) -> str:
    """The code of a kind, or its name in any of the languages. Raises ValidationError."""
    asked = text.strip().casefold()
    if asked in ExternalKind.values:
        return asked
    for language in WRITTEN:
        with translation.override(language):
            for code, name in ExternalKind.choices:
                if str(name).casefold() == asked:
                    return str(code)
    raise ValidationError(
        _("“%(value)s” is none of the figures. Write one of: %(codes)s."),
        code="kind",
        params={"value": text[:40], "codes": ", ".join(ExternalKind.values)},
    )


def empty_table(key: str, month: Month, language: str) -> tuple[list[str], list[list[str]]]:
    """The headings and a row for each figure of the month, to be filled in; rows without a value are passed over."""
    names = dict(ExternalKind.choices)
    return list(WRITTEN[language]), [[key, str(month), kind, str(names[kind]), "", "", ""] for kind in ExternalKind.values]


def heading(name: str) -> str:
    """What the column is called in the language of the page."""
    return next(words for words in WRITTEN[(get_language() or "fi")[:2]] if words in HEADS[name])


def _places(heads: Sequence[str]) -> tuple[dict[str, int], list[Problem]]:
    found: dict[str, int] = {}
    problems = []
    for at, head in enumerate(heads):
        words = head.strip().casefold()
        name = next((name for name, known in HEADS.items() if words in known), None)
        if name is None and words:
            problems.append(Problem(1, head, _("No column has this heading. Use the headings of the empty table.")))
        elif name and name in found:
            problems.append(Problem(1, head, _("The column is there twice.")))
        elif name:
            found[name] = at
    for name in COLUMNS[:-1]:
        if name not in found:
            problems.append(Problem(1, heading(name), _("This column is missing.")))
    return found, problems


def _entry(
    number: int, cells: Mapping[str, str], heads: Sequence[str], places: Mapping[str, int], today: date
) -> tuple[Entry | None, list[Problem]]:
    problems: list[Problem] = []

    def told(name: str, error: ValidationError) -> None:
        problems.append(Problem(number, heads[places[name]], " ".join(error.messages)))

    month, kind, value = None, "", None
    try:
        month = read_month(cells["month"], today=today)
    except ValidationError as error:
        told("month", error)
    try:
        kind = read_kind(cells["figure"])
        value = read_value(cells["value"], kind)
    except ValidationError as error:
        told("value" if kind else "figure", error)
    if not cells["service"]:
        told("service", ValidationError(_("Write the key of the service, or “kaikki” for the whole county.")))
    if not cells["source"]:
        told("source", ValidationError(_("Write where the figure comes from.")))
    for name, most in (("source", 160), ("explanation", 300)):
        if len(cells.get(name, "")) > most:
            told(name, ValidationError(_("At most %(most)s characters."), params={"most": most}))
    if problems or month is None:
        return None, problems
    return Entry(cells["service"], month, kind, value, cells["source"], cells.get("explanation", ""), number), []
