"""Paths as one flat table, for those who write in a spreadsheet: a line for each title, node, answer and way on. Pure.

A path is many lines and is taken in whole, so the lines are put together to documents first, and an operation takes those in as it
does those of a YAML file; a table of one row a row of the database, as of the directory, can't say that. Nothing is lost on the
way: what `table_of` writes `read_table` gives back as it was. Columns and parts are named the same in every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

import tablib
from django.utils.translation import gettext as _

from guidance.document import (
    LANGUAGES,
    Action,
    AnyNode,
    DocumentError,
    Information,
    Outcome,
    PathDocument,
    Question,
    Words,
    read_path,
)
from guidance.exchange import MOST_PATHS, Problem, said, strange_places

TARGETS = ("queue", "topic", "form", "link", "contact_point", "to_path", "service")
PLAIN = tuple(f"plain_{code}" for code in LANGUAGES)
COLUMNS = ("path", "part", "node", "key", *LANGUAGES, *PLAIN, "next", "kind", *TARGETS, "when", "value")
SETTINGS = ("id", "area", "health", "review_months")
LISTS = ("audience", "topics")
NODES = ("question", "information", "outcome")
PARTS = ("title", "setting", *LISTS, "keyword", *NODES, "option", "also", "walk", "walk_answer", "walk_label")
NEEDS = {"option": "question", "also": "outcome"}
Line = dict[str, str]
FIRST_ROW = 2
"""The first row of a sheet is the heading."""


def table_of(documents: Iterable[PathDocument]) -> tablib.Dataset:
    """The paths as one table."""
    table = tablib.Dataset(headers=list(COLUMNS), title="paths")
    for document in documents:
        for line in _lines(document):
            table.append([line.get(name, document.slug if name == "path" else "") for name in COLUMNS])
    return table


def read_table(table: tablib.Dataset) -> tuple[list[PathDocument], list[Problem]]:
    """The paths of a table that can be read, and every problem of the others with its row."""
    unknown = [name for name in table.headers or () if name not in COLUMNS]
    missing = [name for name in ("path", "part") if name not in (table.headers or ())]
    if unknown or missing:
        wrong = [_("The column “%(name)s” is not known here.") % {"name": name[:40]} for name in unknown]
        wrong += [_("The column “%(name)s” is missing.") % {"name": name} for name in missing]
        return [], [Problem("", words) for words in wrong]
    by_path: dict[str, list[tuple[int, Line]]] = {}
    problems: list[Problem] = []
    for number, cells in enumerate(table, start=FIRST_ROW):
        line = {name: str(cell or "").replace("\r\n", "\n") for name, cell in zip(table.headers, cells, strict=True)}
        line = {name: line.get(name, "") for name in COLUMNS}
        slug = line["path"].strip()
        if not slug:
            problems.append(Problem(_row(number, "path"), _("This must be filled in.")))
        elif line["part"] not in PARTS:
            what = _("The value “%(name)s” is not known here.") % {"name": line["part"][:40]}
            problems.append(Problem(_row(number, "part"), what))
        else:
            by_path.setdefault(slug, []).append((number, line))
    if len(by_path) > MOST_PATHS:
        return [], [Problem("", _("The file has more than %(most)s paths. Import it in parts.") % {"most": MOST_PATHS})]
    found: list[PathDocument] = []
    for slug, lines in by_path.items():
        document, lacks = _Builder(slug, lines).built()
        problems += lacks
        if document is not None and not lacks:
            found.append(document)
    return found, problems


def _lines(document: PathDocument) -> Iterator[Line]:
    yield {"part": "title", **_by_language(document.title), "next": document.start}
    for name in SETTINGS:
        value = getattr(document, name)
        if value != getattr(_EMPTY, name):
            yield {"part": "setting", "key": name, "value": str(int(value)) if isinstance(value, bool) else str(value)}
    for name in LISTS:
        yield from ({"part": name, "value": value} for value in getattr(document, name))
    for words in zip_longest(*(document.keywords.given(code) for code in LANGUAGES), fillvalue=""):
        yield {"part": "keyword", **dict(zip(LANGUAGES, words, strict=True))}
    for key, node in document.nodes.items():
        yield from _of_node(key, node)
    for walk in document.walks:
        yield {"part": "walk", "next": walk.outcome}
        yield from ({"part": "walk_answer", "key": answer} for answer in walk.answers)
        yield from ({"part": "walk_label", "fi": label} for label in walk.labels)


def _of_node(key: str, node: AnyNode) -> Iterator[Line]:
    words = {"node": key, **_by_language(node.text), **_by_language(node.plain, "plain_")}
    match node:
        case Question():
            yield {"part": "question", **words, "value": "always_answerable" if node.always_answerable else ""}
            for option in node.options:
                yield {"part": "option", "node": key, "key": option.key, **_by_language(option.label), "next": option.next}
        case Information():
            yield {"part": "information", **words, "next": node.next}
        case Outcome():
            yield {"part": "outcome", **words, **_of_action(node.primary)}
            yield from ({"part": "also", "node": key, **_of_action(action), "when": action.when} for action in node.also)


def _of_action(action: Action) -> Line:
    return {"kind": action.kind, **{name: getattr(action, "path" if name == "to_path" else name) for name in TARGETS}}


def _by_language(words: Words, before: str = "") -> Line:
    return {f"{before}{code}": words.given(code) for code in LANGUAGES}


class _Builder:
    """Puts the lines of one path together, and remembers from which row each place of the document came."""

    def __init__(self, slug: str, lines: Iterable[tuple[int, Line]]) -> None:
        self.raw: dict[str, Any] = {"slug": slug, "nodes": {}, "walks": [], "keywords": {code: [] for code in LANGUAGES}}
        self.raw |= {name: [] for name in LISTS}
        self.rows: dict[str, int] = {}
        self.problems: list[Problem] = []
        for number, line in lines:
            self.rows.setdefault("", number)
            part = "node" if line["part"] in NODES else "list" if line["part"] in LISTS else line["part"]
            getattr(self, f"_{part}")(number, line)

    def built(self) -> tuple[PathDocument | None, list[Problem]]:
        """The document, or what is wrong with its rows."""
        if self.problems:
            return None, self.problems
        if "title" not in self.raw:
            return None, [Problem(_row(self.rows[""]), _("The path has no row “title”."))]
        if not any(self.raw["keywords"].values()):
            del self.raw["keywords"]  # left out, as when it is not written
        try:
            document = read_path(self.raw)
        except DocumentError as error:
            return None, [Problem(f"{self._place(error.place)}: {error.place}", said(error))]
        wrong = [
            Problem(self._place(place), _("The text has characters that cannot be seen. Write it again."))
            for place in strange_places(document)
        ]
        return document, wrong

    def _place(self, place: str) -> str:
        """The row of the longest place that is known to begin so."""
        known = max((each for each in self.rows if place.startswith(each)), key=len)
        return _row(self.rows[known])

    def _refuse(self, number: int, column: str, what: str) -> None:
        self.problems.append(Problem(_row(number, column), what))

    def _title(self, number: int, line: Line) -> None:
        if "title" in self.raw:
            self._refuse(number, "part", _("The path has two rows “title”."))
        self.raw |= {"title": _words(line), "start": line["next"]}
        self.rows |= {"title": number, "start": number, "slug": number}

    def _setting(self, number: int, line: Line) -> None:
        name, value = line["key"], line["value"]
        self.rows[name] = number
        if name not in SETTINGS:
            self._refuse(number, "key", _("The value “%(name)s” is not known here.") % {"name": name[:40]})
        elif name == "review_months":
            if value.isdecimal() and len(value) < 4:
                self.raw[name] = int(value)
            else:
                self._refuse(number, "value", _("“%(value)s” is not a whole number.") % {"value": value[:40]})
        elif name == "health":
            if value not in ("0", "1"):
                self._refuse(number, "value", _("“%(value)s” is neither yes nor no. Write 1 or 0.") % {"value": value[:40]})
            self.raw[name] = value == "1"
        else:
            self.raw[name] = value

    def _list(self, number: int, line: Line) -> None:
        self.rows[f"{line['part']}[{len(self.raw[line['part']])}]"] = number
        self.raw[line["part"]].append(line["value"])

    def _keyword(self, number: int, line: Line) -> None:
        for code in LANGUAGES:
            if line[code]:
                self.rows[f"keywords.{code}[{len(self.raw['keywords'][code])}]"] = number
                self.raw["keywords"][code].append(line[code])

    def _node(self, number: int, line: Line) -> None:
        key, kind = line["node"], line["part"]
        if key in self.raw["nodes"]:
            self._refuse(number, "node", _("The path has two nodes “%(name)s”.") % {"name": key[:40]})
            return
        node: dict[str, Any] = {"type": kind, "text": _words(line)}
        if any((plain := _words(line, "plain_")).values()):  # left out, as when it is not written
            node["plain"] = plain
        if kind == "question":
            if line["value"] not in ("", "always_answerable"):
                self._refuse(number, "value", _("The value “%(name)s” is not known here.") % {"name": line["value"][:40]})
            node |= {"options": [], "always_answerable": line["value"] == "always_answerable"}
        elif kind == "information":
            node["next"] = line["next"]
        else:
            node |= {**_action(line), "also": []}
        self.raw["nodes"][key] = node
        self.rows[f"nodes.{key}"] = number

    def _option(self, number: int, line: Line) -> None:
        if (node := self._owner(number, line)) is not None:
            self.rows[f"nodes.{line['node']}.options[{len(node['options'])}]"] = number
            node["options"].append({"key": line["key"], "label": _words(line), "next": line["next"]})

    def _also(self, number: int, line: Line) -> None:
        if (node := self._owner(number, line)) is not None:
            self.rows[f"nodes.{line['node']}.also[{len(node['also'])}]"] = number
            node["also"].append({**_action(line), "when": line["when"]})

    def _owner(self, number: int, line: Line) -> dict[str, Any] | None:
        """The node whose answer or action it is; it stands above it in the table."""
        node: dict[str, Any] | None = self.raw["nodes"].get(line["node"])
        if node is None or node["type"] != NEEDS[line["part"]]:
            what = _("No row above begins this node as “%(kind)s”.") % {"kind": NEEDS[line["part"]]}
            self._refuse(number, "node", what)
            return None
        return node

    def _walk(self, number: int, line: Line) -> None:
        self.rows[f"walks[{len(self.raw['walks'])}]"] = number
        self.raw["walks"].append({"answers": [], "labels": [], "outcome": line["next"]})

    def _walk_answer(self, number: int, line: Line) -> None:
        self._of_walk(number, "answers", line["key"])

    def _walk_label(self, number: int, line: Line) -> None:
        self._of_walk(number, "labels", line["fi"])

    def _of_walk(self, number: int, name: str, value: str) -> None:
        if self.raw["walks"]:
            self.raw["walks"][-1][name].append(value)
        else:
            self._refuse(number, "part", _("No row “walk” is above this one."))


def _words(line: Mapping[str, str], before: str = "") -> dict[str, str]:
    return {code: line[f"{before}{code}"] for code in LANGUAGES}


def _action(line: Mapping[str, str]) -> dict[str, str]:
    return {"kind": line["kind"], **{"path" if name == "to_path" else name: line[name] for name in TARGETS}}


def _row(number: int, column: str = "") -> str:
    place = _("row %(n)s") % {"n": number}
    return f"{place}, {column}" if column else place


_EMPTY = PathDocument(slug="x", title=Words(), start="", nodes={})

__all__ = ["COLUMNS", "read_table", "table_of"]
