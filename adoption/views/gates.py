"""A gate: its checklist, the verdict with its conditions, and the memo to print (S000-29, S000-35)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from adoption.choices import ItemState, MemberRole, RolloutStatus
from adoption.forms import VerdictForm
from adoption.models import GateVerdict, ModelGate, ModelItem, Rollout, RolloutItem, VerdictCondition
from adoption.operations import check_rollout, gate_status, give_verdict, meet_condition
from adoption.permissions import may_steer, roles_held
from adoption.signals.words import signal_name
from adoption.views.door import rollout_door, row_of
from adoption.views.enclosures import stored
from adoption.views.rollout import items_of
from adoption.words import part_name


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """An item as it stood at the verdict."""

    code: str
    item: ModelItem | None
    state: str
    done_at: datetime | None
    reason: str


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def gate(request: HttpRequest, actor: Staff, rollout: Rollout, gate: str) -> HttpResponse:
    """What the gate asks and how it stands; management gives the verdict here."""
    found = decide_on(request, actor, rollout, gate)
    if found is None:
        return redirect("adoption:gate", rollout.public_id, gate)
    return render(request, "adoption/gate.html", found, status=422 if _is_refused(found) else 200)


def decide_on(request: HttpRequest, actor: Staff, rollout: Rollout, gate: str) -> dict[str, Any] | None:
    """Whatever the door: records the verdict that was posted and gives nothing more, else gives what the page shows."""
    row = _gate(rollout, gate)
    check_rollout(rollout=rollout, by=actor, now=timezone.now())  # a decision that was recorded just now opens it at once
    roles = roles_held(actor, rollout)
    may = rollout.status != RolloutStatus.NOT_STARTED and may_steer(actor, rollout)
    role = MemberRole.MANAGER if MemberRole.MANAGER in roles else MemberRole.PROJECT_COORDINATOR
    verdicts = _verdicts(rollout, row)
    initial = {"role": role, "seen": len(verdicts)}
    form = VerdictForm(request.POST or None, request.FILES or None, roles=roles, initial=initial)
    if request.method == "POST" and not may:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                given = give_verdict(
                    by=actor,
                    rollout=rollout,
                    gate=row,
                    verdict=data["verdict"],
                    role=data["role"],
                    text=data["text"],
                    file=stored(actor, rollout, data["file"]),
                    conditions=form.conditions(),
                    seen=form.cleaned_data["seen"],
                    now=timezone.now(),
                )
        except ValidationError as error:
            form.refuse(error)
            verdicts = _verdicts(rollout, row)
            form.look_again(len(verdicts))
        else:
            messages.success(request, _("The verdict was recorded: %(verdict)s.") % {"verdict": given.get_verdict_display()})
            return None
    return {
        "rollout": rollout,
        "gate": row,
        "status": gate_status(rollout, row),
        "items": _items(rollout, row),
        "verdicts": verdicts,
        "form": form if may else None,
        "today": timezone.localdate(),
    }


def _is_refused(found: Mapping[str, Any]) -> bool:
    return found["form"] is not None and bool(found["form"].errors)


@require_GET
@rollout_door
def memo(request: HttpRequest, actor: Staff, rollout: Rollout, gate: str) -> HttpResponse:
    """The decision memo of the verdict that stands, to print."""
    row = _gate(rollout, gate)
    verdicts = _verdicts(rollout, row)
    if not verdicts:
        raise Http404
    names = {item.model_item.code: item.model_item for item in items_of(rollout)}
    context = {
        "rollout": rollout,
        "gate": row,
        "verdict": verdicts[0],
        "checklist": _checklist(verdicts[0], names),
        "unmet": [_unmet_name(key, names) for key in verdicts[0].unmet],
    }
    return render(request, "adoption/memo.html", context)


@require_POST
@rollout_door
def condition(request: HttpRequest, actor: Staff, rollout: Rollout, gate: str) -> HttpResponse:
    """Mark a condition of a verdict as met."""
    meet(request, actor, rollout, gate)
    return redirect("adoption:gate", rollout.public_id, gate)


def meet(request: HttpRequest, actor: Staff, rollout: Rollout, gate: str) -> None:
    """Whatever the door: marks the posted condition as met, and tells how that went."""
    rows = VerdictCondition.objects.filter(verdict__rollout=rollout, verdict__gate__key=gate)
    row = row_of(rows, request.POST.get("condition", ""))
    try:
        meet_condition(by=actor, condition=row, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("The condition was marked as met."))


def _gate(rollout: Rollout, key: str) -> ModelGate:
    row: ModelGate | None = ModelGate.objects.filter(model_version=rollout.model_version, key=key).first()
    if row is None:
        raise Http404
    return row


def _items(rollout: Rollout, gate: ModelGate) -> list[RolloutItem]:
    """The items that the gate asks, and those whose parts it asks."""
    codes = [*gate.items, *(part.partition("/")[0] for part in gate.parts)]
    rows = RolloutItem.objects.filter(rollout=rollout, model_item__code__in=codes).select_related("model_item__phase", "owner")
    return list(rows)


def _verdicts(rollout: Rollout, gate: ModelGate) -> list[GateVerdict]:
    """The verdicts on the gate, the one that stands first."""
    rows = GateVerdict.objects.filter(rollout=rollout, gate=gate).select_related("by", "file").defer("file__content")
    return list(rows.prefetch_related("conditions__met_by"))


def _checklist(verdict: GateVerdict, names: Mapping[str, ModelItem]) -> list[ChecklistRow]:
    """The checklist as it stood when the verdict was given, in the words of today; items in the model’s order."""
    order = {code: number for number, code in enumerate(names)}
    rows = []
    for code, stood in sorted(verdict.checklist.items(), key=lambda each: order.get(each[0], len(order))):
        done_at = parse_datetime(stood["done_at"]) if stood.get("done_at") else None
        state = ItemState(stood["state"]).label if stood["state"] in ItemState.values else stood["state"]
        rows.append(ChecklistRow(code, names.get(code), str(state), done_at, stood.get("reason", "")))
    return rows


def _unmet_name(key: str, names: Mapping[str, ModelItem]) -> str:
    """What was unfinished, in words: an item, a part of one, or a signal."""
    code, _slash, part = key.partition("/")
    if code not in names:
        return signal_name(key)
    return f"{names[code]}: {part_name(part)}" if part else str(names[code])
