"""Rows of quick replies, and what searching them takes: `python -m bench.reply_rows COUNT` prints JSON."""

from __future__ import annotations

import json
import os
import random
import sys
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from accounts.actors import Staff  # noqa: E402
from bench.rows import place  # noqa: E402
from handbook.models import QuickReply  # noqa: E402
from handbook.operations.replies_content import read_replies  # noqa: E402
from handbook.replies.shelf import find_replies  # noqa: E402

QUERIES = (
    "112",
    "terv",
    "muistista",
    "reseptin uusiminen",
    "tunnistautuminen ei onnistu",
    "hemvård",
    "förgiftning",
    "prescription",
)
SAID = ("Hei, äitini muisti on huonontunut ja hän eksyi eilen kotimatkalla.", "Mistä saamme apua kotiin?")


def mixed(texts: list[str], chance: random.Random) -> str:
    """A new text of the words of two shipped ones."""
    words = f"{chance.choice(texts)} {chance.choice(texts)}".split()
    chance.shuffle(words)
    return " ".join(words[:40])


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def main() -> None:
    """Fill the table, then search again and again."""
    queue, users = place()
    shipped, chance, now = read_replies().quick_replies, random.Random(7), timezone.now()
    texts = {code: [getattr(row, code) for row in shipped] for code in ("fi", "sv", "en")}
    titles = {code: [getattr(row.title, code) for row in shipped] for code in texts}
    QuickReply.objects.bulk_create(
        QuickReply(
            county=queue.service.county,
            key=f"r{number}",
            shortcut=f"/vastaus{number}",
            approved_at=now,
            uses=chance.randrange(500),
            **{f"title_{code}": f"{chance.choice(titles[code])} {number}"[:80] for code in texts},
            **{f"text_{code}": mixed(texts[code], chance) for code in texts},
        )
        for number in range(int(sys.argv[1]))
    )
    by, today = Staff(users[0].pk), timezone.localdate()
    find_replies(queue=queue, by=by, on=today, query="112", language="fi")  # the index is built once
    searched, listed = [], []
    for _ in range(12):
        for query in QUERIES:
            began = perf_counter()
            find_replies(queue=queue, by=by, on=today, query=query, language="fi")
            searched.append((perf_counter() - began) * 1000)
        began = perf_counter()
        find_replies(queue=queue, by=by, on=today, said=SAID, language="fi")
        listed.append((perf_counter() - began) * 1000)
    sys.stdout.write(json.dumps({"search": p95(searched), "list": p95(listed)}))


if __name__ == "__main__":
    main()
