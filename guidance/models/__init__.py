"""Paths, their versions, and how residents walk them."""

from guidance.models.checks import PathCheck
from guidance.models.desk import ApprovalRequest, Redirect
from guidance.models.paths import Path, PathVersion
from guidance.models.searches import MissedSearch
from guidance.models.sessions import PathFeedback, PathSession, PathStep

__all__ = [
    "ApprovalRequest",
    "MissedSearch",
    "Path",
    "PathCheck",
    "PathFeedback",
    "PathSession",
    "PathStep",
    "PathVersion",
    "Redirect",
]
