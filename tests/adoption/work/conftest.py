"""A rollout with its people and an item, without the whole model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from adoption.choices import MemberRole, VersionStatus
from adoption.models import (
    AdoptionModel,
    Member,
    ModelItem,
    ModelPhase,
    ModelVersion,
    Rollout,
    RolloutItem,
)
from chat.models import Conversation
from services.models import County, Queue, Service
from tests.conftest import make_grant, make_person


def make_rollout(county: County, service: Service | None, name: str = "Ikääntyneiden chat") -> Rollout:
    model, _ = AdoptionModel.objects.get_or_create(county=county, key="malli")
    version, _ = ModelVersion.objects.get_or_create(
        model=model, number=1, defaults={"status": VersionStatus.PUBLISHED, "name_fi": "Malli", "published_at": timezone.now()}
    )
    phase, _ = ModelPhase.objects.get_or_create(
        model_version=version, key="suunnittelu", defaults={"order": 1, "name_fi": "Suunnittelu"}
    )
    return Rollout.objects.create(county=county, model_version=version, service=service, name_fi=name, phase=phase)


@pytest.fixture
def rollout(county: County, service: Service) -> Rollout:
    return make_rollout(county, service)


@pytest.fixture
def other_rollout(other_county: County, other_service: Service) -> Rollout:
    return make_rollout(other_county, other_service, "Toisen alueen chat")


@pytest.fixture
def item(rollout: Rollout) -> RolloutItem:
    assert rollout.phase is not None
    model_item = ModelItem.objects.create(
        phase=rollout.phase,
        code="1.1",
        key="tarve",
        order=1,
        responsible="project_coordinator",
        text_fi="Tarve on kuvattu",
        text_sv="Behovet är beskrivet",
        text_en="The need is described",
    )
    return RolloutItem.objects.create(rollout=rollout, model_item=model_item)


@pytest.fixture
def member(county: County, rollout: Rollout) -> User:
    """A responder of another service, who is one of the rollout's people."""
    user = make_person("minna", last_name="Jäsen")
    make_grant(user, Role.AREA_PROFESSIONAL, county=county, valid_from=timezone.now() - timedelta(days=9))
    Member.objects.create(rollout=rollout, user=user, role=MemberRole.AREA_PROFESSIONAL)
    return user


@pytest.fixture
def make_conversation(rollout: Rollout, queue: Queue) -> Callable[..., Conversation]:
    """Conversations of the rollout's service."""

    assert rollout.service is not None
    service = rollout.service

    def make(**fields: object) -> Conversation:
        return Conversation.objects.create(
            county=rollout.county,
            service=service,
            first_queue=queue,
            queue=queue,
            resident_key=uuid4(),
            start_token=uuid4(),
            **fields,
        )

    return make
