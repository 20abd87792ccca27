"""The nine-point definition of a service and its live counterpart: what each says, and where they differ (S000-40)."""

from adoption.definition.differences import Difference, compare, still_missing
from adoption.definition.live import Live, read_live
from adoption.definition.paths import Path, Side, Value, is_empty
from adoption.definition.said import side_of
from adoption.definition.shape import DEFINITION, POINTS, QUEUES, Definition, QueueRow, TargetRow, from_stored, to_stored

__all__ = [
    "DEFINITION",
    "POINTS",
    "QUEUES",
    "Definition",
    "Difference",
    "Live",
    "Path",
    "QueueRow",
    "Side",
    "TargetRow",
    "Value",
    "compare",
    "from_stored",
    "is_empty",
    "read_live",
    "side_of",
    "still_missing",
    "to_stored",
]
