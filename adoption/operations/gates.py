"""Gates: what they still wait for, and the verdicts that move a rollout to its next phase (S000-29, S000-35)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.models import StoredFile
from accounts.operations import record_audit
from adoption.choices import MemberRole, RolloutStatus, Verdict
from adoption.gate_rules import PASSING, Facts, GateStatus, Unmet, gate_facts, judge
from adoption.models import GateVerdict, ModelGate, Rollout, RolloutItem, VerdictCondition
from adoption.operations.ground import (
    locked_rollout,
    refuse_ended,
    refuse_foreign_file,
    require_person,
    touch_rollout,
    words,
)
from adoption.operations.permits import permit_by_gate
from adoption.permissions import holds_role, may_steer
from adoption.words import role_name


def gate_status(rollout: Rollout, gate: ModelGate) -> GateStatus:
    """Whether everything that the gate asks is done, and what is not."""
    return judge(gate, gate_facts([rollout], [gate])[rollout.pk])


def give_verdict(
    *,
    by: Actor,
    rollout: Rollout,
    gate: ModelGate,
    verdict: str,
    role: str,
    text: str = "",
    file: StoredFile | None = None,
    conditions: Sequence[tuple[str, date]] = (),
    seen: int | None = None,
    now: datetime,
) -> GateVerdict:
    """Who drives the rollout or decides on it writes what was decided at a gate; a record that stays, and the newest one stands.

    A hard gate is not passed while anything lacks, nor any gate before an earlier hard one. A soft one is passed with what lacks
    written down. Go moves the rollout to the next phase; at the founding gate it writes the service's permit, and after the
    last one the rollout is in maintenance. `seen` is how many verdicts on the gate the person saw: her own, sent again by a second
    press, is recorded once, and over somebody else's newer one she is asked to look first.
    """
    user_id = require_person(by)
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        _require_may(by, fresh, role)
        refuse_ended(fresh)
        if gate.model_version_id != fresh.model_version_id:
            raise ValidationError(_("The gate belongs to another version of the model."), code="wrong_gate")
        if (same := _sent_already(fresh, gate, seen, (user_id, verdict, role, text.strip()))) is not None:
            return same
        if verdict not in Verdict.values:
            raise ValidationError({"verdict": ValidationError(_("Choose the verdict."), code="verdict")})
        refuse_foreign_file(file, fresh)
        _refuse_without_words(verdict, text, conditions)
        # Nobody moves an item while the gate is judged by it: that takes the rollout's lock first.
        gates = list(ModelGate.objects.filter(model_version=fresh.model_version_id).order_by("order", "pk"))
        facts = gate_facts([fresh], gates)[fresh.pk]
        status = judge(gate, facts)
        if verdict in PASSING:
            _refuse_closed_gate(gate, status, gates, facts)
        checklist = _checklist(fresh)
        record = GateVerdict.objects.create(
            rollout=fresh,
            gate=gate,
            verdict=verdict,
            by_id=user_id,
            role=role,
            at=now,
            text=text.strip(),
            file=file,
            digest=hashlib.sha256(json.dumps(checklist, sort_keys=True).encode()).hexdigest(),
            checklist=checklist,
            unmet=[each.key for each in status.unmet],
        )
        VerdictCondition.objects.bulk_create(
            VerdictCondition(verdict=record, text=words.strip(), due_on=due_on) for words, due_on in conditions
        )
        _audit(by, fresh, record)
        if verdict in PASSING:
            _pass(fresh, gate, now)
        touch_rollout(rollout=fresh, by=by, now=now)
        return record


def _sent_already(rollout: Rollout, gate: ModelGate, seen: int | None, sent: tuple[int, str, str, str]) -> GateVerdict | None:
    given = list(GateVerdict.objects.filter(rollout=rollout, gate=gate).defer("checklist"))
    if seen is None or len(given) <= seen:
        return None
    newest: GateVerdict = given[0]
    if len(given) == seen + 1 and (newest.by_id, newest.verdict, newest.role, newest.text) == sent:
        return newest
    raise ValidationError(_("A verdict was given after you opened this page. Look at it before you give another."), code="stale")


def _require_may(by: Actor, rollout: Rollout, role: str) -> None:
    if not may_steer(by, rollout):
        raise PermissionDenied
    if role not in MemberRole.values or not holds_role(by, rollout, [role]):
        raise ValidationError(
            {
                "role": ValidationError(
                    _("You do not have this role in the rollout: %(role)s."), code="role", params={"role": role_name(role)}
                )
            }
        )


def _refuse_without_words(verdict: str, text: str, conditions: Sequence[tuple[str, date]]) -> None:
    if verdict != Verdict.GO:
        words(text, name="text", message=_("Write the grounds."))
    if verdict == Verdict.CONDITIONS and not conditions:
        raise ValidationError(
            {"conditions": ValidationError(_("Write at least one condition with its due date."), code="conditions_missing")}
        )
    if verdict != Verdict.CONDITIONS and conditions:
        raise ValidationError(
            {"conditions": ValidationError(_("Conditions go with the verdict “Go, with conditions” only."), code="conditions")}
        )
    for condition, _due in conditions:
        if len(words(condition, name="conditions", message=_("Write the condition."))) > 300:
            raise ValidationError(
                {
                    "conditions": ValidationError(
                        _("The text is too long: at most %(most)s characters."), code="too_long", params={"most": 300}
                    )
                }
            )


def _refuse_closed_gate(gate: ModelGate, status: GateStatus, gates: Sequence[ModelGate], facts: Facts) -> None:
    shut = next((each for each in gates if each.hard and each.order < gate.order and not facts.passed(each)), None)
    if shut is not None:
        raise ValidationError(_("Gate “%(gate)s” must be passed first."), code="earlier_gate", params={"gate": shut})
    if gate.hard and not status.open:
        raise ValidationError(
            _("The gate cannot be passed yet. Still unfinished: %(unmet)s."),
            code="gate_unmet",
            params={"unmet": "; ".join(str(each) for each in status.unmet)},
        )


def _checklist(rollout: Rollout) -> dict[str, Any]:
    """States and dates by item, as they stand at the verdict: those too that were added from a newer version of the model."""
    found: dict[str, Any] = {}
    items = RolloutItem.objects.filter(rollout=rollout).select_related("model_item__phase__model_version")
    for item in sorted(items, key=lambda each: each.model_item.phase.model_version_id != rollout.model_version_id):
        code = item.model_item.code
        if code in found:  # the newer version gave the number to something else
            code = f"{code} v{item.model_item.phase.model_version.number}"
        found[code] = {
            "state": item.state,
            "done_at": item.done_at.isoformat() if item.done_at else None,
            "reason": item.reason,
        }
    return dict(sorted(found.items()))


def _pass(rollout: Rollout, gate: ModelGate, now: datetime) -> None:
    """The rollout goes on to the phase behind the gate, never back."""
    phase = rollout.model_version.phases.filter(key=gate.to_phase).first()
    if phase is not None and (rollout.phase is None or rollout.phase.order < phase.order):
        rollout.phase = phase
        rollout.save()
    if phase is None and rollout.status == RolloutStatus.RUNNING:
        rollout.status = RolloutStatus.MAINTENANCE
        rollout.save()
    if gate.writes_permit:
        permit_by_gate(rollout=rollout, now=now)


def _audit(by: Actor, rollout: Rollout, record: GateVerdict) -> None:
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type=GateVerdict._meta.label_lower,
        object_id=str(record.pk),
        county=rollout.county.code,
        purpose=record.gate.key,
        after={"verdict": str(record.verdict), "digest": record.digest},
    )


def meet_condition(*, by: Actor, condition: VerdictCondition, now: datetime) -> VerdictCondition:
    """Who drives the rollout or decides on it marks a condition of a verdict as met, once."""
    user_id = require_person(by)
    with transaction.atomic():
        rows = VerdictCondition.objects.select_for_update(of=("self",), no_key=True)
        fresh: VerdictCondition = rows.select_related("verdict__rollout__county", "verdict__rollout__service").get(pk=condition.pk)
        rollout = fresh.verdict.rollout
        if not may_steer(by, rollout):
            raise PermissionDenied
        refuse_ended(rollout)
        if fresh.met_at is not None:
            raise ValidationError(_("This condition has been marked as met already."), code="met")
        fresh.met_at, fresh.met_by_id = now, user_id
        fresh.save()
        touch_rollout(rollout=rollout, by=by, now=now)
        return fresh


__all__ = ["GateStatus", "Unmet", "gate_status", "give_verdict", "meet_condition"]
