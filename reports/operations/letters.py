"""Those who have asked for a service's report are told when it is ready: with a link only, no figure in the letter (S001-23)."""

from __future__ import annotations

from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _

from accounts.models import OutgoingMail, User
from accounts.operations.mail import queue_letters
from reports.models import MonthlyReport, ReportSelection
from reports.permissions import recipients_of
from services.hosts import address_of
from services.models import Service
from services.texts import text


def tell_recipients(report: MonthlyReport) -> int:
    """Each recipient who may still read the figures gets one letter of a frozen month; gives how many were written.

    Called by the operation that freezes, which may be called again: the key of a letter is that of the month and the person.
    """
    service = report.service
    row = ReportSelection.objects.filter(service=service).first() if service else None
    if service is None or row is None:
        return 0
    readers = recipients_of(county=report.county, service=service).filter(pk__in=row.recipients.values("pk"))
    letters = [_letter(report, service, user) for user in readers.exclude(email="")]
    queue_letters(letters=letters)
    return len(letters)


def _letter(report: MonthlyReport, service: Service, user: User) -> OutgoingMail:
    with translation.override(user.language):
        about = {"service": text(service, "name", user.language).value, "month": formats.date_format(report.month, "F Y")}
        path = f"{reverse('reports:month')}?palvelu={service.key}&kuukausi={report.month:%Y-%m}"
        return OutgoingMail(
            key=f"report-ready:{service.public_id}:{report.month:%Y-%m}:{user.public_id}",
            county=report.county.code,
            to=user.email,
            subject=_("The report of %(month)s is ready: %(service)s") % about,
            body="\n\n".join(
                [
                    _("The monthly report of “%(service)s” is ready: %(month)s.") % about,
                    address_of(report.county, path),
                    _("Sign in to read it. Then go through it and sign the review of the month."),
                ]
            ),
        )
