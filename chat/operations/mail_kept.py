"""Too many new letters from one sender in an hour are kept apart, so that a loop or a flood buries nobody else's matter; and so are
too many with the same words, since a loop may give each of its letters an address of its own.

They are neither lost nor opened as conversations, and nobody answers them by itself; the supervisor of the service decides.
All letters without an address count as one sender’s. After 90 days the words go;
the letters themselves lie in the mailbox, marked as read.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from chat.broadcast import announce_board
from chat.letters import Letter
from chat.models import KeptLetter, MailLetter
from chat.protocol import TEXT_LIMIT
from services.identity_codes import mask
from services.models import Mailbox

COUNTED_WITHIN = timedelta(hours=1)
MOST_KEPT, MOST_OF_ALL = 100, 1000
"""So many of one sender, and of all, are kept with their words; the rest lie flagged in the mailbox."""
FEWEST_LETTERS = 40
"""Shorter texts are the same by chance: many begin with a greeting alone."""
KEPT_FOR = timedelta(days=90)
_NOBODY = "?"


def address_key(address: str) -> str:
    """Tells that two threads have the same address, and nothing of which."""
    return salted_hmac("chat.mail.address", address.lower(), algorithm="sha256").hexdigest() if address else ""


def sender_key(letter: Letter) -> str:
    """Whose limit a new letter uses."""
    return address_key(letter.sender or _NOBODY)


def words_key(letter: Letter) -> str:
    """Tells that two letters say the same, and nothing of what: numbers, case and layout aside. Empty for short ones."""
    words = " ".join(re.sub(r"[\W\d_]+", " ", f"{letter.subject} {letter.text}".casefold()).split())
    return salted_hmac("chat.mail.words", words, algorithm="sha256").hexdigest() if len(words) >= FEWEST_LETTERS else ""


def is_over_limit(mailbox: Mailbox, letter: Letter, *, now: datetime) -> bool:
    """As many new letters of the sender, or with these words, have come within the hour as the mailbox takes, kept ones included:
    a loop stays out until it falls silent.
    """
    lately = MailLetter.objects.filter(mailbox=mailbox, received_at__gt=now - COUNTED_WITHIN)
    keys = {"sender_key": sender_key(letter), "words_key": words_key(letter)}
    return any(key and lately.filter(**{name: key}).count() >= mailbox.new_per_hour for name, key in keys.items())


def keep_letter(mailbox: Mailbox, letter: Letter, *, now: datetime) -> bool:
    """Keep a letter apart with its words, identity codes masked; False when so many are there that it stays flagged."""
    sender, there = mask(letter.sender, "fi")[0][:120], KeptLetter.objects.filter(mailbox=mailbox)
    if there.filter(sender=sender).count() >= MOST_KEPT or there.count() >= MOST_OF_ALL:
        return False
    KeptLetter.objects.create(
        mailbox=mailbox,
        key=letter.key,
        message_id=letter.message_id[:255],
        sender=sender,
        subject=_masked(letter.subject)[:400],
        text=_masked(letter.text),
        quoted=_masked(letter.quoted),
        files=[mask(name, "fi")[0] for name in letter.files],
        marks=list(letter.marks),
        is_partial=letter.is_partial,
        received_at=now,
    )
    announce_board(queues=[mailbox.queue_id])
    return True


def erase_kept(*, now: datetime) -> None:
    """What nobody decided about in 90 days goes, and after the hour nothing tells which letters had the same sender or words."""
    KeptLetter.objects.filter(received_at__lte=now - KEPT_FOR).delete()
    MailLetter.objects.filter(received_at__lte=now - COUNTED_WITHIN).exclude(sender_key="").update(sender_key="", words_key="")


def _masked(words: str) -> str:
    """One letter more than a message holds, so that it is seen to have been longer."""
    return mask(words, "fi")[0][: TEXT_LIMIT + 1]


__all__ = ["KEPT_FOR", "address_key", "erase_kept", "is_over_limit", "keep_letter", "sender_key", "words_key"]
