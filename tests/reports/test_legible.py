"""Texts as files of tables can hold them: nothing is dropped in silence."""

from __future__ import annotations

import pytest

from reports.exports.legible import ILLEGAL, INSTEAD, LONGEST, cell_text, legible
from tests.reports.hostile import HOSTILE


@pytest.mark.parametrize("words", [*HOSTILE, "\ud800", "a\udfffb"])
def test_what_no_file_holds_is_seen(words: str) -> None:
    shown = cell_text(words)
    assert not ILLEGAL.search(shown) and "\r" not in shown
    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST
    assert shown.count(INSTEAD) >= bool(ILLEGAL.search(words))
    if len(words.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST:
        assert str(len(words)) in shown[-60:] and shown[:100] == legible(words)[:100]
