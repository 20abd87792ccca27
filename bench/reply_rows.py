"""Rows of replies and chapters, and what searching replies takes: `python -m bench.reply_rows REPLIES CHAPTERS` prints JSON."""

from __future__ import annotations

import json
import os
import random
import sys
from time import perf_counter
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from accounts.actors import Resident, Staff  # noqa: E402
from accounts.models import User  # noqa: E402
from bench.rows import place, session_of  # noqa: E402
from chat.models import Conversation  # noqa: E402
from chat.operations import claim_conversation, start_conversation  # noqa: E402
from handbook.choices import VersionState  # noqa: E402
from handbook.models import Chapter, ChapterVersion, QuickReply  # noqa: E402
from handbook.operations.replies_content import read_replies  # noqa: E402
from handbook.replies.shelf import find_replies  # noqa: E402
from handbook.shipped import shipped_texts  # noqa: E402
from services.models import County, Queue  # noqa: E402

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


def write_chapters(county: County, count: int, chance: random.Random) -> None:
    """Published chapters, each as long as a shipped one, with the paragraphs of the shipped ones mixed."""
    shipped = shipped_texts().values()
    paragraphs = {code: [part for text in shipped for part in text.body.map()[code].split("\n\n")] for code in ("fi", "sv", "en")}
    made = Chapter.objects.bulk_create(Chapter(county=county, key=f"luku-{number}", order=number) for number in range(count))
    ChapterVersion.objects.bulk_create(
        ChapterVersion(
            chapter=chapter,
            number=1,
            state=VersionState.PUBLISHED,
            published_at=timezone.now(),
            title={code: f"{chance.choice(parts)[:40]} {chapter.order}" for code, parts in paragraphs.items()},
            purpose={code: chance.choice(parts)[:200] for code, parts in paragraphs.items()},
            body={code: "\n\n".join(chance.choices(parts, k=20)) for code, parts in paragraphs.items()},
        )
        for chapter in made
    )


def begin_talk(queue: Queue, responder: User) -> Conversation:
    """A conversation that the responder has."""
    now = timezone.now()
    talk = start_conversation(by=Resident(key=uuid4()), service=queue.service, token=uuid4(), body=SAID[0], now=now)
    claim_conversation(by=Staff(responder.pk), conversation=talk.public_id, now=now)
    return talk


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
    write_chapters(queue.service.county, int(sys.argv[2]), chance)
    talk = begin_talk(queue, users[0])
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
    told = {"search": p95(searched), "list": p95(listed), "queries": QUERIES}
    sys.stdout.write(json.dumps({**told, "conversation": str(talk.public_id), "cookie": session_of(users[0])}))


if __name__ == "__main__":
    main()
