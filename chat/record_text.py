"""The text for the client record: what a responder copies into the client or patient data system (S001-29, S000-42).

Pure: facts in, words out. An identity code that somebody wrote is never in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from services.identity_codes import mask


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the log: the clock, who, and the words."""

    at: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the conversation, already in the reader's language."""

    date: str
    began: str
    ended: str
    service: str
    contactor: str
    topic: str
    outcome: str
    reason: str
    guided_to: str
    responder: str
    log: Sequence[Said] = field(default_factory=tuple)


def record_text(facts: Facts) -> str:
    """The text, one fact a line; what is not known is left out, and what was agreed is left for the responder to write."""
    times = f"{facts.began}–{facts.ended}" if facts.ended else facts.began
    head, at = _("Chat contact"), pgettext("before a clock time", "at")
    lines = [f"{head} {facts.date} {at} {times}"]
    lines += [
        f"{label}: {without_codes(value)}"
        for label, value in (
            (_("Service"), facts.service),
            (_("Who contacted"), facts.contactor),
            (_("Topic"), facts.topic),
            (_("Outcome"), facts.outcome),
            (_("Reason for going on"), facts.reason),
            (_("Guided to"), facts.guided_to),
        )
        if value
    ]
    lines += [_("What was agreed") + ": ", _("Responder") + f": {facts.responder}"]
    if facts.log:
        lines += ["", _("The conversation") + ":"]
        lines += [f"{said.at} {said.name}: {without_codes(said.words)}" for said in facts.log]
    return "\n".join(lines)


def without_codes(words: str) -> str:
    """The words with each identity code replaced by a mark in the reader's language (P-6)."""
    return mask(words, (get_language() or "fi")[:2])[0]
