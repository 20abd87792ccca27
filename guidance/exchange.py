"""Paths in a file: written as YAML and read back without loss; each thing that cannot be read is told with its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

from guidance.document import DocumentError, PathDocument, as_mapping, read_path
from services.operations.rules import has_strange_characters

MOST_BYTES = 1024 * 1024
MOST_PATHS = 200
DEEPEST = 30
"""No path is so deep; reading deeper and deeper brackets would take for ever."""

_Plain: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, where it was built
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that cannot be read: where, and what to do."""

    place: str
    what: str


class _Loader(_Plain):  # type: ignore[misc]
    """Plain values only; a key that stands twice is refused, since the first of the two would be lost unseen."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        if len(found) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "twice", node.start_mark)
        return found


def write_library(documents: Iterable[PathDocument]) -> bytes:
    """The paths as one YAML file."""
    paths = [as_mapping(document) for document in documents]
    return yaml.dump({"paths": paths}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000).encode()


def read_file(content: bytes) -> tuple[list[PathDocument], list[Problem]]:
    """The paths of a file that can be read, and every problem of the others."""
    entries, problems = _entries(content)
    found: list[PathDocument] = []
    for number, entry in enumerate(entries, start=1):
        name = _("path %(n)s") % {"n": number}
        if not isinstance(entry, Mapping):
            problems.append(Problem(name, _("A path is written as keys and values.")))
            continue
        name = str(entry.get("slug") or name)[:80]
        try:
            document = read_path(entry)
        except DocumentError as error:
            problems.append(Problem(f"{name}: {error.place}" if error.place else name, said(error)))
            continue
        if strange := strange_places(document):
            problems.append(Problem(f"{name}: {strange[0]}", _("The text has characters that cannot be seen. Write it again.")))
        elif document.slug in {each.slug for each in found}:
            problems.append(Problem(name, _("Two paths of the file have this address name.")))
        else:
            found.append(document)
    return found, problems


def _entries(content: bytes) -> tuple[list[Any], list[Problem]]:
    if len(content) > MOST_BYTES:
        return [], [Problem("", _("The file is larger than one megabyte. Import it in parts."))]
    try:
        text = content.decode("utf-8-sig")
        depth = 0
        for event in yaml.parse(text, Loader=_Plain):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                return [], [Problem("", _("References (&, *) are not taken in. Write the text out in each place."))]
            if depth > DEEPEST:
                return [], [Problem("", _("The file is not proper YAML in UTF-8."))]
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        twice = error.problem == "twice"
        what = _("A key stands twice here.") if twice else _("This is not proper YAML. Check indents, colons and quotation marks.")
        return [], [Problem(_("line %(n)s") % {"n": line} if line else "", what)]
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        return [], [Problem("", _("The file is not proper YAML in UTF-8."))]
    entries = raw.get("paths") if isinstance(raw, Mapping) else None
    if not isinstance(entries, list) or not entries:
        return [], [Problem("", _("The file has no list “paths”."))]
    if len(entries) > MOST_PATHS:
        return [], [Problem("", _("The file has more than %(most)s paths. Import it in parts.") % {"most": MOST_PATHS})]
    return entries, []


SAYINGS: Sequence[tuple[re.Pattern[str], Callable[[], str]]] = (
    (re.compile(r"Object missing required field `(?P<name>\w+)`"), lambda: _("The key “%(name)s” is missing.")),
    (re.compile(r"Object contains unknown field `(?P<name>.+)`"), lambda: _("The key “%(name)s” is not known here.")),
    (re.compile(r"Invalid enum value '?(?P<name>.*?)'?"), lambda: _("The value “%(name)s” is not known here.")),
    (re.compile(r"Invalid value '?(?P<name>.*?)'?"), lambda: _("The value “%(name)s” is not known here.")),
    (
        re.compile(r"Expected `str` matching regex .*"),
        lambda: _("A key has small letters, digits and _ only; an address name has hyphens in their place."),
    ),
    (
        re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<given>[^`]+)`"),
        lambda: _("Here should be %(wanted)s, not %(given)s. Put a text into quotation marks."),
    ),
)
KINDS: Mapping[str, Callable[[], str]] = {
    "str": lambda: _("a text"),
    "int": lambda: _("a number"),
    "float": lambda: _("a number"),
    "bool": lambda: _("true or false"),
    "array": lambda: _("a list"),
    "object": lambda: _("keys and values"),
    "null": lambda: _("nothing"),
    "date": lambda: _("a date"),
}


def said(error: DocumentError) -> str:
    """What is wrong, in the language in use."""
    for pattern, saying in SAYINGS:
        if match := pattern.fullmatch(error.problem):
            parts = {name: KINDS[value]() if value in KINDS else value for name, value in match.groupdict().items()}
            return saying() % parts
    return _("This has not the right shape: %(words)s") % {"words": error.problem}


def strange_places(document: PathDocument) -> list[str]:
    """The places of texts that have characters nobody sees."""
    return list(_strange(as_mapping(document), ""))


def _strange(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _strange(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _strange(inner, f"{place}[{number}]")
    elif isinstance(value, str) and has_strange_characters(value):
        yield place


__all__ = ["Problem", "read_file", "said", "strange_places", "write_library"]
