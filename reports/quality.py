"""The draw of a quality sample, and its results by item (M35). Never by person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from uuid import UUID

from django.utils.translation import gettext as _

from chat.choices import State, Status
from chat.models import Conversation
from chat.models.conversations import ConversationQuerySet
from reports.choices import QualityItem, QualityMark
from reports.metrics import Scope
from reports.models import QualityCheck, QualitySample
from reports.months import Month
from reports.rounding import few, percent
from services.models import County, Service
from services.surveys.results import LEAST

PER_RESPONDER, LEAST_OF_SERVICE = 3, 10
Candidate = tuple[UUID, int | None]
"""A conversation, and who answered it."""


def in_order(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    """The order of the draw: chance by the seed, and the same whenever it is asked."""
    return sorted(candidates, key=lambda each: sha256(f"{seed}:{each[0]}".encode()).digest())


def drawn(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    """Three of each who answered, and at least ten of the service; all of them when there are fewer. In the order of the draw."""
    ordered = in_order(candidates, seed)
    taken: set[UUID] = set()
    seen: dict[int | None, int] = {}
    for key, responder in ordered:
        if seen.get(responder, 0) < PER_RESPONDER:
            seen[responder] = seen.get(responder, 0) + 1
            taken.add(key)
    for key, _responder in ordered:
        if len(taken) >= LEAST_OF_SERVICE:
            break
        taken.add(key)
    return [each for each in ordered if each[0] in taken]


def candidates_of(service: Service, month: Month) -> ConversationQuerySet:
    """Closed, answered conversations of residents in the month; tests and what was erased are outside.

    So is what ended in another service: its supervisor may not read it.
    """
    rows = Scope.of([service]).rows(month.period)
    return rows.filter(service=service, state=State.ENDED, status=Status.ANSWERED, erased_at__isnull=True)


def drawable(service: Service, month: Month) -> list[Candidate]:
    """The same with those who answered."""
    return list(candidates_of(service, month).values_list("public_id", "responder"))


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item of the check list: yes ÷ (yes + no), exact."""

    code: str
    name: str
    yes: int
    no: int
    not_applied: int

    @property
    def n(self) -> int:
        """Those of which something was said."""
        return self.yes + self.no

    @property
    def is_hidden(self) -> bool:
        """Too few to be told."""
        return 0 < self.n < LEAST

    @property
    def value(self) -> Fraction | None:
        """Percent; None when there is nothing to divide by, or too little to be told."""
        return Fraction(100 * self.yes, self.n) if self.n and not self.is_hidden else None

    @property
    def words(self) -> str:
        """As it is shown."""
        return few() if self.is_hidden else percent(self.value)


@dataclass(frozen=True, slots=True)
class QualityResult:
    """What a sample came to, by item."""

    size: int
    checked: int
    items: Sequence[ItemResult]
    total: ItemResult
    of_one: bool
    """All that were gone through are one person's: told to nobody but her and her supervisor."""

    @property
    def is_told(self) -> bool:
        """It may stand in reports and files: never where it would be one person's result."""
        return bool(self.checked) and not self.of_one

    @property
    def shows_counts(self) -> bool:
        """The numbers beneath the total, unless a hidden item could be worked out from them."""
        return not any(each.is_hidden for each in self.items)


def result_of(sample: QualitySample) -> QualityResult:
    """The result by item: one query."""
    rows = list(QualityCheck.objects.standing().filter(sample=sample).values_list("checked_at", "marks", "responder"))
    done = [(marks, who) for at, marks, who in rows if at is not None]
    return result_from([marks for marks, _who in done], size=len(rows), of_one=len({who for _marks, who in done}) == 1)


def result_from(marks: Sequence[Mapping[str, str]], *, size: int, of_one: bool = False) -> QualityResult:
    """The same of the filled check lists."""
    items = [
        ItemResult(code, str(label), *(sum(each.get(code) == mark for each in marks) for mark in QualityMark.values))
        for code, label in QualityItem.choices
    ]
    yes, no, other = (sum(column) for column in zip(*((each.yes, each.no, each.not_applied) for each in items), strict=True))
    return QualityResult(size, len(marks), items, ItemResult("all", _("All items"), yes, no, other), of_one)


def told_of(county: County, service: Service | None, month: Month) -> QualityResult | None:
    """What the report of the month tells: the result of the service's sample, when some of it was gone through."""
    if service is None:
        return None
    sample = QualitySample.objects.of_scope(county=county, service=service).filter(month=month.first).first()
    return result_of(sample) if sample else None


def took_part(conversation: Conversation, user_id: int) -> bool:
    """She answered in it, at whatever point: it is not hers to go through."""
    return conversation.responder_id == user_id or conversation.legs.filter(responder=user_id).exists()
