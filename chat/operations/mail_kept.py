"""Too many new letters from one sender in an hour are kept apart, so that a loop or a flood buries nobody else's matter.

They are neither lost nor opened as conversations, and nobody answers them by itself; the supervisor of the service decides.
All letters without an address count as one sender’s. After 90 days the words go;
the letters themselves lie in the mailbox, marked as read.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from chat.broadcast import announce_board
from chat.letters import Letter
from chat.models import KeptLetter, MailLetter
from chat.protocol import TEXT_LIMIT
from services.identity_codes import mask
from services.models import Mailbox

COUNTED_WITHIN = timedelta(hours=1)
MOST_KEPT = 100
"""So many of one sender are kept with their words; the rest lie flagged in the mailbox."""
KEPT_FOR = timedelta(days=90)
_NOBODY = "?"


def address_key(address: str) -> str:
    """Tells that two threads have the same address, and nothing of which."""
    return salted_hmac("chat.mail.address", address.lower(), algorithm="sha256").hexdigest() if address else ""


def sender_key(letter: Letter) -> str:
    """Whose limit a new letter uses."""
    return address_key(letter.sender or _NOBODY)


def is_over_limit(mailbox: Mailbox, letter: Letter, *, now: datetime) -> bool:
    """The sender has written as many new letters within the hour as the mailbox takes, kept ones included: a loop stays out
    until it falls silent."""
    lately = MailLetter.objects.filter(mailbox=mailbox, sender_key=sender_key(letter), received_at__gt=now - COUNTED_WITHIN)
    return lately.count() >= mailbox.new_per_hour


def keep_letter(mailbox: Mailbox, letter: Letter, *, now: datetime) -> bool:
    """Keep a letter apart with its words, identity codes masked; False when the sender has so many there that it stays flagged."""
    sender = mask(letter.sender, "fi")[0][:120]
    if KeptLetter.objects.filter(mailbox=mailbox, sender=sender).count() >= MOST_KEPT:
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
    """What nobody decided about in 90 days goes, and after the hour nothing tells which letters had the same sender."""
    KeptLetter.objects.filter(received_at__lte=now - KEPT_FOR).delete()
    MailLetter.objects.filter(received_at__lte=now - COUNTED_WITHIN).exclude(sender_key="").update(sender_key="")


def _masked(words: str) -> str:
    """One letter more than a message holds, so that it is seen to have been longer."""
    return mask(words, "fi")[0][: TEXT_LIMIT + 1]


__all__ = ["KEPT_FOR", "address_key", "erase_kept", "is_over_limit", "keep_letter", "sender_key"]
