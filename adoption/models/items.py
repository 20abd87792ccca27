"""The items of a rollout: their state, the parts that each asks, what fills them, and their history (S000-32…55)."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import StoredFile
from adoption.choices import ItemState, MemberRole, Outcome, PartKind
from adoption.models.rollouts import Rollout, RolloutRowQuerySet, rollout_rows
from adoption.models.template import ModelItem, ModelRequirement
from adoption.models.work import Meeting


class RolloutItem(models.Model):
    """One item of the model in one rollout."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="items", verbose_name=_("rollout"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    model_item = models.ForeignKey(ModelItem, on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    state = models.CharField(_("state"), max_length=16, choices=ItemState.choices, default=ItemState.NOT_STARTED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    due_on = models.DateField(_("due date"), null=True, blank=True)
    reason = models.CharField(
        _("reason"), max_length=300, blank=True, help_text=_("Why it is blocked, does not apply or was opened again.")
    )
    period = models.DateField(
        _("period"), null=True, blank=True, help_text=_("First day of the month or quarter that a recurring item is about.")
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by_system = models.BooleanField(_("set to done by the system"), default=False)
    reopened_at = models.DateTimeField(_("opened again"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects = rollout_rows().as_manager()

    class Meta:
        verbose_name = _("item of a rollout")
        verbose_name_plural = _("items of a rollout")
        ordering = ["model_item__phase__order", "model_item__order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "model_item"], name="rollout_item_once"),
            models.CheckConstraint(
                condition=~Q(state=ItemState.DONE) | Q(done_at__isnull=False), name="rollout_item_done_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ItemState.BLOCKED, ItemState.NOT_APPLICABLE]) | ~Q(reason=""),
                name="rollout_item_blocked_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.model_item)


class ItemPart(models.Model):
    """One part that an item asks; it is filled by a standing `Filling` of the item's period."""

    item = models.ForeignKey(RolloutItem, on_delete=models.CASCADE, related_name="parts", verbose_name=_("item"))
    requirement = models.ForeignKey(ModelRequirement, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=PartKind.choices)
    role = models.CharField(_("role"), max_length=20, choices=MemberRole.choices, blank=True)
    order = models.PositiveSmallIntegerField(default=1)

    objects = rollout_rows("item__rollout").as_manager()

    class Meta:
        verbose_name = _("part of an item")
        verbose_name_plural = _("parts of an item")
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["item", "name"], name="item_part_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def given_by(self) -> list[str]:
        """The roles one of which decides or signs; empty when it is given by whoever works on the item."""
        match self.kind:
            case PartKind.SIGNOFF:
                return [self.role]
            case PartKind.DECISION:
                return list(self.requirement.roles) or [MemberRole.MANAGER]
        return []


class Filling(models.Model):
    """What fills a part: a decision, a document, a text, a meeting, a signature or a proof. It is never changed, only withdrawn."""

    part = models.ForeignKey(ItemPart, on_delete=models.CASCADE, related_name="fillings")
    period = models.DateField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    by_system = models.BooleanField(default=False)
    role = models.CharField(_("in the role"), max_length=20, choices=MemberRole.choices, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    on = models.DateField(_("date"), default=timezone.localdate)
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome.choices, blank=True)
    text = models.TextField(_("text"), blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    document_version = models.CharField(_("version of the document"), max_length=40, blank=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proof = models.ForeignKey("adoption.Proof", on_delete=models.PROTECT, null=True, blank=True, related_name="fillings")
    counts = models.BooleanField(_("fills the part"), default=True, help_text=_("A rejecting decision is kept and fills nothing."))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = rollout_rows("part__item__rollout").as_manager()

    class Meta:
        verbose_name = _("filling of a part")
        verbose_name_plural = _("fillings of parts")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.part}: {self.at:%d.%m.%Y}"


class ItemHistory(models.Model):
    """A step of an item; append-only."""

    item = models.ForeignKey(RolloutItem, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    by_system = models.BooleanField(default=False)
    was = models.CharField(max_length=16, choices=ItemState.choices)
    became = models.CharField(max_length=16, choices=ItemState.choices)
    reason = models.CharField(max_length=300, blank=True)

    objects = rollout_rows("item__rollout").as_manager()

    class Meta:
        verbose_name = _("history of an item")
        verbose_name_plural = _("histories of items")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.was} → {self.became}"


class Comment(models.Model):
    """What somebody says of an item (S000-59)."""

    item = models.ForeignKey(RolloutItem, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("comment"))
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = rollout_rows("item__rollout").as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.by}: {self.at:%d.%m.%Y}"


class Attachment(models.Model):
    """A file that somebody put to an item."""

    item = models.ForeignKey(RolloutItem, on_delete=models.CASCADE, related_name="attachments")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    document = models.CharField(_("type of document"), max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = rollout_rows("item__rollout").as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return str(self.file)


class FormAnswer(models.Model):
    """The saved fields of one of the model's forms in a rollout (for a recurring item: of one period)."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="form_answers")
    form = models.CharField(max_length=40)
    period = models.DateField(null=True, blank=True)
    values = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = rollout_rows().as_manager()

    class Meta:
        verbose_name = _("filled form")
        verbose_name_plural = _("filled forms")
        ordering = ["form", "-period"]
        constraints = [
            # Two, since SQLite takes two empty periods for different ones.
            models.UniqueConstraint(fields=["rollout", "form", "period"], name="rollout_form_once_per_period"),
            models.UniqueConstraint(fields=["rollout", "form"], condition=Q(period__isnull=True), name="rollout_form_once"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.period or ''}".strip()


class ProofQuerySet(RolloutRowQuerySet):
    """Questions about proofs."""

    county_path = "item__rollout__county__code"
    rollout_path = "item__rollout"

    def standing(self) -> Self:
        """Without those in whose place newer rows have come; they are kept as the evidence of their time."""
        return self.filter(superseded_at__isnull=True)


class Proof(models.Model):
    """What the live system showed: the signal, its value, the threshold, the time and the ids of the proving rows.

    What has filled a part or set an item to done (`used_at`) is never computed anew: if the signal turns false later, only `holds`
    tells it.
    """

    item = models.ForeignKey(RolloutItem, on_delete=models.CASCADE, related_name="proofs")
    signal = models.CharField(max_length=60)
    period = models.DateField(null=True, blank=True)
    holds = models.BooleanField(help_text="As it was when it was last checked.")
    first_held_at = models.DateTimeField(null=True, help_text="The time of the proving row.")
    checked_at = models.DateTimeField()
    value = models.JSONField(default=dict)
    threshold = models.CharField(max_length=60, blank=True)
    rows = models.JSONField(default=list)
    is_demo = models.BooleanField(default=False)
    used_at = models.DateTimeField(null=True, help_text="When it filled a part or set the item to done.")
    superseded_at = models.DateTimeField(null=True, help_text="When newer rows proved in its place.")

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        ordering = ["item", "signal"]
        constraints = [
            # Two, since SQLite takes two empty periods for different ones.
            models.UniqueConstraint(
                fields=["item", "signal", "period"],
                condition=Q(superseded_at__isnull=True),
                name="item_signal_once_per_period",
            ),
            models.UniqueConstraint(
                fields=["item", "signal"],
                condition=Q(superseded_at__isnull=True, period__isnull=True),
                name="item_signal_once",
            ),
        ]

    def __str__(self) -> str:
        return self.signal

    @property
    def has_changed(self) -> bool:
        """It held and was used, and does not hold any more: “tilanne on muuttunut”."""
        return self.used_at is not None and not self.holds
