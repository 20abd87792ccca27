"""The handbook as files."""

from handbook.exports.papers import BusyError, NoPaperError, paper, papers_at_once

__all__ = ["BusyError", "NoPaperError", "paper", "papers_at_once"]
