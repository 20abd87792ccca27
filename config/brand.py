"""A county's colours from its one accent colour, with enough contrast in light and in dark (WCAG 1.4.3, 1.4.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

DARK_PAGE = "#1c2531"
TEXT_CONTRAST = 4.5
_ALGORITHM = "4"


@dataclass(frozen=True, slots=True)
class Palette:
    """What the stylesheet needs: the fill, the text on it, text and borders in the accent, and a quiet tint."""

    fill: str
    fill_hover: str
    on_fill: str
    text: str
    tint: str
    line: str


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0–1) of `other` in it."""
    mixed = (round(a + (b - a) * share) for a, b in zip(_channels(colour), _channels(other), strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _luminance(colour: str) -> float:
    parts = []
    for channel in _channels(colour):
        c = channel / 255
        parts.append(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG defines it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _readable(colour: str, backgrounds: Sequence[str], towards: str) -> str:
    """`colour` moved towards `towards` only as far as text on each of the backgrounds needs."""
    for step in range(21):
        candidate = _mix(colour, towards, step / 20)
        if all(contrast(candidate, background) >= TEXT_CONTRAST for background in backgrounds):
            return candidate
    return towards


def palette(accent: str, *, dark: bool) -> Palette:
    """The county's palette for light or for dark surroundings."""
    accent = accent.lower()
    if dark:
        tint = _mix(DARK_PAGE, accent, 0.22)
        text = _readable(accent, (tint, DARK_PAGE), "#ffffff")
        hover, line = _mix(text, "#ffffff", 0.25), _mix(DARK_PAGE, text, 0.45)
        return Palette(fill=text, fill_hover=hover, on_fill="#0d131b", text=text, tint=tint, line=line)
    tint = _mix("#ffffff", accent, 0.07)
    fill = _readable(accent, (tint, "#ffffff"), "#000000")
    hover, line = _mix(fill, "#000000", 0.22), _mix("#ffffff", fill, 0.3)
    return Palette(fill=fill, fill_hover=hover, on_fill="#ffffff", text=fill, tint=tint, line=line)


def _rules(colours: Palette) -> str:
    names = {
        "accent": colours.fill,
        "accent-hover": colours.fill_hover,
        "on-accent": colours.on_fill,
        "accent-text": colours.text,
        "accent-tint": colours.tint,
        "accent-line": colours.line,
    }
    return "".join(f"--nl-{name}:{value};" for name, value in names.items())


def stylesheet(accent: str) -> str:
    """The county's own stylesheet: values of the tokens that `portal.css` uses, and nothing else."""
    light, dark = _rules(palette(accent, dark=False)), _rules(palette(accent, dark=True))
    return f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n@media print{{:root{{{light}}}}}\n"


def digest(accent: str) -> str:
    """A short name of the stylesheet's contents, so that browsers may keep it for ever."""
    return sha256(f"{_ALGORITHM}:{accent.lower()}".encode()).hexdigest()[:10]
