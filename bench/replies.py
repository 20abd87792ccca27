"""The search of quick replies: 2,000 of them in three languages, searched at the server as the picker does."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.places import ROOT, Place, say

REPLIES = 2000


def replies(place: Place) -> dict[str, float]:
    """Milliseconds (p95) of a search by code, by name and by text, and of the first list with its suggestions."""
    say(f"  {place.name}: the search of {REPLIES} quick replies")
    place.fresh()
    made = subprocess.run(
        [sys.executable, "-m", "bench.reply_rows", str(REPLIES)], cwd=ROOT, env=place.env, check=True, capture_output=True
    )
    found = json.loads(made.stdout)
    return {"reply_search_p95": found["search"], "reply_list_p95": found["list"]}
