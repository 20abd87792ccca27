"""The handbook as files."""

from handbook.exports.paper import NoPaperError, paper

__all__ = ["NoPaperError", "paper"]
