"""A calendar file (RFC 5545) of plain entries: days, or instants with an hour's length."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE = 75  # octets


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the calendar; `starts` as a date lasts that day, as an instant an hour."""

    uid: str
    starts: date | datetime
    summary: str
    place: str = ""


def calendar(entries: Iterable[Entry], *, name: str, now: datetime) -> str:
    """The whole file, with CRLF and folded lines."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Neuvoluukku//Neuvoluukku//FI",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]
    for entry in entries:
        lines += ["BEGIN:VEVENT", f"UID:{entry.uid}@neuvoluukku", f"DTSTAMP:{_instant(now)}", *_times(entry.starts)]
        lines += [f"SUMMARY:{_text(entry.summary)}"]
        lines += [f"LOCATION:{_text(entry.place)}"] if entry.place else []
        lines += ["END:VEVENT"]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _times(starts: date | datetime) -> list[str]:
    if isinstance(starts, datetime):
        return [f"DTSTART:{_instant(starts)}", "DURATION:PT1H"]
    return [f"DTSTART;VALUE=DATE:{starts:%Y%m%d}", f"DTEND;VALUE=DATE:{starts + timedelta(days=1):%Y%m%d}", "TRANSP:TRANSPARENT"]


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """Commas, semicolons, backslashes and ends of lines as the format writes them; nothing else can begin a line of its own."""
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return re.sub(r"[\x00-\x1f\x7f]", " ", re.sub(r"\r\n|\r|\n", "\\\\n", escaped))


def _folded(line: str) -> str:
    """No line is longer than 75 octets, and no letter is cut in two."""
    parts, room = [""], LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append("")
            room = LINE - 1
        parts[-1] += letter
        room -= size
    return "\r\n ".join(parts)
