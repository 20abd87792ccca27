"""A pilot does not end unnoticed (S001-39): its main users get a letter 30 and 7 days before."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from accounts.choices import Role
from accounts.models import Grant, OutgoingMail, User
from accounts.operations import queue_mail
from services.choices import ServiceStatus
from services.models import Service
from services.texts import text

REMINDED_BEFORE = (30, 7)


def remind_of_pilots(*, by: Actor, now: datetime) -> int:
    """Each county-wide main user gets one letter at each of the two times; gives how many letters were written."""
    if not isinstance(by, System):
        raise PermissionDenied
    today = timezone.localdate(now)
    ending = Service.objects.filter(
        pilot_ends__gte=today, pilot_ends__lte=today + timedelta(days=max(REMINDED_BEFORE)), is_test=False
    ).exclude(status=ServiceStatus.CLOSED)
    written = 0
    for service in ending.select_related("county"):
        with transaction.atomic():
            for user in _main_users(service.county.code, now):
                written += _remind(service, user, today)
    return written


def _main_users(county: str, now: datetime) -> list[User]:
    return list(
        User.objects.filter(
            grants__in=Grant.objects.valid(at=now).filter(county=county, role=Role.MAIN_USER, service_id__isnull=True)
        ).distinct()
    )


def _remind(service: Service, user: User, today: date) -> bool:
    if service.pilot_ends is None:
        return False
    left = (service.pilot_ends - today).days
    due = min(days for days in REMINDED_BEFORE if left <= days)
    with translation.override(user.language):
        name = text(service, "name", user.language).value
        ends = formats.date_format(service.pilot_ends, "SHORT_DATE_FORMAT")
        key = f"pilot:{service.public_id}:{service.pilot_ends}:{due}:{user.public_id}"
        if OutgoingMail.objects.filter(key=key).exists():
            return False
        queue_mail(
            key=key,
            to=user.email,
            subject=_("The pilot of “%(service)s” ends on %(date)s") % {"service": name, "date": ends},
            body=_(
                "The pilot of the service “%(service)s” ends on %(date)s.\n\n"
                "Decide in good time whether the service goes on, is changed or ends. Then correct the dates in the "
                "service's settings, and tell residents and responders."
            )
            % {"service": name, "date": ends},
        )
        return True
