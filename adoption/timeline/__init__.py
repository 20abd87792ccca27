"""The timeline of rollouts: what happened when, and where it stands in a drawing."""

from adoption.timeline.drawing import Bar, Drawing, DrawnLane, Lane, Mark, MarkKind, Span, Tick, draw
from adoption.timeline.lanes import lane_of, lanes_of

__all__ = ["Bar", "Drawing", "DrawnLane", "Lane", "Mark", "MarkKind", "Span", "Tick", "draw", "lane_of", "lanes_of"]
