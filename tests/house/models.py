"""The portal's own models, their ways to a county, and a row of any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models
from django.utils import timezone

from services.models import County
from tests.house.source import APPS

_numbers = count(1)


def ours() -> list[type[models.Model]]:
    """Every model of our apps that people named, without the tables that join two of them."""
    labels = {app.label for app in apps.get_app_configs() if app.name.split(".")[0] in APPS}
    return sorted((model for model in apps.get_models() if model._meta.app_label in labels), key=lambda model: model._meta.label)


def way_to_county(model: type[models.Model], seen: tuple[type[models.Model], ...] = ()) -> str | None:
    """The lookup that leads from a row to its county's code, by the shortest way of required keys first."""
    if model is County:
        return "code"
    if any(field.name == "county" and isinstance(field, models.CharField) for field in model._meta.fields):
        return "county"
    ways = []
    for field in model._meta.fields:
        target = field.related_model
        if not isinstance(field, models.ForeignKey) or target in seen or target is model:
            continue
        assert isinstance(target, type)
        assert issubclass(target, models.Model)
        if way := way_to_county(target, (*seen, model)):
            ways.append((field.null, way.count("__"), f"{field.name}__{way}"))
    return min(ways)[2] if ways else None


class Maker:
    """Makes rows of one county, with whatever they need; the same parent is used again."""

    def __init__(self, county: County, overrides: dict[str, Callable[[Maker], dict[str, Any]]]) -> None:
        self.county = county
        self.overrides = overrides
        self.made: dict[type[models.Model], models.Model] = {County: county}

    def one(self, model: type[models.Model]) -> Any:
        """The maker's row of the model."""
        if model not in self.made:
            self.made[model] = self._make(model)
        return self.made[model]

    def _make(self, model: type[models.Model]) -> models.Model:
        given = self.overrides.get(model._meta.label, lambda maker: {})(self)
        values = {
            field.name: self._value(field)
            for field in model._meta.concrete_fields
            if self._needed(field) and field.name not in given
        }
        return model._default_manager.create(**{**values, **given})

    def _needed(self, field: models.Field[Any, Any]) -> bool:
        return not (
            field.primary_key
            or field.null
            or field.has_default()
            or (field.blank and not field.unique)
            or getattr(field, "auto_now", False)
        )

    def _value(self, field: models.Field[Any, Any]) -> Any:
        number = next(_numbers)
        if isinstance(field, models.ForeignKey):
            assert isinstance(field.related_model, type)
            return self.one(field.related_model)
        if field.name == "county":
            return self.county.code
        if field.choices:
            return next(iter(dict(field.flatchoices)))
        makers: list[tuple[Any, Callable[[], Any]]] = [
            (models.UUIDField, uuid4),
            (models.JSONField, list),
            (models.BinaryField, lambda: b"%PDF-1.7"),
            (models.BooleanField, lambda: False),
            (models.DateTimeField, timezone.now),
            (models.DateField, lambda: dt.date(2026, 1, 1)),
            (models.TimeField, lambda: dt.time(8)),
            ((models.IntegerField, models.DecimalField, models.FloatField), lambda: 1),
            (models.EmailField, lambda: f"nimi{number}@alue.test"),
            (models.URLField, lambda: f"https://alue.test/{number}"),
            ((models.CharField, models.TextField), lambda: f"r{number}"[: field.max_length or 20]),
        ]
        return next(make() for kind, make in makers if isinstance(field, kind))
