"""The content file, and its model as a published version of a county."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.db import connection
from django.utils import timezone

from accounts.actors import System
from adoption.models import AdoptionModel, ModelCondition, ModelGate, ModelItem, ModelPhase, ModelRequirement, ModelVersion
from adoption.operations import load_shipped_models, new_draft, publish_version
from services.models import County

FILE = Path(__file__).parents[2] / "adoption" / "content" / "adoption_model.yaml"
DATA: dict[str, Any] = yaml.safe_load(FILE.read_text())
BY = System("test")


class Rows:
    """The rows of the shipped model as `load_shipped_models` made them for the first test of this process: more than half of the
    time of many a test went to making the same ones again. Their audit is of that first test only.
    """

    models = (AdoptionModel, ModelVersion, ModelGate, ModelCondition, ModelPhase, ModelItem, ModelRequirement)

    def __init__(self) -> None:
        self.kept: list[tuple[str, list[str], list[tuple[Any, ...]]]] = []

    def fits(self) -> bool:
        """Whether they are kept, and no other county has a model that might have their keys."""
        return bool(self.kept) and not AdoptionModel.objects.exists()

    def keep(self) -> None:
        """Every row that there is now."""
        self.kept = []
        with connection.cursor() as cursor:
            for model in self.models:
                table = model._meta.db_table
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY id')
                rows = cursor.fetchall()
                self.kept.append((table, [column[0] for column in cursor.description], rows))

    def put(self, county: County) -> None:
        """The same rows again, for this county."""
        with connection.cursor() as cursor:
            for table, columns, rows in self.kept:
                if "county_id" in columns:
                    place = columns.index("county_id")
                    rows = [(*row[:place], county.pk, *row[place + 1 :]) for row in rows]
                names, places = ", ".join(f'"{column}"' for column in columns), ", ".join("%s" for _ in columns)
                cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)


SHIPPED = Rows()


def make_version(county: County) -> ModelVersion:
    """The shipped model, published; called again, the next version of it."""
    newest = ModelVersion.objects.filter(model__county=county).order_by("-number").first()
    if newest is not None:
        return publish_version(by=BY, version=new_draft(by=BY, version=newest), now=timezone.now())
    if SHIPPED.fits():
        SHIPPED.put(county)
    else:
        first = not AdoptionModel.objects.exists()
        load_shipped_models(by=BY, now=timezone.now(), counties=[county.code])
        if first:
            SHIPPED.keep()
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
