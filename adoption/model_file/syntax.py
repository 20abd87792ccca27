"""What the YAML parser says of a text that is no YAML, in the words of the person who chose the file.

The parser speaks English and names the marks of its grammar; a main user is told what to do with the line.
"""

from __future__ import annotations

from collections.abc import Callable

import yaml
from django.utils.translation import gettext as _

Told = Callable[[], str]
# By how the parser's message begins, the longer one first. Each is said when asked, in the language of the page.
SAID: tuple[tuple[str, Told], ...] = (
    ("found character '\\t'", lambda: _("there is a tabulator: indent with spaces only")),
    ("found character", lambda: _("a text may not begin with this sign: put the text in quotation marks")),
    ("could not find expected ':'", lambda: _("a colon is missing after a name")),
    ("mapping values are not allowed", lambda: _("there is a colon where none can be: put the text in quotation marks")),
    ("mapping keys are not allowed", lambda: _("a name cannot stand here: check the indentation")),
    ("sequence entries are not allowed", lambda: _("a line of a list cannot stand here: check the indentation")),
    ("expected <block end>", lambda: _("it does not fit what stands above: check the indentation and the quotation marks")),
    ("expected ',' or ']'", lambda: _("a comma or the bracket “]” is missing")),
    ("expected ',' or '}'", lambda: _("a comma or the bracket “}” is missing")),
    ("expected the node content", lambda: _("a value is missing")),
    ("found unexpected end of stream", lambda: _("a quotation mark is not closed")),
    ("found unexpected document separator", lambda: _("a quotation mark is not closed")),
    ("found unknown escape character", lambda: _("a backslash in double quotation marks: write it twice")),
    ("expected escape sequence", lambda: _("a backslash in double quotation marks: write it twice")),
    ("but found another document", lambda: _("there are several documents in the file: only one is allowed")),
    ("found unhashable key", lambda: _("a name must be a text")),
    ("found duplicate anchor", lambda: _("a reference to another place is not allowed")),
)


WHERE_IT_BEGINS = ("found unexpected end of stream", "could not find expected ':'")
"""What is noticed only further on: the line on which it begins is the one to correct."""


class Refusal(yaml.MarkedYAMLError):
    """What the reader itself does not allow: said in the person's language already."""


def in_words(error: yaml.YAMLError) -> tuple[str, int]:
    """The reason, and the line on which the parser noticed it (0: unknown)."""
    problem = getattr(error, "problem", None) or ""
    mark = getattr(error, "context_mark" if problem in WHERE_IT_BEGINS else "problem_mark", None)
    line = mark.line + 1 if mark is not None else 0
    if isinstance(error, Refusal):
        return problem, line
    if isinstance(error, yaml.reader.ReaderError):
        return _("there are signs that cannot be seen, or that no text has"), 0
    found = next((told for begins, told in SAID if problem.startswith(begins)), None)
    return found() if found else _("the line cannot be read: check its indentation, colons and quotation marks"), line


def line_of(text: str, number: int) -> str:
    """The line itself, so that it is found in the file: at most sixty characters."""
    lines = text.splitlines()
    words = lines[min(number, len(lines)) - 1].strip() if number and lines else ""
    return f"{words[:59]}…" if len(words) > 60 else words


__all__ = ["Refusal", "in_words", "line_of"]
