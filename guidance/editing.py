"""Changing a document: each function gives a new one. Pure; whether the result is right is a question for `guidance.checks`."""

from __future__ import annotations

from itertools import count

from django.utils.text import slugify
from msgspec.structs import replace

from guidance.document import UNSURE, AnyNode, Information, Option, Outcome, PathDocument, Question, Walk, Words
from guidance.route import follow

PREFIX = {"question": "q", "information": "i", "outcome": "o"}
UNSURE_WORDS = Words(fi="En tiedä", sv="Jag vet inte", en="I do not know")
TO_EMERGENCY, TO_HUMAN = "o_112", "o_ihminen"
LONGEST_KEY = 40


def kind_of(node: AnyNode) -> str:
    """Question, information or outcome, as the document says it."""
    return "question" if isinstance(node, Question) else "information" if isinstance(node, Information) else "outcome"


def free_key(document: PathDocument, kind: str) -> str:
    """The next key of a new node: q4, i2, o5."""
    return next(key for number in count(1) if (key := f"{PREFIX[kind]}{number}") not in document.nodes)


def answer_key(label: str, taken: set[str]) -> str:
    """A key for a new answer, of its words; it stays when the words are edited."""
    base = slugify(label).replace("-", "_")[:LONGEST_KEY].strip("_") or "vastaus"
    base = f"{base}_" if base == UNSURE else base
    return next(key for number in count(1) if (key := base if number == 1 else f"{base}_{number}") not in taken)


def empty_node(kind: str) -> AnyNode:
    """A node that is still to be written; an outcome is at first something to do oneself."""
    match kind:
        case "question":
            return Question(text=Words())
        case "information":
            return Information(text=Words())
    return Outcome(text=Words(), kind="self_care")


def with_node(document: PathDocument, key: str, node: AnyNode) -> PathDocument:
    """The node in its place, or at the end when it is new."""
    return replace(document, nodes={**document.nodes, key: node})


def without_node(document: PathDocument, key: str) -> PathDocument:
    """The node is gone; answers that led to it lead nowhere until they are chosen anew."""
    nodes = {name: _unled(node, key) for name, node in document.nodes.items() if name != key}
    return replace(document, nodes=nodes)


def _unled(node: AnyNode, gone: str) -> AnyNode:
    match node:
        case Question():
            options = tuple(replace(option, next="") if option.next == gone else option for option in node.options)
            return replace(node, options=options)
        case Information() if node.next == gone:
            return replace(node, next="")
    return node


def led_from(document: PathDocument, key: str) -> list[tuple[str, str]]:
    """The nodes and answers that lead to the node."""
    return [(name, answer) for name, node in document.nodes.items() for answer, to in node.ways() if to == key]


def with_walk(document: PathDocument, answers: tuple[str, ...]) -> PathDocument | None:
    """The route becomes a scenario that must hold from now on; none when it does not end in an outcome. Once is enough."""
    route = follow(document, answers)
    if route is None or not route.ends:
        return None
    walk = Walk(answers=answers, outcome=route.key, labels=tuple(passed.label.fi for passed in route.passed))
    kept = tuple(each for each in document.walks if each.answers != answers)
    return replace(document, walks=(*kept, walk))


def without_walk(document: PathDocument, answers: tuple[str, ...]) -> PathDocument:
    """The scenario is given up."""
    return replace(document, walks=tuple(each for each in document.walks if each.answers != answers))


def copied(document: PathDocument, *, slug: str, title: Words) -> PathDocument:
    """The same path under another name, to be written on."""
    return replace(document, slug=slug, title=title, id="")


def begun(*, slug: str, title: Words, area: str, health: bool) -> PathDocument:
    """A new path: its first question, and the way to a human for who cannot answer; a health path asks first about an emergency."""
    human = Outcome(text=Words(), kind="chat_handover", queue=area)
    unsure = Option(key=UNSURE, label=UNSURE_WORDS, next=TO_HUMAN)
    first = Question(text=Words(), options=(unsure,))
    if not health:
        return PathDocument(slug=slug, title=title, area=area, start="q1", nodes={"q1": first, TO_HUMAN: human})
    emergency = Question(
        text=Words(),
        options=(
            Option(key="kylla", label=Words(fi="Kyllä", sv="Ja", en="Yes"), next=TO_EMERGENCY),
            Option(key="ei", label=Words(fi="Ei", sv="Nej", en="No"), next="q2"),
            unsure,
        ),
    )
    call = Outcome(
        text=Words(fi="Soita heti hätänumeroon 112.", sv="Ring genast nödnumret 112.", en="Call 112 at once."), kind="call_112"
    )
    nodes: dict[str, AnyNode] = {"q1": emergency, "q2": first, TO_EMERGENCY: call, TO_HUMAN: human}
    return PathDocument(slug=slug, title=title, area=area, start="q1", health=True, nodes=nodes)
