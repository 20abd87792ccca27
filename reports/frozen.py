"""A month's figures as they are kept: exact, in one written form, so that a difference is a difference. Reads nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from reports.metrics.figure import Figure

Kept = dict[str, Any]


def kept(figures: Mapping[str, Figure]) -> Kept:
    """Each figure with what it was made of; exact values are written as fractions (“425/8”)."""
    return {code: _one(figure) for code, figure in sorted(figures.items())}


def digest_of(figures: Kept, *, formulas: str) -> str:
    """The same figures by the same formulas have the same digest, whatever the database."""
    text = json.dumps([formulas, figures], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def figures_from(figures: Kept) -> dict[str, Figure]:
    """The figures again, as they were."""
    return {code: _figure(code, each) for code, each in figures.items()}


def differences(before: Kept, after: Kept) -> list[Kept]:
    """What differs, by metric: values, and what they were made of."""
    codes = sorted(before.keys() | after.keys())
    return [
        {"metric": code, "before": before.get(code), "after": after.get(code)}
        for code in codes
        if before.get(code) != after.get(code)
    ]


def _one(figure: Figure) -> Kept:
    return {
        "value": _text(figure.value),
        "unit": figure.unit,
        "n": figure.n,
        "known": figure.known,
        "parts": [[code, n] for code, n in figure.parts],
        "beside": {code: _text(value) for code, value in sorted(figure.beside.items())},
        "based_on": list(figure.based_on) if figure.based_on else None,
        "notes": list(figure.notes),
    }


def _figure(code: str, each: Kept) -> Figure:
    return Figure(
        code,
        _exact(each["value"]),
        each["unit"],
        each["n"],
        [(part, n) for part, n in each["parts"]],
        {name: _exact(value) for name, value in each["beside"].items()},
        each["known"],
        (each["based_on"][0], each["based_on"][1]) if each["based_on"] else None,
        each["notes"],
    )


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(Fraction(value))


def _exact(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
