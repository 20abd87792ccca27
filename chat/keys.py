"""The console's commands and their keys: safe on a Finnish keyboard, and each person's own to change (WCAG 2.1.4, peers 2B).

Only function keys: they write nothing, so they work while somebody writes. Never Ctrl+Alt, which is AltGr and writes @ and €;
never a key that a browser keeps for itself (F3, F5, F6, F11, F12, Ctrl+F4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COMMANDS: Mapping[str, str | Promise] = {
    "take_next": _("Take the next"),
    "next": _("My next conversation"),
    "previous": _("My previous conversation"),
    "compose": _("Back to writing"),
    "note": _("Message to the resident or note for staff"),
    "end": _("End the conversation: choose the outcome; again: save"),
    "transfer": _("Transfer the conversation"),
    "identify": _("Ask to identify"),
    "hide": _("Hide words: from the newest message on, the arrows go to others"),
    "advice": _("Ask colleagues for advice"),
    "whisper": _("Whisper to the responder"),
    "record": _("Text for the client record"),
    "flag": _("Flag as abusive or dangerous"),
    "concern": _("Concern for somebody: flag it, or go to its checklist"),
    "beside": _("Handbook and directory beside the conversation"),
    "offers": _("To what is offered to you, or who asks for you"),
    "list": _("To the lists"),
    "help": _("Help: the keys"),
    "presence-available": _("I am available"),
    "presence-call": _("I am on the phone"),
    "presence-break": _("I am on a break"),
    "presence-away": _("I am away from the desk"),
    "presence-off": _("I am off"),
}
"""What can be done by a key, in the order in which the help tells it."""

DEFAULTS: Mapping[str, str] = {
    "take_next": "F2",
    "next": "F8",
    "previous": "Shift+F8",
    "compose": "Shift+F4",
    "note": "F4",
    "end": "F9",
    "transfer": "Shift+F9",
    "identify": "Ctrl+F7",
    "hide": "Ctrl+F10",
    "advice": "Ctrl+F1",
    "whisper": "Shift+F7",
    "record": "Ctrl+F8",
    "flag": "Ctrl+F9",
    "concern": "F10",
    "beside": "Shift+F1",
    "offers": "Ctrl+F2",
    "list": "Shift+F2",
    "help": "F1",
}
"""The key of each command unless the person has chosen another; the rest have none."""

KEYS: tuple[str, ...] = tuple(
    key for before in ("", "Shift+", "Ctrl+") for number in (1, 2, 4, 7, 8, 9, 10) if (key := f"{before}F{number}") != "Ctrl+F4"
)
"""Every key that may be given."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One key with two commands."""

    key: str
    first: str
    second: str


def bindings(changed: Mapping[str, str]) -> dict[str, str]:
    """The key of each command, or nothing: the person's own where she has one, else the default. Unknown ones are left out."""
    own = {command: key for command, key in changed.items() if command in COMMANDS and (not key or key in KEYS)}
    return {command: own.get(command, DEFAULTS.get(command, "")) for command in COMMANDS}


def changes(wanted: Mapping[str, str]) -> dict[str, str]:
    """What of the wanted keys differs from the defaults: this much is stored."""
    return {command: key for command, key in wanted.items() if key != DEFAULTS.get(command, "")}


def clash(wanted: Mapping[str, str]) -> Clash | None:
    """The first key that would have two commands, if any."""
    first: dict[str, str] = {}
    for command, key in wanted.items():
        if not key:
            continue
        if key in first:
            return Clash(key, first[key], command)
        first[key] = command
    return None
