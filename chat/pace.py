"""How often one network address may start conversations, and one person may write past the socket (reliability: flow control).

Counters stand in the cache for as long as their window lasts. An address is kept as a keyed hash only, and an IPv6 address
counts as its network, since one home or one bot has the whole of it.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from accounts.actors import Actor, Resident, Staff

__all__ = [
    "Counter",
    "attempts_of",
    "codes_of",
    "feedback_of",
    "messages_of",
    "searches_of",
    "starts_of",
    "suggestions_of",
    "surveys_of",
    "walks_of",
]

HOUR, MINUTE = 3600, 60
SUGGESTIONS_TIMES = 10
STAFF_TIMES = 4
"""A responder has several conversations at once."""


@dataclass(frozen=True, slots=True)
class Counter:
    """What one has done in the present window, of what is allowed in it."""

    key: str
    most: int
    seconds: int

    @property
    def is_full(self) -> bool:
        """No more in this window."""
        return int(cache.get(self.key, 0)) >= self.most

    def add(self) -> None:
        """One more."""
        if cache.add(self.key, 1, self.seconds):
            return
        try:
            cache.incr(self.key)
        except ValueError:  # its window ended between the two
            cache.add(self.key, 1, self.seconds)


def starts_of(address: str) -> Counter:
    """New conversations from one network address: generous, since the whole library may share it."""
    return _counter("starts", _network(address), settings.CHAT_STARTS_PER_HOUR, HOUR)


def attempts_of(address: str) -> Counter:
    """New visitors of closed services that are noted from one network address."""
    return _counter("attempts", _network(address), settings.CHAT_STARTS_PER_HOUR, HOUR)


def codes_of(address: str) -> Counter:
    """Reference codes that were asked for in vain from one network address."""
    return _counter("codes", _network(address), settings.CHAT_STARTS_PER_HOUR, HOUR)


def surveys_of(address: str) -> Counter:
    """Answers to public surveys from one network address."""
    return _counter("surveys", _network(address), settings.CHAT_STARTS_PER_HOUR, HOUR)


def walks_of(address: str) -> Counter:
    """New walks of guidance paths that are counted from one network address; past it they go on uncounted."""
    return _counter("walks", _network(address), settings.CHAT_STARTS_PER_HOUR, HOUR)


def feedback_of(address: str) -> Counter:
    """What is said of guidance paths from one network address."""
    return _counter("feedback", _network(address), settings.CHAT_STARTS_PER_HOUR, HOUR)


def searches_of(address: str) -> Counter:
    """Searches without a hit that are noted from one network address; past it they are answered uncounted."""
    return _counter("searches", _network(address), settings.CHAT_STARTS_PER_HOUR, HOUR)


def suggestions_of(address: str) -> Counter:
    """Suggestions while typing for one network address: a whole library types behind one."""
    return _counter("suggestions", _network(address), SUGGESTIONS_TIMES * settings.CHAT_MESSAGES_PER_MINUTE, MINUTE)


def messages_of(actor: Actor) -> Counter:
    """Messages by forms and the HTTP twin; the socket has a bound of its own."""
    match actor:
        case Staff(user_id=user_id):
            return _counter("messages", f"staff:{user_id}", STAFF_TIMES * settings.CHAT_MESSAGES_PER_MINUTE, MINUTE)
        case Resident(key=key):
            return _counter("messages", f"resident:{key}", settings.CHAT_MESSAGES_PER_MINUTE, MINUTE)
    return _counter("messages", "portal", settings.CHAT_MESSAGES_PER_MINUTE, MINUTE)


def _counter(kind: str, who: str, most: int, seconds: int) -> Counter:
    window = int(time.time()) // seconds
    digest = salted_hmac("chat.pace", f"{kind}:{who}:{window}", algorithm="sha256").hexdigest()
    return Counter(f"pace:{kind}:{digest}", most, seconds)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False))
    return str(found)
