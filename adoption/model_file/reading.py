"""The typed reader of a model's file: from YAML to plain values, with every problem named by its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from adoption.choices import MemberRole, Outcome, PartKind, ProofLevel, Recurrence
from adoption.model_file.checks import problems_of
from adoption.model_file.sections import Section, read_yaml
from adoption.model_file.specs import (
    ConditionSpec,
    GateSpec,
    ItemSpec,
    ModelFile,
    PhaseSpec,
    Problem,
    RequirementSpec,
    SignalSpec,
)
from adoption.models import ModelCondition, ModelGate, ModelItem, ModelPhase, ModelRequirement, ModelVersion

S = TypeVar("S", ConditionSpec, GateSpec, ItemSpec, PhaseSpec)
SHIPPED = Path(__file__).resolve().parent.parent / "content" / "adoption_model.yaml"
STEP = 10  # orders go by tens, so that something can be put between
SLUG = re.compile(r"[-a-zA-Z0-9_]+")
# When an item that comes back is due: the rule follows from how often (adoption.operations asks the same).
DUE = {Recurrence.MONTH: "10th working day of the following month", Recurrence.QUARTER: "last working day of the quarter"}
# Sections that say the rules of the program itself; a test compares them with the code, a file need not have them.
RULES = (
    *("roles", "item_states", "transitions", "requirement_kinds", "part_names", "opening_rule", "progress", "proof_levels"),
    *("proof_rules", "signals", "tests"),
)


@dataclass(slots=True)
class Reading:
    """What was read, or what is to be corrected before it can be."""

    data: ModelFile | None = None
    problems: list[Problem] = field(default_factory=list)


def read_model(content: bytes | str, *, signals: Mapping[str, SignalSpec] | None = None) -> Reading:
    """A whole version from a YAML text. Nothing is given when something is wrong; all that is wrong is named at once.

    `signals` are those that a proof may name: unless given, the ones that the portal ships.
    """
    raw, problems = read_yaml(content)
    if problems:
        return Reading(None, problems)
    data = _model(Section(raw, "", problems))
    if not problems:
        problems += problems_of(data, shipped_signals() if signals is None else signals)
    return Reading(None if problems else data, problems)


def read_requirements(content: str) -> tuple[tuple[RequirementSpec, ...], list[Problem]]:
    """The requirements of one item, as its `requires` says them: one on each line of a table's cell."""
    raw, problems = read_yaml("requires:\n" + "\n".join(f"- {line}" for line in content.splitlines() if line.strip()))
    if problems:
        return (), problems
    top = Section(raw, "", problems)
    found = tuple(_requirement(each, number) for number, each in enumerate(top.sections("requires"), start=1))
    return found, problems


@cache
def shipped_signals() -> Mapping[str, SignalSpec]:
    """The signals that the portal's own file names, with the app that supplies each."""
    raw, _problems = read_yaml(SHIPPED.read_bytes())
    return {name: SignalSpec(name, str(each["owner"]), str(each["rule"])) for name, each in raw["signals"].items()}


@cache
def shipped_model() -> ModelFile:
    """The model that the portal ships; a broken one stops the program."""
    reading = read_model(SHIPPED.read_bytes())
    if reading.data is None:
        raise ValueError("; ".join(f"{each.place}: {each.message}" for each in reading.problems))
    return reading.data


def longest(model: type[models.Model], name: str) -> int:
    """How many characters the column takes; 0: any number."""
    return getattr(model._meta.get_field(name), "max_length", None) or 0


def _key(section: Section, name: str = "key", *, required: bool = True) -> str:
    words = section.words(name, most=50, required=required)
    if words and not SLUG.fullmatch(words):
        section.note(_("Write letters a–z, numbers, hyphens and underscores only."), name)
    return words


def _model(top: Section) -> ModelFile:
    model = Section(top.value("model"), "model", top.problems)
    data = ModelFile(
        key=_key(model),
        number=model.number("version", 1),
        name=model.texts("name", most=longest(ModelVersion, "name"), required=True),
        purpose=model.texts("purpose"),
        source=model.words("source", most=longest(ModelVersion, "source")),
        conditions=_by_order(_condition(each, n) for n, each in enumerate(model.sections("conditions", "key"), start=1)),
    )
    model.close()
    phases = [_phase(each, n) for n, each in enumerate(top.sections("phases", "key"), start=1)]
    gates = _by_order(_gate(each, n) for n, each in enumerate(top.sections("gates", "key"), start=1))
    extensions = top.sections("extensions", "code")
    phases = [_with_extensions(phase, [each for each in extensions if each.raw.get("phase") == phase.key]) for phase in phases]
    for each in extensions:
        if each.raw.get("phase") not in [phase.key for phase in phases]:
            each.note(_("There is no phase “%(key)s”.") % {"key": str(each.raw.get("phase"))[:40]}, "phase")
    forms = _forms(Section(top.value("forms") or {}, "forms", top.problems))
    for name in RULES:
        top.value(name)
    top.close()
    return replace(data, phases=_by_order(phases), gates=gates, forms=forms)


def _by_order(rows: Iterable[S]) -> tuple[S, ...]:
    """As the database gives them back; the optional items of a phase stand last."""
    return tuple(sorted(rows, key=lambda row: (getattr(row, "is_optional", False), row.order)))


def _condition(section: Section, number: int) -> ConditionSpec:
    found = ConditionSpec(
        key=_key(section),
        text=section.own_texts(most=longest(ModelCondition, "text"), required=True),
        order=section.number("order", number * STEP),
        source=section.words("source", most=longest(ModelCondition, "source")),
    )
    section.close()
    return found


def _phase(section: Section, number: int) -> PhaseSpec:
    found = PhaseSpec(
        key=_key(section),
        order=section.number("order", number),
        name=section.texts("name", most=longest(ModelPhase, "name"), required=True),
        label=section.texts("label", most=longest(ModelPhase, "label")),
        long_name=section.texts("long_name", most=longest(ModelPhase, "long_name")),
        goal=section.texts("goal"),
        items=_by_order(_item(each, n) for n, each in enumerate(section.sections("items", "code"), start=1)),
    )
    section.close()
    return found


def _with_extensions(phase: PhaseSpec, sections: list[Section]) -> PhaseSpec:
    first = len(phase.items) + 1
    more = _by_order(_item(each, number, optional=True) for number, each in enumerate(sections, start=first))
    return replace(phase, items=phase.items + more)


def _item(section: Section, number: int, *, optional: bool = False) -> ItemSpec:
    code = section.words("code", most=longest(ModelItem, "code"), required=True)
    if optional:
        section.value("phase")  # told which phase it goes to
    roles = MemberRole.values
    question = section.value("conditional")
    asked = Section(question, f"{section.place} › conditional", section.problems, line=section.line) if question else None
    level, signals, covers, rule = _proof(section)
    found = ItemSpec(
        code=code,
        key=_key(section, required=not optional) or code.lower(),
        order=section.number("order", number * STEP),
        text=section.own_texts(required=True),
        label=section.texts("label"),
        help=section.texts("help"),
        done_evidence=section.texts("done_evidence"),
        # An optional item that names nobody is the coordinator's.
        responsible=section.words("responsible", required=not optional, choices=roles) or MemberRole.PROJECT_COORDINATOR,
        involved=section.names("involved", choices=roles),
        depends_on=section.names("depends_on"),
        question_key=_key(asked, "question") if asked else "",
        question=asked.own_texts(most=longest(ModelItem, "question"), required=True) if asked else {},
        applies_when=asked.words("applies_when", required=True, choices=("yes", "no")) if asked else "",
        recurrence=_recurrence(section),
        is_optional=optional,
        source=section.words("source", most=longest(ModelItem, "source")),
        proof_level=level,
        signals=signals,
        covers=covers,
        proof_rule=rule,
        requires=tuple(_requirement(each, n) for n, each in enumerate(section.sections("requires"), start=1)),
    )
    for each in filter(None, (asked, section)):
        each.close()
    return found


def _proof(section: Section) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
    """Written whole (`auto_proof: {level, signals, covers, rule}`), or for an optional item in short (`auto_proof: full`)."""
    raw = section.value("auto_proof")
    if isinstance(raw, str) or raw is None:
        level = section.words("auto_proof", choices=ProofLevel.values) or ProofLevel.NONE
        return level, section.names("signals"), section.names("covers"), ""
    proof = Section(raw, f"{section.place} › auto_proof", section.problems, line=section.line)
    level = proof.words("level", required=True, choices=ProofLevel.values) or ProofLevel.NONE
    found = level, proof.names("signals"), proof.names("covers"), proof.words("rule")
    proof.close()
    return found


def _recurrence(section: Section) -> str:
    raw = section.value("recurrence")
    if raw is None:
        return Recurrence.ONCE
    again = Section(raw, f"{section.place} › recurrence", section.problems, line=section.line)
    every = again.words("every", required=True, choices=list(DUE))
    if every and (due := again.words("due")) not in ("", DUE[Recurrence(every)]):
        again.note(_("“%(value)s” is not one of: %(codes)s.") % {"value": due[:40], "codes": DUE[Recurrence(every)]}, "due")
    again.value("due")
    again.close()
    return every


def _requirement(section: Section, number: int) -> RequirementSpec:
    kind = section.words("kind", required=True, choices=PartKind.values)
    values: dict[str, Any] = {
        "kind": kind,
        "order": number,
        "name": section.words("name", most=longest(ModelRequirement, "name")),
        "when": section.words("when", most=longest(ModelRequirement, "when")),
    }
    roles = MemberRole.values
    match kind:
        case PartKind.FORM:
            values["form"] = _key(section, "form")
        case PartKind.DOCUMENT:
            values["document"] = _key(section, "type")
        case PartKind.FACT:
            values["signal"] = _key(section, "signal")
        case PartKind.SIGNOFF:
            values["roles"] = section.names("roles", choices=roles)
        case PartKind.DECISION:
            decider = section.words("decided_by", required=True, choices=roles)
            values["roles"] = (decider,) if decider else ()
            values["outcomes"] = section.names("outcomes_accepted", choices=Outcome.values)
        case PartKind.PARTICIPANTS:
            values["minimum"] = section.number("min", 1)
            values["of_members"] = section.words("of", choices=("rollout_members",)) != ""
            values["roles"] = section.names("roles_present", choices=roles)
    if kind:
        section.close()
    return RequirementSpec(**values)


def _gate(section: Section, number: int) -> GateSpec:
    writes = section.words("writes")
    if writes and writes.split(":")[0] != "permit":
        section.note(_("“%(value)s” is not one of: %(codes)s.") % {"value": writes[:40], "codes": "permit"}, "writes")
    found = GateSpec(
        key=_key(section),
        order=section.number("order", number * STEP),
        from_phase=_key(section, "from"),
        to_phase=_key(section, "to"),
        name=section.own_texts(most=longest(ModelGate, "name"), required=True),
        hard=section.flag("hard"),
        items=section.names("items"),
        parts=section.names("parts"),
        signals=section.names("signals"),
        rule=section.words("rule"),
        writes_permit=bool(writes),
    )
    section.close()
    return found


FIELD_WORDS = ("note", "live", "values_from", "prefilled", "help_fi", "help_sv", "help_en", "when")


def _forms(section: Section) -> dict[str, Any]:
    """The forms stay as they are written, in plain lists and dicts; their fields are read to find what is wrong."""
    found: dict[str, Any] = {}
    for name in section.raw:
        form = Section(section.value(name), f"forms › {name}", section.problems, line=section.line)
        fields = form.sections("fields", "key")
        form.close()
        if not SLUG.fullmatch(str(name)) or len(str(name)) > longest(ModelRequirement, "form"):
            form.note(_("Write letters a–z, numbers, hyphens and underscores only."))
        if not fields:
            form.note(_("This must be filled in."), "fields")
        for each in fields:
            _key(each)
            each.own_texts(required=True)
            each.flag("required")
            each.flag("list")
            each.names("choices")
            for word in FIELD_WORDS:
                each.words(word)
            each.close()
        keys = [each.raw.get("key") for each in fields]
        if doubled := {str(key) for key in keys if keys.count(key) > 1}:
            form.note(_("“%(name)s” is here twice.") % {"name": ", ".join(sorted(doubled))})
        found[str(name)] = {"fields": [dict(each.raw) for each in fields]}
    return found


__all__ = [
    "DUE",
    "SHIPPED",
    "STEP",
    "Reading",
    "longest",
    "read_model",
    "read_requirements",
    "shipped_model",
    "shipped_signals",
]
