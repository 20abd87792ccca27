"""One letter a week to each person about her own work, with nothing sensitive in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import System
from accounts.models import Grant, OutgoingMail
from adoption.models import Comment, Meeting, RolloutItem
from adoption.operations.reminders import remind_people
from adoption.tasks import remind_of_week
from services.models import Improvement
from tests.conftest import acting

pytestmark = pytest.mark.django_db
BY = System("test")


@pytest.fixture
def due(item, member):
    today = timezone.localdate()
    RolloutItem.objects.filter(pk=item.pk).update(owner=member, due_on=today - timedelta(days=2))
    item.refresh_from_db()
    return item


def letters() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.order_by("to"))


def test_what_is_late_is_told_once_a_week(due, member) -> None:
    now = timezone.now()
    assert remind_people(by=BY, now=now) == 1
    assert remind_people(by=BY, now=now) == 0
    assert remind_of_week() == 0
    (letter,) = letters()
    assert (letter.to, letter.county) == (member.email, "koe")
    assert "Myöhässä" in letter.body
    assert "Tarve on kuvattu" in letter.body
    assert "Ikääntyneiden chat" in letter.body
    assert remind_people(by=BY, now=now + timedelta(days=7)) == 1


def test_it_comes_in_her_own_language(due, member) -> None:
    member.language = "sv"
    member.save()
    remind_people(by=BY, now=timezone.now())
    assert "Behovet är beskrivet" in letters()[0].body


def test_nothing_sensitive_stands_in_it(due, rollout, member) -> None:
    RolloutItem.objects.filter(pk=due.pk).update(state="blocked", reason="Salainen syy")
    Comment.objects.create(item=due, by=member, text="Salainen sana")
    Meeting.objects.create(
        rollout=rollout,
        title="Työpaja",
        on=timezone.localdate(),
        agenda="Salainen asia",
        outcome="Salainen tulos",
        place="Salainen tila",
    )
    Improvement.objects.create(
        county=rollout.county,
        title="Vanha idea",
        description="Salainen kuvaus",
        owner=member,
        moved_at=timezone.now() - timedelta(days=200),
    )
    remind_people(by=BY, now=timezone.now())
    (letter,) = letters()
    assert "Työpaja" in letter.body
    assert "Vanha idea" in letter.body
    assert "Salainen" not in letter.body + letter.subject


def test_who_has_nothing_gets_nothing(rollout, item, member, coordinator) -> None:
    assert remind_people(by=BY, now=timezone.now()) == 0
    today = timezone.localdate()
    RolloutItem.objects.filter(pk=item.pk).update(owner=member, due_on=today + timedelta(days=30))
    Meeting.objects.create(rollout=rollout, title="Kaukana", on=today + timedelta(days=30))
    Meeting.objects.create(rollout=rollout, title="Mennyt", on=today - timedelta(days=3))
    assert remind_people(by=BY, now=timezone.now()) == 0


def test_a_finished_item_and_an_ended_rollout_are_not_reminded_of(due, rollout) -> None:
    RolloutItem.objects.filter(pk=due.pk).update(state="done", done_at=timezone.now())
    assert remind_people(by=BY, now=timezone.now()) == 0
    RolloutItem.objects.filter(pk=due.pk).update(state="in_progress")
    type(rollout).objects.filter(pk=rollout.pk).update(status="not_launched")
    assert remind_people(by=BY, now=timezone.now()) == 0


def test_who_works_here_no_more_gets_nothing(due, member) -> None:
    Grant.objects.filter(user=member).update(valid_until=timezone.now() - timedelta(hours=1))
    Improvement.objects.create(
        county=due.rollout.county, title="Vanha", owner=member, moved_at=timezone.now() - timedelta(days=200)
    )
    assert remind_people(by=BY, now=timezone.now()) == 0
    assert not letters()


def test_only_the_portal_itself_sends(coordinator) -> None:
    with pytest.raises(PermissionDenied):
        remind_people(by=acting(coordinator), now=timezone.now())
