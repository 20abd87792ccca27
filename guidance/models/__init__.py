"""Paths, their versions, and how residents walk them."""

from guidance.models.paths import Path, PathVersion
from guidance.models.searches import MissedSearch
from guidance.models.sessions import PathFeedback, PathSession, PathStep

__all__ = ["MissedSearch", "Path", "PathFeedback", "PathSession", "PathStep", "PathVersion"]
