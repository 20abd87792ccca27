"""Letters to those who look after chapters whose review is due."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from accounts.choices import Role
from accounts.models import Grant, OutgoingMail, User
from accounts.operations import queue_mail
from handbook.choices import VersionState
from handbook.models import Chapter, ChapterVersion
from services.models import County
from services.texts import pick

AHEAD = timedelta(days=14)


def remind_of_reviews(*, by: Actor, now: datetime) -> int:
    """Whoever looks after a chapter gets a letter when its review is due within two weeks or late, once a week at most.

    That is the named owner while she works for the county, else its main users. Gives the number of letters.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    today = timezone.localdate(now)
    due = Chapter.objects.published().filter(review_on__lte=today + AHEAD, county__is_active=True)
    by_county: dict[County, list[Chapter]] = defaultdict(list)
    for chapter in due.select_related("county", "owner").order_by("county", "review_on", "order"):
        by_county[chapter.county].append(chapter)
    return sum(_remind(county, chapters, today) for county, chapters in by_county.items())


def _remind(county: County, chapters: list[Chapter], today: date) -> int:
    works = set(Grant.objects.valid().filter(county=county.code).values_list("user_id", flat=True))
    main = Grant.objects.valid().filter(county=county.code, role=Role.MAIN_USER, service_id__isnull=True).values("user")
    main_users = list(User.objects.filter(pk__in=main).order_by("pk"))
    told: dict[User, list[Chapter]] = defaultdict(list)
    for chapter in chapters:
        keepers = [chapter.owner] if chapter.owner is not None and chapter.owner_id in works else main_users
        for user in keepers:
            told[user].append(chapter)
    titles = dict(
        ChapterVersion.objects.filter(chapter__in=chapters, service=None, state=VersionState.PUBLISHED).values_list(
            "chapter_id", "title"
        )
    )
    return sum(_write(county, user, rows, titles, today) for user, rows in told.items())


def _write(county: County, user: User, chapters: list[Chapter], titles: dict[int, dict[str, str]], today: date) -> int:
    year, week, _weekday = today.isocalendar()
    key = f"handbook-review:{year}-{week:02d}:{county.code}:{user.public_id}"
    if OutgoingMail.objects.filter(key=key).exists():
        return 0
    with translation.override(user.language):
        lines = [f"– {pick(titles[row.pk], user.language)}, {_day(row.review_on)}" for row in chapters]
        body = "\n\n".join(
            [
                _("These chapters of the handbook are to be looked through by the day beside them:"),
                "\n".join(lines),
                _("If a chapter is right as it is, press “I have looked it through” on its page. Else write its next version."),
            ]
        )
        queue_mail(key=key, to=user.email, subject=_("Chapters of the handbook to look through"), body=body, county=county.code)
    return 1


def _day(on: date | None) -> str:
    return formats.date_format(on, "SHORT_DATE_FORMAT") if on else ""
