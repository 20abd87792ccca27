"""For the board: the words of a gate, and addresses of rollouts, those of another county on its own host."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from adoption.board import WORDS, GateCell, GateShape
from adoption.board import gate_words as words_of_gate
from adoption.models import ModelGate, Rollout, RolloutItem
from adoption.templatetags.adoption_words import on_own_host

register = template.Library()


@register.filter
def gate_words(cell: GateCell) -> str:
    """How the gate stands."""
    return words_of_gate(cell)


@register.simple_tag
@cache
def gate_mark(shape: str, hard: bool) -> SafeString:
    """The shape of a gate, drawn once: a board shows hundreds of them."""
    return render_to_string("adoption/board/gate_mark.html", {"shape": shape, "hard": hard})


@register.simple_tag
def gate_shapes() -> list[tuple[GateShape, str]]:
    """Every shape with its words, for the key of the board."""
    return [(shape, str(words)) for shape, words in WORDS.items()]


@register.simple_tag(takes_context=True)
def rollout_address(context: dict[str, Any], rollout: Rollout) -> str:
    """Where the rollout’s page is; empty when it is of a county that has no host name of its own."""
    return on_own_host(context, rollout, reverse("adoption:rollout", args=[rollout.public_id]))


@register.simple_tag(takes_context=True)
def item_address(context: dict[str, Any], item: RolloutItem) -> str:
    """Where the item’s page is."""
    return on_own_host(context, item.rollout, reverse("adoption:item", args=[item.rollout.public_id, item.public_id]))


@register.simple_tag(takes_context=True)
def gate_address(context: dict[str, Any], rollout: Rollout, gate: ModelGate) -> str:
    """Where the gate’s page is."""
    return on_own_host(context, rollout, reverse("adoption:gate", args=[rollout.public_id, gate.key]))
