"""A rollout of the county's model, and how its parts are filled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.models import User
from adoption.choices import MeetingKind, Outcome
from adoption.models import Filling, ItemPart, Meeting, ModelGate, ModelVersion, Participant, Rollout, RolloutItem
from adoption.operations import give_evidence, record_decision, start_rollout
from guidance.models import PathVersion
from services.choices import ServiceStatus
from services.models import County, Queue, Service
from tests.adoption.model import DATA, make_version
from tests.conftest import acting
from tests.guidance.making import publish_path

NOW = datetime(2026, 11, 5, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 5)
HANDOVER = {"date": "2026-11-05", "scope": "Palvelu ja ohjeet", "new_owner": "Tuija", "open_items": "Ei ole"}
COSTS = {"one_off_eur": "1000", "yearly_eur": "12000", "person_days": "30", "funding": "oma", "agreement_needed": "no"}


@pytest.fixture
def model_version(county: County) -> ModelVersion:
    """The shipped model of the county, published."""
    return make_version(county)


@pytest.fixture
def version(model_version: ModelVersion) -> ModelVersion:
    return model_version


@pytest.fixture
def draft_service(service: Service) -> Service:
    """The service as it is before its rollout has come to the permit."""
    service.status, service.permitted_at, service.opened_at = ServiceStatus.DRAFT, None, None
    service.save()
    return service


@pytest.fixture
def rollout(version: ModelVersion, county: County, draft_service: Service, coordinator: User) -> Rollout:
    return start_rollout(by=acting(coordinator), county=county, name={"fi": "Chat ikääntyneille"}, service=draft_service, now=NOW)


def item_of(rollout: Rollout, code: str) -> RolloutItem:
    return RolloutItem.objects.get(rollout=rollout, model_item__code=code)


def service_of(rollout: Rollout) -> Service:
    return Service.objects.get(rollouts=rollout)


def part_of(rollout: Rollout, code: str, name: str) -> ItemPart:
    return ItemPart.objects.get(item__rollout=rollout, item__model_item__code=code, name=name)


def gate_of(rollout: Rollout, key: str) -> ModelGate:
    return ModelGate.objects.get(model_version=rollout.model_version, key=key)


def decide(rollout: Rollout, manager: User, code: str = "1.4", name: str = "decision", outcome: str = Outcome.APPROVED) -> Filling:
    part = part_of(rollout, code, name)
    return record_decision(by=acting(manager), part=part, outcome=outcome, on=TODAY, text="Johtoryhmä päätti.", now=NOW)


def tell(rollout: Rollout, by: User, code: str, name: str = "evidence") -> Filling:
    return give_evidence(by=acting(by), part=part_of(rollout, code, name), text="Tehtiin yhdessä.", on=TODAY, now=NOW)


def meeting_of(rollout: Rollout, *people: tuple[User | str, str], on: date = TODAY, outcome: str = "Sovittiin.") -> Meeting:
    meeting = Meeting.objects.create(rollout=rollout, kind=MeetingKind.WORKSHOP, title="Työpaja", on=on, outcome=outcome)
    for who, role in people:
        named = {"name": who} if isinstance(who, str) else {"user": who}
        Participant.objects.create(meeting=meeting, role=role, **named)
    return meeting


def whole(form: str, **given: Any) -> dict[str, Any]:
    """Every mandatory field of the form with something in it."""
    values: dict[str, Any] = {}
    for field in DATA["forms"][form]["fields"]:
        if field["required"]:
            row = "M01" if field.get("values_from", "").startswith("metrics.md") else "rivi"
            values[field["key"]] = [row] if field.get("list") else "jotain"
    return {**values, **given}


Refused = Callable[[str], Any]


@pytest.fixture
def refused() -> Refused:
    """`with refused("code") as told`: the operation refuses for that reason."""
    from django.core.exceptions import ValidationError

    def check(error: ValidationError, code: str) -> bool:
        if hasattr(error, "error_dict"):
            return code in {one.code for errors in error.error_dict.values() for one in errors}
        return code in {one.code for one in error.error_list}

    return lambda code: pytest.raises(ValidationError, check=lambda error: check(error, code))


@pytest.fixture
def published_path(county: County, queue: Queue, path_author: User, main_user: User) -> PathVersion:
    """A published guidance path that hands over to the service's queue."""
    return publish_path(county, acting(path_author), acting(main_user), now=NOW)
