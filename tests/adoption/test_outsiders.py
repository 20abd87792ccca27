"""Who is not of the rollout is refused by every operation, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actors import Actor, Resident
from accounts.models import User
from adoption import operations
from adoption.models import Comment, Filling, GateVerdict, Member, Rollout, RolloutItem, VerdictCondition
from adoption.operations import add_member, comment_item, give_verdict, start_rollout
from adoption.permissions import holds_role, may_decide, may_drive, may_read, may_start, may_work_on
from services.models import County, Service
from tests.adoption.conftest import NOW, TODAY, gate_of, item_of, meeting_of, part_of, tell
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
STRANGERS = ["outsider", "former", "second_responder", "responder", "reader", "resident"]
Act = Callable[["World", Actor], object]


class World:
    """A rollout with something of everything in it."""

    def __init__(self, rollout: Rollout, coordinator: User, manager: User, supervisor: User) -> None:
        self.rollout = rollout
        self.item = item_of(rollout, "2.1")
        self.member = add_member(by=acting(coordinator), rollout=rollout, user=supervisor, role="supervisor", now=NOW)
        self.filling = tell(rollout, coordinator, "2.4")
        self.comment = comment_item(by=acting(coordinator), item=self.item, text="Hei", now=NOW)
        self.meeting = meeting_of(rollout, ("Ylva", "manager"), ("Olli", "ict"))
        gate = gate_of(rollout, "G2")
        RolloutItem.objects.filter(rollout=rollout, model_item__code="1.4").update(state="done", done_at=NOW)
        by = acting(manager)
        give_verdict(by=by, rollout=rollout, gate=gate_of(rollout, "G1"), verdict="go", role="manager", now=NOW)
        conditions = [("Koulutus", TODAY)]
        give_verdict(
            by=by, rollout=rollout, gate=gate, verdict="conditions", role="manager", text="x", conditions=conditions, now=NOW
        )
        self.condition = VerdictCondition.objects.get()
        self.gate = gate

    def part(self, code: str, name: str) -> Any:
        return part_of(self.rollout, code, name)


ACTS: dict[str, Act] = {
    "check_rollouts": lambda w, by: operations.check_rollouts(by=by, now=NOW),
    "remind_of_rooting": lambda w, by: operations.remind_of_rooting(by=by, now=NOW),
    "renew_recurring": lambda w, by: operations.renew_recurring(by=by, now=NOW),
    "start_rollout": lambda w, by: operations.start_rollout(by=by, county=w.rollout.county, name={"fi": "Oma"}, now=NOW),
    "change_card": lambda w, by: operations.change_card(by=by, rollout=w.rollout, values={"place": "x"}, now=NOW),
    "answer_question": lambda w, by: operations.answer_question(
        by=by, rollout=w.rollout, question="new_technology", answer="no", now=NOW
    ),
    "end_rollout": lambda w, by: operations.end_rollout(by=by, rollout=w.rollout, reason="x", now=NOW),
    "adopt_items": lambda w, by: operations.adopt_items(by=by, rollout=w.rollout, codes=["X1"], now=NOW),
    "add_member": lambda w, by: operations.add_member(by=by, rollout=w.rollout, user=w.member.user, role="ict", now=NOW),
    "remove_member": lambda w, by: operations.remove_member(by=by, member=w.member, now=NOW),
    "move_item": lambda w, by: operations.move_item(by=by, item=w.item, to="in_progress", now=NOW),
    "move_item out": lambda w, by: operations.move_item(by=by, item=w.item, to="not_applicable", reason="x", now=NOW),
    "assign_item": lambda w, by: operations.assign_item(by=by, item=w.item, owner=None, due_on=date(2026, 12, 1), now=NOW),
    "comment_item": lambda w, by: operations.comment_item(by=by, item=w.item, text="x", now=NOW),
    "remove_comment": lambda w, by: operations.remove_comment(by=by, comment=w.comment, now=NOW),
    "record_decision": lambda w, by: operations.record_decision(
        by=by, part=w.part("4.1", "project_end"), outcome="approved", on=TODAY, text="x", now=NOW
    ),
    "attach_document": lambda w, by: operations.attach_document(
        by=by,
        part=w.part("1.6", "document:security_assessment"),
        on=TODAY,
        document_version="1",
        link="https://alue.test/",
        now=NOW,
    ),
    "give_evidence": lambda w, by: operations.give_evidence(by=by, part=w.part("2.1", "evidence"), text="x", on=TODAY, now=NOW),
    "sign_part": lambda w, by: operations.sign_part(by=by, part=w.part("3.5", "signoff:manager"), now=NOW),
    "link_meeting": lambda w, by: operations.link_meeting(by=by, part=w.part("1.3", "participants"), meeting=w.meeting, now=NOW),
    "withdraw_filling": lambda w, by: operations.withdraw_filling(by=by, filling=w.filling, now=NOW),
    "save_form": lambda w, by: operations.save_form(by=by, rollout=w.rollout, form="handover", values={}, now=NOW),
    "give_verdict": lambda w, by: operations.give_verdict(
        by=by, rollout=w.rollout, gate=w.gate, verdict="go", role="reader", now=NOW
    ),
    "meet_condition": lambda w, by: operations.meet_condition(by=by, condition=w.condition, now=NOW),
}
# Nobody stands at a door of these: they are asked for what was read already, or called by the portal's own operations.
TEMPLATE = {"load_model", "load_shipped_models", "new_draft", "publish_version", "retire_version"}  # tests of their own
NO_DOOR = {
    "Checked",
    "GateStatus",
    "check_rollout",  # whoever reads the rollout; tests.adoption.test_proofs refuses the others
    "fill_by_proof",
    "gate_status",
    "missing_parts",
    "next_period",
    "offered_items",
    "opening_risks",
    "risks_of_opened",
    "touch_rollout",
}


def is_refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except PermissionDenied:
        return True
    return False


def counted(rollout: Rollout) -> dict[str, object]:
    rows = {model.__name__: model.objects.count() for model in (Rollout, Member, Filling, Comment, GateVerdict)}
    rollout.refresh_from_db()
    versions = list(rollout.items.values_list("version", "state"))
    return {**rows, "card": rollout.version, "items": versions, "met": VerdictCondition.objects.filter(met_at=None).count()}


def test_every_operation_is_tried() -> None:
    assert {name.split()[0] for name in ACTS} == set(operations.__all__) - NO_DOOR - TEMPLATE


@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers_are_refused_everywhere(
    rollout: Rollout, coordinator: User, manager: User, supervisor: User, stranger: str, request: pytest.FixtureRequest
) -> None:
    world = World(rollout, coordinator, manager, supervisor)
    who = request.getfixturevalue(stranger)
    by: Actor = who if isinstance(who, Resident) else acting(who)
    before = counted(rollout)
    for name, act in ACTS.items():
        assert is_refused(partial(act, world, by)), f"{stranger} got through {name}"
    assert counted(rollout) == before


def test_a_member_works_but_does_not_drive(rollout: Rollout, coordinator: User, manager: User, supervisor: User) -> None:
    world, by = World(rollout, coordinator, manager, supervisor), acting(supervisor)
    for name in ("change_card", "end_rollout", "adopt_items", "add_member", "remove_member", "answer_question", "give_verdict"):
        assert is_refused(partial(ACTS[name], world, by)), f"a member got through {name}"
    ACTS["move_item"](world, by)
    ACTS["give_evidence"](world, by)
    ACTS["save_form"](world, by)


class TestQuestions:
    """The predicates, person by person."""

    def test_who_may_what(
        self,
        rollout: Rollout,
        coordinator: User,
        main_user: User,
        manager: User,
        supervisor: User,
        reader: User,
        area_professional: User,
        outsider: User,
        former: User,
    ) -> None:
        people = locals()
        item = item_of(rollout, "1.1")
        asked = {
            "read": lambda by: may_read(by, rollout),
            "drive": lambda by: may_drive(by, rollout),
            "work": lambda by: may_work_on(by, item),
            "decide": lambda by: may_decide(by, rollout),
        }
        may = {
            name: {key for key, ask in asked.items() if ask(acting(people[name]))}
            for name in people
            if name not in ("self", "rollout")
        }
        assert may == {
            "coordinator": {"read", "drive", "work"},
            "main_user": {"read", "drive", "work"},
            "manager": {"read", "decide"},
            "supervisor": {"read"},
            "reader": {"read"},
            "area_professional": set(),
            "outsider": set(),
            "former": set(),
        }

    def test_a_role_of_one_service_reaches_its_rollout_only(
        self, rollout: Rollout, county: County, second_service: Service, person: Callable[..., User], grant: Callable[..., object]
    ) -> None:
        theirs, others = person("elina"), person("reetta")
        for user, service in ((theirs, rollout.service), (others, second_service)):
            grant(user, "coordinator", county=county, service=service)
            grant(user, "manager", county=county, service=service)
        assert may_drive(acting(theirs), rollout)
        assert may_decide(acting(theirs), rollout)
        assert not may_drive(acting(others), rollout)
        assert not may_decide(acting(others), rollout)
        assert may_start(acting(others), county=county, service=second_service)
        assert not may_start(acting(others), county=county, service=rollout.service)
        assert not may_start(acting(others), county=county)
        assert start_rollout(by=acting(others), county=county, name={"fi": "Neuvola"}, service=second_service, now=NOW).pk

    def test_a_member_whose_grant_has_ended_holds_no_role(self, rollout: Rollout, former: User) -> None:
        Member.objects.create(rollout=rollout, user=former, role="manager")
        assert not holds_role(acting(former), rollout, ["manager"])
        assert not may_work_on(acting(former), item_of(rollout, "1.1"))
        assert not may_read(acting(former), rollout)
