"""The rows of the table of rights that concern a concern: who flags it, goes through its list, takes it back, and ends with it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from chat.models import Conversation
from chat.operations import flag_conversation
from tests.chat.rights import COLLEAGUE, OWN, READERS, Action, State, World, answers, owner, post
from tests.conftest import acting


def flagged_by(name: str, flag: str) -> State:
    """The responder's conversation, flagged as a concern by somebody."""

    def make(world: World) -> tuple[Conversation, Mapping[str, object]]:
        row = world.start("active")
        flag_conversation(by=acting(world.people[name]), conversation=row.public_id, flag=flag, now=timezone.now())
        return row, {}

    return make


def readers(told: str) -> dict[str, str]:
    """Whoever reads the conversation is told the same; to others it is as if there were none."""
    return answers(told, told, told, "none", "none")


CONCERN_STATES: Mapping[str, State] = {
    "concerned": flagged_by(COLLEAGUE, "child"),
    "concerned by own": flagged_by(OWN, "older"),
}
CONCERN_ACTIONS = [
    # A concern: whoever reads it flags it; who has it, who flagged it and the supervisor go through the list.
    *(
        Action(f"concern, {state}", state, post("huoli/", act="set", flag="older"), READERS)
        for state in ("waiting", "active", "ended")
    ),
    Action("concern that is none", "active", post("huoli/", act="set", flag="abusive"), readers("invalid")),
    Action("concern step", "concerned", post("huoli/", act="step", step="danger"), READERS),
    Action("concern step, unknown", "concerned", post("huoli/", act="step", step="x"), readers("invalid")),
    Action(
        "concern step, notice",
        "concerned",
        post("huoli/", act="step", step="notice"),
        readers("notice_missing"),
    ),
    Action("concern undo", "concerned", post("huoli/", act="undo", step="danger"), READERS, False),
    Action("concern withdrawn", "concerned", post("huoli/", act="withdraw", reason="mistake"), READERS),
    Action(
        "concern withdrawn without a reason",
        "concerned",
        post("huoli/", act="withdraw"),
        readers("concern_reason"),
    ),
    Action(
        "concern step, of another",
        "concerned by own",
        post("huoli/", act="step", step="danger"),
        answers("ok", "not_yours", "ok", "none", "none"),
    ),
    Action(
        "concern withdrawn, of another",
        "concerned by own",
        post("huoli/", act="withdraw", reason="mistake"),
        answers("ok", "not_yours", "ok", "none", "none"),
    ),
    Action(
        "concern step, none open",
        "active",
        post("huoli/", act="step", step="danger"),
        readers("concern_over"),
    ),
    Action("end with a concern", "concerned", post("lopeta/", outcome="R1", topic="neuvonta"), owner("concern_open")),
    Action(
        "withdraw flag of a concern",
        "concerned",
        post("merkinta/", act="withdraw"),
        answers("not_yours", "concern_reason", "not_yours", "none", "none"),
    ),
]
