"""Surveys: what residents wish for, and how the staff fare (S000-16, S000-23, S001-52, S002-31, S004-26).

No row tells who answered what. A staff answer stands apart from the note that somebody has answered, and neither has a time or a
running number by which they could be paired; the notes are forgotten when the survey closes.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from services.choices import QuestionKind, QuestionMeasure, SurveyKind
from services.models.base import ScopedQuerySet, Versioned, label
from services.models.county import County
from services.models.service import Service

# Who makes surveys; who sees their figures; and who reads the answers in people's own words.
SURVEY_EDITORS: frozenset[str] = frozenset({Role.MAIN_USER, Role.COORDINATOR})
SURVEY_READERS: frozenset[str] = SURVEY_EDITORS | {Role.SUPERVISOR, Role.MANAGER, Role.READER}
WORDS_READERS: frozenset[str] = SURVEY_EDITORS | {Role.SUPERVISOR}

SCALE = (1, 2, 3, 4, 5)
MOST_QUESTIONS = 20
MOST_OPTIONS = 15
MOST_UNITS = 30


class SurveyQuerySet(ScopedQuerySet):
    """Which surveys are open, and who sees, makes and answers them."""

    def readable_by(self, actor: Actor) -> Self:
        """Surveys whose figures the member of staff may see, in her county or service."""
        return self._held(actor, SURVEY_READERS)

    def editable_by(self, actor: Actor) -> Self:
        """Those that the main user or coordinator of the county, or of the service, makes."""
        return self._held(actor, SURVEY_EDITORS)

    def words_readable_by(self, actor: Actor) -> Self:
        """Those whose own words she may read."""
        return self._held(actor, WORDS_READERS)

    def open_on(self, day: date) -> Self:
        """Published, begun and not over; one whose answers are gathered elsewhere is never open here."""
        begun = self.filter(published_at__isnull=False, closed_at__isnull=True, opens_on__lte=day, held_elsewhere=False)
        return begun.filter(Q(closes_on__isnull=True) | Q(closes_on__gte=day))

    def answerable_by(self, actor: Actor, day: date) -> Self:
        """Open staff surveys of the county or service in which the person works, and has a role."""
        if not isinstance(actor, Staff):
            return self.none()
        works = Grant.objects.valid().filter(user_id=actor.user_id, county=models.OuterRef("county__code"))
        reaches = works.filter(Q(service_id__isnull=True) | Q(service_id=models.OuterRef("service__public_id")))
        reached = Q(service__isnull=True) & models.Exists(works) | models.Exists(reaches)
        return self.open_on(day).filter(reached, kind=SurveyKind.STAFF)

    def _held(self, actor: Actor, roles: frozenset[str]) -> Self:
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                grants = Grant.objects.valid().filter(user_id=user_id, role__in=roles, county=models.OuterRef("county__code"))
                reaches = Q(service_id__isnull=True) | Q(service_id=models.OuterRef("service__public_id"))
                return self.filter(models.Exists(grants.filter(reaches)))
        return self.none()


class OfSurveyQuerySet(ScopedQuerySet):
    """Rows of a survey: who sees and makes the survey sees and makes them."""

    county_path = "survey__county__code"
    survey_path: ClassVar[str] = "survey"

    def readable_by(self, actor: Actor) -> Self:
        """Rows of the surveys that the actor reads."""
        return self.filter(**{f"{self.survey_path}__in": SurveyQuerySet(Survey).readable_by(actor).values("pk")})

    def editable_by(self, actor: Actor) -> Self:
        """Rows of the surveys that the actor makes."""
        return self.filter(**{f"{self.survey_path}__in": SurveyQuerySet(Survey).editable_by(actor).values("pk")})


class OfResponseQuerySet(OfSurveyQuerySet):
    """Answers, through the survey of their response."""

    county_path = "response__survey__county__code"
    survey_path = "response__survey"


class ParticipationQuerySet(ScopedQuerySet):
    """Who has answered is nobody's business but her own."""

    county_path = "survey__county__code"

    def readable_by(self, actor: Actor) -> Self:
        """Her own."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                return self.filter(user_id=user_id)
        return self.none()


class Survey(Versioned):
    """Questions to residents or to the staff, open for a time; when it closes its results are stored and stay."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="surveys", verbose_name=_("county"))
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="surveys", verbose_name=_("service")
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("for whom"), max_length=8, choices=SurveyKind.choices, default=SurveyKind.PUBLIC)
    title = models.CharField(_("title"), max_length=120)
    intro = models.TextField(_("what it is for"), blank=True)
    units = models.JSONField(_("units"), default=list, blank=True)
    held_elsewhere = models.BooleanField(_("the answers are gathered elsewhere"), default=False)
    opens_on = models.DateField(_("opens"), default=timezone.localdate)
    closes_on = models.DateField(_("last day"), null=True, blank=True)
    rollout_id = models.UUIDField(
        null=True, blank=True, editable=False, help_text="The rollout for which it is made; written from above."
    )
    series = models.UUIDField(default=uuid.uuid4, editable=False)
    round = models.PositiveSmallIntegerField(_("round"), default=1, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    results = models.JSONField(default=dict, editable=False)
    imports = models.JSONField(default=list, editable=False, help_text="The files of answers that were brought in.")
    words_erased_at = models.DateTimeField(_("own words erased"), null=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["series", "round"], name="survey_round_once"),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="survey_closes_after_opening",
                violation_error_code="ends_before_start",
                violation_error_message=_("The last day is before the day of opening."),
            ),
        ]

    def __str__(self) -> str:
        return label(self, "title")

    def clean(self) -> None:
        """Units are named once each, and only the staff is asked for theirs."""
        super().clean()
        if len(self.units) > MOST_UNITS:
            raise ValidationError(
                {"units": ValidationError(_("At most %(most)s units."), code="most", params={"most": MOST_UNITS})}
            )
        if len({str(unit).casefold() for unit in self.units}) < len(self.units):
            raise ValidationError({"units": ValidationError(_("Name each unit once."), code="twice")})
        if self.units and self.kind != SurveyKind.STAFF:
            raise ValidationError({"units": ValidationError(_("Only the staff is asked for its unit."), code="units")})

    def is_open(self, day: date) -> bool:
        """It can be answered on the day."""
        ended = self.closed_at is not None or (self.closes_on is not None and day > self.closes_on)
        return self.published_at is not None and self.opens_on <= day and not ended and not self.held_elsewhere

    def is_over(self, day: date) -> bool:
        """It was published, and its last day has passed or somebody closed it; answers on paper come in after the last day."""
        if self.closed_at is not None:
            return True
        is_past = self.closes_on is not None and day > self.closes_on
        return self.published_at is not None and is_past and not self.held_elsewhere


class Question(Versioned):
    """One question. `key` is the same in every round of a survey, so that the rounds can be compared."""

    edited_with = "survey"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions", verbose_name=_("survey"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    kind = models.CharField(_("how it is answered"), max_length=8, choices=QuestionKind.choices, default=QuestionKind.ONE)
    text = models.CharField(_("question"), max_length=240)
    options = models.TextField(_("choices"), blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    measures = models.CharField(
        _("what is read of it"), max_length=8, choices=QuestionMeasure.choices, blank=True, editable=False, help_text="S001-25"
    )

    objects = OfSurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of a survey")
        verbose_name_plural = _("questions of a survey")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "key"], name="survey_question_key_once"),
            models.UniqueConstraint(fields=["survey", "measures"], condition=~Q(measures=""), name="survey_measured_once"),
        ]

    def __str__(self) -> str:
        return label(self, "text")

    def clean(self) -> None:
        """A choice has at least two options, and as many in each language in which there are any; only a scale measures."""
        super().clean()
        if self.kind != QuestionKind.SCALE:
            self.measures = ""
        if self.kind not in (QuestionKind.ONE, QuestionKind.MANY):
            self.options_fi = self.options_sv = self.options_en = ""
            return
        lines = {code: split(getattr(self, f"options_{code}")) for code in ("fi", "sv", "en")}
        lines = {code: each for code, each in lines.items() if each}
        if len(lines.get("fi", ())) < 2:
            raise ValidationError(
                {"options_fi": ValidationError(_("Write at least two choices, one on each line."), code="options")}
            )
        if len(lines["fi"]) > MOST_OPTIONS:
            message = ValidationError(_("At most %(most)s choices."), code="most", params={"most": MOST_OPTIONS})
            raise ValidationError({"options_fi": message})
        for code, each in lines.items():
            if len(each) != len(lines["fi"]):
                message = ValidationError(_("Write as many choices as in Finnish, in the same order."), code="options_differ")
                raise ValidationError({f"options_{code}": message})

    @property
    def choices(self) -> tuple[int, ...]:
        """The numbers that an answer may be."""
        if self.kind == QuestionKind.SCALE:
            return SCALE
        return tuple(range(1, len(split(self.options_fi)) + 1)) if self.kind != QuestionKind.WORDS else ()


def split(lines: str | None) -> list[str]:
    """The lines of a text that have words."""
    return [line.strip() for line in (lines or "").splitlines() if line.strip()]


def _unordered() -> Any:
    return models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


class SurveyResponse(models.Model):
    """One person's answers together. `session` keeps a browser from answering twice while the survey is open; staff has none."""

    id = _unordered()
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="responses", verbose_name=_("survey"))
    unit = models.PositiveSmallIntegerField(_("unit"), null=True, editable=False)
    session = models.CharField(max_length=64, blank=True, editable=False)

    objects = OfSurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("response to a survey")
        verbose_name_plural = _("responses to a survey")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "session"], condition=~Q(session=""), name="survey_answered_once_per_session")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SurveyAnswer(models.Model):
    """What was answered to one question: a choice (several choices are several rows), or words."""

    id = _unordered()
    response = models.ForeignKey(SurveyResponse, on_delete=models.CASCADE, related_name="answers", verbose_name=_("response"))
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+", verbose_name=_("question"))
    choice = models.PositiveSmallIntegerField(_("choice"), null=True)
    words = models.TextField(_("own words"), blank=True)

    objects = OfResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a survey")
        verbose_name_plural = _("answers to a survey")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["response", "question", "choice"], name="survey_choice_once")]

    def __str__(self) -> str:
        return str(self.pk)


class SurveyParticipation(models.Model):
    """That a member of staff has answered, and nothing of what. Forgotten when the survey closes."""

    id = _unordered()
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="participations", verbose_name=_("survey"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation in a survey")
        verbose_name_plural = _("participations in a survey")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["survey", "user"], name="survey_answered_once_per_person")]

    def __str__(self) -> str:
        return str(self.pk)


__all__ = [
    "MOST_QUESTIONS",
    "SCALE",
    "SURVEY_EDITORS",
    "SURVEY_READERS",
    "WORDS_READERS",
    "Question",
    "Survey",
    "SurveyAnswer",
    "SurveyParticipation",
    "SurveyQuerySet",
    "SurveyResponse",
    "split",
]
