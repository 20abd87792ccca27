"""Outgoing mail: the row is the queue, so that a letter is neither lost nor sent twice by a retry."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.core.mail import EmailMessage, get_connection
from django.db.models import F, Q
from django.utils.timezone import now as current_time

from accounts.models import OutgoingMail

log = logging.getLogger(__name__)

MAX_TRIES = 8
CLAIM_LASTS = timedelta(minutes=10)
BATCH = 50


def queue_mail(*, key: str, to: str, subject: str, body: str, county: str = "") -> OutgoingMail:
    """A letter waits in the database until it is sent; the same key is the same letter and is never queued twice."""
    letter, _created = OutgoingMail.objects.get_or_create(
        key=key, defaults={"county": county, "to": to, "subject": " ".join(subject.split())[:200], "body": body}
    )
    return letter


def queue_letters(*, letters: Sequence[OutgoingMail]) -> None:
    """Many letters at once: a letter that waits or went already by the same key stays as it is, and is never queued twice."""
    for letter in letters:
        letter.subject = " ".join(letter.subject.split())[:200]
    OutgoingMail.objects.bulk_create(letters, batch_size=200, ignore_conflicts=True)


def forget_recipients(*, keys: Sequence[str]) -> int:
    """The address goes from the letters whose keys begin so, when the time of keeping it is over; that a letter went stays."""
    rows = [OutgoingMail.objects.filter(key__startswith=key).exclude(to="") for key in keys if key]
    return sum(each.update(to="", tries=MAX_TRIES) for each in rows)


def send_waiting_mail(*, now: datetime | None = None) -> int:
    """Sends the letters that wait, each claimed first, so that two senders never send the same one; tells how many went.

    A letter that fails waits longer each time and is given up after eight tries, with the reason kept. A process that dies
    between the mail server's yes and our note leads to one repetition, which carries the same Message-ID.
    """
    now = now or current_time()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    waiting = OutgoingMail.objects.filter(free, sent_at__isnull=True, tries__lt=MAX_TRIES).order_by("created_at", "pk")[:BATCH]
    sent = 0
    for letter in list(waiting):
        claim = OutgoingMail.objects.filter(free, pk=letter.pk, sent_at__isnull=True)
        if claim.update(claimed_until=now + CLAIM_LASTS, tries=F("tries") + 1):
            sent += _send(letter=letter, tries=letter.tries + 1, now=now)
    return sent


def _send(*, letter: OutgoingMail, tries: int, now: datetime) -> int:
    mine = OutgoingMail.objects.filter(pk=letter.pk)
    try:
        _message(letter).send()
    except (SMTPException, OSError, ValueError) as error:
        reason = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
        log.warning("letter %s not sent, try %s: %s", letter.pk, tries, reason)
        mine.update(error=reason[:200], claimed_until=now + timedelta(minutes=2**tries))
        return 0
    mine.update(sent_at=now, error="", claimed_until=None)
    return 1


def _message(letter: OutgoingMail) -> EmailMessage:
    name = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
    return EmailMessage(
        letter.subject,
        letter.body,
        to=[letter.to],
        headers={"Message-ID": f"<{name}@neuvoluukku>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
