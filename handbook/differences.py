"""What differs between two texts, line by line and inside a changed line word by word; check questions as such texts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import pgettext

AROUND = 2
WORDS = re.compile(r"\s+|[^\s]+")
ALIKE = 0.35


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a line; `is_changed`: only this version has them."""

    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line that was (`gone`), is (`new`), stands in both (`same`), or stands for those left out (`skipped`)."""

    kind: str
    pieces: Sequence[Piece] = ()


def differences(before: str, after: str) -> list[DiffLine]:
    """The changed lines with two lines around them; nothing when the texts are equal."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return []
    found: list[DiffLine] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        if found or group[0][1] > 0:
            found.append(DiffLine("skipped"))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [DiffLine("same", [Piece(line)]) for line in old[a:b]]
            else:
                found += _changed(old[a:b], new[c:d])
    return found


def sides(mine: str, theirs: str) -> tuple[list[DiffLine], list[DiffLine]]:
    """Two texts beside each other: the lines of each, and in them what only that one has. Of equal texts nothing."""
    found = differences(mine, theirs)
    return [line for line in found if line.kind != "new"], [line for line in found if line.kind != "gone"]


def questions_as_text(questions: Sequence[Mapping[str, Any]], language: str) -> str:
    """The check questions in one language: each with its answers, which of them is right, and why."""
    lines: list[str] = []
    right = pgettext("answer", "Right")
    for number, question in enumerate(questions, 1):
        lines.append(f"{number}. {question['text'].get(language, '')}")
        for answer in question["answers"]:
            lines.append(f"– {answer['text'].get(language, '')}{f' ({right})' if answer['right'] else ''}")
        lines.append(question["why"].get(language, ""))
    return "\n".join(lines)


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    gone, come = [], []
    for n in range(max(len(old), len(new))):
        was, now = old[n] if n < len(old) else None, new[n] if n < len(new) else None
        left, right = _inside(was or "", now or "")
        if was is not None:
            gone.append(DiffLine("gone", left))
        if now is not None:
            come.append(DiffLine("new", right))
    yield from (*gone, *come)


def _inside(was: str, now: str) -> tuple[list[Piece], list[Piece]]:
    """The words that differ; two lines that have little in common are whole lines gone and come."""
    old, new = WORDS.findall(was), WORDS.findall(now)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [Piece(was)], [Piece(now)]
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        changed = tag != "equal"
        if a < b:
            left.append(Piece("".join(old[a:b]), changed))
        if c < d:
            right.append(Piece("".join(new[c:d]), changed))
    return left, right
