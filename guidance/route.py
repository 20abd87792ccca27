"""Walking a path: which node a trail of answers leads to. Pure; keys only, never labels.

The trail is all the state there is: it stands in the address, and is checked against the graph of its version each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guidance.document import AnyNode, Information, Outcome, PathDocument, Question, Words

MOST_ANSWERS = 60
"""A path may return to an earlier question; nobody does so for ever."""

SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class Answered:
    """A question or an information that has been passed, and the answer."""

    key: str
    node: Question | Information
    answer: str

    @property
    def label(self) -> Words:
        """The answer in words; onward from an information has none."""
        option = self.node.option(self.answer) if isinstance(self.node, Question) else None
        return option.label if option else Words()

    @property
    def is_question(self) -> bool:
        """It asked something: only such are told to the responder."""
        return isinstance(self.node, Question)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a trail has led."""

    passed: tuple[Answered, ...]
    key: str
    node: AnyNode

    @property
    def answers(self) -> tuple[str, ...]:
        """The trail itself."""
        return tuple(each.answer for each in self.passed)

    @property
    def questions(self) -> int:
        """How many questions have been answered."""
        return sum(each.is_question for each in self.passed)

    @property
    def ends(self) -> bool:
        """An outcome has been reached."""
        return isinstance(self.node, Outcome)


def follow(document: PathDocument, answers: Sequence[str]) -> Route | None:
    """The route of the answers; none when one of them is no answer there, or leads nowhere."""
    key, passed = document.start, []
    if len(answers) > MOST_ANSWERS:
        return None
    node = document.nodes.get(key)
    for answer in answers:
        if node is None or isinstance(node, Outcome):
            return None
        to = dict(node.ways()).get(answer)
        if to is None:
            return None
        passed.append(Answered(key, node, answer))
        key, node = to, document.nodes.get(to)
    return None if node is None else Route(tuple(passed), key, node)


def trail_of(text: str) -> tuple[str, ...]:
    """The answers of a trail as an address carries it."""
    return tuple(text.split(SEPARATOR)) if text else ()


def as_text(answers: Sequence[str]) -> str:
    """The trail for an address."""
    return SEPARATOR.join(answers)
