"""The content file, and its model as a published version of a county."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from accounts.actors import System
from adoption.models import ModelItem, ModelPhase, ModelRequirement, ModelVersion
from adoption.operations import load_shipped_models, new_draft, publish_version
from services.models import County

FILE = Path(__file__).parents[2] / "adoption" / "content" / "adoption_model.yaml"
DATA: dict[str, Any] = yaml.safe_load(FILE.read_text())
BY = System("test")


def make_version(county: County) -> ModelVersion:
    """The shipped model, published; called again, the next version of it."""
    newest = ModelVersion.objects.filter(model__county=county).order_by("-number").first()
    if newest is not None:
        return publish_version(by=BY, version=new_draft(by=BY, version=newest), now=timezone.now())
    load_shipped_models(by=BY, now=timezone.now(), counties=[county.code])
    return ModelVersion.objects.select_related("model__county").get(model__county=county)


def make_item(version: ModelVersion, phase: str, code: str, key: str) -> ModelItem:
    """One more item that asks for evidence."""
    row = ModelItem.objects.create(
        phase=ModelPhase.objects.get(model_version=version, key=phase),
        code=code,
        key=key,
        order=999,
        responsible="ict",
        text_fi="Saavutettavuus on tarkistettu",
    )
    ModelRequirement.objects.create(item=row, kind="evidence")
    return row
