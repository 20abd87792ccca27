"""A service's waiting lines and the groups that answer them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from services.choices import ServiceStatus
from services.models.base import ScopedQuerySet, Versioned, label, one_key_per_county, scoped
from services.models.county import LANGUAGE_CODES, County, Office
from services.models.schedules import Schedule
from services.models.service import Service


class ResponderGroup(Versioned):
    """People who answer together: a queue belongs to a group, never to a person (S002-14, S002-39)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="responder_groups", verbose_name=_("county"))
    key = models.SlugField(_("key"))
    name = models.CharField(_("name"), max_length=80)
    profession = models.CharField(_("profession"), max_length=80)
    office = models.ForeignKey(Office, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("unit"))
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="responder_groups", verbose_name=_("members")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("responder group")
        verbose_name_plural = _("responder groups")
        ordering = ["key"]
        constraints = [one_key_per_county("responder_group")]

    def __str__(self) -> str:
        return label(self, "name")


class Membership(models.Model):
    """A person's place in a responder group, possibly for a time (S002-48)."""

    edited_with = "group"

    group = models.ForeignKey(ResponderGroup, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("group"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = scoped("group__county__code").as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} – {self.group}"


class QueueQuerySet(ScopedQuerySet):
    """Questions about queues."""

    county_path = "service__county__code"

    def for_residents(self) -> QueueQuerySet:
        """Those in use that residents may join directly."""
        return self.filter(is_active=True, is_entry=True)

    def for_board(self) -> QueueQuerySet:
        """Only what a board shows and the hours ask: a service's page has a hundred columns that no list needs."""
        names = [f"{path}name_{code}" for path in ("", "service__") for code in LANGUAGE_CODES]
        return self.select_related("service__county").only(
            "public_id",
            "max_waiting",
            "max_parallel",
            "needs_presence",
            "order",
            *names,
            "service__public_id",
            "service__response_target_seconds",
            "service__county__code",
        )

    def answerable_by(self, actor: Actor) -> QueueQuerySet:
        """Queues whose conversations the person may take: a responder's or supervisor's grant reaches the service,
        and she is in the queue's group now (a supervisor need not be).
        """
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        now = Now()
        grants = (
            Grant.objects.valid()
            .filter(user_id=actor.user_id, county=models.OuterRef("service__county__code"))
            .filter(Q(service_id__isnull=True) | Q(service_id=models.OuterRef("service__public_id")))
        )
        member = Membership.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=now),
            user_id=actor.user_id,
            group__queues=models.OuterRef(models.OuterRef("pk")),
        )
        may = Q(role=Role.SUPERVISOR) | Q(models.Exists(member), role=Role.RESPONDER)
        return self.filter(models.Exists(grants.filter(may)))

    def supervised_by(self, actor: Actor) -> QueueQuerySet:
        """Queues of the services that the person supervises now."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        grants = Grant.objects.valid().filter(
            Q(service_id__isnull=True) | Q(service_id=models.OuterRef("service__public_id")),
            user_id=actor.user_id,
            role=Role.SUPERVISOR,
            county=models.OuterRef("service__county__code"),
        )
        return self.filter(models.Exists(grants))

    def taking_calls(self) -> QueueQuerySet:
        """Units to whose people a call request may be left: in use, and their main user says so (S002-38)."""
        return self.filter(is_active=True, takes_calls=True, service__status=ServiceStatus.OPEN)

    def targets_of(self, queue: Queue) -> QueueQuerySet:
        """Where a conversation of the queue may be transferred: its listed targets, or the queues of its own service when none
        is listed; always a colleague of its own queue; nowhere when it allows no transfers (S001-49, S002-40).
        """
        if queue.no_transfers:
            return self.none()
        listed = queue.transfer_targets.values("pk")
        within = Q(pk__in=listed) if queue.transfer_targets.exists() else Q(service=queue.service_id)
        return (
            self.filter(within | Q(pk=queue.pk), is_active=True, service__county=queue.service.county_id)
            .filter(service__is_test=queue.service.is_test)
            .filter(Q(service=queue.service_id) | Q(service__status__in=[ServiceStatus.OPEN, ServiceStatus.PAUSED]))
        )


class Queue(Versioned):
    """A waiting line of a service, by topic, language or profession (S000-40)."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="queues", verbose_name=_("service"))
    key = models.SlugField(_("key"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    languages = models.JSONField(_("languages"), default=list, help_text=_('For example ["fi", "sv"].'))
    profession = models.CharField(_("professional group"), max_length=80, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10, help_text=_("The first one takes those who ask for no other."))
    is_entry = models.BooleanField(_("residents may join directly"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)
    is_doctor = models.BooleanField(_("doctor's queue"), default=False)
    schedule = models.ForeignKey(
        Schedule, on_delete=models.PROTECT, null=True, blank=True, related_name="queues", verbose_name=_("hours")
    )
    groups = models.ManyToManyField(ResponderGroup, blank=True, related_name="queues", verbose_name=_("responder groups"))
    max_waiting = models.PositiveSmallIntegerField(_("most people waiting"), null=True, blank=True, help_text=_("Empty: no limit."))
    max_parallel = models.PositiveSmallIntegerField(_("conversations at once for one responder"), default=3)
    intake_stops_minutes = models.PositiveSmallIntegerField(_("intake stops before closing (minutes)"), default=0)
    drain_minutes = models.PositiveSmallIntegerField(_("those waiting are still served after closing (minutes)"), default=30)
    no_transfers = models.BooleanField(_("no transfers from here"), default=False)
    transfer_targets = models.ManyToManyField("self", symmetrical=False, blank=True, verbose_name=_("may be transferred to"))
    overflow_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("overflow queue")
    )
    overflow_after_seconds = models.PositiveIntegerField(_("overflow after (seconds)"), null=True, blank=True)

    offer_seconds = models.PositiveIntegerField(
        _("offered to one responder at a time for (seconds)"),
        null=True,
        blank=True,
        help_text=_("Empty: to all at once. Anyone may still take it."),
    )
    supervisor_after_seconds = models.PositiveIntegerField(_("supervisor is told after (seconds)"), null=True, blank=True)
    alternatives_after_seconds = models.PositiveIntegerField(
        _("other ways are offered to the resident after (seconds)"), null=True, blank=True
    )
    for_professionals = models.BooleanField(
        _("for consulting professionals"), default=False, help_text=_("Staff who sign in join this queue.")
    )
    needs_presence = models.BooleanField(
        _("closed to newcomers when nobody is present"),
        default=False,
        help_text=_("Otherwise it is open by its hours whenever it has responders."),
    )

    takes_calls = models.BooleanField(
        _("takes call requests"),
        default=False,
        help_text=_("Residents and responders may leave its people a request to call back, at any hour."),
    )

    objects = QueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["order", "key"]
        constraints = [
            models.UniqueConstraint(fields=["service", "key"], name="queue_key_once_per_service"),
            models.CheckConstraint(
                condition=Q(max_parallel__gte=1),
                name="queue_parallel_at_least_one",
                violation_error_code="parallel",
                violation_error_message=_("A responder has at least one conversation at a time."),
            ),
            models.CheckConstraint(condition=~Q(overflow_to=models.F("pk")), name="queue_overflows_elsewhere"),
        ]

    def __str__(self) -> str:
        return label(self, "name")

    def clean(self) -> None:
        """It serves in at least one language, and a contact overflows after a time and to another queue."""
        super().clean()
        if not isinstance(self.languages, list) or not self.languages or not set(self.languages) <= {"fi", "sv", "en"}:
            raise ValidationError(
                {"languages": ValidationError(_("Write at least one of the languages fi, sv and en."), code="languages")}
            )
        if (self.overflow_to_id is None) != (self.overflow_after_seconds is None):
            raise ValidationError(
                {"overflow_after_seconds": ValidationError(_("Give both the overflow queue and the time."), code="overflow")}
            )
