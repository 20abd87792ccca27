"""Which services are told of together, and who is told when the report of a group or of the county is ready (S001-23)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import record_audit
from reports.models import ReportGroup, ReportRecipient
from reports.permissions import may_group, readers_of_group
from services.models import County, Service

LEAST_SERVICES = 2
LONGEST_KEY = 40


@transaction.atomic
def save_group(
    *,
    by: Actor,
    county: County,
    group: ReportGroup | None,
    names: Mapping[str, str],
    services: Collection[Service],
    version: int | None,
) -> ReportGroup:
    """The main user makes a group of at least two services, or changes one; its key stays, and so do its frozen reports.

    Raises PermissionDenied, ValidationError (too_few, not_of_county, same_name, stale).
    """
    county = County.objects.select_for_update(no_key=True).get(pk=county.pk)
    if not may_group(by, county):
        raise PermissionDenied
    keys = {service.pk for service in services}
    if any(service.county_id != county.pk or service.is_test for service in services):
        raise ValidationError(_("Choose services of this county, none for tests."), code="not_of_county")
    if len(keys) < LEAST_SERVICES:
        raise ValidationError({"services": _("Choose at least two services.")}, code="too_few")
    row = ReportGroup.objects.filter(county=county, ended_at__isnull=True).get(pk=group.pk) if group else None
    if row is not None and row.version != version:
        raise ValidationError(_("Somebody else has saved a newer choice. Look at it and choose again."), code="stale")
    same = ReportGroup.objects.filter(county=county, ended_at__isnull=True, name_fi__iexact=names["fi"])
    if same.exclude(pk=row.pk if row else None).exists():
        raise ValidationError({"name_fi": _("There is a group of this name already.")}, code="same_name")
    before = _told(row) if row else None
    row = row or ReportGroup(county=county, key=_free_key(county, names["fi"]), version=0)
    row.name_fi, row.name_sv, row.name_en = (names.get(code, "") for code in ("fi", "sv", "en"))
    row.version += 1
    row.save()
    row.services.set(keys)
    _record(by, county, row, AuditAction.CHANGE if before else AuditAction.CREATE, before, _told(row))
    return row


@transaction.atomic
def end_group(*, by: Actor, group: ReportGroup, now: datetime) -> None:
    """A group that is not needed any more gets no new reports; what was frozen of it stays. Raises PermissionDenied."""
    row = ReportGroup.objects.select_for_update(of=("self",), no_key=True).select_related("county").get(pk=group.pk)
    if not may_group(by, row.county):
        raise PermissionDenied
    if row.ended_at is None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        _record(by, row.county, row, AuditAction.CHANGE, {"ended": False}, {"ended": True})


@transaction.atomic
def choose_recipients(*, by: Actor, county: County, group: ReportGroup | None, people: Collection[User]) -> None:
    """The main user says who gets a letter when the report of the group, or of the county as a whole, is ready.

    Raises PermissionDenied, ValidationError (not_a_reader).
    """
    county = County.objects.select_for_update(no_key=True).get(pk=county.pk)
    if not may_group(by, county) or (group is not None and group.county_id != county.pk):
        raise PermissionDenied
    wanted = {user.pk for user in people}
    if wanted - set(readers_of_group(county=county, group=group).values_list("pk", flat=True)):
        raise ValidationError(_("A recipient must be one who may read these figures."), code="not_a_reader")
    rows = ReportRecipient.objects.filter(county=county, group=group)
    before = sorted(str(key) for key in rows.values_list("user__public_id", flat=True))
    rows.exclude(user__in=wanted).delete()
    have = set(rows.values_list("user", flat=True))
    ReportRecipient.objects.bulk_create(ReportRecipient(county=county, group=group, user_id=pk) for pk in sorted(wanted - have))
    after = sorted(str(key) for key in rows.values_list("user__public_id", flat=True))
    if after != before:
        _record(by, county, group, AuditAction.CHANGE, {"recipients": before}, {"recipients": after})


def _free_key(county: County, name: str) -> str:
    """From the Finnish name; a number is added while another has it."""
    stem = slugify(name)[: LONGEST_KEY - 4] or "ryhma"
    taken = set(ReportGroup.objects.filter(county=county, key__startswith=stem).values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := stem if n == 1 else f"{stem}-{n}") not in taken)


def _told(row: ReportGroup) -> dict[str, object]:
    keys = list(row.services.order_by("key").values_list("key", flat=True))
    return {"name_fi": row.name_fi, "name_sv": row.name_sv, "name_en": row.name_en, "services": keys}


def _record(by: Actor, county: County, row: ReportGroup | None, action: AuditAction, before: object, after: object) -> None:
    record_audit(
        by=by,
        action=action,
        object_type="reports.reportgroup",
        object_id=str(row.public_id) if row else "",
        county=county.code,
        before=before,  # type: ignore[arg-type]
        after=after,  # type: ignore[arg-type]
    )
