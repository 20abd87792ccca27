"""The content file as a published version of a county's model, as plainly as can be: the real loader has tests of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from adoption.choices import VersionStatus
from adoption.models import AdoptionModel, ModelGate, ModelItem, ModelPhase, ModelRequirement, ModelVersion
from services.models import County

FILE = Path(__file__).parents[2] / "adoption" / "content" / "adoption_model.yaml"
DATA: dict[str, Any] = yaml.safe_load(FILE.read_text())
# The rules of the gates, which the file tells in words.
ASKED: dict[str, dict[str, list[str]]] = {
    "G1": {"items": ["1.4"]},
    "G2": {"items": ["2.1", "2.3"], "parts": ["2.7/training_plan"]},
    "G3": {"items": ["3.3", "3.4", "3.6"], "signals": ["monthly_report_generated"]},
    "G4": {"items": ["4.1"]},
}


def texts(field: str, one: dict[str, Any] | None) -> dict[str, str]:
    return {f"{field}_{code}": one[code] for code in ("fi", "sv", "en") if one and code in one}


def make_version(county: County, *, number: int = 1) -> ModelVersion:
    """The content file as a published version."""
    model, _made = AdoptionModel.objects.get_or_create(county=county, key=DATA["model"]["key"])
    version = ModelVersion.objects.create(
        model=model,
        number=number,
        status=VersionStatus.PUBLISHED,
        published_at=timezone.now(),
        forms=DATA["forms"],
        **texts("name", DATA["model"]["name"]),
    )
    phases = {}
    for phase in DATA["phases"]:
        phases[phase["key"]] = ModelPhase.objects.create(
            model_version=version, key=phase["key"], order=phase["order"], **texts("name", phase["name"])
        )
        for order, item in enumerate(phase["items"], 1):
            make_item(phases[phase["key"]], item, order)
    for order, item in enumerate(DATA["extensions"], 100):
        make_item(phases[item["phase"]], {"key": item["code"].lower(), "responsible": "ict", **item}, order, is_optional=True)
    for order, gate in enumerate(DATA["gates"], 1):
        ModelGate.objects.create(
            model_version=version,
            key=gate["key"],
            order=order,
            from_phase=gate["from"],
            to_phase=gate["to"],
            hard=gate["hard"],
            writes_permit="writes" in gate,
            **texts("name", gate),
            **ASKED[gate["key"]],
        )
    return version


def make_item(phase: ModelPhase, item: dict[str, Any], order: int, **more: Any) -> ModelItem:
    question = item.get("conditional") or {}
    row = ModelItem.objects.create(
        phase=phase,
        code=item["code"],
        key=item["key"],
        order=order,
        responsible=item["responsible"],
        depends_on=item.get("depends_on", []),
        question_key=question.get("question", ""),
        applies_when=question.get("applies_when", ""),
        recurrence=(item.get("recurrence") or {}).get("every", ""),
        **texts("text", item),
        **texts("label", item.get("label")),
        **texts("question", question),
        **more,
    )
    for number, asks in enumerate(item["requires"], 1):
        ModelRequirement.objects.create(
            item=row,
            order=number,
            kind=asks["kind"],
            name=asks.get("name", ""),
            form=asks.get("form", ""),
            document=asks.get("type", ""),
            signal=asks.get("signal", ""),
            minimum=asks.get("min", 0),
            of_members=asks.get("of") == "rollout_members",
            roles=asks.get("roles") or asks.get("roles_present") or ([asks["decided_by"]] if "decided_by" in asks else []),
            outcomes=asks.get("outcomes_accepted", []),
            when=asks.get("when", ""),
        )
    return row
