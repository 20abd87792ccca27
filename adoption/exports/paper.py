"""The board and the report on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from handbook.exports import NoPaperError
from handbook.exports import paper as laid_out

STYLE = Path(__file__).resolve().parents[1] / "static" / "adoption" / "paper.css"


def paper(template: str, context: dict[str, Any]) -> bytes:
    """The template as a PDF in the style of adoption’s papers. Raises NoPaperError."""
    return laid_out(template, context, style=STYLE)


__all__ = ["NoPaperError", "paper"]
