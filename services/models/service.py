"""A service and what its public page tells (domain 5.2)."""

from __future__ import annotations

import re
import uuid
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from services.choices import (
    AimClass,
    Audience,
    Direction,
    Identification,
    Medium,
    Register,
    ServiceStatus,
    TopicKind,
)
from services.models.base import ScopedQuerySet, Versioned, ends_after_start, label, one_key_per_county, scoped, supervised_by
from services.models.county import ContactPoint, County, Link, Municipality, Office
from services.models.outside import RETURN, ROOM, check_pattern
from services.models.staffing import StaffingInputs

METRIC = re.compile(r"M(0[1-9]|[12]\d|3[0-5]|08b)")


class LifeSituation(Versioned):
    """A group of services as a resident sees life, independent of the organisation (S000-60)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="life_situations", verbose_name=_("county"))
    key = models.SlugField(_("key"))
    name = models.CharField(_("name"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("life situation")
        verbose_name_plural = _("life situations")
        ordering = ["order", "key"]
        constraints = [one_key_per_county("life_situation")]

    def __str__(self) -> str:
        return label(self, "name")


class ServiceQuerySet(ScopedQuerySet):
    """Questions about services."""

    def public(self) -> ServiceQuerySet:
        """Services that residents may see: open or paused, and no test service."""
        return self.filter(status__in=[ServiceStatus.OPEN, ServiceStatus.PAUSED], is_test=False, county__is_active=True)

    def readable_by(self, actor: Actor) -> ServiceQuerySet:
        """Services that a grant of the member of staff reaches."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                grants = Grant.objects.valid().filter(user_id=user_id, county=models.OuterRef("county__code"))
                return self.filter(
                    models.Exists(grants.filter(Q(service_id__isnull=True) | Q(service_id=models.OuterRef("public_id"))))
                )
        return self.none()


class Service(StaffingInputs, Versioned):
    """One named service that a resident can chat with (S001-1)."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="services", verbose_name=_("county"))
    key = models.SlugField(_("key"), help_text=_("Stable: content and addresses name the service by it."))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("unit"))
    life_situation = models.ForeignKey(
        LifeSituation, on_delete=models.SET_NULL, null=True, blank=True, related_name="services", verbose_name=_("life situation")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    name = models.CharField(_("public name"), max_length=80)
    synonyms = models.TextField(_("other words people use"), blank=True, help_text=_("Separated by commas; used by the search."))
    summary = models.CharField(_("in one sentence"), max_length=200, blank=True)
    audience = models.CharField(_("for whom"), max_length=200, blank=True)
    who_answers = models.CharField(_("who answers"), max_length=200, blank=True)
    handles = models.TextField(_("for which matters"), blank=True, help_text=_("One matter on each line."))
    easy_text = models.TextField(_("in easy language"), blank=True)
    promise = models.CharField(_("service promise"), max_length=200, blank=True)
    price_text = models.CharField(_("price"), max_length=200, blank=True)
    identification = models.CharField(
        _("identification"), max_length=10, choices=Identification.choices, default=Identification.MIDWAY
    )
    identification_text = models.TextField(_("what can be done without identification"), blank=True)
    behalf_text = models.TextField(_("acting for a child or another adult"), blank=True)
    child_age_limit = models.PositiveSmallIntegerField(_("a guardian acts for a child under (years)"), default=12)
    storage_text = models.TextField(_("what is stored and for how long"), blank=True)
    greeting = models.CharField(_("greeting in the waiting room"), max_length=300, blank=True)
    off_hours_text = models.TextField(_("text when closed"), blank=True)
    recording_place = models.TextField(
        _("where the contact is recorded"), blank=True, help_text=_("Shown to the responder when she ends.")
    )

    register = models.CharField(_("register"), max_length=10, choices=Register.choices, default=Register.SOCIAL)
    primary_care = models.BooleanField(_("primary health care (same-day contact)"), default=False)
    digital_support = models.ForeignKey(
        ContactPoint, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("digital support")
    )
    resident_support = models.ForeignKey(
        ContactPoint,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("technical support for residents"),
    )
    responder_support = models.ForeignKey(
        ContactPoint,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("technical support for responders"),
    )

    response_target_seconds = models.PositiveIntegerField(_("response time target (seconds)"), default=300)
    keep_place_minutes = models.PositiveSmallIntegerField(_("how long an absent person's place is kept (minutes)"), default=10)
    guide_first = models.BooleanField(
        _("the automatic guide is offered before the chat"),
        default=False,
        help_text=_("Otherwise the chat stands first on the page of the service. Both are always there."),
    )
    retention_days = models.PositiveSmallIntegerField(_("conversations are kept (days)"), default=90)
    booking_address = models.CharField(
        _("address of the booking system"),
        max_length=500,
        blank=True,
        help_text=_(
            "Opened by the responder beside the chat. {return} is where it leads her back to with the time that was booked."
        ),
    )
    room_address = models.CharField(
        _("address of video rooms"),
        max_length=400,
        blank=True,
        help_text=_("{room} is a name that nobody guesses, a new one for each remote appointment."),
    )
    pilot_starts = models.DateField(_("pilot starts"), null=True, blank=True)
    pilot_ends = models.DateField(_("pilot ends"), null=True, blank=True)
    is_test = models.BooleanField(_("test service: counts and proves nothing"), default=False)

    status = models.CharField(
        _("status"), max_length=10, choices=ServiceStatus.choices, default=ServiceStatus.DRAFT, editable=False
    )
    permitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    permitted_at = models.DateTimeField(_("permitted"), null=True, editable=False)
    permit_reason = models.CharField(_("reason of the permit"), max_length=300, blank=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, editable=False)
    unfinished = models.JSONField(
        default=list, editable=False, help_text="What its adoption has unfinished before opening, by language; written from above."
    )

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["order", "key"]
        constraints = [
            one_key_per_county("service"),
            ends_after_start("service_pilot", "pilot_starts", "pilot_ends"),
            models.CheckConstraint(
                condition=Q(status=ServiceStatus.DRAFT) | Q(permitted_at__isnull=False), name="service_open_only_with_permit"
            ),
        ]

    def __str__(self) -> str:
        return label(self, "name")

    def clean(self) -> None:
        """The addresses of the county's own systems are safe ones, of domains that the county allows."""
        super().clean()
        county = self.county if self.county_id else None
        faults = {}
        for name, place, is_needed in (("booking_address", RETURN, False), ("room_address", ROOM, True)):
            if not (pattern := getattr(self, name)):
                continue
            try:
                check_pattern(pattern, place, county=county, is_needed=is_needed)
            except ValidationError as fault:
                faults[name] = fault
        if faults:
            raise ValidationError(faults)

    @property
    def has_help_form(self) -> bool:
        """Residents may ask by its form now (S003-12)."""
        form = getattr(self, "help_form", None)
        return form is not None and form.is_on and self.status == ServiceStatus.OPEN

    @property
    def takes_calls(self) -> bool:
        """One of its units takes call requests now (S002-38)."""
        return self.status == ServiceStatus.OPEN and any(row.is_active and row.takes_calls for row in self.queues.all())


class Redirect(models.Model):
    """A matter that the service does not handle, and the right place for it (S001-48…50)."""

    edited_with = "service"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="redirects", verbose_name=_("service"))
    matter = models.CharField(_("matter that is not handled here"), max_length=160)
    to_service = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("right service")
    )
    to_contact = models.ForeignKey(
        ContactPoint, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("right contact point")
    )
    to_link = models.ForeignKey(
        Link, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("right link")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects = scoped("service__county__code").as_manager()

    class Meta:
        verbose_name = _("not for this")
        verbose_name_plural = _("not for these")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return label(self, "matter")

    def clean(self) -> None:
        """Whoever is sent away is told where to go: to exactly one right place."""
        super().clean()
        if sum(each is not None for each in (self.to_service_id, self.to_contact_id, self.to_link_id)) != 1:
            raise ValidationError(_("Choose one right place: a service, a contact point or a link."), code="one_place")
        if self.to_service_id is not None and self.to_service_id == self.service_id:
            raise ValidationError({"to_service": ValidationError(_("This is the service itself."), code="itself")})


class Channel(models.Model):
    """Another way to reach the same help: phone, visit, e-mail, form (S000-15, S000-19, S001-8, S002-45)."""

    edited_with = "service"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="channels", verbose_name=_("service"))
    medium = models.CharField(_("channel"), max_length=10, choices=Medium.choices)
    contact_point = models.ForeignKey(
        ContactPoint, on_delete=models.PROTECT, related_name="channels", verbose_name=_("contact point")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects = scoped("service__county__code").as_manager()

    class Meta:
        verbose_name = _("other channel")
        verbose_name_plural = _("other channels")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return f"{self.get_medium_display()}: {self.contact_point}"

    def clean(self) -> None:
        """A public page shows public contact points only."""
        super().clean()
        if hasattr(self, "contact_point") and self.contact_point.audience != Audience.PUBLIC:
            raise ValidationError(
                {"contact_point": ValidationError(_("This contact point is for professionals only."), code="internal")}
            )


class Topic(models.Model):
    """What a conversation is about; the responder gives one when she ends (S001-10, S002-1)."""

    edited_with = "service"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="topics", verbose_name=_("service"))
    key = models.SlugField(_("key"))
    name = models.CharField(_("name"), max_length=80)
    shown_to_residents = models.BooleanField(_("offered in the start form"), default=True)
    retired = models.BooleanField(_("no longer given"), default=False)
    kind = models.CharField(
        _("kind of help"), max_length=12, choices=TopicKind.choices, blank=True, help_text=_("Reports tell its share of contacts.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects = scoped("service__county__code").as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "key"]
        constraints = [models.UniqueConstraint(fields=["service", "key"], name="topic_key_once_per_service")]

    def __str__(self) -> str:
        return label(self, "name")


class LegalBasis(models.Model):
    """A law that the service rests on (S001-11…14)."""

    edited_with = "service"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="legal_bases", verbose_name=_("service"))
    name = models.CharField(_("name of the act"), max_length=160)
    number = models.CharField(_("number"), max_length=20)
    url = models.URLField(_("address"), blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects = scoped("service__county__code").as_manager()

    class Meta:
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal bases")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return f"{label(self, 'name')} {self.number}"


class ServiceArea(models.Model):
    """Where the service works, with dates (S004-19). No municipality: the whole county."""

    edited_with = "service"

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="areas", verbose_name=_("service"))
    name = models.CharField(_("name of the area"), max_length=120)
    municipalities = models.ManyToManyField(Municipality, blank=True, verbose_name=_("municipalities"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = scoped("service__county__code").as_manager()

    class Meta:
        verbose_name = _("service area")
        verbose_name_plural = _("service areas")
        ordering = ["starts_on"]
        constraints = [ends_after_start("service_area", "starts_on", "ends_on")]

    def __str__(self) -> str:
        return label(self, "name")

    def is_in_force(self, day: date) -> bool:
        """The service works there on the day, its last one included."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class TargetQuerySet(ScopedQuerySet):
    """Questions about targets."""

    def editable_by(self, actor: Actor) -> TargetQuerySet:
        """Those of the main user's county; a manager's are those of what she manages."""
        return self.filter(pk__in=super().editable_by(actor).values("pk")) | self.filter(supervised_by(actor, Role.MANAGER))


class Target(Versioned):
    """A target of the service or of the whole county (metrics 1.8)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="targets", verbose_name=_("county"))
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="targets", verbose_name=_("service")
    )
    metric = models.CharField(_("metric"), max_length=6, help_text=_("M01–M35 or M08b."))
    aim = models.CharField(_("aim"), max_length=12, choices=AimClass.choices)
    channel = models.CharField(_("channel"), max_length=10, default="chat", choices=[("chat", _("Chat")), ("phone", _("Phone"))])
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=3)
    unit = models.CharField(_("unit"), max_length=12)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    due_on = models.DateField(_("due date"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=160, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["aim", "metric"]
        constraints = [ends_after_start("target", "starts_on", "ends_on")]

    def __str__(self) -> str:
        return f"{self.metric} {self.get_direction_display()} {self.value} {self.unit}"

    def clean(self) -> None:
        """The metric is one of those that the reports compute."""
        super().clean()
        if not METRIC.fullmatch(self.metric):
            raise ValidationError({"metric": ValidationError(_("Write M01–M35 or M08b."), code="metric")})
