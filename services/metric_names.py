"""The metrics by name (metrics.md 3): everything that asks for one offers these, and shows the name beside the code."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

METRICS: Mapping[str, Promise | str] = {
    "M01": _("Number of contacts"),
    "M02": _("Identified contacts"),
    "M03": _("Answered and answer rate"),
    "M04": _("Abandoned"),
    "M05": _("Off-hours attempts"),
    "M06": _("Queue time"),
    "M07": _("Response time"),
    "M08": _("Response within target"),
    "M08b": _("Same-day contact"),
    "M09": _("Conversation length"),
    "M10": _("Handled at first contact (FCR)"),
    "M11": _("One-contact rate"),
    "M12": _("Directed to traditional services"),
    "M13": _("Transfers between queues"),
    "M14": _("Customer satisfaction (CSAT)"),
    "M15": _("Net Promoter Score (NPS)"),
    "M16": _("Feedback response rate"),
    "M17": _("Free feedback"),
    "M18": _("Failure demand"),
    "M19": _("Duplicate contacts"),
    "M20": _("E-mails beside chat"),
    "M21": _("Phone and chat"),
    "M22": _("Guide bot use"),
    "M23": _("Ask-for-help form"),
    "M24": _("Share of digital doctor visits"),
    "M25": _("Contacts per resident"),
    "M26": _("Load of responders"),
    "M27": _("Responders needed (Erlang C)"),
    "M28": _("Growth and forecast"),
    "M29": _("Adoption progress"),
    "M30": _("Released phone time"),
    "M31": _("Cost per contact"),
    "M32": _("Open services, open hours and professional groups"),
    "M33": _("Follow-ups and call requests done in time"),
    "M34": _("Growing topics"),
    "M35": _("Quality sample"),
}
_LEADING = re.compile(r"M\d{2}b?(?=\s|$)")
_AIMED = re.compile(r"(?<=[≥≤<>] )(\d+)[.,](\d+)(?![.,\d])")


def metric_words(text: str) -> str:
    """A metric by its code and name, also at the head of a longer text: “M06 ≤ 240 s” is “M06 Queue time ≤ 240 s”."""
    found = _LEADING.match(text)
    if found is None or found[0] not in METRICS:
        return text
    return f"{found[0]} {METRICS[found[0]]}{aim_to_read(text[found.end() :])}"


def aim_to_read(line: str) -> str:
    """A line of a metric with the number of its target as the reader writes numbers: “M14 ≥ 4,2”."""
    separator = get_format("DECIMAL_SEPARATOR")
    return _AIMED.sub(lambda found: f"{found[1]}{separator}{found[2]}", line)


def aim_to_keep(line: str) -> str:
    """The same line as it is stored, in whatever language it was written."""
    return _AIMED.sub(r"\1.\2", line) if _LEADING.match(line) else line


def metric_choices() -> list[tuple[str, str]]:
    """Every metric in the order of the reports, in the language in use."""
    return [(code, f"{code} {name}") for code, name in METRICS.items()]
