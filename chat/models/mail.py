"""E-mail of a queue's mailbox: which conversation a thread is, which letters have come, and which notices are to go. No words."""

from __future__ import annotations

import secrets
import uuid
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from chat.choices import LetterKind, MailNoticeKind
from chat.models.conversations import Conversation, OfConversation
from services.models import Mailbox, Queue
from services.models.base import scoped

MARK_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MARK_LENGTH = 24


def new_mark() -> str:
    """120 bits of chance: who has not had a notice of the thread can't name it."""
    return "".join(secrets.choice(MARK_LETTERS) for _place in range(MARK_LENGTH))


class MailThread(models.Model):
    """A conversation that came by e-mail. Its sender's address stands in the conversation's contact detail, and is not proven."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="mail_thread")
    mailbox = models.ForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="threads")
    mark = models.CharField(max_length=MARK_LENGTH, unique=True, default=new_mark)
    first_id = models.CharField(max_length=255, blank=True, help_text="The Message-ID that the notices answer to.")
    address_key = models.CharField(max_length=64, blank=True, db_index=True, help_text="Keyed hash of the sender's address.")
    undeliverable_at = models.DateTimeField(null=True, help_text="A notice came back: nothing more is sent.")

    objects = OfConversation.as_manager()

    class Meta:
        verbose_name = _("e-mail thread")
        verbose_name_plural = _("e-mail threads")

    def __str__(self) -> str:
        return f"{self.conversation_id}"


class MailLetter(models.Model):
    """A letter that has been handled: the same one is never handled twice. Neither words nor addresses."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="letters")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=9, choices=LetterKind.choices)
    is_left = models.BooleanField(default=False, help_text="It belongs to nobody here, and lies flagged in the mailbox.")
    received_at = models.DateTimeField(default=timezone.now)
    sender_key = models.CharField(
        max_length=64, blank=True, help_text="Of a letter that begins a matter: keyed hash of its sender’s address, for the limit."
    )
    words_key = models.CharField(
        max_length=64, blank=True, help_text="Of a letter that begins a matter: keyed hash of its words, for the limit."
    )

    objects = scoped("mailbox__queue__service__county__code").as_manager()

    class Meta:
        verbose_name = _("handled letter")
        verbose_name_plural = _("handled letters")
        constraints = [models.UniqueConstraint(fields=["mailbox", "key"], name="mail_letter_once")]
        indexes = [
            models.Index(fields=["sender_key", "received_at"], condition=~models.Q(sender_key=""), name="mail_letter_of_sender"),
            models.Index(fields=["words_key", "received_at"], condition=~models.Q(words_key=""), name="mail_letter_of_words"),
        ]

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.kind}"


class KeptLetterQuerySet(models.QuerySet["KeptLetter"]):
    """Questions about letters that are kept apart."""

    def readable_by(self, actor: Actor) -> Self:
        """Those of the mailboxes whose service the person supervises."""
        return self.filter(mailbox__queue__in=Queue.objects.supervised_by(actor))


class KeptLetter(models.Model):
    """A letter over the sender's limit, kept apart with its words until a supervisor takes it in or dismisses it; then it goes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="kept_letters")
    key = models.CharField(max_length=64)
    message_id = models.CharField(max_length=255, blank=True)
    sender = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=400, blank=True)
    text = models.TextField(blank=True)
    quoted = models.TextField(blank=True)
    files = models.JSONField(default=list)
    marks = models.JSONField(default=list)
    is_partial = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    objects = KeptLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter kept apart")
        verbose_name_plural = _("letters kept apart")
        ordering = ["received_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["mailbox", "key"], name="kept_letter_once")]

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.received_at:%Y-%m-%d %H:%M}"


class MailNoticeQuerySet(models.QuerySet["MailNotice"]):
    """Questions about notices."""

    def readable_by(self, actor: Actor) -> MailNoticeQuerySet:
        """Those of the conversations that the actor may read."""
        return self.filter(thread__conversation__in=Conversation.objects.readable_by(actor))


class MailNotice(models.Model):
    """A notice that waits to be sent: the row is the queue. Its words and its link are made when it goes, and stand nowhere."""

    thread = models.ForeignKey(MailThread, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=8, choices=MailNoticeKind.choices)
    key = models.CharField(max_length=64, help_text="What it answers to: the same is told once.")
    told = models.JSONField(default=list, help_text="Codes of what was not taken of the letter.")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=10, blank=True)

    objects = MailNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail notice")
        verbose_name_plural = _("e-mail notices")
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["thread", "kind", "key"], name="mail_notice_once")]
        indexes = [models.Index(fields=["created_at"], condition=models.Q(sent_at__isnull=True), name="mail_notice_waiting")]

    def __str__(self) -> str:
        return f"{self.thread_id} {self.kind}"


__all__ = ["KeptLetter", "MailLetter", "MailNotice", "MailThread", "new_mark"]
