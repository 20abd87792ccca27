"""Targets of a service or of the county, each with the days on which it holds (metrics 1.8, S002-19…22)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from reports.metrics import DEFINITIONS, Figure
from reports.permissions import may_set_targets
from reports.targets import check_value, fits
from services.models import County, Service, Target
from services.operations import Change, Create, RowChange, apply_changes, change_row

DAY = timedelta(days=1)


@transaction.atomic
def set_target(
    *, by: Actor, county: County, service: Service | None, values: Mapping[str, Any], replaces: Target | None = None
) -> Target:
    """A main user or a manager sets a target from a day on; one that it replaces ends the day before and stays to be read.

    A month that has passed is so compared with what was aimed at then. One metric has one target of the same aim and channel on
    a day. Raises PermissionDenied, ValidationError (unit, range, overlap, stale, and what the row itself refuses).
    """
    if not may_set_targets(by, county=county, service=service):
        raise PermissionDenied
    County.objects.select_for_update(no_key=True).get(pk=county.pk)
    row = Target(county=county, service=service, **values)
    definition = DEFINITIONS.get(row.metric)
    if definition is not None and not fits(Figure(row.metric, None, definition.unit, 0), row.unit):
        raise ValidationError({"unit": ValidationError(_("This unit does not fit the metric."), code="unit")})
    try:
        check_value(row.metric, row.value, row.unit)
    except ValidationError as error:
        raise ValidationError({"value": error}) from error
    changes: list[RowChange] = []
    others = Target.objects.filter(county=county, service=service, metric=row.metric, aim=row.aim, channel=row.channel)
    if replaces is not None:
        old = Target.objects.filter(county=county, service=service).get(pk=replaces.pk)
        changes.append(Change(old, {"ends_on": row.starts_on - DAY}, replaces.version))
        others = others.exclude(pk=old.pk)
    ends = Q(starts_on__lte=row.ends_on) if row.ends_on else Q()
    if others.filter(ends, Q(ends_on__isnull=True) | Q(ends_on__gte=row.starts_on)).exists():
        raise ValidationError(
            _("There is already a target for the same metric on these days. Replace it, or end it first."), code="overlap"
        )
    made = apply_changes(by=by, changes=[*changes, Create(row)], source="reports")[-1]
    assert isinstance(made, Target)
    return made


@transaction.atomic
def end_target(*, by: Actor, target: Target, ends_on: date, version: int) -> Target:
    """A target holds until the day and is kept: months that it was in force are still compared with it."""
    row = Target.objects.select_related("county", "service").get(pk=target.pk)
    if not may_set_targets(by, county=row.county, service=row.service):
        raise PermissionDenied
    changed: Target = change_row(by=by, row=row, values={"ends_on": ends_on}, version=version, source="reports")
    return changed
