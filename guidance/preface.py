"""What travels to the responder: the questions and answers of a walk, in the resident's own language (S003-20, S003-22). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guidance.checks import PLACEHOLDER
from guidance.document import PathDocument
from guidance.route import Route


@dataclass(frozen=True, slots=True)
class Stretch:
    """The walk through one path: a walk may go on from path to path (`path_link`)."""

    slug: str
    mark: str
    document: PathDocument
    route: Route


def told(stretches: Iterable[Stretch], language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The title of each path with its questions and answers."""
    return [
        (
            each.document.title.within(language)[0],
            [
                (PLACEHOLDER.sub("", passed.node.text.within(language)[0]), passed.label.within(language)[0])
                for passed in each.route.passed
                if passed.is_question
            ],
        )
        for each in stretches
    ]


def preface(stretches: Sequence[Stretch], language: str, *, name: str) -> str:
    """The same as one text for the log of the conversation."""
    lines: list[str] = []
    for title, pairs in told(stretches, language):
        lines.append(f"{name}: {title}")
        lines += [f"• {question} → {answer}" for question, answer in pairs]
    return "\n".join(lines)
