"""The end of rooting: a letter 30 days before (S001-42)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from accounts.actors import System
from accounts.models import OutgoingMail, User
from adoption.choices import RolloutStatus
from adoption.models import Rollout
from adoption.operations import remind_of_rooting
from adoption.tasks import remind_of_rooting as nightly
from config.celery import app
from tests.adoption.conftest import NOW

pytestmark = pytest.mark.django_db
BY = System("test")
UNTIL = date(2026, 11, 30)


@pytest.fixture
def rooted(rollout: Rollout) -> Rollout:
    Rollout.objects.filter(pk=rollout.pk).update(rooting_until=UNTIL, status=RolloutStatus.MAINTENANCE)
    return rollout


def letters() -> list[tuple[str, str]]:
    return list(OutgoingMail.objects.order_by("to").values_list("to", "subject"))


def day(before: int) -> datetime:
    return NOW + (UNTIL - NOW.date()) - timedelta(days=before)


def test_coordinator_and_owner_in_production_are_told_once(
    rooted: Rollout, coordinator: User, supervisor: User, reader: User
) -> None:
    for user, role in ((coordinator, "project_coordinator"), (supervisor, "production_owner"), (reader, "ict")):
        rooted.members.create(user=user, role=role)
    assert remind_of_rooting(by=BY, now=day(31)) == 0
    assert remind_of_rooting(by=BY, now=day(30)) == 2
    assert remind_of_rooting(by=BY, now=day(29)) == 0
    assert {to for to, _subject in letters()} == {coordinator.email, supervisor.email}
    assert {subject for _to, subject in letters()} == {"Käyttöönoton ”Chat ikääntyneille” juurruttaminen päättyy 30.11.2026"}
    Rollout.objects.update(rooting_until=date(2026, 12, 15))
    assert remind_of_rooting(by=BY, now=day(10)) == 2, "a day that was moved is told anew"


def test_it_is_in_the_readers_own_language(rooted: Rollout, coordinator: User) -> None:
    User.objects.filter(pk=coordinator.pk).update(language="sv")
    rooted.members.create(user=coordinator, role="project_coordinator")
    remind_of_rooting(by=BY, now=day(5))
    assert OutgoingMail.objects.get().subject.startswith("Förankringen av ”Chat ikääntyneille” upphör")


def test_when_nobody_is_named_those_who_drive_rollouts_are_told(
    rooted: Rollout, coordinator: User, main_user: User, former: User, outsider: User
) -> None:
    rooted.members.create(user=former, role="project_coordinator")
    assert remind_of_rooting(by=BY, now=day(5)) == 2
    assert {to for to, _subject in letters()} == {coordinator.email, main_user.email}


def test_what_has_ended_is_not_reminded_of(rooted: Rollout, coordinator: User) -> None:
    rooted.members.create(user=coordinator, role="project_coordinator")
    assert remind_of_rooting(by=BY, now=day(-1)) == 0
    Rollout.objects.update(status=RolloutStatus.NOT_STARTED)
    assert remind_of_rooting(by=BY, now=day(5)) == 0


def test_it_runs_every_night() -> None:
    app.loader.import_default_modules()
    assert nightly.name in {entry["task"] for entry in app.conf.beat_schedule.values()}
