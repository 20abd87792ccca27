"""YAML read strictly: a key twice, an alias or a value of another kind is told with its place and line, and reading goes on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import yaml
from django.utils.translation import gettext as _

from adoption.model_file.specs import LANGUAGES, Problem
from adoption.model_file.syntax import Refusal, in_words, line_of
from services.operations.rules import has_strange_characters

MOST_BYTES = 1_000_000
MOST_DEPTH = 20


class MarkedDict(dict[Any, Any]):
    """A mapping of the file that knows on which line it begins, and which keys it has twice."""

    line = 0
    doubled: tuple[str, ...] = ()


class _Loader(yaml.SafeLoader):
    """Plain values only: no aliases (a small file may claim a huge one by them), and no kinds of value but the plain ones."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise self._refusal(_("a reference to another place is not allowed"))
        if getattr(self.peek_event(), "tag", None) is not None:  # type: ignore[no-untyped-call]
            raise self._refusal(_("a text may not begin with “!”: put the text in quotation marks"))
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise self._refusal(_("it is nested too deep"))
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def _refusal(self, message: str) -> Refusal:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        return Refusal(problem=message, problem_mark=event.start_mark)  # type: ignore[arg-type]

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:  # a date of the thirteenth month, for one
            message = _("“%(value)s” is no text: write it in quotation marks.") % {"value": str(node.value)[:40]}
            raise Refusal(problem=message, problem_mark=node.start_mark) from error


def _mapping(loader: _Loader, node: yaml.MappingNode) -> MarkedDict:
    pairs = [(loader.construct_object(key, deep=True), loader.construct_object(value, deep=True)) for key, value in node.value]
    names = [str(key) for key, _value in pairs]
    found = MarkedDict((str(key), value) for key, value in pairs)
    found.line = node.start_mark.line + 1
    found.doubled = tuple(sorted({name for name in names if names.count(name) > 1}))
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(content: bytes | str) -> tuple[Any, list[Problem]]:
    """The values of a YAML text, or the one reason why it is none."""
    if len(content) > MOST_BYTES:
        return None, [Problem("", _("The file is larger than one megabyte."))]
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    except UnicodeDecodeError:
        return None, [Problem("", _("The file is not text in UTF-8."))]
    if not text.strip():
        return None, [Problem("", _("The file is empty."))]
    try:
        return yaml.load(text, _Loader), []  # noqa: S506 - a SafeLoader that allows less
    except yaml.YAMLError as error:
        problem, line = in_words(error)
        return None, [Problem(line_of(text, line), _("The file is not proper YAML: %(problem)s") % {"problem": problem}, line)]


class Section:
    """One mapping of the file, read key by key; what is wrong is noted with its place."""

    def __init__(self, raw: Any, place: str, problems: list[Problem], *, line: int = 0) -> None:
        self.place, self.problems, self.line = place, problems, getattr(raw, "line", line)
        self.raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        self.known: set[str] = set()
        if not isinstance(raw, Mapping):
            self.note(_("Names with values are expected here."))
        for name in getattr(raw, "doubled", ()):
            self.note(_("“%(name)s” is here twice.") % {"name": name})

    def note(self, message: str, key: str = "") -> None:
        """Something here is to be corrected."""
        place = " › ".join(part for part in (self.place, key) if part)
        self.problems.append(Problem(place, message, self.line))

    def value(self, key: str) -> Any:
        """The raw value, which counts as read."""
        self.known.add(key)
        return self.raw.get(key)

    def words(self, key: str, *, most: int = 0, required: bool = False, choices: Collection[str] = ()) -> str:
        """A text."""
        value = self.value(key)
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.note(_("“%(value)s” is no text: write it in quotation marks.") % {"value": str(value)[:40]}, key)
            return ""
        if required and not value.strip():
            self.note(_("This must be filled in."), key)
        if has_strange_characters(value):
            self.note(_("The text has characters that cannot be seen. Write it again without copying."), key)
        if most and len(value) > most:
            self.note(_("At most %(most)s characters are allowed here.") % {"most": most}, key)
        if value and choices and value not in choices:
            self._note_choice(value, key, choices)
            return ""
        return value

    def texts(self, key: str, *, most: int = 0, required: bool = False) -> dict[str, str]:
        """A text in each language, under a key of its own."""
        value = self.value(key)
        if value is None:
            if required:
                self.note(_("This must be filled in."), key)
            return {}
        inner = Section(value, " › ".join(part for part in (self.place, key) if part), self.problems, line=self.line)
        found = inner.own_texts(most=most, required=required)
        inner.close()
        return found

    def own_texts(self, *, most: int = 0, required: bool = False) -> dict[str, str]:
        """A text in each language, by the keys fi, sv and en of this mapping."""
        found = {language: self.words(language, most=most, required=required and language == "fi") for language in LANGUAGES}
        return {language: words for language, words in found.items() if words}

    def number(self, key: str, default: int) -> int:
        """A whole number from 0."""
        value = self.value(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 32767:
            self.note(_("“%(value)s” is not a whole number.") % {"value": str(value)[:40]}, key)
            return default
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.value(key)
        if value is not None and not isinstance(value, bool):
            self.note(_("“%(value)s” is neither true nor false.") % {"value": str(value)[:40]}, key)
        return value is True

    def names(self, key: str, *, choices: Collection[str] = ()) -> tuple[str, ...]:
        """A list of names."""
        value = self.value(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.note(_("A list is expected here."), key)
            return ()
        if wrong := [each for each in value if not isinstance(each, str)]:
            self.note(_("“%(value)s” is no text: write it in quotation marks.") % {"value": str(wrong[0])[:40]}, key)
            return ()
        if choices and (unknown := [each for each in value if each not in choices]):
            self._note_choice(unknown[0], key, choices)
        if len(set(value)) < len(value):
            self.note(_("The same name is in the list twice."), key)
        return tuple(value)

    def sections(self, key: str, named_by: str = "") -> list[Section]:
        """A list of mappings, each known by one of its values or by its number."""
        value = self.value(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.note(_("A list is expected here."), key)
            return []
        found = []
        for number, each in enumerate(value, start=1):
            name = each.get(named_by) if named_by and isinstance(each, Mapping) else None
            shown = str(name)[:40] if name else f"{key} {number}"
            place = " › ".join(part for part in (self.place, shown) if part)
            found.append(Section(each, place, self.problems, line=self.line))
        return found

    def close(self) -> None:
        """Everything has been read: what is left is not known."""
        for name in self.raw:
            if name not in self.known:
                self.note(_("“%(name)s” is not known here.") % {"name": str(name)[:40]})

    def _note_choice(self, value: str, key: str, choices: Collection[str]) -> None:
        codes = ", ".join(sorted(filter(None, choices)))
        self.note(_("“%(value)s” is not one of: %(codes)s.") % {"value": value[:40], "codes": codes}, key)


__all__ = ["MarkedDict", "Section", "read_yaml"]
