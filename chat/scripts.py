"""Practice scripts: how a simulated resident begins, what she answers to what, and how it ends.

They lie as YAML in `content/practice.yaml`, made from the matters of the starter quick replies. The loader is typed: a key
that nobody reads, or a text that lacks a language, is an error when the file is read. What she does next is a pure function
of the script, the log and the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from services.texts import Text, pick

FILE = Path(__file__).resolve().parent / "content" / "practice.yaml"
PATIENCE = timedelta(minutes=30)
"""How long a simulated resident waits to be taken or answered before she leaves."""


class Strict(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A key that nobody reads is a mistake."""


class Words(Strict, frozen=True):
    """A text in all three languages."""

    fi: str
    sv: str
    en: str

    def __post_init__(self) -> None:
        if not all(words.strip() for words in (self.fi, self.sv, self.en)):
            raise ValueError("a text lacks a language")

    def to(self, language: str) -> Text:
        """The text on a page in the language."""
        return pick({"fi": self.fi, "sv": self.sv, "en": self.en}, language)

    def said(self, language: str) -> str:
        """The words that she writes."""
        return self.to(language).value


class Cue(Strict, frozen=True):
    """When the responder's words have any of these (stems, in any language), she says this instead.

    `last`: that settles it, and what would come after is left out.
    """

    any: list[str]
    says: Words
    last: bool = False


class Turn(Strict, frozen=True):
    """Her next message: so many seconds after the responder has last written."""

    says: Words
    after: int = 8
    cues: list[Cue] = []
    nudge: Words | None = None
    nudge_after: int = 90


class Point(Strict, frozen=True):
    """One thing that a good answer has; the responder looks herself whether hers had it."""

    key: str
    text: Words


class Script(Strict, frozen=True):
    """One simulated resident and her matter. `speaks`: her language, when it is not the page's."""

    key: str
    title: Words
    about: Words
    starts: Words
    turns: list[Turn]
    replies: dict[str, str]
    hint: Words
    good: list[Point]
    contactor: Literal["", "self", "relative"] = "self"
    speaks: Literal["", "fi", "sv", "en"] = ""
    ends: Literal["leaves", "stays", "silent"] = "leaves"
    leaves_after: int = 25

    def language(self, page: str) -> str:
        """The language that she writes."""
        return self.speaks or page


class ScriptsFile(Strict, frozen=True):
    """The whole file."""

    scripts: list[Script]

    def __post_init__(self) -> None:
        keys = [script.key for script in self.scripts]
        if len(set(keys)) != len(keys):
            raise ValueError("two scripts have the same key")
        for script in self.scripts:
            points = [point.key for point in script.good]
            if not script.turns or not points or len(set(points)) != len(points):
                raise ValueError(f"{script.key}: turns and points of a good answer, each once")


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the log: whose, when, and what the responder's words were."""

    by_resident: bool
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What she does now: writes, leaves, or falls silent. `turns`: how many turns of the script are then behind her."""

    turns: int
    says: str = ""
    leaves: bool = False


@lru_cache(maxsize=1)
def scripts() -> dict[str, Script]:
    """Every script by its key, in the file's order. Raises msgspec.ValidationError when the file is not right."""
    found = msgspec.convert(yaml.safe_load(FILE.read_text("utf-8")), ScriptsFile)
    return {script.key: script for script in found.scripts}


def next_act(script: Script, *, turns: int, log: Sequence[Said], language: str, since: datetime, now: datetime) -> Act | None:
    """What she does at this instant, if anything: she answers the responder's last words, reminds once, or gives up."""
    own = [number for number, each in enumerate(log) if each.by_resident]
    last_own = log[own[-1]].at if own else since
    replies = log[own[-1] + 1 :] if own else log
    if not replies:
        return _unanswered(script, turns, log, language, now - last_own)
    quiet = now - replies[-1].at
    if turns >= len(script.turns):
        goes = script.ends == "leaves" and quiet >= timedelta(seconds=script.leaves_after)
        return Act(turns, leaves=True) if goes or quiet >= PATIENCE else None
    turn = script.turns[turns]
    if quiet < timedelta(seconds=turn.after):
        return None
    heard = " ".join(each.words for each in replies).casefold()
    cue = next((cue for cue in turn.cues if any(stem.casefold() in heard for stem in cue.any)), None)
    behind = len(script.turns) if cue is not None and cue.last else turns + 1
    return Act(behind, says=(cue or turn).says.said(language))


def _unanswered(script: Script, turns: int, log: Sequence[Said], language: str, quiet: timedelta) -> Act | None:
    if turns >= len(script.turns):
        goes = script.ends == "leaves" and quiet >= timedelta(seconds=script.leaves_after)
        return Act(turns, leaves=True) if goes or quiet >= PATIENCE else None
    if quiet >= PATIENCE:
        return Act(turns, leaves=True)
    turn = script.turns[turns]
    reminded = len(log) > 1 and log[-2].by_resident
    if turn.nudge is None or reminded or quiet < timedelta(seconds=turn.nudge_after):
        return None
    return Act(turns, says=turn.nudge.said(language))


def is_silent(script: Script, turns: int) -> bool:
    """She has gone without a word: she gives no more signs of life."""
    return script.ends == "silent" and turns >= len(script.turns)
