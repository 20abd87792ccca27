"""How far people are in the orientation to a service: a fixed number of queries for any number of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from accounts.choices import Role
from accounts.models import Grant, User
from handbook.choices import VersionState
from handbook.models import (
    ChapterVersion,
    CheckPassed,
    Orientation,
    OrientationPlan,
    PracticeNote,
    Reading,
    SelfAssessment,
    Training,
    TrainingDone,
)
from handbook.trends import Trend, trends_of


class Made(NamedTuple):
    """When something of it was done, and the id of the row that tells so."""

    at: datetime
    row: str


@dataclass(frozen=True, slots=True)
class Step:
    """A text of the orientation: read, and its questions answered right."""

    version: ChapterVersion
    is_read: bool
    is_checked: bool

    @property
    def has_questions(self) -> bool:
        """There is something to answer."""
        return bool(self.version.questions)

    @property
    def is_done(self) -> bool:
        """Nothing of it is left."""
        return self.is_read and (self.is_checked or not self.has_questions)


@dataclass(frozen=True, slots=True)
class Progress:
    """One person's orientation to one service."""

    user: User
    steps: Sequence[Step]
    trainings: Sequence[tuple[Training, bool]]
    needs_practice: bool
    has_practised: bool
    orientation: Orientation | None
    skills: Sequence[Trend] = ()
    last: Made | None = None
    """What she did last of all that counts."""

    @property
    def done(self) -> int:
        """How many things are done."""
        return (
            sum(step.is_done for step in self.steps)
            + sum(done for training, done in self.trainings if training.is_mandatory)
            + (self.needs_practice and self.has_practised)
        )

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.steps) + sum(training.is_mandatory for training, _done in self.trainings) + self.needs_practice

    @property
    def is_whole(self) -> bool:
        """Only the supervisor's sign-off is left."""
        return self.done == self.total

    @property
    def is_over(self) -> bool:
        """She may take real conversations."""
        return self.orientation is not None and self.orientation.is_over

    @property
    def next(self) -> Step | None:
        """What she goes on with."""
        return next((step for step in self.steps if not step.is_done), None)


def people_of(plan: OrientationPlan) -> list[User]:
    """The responders of the service."""
    reaches = Q(service_id__isnull=True) | Q(service_id=plan.service.public_id)
    grants = Grant.objects.valid().filter(reaches, role=Role.RESPONDER, county=plan.service.county.code)
    return list(User.objects.filter(pk__in=grants.values("user")).order_by("first_name", "last_name"))


def progress_of(plan: OrientationPlan, users: Sequence[User]) -> list[Progress]:
    """The progress of each of the people: eight queries."""
    keys = [user.pk for user in users]
    versions = list(
        ChapterVersion.objects.filter(
            Q(service__isnull=True) | Q(service=plan.service_id),
            state=VersionState.PUBLISHED,
            chapter__county=plan.service.county_id,
            chapter__in_orientation=True,
            chapter__retired_at__isnull=True,
        )
        .select_related("chapter", "service")
        .order_by("chapter__order", "service_id")
    )
    places = {(version.chapter_id, version.service_id): version for version in versions}
    read, checked, trained = (defaultdict[int, dict[int, Made]](dict) for _kind in range(3))
    # What was read as an earlier version stays done: a significant change asks again by itself, on the page of the chapter.
    for model, found in ((Reading, read), (CheckPassed, checked)):
        rows = model.objects.filter(user__in=keys, version__chapter__in=[version.chapter_id for version in versions])
        columns = ("pk", "at", "user_id", "version__chapter_id", "version__service_id")
        for pk, at, user_id, chapter_id, service_id in rows.order_by("at", "pk").values_list(*columns):
            if (place := places.get((chapter_id, service_id))) is not None:
                found[user_id].setdefault(place.pk, Made(at, f"{model._meta.model_name}:{pk}"))
    trainings = list(Training.objects.filter(plan=plan))
    done = TrainingDone.objects.filter(user__in=keys, training__plan=plan)
    for pk, at, user_id, training_id in done.values_list("pk", "at", "user_id", "training_id"):
        trained[user_id][training_id] = Made(at, f"trainingdone:{pk}")
    noted = PracticeNote.objects.filter(county=plan.service.county_id, user__in=keys)
    practised = {user_id: Made(at, f"practicenote:{pk}") for pk, at, user_id in noted.values_list("pk", "at", "user_id")}
    mandatory = {training.pk for training in trainings if training.is_mandatory}
    over = {
        row.user_id: row
        for row in Orientation.objects.filter(plan=plan, user__in=keys).select_related("signed_by", "let_through_by")
    }
    skills: dict[int, list[SelfAssessment]] = defaultdict(list)
    for row in SelfAssessment.objects.filter(county=plan.service.county_id, user__in=keys):
        skills[row.user_id].append(row)
    return [
        Progress(
            user=user,
            steps=[Step(version, version.pk in read[user.pk], version.pk in checked[user.pk]) for version in versions],
            trainings=[(training, training.pk in trained[user.pk]) for training in trainings],
            needs_practice=plan.with_practice,
            has_practised=user.pk in practised,
            orientation=over.get(user.pk),
            skills=trends_of(skills[user.pk]),
            last=max(
                [
                    *read[user.pk].values(),
                    *checked[user.pk].values(),
                    *(made for key, made in trained[user.pk].items() if key in mandatory),
                    *([practised[user.pk]] if plan.with_practice and user.pk in practised else []),
                ],
                default=None,
            ),
        )
        for user in users
    ]
