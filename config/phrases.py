"""What a page says of a service right now, in one short sentence: "Avoinna nyt, sulkeutuu klo 15"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from config import times
from config.board import ServiceNow
from services.hours import Availability, Reason
from services.texts import Text, pick


class Tone(StrEnum):
    """How the sentence is marked: a word goes before shape and colour everywhere."""

    OPEN = "open"
    BUSY = "busy"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Phrase:
    """The sentence, its tone, and the reason that a person has written, if any."""

    tone: Tone
    words: str
    reason: Text | None = None


def phrase(now: ServiceNow, language: str, *, at: datetime) -> Phrase:
    """The sentence for a service as the board knows it."""
    found = now.availability
    if found is None:
        return Phrase(Tone.CLOSED, _("Not open yet"))
    reason = pick(found.reason_text, language) if found.reason_text else None
    tone = Tone.OPEN if found.is_open else Tone.BUSY if found.hours_run else Tone.CLOSED
    return Phrase(tone, _words(found, language, at), reason)


def _words(found: Availability, language: str, at: datetime) -> str:
    opens = times.moment(found.opens_at, language, now=at) if found.opens_at else ""
    if found.is_open:
        if found.closes_at is None:
            return _("Open now, around the clock")
        return _("Open now, closes %(when)s") % {"when": times.moment(found.closes_at, language, now=at)}
    match found.reason:
        case Reason.FULL:
            return _("The queue is full right now. Try again in a while.")
        case Reason.UNSTAFFED:
            state = _("Nobody is answering right now")
        case Reason.INTAKE_STOPPED:
            state = _("No new conversations are taken any more")
        case Reason.SERVICE_PAUSED:
            state = _("On a break for now")
        case Reason.DISRUPTION:
            state = _("Closed because of a disruption")
        case _:
            state = _("Closed")
    if not opens:
        return state
    return _("%(state)s, opens %(when)s") % {"state": state, "when": opens}
