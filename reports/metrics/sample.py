"""M35: what the quality samples of the period came to, by item of the check list. Never by person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.choices import QualityItem, QualityMark
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, number, ratio, unknown
from reports.metrics.scope import Scope
from reports.models import QualityCheck
from reports.months import Month, Period
from services.surveys.results import LEAST

YES, NO = QualityMark.YES.value, QualityMark.NO.value


@dataclass(slots=True)
class Sampled:
    """What was found in one sample: of one service and month."""

    size: int = 0
    checked: int = 0
    responders: set[int | None] = field(default_factory=set)
    marks: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def is_told(self) -> bool:
        """Never where it would be one person's result."""
        return len(self.responders) > 1


def read_quality(scope: Scope, period: Period) -> dict[str, Any]:
    """The checks of the samples of the whole months in the period: one query."""
    return facts_of_samples(samples_of(scope, period).values())


def samples_of(scope: Scope, period: Period) -> dict[tuple[int, date], Sampled]:
    """The samples of the whole months in the period, by service and month: one query."""
    months = [month.first for month in period.months if month.first >= period.first and month.last <= period.last]
    return _samples(scope, months) if months else {}


def read_quality_months(scope: Scope, months: Collection[Month]) -> dict[Month, Figure]:
    """The figure of each of these months in which a sample was drawn: one query for any number of them."""
    of_months: dict[date, list[Sampled]] = defaultdict(list)
    for (_service, month), sample in _samples(scope, [each.first for each in months]).items():
        of_months[month].append(sample)
    return {Month.of(month): quality(facts_of_samples(found)) for month, found in of_months.items()}


def facts_of_samples(samples: Iterable[Sampled]) -> dict[str, Any]:
    """The samples together. One that is one person's is left out, and so is an item of which a sample has fewer than five
    answers: what is hidden of one service or month can't be worked out from the others and their sum.
    """
    rows = list(samples)
    if not rows:
        return {}
    told = [each for each in rows if each.is_told]
    total: Counter[str] = Counter()
    hides = False
    items: dict[str, Counter[str]] = {code: Counter() for code in QualityItem.values}
    for each in told:
        for code, found in items.items():
            yes, no = each.marks[code, YES], each.marks[code, NO]
            total.update({YES: yes, NO: no})
            if yes + no >= LEAST:
                found.update({YES: yes, NO: no})
            hides |= 0 < yes + no < LEAST
    return {
        "quality_size": sum(each.size for each in rows),
        "quality_checked": sum(each.checked for each in rows),
        "quality_told": sum(each.checked for each in told),
        "quality_yes": total[YES],
        "quality_no": total[NO],
        "quality_hides": hides,
        "quality_items": {code: (found[YES], found[NO]) for code, found in items.items()},
    }


def quality(facts: Facts) -> Figure:
    """M35: all yes ÷ all yes and no; each item beside it. `n` are conversations gone through that are told of."""
    if "quality_size" not in facts:
        return unknown("M35", "%")
    parts = [(name, number(facts, name)) for name in ("quality_size", "quality_checked")]
    n, answers = number(facts, "quality_told"), number(facts, "quality_yes") + number(facts, "quality_no")
    if answers < LEAST:
        notes = ["quality_of_one"] if not n and number(facts, "quality_checked") else ["quality_few"] if answers else []
        return Figure("M35", None, "%", n, parts, notes=notes)
    of_items: Mapping[str, tuple[int, int]] = facts["quality_items"]
    beside = {f"quality_{code}": ratio(yes, yes + no) for code, (yes, no) in of_items.items()}
    notes = ["quality_few"] if facts["quality_hides"] else []
    return Figure("M35", ratio(number(facts, "quality_yes"), answers), "%", n, parts, beside, notes=notes)


def _samples(scope: Scope, months: Collection[date]) -> dict[tuple[int, date], Sampled]:
    rows = QualityCheck.objects.standing().filter(sample__service__in=scope.services, sample__month__in=months)
    found: dict[tuple[int, date], Sampled] = defaultdict(Sampled)
    read = rows.order_by().values_list("sample__service", "sample__month", "responder", "marks", "checked_at")
    for service, month, responder, marks, checked_at in read:
        sample = found[service, month]
        sample.size += 1
        if checked_at is not None:
            sample.checked += 1
            sample.responders.add(responder)
            sample.marks.update(marks.items())
    return found


DEFINITIONS = (
    metric(
        "M35",
        "%",
        Better.MORE,
        _(
            "A random sample of the month’s ended conversations is gone through with a check list. Yes divided by yes and no,"
            " all items together; each item stands beside it. Never by person; an item with fewer than five answers is not told."
        ),
        quality,
        Source.QUALITY,
    ),
)
