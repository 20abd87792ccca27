"""Every rule and test of the content file has a test named after it; what waits for a part that is not in use says for which."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.adoption.model import DATA

HERE = Path(__file__).parent
# By the head of each test of the data: the tests that hold it.
TESTS: dict[str, tuple[str, ...]] = {
    "Creating a rollout": ("test_creating_a_rollout_from_the_model_makes_24_items_in_order",),
    "Answering new_technology": ("test_answering_new_technology_no_sets_1_6_to_not_applicable_and_yes_later_to_not_started",),
    "1.4 with outcome rejected": ("test_1_4_rejected_item_not_done_g1_closed_and_the_rollout_can_be_ended",),
    "3.6:": ("test_3_6_is_done_by_the_first_real_conversation",),
    "3.7:": ("test_3_7_opened_15_september_october_proves_by_its_freezing_when_the_page_is_opened_later",),
    "4.2:": (
        "test_4_2_october_is_due_on_13_november_three_topics_are_not_enough_and_december_asks_again",
        "test_last_month_report_reviewed_true_for_its_own_month_and_false_when_the_next_one_is_frozen",
        "test_three_of_four_topics_are_not_enough",
    ),
    "4.1:": (
        "test_the_same_person_cannot_sign_for_both",
        "test_both_signatures_without_the_decision_are_not_enough_and_the_missing_part_is_named",
        "test_4_1_waits_for_the_decision_and_for_its_day",
    ),
    "2.3:": ("test_2_3_waits_for_the_overflow_rule",),
    "Every auto_proof": (
        "test_a_full_proof_covers_all_parts_a_partial_one_fewer_and_none_nothing",
        "test_every_signal_exists_and_has_an_owner",
    ),
    "Gates:": (
        "test_1_4_not_done_the_rollout_does_not_permit_and_a_main_user_does_with_a_reason",
        "test_opening_with_2_7_unfinished_asks_for_a_reason_and_2_7_shows_as_a_risk",
    ),
    "Demo county:": (
        "test_a_demo_conversation_proves_in_its_own_county_and_is_marked",
        "test_a_demo_conversation_proves_nowhere_else",
        "test_a_practice_conversation_never_proves",
    ),
    "2.7:": ("test_responders_trained_false_of_no_responders",),
    "1.5:": ("test_agreement_needed_without_a_document_cannot_be_done", "test_not_needed_can_be_done_with_the_form_alone"),
}
RULES: dict[str, tuple[str, ...]] = {
    "A proof fills only": ("test_each_part_is_decided_by_its_own_signals", "test_a_signal_that_covers_nothing_only_gathers_facts"),
    "A signal with several rows": ("test_2_7_without_responders_shows_none_of_none",),
    "A proof is computed from real data": ("test_a_test_service_never_proves", "test_a_practice_conversation_never_proves"),
    "Proofs run when": (
        "test_opening_the_page_asks_the_live_system",
        "test_it_runs_every_night",
        "test_running_twice_changes_nothing",
    ),
    "done_at is the time": ("test_a_proof_fills_once_with_its_own_time",),
    "A proof stores": (
        "test_a_later_change_leaves_the_item_done_and_shows_that_the_situation_has_changed",
        "test_a_proof_that_holds_no_more_leads_to_what_has_changed",
    ),
    "From not_started": (
        "test_from_not_started_both_steps_are_in_the_history",
        "test_a_blocked_or_set_aside_item_only_shows_that_evidence_exists",
    ),
    "A reopened item": ("test_a_reopened_item_is_not_done_by_the_same_rows",),
}
EXTENSIONS: dict[str, str] = {
    "X1": "test_x1_is_a_persons_word",
    "X2": "test_x2_is_a_persons_word",
    "X3": "test_x3_the_dates_are_proven_and_the_evaluation_may_be_a_refusal",
    "X4": "test_x4_is_done_by_instructions_and_a_prepared_notice",
    "X5": "test_x5_is_a_persons_with_the_meetings_as_a_fact_beside_it",
    "X6": "test_x6_is_done_by_a_reviewed_directory",
    "X7": "test_x7_is_done_by_a_closed_survey_of_the_staff",
    "X8": "test_x8_is_done_when_every_responder_is_trained",
    "X9": "test_x9_is_done_by_a_published_path_that_leads_to_the_service",
}
# Every other rule that the data states, by its place: the proof of each item, what gates ask and write, the opening, progress,
# the kinds of requirements, the levels of proof, the steps of an item, and what comes back.
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "1.1": ("test_form_complete_true", "test_form_complete_false"),
    "1.2": ("test_form_complete_asks_a_row_of_a_list",),
    "1.3": ("test_a_meeting_held_with_the_right_people_and_an_outcome",),
    "1.4": ("test_1_4_rejected_is_not_done_and_approved_is",),
    "1.5": ("test_agreement_needed_without_a_document_cannot_be_done", "test_not_needed_can_be_done_with_the_form_alone"),
    "1.6": ("test_1_6_names_what_is_missing_until_nothing_is",),
    "2.1": ("test_evidence_says_something_and_is_not_of_tomorrow",),
    "2.2": ("test_2_2_and_2_5_are_done_by_their_rows",),
    "2.3": ("test_2_3_waits_for_the_overflow_rule",),
    "2.4": ("test_2_4_is_done_by_a_workshop_when_its_record_was_written",),
    "2.5": ("test_2_2_and_2_5_are_done_by_their_rows",),
    "2.6": ("test_report_definition_selected_true", "test_report_definition_selected_false_without_a_target_or_a_recipient"),
    "2.7": (
        "test_the_plan_proves_half_and_all_responders_the_rest",
        "test_a_responder_added_later_leaves_the_item_done_and_shows_that_the_situation_has_changed",
    ),
    "3.1": ("test_a_walkthrough_ticks_its_part_and_leaves_the_open_points_to_a_person",),
    "3.2": ("test_3_2_proposes_to_each_audience_what_it_was_told", "test_it_fills_the_part_of_professionals_only"),
    "3.3": ("test_3_3_is_done_by_what_is_published",),
    "3.4": ("test_3_4_is_done_by_the_three_and_a_later_change_is_told",),
    "3.5": ("test_3_5_waits_for_managements_signature",),
    "3.6": ("test_3_6_is_done_by_the_first_real_conversation",),
    "3.7": (
        "test_3_7_opened_15_september_october_proves_by_its_freezing_when_the_page_is_opened_later",
        "test_the_opening_month_counts_when_it_was_open_on_its_first_working_day",
    ),
    "4.1": ("test_4_1_waits_for_the_decision_and_for_its_day", "test_a_handover_in_the_future_is_done_on_that_day"),
    "4.2": (
        "test_4_2_october_is_due_on_13_november_three_topics_are_not_enough_and_december_asks_again",
        "test_a_review_begins_with_the_figures_of_its_month",
    ),
    "4.3": (
        "test_4_3_proposes_all_of_them",
        "test_two_months_over_the_limit_call_for_a_targeted_message",
        "test_the_quarterly_ones_are_due_on_the_last_working_day_and_again_next_quarter",
    ),
    "4.4": (
        "test_4_4_is_a_persons_sentence",
        "test_after_rooting_only_the_monthly_one_goes_on",
        "test_the_quarterly_ones_are_due_on_the_last_working_day_and_again_next_quarter",
    ),
    "G1": ("test_each_gate_waits_for_what_the_data_names", "test_g1_writes_the_permit_by_whom_and_why"),
    "G2": ("test_each_gate_waits_for_what_the_data_names", "test_the_training_plan_alone_is_enough_for_g2"),
    "G3": ("test_each_gate_waits_for_what_the_data_names", "test_a_soft_gate_is_passed_with_what_lacks_written_down"),
    "G4": ("test_each_gate_waits_for_what_the_data_names", "test_after_the_last_gate_the_rollout_is_in_maintenance"),
    "opening_rule": ("test_opening_with_2_7_unfinished_asks_for_a_reason_and_2_7_shows_as_a_risk",),
    "progress": ("test_the_examples_of_the_data", "test_it_is_rounded_half_up_and_never_divided_by_nothing"),
    "transitions": ("test_the_transitions_are_those_of_the_data", "test_opening_again_needs_a_reason_and_keeps_the_evidence"),
    "part_names": ("test_each_item_gets_the_parts_that_it_asks",),
    "decision": ("test_only_an_accepted_outcome_fills", "test_a_decision_is_whole"),
    "document": ("test_a_document_has_a_file_or_link_a_version_and_a_date",),
    "evidence": ("test_evidence_says_something_and_is_not_of_tomorrow",),
    "form": ("test_every_mandatory_field_is_missed_alone",),
    "participants": ("test_what_a_meeting_lacks_is_told", "test_the_working_group_is_counted_among_the_people_of_the_rollout"),
    "signoff": ("test_only_the_role_signs_and_once", "test_the_same_person_cannot_sign_for_both"),
    "fact": ("test_what_only_the_system_or_a_list_fills_takes_no_form",),
    "full": (
        "test_a_full_proof_covers_all_parts_a_partial_one_fewer_and_none_nothing",
        "test_a_person_may_set_a_reopened_item_to_done",
    ),
    "partial": ("test_a_person_marks_a_partly_proven_item_done",),
    "none": ("test_only_a_person_says_what_no_signal_shows",),
}


def stated() -> list[str]:
    """The place of every rule of the data that has not a list of its own."""
    items = [item["code"] for phase in DATA["phases"] for item in phase["items"]]
    gates = [gate["key"] for gate in DATA["gates"]]
    single = ["opening_rule", "progress", "transitions", "part_names"]
    assert all(item["auto_proof"]["rule"] for phase in DATA["phases"] for item in phase["items"])
    assert all(gate["rule"] for gate in DATA["gates"])
    assert set(single) <= set(DATA)
    return [*items, *gates, *single, *DATA["requirement_kinds"], *DATA["proof_levels"]]


@cache
def names() -> frozenset[str]:
    text = "\n".join(path.read_text() for place in (HERE, HERE.parent / "reports") for path in place.rglob("test_*.py"))
    return frozenset(re.findall(r"def (test_\w+)\(", text))


def of(head: str, lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(head)]


@pytest.mark.parametrize("head", TESTS)
def test_each_test_of_the_data_is_held_by_name(head: str) -> None:
    assert len(of(head, DATA["tests"])) == 1
    assert set(TESTS[head]) <= names()


@pytest.mark.parametrize("head", RULES)
def test_each_rule_of_proofs_is_held_by_name(head: str) -> None:
    assert len(of(head, DATA["proof_rules"])) == 1
    assert set(RULES[head]) <= names()


def test_no_rule_or_test_of_the_data_is_left_out() -> None:
    assert len(TESTS) == len(DATA["tests"])
    assert len(RULES) == len(DATA["proof_rules"])
    assert list(EXTENSIONS) == [each["code"] for each in DATA["extensions"]]


def test_every_other_rule_of_the_data_is_held_by_name() -> None:
    assert list(ELSEWHERE) == stated()
    lacking = {place: set(held) - names() for place, held in ELSEWHERE.items() if set(held) - names()}
    assert not lacking


@pytest.mark.parametrize("signal", DATA["signals"])
def test_each_signal_is_held_true_and_false(signal: str) -> None:
    mine = {name for name in names() if name.startswith(f"test_{signal}_")}
    assert any(name.startswith(f"test_{signal}_true") for name in mine), mine
    assert any(re.match(f"test_{signal}_(true_.*)?(and_|else_)?false", name) for name in mine), mine


@pytest.mark.parametrize("code", EXTENSIONS)
def test_each_optional_item_is_held_by_name(code: str) -> None:
    assert EXTENSIONS[code] in names()
