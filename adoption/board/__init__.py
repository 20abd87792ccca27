"""The board of coordinators and managers: which rollouts are shown, and what is told of each."""

from adoption.board.rows import BoardRow, GateCell, GateShape, PhaseCell, board_rows, in_order, shape_of
from adoption.board.shown import EVERY_COUNTY, Board, Options, Wanted, board_of, people_in
from adoption.board.words import WORDS, gate_words

__all__ = [
    "EVERY_COUNTY",
    "WORDS",
    "Board",
    "BoardRow",
    "GateCell",
    "GateShape",
    "Options",
    "PhaseCell",
    "Wanted",
    "board_of",
    "board_rows",
    "gate_words",
    "in_order",
    "people_in",
    "shape_of",
]
