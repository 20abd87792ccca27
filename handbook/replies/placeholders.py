"""Placeholders of quick replies. Pure: finds {{…}}, fills what is known, and leaves the rest as gaps that anybody sees.

A gap blocks sending, at the browser and again at the server, until somebody has written over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PATTERN = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
LABELS: Mapping[str, str | Promise] = {
    "responder_first_name": gettext_lazy("your first name"),
    "service_name": gettext_lazy("name of the service"),
    "queue_estimate_min": gettext_lazy("estimate in minutes"),
    "minutes": gettext_lazy("number of minutes"),
    "phone": gettext_lazy("phone number of the service"),
    "keep_place_min": gettext_lazy("minutes for which the place is kept"),
    "link": gettext_lazy("link"),
    "target_service": gettext_lazy("name of the right service"),
    "next_open": gettext_lazy("when it opens next"),
    "date": gettext_lazy("date"),
    "help_form_days": gettext_lazy("working days"),
}
"""Every placeholder that a text may have, beside {{phone:KEY}} and {{link:KEY}}, and what its gap says."""
PHONE, LINK = "phone:", "link:"
SAMPLES: Mapping[str, str] = {
    "responder_first_name": "Maija",
    "queue_estimate_min": "12",
    "minutes": "10",
    "phone": "044 123 4567",
    "keep_place_min": "10",
    "link": "https://www.suomi.fi/",
    "date": "24.11.",
    "help_form_days": "2–3",
}
"""What stands for a fact in a preview, and when the length of a text is counted."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A text as far as it could be filled, and what is left to be filled by hand."""

    text: str
    gaps: tuple[str, ...] = ()


def names_in(text: str) -> Iterator[str]:
    """The placeholders of a text in order, as they are named."""
    for match in PATTERN.finditer(text):
        yield match[1]


def keys_in(text: str, kind: str) -> set[str]:
    """The keys that {{phone:KEY}} or {{link:KEY}} name in the text."""
    return {name.removeprefix(kind) for name in names_in(text) if name.startswith(kind)}


def is_declared(name: str) -> bool:
    """A text may have this placeholder; whether a named key exists is asked elsewhere."""
    return name in LABELS or any(name.startswith(kind) and len(name) > len(kind) for kind in (PHONE, LINK))


def strange_in(text: str) -> list[str]:
    """What stands in double braces and is no placeholder, each once; braces that have no pair are told as they are."""
    names = list(names_in(text))
    unknown = sorted({name for name in names if not is_declared(name)})
    return unknown or (["{{"] if {text.count("{{"), text.count("}}")} != {len(names)} else [])


def has_gap(text: str) -> bool:
    """Is something left to be filled? Nearly every message is answered by the first test alone."""
    return "{{" in text and PATTERN.search(text) is not None


def fill(text: str, values: Mapping[str, str], *, names: Mapping[str, str] | None = None) -> Filled:
    """The text with every known value in its place; what is not known stays in double braces, in the reader's own words.

    `names`: what a contact point or link is called, by its placeholder, so that its gap says which number is missing.
    """
    gaps: list[str] = []

    def one(match: re.Match[str]) -> str:
        name = match[1]
        if value := values.get(name, ""):
            return value
        words = gap_words(name, names or {})
        gaps.append(words)
        return "{{" + words + "}}"

    return Filled(PATTERN.sub(one, text), tuple(gaps))


def gap_words(name: str, names: Mapping[str, str]) -> str:
    """What a gap says: which fact belongs there."""
    known = names.get(name, "")
    if name.startswith(PHONE):
        return _("phone number: %(name)s") % {"name": known} if known else str(_("phone number"))
    return str(known or LABELS.get(name) or name)


def sample_values(*, service: str, phones: Mapping[str, str], links: Mapping[str, str]) -> dict[str, str]:
    """Values for a preview, and for counting how long a text is when it is sent."""
    return {
        **SAMPLES,
        "service_name": service,
        "target_service": service,
        "next_open": _("on Monday at 8"),
        **{f"{PHONE}{key}": number for key, number in phones.items()},
        **{f"{LINK}{key}": url for key, url in links.items()},
    }
