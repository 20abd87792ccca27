"""Contrast of an accent colour as WCAG 2.2 computes it."""

from __future__ import annotations

import math
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LEAST_CONTRAST = 4.5
WHITE = "#ffffff"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def luminance(colour: str) -> float:
    """Relative luminance of a `#rrggbb` colour, from 0 (black) to 1 (white)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _downwards(ratio: float) -> str:
    """To one decimal and never upwards: 4.48 is not the 4.5 that it lacks."""
    return f"{math.floor(ratio * 10) / 10:.1f}"


def validate_accent(colour: str) -> None:
    """An accent colour carries white text and stands as text on white: both need a contrast of 4.5:1.

    In the dark theme the style sheet lightens the accent itself, so that one colour serves both.
    """
    if COLOUR.fullmatch(colour) and contrast(colour, WHITE) < LEAST_CONTRAST:
        raise ValidationError(
            _("The contrast of %(colour)s against white is %(ratio)s:1. It must be at least 4.5:1. Choose a darker colour."),
            code="contrast",
            params={"colour": colour, "ratio": _downwards(contrast(colour, WHITE))},
        )
