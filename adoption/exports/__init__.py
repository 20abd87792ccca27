"""Rollouts as files to take along: a workbook, and paper."""

from adoption.exports.paper import NoPaperError, paper
from adoption.exports.workbook import workbook

__all__ = ["NoPaperError", "paper", "workbook"]
