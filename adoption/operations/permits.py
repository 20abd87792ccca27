"""The gate that founds the service writes its permit to open (S000-35)."""

from __future__ import annotations

from datetime import datetime

from accounts.actors import Staff, System
from adoption.gate_rules import PASSING
from adoption.models import GateVerdict, Rollout
from services.choices import ServiceStatus
from services.operations import permit_service


def permit_by_gate(*, rollout: Rollout, now: datetime) -> None:
    """The rollout's draft service is permitted once the newest verdict on its founding gate is go, by whoever gave the verdict.

    A rollout that has no service yet writes it when the service is linked; a permit that a main user wrote before stays.
    """
    if rollout.service is None or rollout.service.status != ServiceStatus.DRAFT:
        return
    verdict = GateVerdict.objects.filter(rollout=rollout, gate__writes_permit=True).select_related("gate").first()
    if verdict is None or verdict.verdict not in PASSING:
        return
    reason = f"{verdict.gate}: {verdict.text}".strip(": ")[:300]
    permit_service(by=System("adoption"), service=rollout.service, reason=reason, now=now, decided_by=Staff(verdict.by_id))
