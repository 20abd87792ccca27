"""E-mail that comes to a queue's mailbox becomes a conversation in the queue's line, or goes on with the one that it answers.

Who wrote is not proven by anything in a letter: an answer joins its conversation only when it carries the thread's mark, which
stands in the portal's own notices alone, **and** comes from the same address. Whatever is automatic is answered by nobody.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, Resident, System
from chat.broadcast import announce_board
from chat.choices import AudienceChoice, EventKind, LetterKind, MailNoticeKind, Medium, State
from chat.letters import Letter, clean, read_letter
from chat.models import ContactDetail, Conversation, MailLetter, MailNotice, MailThread
from chat.operations.help import ask_further, row_of_line
from chat.operations.log import Entry, append_events, lock_conversation
from chat.operations.mail_kept import address_key, is_over_limit, keep_letter, sender_key, words_key
from chat.operations.start import create_conversation
from chat.protocol import TEXT_LIMIT
from chat.quotes import language_in
from services.choices import MailTrouble
from services.holidays_fi import end_of_working_day
from services.identity_codes import mask
from services.models import Mailbox
from services.operations import claim_mailbox, note_fetch
from services.postbox import Inbox, PostboxError, inbox

log = logging.getLogger(__name__)

LETTER_KEYS = UUID("0c1f6a52-4f0e-4a7e-9a55-5b6c7e1d2f90")
BATCH = 50
MOST_SECONDS = 240.0
"""So long one run may take: less than the claim of its last mailbox lasts."""
MOST_TOLD, TOLD_WITHIN = 3, timedelta(hours=24)
"""So many automatic notices one address gets in a day: two machines that answer each other soon fall silent."""
RECEIPT_EACH = timedelta(hours=1)
"""Of the new letters that one address writes within it the first alone is acknowledged."""
NOT_ANSWERS = (MailNoticeKind.RECEIVED, MailNoticeKind.PARTLY)
CUT = "\n[…]"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a letter. `is_left`: it concerns nobody here, and lies flagged in the mailbox for a person to look at.
    `is_kept`: its sender has written too many, and the supervisor decides about it."""

    conversation: Conversation | None = None
    is_kept: bool = False
    is_left: bool = False
    is_duplicate: bool = False


def fetch_mail(*, by: Actor, now: datetime) -> int:
    """Fetch what has come to each mailbox that is in use, in turn; gives how many letters were handled.

    One process at a time fetches from a mailbox. A letter is marked as read only when it is safely stored: whoever dies in
    between leaves it to be fetched again, and it is known by its key.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    done, until = 0, time.monotonic() + MOST_SECONDS
    rows = Mailbox.objects.in_use().free(now=now).select_related("queue__service__county")
    for mailbox in rows.order_by("claimed_until", "fetched_at", "pk"):
        if time.monotonic() < until and claim_mailbox(by=by, mailbox=mailbox, now=now):
            done += _fetch_one(mailbox, by=by, until=until, now=now)
    return done


def _fetch_one(mailbox: Mailbox, *, by: Actor, until: float, now: datetime) -> int:
    trouble: MailTrouble | None = None
    done = left = 0
    try:
        with inbox(mailbox) as opened:
            for uid in opened.unread()[:BATCH]:
                if time.monotonic() > until:
                    break
                found = _fetch_letter(opened, uid, mailbox=mailbox, by=by, now=now)
                if found is None:
                    trouble = MailTrouble.LETTER
                    continue
                done += 1
                left += found.is_left and not found.is_duplicate
    except PostboxError as error:
        trouble = error.code
        log.warning("mailbox %s: %s", mailbox.pk, trouble.value)
    note_fetch(by=by, mailbox=mailbox, trouble=trouble, left=left, now=now)
    return done


def _fetch_letter(opened: Inbox, uid: str, *, mailbox: Mailbox, by: Actor, now: datetime) -> Received | None:
    """One letter; None when it could not be stored, so that it stays unread and the others are fetched."""
    raw = opened.fetch(uid)
    if raw is None:
        return Received(is_duplicate=True)
    try:
        found = receive_letter(by=by, mailbox=mailbox, letter=read_letter(raw.content, size=raw.size), now=now)
    except (DatabaseError, ValidationError) as error:
        log.warning("mailbox %s: a letter was not stored: %s", mailbox.pk, type(error).__name__)
        return None
    opened.mark(uid, flagged=found.is_left)
    return found


@transaction.atomic
def receive_letter(*, by: Actor, mailbox: Mailbox, letter: Letter, now: datetime) -> Received:
    """A letter of a person waits in the line of the mailbox's queue with its promise, or joins the conversation that it answers.
    What is over the limit of new letters is kept apart; what answers a thread never is.

    The same letter is received once. A bounce tells the responder that the address does not work; an automatic answer is shown to
    the staff of its conversation only; everything else that is automatic is left in the mailbox. Raises PermissionDenied.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    is_own = letter.sender in _own_addresses()
    threads = [] if is_own else _threads_of(letter, mailbox)
    returned = list(MailThread.objects.filter(mailbox=mailbox, mark__in=letter.returned))
    is_left = is_own or (letter.kind != LetterKind.PERSON and not threads and not returned)
    is_new = not is_left and letter.kind == LetterKind.PERSON and not threads
    is_over = is_new and is_over_limit(mailbox, letter, now=now)
    try:
        with transaction.atomic():
            known = MailLetter.objects.create(
                mailbox=mailbox,
                key=letter.key,
                kind=letter.kind,
                is_left=is_left,
                received_at=now,
                **({"sender_key": sender_key(letter), "words_key": words_key(letter)} if is_new else {}),
            )
    except IntegrityError:
        known = MailLetter.objects.get(mailbox=mailbox, key=letter.key)
        return Received(is_left=known.is_left, is_duplicate=True)
    if is_left:
        return Received(is_left=True)
    if is_over:
        if keep_letter(mailbox, letter, now=now):
            return Received(is_kept=True)
        known.is_left = True
        known.save(update_fields=["is_left"])
        return Received(is_left=True)
    if letter.kind == LetterKind.BOUNCE:
        for thread in returned:
            mark_undeliverable(thread, now=now)
        return Received()
    thread = threads[0] if threads else None
    if thread is not None and letter.kind == LetterKind.AUTOMATIC:
        with translation.override(thread.conversation.language):
            words = _("An automatic answer came from the address:")
        return Received(_note(thread.conversation, f"{words}\n\n{letter.text or letter.subject}", now=now))
    if thread is not None and thread.conversation.state != State.ENDED:
        return Received(_go_on(thread, letter, now=now))
    return Received(begin_thread(mailbox, letter, origin=thread.conversation if thread else None, came_at=now, now=now))


def mark_undeliverable(thread: MailThread, *, now: datetime) -> None:
    """A notice came back: the responder is told in the conversation, and nothing more is sent to the address."""
    if not MailThread.objects.filter(pk=thread.pk, undeliverable_at__isnull=True).update(undeliverable_at=now):
        return
    with translation.override(thread.conversation.language):
        words = _("A notice to the sender’s e-mail address could not be delivered. She does not know of the answer.")
    _note(thread.conversation, words, now=now)


def _own_addresses() -> set[str]:
    """From which the portal itself writes: it never talks with itself."""
    return {each.lower() for each in Mailbox.objects.values_list("address", flat=True)} | {
        parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()
    }


def _threads_of(letter: Letter, mailbox: Mailbox) -> list[MailThread]:
    """The threads whose mark the letter carries and whose sender it has; the mark alone could have been passed on, the address
    alone is anybody's to write."""
    if not letter.sender or not letter.marks:
        return []
    rows = MailThread.objects.filter(mailbox=mailbox, mark__in=letter.marks, conversation__erased_at__isnull=True)
    rows = rows.filter(conversation__contact_detail__value__iexact=letter.sender)
    return list(rows.select_related("conversation").order_by("-pk"))


def begin_thread(
    mailbox: Mailbox, letter: Letter, *, origin: Conversation | None, came_at: datetime, is_told: bool = True, now: datetime
) -> Conversation:
    """A letter waits in the line of the mailbox's queue, promised from when it came. `is_told`: its sender gets a receipt."""
    queue = mailbox.queue
    otherwise = "fi" if "fi" in queue.languages else queue.languages[0]
    language = language_in(f"{letter.subject}\n{letter.text}", offered=queue.languages, otherwise=otherwise)
    body, told = _words(letter, language, with_subject=True)
    row = row_of_line(
        queue, Medium.MAIL, key=uuid4(), token=uuid5(LETTER_KEYS, letter.key), language=language, origin=origin, now=now
    )
    row.answer_due_at = end_of_working_day(came_at, mailbox.promise_days)
    row = create_conversation(row, body=body, now=now)
    if letter.sender:
        ContactDetail.objects.create(conversation=row, value=mask(letter.sender, language)[0][:120], given_at=now)
    thread = MailThread.objects.create(
        conversation=row, mailbox=mailbox, first_id=letter.message_id[:255], address_key=address_key(letter.sender)
    )
    with translation.override(language):
        doubt = []
        if not letter.sender:
            doubt.append(_("The letter has no address to answer to: the sender can’t be told of the answer."))
        if letter.marks and origin is None:
            doubt.append(_("The letter answers an earlier thread, but it came from another address or too late to join it."))
    _add_notes(row, letter, told, doubt, now=now)
    # An answer to one of the portal's own notices from another address may be a machine's: a receipt would go round with it.
    if is_told and not (letter.marks and origin is None):
        _tell(thread, MailNoticeKind.RECEIVED, letter, told, now=now)
    announce_board(queues=[queue.pk])
    return row


def _go_on(thread: MailThread, letter: Letter, *, now: datetime) -> Conversation:
    row = thread.conversation
    body, told = _words(letter, row.language, with_subject=False)
    client_id = uuid5(LETTER_KEYS, letter.key)
    ask_further(by=Resident(row.resident_key), conversation=row.public_id, client_id=client_id, body=body, now=now)
    row = lock_conversation(row.public_id)
    _add_notes(row, letter, told, [], now=now)
    if told:
        _tell(thread, MailNoticeKind.PARTLY, letter, told, now=now)
    return row


def _words(letter: Letter, language: str, *, with_subject: bool) -> tuple[str, list[str]]:
    """The message, and codes of what was not taken."""
    told = [code for code, is_so in (("files", letter.files), ("size", letter.is_partial)) if is_so]
    parts = [letter.subject] if with_subject else []
    with translation.override(language):
        body = clean("\n\n".join(each for each in [*parts, letter.text] if each.strip())).strip()
        body = body or _("(The letter had no text.)")
    if len(body) > TEXT_LIMIT:
        told.append("long")
    return _clipped(body), told


def _clipped(words: str) -> str:
    """Within the limit of a message; masking may lengthen a word a little."""
    return words if len(words) <= TEXT_LIMIT else words[: TEXT_LIMIT - len(CUT)].rstrip() + CUT


def _add_notes(row: Conversation, letter: Letter, told: list[str], doubt: list[str], *, now: datetime) -> None:
    """What was not taken is told to both; what was quoted, and what is in doubt, to the staff."""
    with translation.override(row.language):
        both = []
        if "files" in told:
            both.append(_("These attachments were not taken: %(names)s.") % {"names": ", ".join(letter.files)})
        if "size" in told:
            both.append(_("The letter was so large that only its beginning was taken."))
        if "long" in told:
            both.append(_("The message was so long that its end was left out."))
        quoted = "\n\n".join([_("Quoted in the letter:"), letter.quoted])
        staff = [*doubt, quoted] if letter.quoted else doubt
    entries = [Entry(EventKind.NOTICE, body=_clipped(" ".join(both)))] if both else []
    entries += [Entry(EventKind.NOTICE, audience=AudienceChoice.STAFF, body=_clipped(each)) for each in staff]
    if entries:
        append_events(row, *entries, now=now)
        row.save(update_fields=["head_all", "head_staff"])


def _note(row: Conversation, words: str, *, now: datetime) -> Conversation:
    locked = lock_conversation(row.public_id)
    append_events(locked, Entry(EventKind.NOTICE, audience=AudienceChoice.STAFF, body=_clipped(words)), now=now)
    locked.save(update_fields=["head_all", "head_staff"])
    announce_board(queues=[locked.queue_id], users=[locked.responder_id] if locked.responder_id else [])
    return locked


def _tell(thread: MailThread, kind: MailNoticeKind, letter: Letter, told: list[str], *, now: datetime) -> None:
    """A notice is queued, unless the address has had its share of automatic ones in a day, or a receipt within the hour."""
    if not letter.sender:
        return
    lately = MailNotice.objects.filter(
        kind__in=NOT_ANSWERS,
        thread__address_key=thread.address_key,
        created_at__gt=now - TOLD_WITHIN,
    )
    if kind == MailNoticeKind.RECEIVED and lately.filter(kind=kind, created_at__gt=now - RECEIPT_EACH).exists():
        return
    if lately.count() < MOST_TOLD:
        MailNotice.objects.create(thread=thread, kind=kind, key=letter.key, told=told, created_at=now)


__all__ = ["Received", "begin_thread", "fetch_mail", "mark_undeliverable", "receive_letter"]
