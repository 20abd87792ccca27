"""Rollouts as files to take along: a workbook, and paper."""

from adoption.exports.paper import NoPaper, paper
from adoption.exports.workbook import workbook

__all__ = ["NoPaper", "paper", "workbook"]
