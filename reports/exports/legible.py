"""Texts that people wrote, as files of tables can hold them. What cannot be held is not dropped in silence."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no place for."""
INSTEAD = "\ufffd"
RICH = ("<r>", "</r>")
"""What begins and ends so would be put into the file by XlsxWriter as it is, as markup of its own."""
LONGEST = 32_767
"""Most letters of a cell, as Excel counts them: one beyond the sixteen bits is two."""


def legible(text: str) -> str:
    """The text with a mark in the place of each letter that no file holds; lines end in one way."""
    return ILLEGAL.sub(INSTEAD, text.replace("\r\n", "\n").replace("\r", "\n"))


def cell_text(text: str) -> str:
    """The text as a cell of a workbook holds it; one that is too long is cut, and says how long it was."""
    found = legible(text)
    if found.startswith(RICH[0]) and found.endswith(RICH[1]):
        found += " "
    if _size(found) <= LONGEST:
        return found
    end = _(" … [cut: the text had %(n)s characters]") % {"n": len(text)}
    room = LONGEST - _size(end)
    kept = found.encode("utf-16-le")[: room * 2].decode("utf-16-le", errors="ignore")
    return kept + end


def _size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
