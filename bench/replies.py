"""Finding things beside a conversation: 2,000 quick replies as the picker does, and 200 chapters of the handbook."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import cycle, islice
from urllib.parse import quote

import httpx

from bench.places import ROOT, Place, say

REPLIES, CHAPTERS = 2000, 200
ROUNDS, WARM = 120, 20


def replies(place: Place) -> dict[str, float]:
    """Milliseconds (p95) of the search alone and of the first list with its suggestions; and of their pages at the server."""
    say(f"  {place.name}: the search of {REPLIES} quick replies and {CHAPTERS} chapters")
    place.fresh()
    made = json.loads(
        subprocess.run(
            [sys.executable, "-m", "bench.reply_rows", str(REPLIES), str(CHAPTERS)],
            cwd=ROOT,
            env=place.env,
            check=True,
            capture_output=True,
        ).stdout
    )
    picker, queries = f"/fi/vastaaja/{made['conversation']}/pikavastaukset/", [quote(words) for words in made["queries"]]
    server = place.portal()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
            headers = {"cookie": made["cookie"], "accept": "application/json"}
            first = _p95(client, [f"{picker}?q="], headers)
            searched = _p95(client, [f"{picker}?q={words}" for words in queries], headers)
            chapters = _p95(client, [f"/fi/kasikirja/?q={words}" for words in queries], {"cookie": made["cookie"]})
    finally:
        server.kill()
    return {
        "reply_search_p95": made["search"],
        "reply_list_p95": made["list"],
        "reply_search_page_p95": searched,
        "reply_list_page_p95": first,
        "chapter_search_page_p95": chapters,
    }


def _p95(client: httpx.Client, pages: list[str], headers: dict[str, str]) -> float:
    times = []
    for page in islice(cycle(pages), ROUNDS):
        began = time.monotonic()
        answer = client.get(page, headers=headers)
        times.append((time.monotonic() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{page} answered {answer.status_code}")
    return sorted(times[WARM:])[int(len(times[WARM:]) * 0.95)]
