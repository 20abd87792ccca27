"""Parts of the console's lists that read the same on many pages: each is made once in a language, and kept.

They are what the page was made of most: thirty queues in a word, who waits first, the marks that nearly nobody who waits has, and
the words that the script of the page takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from chat.keys import COMMANDS
from chat.protocol import WaitingRow
from chat.templatetags.chat_words import log_time
from services.texts import Text, pick

KEPT = 4096
"""How many queues in a word, in all their languages and counts, are kept; each is half a kilobyte."""
MINUTE = timedelta(minutes=1)
TOKEN = "token-of-the-page"  # noqa: S105 - no secret: it stands where the secret goes
"""Stands in what is kept where each page has its own token."""


@lru_cache(KEPT)
def line_html(queue: UUID, name: Text, service: Text, target: int, is_open: bool, waiting: int, language: str) -> SafeString:
    """One of the responder's queues: where, whether it takes newcomers, and how many wait."""
    entry = {"queue": queue, "name": name, "service": service, "target": target, "is_open": is_open}
    return _made("line_row", language, entry=entry, waiting=waiting)


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """One who waits, with the line in which she waits, as a page in one language shows her."""

    conversation: UUID
    queued_at: datetime
    away: bool
    contactor: str
    topic: Text
    mark: str
    queue: Text
    service: Text
    late: bool
    municipality: Text
    chips: SafeString

    @property
    def came(self) -> str:
        """When she came, for the script of the page."""
        return timezone.localtime(self.queued_at).isoformat(timespec="seconds")

    @property
    def clock(self) -> str:
        """When she came, for the reader."""
        return log_time(self.queued_at)

    @property
    def earlier_day(self) -> date | None:
        """On which day she came, when it was not today."""
        came = timezone.localdate(self.queued_at)
        return came if came != timezone.localdate() else None


def waiting_html(entry: WaitingEntry | None, language: str, token: str, *, now: datetime) -> SafeString:
    """One who waits, made once a minute for all consoles that show her. None: the row that the script copies.

    `token`: the page's own against forged requests; it is put in its place afterwards, and nowhere kept.
    """
    minutes = (now - entry.queued_at) // MINUTE if entry else 0
    return mark_safe(_waiting(entry, minutes, language).replace(TOKEN, token))  # noqa: S308 - a template made it, and a token is letters


@lru_cache(1024)
def _waiting(entry: WaitingEntry | None, minutes: int, language: str) -> str:
    """`minutes` since she came stand for what the page then says of it."""
    return str(
        _made("waiting_row", language, entry=entry, csrf_token=TOKEN, no_chips=chips_html(None, late=False, language=language))
    )


@lru_cache(256)
def keys_html(keys: tuple[str, ...], keys_on: bool, language: str) -> SafeString:
    """The sheet of the keys, in the order of the commands, as one has set them."""
    with override(language):
        key_list = [(command, str(label), key) for (command, label), key in zip(COMMANDS.items(), keys, strict=True)]
    return _made("help", language, key_list=key_list, keys_on=keys_on)


@lru_cache(16)
def words_html(language: str) -> SafeString:
    """What the script of the page says and copies."""
    return _made("words", language)


def chips_html(row: WaitingRow | None, *, late: bool, language: str) -> SafeString:
    """The marks of one who waits, the same for all who have the same. None: the row that the script copies."""
    if row is None:
        return _chips(language, None)
    offered = str(pick(row.offered, language))
    told = (row.language, row.medium, row.answer_due_at, row.away, late, row.told, offered, row.must_identify, row.test)
    return _chips(language, told)


@lru_cache(1024)
def _chips(language: str, told: tuple[object, ...] | None) -> SafeString:
    if told is None:
        return _made("waiting_chips", language, entry=None)
    names = ("language", "medium", "answer_due_at", "away", "late", "told", "offered", "must_identify", "test")
    values = dict(zip(names, told, strict=True))
    return _made("waiting_chips", language, entry={"row": values, "late": values["late"]})


def _made(part: str, language: str, **context: object) -> SafeString:
    with override(language):
        return render_to_string(f"chat/console/{part}.html", {"LANGUAGE_CODE": language, **context})
