"""One thing that both sides tell: where it stands, and its value as both sides can be asked for it. Reads nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

Value = str | int | bool | tuple[str, ...] | None
SLOT = re.compile(r"[a-z0-9]{1,32}")
_PATH = re.compile(r"(?P<kind>service|queue|target|report)\.(?P<slot>[a-z0-9]{0,32})\.(?P<name>[a-z_]{0,40})")


class Path(NamedTuple):
    """A value of the service, or of one of its queues or targets. Without a name: the whole row."""

    kind: str
    slot: str = ""
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}.{self.slot}.{self.name}"

    @property
    def row(self) -> Path:
        """The row in which it stands."""
        return Path(self.kind, self.slot)

    @property
    def is_row(self) -> bool:
        """It is a whole queue or target."""
        return self.kind in ("queue", "target") and not self.name

    @staticmethod
    def parse(text: str) -> Path | None:
        """A path as a page sends it; None when it is none."""
        match = _PATH.fullmatch(text)
        return Path(match["kind"], match["slot"], match["name"]) if match else None


Side = Mapping[Path, Value]
"""All that one side tells."""


def plain(value: Value) -> Value:
    """The value as it is compared: no spaces at the ends, one kind of line end, and one kind of nothing."""
    if isinstance(value, str):
        value = "\n".join(line.rstrip() for line in value.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n"))
    return None if is_empty(value) else value


def is_empty(value: Value) -> bool:
    """Nothing is told."""
    return value is None or value is False or value == () or (isinstance(value, str) and not value.strip())
