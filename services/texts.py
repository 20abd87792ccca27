"""The one place where a missing translation falls back, and says so.

Settings have a column for each language and no silent fallback. A page that must show something asks here, and marks a text
in another language with `lang`, so that a screen reader pronounces it right (WCAG 3.1.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FALLBACKS = ("fi", "sv", "en")

Texts = Mapping[str, str]
"""One text in each language in which somebody wrote it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is shown: its words, the language they are in and the language that was asked for."""

    value: str
    language: str
    asked: str

    def __str__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return bool(self.value)

    @property
    def fell_back(self) -> bool:
        """The words are in another language than the page: their element needs a `lang` attribute."""
        return self.language != self.asked


def pick(texts: Texts, language: str) -> Text:
    """The text in the asked language, else in Finnish, Swedish or English; empty when nobody wrote any."""
    for code in (language, *FALLBACKS):
        value = texts.get(code) or ""
        if value.strip():
            return Text(value, code, language)
    return Text("", language, language)


def texts_of(obj: object, field: str) -> dict[str, str]:
    """A translated field in every language that has words."""
    found = {code: getattr(obj, f"{field}_{code}") or "" for code in FALLBACKS}
    return {code: value for code, value in found.items() if value.strip()}


def text(obj: object, field: str, language: str) -> Text:
    """A row's translated field as it is shown on a page in the language."""
    return pick(texts_of(obj, field), language)
