"""How a gate stands, in words: beside its shape on the board, and alone in files."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from adoption.board.rows import GateCell, GateShape

WORDS: Mapping[GateShape, Promise] = {
    GateShape.PASSED: _("Passed"),
    GateShape.CONDITIONS: _("Passed with conditions"),
    GateShape.NO_GO: _("No-go"),
    GateShape.POSTPONED: _("Postponed"),
    GateShape.READY: _("Ready for a verdict"),
    GateShape.WAITING: _("Not yet"),
}


def gate_words(cell: GateCell) -> str:
    """Passed, ready for a verdict, or how much it still waits for."""
    if cell.shape == GateShape.WAITING:
        return ngettext("%(n)s thing is unfinished", "%(n)s things are unfinished", cell.unmet) % {"n": cell.unmet}
    return str(WORDS[cell.shape])
