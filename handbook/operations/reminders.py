"""Letters to those who look after chapters, quick replies and materials whose review is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor, System
from accounts.choices import Role
from accounts.models import Grant, OutgoingMail, User
from accounts.operations import queue_mail
from handbook.choices import ReplyScope, VersionState
from handbook.models import Chapter, ChapterVersion, QuickReply
from services.hosts import address_of
from services.models import County, Link
from services.texts import pick

AHEAD = timedelta(days=14)
NAMED = 40


def remind_of_reviews(*, by: Actor, now: datetime) -> int:
    """Whoever looks after a chapter, a quick reply or a material gets a letter when its review is due within two weeks or late.

    That is the named owner while she works for the county, else its main users. Of chapters a letter goes once a week at most, of
    replies and materials once for each due date. Gives the number of letters.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    today = timezone.localdate(now)
    due = Chapter.objects.published().filter(review_on__lte=today + AHEAD, county__is_active=True)
    chapters: dict[County, list[Chapter]] = defaultdict(list)
    for chapter in due.select_related("county", "owner").order_by("county", "review_on", "order"):
        chapters[chapter.county].append(chapter)
    shared = QuickReply.objects.in_force(today).exclude(scope=ReplyScope.PERSONAL)
    late = {"review_date__lte": today + AHEAD, "county__is_active": True}
    letters = sum(_of_chapters(county, rows, today) for county, rows in chapters.items())
    letters += _of_rows(
        REPLIES, shared.filter(**late).select_related("county", "owner").order_by("county", "review_date", "shortcut")
    )
    materials = Link.objects.materials().filter(**late).select_related("county", "owner").order_by("county", "review_date", "key")
    return letters + _of_rows(MATERIALS, materials)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a letter of replies and one of materials say."""

    key: str
    page: str
    subject: str | Promise
    head: str | Promise
    end: str | Promise


REPLIES = _Kind(
    "reply-review",
    "handbook:replies",
    gettext_lazy("Quick replies to look through"),
    gettext_lazy("These quick replies are to be looked through by %(day)s:"),
    gettext_lazy(
        "If a reply is right as it is, tick “I approve these texts for use” on its page and save."
        " Else change its text, or take it out of use."
    ),
)
MATERIALS = _Kind(
    "material-review",
    "handbook:materials",
    gettext_lazy("Materials to look through"),
    gettext_lazy("These materials of the library are to be looked through by %(day)s:"),
    gettext_lazy("If a material is right as it is, give it a new day on its page and save. Else change it, or remove it."),
)


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
                address_of(county, reverse("handbook:work")),
            ]
        )
        queue_mail(key=key, to=user.email, subject=_("Chapters of the handbook to look through"), body=body, county=county.code)
    return 1


def _of_rows(kind: _Kind, rows: Iterable[QuickReply] | Iterable[Link]) -> int:
    """A letter to each keeper for each day by which something of hers is looked through, once."""
    counties: dict[County, list[QuickReply | Link]] = defaultdict(list)
    for row in rows:
        counties[row.county].append(row)
    return sum(_of_county(kind, county, found) for county, found in counties.items())


def _of_county(kind: _Kind, county: County, rows: Iterable[QuickReply | Link]) -> int:
    keepers = _Keepers(county)
    told: dict[tuple[User, date], list[QuickReply | Link]] = defaultdict(list)
    for row in rows:
        assert row.review_date is not None
        for user in keepers.of(row.owner):
            told[user, row.review_date].append(row)
    keys = {place: f"{kind.key}:{place[1]}:{county.code}:{place[0].public_id}" for place in told}
    sent = set(OutgoingMail.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    new = [place for place in told if keys[place] not in sent]
    for user, on in new:
        _write(kind, county, user, on, told[user, on], key=keys[user, on])
    return len(new)


def _write(kind: _Kind, county: County, user: User, on: date, rows: Sequence[QuickReply | Link], *, key: str) -> None:
    with translation.override(user.language):
        lines = [f"– {row}" for row in rows[:NAMED]]
        if (more := len(rows) - NAMED) > 0:
            lines.append(ngettext("and %(n)s other", "and %(n)s others", more) % {"n": more})
        parts = [str(kind.head) % {"day": _day(on)}, "\n".join(lines), str(kind.end), address_of(county, reverse(kind.page))]
        queue_mail(key=key, to=user.email, subject=str(kind.subject), body="\n\n".join(parts), county=county.code)


def _day(on: date | None) -> str:
    return formats.date_format(on, "SHORT_DATE_FORMAT") if on else ""
