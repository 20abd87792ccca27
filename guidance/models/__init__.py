"""Paths, their versions, and how residents walk them."""

from guidance.models.paths import Path, PathVersion
from guidance.models.sessions import PathFeedback, PathSession, PathStep

__all__ = ["Path", "PathFeedback", "PathSession", "PathStep", "PathVersion"]
