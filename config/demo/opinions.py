"""What residents of the made-up past thought of it (assumed shares that agree with what counties have published).

Each opinion hangs on its conversation's own id, so that it disturbs no other chance of the past.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from chat.choices import Settled, Status, WhyChat
from chat.models import Conversation, Feedback

T = TypeVar("T")
ASKED: Mapping[str, float] = {Status.ANSWERED: 0.86, Status.ABANDONED: 0.3, Status.SHORT_ABANDON: 0.2, Status.SERVICE_CLOSED: 0.4}
"""Who still has the page open when it ends."""
ANSWERS: Mapping[str, float] = {
    Status.ANSWERED: 0.62,
    Status.ABANDONED: 0.12,
    Status.SHORT_ABANDON: 0.03,
    Status.SERVICE_CLOSED: 0.2,
}
SATISFACTION: Mapping[int, float] = {1: 4, 2: 5, 3: 12, 4: 31, 5: 48}
UNSERVED: Mapping[int, float] = {1: 46, 2: 30, 3: 18, 4: 5, 5: 1}
RECOMMENDS: Mapping[int, tuple[int, int]] = {1: (0, 4), 2: (2, 6), 3: (5, 8), 4: (7, 10), 5: (9, 10)}
WRITES, CONTENT = 0.22, 4
"""How many of those who answer write something too, until it is erased with the conversation’s words; who is content."""
LONG_WAIT = 15 * 60.0
WHY: Mapping[str, float] = {
    WhyChat.EASY: 34,
    WhyChat.FAST: 22,
    WhyChat.QUIET: 17,
    WhyChat.ANONYMOUS: 11,
    WhyChat.NO_ANSWER: 10,
    WhyChat.OTHER: 6,
}


WORDS: Mapping[str, Mapping[bool, tuple[str, ...]]] = {
    "fi": {
        True: (
            "Sain selvän neuvon ja rauhoituin. Kiitos!",
            "Ystävällinen vastaaja, jolla oli aikaa kuunnella.",
            "Hyvä, ettei tarvinnut jonottaa puhelimessa.",
            "Vastaus tuli nopeasti ja selkokielellä.",
            "Oli helpompi kirjoittaa kuin soittaa.",
            "Sain linkin oikealle lomakkeelle, kaikki hoitui kerralla.",
            "Chat voisi olla auki myös iltaisin.",
            "Toivoisin, että keskustelun saisi tallennettua helpommin.",
        ),
        False: (
            "Odotin liian kauan.",
            "Jouduin kuitenkin soittamaan.",
            "En saanut vastausta, koska chat meni kiinni.",
            "Vastaus oli niin yleinen, ettei siitä ollut apua.",
        ),
    },
    "sv": {
        True: (
            "Tack, jag fick ett tydligt svar på svenska.",
            "Vänligt bemötande och snabbt svar.",
            "Skönt att slippa vänta i telefonkö.",
            "Gärna öppet också på kvällarna.",
        ),
        False: ("Jag fick vänta för länge.", "Jag måste ändå ringa.", "Ingen hann svara innan chatten stängde."),
    },
    "en": {
        True: ("Clear and friendly advice, thank you.", "It was easy to ask in English."),
        False: ("I waited too long and gave up.",),
    },
}
"""What some wrote in their own words, by their language and whether they were content; nobody can be known from them."""


def opinion(row: Conversation, *, now: datetime) -> Feedback | None:
    """Whether the resident saw the questions, and what was answered; nothing when the page was closed before."""
    chance = Random(row.public_id.int)
    if row.closed_at is None or chance.random() >= ASKED[row.status]:
        return None
    asked = (row.left_at or row.closed_at) + timedelta(seconds=chance.uniform(0.5, 4))
    asked = max(asked, row.closed_at)
    if asked >= now:
        return None
    found = Feedback(conversation=row, asked_at=asked)
    answered = asked + timedelta(seconds=chance.uniform(5, 90) if chance.random() < 0.93 else chance.uniform(3600, 5 * 86400))
    if chance.random() >= ANSWERS[row.status] or answered >= now:
        return found
    found.answered_at = answered
    is_served = row.status == Status.ANSWERED
    found.satisfaction = _drawn(chance, SATISFACTION if is_served else UNSERVED)
    if (row.wait_seconds or 0) > LONG_WAIT and chance.random() < 0.4:
        found.satisfaction = max(1, found.satisfaction - 1)
    if chance.random() < 0.9:
        found.recommend = chance.randint(*RECOMMENDS[found.satisfaction])
    if chance.random() < 0.55:
        settled = {1: Settled.NO, 2: Settled.NO, 3: Settled.PARTLY}.get(found.satisfaction, Settled.YES)
        found.settled = settled if chance.random() < 0.85 else Settled.PARTLY
    if chance.random() < 0.3:
        found.why_chat = _drawn(chance, WHY)
    if chance.random() < WRITES and row.closed_at + timedelta(days=row.service.retention_days) > now:
        found.words = chance.choice(WORDS[row.language][found.satisfaction >= CONTENT])
    return found


def _drawn(chance: Random, weights: Mapping[T, float]) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]
