"""One rollout: what presses, what is next, the phases with their items and gates, what the system has proven, and who does what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Staff
from adoption.checklist import Line, lines_of, next_steps, pressing, unfinished_roles
from adoption.choices import YesNo
from adoption.forms import AdoptForm, QuestionForm
from adoption.fulfilment import Fulfilment, fulfilment_of
from adoption.gate_rules import GateStatus, gate_facts, judge
from adoption.goals import NEEDLESS, goals_of, needless_now
from adoption.models import GateVerdict, Member, ModelGate, ModelPhase, Proof, Rollout, RolloutItem, VerdictCondition
from adoption.operations import adopt_items, answer_question, check_rollout, offered_items, risks_of_opened
from adoption.operations.definition import standing_of
from adoption.permissions import may_drive
from adoption.progress import Progress, progress
from adoption.proposals import asks_messages
from adoption.signals import Unavailable
from adoption.signals.words import signal_name
from adoption.success import EASE_METRIC, conditions_now, live_now
from adoption.views.definition import standing_context
from adoption.views.door import rollout_door


@dataclass(frozen=True, slots=True)
class GateLine:
    """A gate under its phase, with the verdict that stands."""

    gate: ModelGate
    status: GateStatus
    verdict: GateVerdict | None


@dataclass(frozen=True, slots=True)
class PhaseSection:
    """A phase with its items, its progress and the gates that follow it."""

    phase: ModelPhase
    lines: Sequence[Line]
    progress: Progress
    gates: Sequence[GateLine]
    is_current: bool


@require_GET
@rollout_door
def rollout(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """The rollout’s own page."""
    checked = check_rollout(rollout=rollout, by=actor, now=timezone.now())
    drives = may_drive(actor, rollout) and rollout.is_running
    items = items_of(rollout)
    today = timezone.localdate()
    fulfilment = fulfilment_of(items)
    lines = lines_of(items, today=today, fulfilment=fulfilment, proofs=proofs_of(rollout))
    members = list(rollout.members.select_related("user"))
    people: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        people[member.role].append(member)
    open_conditions = VerdictCondition.objects.filter(verdict__rollout=rollout, met_at__isnull=True).select_related("verdict__gate")
    offered = offered_items(rollout) if drives else []
    new = [item for item in offered if not item.is_optional]
    standing = standing_of(rollout, now=timezone.now())
    was_open = rollout.service is not None and rollout.service.opened_at is not None
    goals = goals_of(rollout, today=today, beside=[EASE_METRIC, NEEDLESS] if was_open else [])
    live = live_now(rollout, lines, ease=goals.beside.get(EASE_METRIC), now=timezone.now())
    messages_item = next((line.item for line in lines if asks_messages(line.item)), None)
    context = {
        "rollout": rollout,
        "needless": needless_now(rollout, today=today, last=goals.beside.get(NEEDLESS)) if messages_item and was_open else None,
        "messages_item": messages_item,
        "may_drive": drives,
        "progress": progress(items),
        "pressing": pressing(lines),
        "next": next_steps(lines),
        "conditions_due": list(open_conditions),
        "sections": sections_of(rollout, lines, fulfilment),
        "unfinished_at_opening": risks_of_opened(rollout),
        "success": conditions_now(rollout, list(rollout.model_version.conditions.all()), items, live=live),
        "proven": _proven(lines),
        "unavailable": _unavailable(checked.unavailable),
        "people": list(people.items()),
        "unheld": unfinished_roles(lines, people),
        "questions": open_questions(rollout, items) if drives else [],
        "offered": AdoptForm(offered=offered) if offered else None,
        "offered_new": len(new),
        "offered_count": len(offered),
        "municipalities": list(rollout.municipalities.all()),
        "today": today,
        "definition": standing.answer,
        **standing_context(actor, rollout, standing),
        "goals": goals,
    }
    return render(request, "adoption/rollout.html", context)


@require_POST
@rollout_door
def answer(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """Answer the question on which a conditional item depends."""
    take_answer(request, actor, rollout)
    return redirect("adoption:rollout", rollout.public_id)


def take_answer(request: HttpRequest, actor: Staff, rollout: Rollout) -> None:
    """Whatever the door: gives the posted answer, and tells how that went."""
    if not may_drive(actor, rollout):
        raise PermissionDenied
    form = QuestionForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose yes or no."))
        return
    try:
        answer_question(
            by=actor,
            rollout=rollout,
            question=form.cleaned_data["question"],
            answer=YesNo(form.cleaned_data["answer"]),
            now=timezone.now(),
        )
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("The answer was saved."))


@require_POST
@rollout_door
def check(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """Whoever sees the rollout asks the live system now, and is told what that showed."""
    look_now(request, actor, rollout)
    return redirect("adoption:rollout", rollout.public_id)


def look_now(request: HttpRequest, actor: Staff, rollout: Rollout) -> None:
    """Whatever the door: asks the live system, and tells what that showed."""
    found = check_rollout(rollout=rollout, by=actor, now=timezone.now())
    if found.done:
        words = ngettext("The system set %(n)d item to done.", "The system set %(n)d items to done.", len(found.done))
        messages.success(request, words % {"n": len(found.done)})
    elif found.filled:
        words = ngettext("The system filled %(n)d part of an item.", "The system filled %(n)d parts of items.", found.filled)
        messages.success(request, words % {"n": found.filled})
    else:
        messages.info(request, _("Checked. Nothing new was found."))


@require_POST
@rollout_door
def adopt(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """Take new items of the model into a running rollout."""
    take_items(request, actor, rollout)
    return redirect("adoption:rollout", rollout.public_id)


def take_items(request: HttpRequest, actor: Staff, rollout: Rollout) -> None:
    """Whatever the door: adds the chosen items, and tells how that went."""
    if not may_drive(actor, rollout):
        raise PermissionDenied
    form = AdoptForm(request.POST, offered=offered_items(rollout))
    if not form.is_valid():
        messages.warning(request, _("Choose at least one item."))
        return
    codes = form.cleaned_data["codes"]
    try:
        adopt_items(by=actor, rollout=rollout, codes=codes, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, ngettext("%(n)d item was added.", "%(n)d items were added.", len(codes)) % {"n": len(codes)})


def items_of(rollout: Rollout) -> list[RolloutItem]:
    """The items in the model’s order."""
    rows = RolloutItem.objects.filter(rollout=rollout)
    return list(rows.select_related("model_item__phase__model_version", "owner"))


def proofs_of(rollout: Rollout) -> dict[int, list[Proof]]:
    """What the live system has shown of each item."""
    found: dict[int, list[Proof]] = defaultdict(list)
    rows = Proof.objects.standing().filter(item__rollout=rollout)
    for proof in rows.order_by("item_id", "signal", "period", "pk"):
        found[proof.item_id].append(proof)
    return found


def sections_of(rollout: Rollout, lines: Sequence[Line], fulfilment: Mapping[int, Fulfilment]) -> list[PhaseSection]:
    """The phases in order; each gate stands under the phase from which it leads."""
    newest: dict[int, GateVerdict] = {}
    for verdict in rollout.verdicts.select_related("by").order_by("at", "pk"):
        newest[verdict.gate_id] = verdict
    gates: dict[str, list[GateLine]] = defaultdict(list)
    rows = list(rollout.model_version.gates.all())
    facts = gate_facts([rollout], rows, items=[line.item for line in lines], fulfilment=fulfilment)[rollout.pk]
    for gate in rows:
        gates[gate.from_phase].append(GateLine(gate, judge(gate, facts), newest.get(gate.pk)))
    by_phase: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_phase[line.item.model_item.phase.key].append(line)
    return [
        PhaseSection(
            phase=phase,
            lines=by_phase[phase.key],
            progress=progress([line.item for line in by_phase[phase.key]]),
            gates=gates[phase.key],
            is_current=phase.pk == rollout.phase_id,
        )
        for phase in rollout.model_version.phases.all()
    ]


def _proven(lines: Sequence[Line]) -> list[tuple[Line, Sequence[Proof]]]:
    """The items of which the live system has shown something, with what it showed."""
    return [(line, shown) for line in lines if (shown := [proof for proof in line.proofs if proof.holds or proof.first_held_at])]


def _unavailable(signals: Iterable[Unavailable]) -> list[str]:
    """The signals that this portal cannot judge, so that nobody waits for them."""
    return sorted({signal_name(each.name) for each in signals})


def open_questions(rollout: Rollout, items: Sequence[RolloutItem]) -> list[tuple[RolloutItem, QuestionForm]]:
    """Questions that nobody has answered yet, with their forms."""
    asked = [item for item in items if item.model_item.question_key]
    return [
        (item, QuestionForm(initial={"question": item.model_item.question_key}, auto_id=f"q-{item.model_item.question_key}-%s"))
        for item in asked
        if rollout.answer(item.model_item.question_key) == YesNo.OPEN
    ]
