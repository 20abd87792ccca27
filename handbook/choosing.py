"""What a writer can choose into a text, and the words by which a text names it: services, chapters, contacts, pictures, facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handbook.choices import ChapterAudience
from handbook.models import ChapterVersion, Picture
from handbook.replies.placeholders import LABELS
from services.choices import Audience, ContactKind
from services.models import ContactPoint, County, Link, Service, Use
from services.texts import FALLBACKS, pick, texts_of

HEADS: Mapping[str, str | Promise] = {
    "facts": gettext_lazy("Facts of the conversation"),
    "phones": gettext_lazy("Phone numbers"),
    "links": gettext_lazy("Links"),
    "services": gettext_lazy("Services"),
    "chapters": gettext_lazy("Chapters of the handbook"),
    "paths": gettext_lazy("Guidance paths"),
    "contacts": gettext_lazy("Contact points"),
    "pictures": gettext_lazy("Pictures"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing: its name for the writer, and what is written of it in a text of each language."""

    name: str
    words: Mapping[str, str]

    @property
    def shown(self) -> str:
        """The words to copy."""
        return self.words["fi"]


@dataclass(frozen=True, slots=True)
class Choices:
    """The things of one kind."""

    kind: str
    choices: Sequence[Choice]

    @property
    def head(self) -> str:
        """What they are called together."""
        return str(HEADS[self.kind])


def choices_of_chapters(county: County, *, for_residents: bool = False) -> list[Choices]:
    """What a chapter may name: five queries. What residents read names no chapter of the staff and no internal contact."""
    points = list(ContactPoint.objects.filter(county=county).order_by("key"))
    if for_residents:
        points = [point for point in points if point.audience == Audience.PUBLIC]
    numbers = [point for point in points if point.kind == ContactKind.PHONE]
    services = Service.objects.filter(county=county).order_by("order", "key")
    texts = ChapterVersion.objects.current().filter(chapter__county=county, service__isnull=True, chapter__retired_at__isnull=True)
    texts = texts.none() if for_residents else texts.filter(chapter__audience=ChapterAudience.STAFF)
    chapters = texts.select_related("chapter").defer("body").order_by("chapter__order", "chapter__key")
    pictures = Picture.objects.filter(county=county).select_related("file").defer("file__content")
    paths = Use.objects.nameable("path", county=county.pk)
    found = {
        "services": [_link(texts_of(row, "name"), str(row), f"palvelu:{row.key}") for row in services],
        "chapters": [_link(row.title, str(row), f"luku:{row.chapter.key}") for row in chapters],
        "paths": [_link({"fi": row.label}, row.label, f"polku:{key}") for key, row in paths.items()],
        "phones": [_gap(f"phone:{row.key}", str(row)) for row in numbers],
        "contacts": [_link(texts_of(row, "name"), str(row), f"yhteyspiste:{row.key}") for row in points],
        "pictures": [_picture(row) for row in pictures],
    }
    return [Choices(kind, choices) for kind, choices in found.items() if choices]


def choices_of_replies(county: County) -> list[Choices]:
    """What a quick reply may have filled in: two queries."""
    points = ContactPoint.objects.filter(county=county, kind=ContactKind.PHONE).order_by("key")
    links = Link.objects.filter(county=county).order_by("key")
    found = {
        "facts": [_gap(name, str(words)) for name, words in LABELS.items()],
        "phones": [_gap(f"phone:{row.key}", str(row)) for row in points],
        "links": [_gap(f"link:{row.key}", str(row)) for row in links],
    }
    return [Choices(kind, choices) for kind, choices in found.items() if choices]


def _gap(name: str, words: str) -> Choice:
    return Choice(words, dict.fromkeys(FALLBACKS, "{{" + name + "}}"))


def _link(names: Mapping[str, str], name: str, address: str) -> Choice:
    return Choice(name, {code: f"[{_plain(pick(names, code).value or name)}]({address})" for code in FALLBACKS})


def _picture(row: Picture) -> Choice:
    words = {}
    for code in FALLBACKS:
        with translation.override(code):
            shows = _("what the picture shows")
        words[code] = f"![{shows}](kuva:{row.public_id})"
    return Choice(row.file.name, words)


def _plain(name: str) -> str:
    """A name inside a link's brackets has none of its own."""
    return name.replace("[", "(").replace("]", ")")


__all__ = ["Choice", "Choices", "choices_of_chapters", "choices_of_replies"]
