"""Where the report may be broken into pages: a note is never alone, away from its table."""

from __future__ import annotations

from typing import Any

import pytest

from reports.exports.paper import STYLE

NOTE = "Alle viiden henkilön lukuja ei kerrota."


def pages_of(rows: int) -> list[str]:
    """The words of each page of a table of so many rows with its note."""
    body = "".join(f'<tr><th scope="row">R{n}.</th><td>1</td></tr>' for n in range(rows))
    table = f'<table class="nlr-table"><thead><tr><th>Kunta</th><th>n</th></tr></thead><tbody>{body}</tbody></table>'
    html = f'<div class="nlr-wide"><h3>Kunta</h3><div class="nlr-scroll">{table}</div><p class="nl-soft">{NOTE}</p></div>'
    weasyprint: Any = pytest.importorskip("weasyprint")
    laid_out = weasyprint.HTML(string=html).render(stylesheets=[weasyprint.CSS(string=STYLE.read_text())])
    return [" ".join(box.text for box in page._page_box.descendants() if hasattr(box, "text")) for page in laid_out.pages]


def test_a_note_stays_with_its_table() -> None:
    seen = set()
    for rows in range(15, 26):
        pages = pages_of(rows)
        seen.add(len(pages))
        assert NOTE in pages[-1] and f"R{rows - 1}." in pages[-1], rows
    assert seen == {1, 2}
