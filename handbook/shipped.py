"""The content that ships with the handbook, from YAML in `handbook/content/`: typed; a wrong key is an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from accounts.choices import Role

CONTENT = Path(__file__).resolve().parent / "content"
# The content's word for a role is that of the adoption model.
ROLES: dict[str, str] = {"project_coordinator": Role.COORDINATOR}
T = TypeVar("T")


class Strict(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A key that nobody reads is a mistake."""


class Words(Strict, frozen=True):
    """A text: Finnish always, Swedish and English as far as they are written."""

    fi: str
    sv: str = ""
    en: str = ""

    def map(self) -> dict[str, str]:
        """The languages that have words."""
        return {code: words.strip() for code, words in (("fi", self.fi), ("sv", self.sv), ("en", self.en)) if words.strip()}


class Value(Strict, frozen=True):
    """One of the values that the county answers by (S001-17)."""

    key: str
    fi: str
    sv: str
    en: str


class Duty(Strict, frozen=True):
    """What a text must contain: whoever publishes it confirms that it does."""

    key: str
    fi: str
    sv: str
    en: str
    values: list[Value] = []
    see: str = ""


class ChapterFacts(Strict, frozen=True):
    """One chapter as handbook.yaml tells it."""

    key: str
    order: int
    title: Words
    owner: str
    review_months: int
    orientation_mandatory: bool
    purpose: Words
    must_contain: list[Duty] = []
    per_service: bool = False
    live_data: str = ""
    linked_flow: str = ""
    first_instance: Words | None = None
    source: str = ""

    @property
    def owner_role(self) -> str:
        """The role that looks after it."""
        return str(Role(ROLES.get(self.owner, self.owner)))


class HandbookFacts(Strict, frozen=True):
    """The handbook as a whole."""

    key: str
    version: int
    name: Words
    shared_by: str
    rules: list[str]


class HandbookFile(Strict, frozen=True):
    """handbook.yaml."""

    handbook: HandbookFacts
    chapters: list[ChapterFacts]


class Answer(Strict, frozen=True):
    """A choice of a check question."""

    text: Words
    right: bool


class CheckQuestion(Strict, frozen=True):
    """A question by which a reader sees whether she has understood."""

    key: str
    text: Words
    answers: list[Answer]
    why: Words


class SectionText(Strict, frozen=True):
    """What one service adds to a chapter, for the counties that have the service."""

    service: str
    body: Words
    questions: list[CheckQuestion] = []


class ChapterText(Strict, frozen=True):
    """The starter text of one chapter, in Markdown."""

    key: str
    body: Words
    questions: list[CheckQuestion] = []
    sections: list[SectionText] = []


class Guide(Strict, frozen=True):
    """The residents' guide page."""

    title: Words
    purpose: Words
    body: Words


class Notice(Strict, frozen=True):
    """The first notice of the staff's board."""

    title: Words
    body: Words


class TextsFile(Strict, frozen=True):
    """chapters.yaml."""

    chapters: list[ChapterText] = []
    guide: Guide | None = None
    notice: Notice | None = None


def read(name: str, kind: type[T]) -> T:
    """One file of the content. Raises msgspec.ValidationError when it is not what it should be."""
    return msgspec.convert(yaml.safe_load((CONTENT / f"{name}.yaml").read_text(encoding="utf-8")), kind)


@cache
def shipped_handbook() -> HandbookFile:
    """The chapters in their order."""
    return read("handbook", HandbookFile)


@cache
def texts_file() -> TextsFile:
    """The starter texts of chapters, of the residents' guide and of the first notice."""
    return read("chapters", TextsFile) if (CONTENT / "chapters.yaml").is_file() else TextsFile()


@cache
def shipped_texts() -> dict[str, ChapterText]:
    """The starter texts by the chapter's key; a chapter without one begins with what it is for."""
    return {text.key: text for text in texts_file().chapters}


def duties_of(facts: ChapterFacts, all_chapters: list[ChapterFacts]) -> list[dict[str, Any]]:
    """What the chapter must contain; a duty that points to another chapter's has its values."""
    found = []
    for duty in facts.must_contain:
        named = duty
        if duty.see:
            named = next(each for chapter in all_chapters if chapter.key == duty.see for each in chapter.must_contain)
        values = [msgspec.to_builtins(value) for value in named.values]
        found.append({"key": duty.key, "text": {"fi": duty.fi, "sv": duty.sv, "en": duty.en}, "values": values})
    return found
