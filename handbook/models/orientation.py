"""The orientation of new responders, service by service: what it has, how far each is, who confirmed it (S001-34, S001-69)."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from handbook.choices import Skill
from handbook.models.chapters import ChapterVersion, supervised_service
from services.models import County, Service
from services.models.base import ScopedQuerySet, Versioned, scoped


class PlanQuerySet(ScopedQuerySet):
    """Questions about plans of orientation."""

    county_path = "service__county__code"

    def editable_by(self, actor: Actor) -> Self:
        """The main user's of her county, and a supervisor's of her services."""
        hers = Service.objects.filter(supervised_service(actor)).values("pk")
        return self.filter(Q(pk__in=super().editable_by(actor).values("pk")) | Q(service__in=hers))

    def holding_back(self, user_id: int, service_id: int) -> Self:
        """The plan that keeps the person from real conversations of the service.

        Nobody is held back who has been signed off or let through, nor who supervises the service, nor
        before the county has published something to go through.
        """
        supervises = Grant.objects.valid().filter(
            Q(service_id__isnull=True) | Q(service_id=OuterRef("service__public_id")),
            user_id=user_id,
            role=Role.SUPERVISOR,
            county=OuterRef("service__county__code"),
        )
        texts = ChapterVersion.objects.current().filter(chapter__in_orientation=True, chapter__county=OuterRef("service__county"))
        return self.not_passed_by(user_id, service_id).filter(Exists(texts) & ~Exists(supervises))

    def not_passed_by(self, user_id: int, service_id: int) -> Self:
        """The plan of the service, if it is required and the person has neither been signed off nor let through."""
        done = Orientation.objects.filter(Q(signed_at__isnull=False) | Q(let_through_at__isnull=False), plan=OuterRef("pk"))
        return self.filter(~Exists(done.filter(user_id=user_id)), service_id=service_id, is_required=True)


class OrientationPlan(Versioned):
    """What a new responder of a service goes through; while it is required, she takes no real conversations before it is done."""

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="orientation_plan", verbose_name=_("service"))
    is_required = models.BooleanField(_("real conversations are taken only after the orientation"), default=True)
    with_practice = models.BooleanField(_("a practice conversation belongs to it"), default=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("orientation of a service")
        verbose_name_plural = _("orientations of services")

    def __str__(self) -> str:
        return str(self.service)


class Training(models.Model):
    """A training of the plan elsewhere, by its address: Moodle, a video."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(OrientationPlan, on_delete=models.CASCADE, related_name="trainings", verbose_name=_("orientation"))
    title = models.JSONField(_("title"), default=dict)
    url = models.URLField(_("address"), max_length=500)
    is_mandatory = models.BooleanField(_("must be done"), default=True)
    due_on = models.DateField(_("due date"), null=True, blank=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    objects = scoped("plan__service__county__code").as_manager()

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.title.get("fi", self.url))


class OwnOrSupervisedQuerySet(ScopedQuerySet):
    """Her own rows; and those of the county for its supervisors and main users."""

    def readable_by(self, actor: Actor) -> Self:
        """What a person did is seen by herself and by those who look after the work."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        grants = Grant.objects.valid().filter(user_id=actor.user_id, county=OuterRef(self.county_path))
        looks_after = Exists(grants.filter(role__in=[Role.SUPERVISOR, Role.MAIN_USER]))
        return self.filter(Q(Exists(grants), user_id=actor.user_id) | Q(looks_after))


def _own(path: str) -> type[OwnOrSupervisedQuerySet]:
    return type("OwnOrSupervisedQuerySet", (OwnOrSupervisedQuerySet,), {"county_path": path})


class TrainingDone(models.Model):
    """A person says that she has done a training."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="done", verbose_name=_("training"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = _own("training__plan__service__county__code").as_manager()

    class Meta:
        verbose_name = _("training that was done")
        verbose_name_plural = _("trainings that were done")
        constraints = [models.UniqueConstraint(fields=["training", "user"], name="training_done_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.training_id}"


class CheckPassed(models.Model):
    """A person has answered all check questions of a version right."""

    version = models.ForeignKey(ChapterVersion, on_delete=models.CASCADE, related_name="checks", verbose_name=_("version"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = _own("version__chapter__county__code").as_manager()

    class Meta:
        verbose_name = _("check questions that were answered right")
        verbose_name_plural = _("check questions that were answered right")
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="check_passed_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.version_id}"


class PracticeNote(models.Model):
    """A person has done a practice conversation: told down by the chat, without its words."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+", verbose_name=_("county"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = OwnOrSupervisedQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice that was done")
        verbose_name_plural = _("practice that was done")
        constraints = [models.UniqueConstraint(fields=["county", "user"], name="practice_noted_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.county_id}"


class Orientation(models.Model):
    """One person's orientation to one service: signed off by the supervisor when all was done, or let through before it."""

    plan = models.ForeignKey(OrientationPlan, on_delete=models.CASCADE, related_name="orientations", verbose_name=_("orientation"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    signed_at = models.DateTimeField(_("signed off"), null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    let_through_at = models.DateTimeField(_("let through"), null=True)
    let_through_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("why she was let through"), max_length=300, blank=True)

    objects = _own("plan__service__county__code").as_manager()

    class Meta:
        verbose_name = _("orientation of a person")
        verbose_name_plural = _("orientations of people")
        constraints = [
            models.UniqueConstraint(fields=["plan", "user"], name="orientation_once"),
            models.CheckConstraint(
                condition=Q(let_through_at__isnull=True) | ~Q(reason=""), name="orientation_let_through_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.plan_id}"

    @property
    def is_over(self) -> bool:
        """She may take real conversations."""
        return self.signed_at is not None or self.let_through_at is not None


class SelfAssessment(models.Model):
    """How a person assesses her own skill in an area or channel on a day; earlier ones stay (S001-26, S001-27)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+", verbose_name=_("county"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    skill = models.CharField(_("skill"), max_length=20, choices=Skill.choices)
    level = models.PositiveSmallIntegerField(_("level"))
    on = models.DateField(_("day"))

    objects = OwnOrSupervisedQuerySet.as_manager()

    class Meta:
        verbose_name = _("self-assessment")
        verbose_name_plural = _("self-assessments")
        ordering = ["-on", "skill"]
        constraints = [
            models.UniqueConstraint(fields=["county", "user", "skill", "on"], name="self_assessment_once_a_day"),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="self_assessment_level_of_four"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.skill} {self.level}"
