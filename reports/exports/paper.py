"""The report on paper."""

from __future__ import annotations

from pathlib import Path

from handbook.exports import NoPaperError
from handbook.exports import paper as laid_out
from reports.report import Report

STYLE = Path(__file__).resolve().parents[1] / "static" / "reports" / "paper.css"


def paper(report: Report) -> bytes:
    """The report as a tagged PDF in its language. Raises NoPaperError."""
    return laid_out("reports/paper.html", {"report": report, "paper": True, "language": report.language}, style=STYLE)


__all__ = ["NoPaperError", "paper"]
