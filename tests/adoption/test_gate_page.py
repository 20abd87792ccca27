"""A gate’s page: the checklist, the verdict with its conditions, and the memo."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from adoption.choices import MemberRole, RolloutStatus, Verdict
from adoption.models import GateVerdict, Rollout, VerdictCondition
from adoption.operations import adopt_items, end_rollout, move_item
from services.models import County
from tests.adoption.conftest import decide, item_of
from tests.adoption.model import make_item, make_version
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
GO = {"verdict": "go", "role": "manager", "sure": "on"}


@pytest.fixture
def decided(rollout: Rollout, manager: User, coordinator: User) -> Rollout:
    """Management’s decision has been made, so the first gate is open."""
    decide(rollout, manager)
    move_item(by=acting(coordinator), item=item_of(rollout, "1.4"), to="done", now=timezone.now())
    return rollout


def gate_page(rollout: Rollout, key: str, rest: str = "") -> str:
    return f"/fi/kayttoonotto/{rollout.public_id}/portti/{key}/{rest}"


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_hard_gate_refuses_go_and_names_what_is_unfinished(signed_in: SignedIn, rollout: Rollout, manager: User) -> None:
    client = signed_in(manager)
    page = client.get(gate_page(rollout, "G1"))
    assert not page.context["status"].open
    response = client.post(gate_page(rollout, "G1"), {**GO, "text": "Aloitetaan heti"})
    assert response.status_code == 422
    assert "Haetaan päätös johdolta" in words(response)
    assert "Aloitetaan heti" in response.content.decode()
    assert not GateVerdict.objects.exists()


def test_go_moves_the_rollout_to_the_next_phase(signed_in: SignedIn, decided: Rollout, manager: User) -> None:
    response = signed_in(manager).post(gate_page(decided, "G1"), GO)
    assert response.status_code == 302
    decided.refresh_from_db()
    assert decided.phase is not None
    assert decided.phase.key == "maarittely"


def test_a_double_press_is_one_verdict_and_somebody_elses_newer_one_is_shown_first(
    signed_in: SignedIn, rollout: Rollout, manager: User, coordinator: User
) -> None:
    client, other = signed_in(manager), signed_in(coordinator)
    assert 'name="seen" value="0"' in other.get(gate_page(rollout, "G1")).content.decode()
    data = {**GO, "verdict": "postponed", "text": "Syksyllä", "seen": "0"}
    assert [client.post(gate_page(rollout, "G1"), data).status_code for _press in range(2)] == [302, 302]
    assert GateVerdict.objects.count() == 1
    late = {**data, "role": "project_coordinator", "text": "Jo keväällä"}
    refused = other.post(gate_page(rollout, "G1"), late)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Syksyllä" in page
    assert "Jo keväällä" in page
    assert 'name="seen" value="1"' in page, "she has been shown it: pressing again is meant"
    assert other.post(gate_page(rollout, "G1"), {**late, "seen": "1"}).status_code == 302


def test_the_verdict_must_be_meant(signed_in: SignedIn, decided: Rollout, manager: User) -> None:
    assert signed_in(manager).post(gate_page(decided, "G1"), {**GO, "sure": ""}).status_code == 422
    assert not GateVerdict.objects.exists()


def test_conditions_have_their_days_and_are_met_one_by_one(
    signed_in: SignedIn, decided: Rollout, manager: User, coordinator: User
) -> None:
    client = signed_in(manager)
    data = {**GO, "verdict": "conditions", "text": "Kunhan tuki on sovittu", "condition_1": "Tukinumero"}
    assert client.post(gate_page(decided, "G1"), {**data, "condition_1": ""}).status_code == 422, "no condition"
    refused = client.post(gate_page(decided, "G1"), data)
    assert refused.status_code == 422, "no day"
    assert "Tukinumero" in refused.content.decode()
    assert client.post(gate_page(decided, "G1"), {**data, "due_1": "2026-12-31"}).status_code == 302
    condition = VerdictCondition.objects.get()
    page = words(signed_in(coordinator).get(f"/fi/kayttoonotto/{decided.public_id}/"))
    assert "Tukinumero" in page
    assert signed_in(coordinator).post(gate_page(decided, "G1", "ehto/"), {"condition": condition.pk}).status_code == 302
    condition.refresh_from_db()
    assert condition.met_by == coordinator
    for key in ("", "x", "9" * 30, condition.pk + 1):
        assert signed_in(coordinator).post(gate_page(decided, "G1", "ehto/"), {"condition": key}).status_code == 404
    assert signed_in(coordinator).post(gate_page(decided, "G2", "ehto/"), {"condition": condition.pk}).status_code == 404


def test_only_ones_own_roles_are_offered(signed_in: SignedIn, decided: Rollout, coordinator: User) -> None:
    client = signed_in(coordinator)
    roles = [code for code, _name in client.get(gate_page(decided, "G1")).context["form"].fields["role"].choices]
    assert roles == ["project_coordinator"]
    assert client.post(gate_page(decided, "G1"), GO).status_code == 422


@pytest.mark.parametrize("who", ["reader", "supervisor", "privacy_officer"])
def test_who_only_reads_gives_no_verdict(
    who: str, request: pytest.FixtureRequest, signed_in: SignedIn, decided: Rollout, manager: User
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(gate_page(decided, "G1")).context["form"] is None
    assert client.post(gate_page(decided, "G1"), GO).status_code == 403
    assert client.post(gate_page(decided, "G1"), {}).status_code == 403
    signed_in(manager).post(gate_page(decided, "G1"), {**GO, "verdict": "conditions", "text": "a", "condition_1": "b", "due_1": "2026-12-31"})  # fmt: skip  # noqa: E501
    assert client.post(gate_page(decided, "G1", "ehto/"), {"condition": VerdictCondition.objects.get().pk}).status_code == 403


def test_a_soft_gate_is_passed_and_says_what_was_unfinished(signed_in: SignedIn, decided: Rollout, manager: User) -> None:
    client = signed_in(manager)
    client.post(gate_page(decided, "G1"), GO)
    assert client.post(gate_page(decided, "G2"), {**GO, "text": "Jatketaan rinnan"}).status_code == 302
    memo = words(client.get(gate_page(decided, "G2", "muistio/")))
    assert "2.7 Ammattilaisten koulutusten suunnittelu" in memo
    assert "Koulutussuunnitelma" in memo


def test_the_memo_tells_who_decided_what_and_how_the_list_stood(
    signed_in: SignedIn, decided: Rollout, manager: User, coordinator: User
) -> None:
    client = signed_in(manager)
    client.post(gate_page(decided, "G1"), {**GO, "text": "Perustetaan palvelu."})
    move_item(by=acting(coordinator), item=item_of(decided, "1.2"), to="blocked", reason="Myöhemmin", now=timezone.now())
    response = client.get(gate_page(decided, "G1", "muistio/"))
    page = words(response)
    for shown in (
        "Jaana",
        str(MemberRole.MANAGER.label),
        "Perustetaan palvelu.",
        "Chat ikääntyneille",
        GateVerdict.objects.get().digest,
    ):
        assert shown in page
    assert len(response.context["checklist"]) == 24
    assert [row.code for row in response.context["checklist"]][:2] == ["1.1", "1.2"]
    assert "Myöhemmin" not in page, "as it stood then, not as it stands now"


def test_the_memo_holds_items_that_were_added_from_a_newer_model(
    signed_in: SignedIn, decided: Rollout, county: County, manager: User, coordinator: User
) -> None:
    make_item(make_version(county), "toteutus", "3.8", "accessibility")
    adopt_items(by=acting(coordinator), rollout=decided, codes=["3.8"], now=timezone.now())
    client = signed_in(manager)
    client.post(gate_page(decided, "G1"), GO)
    assert set(GateVerdict.objects.get().checklist) == {item.model_item.code for item in decided.items.select_related("model_item")}
    shown = [row.code for row in client.get(gate_page(decided, "G1", "muistio/")).context["checklist"]]
    assert shown.index("3.7") < shown.index("3.8") < shown.index("4.1")


def test_a_newer_verdict_stands_and_the_older_stays_to_be_read(signed_in: SignedIn, decided: Rollout, manager: User) -> None:
    client = signed_in(manager)
    client.post(gate_page(decided, "G1"), {**GO, "verdict": "postponed", "text": "Odotetaan budjettia"})
    client.post(gate_page(decided, "G1"), {**GO, "text": "Nyt mennään"})
    verdicts = client.get(gate_page(decided, "G1")).context["verdicts"]
    assert [each.verdict for each in verdicts] == [Verdict.GO, Verdict.POSTPONED]
    assert "Nyt mennään" in words(client.get(gate_page(decided, "G1", "muistio/")))


def test_an_ended_rollout_takes_no_verdict(signed_in: SignedIn, rollout: Rollout, manager: User, coordinator: User) -> None:
    end_rollout(by=acting(coordinator), rollout=rollout, reason="Ei", now=timezone.now())
    rollout.refresh_from_db()
    assert rollout.status == RolloutStatus.NOT_STARTED
    client = signed_in(manager)
    assert client.get(gate_page(rollout, "G1")).context["form"] is None
    assert client.post(gate_page(rollout, "G1"), {**GO, "verdict": "no_go", "text": "Ei"}).status_code == 403
