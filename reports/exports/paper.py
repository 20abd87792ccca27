"""The report on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from handbook.exports import NoPaperError, papers_at_once
from handbook.exports import paper as laid_out
from reports.report import Report

TEMPLATE = "reports/paper.html"
STYLE = Path(__file__).resolve().parents[1] / "static" / "reports" / "paper.css"


def paper(report: Report) -> bytes:
    """The report as a tagged PDF in its language. Raises NoPaperError."""
    return laid_out(TEMPLATE, context_of(report), style=STYLE)


def context_of(report: Report) -> dict[str, Any]:
    """What the template of the paper is given."""
    return {"report": report, "paper": True, "language": report.language}


__all__ = ["STYLE", "TEMPLATE", "NoPaperError", "context_of", "paper", "papers_at_once"]
