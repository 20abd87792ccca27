"""Fills in the county's holidays from the calendar."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.operations import record_audit
from services.calendars import local_date
from services.holidays_fi import finnish_holidays
from services.models import County, Holiday
from services.permissions import may_configure

YEARS_AHEAD = 2


def fill_holidays(*, by: Actor, county: County, years: Collection[int] | None = None, now: datetime | None = None) -> int:
    """The county's main user adds the missing holidays of this and the next two years; the others stay as people left them.

    A removed holiday keeps its row and so stays removed; a renamed one keeps its name. Gives the number added.
    """
    if not may_configure(by, county.code):
        raise PermissionDenied
    this_year = local_date(now or timezone.now()).year
    wanted = sorted(set(years) if years is not None else range(this_year, this_year + YEARS_AHEAD + 1))
    with transaction.atomic():
        known = set(Holiday.objects.filter(county=county, date__year__in=wanted).values_list("date", flat=True))
        missing = [
            Holiday(county=county, date=day, **{f"name_{code}": name for code, name in names.items()})
            for year in wanted
            for day, names in finnish_holidays(year).items()
            if day not in known
        ]
        Holiday.objects.bulk_create(missing, ignore_conflicts=True)
        if missing:
            record_audit(
                by=by,
                action=AuditAction.CREATE,
                object_type="services.holiday",
                county=county.code,
                after={"years": wanted},
                count=len(missing),
            )
    return len(missing)
