"""Letters to those whose work the handbook teaches: of a significant change, and of what they have not read in time.

A letter has a link and a day, and nothing of what the text says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor, System
from accounts.models import Grant, OutgoingMail, User
from accounts.operations.mail import queue_letters
from handbook.choices import PAST_DRAFT, READER_ROLES, ChapterAudience
from handbook.models import ChapterVersion, Reading
from handbook.shelf import least_number
from services.hosts import address_of
from services.models import County


def tell_of_change(*, by: Actor, version: ChapterVersion, now: datetime) -> int:
    """Everybody who answers or leads where the text belongs gets one letter of its significant change, in her own language.

    Whoever published or wrote it knows already. Gives the number of letters.
    """
    county = version.chapter.county
    grants = Grant.objects.valid(at=now).filter(county=county.code, role__in=READER_ROLES)
    if version.service is not None:
        grants = grants.filter(Q(service_id__isnull=True) | Q(service_id=version.service.public_id))
    knows = {version.published_by_id, *version.writers} - {None}
    people = User.objects.filter(pk__in=grants.values("user")).exclude(pk__in=knows).exclude(email="").order_by("pk")
    by_day = timezone.localdate(now) + timedelta(days=version.read_within_days)
    letters = []
    for user in people:
        with translation.override(user.language):
            query = f"?palvelu={version.service.key}" if version.service else ""
            letters.append(
                OutgoingMail(
                    key=f"handbook-change:{version.public_id}:{user.public_id}",
                    county=county.code,
                    to=user.email,
                    subject=_("A chapter of the handbook has changed"),
                    body="\n\n".join(
                        [
                            _("There is a significant change in a chapter of the handbook. Read it by %(day)s and mark it as read:")
                            % {"day": formats.date_format(by_day, "SHORT_DATE_FORMAT")},
                            address_of(county, reverse("handbook:chapter", args=[version.chapter.key]) + query),
                        ]
                    ),
                )
            )
    queue_letters(letters=letters)
    return len(letters)


def remind_of_readings(*, by: Actor, now: datetime) -> int:
    """Whoever has not read a significant change in its days is reminded once a week, until she has; gives the number of letters.

    What was published before she came to the work belongs to her orientation, and is not reminded of.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    year, week, _weekday = timezone.localdate(now).isocalendar()
    letters = []
    for county in County.objects.filter(is_active=True).order_by("code"):
        late = _late_in(county, now)
        for user in User.objects.filter(pk__in=late).exclude(email="").order_by("pk"):
            with translation.override(user.language):
                letters.append(
                    OutgoingMail(
                        key=f"handbook-late:{year}-{week:02d}:{county.code}:{user.public_id}",
                        county=county.code,
                        to=user.email,
                        subject=_("Changes of the handbook wait for you to read them"),
                        body="\n\n".join([_count(late[user.pk]), address_of(county, reverse("handbook:contents"))]),
                    )
                )
    written = set(OutgoingMail.objects.filter(key__in=[each.key for each in letters]).values_list("key", flat=True))
    new = [each for each in letters if each.key not in written]
    queue_letters(letters=new)
    return len(new)


def _count(number: int) -> str:
    return ngettext(
        "The time to read %(n)s significant change of the handbook is over. Read it and mark it as read:",
        "The time to read %(n)s significant changes of the handbook is over. Read them and mark them as read:",
        number,
    ) % {"n": number}


def _late_in(county: County, now: datetime) -> dict[int, int]:
    """How many texts each person is late with: three queries for a county."""
    today = timezone.localdate(now)
    places: dict[tuple[int, int | None], list[ChapterVersion]] = defaultdict(list)
    versions = ChapterVersion.objects.filter(
        chapter__county=county,
        chapter__audience=ChapterAudience.STAFF,
        chapter__retired_at__isnull=True,
        state__in=PAST_DRAFT,
    )
    for row in versions.select_related("service").defer("body", "questions", "purpose"):
        places[row.chapter_id, row.service_id].append(row)
    asked = [version for rows in places.values() if (version := _asked(rows)) is not None and _due(version) < today]
    if not asked:
        return {}
    read: dict[tuple[int, int | None], dict[int, int]] = defaultdict(dict)
    marks = Reading.objects.filter(version__chapter__in=[row.chapter_id for row in asked]).order_by("version__number")
    for chapter_id, service_id, user_id, number in marks.values_list(
        "version__chapter_id", "version__service_id", "user_id", "version__number"
    ):
        read[chapter_id, service_id][user_id] = number
    grants = list(Grant.objects.valid(at=now).filter(county=county.code, role__in=READER_ROLES))
    late: dict[int, int] = defaultdict(int)
    for version in asked:
        for user_id in _people(version, grants):
            late[user_id] += read[version.chapter_id, version.service_id].get(user_id, 0) < version.number
    return {user_id: number for user_id, number in late.items() if number}


def _asked(rows: Iterable[ChapterVersion]) -> ChapterVersion | None:
    """The version whose reading is asked for: the last significant one, while the text is shown."""
    found = list(rows)
    if not any(row.state == "published" for row in found):
        return None
    least = least_number([(row.number, row.is_significant) for row in found])
    return next((row for row in found if row.number == least and row.is_significant), None)


def _due(version: ChapterVersion) -> date:
    assert version.published_at is not None
    return timezone.localdate(version.published_at) + timedelta(days=version.read_within_days)


def _people(version: ChapterVersion, grants: Iterable[Grant]) -> set[int]:
    """Those who were at the work when the version came, but for who wrote or published it."""
    reaches = None if version.service is None else {None, version.service.public_id}
    found = {
        grant.user_id
        for grant in grants
        if (reaches is None or grant.service_id in reaches) and version.published_at and grant.valid_from <= version.published_at
    }
    return found - {version.published_by_id, *version.writers}
