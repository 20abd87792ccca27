"""The board of rollouts: 40 rollouts of 24 items, as rows and as a page at the server."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import httpx

from bench.places import ROOT, Place, say

ROLLOUTS = 40
PAGE = "/fi/kayttoonotto/taulu/"


def rollouts(place: Place) -> dict[str, float]:
    """Queries and milliseconds (p95) of the board’s own work, and p95 of its page at the server."""
    say(f"  {place.name}: the board of {ROLLOUTS} rollouts")
    place.fresh()
    made = json.loads(
        subprocess.run(
            [sys.executable, "-m", "bench.rollout_rows", str(ROLLOUTS)], cwd=ROOT, env=place.env, check=True, capture_output=True
        ).stdout
    )
    server = place.portal()
    times = []
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
            for _ in range(60):
                began = time.monotonic()
                answer = client.get(PAGE, headers={"cookie": made["cookie"]})
                times.append((time.monotonic() - began) * 1000)
                if answer.status_code != 200:
                    raise RuntimeError(f"{PAGE} answered {answer.status_code}")
    finally:
        server.kill()
    return {
        "rollout_queries": made["queries"],
        "rollout_board_p95": made["p95"],
        "rollout_page_p95": sorted(times[10:])[int(len(times[10:]) * 0.95)],
    }
