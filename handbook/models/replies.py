"""Quick replies: shared, approved texts in three languages, and each responder's own (S001-63)."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import CONSOLE_ROLES, Role
from accounts.models import Grant, GrantQuerySet
from handbook.choices import ProposalState, ReplyAudience, ReplyCategory, ReplyScope
from services.models import County, Queue, Service
from services.models.base import ScopedQuerySet, Versioned, label

SHORTCUT = r"^/[a-z0-9åäö][a-z0-9åäö_-]{0,29}$"
LANGUAGES = ("fi", "sv", "en")


def supervised_services(actor: Actor) -> models.QuerySet[Service]:
    """The services whose supervisor the person is now."""
    if not isinstance(actor, Staff):
        return Service.objects.all() if isinstance(actor, System) else Service.objects.none()
    grants = Grant.objects.valid().filter(user_id=actor.user_id, role=Role.SUPERVISOR, county=OuterRef("county__code"))
    reaching = grants.filter(Q(service_id__isnull=True) | Q(service_id=OuterRef("public_id")))
    services: models.QuerySet[Service] = Service.objects.filter(Exists(reaching))
    return services


def _grants(actor: Staff) -> GrantQuerySet:
    return Grant.objects.valid().filter(user_id=actor.user_id, county=OuterRef("county__code"))


class QuickReplyQuerySet(ScopedQuerySet):
    """Which replies a person sees, keeps and may send."""

    def readable_by(self, actor: Actor) -> QuickReplyQuerySet:
        """Common ones of the counties that she works for, those of the services that her grants reach, and her own."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        services = Service.objects.readable_by(actor).values("pk")
        within = QuickReply.services.through.objects.filter(service__in=services).values("quickreply")
        return self.filter(
            Q(scope=ReplyScope.COMMON)
            | Q(scope=ReplyScope.SERVICE, pk__in=within)
            | Q(scope=ReplyScope.QUEUE, queue__service__in=services)
            | Q(scope=ReplyScope.PERSONAL, person_id=actor.user_id),
            Exists(_grants(actor)),
        )

    def editable_by(self, actor: Actor) -> QuickReplyQuerySet:
        """A main user keeps every shared one of the county, a supervisor those of her own services only, a responder her own."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        grants = _grants(actor)
        whole = Exists(grants.filter(role=Role.MAIN_USER, service_id__isnull=True))
        hers = supervised_services(actor).values("pk")
        links = QuickReply.services.through.objects.filter(quickreply=OuterRef("pk"))
        return self.filter(
            (~Q(scope=ReplyScope.PERSONAL) & Q(whole))
            | (Q(scope=ReplyScope.SERVICE) & Q(Exists(links)) & ~Q(Exists(links.exclude(service__in=hers))))
            | Q(scope=ReplyScope.QUEUE, queue__service__in=hers)
            | (Q(scope=ReplyScope.PERSONAL, person_id=actor.user_id) & Q(Exists(grants.filter(role__in=CONSOLE_ROLES))))
        )

    def in_force(self, on: date) -> QuickReplyQuerySet:
        """Approved (one's own needs no approval), not retired, and within their days."""
        return self.filter(
            Q(scope=ReplyScope.PERSONAL) | Q(approved_at__isnull=False),
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            retired_at__isnull=True,
        )

    def usable_in(self, queue: Queue, *, by: Actor, on: date, professional: bool = False) -> QuickReplyQuerySet:
        """What may be written in a conversation of the queue: common, its service's, its own and the writer's own replies.

        Replies for professionals only are for conversations with one.
        """
        person = by.user_id if isinstance(by, Staff) else None
        within = QuickReply.services.through.objects.filter(service=queue.service_id).values("quickreply")
        rows = self.in_force(on).filter(
            Q(scope=ReplyScope.COMMON)
            | Q(scope=ReplyScope.SERVICE, pk__in=within)
            | Q(scope=ReplyScope.QUEUE, queue=queue.pk)
            | Q(scope=ReplyScope.PERSONAL, person_id=person),
            county=queue.service.county_id,
        )
        return rows if professional else rows.exclude(audience=ReplyAudience.PROFESSIONAL)


class QuickReply(Versioned):
    """One reply in up to three languages; the language is chosen by the conversation.

    Each language is a column of its own, and there is no column without a language: nothing falls back unseen.
    """

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="quick_replies", verbose_name=_("county"))
    key = models.SlugField(_("key"), help_text=_("Stable: content and files name the reply by it."))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scope = models.CharField(_("who uses it"), max_length=10, choices=ReplyScope.choices, default=ReplyScope.COMMON)
    services = models.ManyToManyField(Service, blank=True, related_name="quick_replies", verbose_name=_("services"))
    queue = models.ForeignKey(
        Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="quick_replies", verbose_name=_("queue")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="quick_replies",
        verbose_name=_("whose own"),
    )
    shortcut = models.CharField(
        _("short code"),
        max_length=31,
        validators=[RegexValidator(SHORTCUT, _("Begin with / and use small letters and numbers, for example /tervetuloa."))],
    )
    category = models.CharField(_("category"), max_length=12, choices=ReplyCategory.choices, default=ReplyCategory.OTHER)
    tags = models.JSONField(_("other words it is found by"), default=list, blank=True)
    title_fi = models.CharField(_("name in Finnish"), max_length=80)
    title_sv = models.CharField(_("name in Swedish"), max_length=80, blank=True)
    title_en = models.CharField(_("name in English"), max_length=80, blank=True)
    text_fi = models.TextField(_("text in Finnish"), max_length=2000, blank=True)
    text_sv = models.TextField(_("text in Swedish"), max_length=2000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=2000, blank=True)
    audience = models.CharField(
        _("to whom it may be sent"), max_length=12, choices=ReplyAudience.choices, default=ReplyAudience.RESIDENT
    )
    protected = models.BooleanField(
        _("protected"), default=False, help_text=_("A service cannot remove it, only replace it with its own.")
    )
    phones_differ = models.BooleanField(_("the languages name different numbers"), default=False)
    valid_from = models.DateField(_("in use from"), null=True, blank=True)
    valid_until = models.DateField(_("in use until"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible person"),
    )
    review_date = models.DateField(_("review date"), null=True, blank=True)
    note = models.CharField(_("note for editors"), max_length=300, blank=True)

    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    retired_at = models.DateTimeField(_("taken out of use"), null=True, editable=False)
    uses = models.PositiveIntegerField(_("times used"), default=0, editable=False)
    used_on = models.DateField(_("last used"), null=True, editable=False)

    objects = QuickReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("quick reply")
        verbose_name_plural = _("quick replies")
        ordering = ["shortcut", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "key"], name="quick_reply_key_once_per_county"),
            models.UniqueConstraint(
                fields=["county", "shortcut"],
                condition=Q(scope="common", retired_at__isnull=True),
                name="quick_reply_shortcut_once_common",
            ),
            models.UniqueConstraint(
                fields=["queue", "shortcut"],
                condition=Q(scope="queue", retired_at__isnull=True),
                name="quick_reply_shortcut_once_per_queue",
            ),
            models.UniqueConstraint(
                fields=["county", "person", "shortcut"],
                condition=Q(scope="personal", retired_at__isnull=True),
                name="quick_reply_shortcut_once_per_person",
            ),
            models.CheckConstraint(
                condition=Q(scope="queue", queue__isnull=False) | (~Q(scope="queue") & Q(queue__isnull=True)),
                name="quick_reply_queue_when_of_queue",
                violation_error_code="queue",
                violation_error_message=_("Choose the queue of a queue’s reply, and none for others."),
            ),
            models.CheckConstraint(
                condition=Q(scope="personal", person__isnull=False) | (~Q(scope="personal") & Q(person__isnull=True)),
                name="quick_reply_person_when_personal",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="quick_reply_days_in_order",
                violation_error_code="ends_before_start",
                violation_error_message=_("The end must be later than the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shortcut} {label(self, 'title')}"

    @property
    def texts(self) -> dict[str, str]:
        """The text in each language that has it."""
        found = {code: str(getattr(self, f"text_{code}")) for code in LANGUAGES}
        return {code: words for code, words in found.items() if words.strip()}

    @property
    def is_approved(self) -> bool:
        """It may be used: one's own at once, a shared one when somebody has approved it."""
        return self.scope == ReplyScope.PERSONAL or self.approved_at is not None


class ReplyProposalQuerySet(ScopedQuerySet):
    """Who sees a proposal: whoever made it and whoever decides it."""

    def readable_by(self, actor: Actor) -> ReplyProposalQuerySet:
        """Her own while she works for the county, and those that she decides."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        hers = self.filter(Exists(_grants(actor)), made_by_id=actor.user_id)
        return hers | self.editable_by(actor)

    def editable_by(self, actor: Actor) -> ReplyProposalQuerySet:
        """A main user decides the county's, a supervisor those that came from her services."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        whole = Exists(_grants(actor).filter(role=Role.MAIN_USER, service_id__isnull=True))
        return self.filter(Q(whole) | Q(service__in=supervised_services(actor).values("pk")))


class ReplyProposal(models.Model):
    """A responder's own words that she proposes for everybody. From which conversation they came is not kept."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+", verbose_name=_("county"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    language = models.CharField(_("language"), max_length=2, choices=[(code, code) for code in LANGUAGES], default="fi")
    title = models.CharField(_("name"), max_length=80)
    text = models.TextField(_("text"), max_length=2000)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    made_at = models.DateTimeField(_("proposed"), editable=False)
    state = models.CharField(_("state"), max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    reply = models.ForeignKey(QuickReply, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")

    objects = ReplyProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal of a quick reply")
        verbose_name_plural = _("proposals of quick replies")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title


__all__ = ["LANGUAGES", "SHORTCUT", "QuickReply", "QuickReplyQuerySet", "ReplyProposal", "supervised_services"]
