"""The handbook as files."""

from handbook.exports.papers import BusyError, NoPaperError, paper

__all__ = ["BusyError", "NoPaperError", "paper"]
