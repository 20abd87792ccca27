"""Notices to those who wrote by e-mail: that the message has come, and that its answer can be read behind a link.

A notice holds no word of the matter, not even the service's name: whoever reads somebody's mail learns that she has been in
touch with the county, and no more. Its link opens for two weeks; both are made when the letter goes, and stand nowhere. The
secret is in the query, which no access log keeps.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.actors import Actor, Resident, System
from chat.choices import EndedBy, MailNoticeKind, Medium, State
from chat.letters import MESSAGE_ID
from chat.models import ContactDetail, Conversation, MailLetter, MailNotice, MailThread
from chat.operations.mail_in import MOST_SECONDS, mark_undeliverable
from chat.operations.mail_kept import erase_kept
from services.choices import MailTrouble
from services.hosts import address_of
from services.models import Mailbox
from services.postbox import PostboxError, send
from services.texts import pick, texts_of

log = logging.getLogger(__name__)

MOST_TRIES = 8
CLAIM_LASTS = timedelta(minutes=10)
BATCH = 50
LINK_LASTS = timedelta(days=14)
LETTERS_KEPT = timedelta(days=180)
_SALT = "chat.mail.answer"


def _queue_answers(*, now: datetime, limit: int = 200) -> int:
    """Whoever wrote by e-mail and has been answered since she was last told is told; gives how many."""
    fresh = Q(told_at__isnull=True) | Q(told_at__lt=F("conversation__last_message_at"))
    rows = ContactDetail.objects.filter(
        fresh,
        ~Q(value=""),
        conversation__medium=Medium.MAIL,
        conversation__mail_thread__undeliverable_at__isnull=True,
        conversation__mail_thread__mailbox__isnull=False,
        conversation__first_reply_at__isnull=False,
        conversation__answer_due_at__isnull=True,
        conversation__state__in=[State.ACTIVE, State.ENDED],
        conversation__erased_at__isnull=True,
    ).exclude(conversation__ended_by=EndedBy.RESIDENT)
    done = 0
    for detail in list(rows.select_related("conversation__mail_thread").order_by("pk")[:limit]):
        if not ContactDetail.objects.filter(fresh, pk=detail.pk).update(told_at=now):
            continue
        row = detail.conversation
        key = f"{(row.last_message_at or now).timestamp():.6f}"
        MailNotice.objects.get_or_create(
            thread=row.mail_thread, kind=MailNoticeKind.ANSWERED, key=key, defaults={"created_at": now}
        )
        done += 1
    return done


def send_notices(*, by: Actor, now: datetime) -> int:
    """Send the notices that wait, each claimed first, by the server of their mailbox; gives how many went.

    One that fails waits longer each time; when the recipient is refused for good, or after eight tries, the responder is told.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    _queue_answers(now=now)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    waiting = MailNotice.objects.filter(
        free,
        sent_at__isnull=True,
        tries__lt=MOST_TRIES,
        thread__undeliverable_at__isnull=True,
        thread__mailbox__in=Mailbox.objects.in_use(),
    ).exclude(thread__conversation__contact_detail__value="")
    done, until = 0, time.monotonic() + MOST_SECONDS
    for notice in list(waiting.order_by("created_at", "pk")[:BATCH]):
        claim = MailNotice.objects.filter(free, pk=notice.pk, sent_at__isnull=True)
        if time.monotonic() < until and claim.update(claimed_until=now + CLAIM_LASTS, tries=F("tries") + 1):
            done += _send(notice.pk, now=now)
    return done


def link_token(row: Conversation) -> str:
    """What a notice's link carries: signed and dated, good for one conversation."""
    return signing.dumps(str(row.public_id), salt=_SALT)


def conversation_of_link(*, token: str, county: int) -> tuple[Resident, Conversation]:
    """The conversation that a notice's link opens, and its resident. Raises Conversation.DoesNotExist, signing.SignatureExpired."""
    try:
        public_id = UUID(signing.loads(token, salt=_SALT, max_age=LINK_LASTS))
    except signing.SignatureExpired:
        raise
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        raise Conversation.DoesNotExist from None
    rows = Conversation.objects.filter(medium=Medium.MAIL, mail_thread__isnull=False, erased_at__isnull=True, county=county)
    row = rows.get(public_id=public_id)
    return Resident(row.resident_key), row


def erase_mail_traces(*, now: datetime) -> int:
    """With the contact detail goes what else tells whose thread it was; keys of handled letters go after half a year."""
    MailLetter.objects.filter(received_at__lt=now - LETTERS_KEPT).delete()
    erase_kept(now=now)
    rows = MailThread.objects.filter(conversation__contact_detail__erased_at__isnull=False).exclude(first_id="", address_key="")
    return rows.update(first_id="", address_key="")


def _send(key: int, *, now: datetime) -> int:
    notice = MailNotice.objects.select_related("thread__mailbox", "thread__conversation__county").get(pk=key)
    mine = MailNotice.objects.filter(pk=key)
    thread = notice.thread
    to = ContactDetail.objects.filter(conversation=thread.conversation_id).values_list("value", flat=True).first()
    if thread.mailbox is None or not to:
        return 0
    try:
        send(thread.mailbox, letter_of(notice, to=to, now=now), to=to)
    except PostboxError as error:
        log.warning("notice %s not sent, try %s: %s", key, notice.tries, error.code.value)
        mine.update(trouble=error.code.value, claimed_until=now + timedelta(minutes=2**notice.tries))
        is_refused = error.code == MailTrouble.REFUSED and error.is_final
        if is_refused or notice.tries >= MOST_TRIES:
            mark_undeliverable(thread, now=now)
        return 0
    mine.update(sent_at=now, trouble="", claimed_until=None)
    return 1


def letter_of(notice: MailNotice, *, to: str, now: datetime) -> EmailMessage:
    """The letter in the person's language; nothing in it tells what she has written about, or to which service."""
    thread, row = notice.thread, notice.thread.conversation
    assert thread.mailbox is not None
    with translation.override(row.language):
        name = str(pick(texts_of(row.county, "name"), row.language))
        subject, words = _answered(row) if notice.kind == MailNoticeKind.ANSWERED else _received(notice)
        words.append(_("If you have not written to us, you need not do anything."))
    letter = EmailMessage(policy=policy.SMTP)
    local, _at, domain = thread.mailbox.address.partition("@")
    letter["From"] = Address(name, local, domain)
    letter["To"] = to
    letter["Subject"] = f"{subject} [NV-{thread.mark}]"
    letter["Date"] = format_datetime(timezone.localtime(now))
    letter["Message-ID"] = f"<NV-{thread.mark}.{notice.pk}@{domain}>"
    if MESSAGE_ID.fullmatch(thread.first_id):
        letter["In-Reply-To"] = letter["References"] = thread.first_id
    letter["Auto-Submitted"] = "auto-generated" if notice.kind == MailNoticeKind.ANSWERED else "auto-replied"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content("\n\n".join(words), cte="quoted-printable")
    letter["Content-Language"] = row.language
    return letter


def _answered(row: Conversation) -> tuple[str, list[str]]:
    link = address_of(row.county, f"{reverse('chat:mail_answer')}?{urlencode({'avain': link_token(row)})}")
    days = LINK_LASTS.days
    return _("Your message has been answered"), [
        _("The answer can be read on this page. The link works for %(days)d days:") % {"days": days},
        link,
        _("Whoever has the link can read the answer: do not give it to others."),
        _("You can ask further on the page, or by answering this letter. Do not write health information in an e-mail."),
    ]


def _received(notice: MailNotice) -> tuple[str, list[str]]:
    row = notice.thread.conversation
    words = [_("We have received your message.")]
    if row.answer_due_at is not None and notice.kind == MailNoticeKind.RECEIVED:
        day = formats.date_format(timezone.localdate(row.answer_due_at), "SHORT_DATE_FORMAT")
        words.append(_("You have the answer by %(day)s. You then get a link to a page where you can read it.") % {"day": day})
    if "files" in notice.told:
        words.append(_("What was attached to your message was not taken."))
    if "size" in notice.told or "long" in notice.told:
        words.append(_("Your message was so long or large that only its beginning was taken."))
    words.append(_("Do not write health information or your personal identity code in an e-mail."))
    words.append(_("If it becomes urgent, do not wait: call 112 in an emergency, and 116117 in an urgent health matter."))
    return _("Your message has come"), words


__all__ = ["conversation_of_link", "erase_mail_traces", "letter_of", "link_token", "send_notices"]
