"""Where things are named by the handbook: rows that services keep, written when a text goes to its readers or is taken away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor, System
from handbook.markup import references_in
from handbook.models import Chapter, ChapterVersion, NoticeVersion
from services.models import ContactPoint, County
from services.operations import replace_uses

KEYED = ("service", "chapter", "path", "picture", "reply")


def write_uses(version: ChapterVersion, *, known: Iterable[str] | None = None) -> None:
    """A published text names these contact points, services, chapters, paths, pictures and replies.

    `known`: contact points that are still there, when the text was published earlier and one may have gone since.
    """
    address = reverse("handbook:chapter", args=[version.chapter.key])
    _write(
        version,
        version.chapter.county,
        entry=_entry(version),
        label=str(version) + (f" ({version.service})" if version.service else ""),
        url=f"{address}?palvelu={version.service.key}" if version.service else address,
        known=known,
    )


def write_notice_uses(version: NoticeVersion, *, known: Iterable[str] | None = None) -> None:
    """A published notice names its things in the same way."""
    notice = version.notice
    address = reverse("handbook:notice", args=[notice.public_id])
    _write(version, notice.county, entry=f"notice:{notice.public_id}", label=str(version), url=address, known=known)


def forget_uses(version: ChapterVersion) -> None:
    """A text that nobody is shown names nothing."""
    replace_uses(county=version.chapter.county, entry=_entry(version), label="")


def forget_notice_uses(version: NoticeVersion) -> None:
    """Nor does a notice that was taken from the board."""
    replace_uses(county=version.notice.county, entry=f"notice:{version.notice.public_id}", label="")


@transaction.atomic
def renew_uses(*, by: Actor) -> int:
    """The portal writes anew what each published chapter, section and notice names: also those published before this was kept.

    Harmless to repeat; gives the number of texts. A contact point that has been deleted since is left out.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    known: dict[int, set[str]] = defaultdict(set)
    for county, key in ContactPoint.objects.values_list("county_id", "key"):
        known[county].add(key)
    texts = ChapterVersion.objects.current().filter(chapter__retired_at__isnull=True).select_related("chapter__county", "service")
    notices = NoticeVersion.objects.current().select_related("notice__county")
    chapters, told = list(texts), list(notices)
    for version in chapters:
        write_uses(version, known=known[version.chapter.county_id])
    for notice in told:
        write_notice_uses(notice, known=known[notice.notice.county_id])
    return len(chapters) + len(told)


def texts_of_chapter(chapter: Chapter) -> list[ChapterVersion]:
    """The published texts of the chapter: the common one and the sections."""
    rows = ChapterVersion.objects.current().filter(chapter=chapter).select_related("chapter__county", "service")
    return list(rows)


def _write(
    version: ChapterVersion | NoticeVersion, county: County, *, entry: str, label: str, url: str, known: Iterable[str] | None
) -> None:
    named: dict[str, set[str]] = defaultdict(set)
    for code in version.languages:
        for kind, keys in references_in(version.body[code]).items():
            named[kind] |= keys
    phones = named["contact"] if known is None else named["contact"] & set(known)
    things = {f"{kind}:{key}" for kind in KEYED for key in named[kind]}
    replace_uses(county=county, entry=entry, label=label, url=url, phones=phones, things=things)


def _entry(version: ChapterVersion) -> str:
    return f"handbook:{version.chapter.key}" + (f":{version.service.key}" if version.service else "")
