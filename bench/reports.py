"""The monthly report: a month of a million conversations in five dimensions, 24 months, and every file of 30 services."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.places import ROOT, Place, say

MONTH, QUICK_MONTH = 1_000_000, 20_000
SERVICES, QUICK_SERVICES = 30, 3


def reports(place: Place, *, quick: bool, count: int = 0) -> dict[str, float]:
    """Seconds of the figures beside those of plain SQL over the same rows, of 24 months, and of the files."""
    rows = count or (QUICK_MONTH if quick else MONTH)
    say(f"  {place.name}: the report of a month of {rows:,} conversations")
    place.fresh()
    services = QUICK_SERVICES if quick else SERVICES
    command = [sys.executable, "-m", "bench.report_rows", str(rows), str(services)]
    made = subprocess.run(command, cwd=ROOT, env=place.env, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(made.stdout))
