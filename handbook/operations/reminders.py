"""Letters to those who look after chapters and quick replies whose review is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor, System
from accounts.choices import Role
from accounts.models import Grant, OutgoingMail, User
from accounts.operations import queue_mail
from handbook.choices import ReplyScope, VersionState
from handbook.models import Chapter, ChapterVersion, QuickReply
from services.models import County
from services.texts import pick

AHEAD = timedelta(days=14)
NAMED = 40


def remind_of_reviews(*, by: Actor, now: datetime) -> int:
    """Whoever looks after a chapter or a quick reply gets a letter when its review is due within two weeks or late.

    That is the named owner while she works for the county, else its main users. Of chapters a letter goes once a week at most, of
    replies once for each due date. Gives the number of letters.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    today = timezone.localdate(now)
    due = Chapter.objects.published().filter(review_on__lte=today + AHEAD, county__is_active=True)
    chapters: dict[County, list[Chapter]] = defaultdict(list)
    for chapter in due.select_related("county", "owner").order_by("county", "review_on", "order"):
        chapters[chapter.county].append(chapter)
    shared = QuickReply.objects.in_force(today).exclude(scope=ReplyScope.PERSONAL)
    late = shared.filter(review_date__lte=today + AHEAD, county__is_active=True)
    replies: dict[County, list[QuickReply]] = defaultdict(list)
    for reply in late.select_related("county", "owner").order_by("county", "review_date", "shortcut"):
        replies[reply.county].append(reply)
    letters = sum(_of_chapters(county, rows, today) for county, rows in chapters.items())
    return letters + sum(_of_replies(county, rows) for county, rows in replies.items())


class _Keepers:
    """Who is told in a county: the owner while she works there, else the main users. Read once."""

    def __init__(self, county: County) -> None:
        grants = Grant.objects.valid().filter(county=county.code)
        main = grants.filter(role=Role.MAIN_USER, service_id__isnull=True).values("user")
        self._works = set(grants.values_list("user_id", flat=True))
        self._main = list(User.objects.filter(pk__in=main).order_by("pk"))

    def of(self, owner: User | None) -> Sequence[User]:
        """Those who are told of what the owner looks after."""
        return [owner] if owner is not None and owner.pk in self._works else self._main


def _of_chapters(county: County, chapters: list[Chapter], today: date) -> int:
    keepers = _Keepers(county)
    told: dict[User, list[Chapter]] = defaultdict(list)
    for chapter in chapters:
        for user in keepers.of(chapter.owner):
            told[user].append(chapter)
    titles = dict(
        ChapterVersion.objects.filter(chapter__in=chapters, service=None, state=VersionState.PUBLISHED).values_list(
            "chapter_id", "title"
        )
    )
    return sum(_write_of_chapters(county, user, rows, titles, today) for user, rows in told.items())


def _write_of_chapters(county: County, user: User, chapters: list[Chapter], titles: dict[int, dict[str, str]], today: date) -> int:
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


def _of_replies(county: County, replies: list[QuickReply]) -> int:
    keepers = _Keepers(county)
    told: dict[tuple[User, date], list[QuickReply]] = defaultdict(list)
    for reply in replies:
        assert reply.review_date is not None
        for user in keepers.of(reply.owner):
            told[user, reply.review_date].append(reply)
    keys = {place: f"reply-review:{place[1]}:{county.code}:{place[0].public_id}" for place in told}
    sent = set(OutgoingMail.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    new = [place for place in told if keys[place] not in sent]
    for user, on in new:
        _write_of_replies(county, user, on, told[user, on], key=keys[user, on])
    return len(new)


def _write_of_replies(county: County, user: User, on: date, replies: list[QuickReply], *, key: str) -> None:
    with translation.override(user.language):
        lines = [f"– {row}" for row in replies[:NAMED]]
        if more := len(replies) - NAMED:
            lines += [ngettext("and %(n)s other", "and %(n)s others", more) % {"n": more}] if more > 0 else []
        body = "\n\n".join(
            [
                _("These quick replies are to be looked through by %(day)s:") % {"day": _day(on)},
                "\n".join(lines),
                _(
                    "If a reply is right as it is, tick “I approve these texts for use” on its page and save."
                    " Else change its text, or take it out of use."
                ),
            ]
        )
        queue_mail(key=key, to=user.email, subject=_("Quick replies to look through"), body=body, county=county.code)


def _day(on: date | None) -> str:
    return formats.date_format(on, "SHORT_DATE_FORMAT") if on else ""
