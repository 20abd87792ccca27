"""Gates: what they wait for, the verdicts, the permit, and the opening of the service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import AuditEntry, User
from adoption.choices import ItemState, Verdict
from adoption.gate_rules import gate_facts, judge
from adoption.models import GateVerdict, ModelGate, Proof, Rollout, RolloutItem
from adoption.operations import (
    answer_question,
    gate_status,
    give_verdict,
    meet_condition,
    move_item,
    opening_risks,
    start_rollout,
)
from services.choices import ServiceStatus
from services.models import County, Service
from services.operations import open_service, permit_service
from tests.adoption.conftest import NOW, TODAY, Refused, decide, gate_of, item_of, service_of, tell
from tests.adoption.model import DATA, make_version
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ASKED = {gate["key"]: gate for gate in DATA["gates"]}
BEFORE_OPENING = ["2.3", "2.7", "3.3", "3.4"]


def done(rollout: Rollout, *codes: str) -> None:
    RolloutItem.objects.filter(rollout=rollout, model_item__code__in=codes).update(state=ItemState.DONE, done_at=NOW)


def unmet(rollout: Rollout, key: str) -> list[str]:
    return [each.key for each in gate_status(rollout, gate_of(rollout, key)).unmet]


def go(rollout: Rollout, by: User, key: str, verdict: str = Verdict.GO, role: str = "manager", **more: Any) -> GateVerdict:
    return give_verdict(by=acting(by), rollout=rollout, gate=gate_of(rollout, key), verdict=verdict, role=role, now=NOW, **more)


class TestStatus:
    @pytest.mark.parametrize("key", ["G1", "G2", "G3", "G4"])
    def test_each_gate_waits_for_what_the_data_names(self, rollout: Rollout, key: str) -> None:
        asked = ASKED[key]
        assert unmet(rollout, key) == [*asked["items"], *asked.get("parts", []), *asked.get("signals", [])]
        rule = next(gate["rule"] for gate in DATA["gates"] if gate["key"] == key)
        assert all(code in rule for code in asked["items"])
        done(rollout, *asked["items"], "2.7", "3.7")
        for signal in asked.get("signals", []):
            Proof.objects.create(item=item_of(rollout, "3.7"), signal=signal, holds=False, first_held_at=NOW, checked_at=NOW)
        assert gate_status(rollout, gate_of(rollout, key)).open

    def test_the_training_plan_alone_is_enough_for_g2(self, rollout: Rollout, coordinator: User) -> None:
        done(rollout, "2.1", "2.3")
        assert unmet(rollout, "G2") == ["2.7/training_plan"]
        tell(rollout, coordinator, "2.7", "training_plan")
        assert unmet(rollout, "G2") == []

    def test_what_does_not_apply_opens_a_soft_gate_but_no_hard_one(
        self, rollout: Rollout, manager: User, coordinator: User
    ) -> None:
        for code in ("1.4", "2.1"):
            move_item(by=acting(manager), item=item_of(rollout, code), to="not_applicable", reason="Ei", now=NOW)
        assert unmet(rollout, "G1") == ["1.4"]
        assert "2.1" not in unmet(rollout, "G2")

    def test_what_is_unmet_has_a_name_in_the_language_in_use(self, rollout: Rollout) -> None:
        gate = gate_of(rollout, "G2")
        with translation.override("sv"):
            labels = [str(each) for each in gate_status(rollout, gate).unmet]
        assert labels[0].startswith("2.1 Serviceområdets behov")
        assert labels[2].startswith("2.7 ")
        assert "training_plan" not in labels[2]

    def test_the_facts_of_many_rollouts_take_a_handful_of_queries(
        self, rollout: Rollout, county: County, coordinator: User, django_assert_max_num_queries: Callable
    ) -> None:
        for number in range(5):
            start_rollout(by=acting(coordinator), county=county, name={"fi": f"Chat {number}"}, now=NOW)
        rollouts, gates = list(Rollout.objects.all()), list(ModelGate.objects.all())
        with django_assert_max_num_queries(8):
            facts = gate_facts(rollouts, gates)
            assert not any(judge(gate, facts[row.pk]).open for row in rollouts for gate in gates)


class TestVerdicts:
    def test_a_hard_gate_is_not_passed_while_anything_lacks_and_it_is_named(self, rollout: Rollout, manager: User) -> None:
        verdicts: list[tuple[str, dict[str, Any]]] = [
            (Verdict.GO, {}),
            (Verdict.CONDITIONS, {"text": "x", "conditions": [("Sopimus", TODAY)]}),
        ]
        for verdict, more in verdicts:
            with pytest.raises(ValidationError) as told:
                go(rollout, manager, "G1", verdict, **more)
            assert told.value.code == "gate_unmet"
            assert "1.4" in told.value.messages[0]
        assert not GateVerdict.objects.exists()

    def test_no_go_is_a_record_too(self, rollout: Rollout, manager: User, refused: Refused) -> None:
        with refused("text_missing"):
            go(rollout, manager, "G1", Verdict.NO_GO)
        record = go(rollout, manager, "G1", Verdict.NO_GO, text="Ei vielä rahaa.")
        rollout.refresh_from_db()
        assert (record.by, record.role, record.at, record.text) == (manager, "manager", NOW, "Ei vielä rahaa.")
        assert (record.unmet, rollout.phase.key) == (["1.4"], "selvitys")

    def test_the_record_holds_the_checklist_and_its_digest(self, rollout: Rollout, manager: User, coordinator: User) -> None:
        first = go(rollout, manager, "G1", Verdict.POSTPONED, text="Syksyllä.")
        second = go(rollout, manager, "G1", Verdict.POSTPONED, text="Edelleen.")
        assert len(first.checklist) == 24
        assert first.digest == second.digest
        move_item(by=acting(coordinator), item=item_of(rollout, "1.1"), to="in_progress", now=NOW)
        third = go(rollout, manager, "G1", Verdict.POSTPONED, text="Vielä.")
        assert third.digest != first.digest
        assert third.checklist["1.1"]["state"] == "in_progress"
        assert AuditEntry.objects.filter(object_type="adoption.gateverdict").count() == 3

    def test_a_soft_gate_is_passed_with_what_lacks_written_down(self, rollout: Rollout, manager: User, coordinator: User) -> None:
        done(rollout, "1.4")
        go(rollout, manager, "G1")
        record = go(rollout, coordinator, "G2", role="project_coordinator")
        assert record.unmet == ["2.1", "2.3", "2.7/training_plan"]
        rollout.refresh_from_db()
        assert rollout.phase.key == "toteutus"

    def test_no_gate_before_an_earlier_hard_one(self, rollout: Rollout, manager: User, refused: Refused) -> None:
        done(rollout, "4.1")
        for key in ("G2", "G3", "G4"):
            with refused("earlier_gate"):
                go(rollout, manager, key)

    def test_the_newest_verdict_stands(self, rollout: Rollout, manager: User, refused: Refused) -> None:
        done(rollout, "1.4", "4.1")
        go(rollout, manager, "G1")
        go(rollout, manager, "G1", Verdict.NO_GO, text="Rahoitus peruttiin.")
        with refused("earlier_gate"):
            go(rollout, manager, "G2")

    def test_a_second_press_records_nothing_more(self, rollout: Rollout, manager: User) -> None:
        first = go(rollout, manager, "G1", Verdict.POSTPONED, text="Syksyllä.", seen=0)
        assert go(rollout, manager, "G1", Verdict.POSTPONED, text=" Syksyllä. ", seen=0) == first
        assert go(rollout, manager, "G1", Verdict.POSTPONED, text="Syksyllä.", seen=1) != first, "after she saw the first one"
        assert GateVerdict.objects.count() == 2

    def test_over_a_newer_verdict_she_is_asked_to_look_first(
        self, rollout: Rollout, manager: User, coordinator: User, refused: Refused
    ) -> None:
        go(rollout, manager, "G1", Verdict.NO_GO, text="Ei rahaa.", seen=0)
        with refused("stale"):
            go(rollout, coordinator, "G1", Verdict.POSTPONED, "project_coordinator", text="Syksyllä.", seen=0)
        with refused("stale"):
            go(rollout, manager, "G1", Verdict.NO_GO, text="Toinen peruste.", seen=0)
        assert GateVerdict.objects.get().text == "Ei rahaa."

    def test_the_phase_never_goes_back(self, rollout: Rollout, manager: User) -> None:
        done(rollout, "1.4")
        for key in ("G1", "G2", "G3", "G1"):
            go(rollout, manager, key)
        rollout.refresh_from_db()
        assert rollout.phase.key == "paattaminen"

    def test_after_the_last_gate_the_rollout_is_in_maintenance(self, rollout: Rollout, manager: User, refused: Refused) -> None:
        done(rollout, "1.4")
        go(rollout, manager, "G1")
        with refused("gate_unmet"):
            go(rollout, manager, "G4")
        done(rollout, "4.1")
        go(rollout, manager, "G4")
        rollout.refresh_from_db()
        assert rollout.status == "maintenance"

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"verdict": "conditions", "text": "x"}, "conditions_missing"),
            ({"verdict": "conditions", "text": " ", "conditions": [("a", TODAY)]}, "text_missing"),
            ({"verdict": "conditions", "text": "x", "conditions": [(" ", TODAY)]}, "conditions_missing"),
            ({"verdict": "conditions", "text": "x", "conditions": [("a" * 301, TODAY)]}, "too_long"),
            ({"conditions": [("a", TODAY)]}, "conditions"),
            ({"verdict": "maybe"}, "verdict"),
            ({"role": "ict"}, "role"),
            ({"role": "boss"}, "role"),
        ],
    )
    def test_a_verdict_is_whole(self, rollout: Rollout, manager: User, refused: Refused, more: dict[str, Any], code: str) -> None:
        done(rollout, "1.4")
        with refused(code):
            go(rollout, manager, "G1", **more)
        assert not GateVerdict.objects.exists()

    def test_another_versions_gate_is_refused(self, rollout: Rollout, county: County, manager: User, refused: Refused) -> None:
        gate = ModelGate.objects.get(model_version=make_version(county), key="G1")
        with refused("wrong_gate"):
            give_verdict(by=acting(manager), rollout=rollout, gate=gate, verdict="go", role="manager", now=NOW)

    def test_conditions_are_met_once(self, rollout: Rollout, manager: User, coordinator: User, refused: Refused) -> None:
        done(rollout, "1.4")
        record = go(
            rollout, manager, "G1", Verdict.CONDITIONS, text="Kunhan sopimus on.", conditions=[("Sopimus", date(2026, 12, 1))]
        )
        (condition,) = record.conditions.all()
        met = meet_condition(by=acting(coordinator), condition=condition, now=NOW)
        assert (met.met_at, met.met_by) == (NOW, coordinator)
        with refused("met"):
            meet_condition(by=acting(manager), condition=condition, now=NOW)
        rollout.refresh_from_db()
        assert rollout.phase.key == "maarittely"


class TestPermit:
    def test_g1_writes_the_permit_by_whom_and_why(self, rollout: Rollout, manager: User, coordinator: User) -> None:
        decide(rollout, manager)
        move_item(by=acting(coordinator), item=item_of(rollout, "1.4"), to="done", now=NOW)
        go(rollout, manager, "G1", text="Johtoryhmä 3.11.")
        service = service_of(rollout)
        assert (service.status, service.permitted_by, service.permitted_at) == (ServiceStatus.PERMITTED, manager, NOW)
        assert service.permit_reason == "G1 Johdon päätös on tehty: Johtoryhmä 3.11."

    def test_no_go_writes_none(self, rollout: Rollout, manager: User) -> None:
        done(rollout, "1.4")
        go(rollout, manager, "G1", Verdict.NO_GO, text="Ei.")
        assert service_of(rollout).status == ServiceStatus.DRAFT

    def test_a_permit_is_not_written_twice(self, rollout: Rollout, manager: User, main_user: User) -> None:
        permit_service(by=acting(main_user), service=service_of(rollout), reason="Kiire", now=NOW)
        done(rollout, "1.4")
        go(rollout, manager, "G1", text="Päätös.")
        assert service_of(rollout).permit_reason == "Kiire"

    def test_nobody_permits_in_anothers_name(self, rollout: Rollout, manager: User, main_user: User) -> None:
        permit_service(by=acting(main_user), service=service_of(rollout), reason="Kiire", now=NOW, decided_by=acting(manager))
        assert service_of(rollout).permitted_by == main_user


class TestOpening:
    """Gates: 1.4 not done → not permitted by the rollout; a main user permits with a reason; opening with 2.7 unfinished."""

    def test_1_4_not_done_the_rollout_does_not_permit_and_a_main_user_does_with_a_reason(
        self, rollout: Rollout, manager: User, main_user: User, refused: Refused
    ) -> None:
        with refused("gate_unmet"):
            go(rollout, manager, "G1")
        with refused("reason_missing"):
            permit_service(by=acting(main_user), service=service_of(rollout), reason=" ", now=NOW)
        service = permit_service(by=acting(main_user), service=service_of(rollout), reason="Johtajan suullinen päätös", now=NOW)
        assert (service.status, service.permit_reason) == (ServiceStatus.PERMITTED, "Johtajan suullinen päätös")

    def test_opening_with_2_7_unfinished_asks_for_a_reason_and_2_7_shows_as_a_risk(
        self,
        rollout: Rollout,
        coordinator: User,
        main_user: User,
        monkeypatch: pytest.MonkeyPatch,
        signed_in: Callable[..., Client],
    ) -> None:
        monkeypatch.setattr("services.operations.service_life.publication_gaps", lambda service: [])  # its page is another matter
        for code in ("3.3", "3.4"):
            tell(rollout, coordinator, code)
            move_item(by=acting(coordinator), item=item_of(rollout, code), to="done", now=NOW)
        done(rollout, "2.3")
        tell(rollout, coordinator, "2.7", "training_plan")
        move_item(by=acting(coordinator), item=item_of(rollout, "2.7"), to="blocked", reason="Kouluttaja sairastui", now=NOW)
        service = permit_service(by=acting(main_user), service=service_of(rollout), reason="Päätös", now=NOW)
        with pytest.raises(ValidationError) as told:
            open_service(by=acting(main_user), service=service, now=NOW)
        (message,) = told.value.message_dict["reason"]
        assert "2.7" in message
        assert "3.3" not in message
        page = signed_in(main_user).get(reverse("admin:services_service_life", args=[service.pk, "open"])).content.decode()
        assert "<li>2.7 " in page, "named before anybody presses"
        assert "<li>3.3 " not in page
        opened = open_service(by=acting(main_user), service=service, reason="Koulutus on ensi viikolla", now=NOW)
        assert opened.status == ServiceStatus.OPEN
        assert [item.model_item.code for item in opening_risks(opened)] == ["2.7"]
        for page in ("rollout", "risks", "report"):
            told_there = signed_in(coordinator).get(reverse(f"adoption:{page}", args=[rollout.public_id])).content.decode()
            assert "Avattu, vaikka nämä ovat kesken" in told_there, page
        assert "Koulutus on ensi viikolla" in AuditEntry.objects.filter(object_type="services.service").latest("pk").purpose

        move_item(by=acting(coordinator), item=item_of(rollout, "2.7"), to="in_progress", now=NOW)
        tell(rollout, coordinator, "2.7", "training_done")
        move_item(by=acting(coordinator), item=item_of(rollout, "2.7"), to="done", now=NOW)
        assert opening_risks(opened) == []
        assert Service.objects.get(pk=opened.pk).unfinished == []

    def test_the_service_knows_what_is_unfinished_as_it_changes(self, rollout: Rollout, coordinator: User, manager: User) -> None:
        def codes() -> list[str]:
            return [names["fi"][:3] for names in service_of(rollout).unfinished]

        assert codes() == BEFORE_OPENING
        assert [item.model_item.code for item in opening_risks(service_of(rollout))] == BEFORE_OPENING
        move_item(by=acting(manager), item=item_of(rollout, "3.3"), to="not_applicable", reason="Keskitetty tuki", now=NOW)
        assert codes() == ["2.3", "2.7", "3.4"]
        answer_question(by=acting(coordinator), rollout=rollout, question="new_technology", answer="no", now=NOW)
        assert codes() == ["2.3", "2.7", "3.4"]

    def test_a_service_without_a_rollout_opens_as_before(
        self, second_service: Service, main_user: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.operations.service_life.publication_gaps", lambda service: [])
        Service.objects.filter(pk=second_service.pk).update(status=ServiceStatus.PERMITTED)
        assert opening_risks(second_service) == []
        assert open_service(by=acting(main_user), service=second_service, now=NOW).status == ServiceStatus.OPEN
