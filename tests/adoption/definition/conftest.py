"""A rollout without a service, and a definition with something at every point."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import User
from adoption.definition import Definition, QueueRow, TargetRow
from adoption.models import ModelVersion, Rollout
from adoption.operations import start_rollout
from adoption.operations.definition import Applied, Standing, apply_definition, save_definition, standing_of
from services.models import County, ResponderGroup
from tests.adoption.conftest import *  # noqa: F403 - the rollout's own fixtures
from tests.adoption.conftest import NOW
from tests.conftest import acting

TEXTS = {
    "name_fi": "Neuvolan chat",
    "name_sv": "Rådgivningens chatt",
    "audience_fi": "Lasta odottavat ja lapsiperheet",
    "audience_sv": "Gravida och barnfamiljer",
    "who_answers_fi": "Terveydenhoitaja vastaa.",
    "who_answers_sv": "En hälsovårdare svarar.",
    "summary_fi": "Kysy neuvolan asioista.",
    "summary_sv": "Fråga om rådgivningens ärenden.",
    "handles_fi": "Raskaus\nVauvan hoito",
    "handles_sv": "Graviditet\nSkötsel av baby",
    "identification_text_fi": "Saat yleisiä neuvoja tunnistautumatta.",
    "identification_text_sv": "Du får allmänna råd utan att identifiera dig.",
    "promise_fi": "Vastaamme viidessä minuutissa.",
    "promise_sv": "Vi svarar inom fem minuter.",
    "off_hours_text_fi": "Chat on kiinni. Soita 116 117.",
    "off_hours_text_sv": "Chatten är stängd. Ring 116 117.",
}
GENERAL = QueueRow(
    slot="yleinen",
    names={"fi": "Yleiset asiat", "sv": "Allmänna ärenden", "en": ""},
    languages=("fi", "sv"),
    groups=("asiakasohjaajat",),
    hours="mon 08:00-12:00; mon 13:00-15:30; tue 08:00-16:00",
    transfers=("imetys",),
    overflow_to="imetys",
    overflow_after=600,
    supervisor_after=300,
)
FEEDING = QueueRow(
    slot="imetys",
    names={"fi": "Imetys", "sv": "Amning", "en": ""},
    languages=("fi",),
    new_group="Imetysohjaajat",
    new_profession="terveydenhoitaja",
    hours="wed 09:00-11:00",
    no_transfers=True,
    alternatives_after=900,
)
WHOLE = Definition(
    texts=TEXTS,
    settings={"identification": "midway", "response_target_seconds": "240"},
    plans={"measures": "Neuvonta, ajanvarauspyyntö", "resources": "Kaksi vastaajaa", "communication": "Neuvolan taulut"},
    queues=(GENERAL, FEEDING),
    targets=(TargetRow("vaste", "M06", "client", "lte", "240", "s"), TargetRow("tyyty", "M14")),
    recipients=("Sirpa Seppä",),
)


@pytest.fixture
def empty(version: ModelVersion, county: County, coordinator: User) -> Rollout:
    """A rollout whose service does not exist yet."""
    return start_rollout(by=acting(coordinator), county=county, name={"fi": "Chat neuvolaan"}, now=NOW)


@pytest.fixture
def defined(empty: Rollout, coordinator: User, group: ResponderGroup) -> Rollout:
    """The same with the whole definition saved."""
    save_definition(by=acting(coordinator), rollout=empty, definition=WHOLE, now=NOW)
    return empty


@pytest.fixture
def applied(defined: Rollout, coordinator: User) -> Applied:
    return apply_definition(by=acting(coordinator), rollout=defined, now=NOW)


def standing(rollout: Rollout) -> Standing:
    return standing_of(Rollout.objects.get(pk=rollout.pk), now=NOW)


def paths(rollout: Rollout) -> list[str]:
    return [str(each.path) for each in standing(rollout).differences]


def changed(definition: Definition, **texts: str) -> Definition:
    return replace(definition, texts={**definition.texts, **texts})


def row(definition: Definition, which: str, /, **fields: Any) -> Definition:
    queues = tuple(replace(each, **fields) if each.slot == which else each for each in definition.queues)
    return replace(definition, queues=queues)
