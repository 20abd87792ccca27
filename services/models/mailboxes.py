"""A queue's own mailbox: e-mail comes into its line, and notices of answers go out in its name."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from services.choices import MailSecurity, MailTrouble, ServiceStatus
from services.models.base import ScopedQuerySet, Versioned
from services.models.queues import Queue

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts to which a connection without TLS leaves no machine."""
MOST_PROMISED = 10
MOST_NEW = 1000

_PORT = [MinValueValidator(1), MaxValueValidator(65535)]
_PLAIN = [RegexValidator(r"^[\x21-\x7e]+( [\x21-\x7e]+)*$", _("Use letters, digits and marks of ASCII only."))]


class MailboxQuerySet(ScopedQuerySet):
    """Questions about mailboxes."""

    county_path = "queue__service__county__code"

    def in_use(self) -> MailboxQuerySet:
        """Those that are switched on, of services that residents can reach: what comes to others waits in its mailbox."""
        return self.filter(is_on=True, queue__is_active=True, queue__service__status=ServiceStatus.OPEN)

    def free(self, *, now: datetime) -> MailboxQuerySet:
        """Those from which nobody fetches now."""
        return self.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))


class Mailbox(Versioned):
    """Where a queue's e-mail is fetched from and by what its notices are sent. Off until its main user switches it on.

    The password stands sealed; it is never shown, logged or audited.
    """

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, related_name="mailbox", verbose_name=_("queue"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    is_on = models.BooleanField(_("in use"), default=False, help_text=_("Try the connection before you switch it on."))
    address = models.EmailField(
        _("address"), unique=True, max_length=120, help_text=_("To this address people write, and from it the notices come.")
    )
    promise_days = models.PositiveSmallIntegerField(
        _("answered in so many working days"), default=3, validators=[MinValueValidator(1), MaxValueValidator(MOST_PROMISED)]
    )
    new_per_hour = models.PositiveSmallIntegerField(
        _("new letters from one sender in an hour"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_NEW)],
        help_text=_(
            "What is over it is kept apart for the supervisor to decide about. Letters with the same words count together, whoever"
            " sent them. Answers to a letter do not count."
        ),
    )
    username = models.CharField(_("user name"), max_length=120, blank=True, validators=_PLAIN)
    imap_host = models.CharField(_("server of incoming mail (IMAP)"), max_length=120, validators=_PLAIN)
    imap_port = models.PositiveIntegerField(_("its port"), default=993, validators=_PORT)
    imap_security = models.CharField(_("its encryption"), max_length=8, choices=MailSecurity.choices, default=MailSecurity.TLS)
    folder = models.CharField(_("folder"), max_length=80, default="INBOX", validators=_PLAIN)
    smtp_host = models.CharField(_("server of outgoing mail (SMTP)"), max_length=120, validators=_PLAIN)
    smtp_port = models.PositiveIntegerField(_("its port"), default=587, validators=_PORT)
    smtp_security = models.CharField(_("its encryption"), max_length=8, choices=MailSecurity.choices, default=MailSecurity.STARTTLS)
    sealed_password = models.TextField(blank=True, editable=False)

    # What the fetching leaves behind.
    claimed_until = models.DateTimeField(null=True, editable=False, help_text="A process fetches from it until then.")
    fetched_at = models.DateTimeField(_("last fetched"), null=True, editable=False)
    trouble = models.CharField(_("what went wrong last"), max_length=10, choices=MailTrouble.choices, blank=True, editable=False)
    trouble_at = models.DateTimeField(_("when it went wrong"), null=True, editable=False)
    left_count = models.PositiveIntegerField(
        _("letters left in the mailbox"),
        default=0,
        editable=False,
        help_text=_("Newsletters, automatic replies and the portal’s own letters: they are flagged there, and nobody is answered."),
    )

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["address"]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(imap_security="none") | Q(imap_host__in=LOOPBACK))
                & (~Q(smtp_security="none") | Q(smtp_host__in=LOOPBACK)),
                name="mailbox_without_tls_on_this_machine_only",
                violation_error_message=_("Without encryption a connection may go to this machine only."),
            ),
        ]

    def __str__(self) -> str:
        return self.address

    def clean(self) -> None:
        """Passwords and letters leave the machine by TLS only."""
        super().clean()
        words = _("Without encryption a connection may go to this machine only.")
        for kind in ("imap", "smtp"):
            if getattr(self, f"{kind}_security") == MailSecurity.NONE and getattr(self, f"{kind}_host") not in LOOPBACK:
                raise ValidationError({f"{kind}_security": ValidationError(words, code="no_tls")})


__all__ = ["LOOPBACK", "Mailbox"]
