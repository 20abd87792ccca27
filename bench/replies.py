"""Finding things beside a conversation: 2,000 quick replies as the picker does, also in a browser, and 200 chapters."""

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
    """Milliseconds (p95) of the search alone and of the first list with its suggestions; of their pages at the server; and from the
    key “/” to the list on a responder's screen.
    """
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
    place.manage("collectstatic", "--noinput", "-v0")  # the browser needs the console's own scripts
    server = place.portal()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
            headers = {"cookie": made["cookie"], "accept": "application/json"}
            first = _p95(client, [f"{picker}?q="], headers)
            searched = _p95(client, [f"{picker}?q={words}" for words in queries], headers)
            chapters = _p95(client, [f"/fi/kasikirja/?q={words}" for words in queries], {"cookie": made["cookie"]})
        seen = _in_a_browser({"port": server.port, "conversation": made["conversation"], "cookie": made["cookie"]}, place)
    finally:
        server.kill()
    return {
        "reply_search_p95": made["search"],
        "reply_list_p95": made["list"],
        "reply_search_page_p95": searched,
        "reply_list_page_p95": first,
        "chapter_search_page_p95": chapters,
        **seen,
    }


def _in_a_browser(given: dict[str, object], place: Place) -> dict[str, float]:
    """What the responder waits for; nothing where there is no browser, and what went wrong is told."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.picker"],
        cwd=ROOT,
        env=place.env,
        input=json.dumps(given).encode(),
        check=False,
        stdout=subprocess.PIPE,
    )
    if told.returncode:
        say("  the picker could not be measured in a browser")
        return {}
    return dict(json.loads(told.stdout))


def _p95(client: httpx.Client, pages: list[str], headers: dict[str, str]) -> float:
    times = []
    for page in islice(cycle(pages), ROUNDS):
        began = time.monotonic()
        answer = client.get(page, headers=headers)
        times.append((time.monotonic() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{page} answered {answer.status_code}")
    return sorted(times[WARM:])[int(len(times[WARM:]) * 0.95)]
