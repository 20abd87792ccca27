"""A rollout: the adoption model applied to one service, with its people (S000-1…9, 63, 64)."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant, StoredFile
from adoption.choices import Level, MemberRole, RiskKind, RolloutStatus, Stage, YesNo
from adoption.models.template import ModelPhase, ModelVersion
from services.models import County, Municipality, Service
from services.models.base import ScopedQuerySet, Versioned, ends_after_start, label
from services.models.service import METRIC

# Whose work a rollout is, and who may read every one of the county's.
DRIVER_ROLES: frozenset[str] = frozenset({Role.COORDINATOR, Role.MAIN_USER})
READER_ROLES: frozenset[str] = DRIVER_ROLES | {Role.MANAGER, Role.SUPERVISOR, Role.PRIVACY_OFFICER, Role.READER}


class RolloutQuerySet(ScopedQuerySet):
    """Which rollouts somebody may see, and drive."""

    def readable_by(self, actor: Actor) -> RolloutQuerySet:
        """Those of her county (or service) by role, and those in which she is a member."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                member = Member.objects.filter(user_id=user_id, rollout=models.OuterRef("pk"))
                # A member who has no grant in the county any more does not work there.
                works = Grant.objects.valid().filter(user_id=user_id, county=models.OuterRef("county__code"))
                by_role = works.filter(role__in=READER_ROLES).filter(
                    Q(service_id__isnull=True) | Q(service_id=models.OuterRef("service__public_id"))
                )
                return self.filter(models.Exists(by_role) | (models.Exists(member) & models.Exists(works)))
        return self.none()

    def editable_by(self, actor: Actor) -> RolloutQuerySet:
        """Those that the coordinator or main user of the county (or of the service) drives."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                drives = Grant.objects.valid().filter(
                    user_id=user_id, role__in=DRIVER_ROLES, county=models.OuterRef("county__code")
                )
                return self.filter(
                    models.Exists(drives.filter(Q(service_id__isnull=True) | Q(service_id=models.OuterRef("service__public_id"))))
                )
        return self.none()

    def decided_by(self, actor: Actor) -> RolloutQuerySet:
        """Those on which the actor decides: a manager of the county or service by her role, or their member as management."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                works = Grant.objects.valid().filter(user_id=user_id, county=models.OuterRef("county__code"))
                manages = works.filter(role=Role.MANAGER).filter(
                    Q(service_id__isnull=True) | Q(service_id=models.OuterRef("service__public_id"))
                )
                named = Member.objects.filter(user_id=user_id, role=MemberRole.MANAGER, rollout=models.OuterRef("pk"))
                return self.filter(models.Exists(manages) | (models.Exists(named) & models.Exists(works)))
        return self.none()

    def steered_by(self, actor: Actor) -> RolloutQuerySet:
        """Those that the actor drives or decides on: she looks after their progress, and reminds their people."""
        drives, decides = self.editable_by(actor), self.decided_by(actor)
        return self.filter(Q(pk__in=drives.values("pk")) | Q(pk__in=decides.values("pk")))

    def workable_by(self, actor: Actor) -> RolloutQuerySet:
        """Those in which the actor works: she drives them, or is one of their people."""
        drives = self.editable_by(actor)
        if not isinstance(actor, Staff):
            return drives
        member = Member.objects.filter(user_id=actor.user_id, rollout=models.OuterRef("pk"))
        mine = self.readable_by(actor).filter(models.Exists(member))
        return self.filter(Q(pk__in=drives.values("pk")) | Q(pk__in=mine.values("pk")))


class RolloutRowQuerySet(ScopedQuerySet):
    """Rows that belong to a rollout: who reads and drives the rollout reads and changes them."""

    county_path = "rollout__county__code"
    rollout_path: ClassVar[str] = "rollout"

    def readable_by(self, actor: Actor) -> Self:
        """Rows of the rollouts that the actor reads."""
        return self.filter(**{f"{self.rollout_path}__in": RolloutQuerySet(Rollout).readable_by(actor).values("pk")})

    def editable_by(self, actor: Actor) -> Self:
        """Rows of the rollouts that the actor drives."""
        return self.filter(**{f"{self.rollout_path}__in": RolloutQuerySet(Rollout).editable_by(actor).values("pk")})


def rollout_rows(path: str = "rollout") -> type[RolloutRowQuerySet]:
    """A queryset class of rows whose rollout lies behind `path`."""
    return type("RolloutRowQuerySet", (RolloutRowQuerySet,), {"county_path": f"{path}__county__code", "rollout_path": path})


class TeamRowQuerySet(RolloutRowQuerySet):
    """Rows of the work around a rollout: its people write them too, not its driver alone."""

    def editable_by(self, actor: Actor) -> Self:
        """Rows of the rollouts in which the actor works."""
        return self.filter(**{f"{self.rollout_path}__in": RolloutQuerySet(Rollout).workable_by(actor).values("pk")})


def team_rows(path: str = "rollout") -> type[TeamRowQuerySet]:
    """A queryset class of rows that the people of the rollout behind `path` write."""
    return type("TeamRowQuerySet", (TeamRowQuerySet,), {"county_path": f"{path}__county__code", "rollout_path": path})


class Rollout(Versioned):
    """One chat on its way from an idea to production."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="rollouts", verbose_name=_("county"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="rollouts", editable=False, verbose_name=_("version of the model")
    )
    service = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, blank=True, related_name="rollouts", verbose_name=_("service")
    )
    name = models.CharField(_("name of the operating model"), max_length=160)
    summary = models.TextField(_("short description"), blank=True)
    place = models.CharField(_("place of implementation"), max_length=160, blank=True)
    municipalities = models.ManyToManyField(
        Municipality, blank=True, related_name="+", verbose_name=_("municipalities"), help_text=_("None: the whole county.")
    )
    funders = models.JSONField(_("funders"), default=list, blank=True)
    funding_text = models.CharField(_("more about the funding"), max_length=200, blank=True)
    programme = models.CharField(_("programme"), max_length=40, blank=True, help_text=_("For example RRP."))
    pillar = models.CharField(_("pillar"), max_length=20, blank=True, help_text=_("For example P4."))
    investment = models.CharField(_("investment"), max_length=20, blank=True, help_text=_("For example I4."))
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, default=Stage.IDEA)
    tags = models.JSONField(_("phenomena"), default=list, blank=True)
    links = models.JSONField(_("links to other projects and models"), default=list, blank=True)
    cover = models.ForeignKey(
        StoredFile,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("cover image"),
    )
    cover_alt = models.CharField(_("what the cover image shows"), max_length=200, blank=True, editable=False)
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("sponsor")
    )
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("planned end"), null=True, blank=True)
    is_pilot = models.BooleanField(_("a pilot"), default=False)
    rooting_until = models.DateField(_("rooting goes on until"), null=True, blank=True)

    status = models.CharField(
        _("status"), max_length=12, choices=RolloutStatus.choices, default=RolloutStatus.RUNNING, editable=False
    )
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True, editable=False)
    phase = models.ForeignKey(
        ModelPhase, on_delete=models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("current phase")
    )
    answers = models.JSONField(_("answers on which items depend"), default=dict, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    touched_at = models.DateTimeField(_("last changed"), default=timezone.now, editable=False)
    touched_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")

    objects = RolloutQuerySet.as_manager()

    class Meta:
        verbose_name = _("rollout")
        verbose_name_plural = _("rollouts")
        ordering = ["name_fi", "id"]
        constraints = [
            ends_after_start("rollout", "starts_on", "ends_on"),
            models.UniqueConstraint(
                fields=["service"], condition=Q(status=RolloutStatus.RUNNING), name="rollout_one_running_per_service"
            ),
        ]

    def __str__(self) -> str:
        return label(self, "name")

    def clean(self) -> None:
        """Its service is of the same county."""
        super().clean()
        if self.service is not None and self.service.county_id != self.county_id:
            raise ValidationError({"service": ValidationError(_("The service belongs to another county."), code="other_county")})

    @property
    def is_running(self) -> bool:
        """Neither handed over nor given up."""
        return self.status == RolloutStatus.RUNNING

    def answer(self, question: str) -> YesNo:
        """What was answered to the question of a conditional item."""
        return YesNo(self.answers.get(question, ""))


class Member(models.Model):
    """A person of the rollout in a role; one person may hold several, and several people one (S000-39, S000-58, S000-59)."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="members", verbose_name=_("rollout"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rollout_memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=20, choices=MemberRole.choices)
    expertise = models.CharField(_("knows about"), max_length=120, blank=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    objects = rollout_rows().as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["role", "id"]
        constraints = [models.UniqueConstraint(fields=["rollout", "user", "role"], name="rollout_member_role_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class SystemDependency(models.Model):
    """A client or patient data system that the service lives with (S000-42); rows of the systems inventory."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="systems", verbose_name=_("rollout"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    system = models.CharField(_("system"), max_length=120)
    owner = models.CharField(_("owner"), max_length=120, blank=True)
    recorded_where = models.CharField(_("where an identified contact is recorded"), max_length=200, blank=True)
    integration = models.CharField(
        _("integration"), max_length=8, blank=True, choices=[("yes", _("Yes")), ("no", _("No")), ("planned", _("Planned"))]
    )
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    objects = team_rows().as_manager()

    class Meta:
        verbose_name = _("system")
        verbose_name_plural = _("systems")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.system


class Risk(Versioned):
    """A risk or an opportunity, tied to a metric where one fits."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="risks", verbose_name=_("rollout"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=RiskKind.choices, default=RiskKind.RISK)
    text = models.CharField(_("what may happen"), max_length=300)
    likelihood = models.CharField(_("likelihood"), max_length=8, choices=Level.choices, default=Level.MIDDLE)
    impact = models.CharField(_("impact"), max_length=8, choices=Level.choices, default=Level.MIDDLE)
    plan = models.TextField(_("what is done about it"), blank=True)
    metric = models.CharField(_("metric"), max_length=6, blank=True, help_text=_("M01–M35 or M08b."))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    closed_on = models.DateField(_("closed"), null=True, blank=True)

    objects = team_rows().as_manager()

    class Meta:
        verbose_name = _("risk or opportunity")
        verbose_name_plural = _("risks and opportunities")
        ordering = ["closed_on", "id"]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """The metric is one of those that the reports compute."""
        super().clean()
        if self.metric and not METRIC.fullmatch(self.metric):
            raise ValidationError({"metric": ValidationError(_("Write M01–M35 or M08b."), code="metric")})


class DiaryEntry(models.Model):
    """A dated note of the coordinator (S001-55)."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="diary", verbose_name=_("rollout"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    on = models.DateField(_("date"), default=timezone.localdate)
    text = models.TextField(_("note"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = rollout_rows().as_manager()

    class Meta:
        verbose_name = _("diary note")
        verbose_name_plural = _("diary notes")
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.on:%d.%m.%Y}"


__all__ = [
    "DRIVER_ROLES",
    "READER_ROLES",
    "DiaryEntry",
    "Member",
    "Risk",
    "Rollout",
    "RolloutRowQuerySet",
    "SystemDependency",
    "TeamRowQuerySet",
    "rollout_rows",
    "team_rows",
]
