"""The rules of adoption, and the only place that writes it."""

from adoption.operations.forms import save_form
from adoption.operations.gates import GateStatus, gate_status, give_verdict, meet_condition
from adoption.operations.ground import touch_rollout
from adoption.operations.items import assign_item, comment_item, missing_parts, move_item, remove_comment
from adoption.operations.opening import opening_risks, risks_of_opened
from adoption.operations.parts import (
    attach_document,
    fill_by_proof,
    give_evidence,
    link_meeting,
    record_decision,
    sign_part,
    withdraw_filling,
)
from adoption.operations.people import add_member, remove_member
from adoption.operations.proofs import Checked, check_rollout, check_rollouts
from adoption.operations.recurring import next_period, renew_recurring
from adoption.operations.rollouts import (
    adopt_items,
    answer_question,
    change_card,
    end_rollout,
    offered_items,
    start_rollout,
)
from adoption.operations.rooting import remind_of_rooting
from adoption.operations.template import load_model, load_shipped_models, new_draft, publish_version, retire_version

__all__ = [
    "Checked",
    "GateStatus",
    "add_member",
    "adopt_items",
    "answer_question",
    "assign_item",
    "attach_document",
    "change_card",
    "check_rollout",
    "check_rollouts",
    "comment_item",
    "end_rollout",
    "fill_by_proof",
    "gate_status",
    "give_evidence",
    "give_verdict",
    "link_meeting",
    "load_model",
    "load_shipped_models",
    "meet_condition",
    "missing_parts",
    "move_item",
    "new_draft",
    "next_period",
    "offered_items",
    "opening_risks",
    "publish_version",
    "record_decision",
    "remind_of_rooting",
    "remove_comment",
    "remove_member",
    "renew_recurring",
    "retire_version",
    "risks_of_opened",
    "save_form",
    "sign_part",
    "start_rollout",
    "touch_rollout",
    "withdraw_filling",
]
