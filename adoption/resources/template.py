"""The items of the template as one flat table: a row an item, with all that it asks in one cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _
from import_export import fields

from adoption.choices import MemberRole
from adoption.model_file import RequirementSpec, read_requirements, shipped_signals, write_requirement
from adoption.models import ModelItem, ModelPhase, ModelRequirement, ModelVersion
from adoption.operations.template_rows import requirement_row, requirement_spec
from services.operations import Create, Delete, apply_changes
from services.resources.base import DELETE, SOURCE, OperatedResource
from services.resources.cells import Names, Text


class VersionCell(Text):
    """The version that an item belongs to, as `key/number`: a draft, since the others are frozen."""

    def __init__(self, table: ItemTable) -> None:
        super().__init__()
        self.table = table

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> ModelVersion:
        name = super().clean(value)
        if not name:
            raise ValueError(_("This must be filled in."))
        key, _slash, number = name.partition("/")
        county = self.table.fields["county"].clean(row)
        found = ModelVersion.objects.filter(
            model__county=county, model__key=key, number=number if number.isdecimal() else 0
        ).first()
        if found is None:
            raise ValueError(_("There is no version “%(name)s”.") % {"name": name[:60]})
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value.model.key}/{value.number}" if value is not None else ""


class PhaseCell(Text):
    """A phase of the row's version, by its key."""

    def __init__(self, table: ItemTable) -> None:
        super().__init__()
        self.table = table

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> ModelPhase:
        key = super().clean(value)
        if not key:
            raise ValueError(_("This must be filled in."))
        try:
            version = self.table.fields["model"].clean(row)
        except ValueError:
            version = None  # told in its own column
        found = ModelPhase.objects.filter(model_version=version, key=key).first()
        if found is None:
            raise ValueError(_("There is no phase “%(key)s”.") % {"key": key[:40]})
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.key if value is not None else ""


class KnownNames(Names):
    """Names of a closed list, separated by commas."""

    def __init__(self, known: Callable[[], Collection[str]]) -> None:
        super().__init__()
        self.known = known

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        names = super().clean(value)
        for name in names:
            if name not in self.known():
                raise ValueError(
                    _("“%(value)s” is not one of: %(codes)s.") % {"value": name[:40], "codes": ", ".join(sorted(self.known()))}
                )
        return names


class RestsOn(Names):
    """Items of the row's version, by their numbers: those that are stored, and those that the file itself brings."""

    def __init__(self, table: ItemTable) -> None:
        super().__init__()
        self.table = table

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        codes = super().clean(value)
        if not codes:
            return codes
        try:
            version = self.table.fields["model"].clean(row)
        except ValueError:
            return codes  # the version is told in its own column
        known = set(ModelItem.objects.filter(phase__model_version=version).values_list("code", flat=True))
        known |= self.table.brought[version_of(row or {})]
        for code in codes:
            if code not in known:
                raise ValueError(_("There is no item “%(code)s”.") % {"code": code[:40]})
        return codes


def version_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """The county and the version that a row of a file names."""
    return str(row.get("county") or "").strip(), str(row.get("model") or "").strip()


class RequirementsCell(Text):
    """What the item asks, one on each line, in the notation of the model's file."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> tuple[RequirementSpec, ...]:
        found, problems = read_requirements(super().clean(value))
        if problems:
            raise ValueError(" ".join(f"{each.place}: {each.message}" if each.place else each.message for each in problems))
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "\n".join(write_requirement(each) for each in value or ())


class ItemTable(OperatedResource):
    """Items of the template; only those of a draft can be changed."""

    natural: ClassVar[tuple[str, ...]] = ("model", "code")
    columns: ClassVar[tuple[str, ...]] = (
        *("key", "order", "is_optional", "text", "label", "help", "done_evidence", "responsible", "involved", "depends_on"),
        *("question_key", "question", "applies_when", "recurrence", "source"),
        *("proof_level", "signals", "covers", "proof_rule"),
    )

    class Meta(OperatedResource.Meta):
        model = ModelItem

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        more, columns = self.more_columns(), self.fields
        self.brought: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.fields = {
            "county": columns["county"],
            "model": more["model"],
            "phase": fields.Field("phase", "phase", PhaseCell(self)),
            **columns,
            "depends_on": fields.Field("depends_on", "depends_on", RestsOn(self)),
            "involved": fields.Field("involved", "involved", KnownNames(lambda: MemberRole.values)),
            "signals": fields.Field("signals", "signals", KnownNames(shipped_signals)),
            "requires": more["requires"],
        }

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """An item may rest on another of the same file, wherever in the file that stands."""
        super().before_import(dataset, **kwargs)
        self.brought.clear()
        for row in dataset.dict:
            if str(row.get(DELETE) or "").strip() != "1":
                self.brought[version_of(row)].add(str(row.get("code") or "").strip())

    def _names(self) -> list[str]:
        return [name for name in super()._names() if name != "model"]

    def more_columns(self) -> dict[str, fields.Field]:
        """Which version the item is in, and what it asks."""
        return {
            "model": fields.Field("phase__model_version", "model", VersionCell(self)),
            "requires": fields.Field(None, "requires", RequirementsCell()),
        }

    def get_queryset(self) -> models.QuerySet[Any]:
        """Version by version, in order."""
        rows = super().get_queryset().select_related("phase__model_version__model__county").prefetch_related("requirements")
        return rows.order_by(
            *("phase__model_version__model__county__code", "phase__model_version__model__key", "phase__model_version__number"),
            *("phase__order", "order", "id"),
        )

    def lookups(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """An item is known by its version and number, in whatever phase it is."""
        return {"phase__model_version": values["model"], "code": values["code"]}

    def dehydrate_requires(self, item: ModelItem) -> str:
        """The stored requirements."""
        return self.fields["requires"].widget.render(_stored(item))

    def sets_differ(self, instance: models.Model) -> bool:
        """Does the item ask something else than now?"""
        wanted = self.beside(instance).get("requires")
        return wanted is not None and _in_order(wanted) != _in_order(_stored(instance))

    def save_instance(self, instance: models.Model, is_create: bool, row: Any, **kwargs: Any) -> None:
        """The item, and in the place of what it asked what it asks now."""
        differs = self.sets_differ(instance)
        super().save_instance(instance, is_create, row, **kwargs)
        if differs and isinstance(instance, ModelItem):
            gone = [Delete(each) for each in ModelRequirement.objects.filter(item_id=instance.pk)]
            new = [Create(requirement_row(instance, each)) for each in self.beside(instance)["requires"]]
            with self._named_refusals(instance):
                apply_changes(by=self.by, changes=[*gone, *new], source=SOURCE)


def _stored(item: models.Model) -> tuple[RequirementSpec, ...]:
    return tuple(requirement_spec(each) for each in item.requirements.all()) if item.pk and isinstance(item, ModelItem) else ()


def _in_order(specs: Iterable[RequirementSpec]) -> list[RequirementSpec]:
    """They are compared by their place in the cell, which has no numbers."""
    return [replace(each, order=number) for number, each in enumerate(specs, start=1)]


__all__ = ["ItemTable"]
