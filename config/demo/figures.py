"""What a manager of the demonstration has brought in and gone through: phone, e-mails, visits, costs, one group, a signed review.

So the pages of figures are whole from the first look (S001-9, S001-23, S000-53). Everything follows from the months alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.actors import Staff, System
from accounts.choices import Role
from accounts.models import Grant, User
from adoption.operations.months import note_months
from reports.choices import ExternalKind
from reports.external import ALL, Entry
from reports.models import ExternalFigure, MonthlyReport, ReportGroup
from reports.months import Month
from reports.operations import (
    Action,
    Findings,
    bring_in_figures,
    choose_recipients,
    freeze_due_months,
    freeze_month,
    save_group,
    sign_review,
    write_review,
)
from services.calendars import local_date
from services.models import County, Service

K = ExternalKind
MONTHS = 13
PHONE = ("ikaantyneet", "neuvola")
"""Services beside whose chat there is a phone line."""
GROUP = ("ikaantyneet", "asiakasohjaus", "perheohjaus")
GROUP_NAMES = {"fi": "Sosiaalipalvelujen chatit", "sv": "Socialservicens chattar", "en": "Chats of social services"}
SOURCE = "Puhelinjärjestelmän kuukausiraportti"


def write_figures(*, by: System, county: County, now: datetime) -> int:
    """Brings them in once, as the manager would; gives how many figures. A county that has some is left as it is."""
    manager, main_user = _whole_county(county, Role.MANAGER), _whole_county(county, Role.MAIN_USER)
    if manager is None or main_user is None or ExternalFigure.objects.filter(county=county).exists():
        return 0
    services = {row.key: row for row in Service.objects.filter(county=county, is_test=False, opened_at__isnull=False)}
    last = Month.of(local_date(now)).shifted(-1)
    months = [last.shifted(-n) for n in range(MONTHS - 1, -1, -1)]
    entries = list(_entries([key for key in PHONE if key in services], months))
    taken = bring_in_figures(by=Staff(manager.user_id), county=county, entries=entries, digest="demo", dry_run=False, now=now)
    note_months(by=by, now=now)
    members = [services[key] for key in GROUP if key in services]
    if len(members) > 1 and not ReportGroup.objects.filter(county=county).exists():
        save_group(by=Staff(main_user.user_id), county=county, group=None, names=GROUP_NAMES, services=members, version=None)
    return taken.new


def write_reports(*, by: System, county: County, now: datetime) -> None:
    """Freezes the months that are due, when all that they tell of is there; one report is gone through and signed.

    A county that has a report of its own is left as it is.
    """
    manager, main_user = _whole_county(county, Role.MANAGER), _whole_county(county, Role.MAIN_USER)
    whole = MonthlyReport.objects.of_scope(county=county, service=None)
    if manager is None or main_user is None or whole.exists():
        return
    freeze_due_months(by=by, now=now)  # before anybody is told by letter of what is past
    if ReportGroup.objects.filter(county=county).exists():
        choose_recipients(by=Staff(main_user.user_id), county=county, group=None, people=[manager.user])
    reviewed = Service.objects.filter(county=county, key=PHONE[0]).first()
    if reviewed is not None:
        _review(by, county, reviewed, Month.of(local_date(now)).shifted(-2), manager.user, now)


def _whole_county(county: County, role: Role) -> Grant | None:
    """Who has the role in the whole county."""
    rows = Grant.objects.valid().filter(county=county.code, role=role, service_id=None)
    found: Grant | None = rows.select_related("user").order_by("pk").first()
    return found


def _entries(keys: list[str], months: list[Month]) -> Iterator[Entry]:
    """The phone gets quicker as the chat takes its share: at the start it misses its target, at the end it keeps it."""
    for at, month in enumerate(months):
        for place, key in enumerate(keys):
            calls = 900 - 240 * place - 22 * at + (month.number * 37) % 60
            figures = {
                K.CALLS: calls,
                K.CALLS_ANSWERED: calls * (78 + at) // 100,
                K.CALLS_MEDIAN: 560 - 28 * at + 30 * place,
                K.CALLS_WITHIN: 58 + 2 * at,
                K.MAILS: 60 - at + 5 * place,
                K.MAILS_ANSWERED: 57 - at + 5 * place,
            }
            for kind, value in figures.items():
                yield Entry(key, month, kind, Decimal(value), SOURCE)
        yield Entry(ALL, month, K.VISITS, Decimal(2600 + (month.number * 91) % 240), "Potilastietojärjestelmä")
    for kind, value in ((K.NURSES, 12), (K.HOURS_BEFORE, 5), (K.HOURS_NOW, 22), (K.APPOINTMENT, 30)):
        yield Entry(ALL, months[-1], kind, Decimal(value), "Esihenkilöiden arvio")
    yield Entry(
        ALL,
        months[-1],
        K.SAVINGS_REACHED,
        Decimal(0),
        "Johtoryhmä",
        "Puhelin säilyy niille, jotka eivät voi asioida digitaalisesti.",
    )


def _review(by: System, county: County, service: Service, month: Month, manager: User, now: datetime) -> None:
    """The month before the last one of a service is frozen, gone through and signed; one action was agreed."""
    if service.opened_at is None or local_date(service.opened_at) > month.last or now < month.report_at:
        return
    report = freeze_month(by=by, county=county, service=service, month=month, now=now)
    findings = Findings(
        contacts="Yhteydenottoja oli odotetusti. Maanantai on vilkkain.",
        queue_times="Vasteaika pysyi tavoitteessa aamuja lukuun ottamatta.",
        satisfaction="Tyytyväisyys on hyvä, vastauksia saisi olla enemmän.",
        free_feedback="Selkeitä ohjeita kiiteltiin.",
    )
    action = Action("Kaksi vastaajaa maanantaiaamuihin", manager, local_date(now) + timedelta(days=14))
    review = write_review(
        by=Staff(manager.pk),
        county=county,
        service=service,
        month=month,
        revision=report.revision,
        findings=findings,
        actions=[action],
        reason="",
        version=None,
        now=now,
    )
    sign_review(by=Staff(manager.pk), review=review, now=now)
