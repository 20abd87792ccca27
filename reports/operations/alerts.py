"""When more comes to a service than was expected it is noticed, once, and those who follow its report are told (M28, S002-44)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import System
from accounts.models import OutgoingMail, User
from accounts.operations.mail import queue_letters
from reports.growth import Growth, growth_of
from reports.models import GrowthAlert, ReportSelection
from reports.permissions import recipients_of
from reports.rounding import rounded
from services.calendars import local_date
from services.choices import ServiceStatus
from services.hosts import address_of
from services.models import Service
from services.texts import text


def watch_growth(*, by: System, now: datetime) -> int:
    """Each open service is compared with what was expected of its last five working days. Gives how many are above.

    Asked again on the same day nothing changes: a service has one alert at a time, and a person one letter of each.
    """
    assert isinstance(by, System)
    today = local_date(now)
    services = Service.objects.filter(status=ServiceStatus.OPEN, is_test=False, county__is_active=True, opened_at__isnull=False)
    return sum(_watch(service, today) for service in services.select_related("county").order_by("pk"))


def _watch(service: Service, today: date) -> bool:
    growth = growth_of(service, today=today)
    with transaction.atomic():
        Service.objects.select_for_update(no_key=True).get(pk=service.pk)
        alert: GrowthAlert | None = GrowthAlert.objects.open().filter(service=service).first()
        if growth is None or not growth.is_above:
            GrowthAlert.objects.open().filter(service=service).update(ended_on=today)
            return False
        expected = rounded(growth.expected, 1)
        if alert is not None:
            known = GrowthAlert.objects.filter(pk=alert.pk, last_on__lte=growth.last)
            known.update(last_on=growth.last, contacts=growth.contacts, expected=expected)
            return True
        # One that began on the same day and has ended since goes on.
        row, _made = GrowthAlert.objects.update_or_create(
            service=service,
            began_on=growth.last,
            defaults={
                "county": service.county, "last_on": growth.last, "ended_on": None,
                "contacts": growth.contacts, "expected": expected,
            },
        )  # fmt: skip
        _tell(row, service, growth)
    return True


def _tell(alert: GrowthAlert, service: Service, growth: Growth) -> None:
    row = ReportSelection.objects.filter(service=service).first()
    if row is None:
        return
    readers = recipients_of(county=service.county, service=service).filter(pk__in=row.recipients.values("pk"))
    queue_letters(letters=[_letter(alert, service, user) for user in readers.exclude(email="")])


def _letter(alert: GrowthAlert, service: Service, user: User) -> OutgoingMail:
    """A link, and neither a figure nor a topic: a letter goes by ways that others read."""
    with translation.override(user.language):
        about = {"service": text(service, "name", user.language).value}
        return OutgoingMail(
            key=f"growth:{service.public_id}:{alert.began_on}:{user.public_id}",
            county=service.county.code,
            to=user.email,
            subject=_("More contacts than expected: %(service)s") % about,
            body="\n\n".join(
                [
                    _("More has come to “%(service)s” in the last five working days than was to be expected.") % about,
                    address_of(service.county, f"{reverse('reports:month')}?palvelu={service.key}"),
                    _("Sign in to see how much, and which topics grow. Staffing for next week may be looked at too."),
                ]
            ),
        )
