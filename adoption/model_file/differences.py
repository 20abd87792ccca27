"""What differs between two versions of the model, place by place: for the look before an import, and for the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from adoption.model_file.specs import ItemSpec, ModelFile, Texts
from adoption.model_file.writing import write_requirement


def differences(before: ModelFile | None, after: ModelFile | None) -> list[tuple[str, str, str]]:
    """Each place that differs: where, what stands now, what it becomes. Nothing is the same as an empty model."""
    was, becomes = (dict(_flat(data)) if data else {} for data in (before, after))
    places = [*becomes, *(place for place in was if place not in becomes)]
    return [(place, was.get(place, ""), becomes.get(place, "")) for place in places if was.get(place) != becomes.get(place)]


def _flat(data: ModelFile) -> Iterator[tuple[str, str]]:
    yield from _texts("model › name", data.name)
    yield from _texts("model › purpose", data.purpose)
    yield "model › source", data.source
    for condition in data.conditions:
        place = f"model › {condition.key}"
        yield from _texts(place, condition.text)
        yield from ((f"{place} › {name}", str(getattr(condition, name))) for name in ("source", "order"))
    for phase in data.phases:
        yield f"{phase.key} › order", str(phase.order)
        for name in ("name", "label", "long_name", "goal"):
            yield from _texts(f"{phase.key} › {name}", getattr(phase, name))
        for item in phase.items:
            yield from _item(f"{phase.key} › {item.code}", item)
    for gate in data.gates:
        yield from _texts(gate.key, gate.name)
        for name in ("order", "from_phase", "to_phase", "hard", "items", "parts", "signals", "rule", "writes_permit"):
            yield f"{gate.key} › {name}", _words(getattr(gate, name))
    for form_name, form in data.forms.items():
        place = f"forms › {form_name}"
        yield place, ", ".join(each["key"] for each in form["fields"])
        yield from ((f"{place} › {each['key']}", _in_one_line(each)) for each in form["fields"])


def _item(place: str, item: ItemSpec) -> Iterator[tuple[str, str]]:
    for name in ("text", "label", "help", "done_evidence", "question"):
        yield from _texts(f"{place} › {name}", getattr(item, name))
    for name in (
        *("key", "order", "responsible", "involved", "depends_on", "question_key", "applies_when", "recurrence"),
        *("is_optional", "source", "proof_level", "signals", "covers", "proof_rule"),
    ):
        yield f"{place} › {name}", _words(getattr(item, name))
    yield f"{place} › requires", "\n".join(write_requirement(each) for each in item.requires)


def _texts(place: str, texts: Texts) -> Iterator[tuple[str, str]]:
    return ((f"{place} › {language}", words) for language, words in texts.items())


def _words(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _in_one_line(each: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(sorted(each.items())), allow_unicode=True, default_flow_style=True, width=10_000).strip()


__all__ = ["differences"]
