"""Rollouts at different stages, each with something to be seen on the board."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from adoption.choices import ItemState, MemberRole
from adoption.models import Member, ModelVersion, Rollout, RolloutItem
from adoption.operations import start_rollout
from services.models import County
from tests.adoption.conftest import item_of
from tests.conftest import acting

BOARD = "/fi/kayttoonotto/taulu/"
MakeRollout = Callable[..., Rollout]


@pytest.fixture
def version(model_version: ModelVersion) -> ModelVersion:
    """The whole shipped model."""
    return model_version


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def make_rollout(version: ModelVersion, county: County, coordinator: User) -> MakeRollout:
    def make(name: str, **card: Any) -> Rollout:
        return start_rollout(by=acting(coordinator), county=county, name={"fi": name}, now=timezone.now(), **card)

    return make


def late(rollout: Rollout, code: str, *, owner: User | None = None, days: int = 3) -> RolloutItem:
    """The item was due some days ago."""
    item = item_of(rollout, code)
    RolloutItem.objects.filter(pk=item.pk).update(owner=owner, due_on=timezone.localdate() - timedelta(days=days))
    return item_of(rollout, code)


def blocked(rollout: Rollout, code: str, reason: str = "Odotetaan lupaa") -> RolloutItem:
    RolloutItem.objects.filter(pk=item_of(rollout, code).pk).update(state=ItemState.BLOCKED, reason=reason)
    return item_of(rollout, code)


def done(rollout: Rollout, *codes: str) -> None:
    for code in codes:
        RolloutItem.objects.filter(pk=item_of(rollout, code).pk).update(state=ItemState.DONE, done_at=timezone.now())


def join(rollout: Rollout, user: User, role: str = MemberRole.AREA_PROFESSIONAL) -> None:
    Member.objects.create(rollout=rollout, user=user, role=role)
