"""Hours as a table: a week in one cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from import_export import fields

from services import intervals
from services.models import Schedule, WeeklyInterval
from services.operations import Create, Delete, apply_changes
from services.operations.rules import interval_of
from services.resources.base import SOURCE, OperatedResource
from services.resources.cells import Text


class Hours(Text):
    """A week in one cell: `mon 08:00-12:00; mon 13:00-16:00`."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        try:
            found = sorted(intervals.parse(super().clean(value)), key=str)
            intervals.refuse_overlaps(found)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return intervals.write(value or [])


class ScheduleTable(OperatedResource):
    """Hours, a week in one cell: the cell is the whole week, so what it no longer names is closed."""

    columns = ("name", "closed_on_holidays")

    class Meta(OperatedResource.Meta):
        model = Schedule

    def more_columns(self) -> dict[str, fields.Field]:
        return {"hours": fields.Field(None, "hours", Hours())}

    def dehydrate_hours(self, schedule: Schedule) -> str:
        return intervals.write(_stored(schedule).values())

    def sets_differ(self, instance: models.Model) -> bool:
        wanted = self.beside(instance).get("hours")
        return wanted is not None and sorted(wanted, key=str) != sorted(_stored(instance).values(), key=str)

    def save_instance(self, instance: models.Model, is_create: bool, row: Any, **kwargs: Any) -> None:
        super().save_instance(instance, is_create, row, **kwargs)
        wanted = self.beside(instance).get("hours")
        if wanted is None or not isinstance(instance, Schedule):
            return
        stored = _stored(instance)
        gone = [Delete(WeeklyInterval(pk=pk)) for pk, interval in stored.items() if interval not in wanted]
        new = [
            Create(
                WeeklyInterval(
                    schedule=instance,
                    weekday=each.weekday,
                    opens=each.opens,
                    closes=each.closes,
                    valid_from=each.valid_from,
                    valid_until=each.valid_until,
                )
            )
            for each in wanted
            if each not in stored.values()
        ]
        apply_changes(by=self.by, changes=[*gone, *new], source=SOURCE)


def _stored(schedule: models.Model) -> dict[int, intervals.Interval]:
    if schedule.pk is None:
        return {}
    return {row.pk: interval_of(row) for row in WeeklyInterval.objects.filter(schedule_id=schedule.pk)}
