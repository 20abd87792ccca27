"""What differs between two versions of a path: nodes that came and went, and in each the words that changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guidance.choosing import value_of
from guidance.document import LANGUAGES, Information, Outcome, PathDocument, Question, Words
from handbook.differences import DiffLine, differences

HEAD = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A node that is `new`, `gone` or `changed`; an empty key stands for the path itself."""

    key: str
    kind: str
    lines: Sequence[DiffLine]


def compare(before: PathDocument, after: PathDocument) -> list[Change]:
    """The path itself first, then its nodes in the newer one's order, then those that went."""
    found = [Change(HEAD, "changed", differences("\n".join(head_lines(before)), "\n".join(head_lines(after))))]
    for key in [*after.nodes, *(key for key in before.nodes if key not in after.nodes)]:
        kind = "new" if key not in before.nodes else "gone" if key not in after.nodes else "changed"
        old, new = ("\n".join(node_lines(each, key)) for each in (before, after))
        found.append(Change(key, kind, differences(old, new)))
    return [change for change in found if change.lines]


def head_lines(document: PathDocument) -> Iterator[str]:
    """The settings of a path, a line each."""
    yield from _words(_("Title"), document.title)
    yield _("Begins with: %(key)s") % {"key": document.start}
    yield _("Area: %(key)s") % {"key": document.area}
    yield _("Health path: %(answer)s") % {"answer": _("yes") if document.health else _("no")}
    yield _("For whom: %(words)s") % {"words": ", ".join(document.audience)}
    yield _("Topics: %(words)s") % {"words": ", ".join(document.topics)}
    for code in LANGUAGES:
        if words := document.keywords.given(code):
            yield _("Words that find it (%(language)s): %(words)s") % {"language": code, "words": ", ".join(words)}
    yield _("Looked through after (months): %(n)s") % {"n": document.review_months}
    for walk in document.walks:
        yield _("Scenario: %(answers)s → %(end)s") % {"answers": " › ".join(walk.answers), "end": walk.outcome}


def node_lines(document: PathDocument, key: str) -> Iterator[str]:
    """A node in words, a line for each text and each way."""
    node = document.nodes.get(key)
    if node is None:
        return
    yield from _words(_("Text"), node.text)
    yield from _words(_("In easy language"), node.plain)
    match node:
        case Question():
            for option in node.options:
                yield from _words(_("Answer %(key)s") % {"key": option.key}, option.label)
                yield _("Answer %(key)s → %(to)s") % {"key": option.key, "to": option.next or "–"}
            if node.always_answerable:
                yield _("Everybody knows the answer.")
        case Information():
            yield f"→ {node.next or '–'}"
        case Outcome():
            for action in node.actions:
                more = [action.topic, _("for those who cannot call") if action.when else ""]
                yield ", ".join([value_of(action).replace(":", " ").strip(), *filter(None, more)])


def _words(name: str, words: Words) -> Iterator[str]:
    for code in LANGUAGES:
        if text := words.given(code):
            yield f"{name} ({code}): {' '.join(text.split())}"
