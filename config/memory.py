"""What pages share for a second or two in one process: so a thousand readers ask the database no more than one does.

A memory belongs to the county object that `services.hosts` remembers: when that is forgotten, so is this. House rule: a
board is recomputed at most once a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from services.models import County

T = TypeVar("T")
_kept: dict[tuple[int, str], tuple[County, float, Any]] = {}


def remembered(county: County, topic: str, seconds: float, read: Callable[[], T]) -> T:
    """What `read` answered at most so many seconds ago for this county object, else its answer now."""
    key = (county.pk, topic)
    now = time.monotonic()
    kept = _kept.get(key)
    if kept is not None and kept[0] is county and now - kept[1] < seconds:
        value: T = kept[2]
        return value
    value = read()
    _kept[key] = (county, now, value)
    return value
