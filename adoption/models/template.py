"""The adoption model as versioned data: phases, items, what each asks, and gates (S000-2, S000-29).

A version that has been published never changes (the operations refuse; a new one is made instead), and a rollout keeps the
version it began with.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from adoption.choices import MemberRole, PartKind, ProofLevel, Recurrence, VersionStatus
from services.models import County
from services.models.base import ScopedQuerySet, Versioned, label, one_key_per_county

VERSION_COUNTY = "model_version__model__county__code"


def part_names(kind: str, name: str, beside: str, roles: Sequence[str]) -> list[str]:
    """What the parts of a requirement are called: by its name, else by its kind and form, document or signal.

    A sign-off is one part for each role.
    """
    if kind == PartKind.SIGNOFF:
        return [f"{kind}:{role}" for role in roles]
    if name:
        return [name]
    return [f"{kind}:{beside}" if beside and kind in (PartKind.FORM, PartKind.DOCUMENT, PartKind.FACT) else str(kind)]


class AdoptionModel(Versioned):
    """A way to take a chat into use, of which there are versions (S000-1, S000-3)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="adoption_models", verbose_name=_("county"))
    key = models.SlugField(_("key"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("adoption model")
        verbose_name_plural = _("adoption models")
        ordering = ["key"]
        constraints = [one_key_per_county("adoption_model")]

    def __str__(self) -> str:
        return self.key


class ModelVersionQuerySet(ScopedQuerySet):
    """Questions about versions."""

    county_path = "model__county__code"

    def editable_by(self, actor: Actor) -> ModelVersionQuerySet:
        """Drafts of the counties whose main user the actor is; a published version is frozen."""
        return self.filter(pk__in=super().editable_by(actor).values("pk"), status=VersionStatus.DRAFT)


class ModelVersion(Versioned):
    """One version of an adoption model: a draft that is edited, or a published one that is frozen."""

    model = models.ForeignKey(AdoptionModel, on_delete=models.CASCADE, related_name="versions", verbose_name=_("adoption model"))
    number = models.PositiveIntegerField(_("version"), validators=[MinValueValidator(1)])
    status = models.CharField(
        _("status"), max_length=10, choices=VersionStatus.choices, default=VersionStatus.DRAFT, editable=False
    )
    name = models.CharField(_("name"), max_length=160)
    purpose = models.TextField(_("purpose"), blank=True)
    source = models.CharField(_("source"), max_length=160, blank=True)
    forms = models.JSONField(
        _("forms"), default=dict, editable=False, help_text=_("The fields of each form, as the content file names them.")
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an adoption model")
        verbose_name_plural = _("versions of adoption models")
        ordering = ["model", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="adoption_version_number_once"),
            models.UniqueConstraint(fields=["model"], condition=Q(status=VersionStatus.DRAFT), name="adoption_one_draft_per_model"),
            models.CheckConstraint(
                condition=Q(status=VersionStatus.DRAFT) | Q(published_at__isnull=False), name="adoption_published_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{label(self, 'name')} v{self.number}"


class DraftRowQuerySet(ScopedQuerySet):
    """Rows of a version: they are edited with it, so only while it is a draft."""

    county_path = VERSION_COUNTY
    status_path = "model_version__status"

    def editable_by(self, actor: Actor) -> DraftRowQuerySet:
        """Rows of drafts, by the main user of the county."""
        return self.filter(pk__in=super().editable_by(actor).values("pk"), **{self.status_path: VersionStatus.DRAFT})


def _draft_rows(before: str) -> type[DraftRowQuerySet]:
    paths = {"county_path": f"{before}__{VERSION_COUNTY}", "status_path": f"{before}__model_version__status"}
    return type("DraftRowQuerySet", (DraftRowQuerySet,), paths)


class ModelCondition(models.Model):
    """A condition of success, shown on the first page of every rollout (S000-30, S000-31, S001-25)."""

    edited_with = "model_version"

    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="conditions", verbose_name=_("version"))
    key = models.SlugField(_("key"))
    text = models.CharField(_("text"), max_length=200)
    source = models.CharField(_("source"), max_length=80, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects = DraftRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition of success")
        verbose_name_plural = _("conditions of success")
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["model_version", "key"], name="adoption_condition_key_once")]

    def __str__(self) -> str:
        return label(self, "text")


class ModelPhase(Versioned):
    """One of the ordered phases of a version."""

    edited_with = "model_version"

    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="phases", verbose_name=_("version"))
    key = models.SlugField(_("key"))
    order = models.PositiveSmallIntegerField(_("order"))
    name = models.CharField(_("name"), max_length=120)
    label = models.CharField(_("shown as"), max_length=120, blank=True, help_text=_("Empty: the name."))
    long_name = models.CharField(_("long name"), max_length=160, blank=True)
    goal = models.TextField(_("goal"), blank=True)

    objects = DraftRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["model_version", "key"], name="adoption_phase_key_once")]

    def __str__(self) -> str:
        return label(self, "label" if getattr(self, "label_fi", "") else "name")


class ModelItem(Versioned):
    """A thing to do: what, who, what it asks, and what the live system can prove of it."""

    edited_with = "phase"

    phase = models.ForeignKey(ModelPhase, on_delete=models.CASCADE, related_name="items", verbose_name=_("phase"))
    code = models.CharField(_("number"), max_length=10, help_text=_("For example 2.3; unique in the version."))
    key = models.SlugField(_("key"))
    order = models.PositiveSmallIntegerField(_("order"))
    text = models.TextField(_("text"))
    label = models.TextField(_("shown as"), blank=True, help_text=_("Empty: the text."))
    help = models.TextField(_("help with an example of good evidence"), blank=True)
    done_evidence = models.TextField(_("what shows that it is done"), blank=True)
    responsible = models.CharField(_("responsible role"), max_length=20, choices=MemberRole.choices)
    involved = models.JSONField(_("roles that take part"), default=list, blank=True)
    depends_on = models.JSONField(_("rests on items"), default=list, blank=True)
    question_key = models.SlugField(_("key of the question"), blank=True)
    question = models.CharField(_("question on which it depends"), max_length=300, blank=True)
    applies_when = models.CharField(_("applies when the answer is"), max_length=10, blank=True)
    recurrence = models.CharField(_("comes back"), max_length=8, choices=Recurrence.choices, default=Recurrence.ONCE, blank=True)
    is_optional = models.BooleanField(_("optional: given only to rollouts that ask for it"), default=False)
    source = models.CharField(_("source"), max_length=80, blank=True)
    proof_level = models.CharField(_("proof"), max_length=8, choices=ProofLevel.choices, default=ProofLevel.NONE)
    signals = models.JSONField(_("signals"), default=list, blank=True)
    covers = models.JSONField(_("parts that the signals fill"), default=list, blank=True)
    proof_rule = models.TextField(_("rule of the proof"), blank=True)

    objects = _draft_rows("phase").as_manager()

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["phase__order", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["phase", "code"], name="adoption_item_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {label(self, 'label' if getattr(self, 'label_fi', '') else 'text')}"


class ModelRequirement(models.Model):
    """One thing that an item asks; a sign-off by two roles becomes two parts in a rollout."""

    edited_with = "item"

    item = models.ForeignKey(ModelItem, on_delete=models.CASCADE, related_name="requirements", verbose_name=_("item"))
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    kind = models.CharField(_("kind"), max_length=12, choices=PartKind.choices)
    name = models.CharField(_("name of the part"), max_length=60, blank=True)
    form = models.CharField(_("form"), max_length=40, blank=True)
    document = models.CharField(_("type of document"), max_length=40, blank=True)
    signal = models.CharField(_("signal"), max_length=60, blank=True)
    minimum = models.PositiveSmallIntegerField(_("how many people at least"), default=0)
    of_members = models.BooleanField(_("counted among the rollout’s members, not in a meeting"), default=False)
    roles = models.JSONField(_("roles"), default=list, blank=True, help_text=_("Who decides, signs or must be present."))
    outcomes = models.JSONField(_("outcomes that count"), default=list, blank=True)
    when = models.CharField(
        _("only when"), max_length=80, blank=True, help_text=_("A form’s answer, as cost_estimate.agreement_needed = yes.")
    )

    objects = _draft_rows("item__phase").as_manager()

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        about = self.name or self.form or self.document or self.signal
        return f"{self.get_kind_display()}: {about}" if about else str(self.get_kind_display())

    def part_names(self) -> list[str]:
        """The names of the parts that it becomes, as the content file's `covers` uses them."""
        return part_names(self.kind, self.name, self.form or self.document or self.signal, self.roles)


class ModelGate(Versioned):
    """Between two phases: hard ones lock, the others warn (S000-29, S000-35)."""

    edited_with = "model_version"

    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="gates", verbose_name=_("version"))
    key = models.SlugField(_("key"))
    order = models.PositiveSmallIntegerField(_("order"))
    from_phase = models.CharField(_("from phase"), max_length=50)
    to_phase = models.CharField(_("to phase"), max_length=50, help_text=_("A phase’s key, or “closed”."))
    hard = models.BooleanField(_("locks the next phase until it is passed"), default=False)
    name = models.CharField(_("name"), max_length=160)
    items = models.JSONField(_("items that must be done"), default=list, blank=True)
    parts = models.JSONField(_("parts that must be filled"), default=list, blank=True, help_text=_("As 2.7/training_plan."))
    signals = models.JSONField(_("signals that must be true"), default=list, blank=True)
    rule = models.TextField(_("rule"), blank=True)
    writes_permit = models.BooleanField(_("writes the service’s permit to open"), default=False)

    objects = DraftRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["model_version", "key"], name="adoption_gate_key_once")]

    def __str__(self) -> str:
        return f"{self.key} {label(self, 'name')}"


__all__ = [
    "AdoptionModel",
    "ModelCondition",
    "ModelGate",
    "ModelItem",
    "ModelPhase",
    "ModelRequirement",
    "ModelVersion",
    "part_names",
]
