"""Those who have asked for a report are told when it is ready: with a link only, no figure in the letter (S001-23)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import OutgoingMail, User
from accounts.operations.mail import queue_letters
from reports.models import MonthlyReport, ReportGroup, ReportRecipient, ReportSelection
from reports.permissions import readers_of_group, recipients_of
from services.hosts import address_of
from services.models import Service
from services.texts import text


def tell_recipients(report: MonthlyReport) -> int:
    """Each recipient who may still read the figures gets one letter of a frozen month; gives how many were written.

    Called by the operation that freezes, which may be called again: the key of a letter is that of the month and the person.
    """
    letters = [_letter(report, user) for user in _readers(report).exclude(email="")]
    queue_letters(letters=letters)
    return len(letters)


def _readers(report: MonthlyReport) -> QuerySet[User]:
    """Of a service those whom its choice names; of a group and of the county those whom the main user has named."""
    if report.service is not None:
        people = recipients_of(county=report.county, service=report.service)
        row = ReportSelection.objects.filter(service=report.service).first()
        return people.filter(pk__in=row.recipients.values("pk")) if row else people.none()
    named = ReportRecipient.objects.filter(county=report.county, group=report.group)
    return readers_of_group(county=report.county, group=report.group).filter(pk__in=named.values("user"))


def _letter(report: MonthlyReport, user: User) -> OutgoingMail:
    told: Service | ReportGroup | None = report.service or report.group
    key = report.service.key if report.service else f"ryhma:{report.group.key}" if report.group else "kaikki"
    with translation.override(user.language):
        name = text(told, "name", user.language).value if told else _("All services")
        about = {"service": name, "month": formats.date_format(report.month, "F Y")}
        path = f"{reverse('reports:month')}?{urlencode({'palvelu': key, 'kuukausi': f'{report.month:%Y-%m}'})}"
        return OutgoingMail(
            key=f"report-ready:{told.public_id if told else report.county.code}:{report.month:%Y-%m}:{user.public_id}",
            county=report.county.code,
            to=user.email,
            subject=_("The report of %(month)s is ready: %(service)s") % about,
            body="\n\n".join(
                [
                    _("The monthly report of “%(service)s” is ready: %(month)s.") % about,
                    address_of(report.county, path),
                    _("Sign in to read it.")
                    if report.group
                    else _("Sign in to read it. Then go through it and sign the review of the month."),
                ]
            ),
        )
