"""A version of the model between its rows and its plain value: what is written is read back equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from adoption.model_file import ConditionSpec, GateSpec, ItemSpec, ModelFile, PhaseSpec, RequirementSpec
from adoption.model_file.specs import Texts
from adoption.models import ModelCondition, ModelGate, ModelItem, ModelPhase, ModelRequirement, ModelVersion
from services.texts import texts_of

PHASE_TEXTS = ("name", "label", "long_name", "goal")
ITEM_TEXTS = ("text", "label", "help", "done_evidence", "question")
ITEM_FIELDS = (
    *("code", "key", "order", "responsible", "question_key", "applies_when", "recurrence", "is_optional", "source"),
    *("proof_level", "proof_rule"),
)
ITEM_LISTS = ("involved", "depends_on", "signals", "covers")
REQUIREMENT_FIELDS = ("kind", "order", "name", "form", "document", "signal", "minimum", "of_members", "when")
REQUIREMENT_LISTS = ("roles", "outcomes")
GATE_FIELDS = ("key", "order", "from_phase", "to_phase", "hard", "rule", "writes_permit")
GATE_LISTS = ("items", "parts", "signals")


def content_of(version: ModelVersion) -> ModelFile:
    """The whole version as a plain value, in four queries."""
    phases = version.phases.prefetch_related("items__requirements").order_by("order", "id")
    return ModelFile(
        key=version.model.key,
        number=version.number,
        name=texts_of(version, "name"),
        purpose=texts_of(version, "purpose"),
        source=version.source,
        conditions=tuple(
            ConditionSpec(key=row.key, text=texts_of(row, "text"), order=row.order, source=row.source)
            for row in version.conditions.order_by("order", "id")
        ),
        phases=tuple(_phase(row) for row in phases),
        gates=tuple(_gate(row) for row in version.gates.order_by("order", "id")),
        forms=version.forms,
    )


def write_content(version: ModelVersion, data: ModelFile) -> None:
    """The rows of a draft are exactly what the value says. Called with the draft locked; the caller writes the audit."""
    for rows in (version.gates.all(), version.conditions.all(), version.phases.all()):
        rows.delete()
    for name in ("name", "purpose"):
        _put_texts(version, name, getattr(data, name))
    version.source, version.forms = data.source, dict(data.forms)
    version.save()
    ModelCondition.objects.bulk_create(
        _with_texts(ModelCondition(model_version=version, key=each.key, order=each.order, source=each.source), text=each.text)
        for each in data.conditions
    )
    ModelGate.objects.bulk_create(
        _with_texts(ModelGate(model_version=version, **_values(each, GATE_FIELDS, GATE_LISTS)), name=each.name)
        for each in data.gates
    )
    phases = ModelPhase.objects.bulk_create(
        _with_texts(ModelPhase(model_version=version, key=each.key, order=each.order), **_texts(each, PHASE_TEXTS))
        for each in data.phases
    )
    specs = [(phase, item) for phase, each in zip(phases, data.phases, strict=True) for item in each.items]
    items = ModelItem.objects.bulk_create(
        _with_texts(ModelItem(phase=phase, **_values(each, ITEM_FIELDS, ITEM_LISTS)), **_texts(each, ITEM_TEXTS))
        for phase, each in specs
    )
    ModelRequirement.objects.bulk_create(
        requirement_row(item, each) for item, (_phase, spec) in zip(items, specs, strict=True) for each in spec.requires
    )


def requirement_row(item: ModelItem, spec: RequirementSpec) -> ModelRequirement:
    """The row that a requirement becomes."""
    return ModelRequirement(item=item, **_values(spec, REQUIREMENT_FIELDS, REQUIREMENT_LISTS))


def requirement_spec(row: ModelRequirement) -> RequirementSpec:
    """The value that a requirement's row says."""
    return RequirementSpec(**_values(row, REQUIREMENT_FIELDS), **_tuples(row, REQUIREMENT_LISTS))


def _phase(row: ModelPhase) -> PhaseSpec:
    items = sorted(row.items.all(), key=lambda item: (item.is_optional, item.order, item.pk))
    return PhaseSpec(
        key=row.key,
        order=row.order,
        items=tuple(_item(item) for item in items),
        **_read_texts(row, PHASE_TEXTS),
    )


def _item(row: ModelItem) -> ItemSpec:
    return ItemSpec(
        **_values(row, ITEM_FIELDS),
        **_tuples(row, ITEM_LISTS),
        **_read_texts(row, ITEM_TEXTS),
        requires=tuple(requirement_spec(each) for each in row.requirements.all()),
    )


def _gate(row: ModelGate) -> GateSpec:
    return GateSpec(**_values(row, GATE_FIELDS), **_tuples(row, GATE_LISTS), name=texts_of(row, "name"))


def _values(source: Any, names: Sequence[str], lists: Sequence[str] = ()) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names} | {name: list(getattr(source, name)) for name in lists}


def _tuples(row: models.Model, names: Sequence[str]) -> dict[str, Any]:
    return {name: tuple(getattr(row, name)) for name in names}


def _read_texts(row: models.Model, names: Sequence[str]) -> dict[str, Any]:
    return {name: texts_of(row, name) for name in names}


def _texts(spec: Any, names: Sequence[str]) -> dict[str, Texts]:
    return {name: getattr(spec, name) for name in names}


def _with_texts(row: Any, **texts: Texts) -> Any:
    for name, words in texts.items():
        _put_texts(row, name, words)
    return row


def _put_texts(row: models.Model, name: str, texts: Mapping[str, str]) -> None:
    for language in ("fi", "sv", "en"):
        setattr(row, f"{name}_{language}", texts.get(language, ""))


__all__ = ["content_of", "requirement_row", "requirement_spec", "write_content"]
