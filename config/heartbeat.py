"""Whether background jobs run: the worker leaves a mark, and `/readyz` and `/metrics` tell its age.

The mark lies where the worker and the web processes both look: the shared cache of an installation with Redis, else a file
in `var/`.
"""

from __future__ import annotations

import math
import time

from django.conf import settings
from django.core.cache import cache

KEY = "jobs-alive"
LATE_AFTER_SECONDS = 300.0


def mark(*, now: float | None = None) -> None:
    """The worker lives."""
    at = time.time() if now is None else now
    if settings.REDIS_URL:
        cache.set(KEY, at, timeout=None)
    else:
        path = settings.VAR_DIR / "jobs" / "alive"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(at))


def age(*, now: float | None = None) -> float | None:
    """Seconds since the last mark; None when there has never been one."""
    at: float | None
    if settings.REDIS_URL:
        at = cache.get(KEY)
    else:
        path = settings.VAR_DIR / "jobs" / "alive"
        at = float(path.read_text() or "nan") if path.is_file() else None
    if at is None or math.isnan(at):  # a mark that is just being written reads as not-a-number
        return None
    return max(0.0, (time.time() if now is None else now) - at)
