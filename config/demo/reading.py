"""The demonstration's content as it lies in YAML: typed, so that a text missing in one language is an error and not a gap."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

CONTENT = Path(__file__).resolve().parent / "content"
T = TypeVar("T")
CONTACTORS = {"": 0.3, "self": 0.55, "relative": 0.13, "professional": 0.02}
LANGUAGES = {"fi": 0.91, "sv": 0.07, "en": 0.02}


class Strict(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A key that nobody reads is a mistake."""


class Words(Strict, frozen=True):
    """A text in all three languages."""

    fi: str
    sv: str
    en: str

    def columns(self, field: str) -> dict[str, str]:
        """The text as the columns of a translated field."""
        return {f"{field}_fi": self.fi, f"{field}_sv": self.sv, f"{field}_en": self.en}

    def by_language(self) -> dict[str, str]:
        """The text as a map of languages."""
        return {"fi": self.fi, "sv": self.sv, "en": self.en}


class CountyFacts(Strict, frozen=True):
    """The county itself."""

    code: str
    slug: str
    name: Words
    brand_name: Words
    guide_name: Words
    accent_colour: str
    official_languages: list[str]
    population: int
    registry_email: str
    website: str
    switchboard: str
    allowed_domains: list[str]
    privacy_notice: Words


class MunicipalityRow(Strict, frozen=True):
    """A made-up municipality; `weight` is its share of the contacts."""

    code: str
    name: Words
    weight: int
    residents: int


class OfficeRow(Strict, frozen=True):
    """An office, or a digital unit without an address."""

    key: str
    order: int
    name: Words
    postal_code: str = ""
    street: Words | None = None
    town: Words | None = None
    digital: bool = False


class ScheduleRow(Strict, frozen=True):
    """Named hours, written as the import writes them."""

    key: str
    hours: str
    name: Words
    closed_on_holidays: bool = True


class ExceptionRow(Strict, frozen=True):
    """A date of the year with hours of its own."""

    month: int
    day: int
    schedules: list[str]
    opens: str
    closes: str
    reason: Words


class ContactPointRow(Strict, frozen=True):
    """A number or address."""

    key: str
    value: str
    name: Words
    note: Words
    kind: str = "phone"
    price: str = ""
    audience: str = "public"
    schedule: str | None = None


class LinkRow(Strict, frozen=True):
    """A web address of the county."""

    key: str
    url: str
    name: Words


class MaterialRow(Strict, frozen=True):
    """A material of the library: of a service, or of the whole county."""

    key: str
    url: str
    category: str
    name: Words
    note: Words
    service: str | None = None
    audience: str = "internal"
    review_in_days: int | None = None


class NamedRow(Strict, frozen=True):
    """A life situation."""

    key: str
    order: int
    name: Words


class GroupRow(Strict, frozen=True):
    """A responder group."""

    key: str
    name: Words
    profession: Words


class LawRow(Strict, frozen=True):
    """An act that services rest on."""

    key: str
    number: str
    name: Words

    @property
    def url(self) -> str:
        """The act as it is in force, in Finlex."""
        number, year = self.number.split("/")
        return f"https://www.finlex.fi/fi/laki/ajantasa/{year}/{year}{number:0>4}"


class TargetRow(Strict, frozen=True):
    """A target of a service or the county."""

    metric: str
    aim: str
    direction: str
    value: str
    unit: str
    source: str


class CommonTexts(Strict, frozen=True):
    """Texts that services share."""

    midway: dict[str, Words]
    never: dict[str, Words]
    all: dict[str, Words]


class RedirectRow(Strict, frozen=True):
    """A matter that is not handled here, and its right place."""

    matter: Words
    service: str | None = None
    contact: str | None = None
    link: str | None = None


class ChannelRow(Strict, frozen=True):
    """Another way to reach the service."""

    medium: str
    contact: str


class QueueRow(Strict, frozen=True):
    """A queue; others are named by their keys."""

    key: str
    order: int
    languages: list[str]
    schedule: str
    groups: list[str]
    name: Words
    profession: Words
    transfers: list[str]
    is_entry: bool = True
    is_doctor: bool = False
    max_waiting: int | None = None
    max_parallel: int = 3
    intake_stops_minutes: int = 0
    drain_minutes: int = 30
    overflow_to: str | None = None
    overflow_after_seconds: int | None = None
    offer_seconds: int | None = None
    supervisor_after_seconds: int | None = None
    alternatives_after_seconds: int | None = None
    for_professionals: bool = False
    takes_calls: bool = False


class ServiceFile(Strict, frozen=True):
    """A service with everything that belongs to it."""

    key: str
    situation: str
    office: str
    order: int
    register: str
    identification: str
    retention_days: int
    response_target_seconds: int
    laws: list[str]
    digital_support: str
    texts: dict[str, Words]
    topics: dict[str, Words]
    redirects: list[RedirectRow]
    channels: list[ChannelRow]
    queues: list[QueueRow]
    targets: list[TargetRow]
    hidden_topics: dict[str, Words] = {}
    topic_kinds: dict[str, str] = {}
    primary_care: bool = False
    pilot: bool = False
    test: bool = False
    guide_first: bool = False

    def all_texts(self, common: CommonTexts) -> dict[str, Words]:
        """The service's own texts over those that it shares with others."""
        shared = common.never if self.identification == "never" else common.midway
        return {**common.all, **shared, **self.texts}


class CountyFile(Strict, frozen=True):
    """The county's directory but for its services."""

    county: CountyFacts
    municipalities: list[MunicipalityRow]
    offices: list[OfficeRow]
    schedules: list[ScheduleRow]
    exception_days: list[ExceptionRow]
    contact_points: list[ContactPointRow]
    links: list[LinkRow]
    materials: list[MaterialRow]
    life_situations: list[NamedRow]
    groups: list[GroupRow]
    laws: list[LawRow]
    targets: list[TargetRow]
    common: CommonTexts


class GrantRow(Strict, frozen=True):
    """A role in the named services, or in the whole county."""

    role: str
    services: list[str] | None = None


class PersonRow(Strict, frozen=True):
    """A member of staff."""

    email: str
    first_name: str
    last_name: str
    display_name: str
    grants: list[GrantRow]
    tells: str
    groups: list[str] = []
    language: str = "fi"
    display_name_sv: str = ""
    display_name_en: str = ""

    @property
    def address(self) -> str:
        """An address that no letter ever reaches."""
        return f"{self.email}@esimerkki.invalid"


class PeopleFile(Strict, frozen=True):
    """The people and the password they share."""

    password: str
    people: list[PersonRow]


class PastOfService(Strict, frozen=True):
    """How a service's past looks: its share of all contacts, and shares of what happened in them."""

    share: float
    wait_seconds: float
    length_minutes: float
    identified: float
    outcomes: dict[str, float]
    topics: dict[str, float]
    transfers: dict[str, float] = {}
    contactors: dict[str, float] = msgspec.field(default_factory=lambda: dict(CONTACTORS))
    languages: dict[str, float] = msgspec.field(default_factory=lambda: dict(LANGUAGES))


class PastFile(Strict, frozen=True):
    """The past of each service."""

    services: dict[str, PastOfService]


class Talk(Strict, frozen=True):
    """A conversation written for the demonstration: lines of the resident (r) and of the answerer (a) in turn."""

    service: str
    language: str
    contactor: str
    topic: str
    outcome: str
    person: str
    lines: list[str]


class TalksFile(Strict, frozen=True):
    """Conversations with their words."""

    talks: list[Talk]


class WordsFile(Strict, frozen=True):
    """What was said in conversations that have no talk of their own: lines by language."""

    words: dict[str, list[list[str]]]


class Matter(Strict, frozen=True):
    """What a simulated resident comes with: her first words, and what she says after each answer."""

    service: str
    language: str
    contactor: str
    lines: list[str]
    topic: str = ""


class MattersFile(Strict, frozen=True):
    """What simulated residents come with."""

    matters: list[Matter]


def read(name: str, kind: type[T], folder: Path = CONTENT) -> T:
    """A content file as its type; msgspec names the place of a mistake."""
    with (folder / f"{name}.yaml").open(encoding="utf-8") as file:
        return msgspec.convert(yaml.load(file, Loader=_LOADER), type=kind)  # noqa: S506 - the C twin of the safe loader


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=1)
def county_file() -> CountyFile:
    """The county and what its services share."""
    return read("county", CountyFile)


@lru_cache(maxsize=1)
def service_files() -> tuple[ServiceFile, ...]:
    """The services in their order."""
    names = sorted(path.stem for path in (CONTENT / "services").glob("*.yaml"))
    return tuple(sorted((read(f"services/{name}", ServiceFile) for name in names), key=lambda each: each.order))


@lru_cache(maxsize=1)
def people_file() -> PeopleFile:
    """The people and their common password."""
    return read("people", PeopleFile)
