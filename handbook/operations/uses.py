"""Where things are named by the handbook: rows that services keep, written when a text goes to its readers or is taken away."""

from __future__ import annotations

from collections import defaultdict

from django.urls import reverse

from handbook.markup import references_in
from handbook.models import Chapter, ChapterVersion
from services.operations import replace_uses

KEYED = ("service", "chapter", "picture", "reply")


def write_uses(version: ChapterVersion) -> None:
    """A published text names these contact points, services, chapters, pictures and replies."""
    named: dict[str, set[str]] = defaultdict(set)
    for code in version.languages:
        for kind, keys in references_in(version.body[code]).items():
            named[kind] |= keys
    address = reverse("handbook:chapter", args=[version.chapter.key])
    replace_uses(
        county=version.chapter.county,
        entry=_entry(version),
        label=str(version) + (f" ({version.service})" if version.service else ""),
        url=f"{address}?palvelu={version.service.key}" if version.service else address,
        phones=named["contact"],
        things={f"{kind}:{key}" for kind in KEYED for key in named[kind]},
    )


def forget_uses(version: ChapterVersion) -> None:
    """A text that nobody is shown names nothing."""
    replace_uses(county=version.chapter.county, entry=_entry(version), label="")


def texts_of_chapter(chapter: Chapter) -> list[ChapterVersion]:
    """The published texts of the chapter: the common one and the sections."""
    rows = ChapterVersion.objects.current().filter(chapter=chapter).select_related("chapter__county", "service")
    return list(rows)


def _entry(version: ChapterVersion) -> str:
    return f"handbook:{version.chapter.key}" + (f":{version.service.key}" if version.service else "")
