"""What an item’s page shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from accounts.actors import Staff
from adoption.checklist import changed, is_overdue, is_shown_already, standing
from adoption.choices import ItemState, MemberRole, PartKind, RolloutStatus, YesNo
from adoption.definition import DEFINITION, QUEUES
from adoption.forms import AssignForm, CommentForm, MoveForm, PageForm, QuestionForm
from adoption.fulfilment import fulfilment_of
from adoption.goals import needless_now
from adoption.models import Filling, ItemPart, Proof, Rollout, RolloutItem
from adoption.permissions import may_drive, may_set, may_work_on, roles_held
from adoption.proposals import asks_messages, proposals_of
from adoption.signals import SIGNALS
from adoption.signals.words import signal_name
from adoption.states import CLOSED, may_move, needs_reason
from adoption.views.item_parts import part_cards

Bound = dict[str, PageForm]
ORDER = (ItemState.IN_PROGRESS, ItemState.DONE, ItemState.WAITING_DECISION, ItemState.BLOCKED, ItemState.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Step:
    """A step that the person may take with the item now."""

    to: ItemState
    form: MoveForm
    asks_reason: bool


def item_context(actor: Staff, rollout: Rollout, item: RolloutItem, bound: Bound) -> dict[str, Any]:
    """Everything of one item: help, parts, steps, person and day, comments, attachments, history."""
    is_alive = rollout.status != RolloutStatus.NOT_STARTED
    drives = may_drive(actor, rollout) and is_alive
    works = is_alive and (drives or may_work_on(actor, item))
    roles = roles_held(actor, rollout) if is_alive else frozenset()
    decides = MemberRole.MANAGER in roles
    parts = _parts(item)
    fulfilment = fulfilment_of([item])[item.pk]
    missing = {part.pk for part in fulfilment.missing}
    today = timezone.localdate()
    fillable = _fillable(item, parts, roles, works=works) - _signed(item, parts, actor)
    steps = _steps(item, bound, works=works, decides=decides)
    proofs = list(Proof.objects.standing().filter(item=item, period=item.period).order_by("signal", "pk"))
    answers = {answer.form: answer for answer in rollout.form_answers.filter(period=item.period)}
    if DEFINITION in answers:  # the queues are written on the same page
        answers.setdefault(QUEUES, answers[DEFINITION])
    rests_on = RolloutItem.objects.filter(rollout=rollout, model_item__code__in=item.model_item.depends_on)
    now = {"owner": item.owner_id, "due_on": item.due_on, "version": item.version}
    form = AssignForm(initial=now, rollout=rollout, auto_id="assign-%s")
    return {
        "rollout": rollout,
        "item": item,
        "may_work": works,
        "may_drive": drives,
        "is_closed": item.state in CLOSED,
        "is_overdue": is_overdue(item, today),
        "has_changed": item.state == ItemState.DONE and changed(item, proofs),
        "is_shown_already": is_shown_already(item, proofs),
        "parts": part_cards(
            parts,
            asked={part.pk for part in fulfilment.parts},
            missing=missing,
            fillable=fillable,
            answers=answers,
            bound=bound,
            proposed=proposals_of(item, parts, wanted=fillable & missing, today=today),
        ),
        "missing": [part for part in parts if part.pk in missing],
        "steps": steps,
        "assign": bound.get("assign", form) if works else None,
        "comment": bound.get("comment", CommentForm(auto_id="comment-%s")) if works or decides else None,
        "question": _question(rollout, item) if drives else None,
        "answered": rollout.answer(item.model_item.question_key) if item.model_item.question_key else None,
        "rests_on": list(rests_on.select_related("model_item").order_by("model_item__phase__order", "model_item__order", "pk")),
        "proofs": proofs,
        "needless": needless_now(rollout, today=today) if is_alive and asks_messages(item) else None,
        "unavailable": _unavailable(item, proofs),
        "comments": list(item.comments.filter(removed_at__isnull=True).select_related("by")),
        "attachments": list(item.attachments.filter(removed_at__isnull=True).select_related("file", "by").defer("file__content")),
        "history": list(item.history.select_related("by").order_by("-at", "-pk")),
        "refused": [form for form in bound.values() if form.errors],
        "lost": _lost(bound, steps),
    }


def _unavailable(item: RolloutItem, proofs: Sequence[Proof]) -> list[str]:
    """The item’s signals that this portal cannot judge, so that nobody waits for them."""
    judged = {proof.signal for proof in proofs}
    return [signal_name(name) for name in item.model_item.signals if name not in SIGNALS and name not in judged]


def _parts(item: RolloutItem) -> list[ItemPart]:
    """Its parts with what was put to them; of a file its name only, never its content."""
    fillings = Filling.objects.select_related("by", "meeting", "file").defer("file__content")
    rows = list(ItemPart.objects.filter(item=item).select_related("requirement").prefetch_related(Prefetch("fillings", fillings)))
    for part in rows:
        part.item = item
    return rows


def _steps(item: RolloutItem, bound: Bound, *, works: bool, decides: bool) -> list[Step]:
    """The steps of the state machine that are hers."""
    steps = []
    for to in ORDER:
        if not may_set(item, to, works=works, decides=decides) or not may_move(item.state, to):
            continue
        form = bound.get(f"move:{to}") or MoveForm(initial={"to": to, "version": item.version}, auto_id=f"move-{to}-%s")
        assert isinstance(form, MoveForm)
        steps.append(Step(to, form, needs_reason(item.state, to)))
    return steps


def _lost(bound: Bound, steps: Sequence[Step]) -> str:
    """The reason that was written for a step which the item, as it stands now, does not have any more."""
    offered = {step.to for step in steps}
    forms = [form for key, form in bound.items() if key.startswith("move:") and key.removeprefix("move:") not in offered]
    return str(forms[0].data.get("reason", "")) if forms else ""


def _fillable(item: RolloutItem, parts: Sequence[ItemPart], roles: Collection[str], *, works: bool) -> set[int]:
    """The parts that she may fill: decisions and signatures in her role, the rest when she works on it; none of a closed item."""
    if item.state in CLOSED:
        return set()
    found = set()
    for part in parts:
        match part.kind:
            case PartKind.DECISION | PartKind.SIGNOFF:
                may = not set(part.given_by).isdisjoint(roles)
            case _:
                may = works
        if may:
            found.add(part.pk)
    return found


def _signed(item: RolloutItem, parts: Sequence[ItemPart], actor: Staff) -> set[int]:
    """The parts that she has signed already: nobody signs twice, so the page does not ask her to."""
    signoffs = [part for part in parts if part.kind == PartKind.SIGNOFF]
    return {part.pk for part in signoffs if any(each.by_id == actor.user_id for each in standing(part.fillings.all(), item.period))}


def _question(rollout: Rollout, item: RolloutItem) -> QuestionForm | None:
    key = item.model_item.question_key
    if not key:
        return None
    return QuestionForm(initial={"question": key, "answer": rollout.answer(key) or YesNo.OPEN}, auto_id=f"q-{key}-%s")
