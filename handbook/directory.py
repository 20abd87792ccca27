"""The directory beside a conversation: services, help forms, units, contact points and links of the county, found by words. All are
kept once, in `services`; what professionals may see and what may be sent to residents is told apart (S001-65, S000-13, S001-29).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from services.choices import Audience, LinkCategory, Medium
from services.hosts import address_of
from services.models import Channel, ContactPoint, County, Link, Office, Service
from services.models.service import ServiceQuerySet
from services.search import Document, Shelves
from services.texts import FALLBACKS, pick, texts_of

Kind = Literal["service", "form", "point", "link", "office"]
SHOWN = 20
_shelves = Shelves()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what it is called, what it says, and whether only professionals may have it."""

    kind: Kind
    id: str
    row: Service | ContactPoint | Link | Office
    internal: bool = False

    @property
    def is_material(self) -> bool:
        """It stands in the materials library."""
        return isinstance(self.row, Link) and self.row.is_material

    def name(self, language: str) -> str:
        """Its name in the language, or in one that it has."""
        name = str(pick(texts_of(self.row, "name"), language))
        if self.kind != "form":
            return name
        with translation.override(language):
            return _("The form Ask for help (%(service)s)") % {"service": name}

    def lines(self, language: str) -> list[str]:
        """What a card of it says under its name: numbers and addresses from the directory, never typed."""
        match self.row:
            case ContactPoint():
                return [_point(self.row, language)] if self.row.value else []
            case Link():
                return [url] if (url := str(pick(texts_of(self.row, "url"), language))) else []
            case Office():
                return _address(self.row, language)
            case Service() if self.kind == "form":
                with translation.override(language):
                    return [address_of(self.row.county, reverse("chat:help_ask", args=[self.row.key]))]
            case Service():
                summary = str(pick(texts_of(self.row, "summary"), language))
                public = Channel.objects.filter(service=self.row, contact_point__audience=Audience.PUBLIC).exclude(
                    contact_point__value=""
                )
                ways = [_named(channel.contact_point, language) for channel in public.select_related("contact_point")]
                return [line for line in (summary, *dict.fromkeys(ways)) if line]


def card_words(entry: Entry, language: str) -> str:
    """The entry as a message; empty when it has nothing to reach anybody by."""
    lines = entry.lines(language)
    if entry.kind == "service":
        return "\n".join([entry.name(language), *lines])
    return f"{entry.name(language)}: {lines[0]}" if lines else ""


def entries_of(county: County) -> list[Entry]:
    """Every entry of the county: public services, their help forms, units that have an address, contact points and links."""
    services = list(_services(county))
    points = ContactPoint.objects.filter(county=county).select_related("schedule")
    kept = {row.value for row in points}  # where a unit's address stands among the contact points already, it is one entry
    offices = [row for row in Office.objects.filter(county=county, is_digital=False) if kept.isdisjoint(_address(row, "fi"))]
    links = Link.objects.filter(county=county)
    return [
        *(Entry("service", str(row.public_id), row) for row in services),
        *(Entry("form", str(row.public_id), row) for row in services if row.has_help_form),
        *(Entry("office", row.key, row) for row in offices),
        *(Entry("point", str(row.public_id), row, row.audience == Audience.INTERNAL) for row in points),
        *(Entry("link", row.key, row, row.audience == Audience.INTERNAL) for row in links),
    ]


def find_entries(county: County, words: str, *, language: str, kinds: Collection[Kind] = ()) -> list[Entry]:
    """The entries that fit the words, best first; of these kinds only when some are named."""
    entries = {(each.kind, each.id): each for each in entries_of(county)}
    version = tuple((key, each.row.version, each.row.changed_at) for key, each in entries.items())
    index = _shelves.index(county.pk, version, lambda: _documents(entries.values()))
    found = index.search(words, language=language, limit=len(entries) if kinds else SHOWN)
    return [entries[key] for hit in found if (key := hit.id) in entries and (not kinds or entries[key].kind in kinds)]


def entry_of(county: County, *, kind: str, key: str) -> Entry | None:
    """One entry of the county."""
    match kind:
        case "service" if _is_uuid(key):
            service = _services(county).filter(public_id=key).first()
            return Entry("service", key, service) if service else None
        case "form" if _is_uuid(key):
            asked = _services(county).filter(public_id=key).first()
            return Entry("form", key, asked) if asked and asked.has_help_form else None
        case "point" if _is_uuid(key):
            point = ContactPoint.objects.filter(county=county, public_id=key).first()
            return Entry("point", key, point, point.audience == Audience.INTERNAL) if point else None
        case "link":
            link = Link.objects.filter(county=county, key=key).first()
            return Entry("link", key, link, link.audience == Audience.INTERNAL) if link else None
        case "office":
            office = Office.objects.filter(county=county, key=key, is_digital=False).first()
            return Entry("office", key, office) if office else None
    return None


def contacts_of_professionals(county: County) -> list[Entry]:
    """The shared contact list: the internal numbers that have been filled in, in the order of their keys (S001-65)."""
    return [each for each in entries_of(county) if each.kind == "point" and each.internal and each.row.value]  # type: ignore[union-attr]


def forms_of(service: Service) -> list[Entry]:
    """The forms that a resident of the service may be given: its help form, its channels by form, the public forms of the library,
    the county's too; then the help forms of other services (S001-29). What is for the staff only is not among them.
    """
    entries = entries_of(service.county)
    given = Channel.objects.filter(service=service, medium=Medium.FORM).values_list("contact_point__public_id", flat=True)
    named = {("form", str(service.public_id)), *(("point", str(key)) for key in given)}
    own = [each for each in entries if (each.kind, each.id) in named]
    library = [
        each
        for each in entries
        if isinstance(each.row, Link)
        and each.row.category == LinkCategory.FORM
        and each.row.service_id in (None, service.pk)
        and not each.internal
    ]
    others = [each for each in entries if each.kind == "form" and each not in own]
    return [each for each in (*own, *library, *others) if not each.internal]


def _services(county: County) -> ServiceQuerySet:
    return Service.objects.public().of_county(county.code).select_related("county", "help_form")


def _point(point: ContactPoint, language: str) -> str:
    """The number, what is told of it, and what the call costs: who sends a card in another language prices it in that one."""
    note = str(pick(texts_of(point, "note"), language))
    with translation.override(language):
        price = str(point.get_price_display())
    told = "; ".join(words for words in (note, price[:1].lower() + price[1:]) if words)
    return f"{point.value} ({told})" if told else point.value


def _address(office: Office, language: str) -> list[str]:
    street, town = (str(pick(texts_of(office, field), language)) for field in ("street", "town"))
    place = " ".join(part for part in (office.postal_code, town) if part)
    told = ", ".join(part for part in (street, place) if part)
    return [told] if told else []


def _named(point: ContactPoint, language: str) -> str:
    return f"{pick(texts_of(point, 'name'), language)}: {_point(point, language)}"


def materials_of(county: County) -> list[Link]:
    """The materials library: the whole county's first, then by service; each with who keeps it. One query."""
    rows = Link.objects.filter(county=county).materials().select_related("service", "owner")
    return sorted(rows, key=lambda row: (row.service is not None, row.service.order if row.service else 0, str(row), row.pk))


def find_materials(county: County, rows: Iterable[Link], words: str, *, language: str) -> list[Link]:
    """Those of the rows that fit the words, best first."""
    by_key = {row.key: row for row in rows}
    found = find_entries(county, words, language=language, kinds={"link"})
    return [by_key[each.id] for each in found if each.id in by_key]


def _documents(entries: Iterable[Entry]) -> Iterator[Document]:
    for entry in entries:
        for code in FALLBACKS:
            names = texts_of(entry.row, "name")
            if code not in names:
                continue
            title = entry.name(code) if entry.kind == "form" else names[code]
            body = " ".join(
                texts_of(entry.row, field).get(code, "")
                for field in ("summary", "handles", "note", "street", "town")
                if hasattr(entry.row, f"{field}_fi")
            )
            yield Document((entry.kind, entry.id), code, title, str(getattr(entry.row, f"synonyms_{code}", "") or ""), body)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
