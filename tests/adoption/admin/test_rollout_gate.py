"""A gate in the admin: what it waits for, every verdict, its conditions, its document."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from adoption.choices import ItemState
from adoption.models import GateVerdict, Rollout, RolloutItem
from services.choices import ServiceStatus
from tests.adoption.admin.conftest import url
from tests.adoption.conftest import NOW, service_of

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def client(signed_in, manager: User) -> Client:
    return signed_in(manager)


def give(client: Client, rollout: Rollout, gate: str, verdict: str, **more: Any) -> Any:
    return client.post(url("gate", rollout.pk, gate), {"verdict": verdict, "role": "manager", "sure": "on", **more})


def done(rollout: Rollout, *codes: str) -> None:
    RolloutItem.objects.filter(rollout=rollout, model_item__code__in=codes).update(state=ItemState.DONE, done_at=NOW)


def test_a_closed_hard_gate_tells_what_lacks_and_keeps_what_was_written(client: Client, rollout: Rollout) -> None:
    response = give(client, rollout, "G1", "go", text="Hyvä")
    assert response.status_code == 422
    content = response.content.decode()
    assert "1.4" in content
    assert "Hyvä" in content
    assert not GateVerdict.objects.exists()


def test_go_moves_the_rollout_and_permits_the_service(client: Client, rollout: Rollout) -> None:
    done(rollout, "1.4")
    assert give(client, rollout, "G1", "go").url == url("gate", rollout.pk, "G1")
    rollout.refresh_from_db()
    assert rollout.phase.key == "maarittely"
    assert service_of(rollout).status == ServiceStatus.PERMITTED


@pytest.mark.parametrize("verdict", ["no_go", "postponed"])
def test_a_verdict_that_does_not_pass_asks_for_grounds(client: Client, rollout: Rollout, verdict: str) -> None:
    assert give(client, rollout, "G1", verdict).status_code == 422
    assert give(client, rollout, "G1", verdict, text="Rahoitus puuttuu").status_code == 302
    rollout.refresh_from_db()
    assert rollout.phase.key == "selvitys"


def test_conditions_have_their_days_and_are_met(client: Client, rollout: Rollout, manager: User) -> None:
    done(rollout, "1.4")
    give(client, rollout, "G1", "go")
    more = {"text": "Kesken", "condition_1": "Koulutus pidetään"}
    assert give(client, rollout, "G2", "conditions", **more).status_code == 422
    assert give(client, rollout, "G2", "conditions", due_1="2026-12-01", **more).status_code == 302
    condition = GateVerdict.objects.get(gate__key="G2").conditions.get()
    page = client.get(url("gate", rollout.pk, "G2")).content.decode()
    assert f'action="{url("condition", rollout.pk, "G2")}"' in page
    response = client.post(url("condition", rollout.pk, "G2"), {"condition": condition.pk})
    assert response.url == url("gate", rollout.pk, "G2")
    condition.refresh_from_db()
    assert condition.met_by == manager


def test_the_document_goes_with_the_verdict(client: Client, rollout: Rollout) -> None:
    done(rollout, "1.4")
    give(client, rollout, "G1", "go", file=SimpleUploadedFile("muistio.txt", "Päätettiin".encode()))
    assert GateVerdict.objects.get().file.name == "muistio.txt"


def test_without_having_read_the_checklist_nothing_is_recorded(client: Client, rollout: Rollout) -> None:
    done(rollout, "1.4")
    assert give(client, rollout, "G1", "go", sure="").status_code == 422
    assert not GateVerdict.objects.exists()


def test_a_gate_that_is_not_there(client: Client, rollout: Rollout) -> None:
    assert client.get(url("gate", rollout.pk, "G9")).status_code == 404
