"""A version of the model as a YAML file: what is read again is equal to what was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from adoption.choices import PartKind, Recurrence
from adoption.model_file.reading import DUE, STEP
from adoption.model_file.specs import GateSpec, ItemSpec, ModelFile, PhaseSpec, RequirementSpec, Texts

FIELD_ORDER = ("key", "fi", "sv", "en", "required", "list", "choices", "live", "values_from", "prefilled", "when", "note")


def write_model(data: ModelFile) -> str:
    """The file of a version; what is empty, or follows from its place, is left out."""
    content = {
        "model": _filled(
            key=data.key,
            version=data.number,
            name=dict(data.name),
            source=data.source,
            purpose=dict(data.purpose),
            conditions=[
                _filled(key=each.key, **each.text, source=each.source, order=_order(each.order, number))
                for number, each in enumerate(data.conditions, start=1)
            ],
        ),
        "gates": [_gate(gate, number) for number, gate in enumerate(data.gates, start=1)],
        "phases": [_phase(phase) for phase in data.phases],
        "forms": {name: {"fields": [_field(each) for each in form["fields"]]} for name, form in sorted(data.forms.items())},
        "extensions": [
            {"code": item.code, "phase": phase.key, **_item(item, number)}
            for phase in data.phases
            for number, item in enumerate(phase.items, start=1)
            if item.is_optional
        ],
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=128)


def write_requirement(requirement: RequirementSpec) -> str:
    """One requirement on a line, as a table's cell has it."""
    line = yaml.safe_dump(_requirement(requirement), allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=True)
    return line.strip()


def _filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not False and value not in (None, "", [], {})}


def _order(order: int, number: int) -> int | None:
    return None if order == number * STEP else order


def _phase(phase: PhaseSpec) -> dict[str, Any]:
    names: Mapping[str, Texts] = {"name": phase.name, "label": phase.label, "long_name": phase.long_name, "goal": phase.goal}
    items = [_item(item, number) for number, item in enumerate(phase.items, start=1) if not item.is_optional]
    return _filled(key=phase.key, order=phase.order, **{name: dict(texts) for name, texts in names.items()}) | {"items": items}


def _item(item: ItemSpec, number: int) -> dict[str, Any]:
    asked = _filled(question=item.question_key, applies_when=item.applies_when, **item.question)
    again = {"every": item.recurrence, "due": DUE[Recurrence(item.recurrence)]} if item.recurrence else None
    proof = {"level": str(item.proof_level), "signals": list(item.signals), "covers": list(item.covers), "rule": item.proof_rule}
    return _filled(
        code=item.code,
        key=item.key,
        order=_order(item.order, number),
        **item.text,
        label=dict(item.label),
        conditional=asked,
        recurrence=again and {name: str(value) for name, value in again.items()},
        requires=[_requirement(each) for each in item.requires],
        responsible=str(item.responsible),
        involved=list(item.involved),
        depends_on=list(item.depends_on),
        done_evidence=dict(item.done_evidence),
        help=dict(item.help),
        source=item.source,
        auto_proof=proof,
    )


def _requirement(requirement: RequirementSpec) -> dict[str, Any]:
    roles = list(requirement.roles)
    more: dict[str, Any]
    match requirement.kind:
        case PartKind.DECISION:
            more = {"decided_by": roles[0] if roles else "", "outcomes_accepted": list(requirement.outcomes)}
        case PartKind.PARTICIPANTS:
            of = "rollout_members" if requirement.of_members else ""
            more = {"of": of, "min": requirement.minimum, "roles_present": roles}
        case _:
            more = {"roles": roles}
    return _filled(
        kind=str(requirement.kind),
        name=requirement.name,
        form=requirement.form,
        type=requirement.document,
        signal=requirement.signal,
        **more,
        when=requirement.when,
    )


def _gate(gate: GateSpec, number: int) -> dict[str, Any]:
    ends = {"from": gate.from_phase, "to": gate.to_phase}
    return _filled(
        key=gate.key,
        order=_order(gate.order, number),
        **ends,
        hard=gate.hard,
        rule=gate.rule,
        items=list(gate.items),
        parts=list(gate.parts),
        signals=list(gate.signals),
        writes="permit" if gate.writes_permit else "",
        **gate.name,
    )


def _field(each: Mapping[str, Any]) -> dict[str, Any]:
    """The database may give the names back in any order."""
    known = {name: each[name] for name in FIELD_ORDER if name in each}
    return known | {name: each[name] for name in sorted(each) if name not in known}


__all__ = ["write_model", "write_requirement"]
