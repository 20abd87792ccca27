"""An item goes through its states, gets a person and a date, and is talked about."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections

from accounts.actors import System
from accounts.models import User
from adoption.choices import ItemState
from adoption.fulfilment import fulfilment_of
from adoption.models import Rollout, RolloutItem
from adoption.operations import (
    add_member,
    answer_question,
    assign_item,
    comment_item,
    give_verdict,
    missing_parts,
    move_item,
    remove_comment,
    save_form,
    sign_part,
)
from tests.adoption.conftest import (
    COSTS,
    HANDOVER,
    NOW,
    Refused,
    decide,
    gate_of,
    item_of,
    meeting_of,
    part_of,
    tell,
    whole,
)
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def names(item: RolloutItem) -> list[str]:
    return [part.name for part in missing_parts(item)]


class TestMoves:
    def test_done_is_refused_with_the_missing_parts_named(self, rollout: Rollout, coordinator: User) -> None:
        item = item_of(rollout, "1.3")
        move_item(by=acting(coordinator), item=item, to="in_progress", now=NOW)
        with pytest.raises(ValidationError) as told:
            move_item(by=acting(coordinator), item=item, to="done", now=NOW)
        assert told.value.code == "parts_missing"
        assert names(item) == ["participants", "evidence"]
        message = told.value.messages[0]
        assert "1.3" in message
        assert message.count(",") >= 1
        assert "participants" not in message, "named in words, not by code"

    def test_done_keeps_when_and_history(self, rollout: Rollout, coordinator: User) -> None:
        tell(rollout, coordinator, "2.1")
        item = move_item(by=acting(coordinator), item=item_of(rollout, "2.1"), to="done", now=NOW)
        assert (item.state, item.done_at, item.done_by_system) == (ItemState.DONE, NOW, False)
        assert [(row.was, row.became, row.by) for row in item.history.all()] == [
            ("not_started", "in_progress", coordinator),
            ("in_progress", "done", coordinator),
        ]
        rollout.refresh_from_db()
        assert (rollout.touched_at, rollout.touched_by) == (NOW, coordinator)

    def test_the_system_writes_both_steps_and_the_time_of_the_proof(self, rollout: Rollout, coordinator: User) -> None:
        tell(rollout, coordinator, "2.1")
        RolloutItem.objects.filter(pk=item_of(rollout, "2.1").pk).update(state=ItemState.NOT_STARTED)
        proven = NOW - timedelta(days=3)
        item = move_item(by=System("proofs"), item=item_of(rollout, "2.1"), to="done", now=NOW, done_at=proven)
        assert (item.done_at, item.done_by_system, item.changed_at) == (proven, True, NOW)
        assert [row.became for row in item.history.filter(by_system=True)] == ["in_progress", "done"]

    def test_the_system_does_not_move_what_is_blocked_or_not_applicable(
        self, rollout: Rollout, coordinator: User, manager: User, refused: Refused
    ) -> None:
        for code, state, by in (("2.1", "blocked", coordinator), ("3.3", "not_applicable", manager)):
            item = move_item(by=acting(by), item=item_of(rollout, code), to=state, reason="Syy", now=NOW)
            with refused("wrong_state"):
                move_item(by=System("proofs"), item=item, to="done", now=NOW)

    def test_a_person_takes_one_step_at_a_time(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        with refused("wrong_state"):
            move_item(by=acting(coordinator), item=item_of(rollout, "2.1"), to="done", now=NOW)

    @pytest.mark.parametrize("to", ["blocked", "not_applicable"])
    def test_blocked_and_not_applicable_need_a_reason(
        self, rollout: Rollout, manager: User, coordinator: User, to: str, refused: Refused
    ) -> None:
        add_member(by=acting(coordinator), rollout=rollout, user=manager, role="manager", now=NOW)
        with refused("reason_missing"):
            move_item(by=acting(manager), item=item_of(rollout, "2.1"), to=to, reason="  ", now=NOW)
        moved = move_item(by=acting(manager), item=item_of(rollout, "2.1"), to=to, reason="Ei vielä.", now=NOW)
        assert (moved.state, moved.reason) == (to, "Ei vielä.")

    def test_opening_again_needs_a_reason_and_keeps_the_evidence(
        self, rollout: Rollout, coordinator: User, refused: Refused
    ) -> None:
        tell(rollout, coordinator, "2.1")
        item = move_item(by=acting(coordinator), item=item_of(rollout, "2.1"), to="done", now=NOW)
        with refused("reason_missing"):
            move_item(by=acting(coordinator), item=item, to="in_progress", now=NOW)
        later = NOW + timedelta(days=1)
        item = move_item(by=acting(coordinator), item=item, to="in_progress", reason="Muuttui.", now=later)
        assert (item.done_at, item.reopened_at) == (None, later)
        assert names(item) == []
        assert item.history.last().reason == "Muuttui."

    def test_not_applicable_is_managements_unless_the_answer_says_so(
        self, rollout: Rollout, coordinator: User, manager: User, refused: Refused
    ) -> None:
        for code in ("1.1", "1.6"):
            with refused("needs_manager"):
                move_item(by=acting(coordinator), item=item_of(rollout, code), to="not_applicable", reason="Ei", now=NOW)
        move_item(by=acting(manager), item=item_of(rollout, "1.1"), to="not_applicable", reason="Ei", now=NOW)
        answer_question(by=acting(coordinator), rollout=rollout, question="new_technology", answer="no", now=NOW)
        move_item(by=acting(coordinator), item=item_of(rollout, "1.6"), to="in_progress", reason="Sittenkin", now=NOW)
        back = move_item(by=acting(coordinator), item=item_of(rollout, "1.6"), to="not_applicable", reason="Ei", now=NOW)
        assert back.state == ItemState.NOT_APPLICABLE

    def test_a_manager_who_is_no_member_moves_nothing_else(self, rollout: Rollout, manager: User) -> None:
        with pytest.raises(PermissionDenied):
            move_item(by=acting(manager), item=item_of(rollout, "1.1"), to="in_progress", now=NOW)

    def test_the_person_named_for_the_item_works_on_it(self, rollout: Rollout, coordinator: User, supervisor: User) -> None:
        assign_item(by=acting(coordinator), item=item_of(rollout, "2.1"), owner=supervisor, due_on=None, now=NOW)
        tell(rollout, supervisor, "2.1")
        with pytest.raises(PermissionDenied):
            tell(rollout, supervisor, "2.4")


class TestTwoPeople:
    def test_two_people_move_the_same_item_one_wins_and_the_other_is_told(
        self, rollout: Rollout, coordinator: User, main_user: User
    ) -> None:
        tell(rollout, coordinator, "2.1")
        seen = item_of(rollout, "2.1")
        move_item(by=acting(main_user), item=seen, to="done", version=seen.version, now=NOW)
        with pytest.raises(ValidationError) as told:
            move_item(by=acting(coordinator), item=seen, to="blocked", reason="x", version=seen.version, now=NOW)
        assert told.value.code == "stale"
        (message,) = told.value.messages
        assert "Tehty" in message
        assert "Paula" in message
        assert seen.history.count() == 2
        assert item_of(rollout, "2.1").state == ItemState.DONE

    def test_without_a_seen_version_the_second_step_is_refused_by_the_state(
        self, rollout: Rollout, coordinator: User, main_user: User, refused: Refused
    ) -> None:
        item = item_of(rollout, "2.1")
        move_item(by=acting(main_user), item=item, to="in_progress", now=NOW)
        with refused("wrong_state"):
            move_item(by=acting(coordinator), item=item, to="in_progress", now=NOW)

    def test_assigning_over_a_newer_change_is_refused(
        self, rollout: Rollout, coordinator: User, main_user: User, refused: Refused
    ) -> None:
        seen = item_of(rollout, "2.1")
        move_item(by=acting(main_user), item=seen, to="in_progress", version=seen.version, now=NOW)
        with refused("stale"):
            assign_item(by=acting(coordinator), item=seen, owner=None, due_on=date(2026, 12, 1), version=seen.version, now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres(only=True)
def test_together_one_wins(rollout: Rollout, coordinator: User, main_user: User) -> None:
    tell(rollout, coordinator, "2.1")
    seen = item_of(rollout, "2.1")
    start = threading.Barrier(2)
    results: list[str | None] = []

    def run(by: User, to: str) -> None:
        start.wait()
        try:
            move_item(by=acting(by), item=seen, to=to, reason="Syy", version=seen.version, now=NOW)
            results.append("won")
        except ValidationError as error:
            results.append(error.code)
        finally:
            connections.close_all()

    acts: list[tuple[User, str]] = [(coordinator, "done"), (main_user, "blocked")]
    threads = [threading.Thread(target=run, args=each) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["stale", "won"]
    assert item_of(rollout, "2.1").version == seen.version + 1


class TestCosts:
    """1.5: agreement_needed = yes without a document → cannot be done; = no → can be done with the form alone."""

    def save(self, rollout: Rollout, by: User, needed: str) -> None:
        save_form(by=acting(by), rollout=rollout, form="cost_estimate", values={**COSTS, "agreement_needed": needed}, now=NOW)

    def test_agreement_needed_without_a_document_cannot_be_done(
        self, rollout: Rollout, coordinator: User, refused: Refused
    ) -> None:
        item = item_of(rollout, "1.5")
        assert names(item) == ["form:cost_estimate"]
        self.save(rollout, coordinator, "yes")
        assert names(item) == ["document:assignment_agreement"]
        with refused("parts_missing"):
            move_item(by=acting(coordinator), item=item, to="done", now=NOW)

    def test_not_needed_can_be_done_with_the_form_alone(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        self.save(rollout, coordinator, "no")
        move_item(by=acting(coordinator), item=item_of(rollout, "1.5"), to="done", now=NOW)
        with refused("done"):
            self.save(rollout, coordinator, "yes")
        assert rollout.form_answers.get().values["agreement_needed"] == "no"


class TestHandover:
    def prepare(self, rollout: Rollout, coordinator: User, reader: User, **form: str) -> RolloutItem:
        add_member(by=acting(coordinator), rollout=rollout, user=reader, role="production_owner", now=NOW)
        sign_part(by=acting(coordinator), part=part_of(rollout, "4.1", "signoff:project_coordinator"), now=NOW)
        sign_part(by=acting(reader), part=part_of(rollout, "4.1", "signoff:production_owner"), now=NOW)
        save_form(by=acting(coordinator), rollout=rollout, form="handover", values={**HANDOVER, **form}, now=NOW)
        return item_of(rollout, "4.1")

    def test_the_same_person_cannot_sign_for_both(self, rollout: Rollout, coordinator: User, refused: Refused) -> None:
        add_member(by=acting(coordinator), rollout=rollout, user=coordinator, role="production_owner", now=NOW)
        sign_part(by=acting(coordinator), part=part_of(rollout, "4.1", "signoff:project_coordinator"), now=NOW)
        with refused("same_person"):
            sign_part(by=acting(coordinator), part=part_of(rollout, "4.1", "signoff:production_owner"), now=NOW)

    def test_both_signatures_without_the_decision_are_not_enough_and_the_missing_part_is_named(
        self, rollout: Rollout, coordinator: User, reader: User, manager: User
    ) -> None:
        item = self.prepare(rollout, coordinator, reader)
        assert names(item) == ["project_end"]
        with pytest.raises(ValidationError) as told:
            move_item(by=acting(coordinator), item=item, to="done", now=NOW)
        assert told.value.code == "parts_missing"
        decide(rollout, manager, "4.1", "project_end")
        assert move_item(by=acting(coordinator), item=item, to="done", now=NOW).state == ItemState.DONE

    def test_a_handover_in_the_future_is_done_on_that_day(
        self, rollout: Rollout, coordinator: User, reader: User, manager: User
    ) -> None:
        item = self.prepare(rollout, coordinator, reader, date="2026-11-30")
        decide(rollout, manager, "4.1", "project_end")
        with pytest.raises(ValidationError) as told:
            move_item(by=acting(coordinator), item=item, to="done", now=NOW)
        assert told.value.code == "not_yet"
        assert "30.11.2026" in told.value.messages[0]
        done = move_item(by=acting(coordinator), item=item, to="done", now=NOW + timedelta(days=25))
        assert done.state == ItemState.DONE

    def test_after_the_last_gate_what_is_done_stays_done(
        self, rollout: Rollout, coordinator: User, reader: User, manager: User, refused: Refused
    ) -> None:
        item = self.prepare(rollout, coordinator, reader)
        decide(rollout, manager)
        decide(rollout, manager, "4.1", "project_end")
        for code in ("1.4", "4.1"):
            move_item(by=acting(coordinator), item=item_of(rollout, code), to="done", now=NOW)
        for key in ("G1", "G4"):
            give_verdict(by=acting(manager), rollout=rollout, gate=gate_of(rollout, key), verdict="go", role="manager", now=NOW)
        rollout.refresh_from_db()
        assert rollout.status == "maintenance"
        with refused("handed_over"):
            move_item(by=acting(coordinator), item=item, to="in_progress", reason="Vielä yksi", now=NOW)
        tell(rollout, coordinator, "4.4")
        move_item(by=acting(coordinator), item=item_of(rollout, "4.4"), to="done", now=NOW)
        move_item(by=acting(coordinator), item=item_of(rollout, "4.4"), to="in_progress", reason="Jatkuu", now=NOW)


class TestAssign:
    def test_only_somebody_who_sees_the_rollout(
        self, rollout: Rollout, coordinator: User, responder: User, outsider: User, refused: Refused
    ) -> None:
        item = item_of(rollout, "2.1")
        for person in (responder, outsider):
            with refused("not_in_rollout"):
                assign_item(by=acting(coordinator), item=item, owner=person, due_on=None, now=NOW)
        add_member(by=acting(coordinator), rollout=rollout, user=responder, role="responder", now=NOW)
        done = assign_item(by=acting(coordinator), item=item, owner=responder, due_on=date(2026, 12, 1), now=NOW)
        assert (done.owner, done.due_on, done.version) == (responder, date(2026, 12, 1), 2)
        again = assign_item(by=acting(coordinator), item=item, owner=responder, due_on=date(2026, 12, 1), now=NOW)
        assert again.version == 2


class TestComments:
    def test_those_who_work_or_decide_talk(self, rollout: Rollout, coordinator: User, manager: User, refused: Refused) -> None:
        item = item_of(rollout, "2.1")
        comment_item(by=acting(manager), item=item, text="Hyvä.", now=NOW)
        comment_item(by=acting(coordinator), item=item, text="Kiitos.", now=NOW)
        with refused("text_missing"):
            comment_item(by=acting(coordinator), item=item, text=" \n", now=NOW)
        comment_item(by=acting(coordinator), item=item, text="Kiitos.", now=NOW + timedelta(seconds=2))  # pressed twice
        assert [one.text for one in item.comments.all()] == ["Hyvä.", "Kiitos."]
        comment_item(by=acting(coordinator), item=item, text="Kiitos.", now=NOW + timedelta(minutes=5))
        assert item.comments.count() == 3

    def test_the_words_go_when_their_writer_takes_them_back(self, rollout: Rollout, coordinator: User, manager: User) -> None:
        comment = comment_item(by=acting(manager), item=item_of(rollout, "2.1"), text="Hups.", now=NOW)
        with pytest.raises(PermissionDenied):
            remove_comment(by=acting(coordinator), comment=comment, now=NOW)
        gone = remove_comment(by=acting(manager), comment=comment, now=NOW)
        assert (gone.text, gone.removed_at) == ("", NOW)


def test_what_24_items_lack_takes_a_handful_of_queries(
    rollout: Rollout, coordinator: User, django_assert_max_num_queries: Callable
) -> None:
    items = list(rollout.items.select_related("model_item__phase__model_version"))
    with django_assert_max_num_queries(5):
        found = fulfilment_of(items)
    assert len(found) == 24


def test_a_move_takes_a_bounded_number_of_queries(
    rollout: Rollout, coordinator: User, django_assert_max_num_queries: Callable
) -> None:
    meeting_of(rollout, (coordinator, "manager"))
    save_form(by=acting(coordinator), rollout=rollout, form="need_mapping", values=whole("need_mapping"), now=NOW)
    item, by = item_of(rollout, "1.2"), acting(coordinator)
    with django_assert_max_num_queries(18):
        move_item(by=by, item=item, to="done", version=item.version, now=NOW)
