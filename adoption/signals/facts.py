"""What the signals judge: one rollout and the live service beside it, as plain values. The signals themselves read nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from services.texts import Texts


@dataclass(frozen=True, slots=True)
class Row:
    """A row that may prove something: its id, its time, and a number that changes with its content."""

    id: str
    at: datetime
    mark: str = ""


@dataclass(frozen=True, slots=True)
class QueueFact:
    """A queue in use, as its structure is judged."""

    row: Row
    name: Texts
    languages: tuple[str, ...]
    has_hours: bool
    groups: int
    has_transfers: bool
    has_overflow: bool


@dataclass(frozen=True, slots=True)
class SupportFact:
    """A contact point of technical support: whether it can be called, and whether its hours are told."""

    row: Row
    has_value: bool
    has_hours: bool
    is_public: bool


@dataclass(frozen=True, slots=True)
class ServiceFact:
    """The rollout's service. A test service is none: it proves nothing."""

    row: Row
    is_open: bool
    is_public: bool
    opened_at: datetime | None
    languages: tuple[str, ...]
    texts: Mapping[str, Texts]
    response_target: int
    queues: tuple[QueueFact, ...]
    groups: int
    responders: int
    targets: tuple[Row, ...]
    page_lacks: tuple[str, ...]
    resident_support: SupportFact | None
    responder_support: SupportFact | None


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """A prepared notice of a disruption."""

    row: Row
    text: Texts
    staff_text: Texts


@dataclass(frozen=True, slots=True)
class MeetingFact:
    """A meeting whose day has come; `whole_at` is when its record was whole."""

    row: Row
    kind: str
    phase: str
    on: date
    whole_at: datetime
    people: int
    roles: frozenset[str]
    has_outcome: bool
    has_writer: bool


@dataclass(frozen=True, slots=True)
class DatedFact:
    """Something that happened on a day."""

    row: Row
    on: date


@dataclass(frozen=True, slots=True)
class MemberFact:
    """A person of the rollout in one role."""

    row: Row
    user: int
    role: str


@dataclass(frozen=True, slots=True)
class SystemFact:
    """A row of the systems inventory."""

    row: Row
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImprovementFact:
    """An improvement of the service: when its state was last moved, and whether it is still to be done."""

    row: Row
    made_at: datetime
    moved_at: datetime
    is_open: bool
    has_source: bool


@dataclass(frozen=True, slots=True)
class SurveyFact:
    """A closed staff survey of the service: how many answered, its questions, and those whose results are stored.

    `tells` is the smallest number of answers that its results tell of, in a unit or of all; None when they tell of nobody.
    """

    row: Row
    answers: int
    questions: int
    stored: int
    tells: int | None


@dataclass(frozen=True, slots=True)
class SectionFact:
    """A published section of the service in a chapter of the handbook; `row` tells when it was last looked through."""

    row: Row
    chapter: str
    is_approved: bool


@dataclass(frozen=True, slots=True)
class ReplyFact:
    """An approved quick reply that every queue of the service has in use for residents, and its languages."""

    row: Row
    languages: frozenset[str]
    is_emergency: bool
    warns_of_codes: bool


@dataclass(frozen=True, slots=True)
class LearnerFact:
    """A responder of the service's groups: how much of what the plan demands she has done, and the row by which it became whole."""

    done: int
    total: int
    whole: Row | None


@dataclass(frozen=True, slots=True)
class HandbookFact:
    """What the handbook has for the service."""

    sections: tuple[SectionFact, ...] = ()
    replies: tuple[ReplyFact, ...] = ()
    has_plan: bool = False
    trainings: tuple[Row, ...] = ()
    learners: tuple[LearnerFact, ...] = ()
    notices: tuple[Row, ...] = ()
    """Notices about the service that have been published to professionals."""
    guide: GuideFact | None = None


@dataclass(frozen=True, slots=True)
class GuideFact:
    """The published residents' guide of the service's county, and its languages."""

    row: Row
    languages: frozenset[str]
    is_approved: bool


@dataclass(frozen=True, slots=True)
class SelectionFact:
    """The metrics that the service follows, those with a target or the word that they need none, and how many get its report."""

    row: Row
    metrics: tuple[str, ...]
    decided: frozenset[str]
    recipients: int


@dataclass(frozen=True, slots=True)
class ReportFact:
    """A frozen report of a month, or a signed review of one."""

    row: Row
    month: date


@dataclass(frozen=True, slots=True)
class ReportingFact:
    """What there is around the service’s report; the oldest first."""

    selection: SelectionFact | None = None
    reports: tuple[ReportFact, ...] = ()
    reviews: tuple[ReportFact, ...] = ()


@dataclass(frozen=True, slots=True)
class FormFact:
    """A saved form: its values, and the mandatory fields that lack."""

    row: Row
    values: Mapping[str, Any]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FillingFact:
    """What stands in a part of the item."""

    row: Row
    user: int | None
    outcome: str
    counts: bool
    proof: int | None


@dataclass(frozen=True, slots=True)
class PartFact:
    """A part of the item, with what was put to it in the item's period and has not been withdrawn, the oldest first."""

    pk: int
    name: str
    kind: str
    role: str
    form: str
    outcomes: tuple[str, ...]
    fillings: tuple[FillingFact, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemFact:
    """The item that is proven. `since` is when somebody said that what had been shown is not enough: newer rows must prove."""

    pk: int
    code: str
    state: str
    period: date | None
    level: str
    signals: tuple[str, ...]
    covers: tuple[str, ...]
    parts: tuple[PartFact, ...]
    since: datetime | None = None

    def parts_of(self, kind: str) -> tuple[PartFact, ...]:
        """The parts of one kind that the signals are to fill; all of that kind when they fill none of them."""
        found = tuple(part for part in self.parts if part.kind == kind)
        return tuple(part for part in found if part.name in self.covers) or found


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the signals of one rollout are judged by."""

    now: datetime
    today: date
    is_demo: bool
    rollout: Row
    is_pilot: bool
    starts_on: date | None
    ends_on: date | None
    service: ServiceFact | None
    conversations: tuple[Row, ...]
    members: tuple[MemberFact, ...]
    systems: tuple[SystemFact, ...]
    meetings: tuple[MeetingFact, ...]
    communication: tuple[DatedFact, ...]
    improvements: tuple[ImprovementFact, ...]
    notices: tuple[NoticeFact, ...]
    directory: tuple[Row, ...]
    surveys: tuple[SurveyFact, ...]
    handbook: HandbookFact
    paths: tuple[Row, ...]
    """Published guidance paths that lead to the service; each offers feedback at its outcomes, as every page of an outcome does."""
    reporting: ReportingFact
    forms: Mapping[tuple[str, date | None], FormFact]
    items: tuple[ItemFact, ...]
    item: ItemFact | None = field(default=None)

    def about(self, item: ItemFact) -> Facts:
        """The same, with the item in hand."""
        return replace(self, item=item)

    @property
    def since(self) -> datetime | None:
        """After which moment the item in hand must be proven."""
        return self.item.since if self.item else None

    def form(self, key: str) -> FormFact | None:
        """A saved form of the item's period, or the one that has no period."""
        period = self.item.period if self.item else None
        return self.forms.get((key, period)) or self.forms.get((key, None))


__all__ = [
    "DatedFact",
    "Facts",
    "FillingFact",
    "FormFact",
    "HandbookFact",
    "ImprovementFact",
    "ItemFact",
    "LearnerFact",
    "MeetingFact",
    "MemberFact",
    "NoticeFact",
    "PartFact",
    "QueueFact",
    "ReplyFact",
    "ReportFact",
    "ReportingFact",
    "Row",
    "SectionFact",
    "SelectionFact",
    "ServiceFact",
    "SupportFact",
    "SurveyFact",
    "SystemFact",
]
