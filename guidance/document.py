"""One guidance path as a document: typed, frozen, read from YAML or JSON and written back without loss.

Its shape in YAML. A text is a map of languages; Finnish always, Swedish and English as far as they are written. A key that nobody
knows is refused, and the place is named (`DocumentError`). What the reader lets through may still be wrong as a path: a missing
language, a dead end, a target that is not there. Those are findings of `guidance.checks`, so that an editor can keep a draft.

    paths:                                  # the file: `read_library`
      - id: GP02                            # its number in the library, may be left out
        slug: flunssa-aikuinen              # its address, never changes
        title: {fi: "Flunssa ja kuume", sv: "…", en: "…"}
        area: terveysneuvo                  # the queue that it belongs to: its key, or SERVICE.KEY
        audience: [aikuiset]                # S003-32; keys, may be left out
        topics: [hengitystiet]              # keys, may be left out
        keywords: {fi: [flunssa, nuha], sv: [förkylning], en: [cold]}      # words and synonyms that find it
        health: true                        # its first question is the emergency check; another person approves it
        review_months: 12
        start: q1
        nodes:                              # in the order in which the author sees them
          q1:
            type: question                  # 2–6 options, and `en_tieda` last beside them
            text: {fi: "…?", sv: "…?", en: "…?"}
            plain: {fi: "…?"}               # the same in easy language, may be left out (any node)
            options:
              - {key: kylla, label: {fi: "Kyllä", sv: "Ja", en: "Yes"}, next: o_112}
              - {key: ei, label: {fi: "Ei", sv: "Nej", en: "No"}, next: i1}
              - {key: en_tieda, label: {fi: "En tiedä", sv: "Jag vet inte", en: "I do not know"}, next: o_chat}
          q2:
            type: question
            always_answerable: true         # the person knows the answer, or an option says it: no `en_tieda` is needed
            …
          i1: {type: information, text: {…}, next: q2}                     # read, then go on
          o_chat:
            type: outcome
            kind: chat_handover             # the primary action; its other fields stand beside it
            queue: terveysneuvo
            topic: hengitystieoire
            text: {fi: "…", sv: "…", en: "…"}
            also:                           # further actions, in this order
              - {kind: service_link, link: omaolo_hengitystie}
              - {kind: phone, contact_point: switchboard_phone}
              - {kind: chat_handover, queue: neuvola, when: cannot_call}   # shown last, under its own label
        walks:                              # scenarios that must hold before publishing: keys, and the labels for the reader
          - {answers: [kylla], labels: ["Kyllä"], outcome: o_112}

Kinds of action and their fields: `self_care` and `call_112` –; `service_link` link or service; `path_link` path; `chat_handover`
queue, topic; `help_form` form; `call_request` queue, topic; `phone` and `call_116117` contact_point (116117 needs none). Numbers
are never typed: `{{phone:KEY}}` in a text names a contact point; 112 alone may stand in a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

import msgspec
import yaml

LANGUAGES = ("fi", "sv", "en")
UNSURE = "en_tieda"  # the option of who cannot answer, S003-21
ONWARD = "jatka"  # the only way out of an information, in the trail
HELPLINE = "paivystysapu_116117"  # the contact point of call_116117

# Keys stand in addresses and statistics.
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_]{0,63}$")]
Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
ActionKind = Literal[
    "self_care", "service_link", "path_link", "chat_handover", "help_form", "call_request", "call_116117", "call_112", "phone"
]


class DocumentError(ValueError):
    """A document that cannot be read: where, and what is wrong there."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place, self.problem = place, problem


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a document: never changed, no unknown keys; what was left out stays out when it is written."""


class Words(Part, frozen=True, kw_only=True):
    """A text in each language; Finnish comes first, and stands in when another is missing."""

    fi: str = ""
    sv: str = ""
    en: str = ""

    def given(self, language: str) -> str:
        """The words of this very language, or nothing."""
        return {"fi": self.fi, "sv": self.sv, "en": self.en}.get(language, "")

    def within(self, language: str) -> tuple[str, str]:
        """The words to show and their language: this one, else the first that has words."""
        for code in (language, *LANGUAGES):
            if words := self.given(code):
                return words, code
        return "", language


class Keywords(Part, frozen=True, kw_only=True):
    """The words that find a path, in each language."""

    fi: tuple[str, ...] = ()
    sv: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def given(self, language: str) -> tuple[str, ...]:
        """The words of one language."""
        return {"fi": self.fi, "sv": self.sv, "en": self.en}.get(language, ())


class Action(Part, frozen=True, kw_only=True):
    """What a resident can do now."""

    kind: ActionKind
    queue: str = ""
    topic: str = ""
    form: str = ""
    link: str = ""
    contact_point: str = ""
    path: str = ""
    service: str = ""
    when: Literal["", "cannot_call"] = ""

    @property
    def number(self) -> str:
        """The contact point that is called; 116117 has its own."""
        return self.contact_point or (HELPLINE if self.kind == "call_116117" else "")


class Option(Part, frozen=True, kw_only=True):
    """An answer: its key never changes when the label is edited."""

    key: Key
    label: Words
    next: str


NO_WORDS = Words()


class Node(Part, frozen=True, kw_only=True, tag_field="type"):
    """A place in the path."""

    text: Words
    plain: Words = NO_WORDS

    def __post_init__(self) -> None:
        """Easy language of which nothing is written is left out, so that the same path is always the same text."""
        if self.plain == NO_WORDS:
            msgspec.structs.force_setattr(self, "plain", NO_WORDS)

    def ways(self) -> tuple[tuple[str, str], ...]:
        """The ways out: key of the answer and where it leads."""
        return ()


class Question(Node, frozen=True, kw_only=True, tag="question"):
    """One question, and the answers to choose from."""

    options: tuple[Option, ...] = ()
    always_answerable: bool = False

    def ways(self) -> tuple[tuple[str, str], ...]:
        """Each option."""
        return tuple((option.key, option.next) for option in self.options)

    def option(self, key: str) -> Option | None:
        """The option of this key."""
        return next((option for option in self.options if option.key == key), None)


class Information(Node, frozen=True, kw_only=True, tag="information"):
    """Something to read before going on."""

    next: str = ""

    def ways(self) -> tuple[tuple[str, str], ...]:
        """Onward."""
        return ((ONWARD, self.next),)


class Outcome(Node, frozen=True, kw_only=True, tag="outcome"):
    """Where a path ends: the primary action, and what else can be done."""

    kind: ActionKind
    queue: str = ""
    topic: str = ""
    form: str = ""
    link: str = ""
    contact_point: str = ""
    path: str = ""
    service: str = ""
    also: tuple[Action, ...] = ()

    @property
    def primary(self) -> Action:
        """The action that stands first."""
        return Action(
            kind=self.kind,
            queue=self.queue,
            topic=self.topic,
            form=self.form,
            link=self.link,
            contact_point=self.contact_point,
            path=self.path,
            service=self.service,
        )

    @property
    def actions(self) -> tuple[Action, ...]:
        """All of them: the primary first, what is for those who cannot call last."""
        every = (self.primary, *self.also)
        return tuple(sorted(every, key=lambda action: action.when != ""))


AnyNode = Question | Information | Outcome


class Walk(Part, frozen=True, kw_only=True):
    """A scenario: these answers must lead to this outcome. The labels are for the reader, and must agree."""

    answers: tuple[str, ...]
    outcome: str
    labels: tuple[str, ...] = ()


class PathDocument(Part, frozen=True, kw_only=True):
    """A whole path."""

    slug: Slug
    title: Words
    start: str
    nodes: dict[Key, AnyNode]
    id: str = ""
    area: str = ""
    audience: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    keywords: Keywords = Keywords()
    health: bool = False
    review_months: int = 12
    walks: tuple[Walk, ...] = ()

    def outcomes(self) -> Iterator[tuple[str, Outcome]]:
        """The places where it ends."""
        return ((key, node) for key, node in self.nodes.items() if isinstance(node, Outcome))

    def actions(self) -> Iterator[tuple[str, Action]]:
        """Every action with the place that it stands in."""
        return ((key, action) for key, node in self.outcomes() for action in node.actions)


class Library(Part, frozen=True, kw_only=True):
    """A file of paths."""

    paths: tuple[PathDocument, ...]


def _refused(error: msgspec.ValidationError | msgspec.DecodeError) -> DocumentError:
    """msgspec's message, whose place comes last: "… - at `$.nodes[...].options[2]`"."""
    problem, _at, place = str(error).partition(" - at `$")
    return DocumentError(place.strip("`").lstrip("."), problem)


def read_path(raw: Mapping[str, Any]) -> PathDocument:
    """A path of a mapping, as YAML or JSON gives it. Unknown keys and wrong shapes are refused with their place."""
    nodes = raw.get("nodes")
    if isinstance(nodes, Mapping):
        for key, node in nodes.items():  # one by one, since msgspec does not say in which of a mapping's values it stopped
            try:
                msgspec.convert(node, AnyNode)
            except msgspec.ValidationError as error:
                inner = _refused(error)
                raise DocumentError(f"nodes.{key}" + (f".{inner.place}" if inner.place else ""), inner.problem) from None
    try:
        return msgspec.convert(raw, PathDocument)
    except msgspec.ValidationError as error:
        raise _refused(error) from None


def as_mapping(path: PathDocument) -> dict[str, Any]:
    """The path as plain mappings and lists, for YAML or an editor; `read_path` gives it back as it was."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(path))
    return plain


def to_json(path: PathDocument) -> str:
    """The path as one text, its nodes in the author's order: what a version keeps."""
    return msgspec.json.encode(path).decode()


def from_json(text: str) -> PathDocument:
    """The path of a version's text."""
    try:
        return msgspec.json.decode(text, type=PathDocument)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise _refused(error) from None


def read_library(file: FilePath) -> tuple[PathDocument, ...]:
    """The paths of a YAML file, each refused with its name and place when it is wrong."""
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(raw, Mapping) or not isinstance(raw.get("paths"), list):
        raise DocumentError("paths", "a list of paths is missing")
    paths = []
    for number, entry in enumerate(raw["paths"]):
        if not isinstance(entry, Mapping):
            raise DocumentError(f"paths[{number}]", "a path is a mapping")
        name = str(entry.get("slug") or f"paths[{number}]")
        try:
            paths.append(read_path(entry))
        except DocumentError as error:
            raise DocumentError(f"{name}.{error.place}" if error.place else name, error.problem) from None
    if len({path.slug for path in paths}) < len(paths):
        raise DocumentError("paths", "a slug stands twice")
    return tuple(paths)
