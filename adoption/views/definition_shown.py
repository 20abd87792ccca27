"""How a definition and its differences are told on a page: by the points of the form, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import get_language

from adoption.definition import DEFINITION, POINTS, Difference, Path
from adoption.definition.words import POINT_NAMES, Names, kind_words, path_words, value_words
from adoption.forms.definition import DefinitionForm
from adoption.forms_of_model import form_spec
from adoption.models import Rollout
from adoption.operations.definition import Standing
from services.models import Queue, ResponderGroup
from services.texts import pick

NINE = POINTS[:9]
PARTS_OF_QUEUE = ("languages", "hours", "groups", "transfers", "no_transfers", "overflow_to", "overflow_after")
RUSH = ("supervisor_after", "alternatives_after")


@dataclass(frozen=True, slots=True)
class Section:
    """A point of the definition with its fields, line by line."""

    number: int
    key: str
    name: str
    help: str
    lines: Sequence[Sequence[forms.BoundField]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One difference in words. A row that only one side has tells its parts beneath."""

    difference: Difference
    name: str
    said: str
    live: str
    parts: Sequence[tuple[str, str]] = ()

    @property
    def label(self) -> str:
        """What stands before the words of one side: a row is named by those words already."""
        return kind_words(self.difference.path) or self.name


@dataclass(frozen=True, slots=True)
class Step:
    """A point, and what is told of it."""

    key: str
    name: str
    rows: Sequence[Shown]


def sections_of(rollout: Rollout, form: DefinitionForm) -> list[Section]:
    """The nine points in the words of the rollout’s own version of the model."""
    spec = form_spec(rollout.model_version.forms, DEFINITION)
    language = (get_language() or "fi")[:2]
    found = []
    for number, key in enumerate(NINE, start=1):
        field = spec.get(key) if spec else None
        name = field.label if field else str(POINT_NAMES[key])
        found.append(Section(number, key, name, pick(field.help, language).value if field else "", form.lines_of(key)))
    return found


def names_of(rollout: Rollout, standing: Standing) -> Names:
    """What the rows of both sides are called."""
    queues = {slot: str(row) for slot, row in standing.live.queues.items()}
    queues |= {row.slot: row.name for row in standing.definition.queues if row.name}
    said = [ref for row in standing.definition.queues for ref in (*row.transfers, row.overflow_to)]
    live = [ref for value in standing.live.side.values() if isinstance(value, tuple) for ref in value]
    live += [str(value) for path, value in standing.live.side.items() if path.name == "overflow_to" and value]
    keys = {ref for ref in (*said, *live) if "/" in ref}
    if keys:
        others = Queue.objects.filter(service__county=rollout.county, key__in={ref.partition("/")[2] for ref in keys})
        queues |= {f"{row.service.key}/{row.key}": f"{row.service}: {row}" for row in others.select_related("service")}
    targets = {
        path.slot: str(value) for side in (standing.live.side, standing.said) for path, value in side.items() if _is_target(path)
    }
    groups = {group.key: str(group) for group in ResponderGroup.objects.filter(county=rollout.county)}
    return Names(queues, groups, targets)


def _is_target(path: Path) -> bool:
    return path.kind == "target" and path.is_row


def steps_of(standing: Standing, names: Names, differences: Iterable[Difference]) -> list[Step]:
    """Differences by their points, in order."""
    rows = list(differences)
    return [
        Step(point, str(POINT_NAMES[point]), [_shown(standing, names, each) for each in rows if each.point == point])
        for point in POINTS
        if any(each.point == point for each in rows)
    ]


def _shown(standing: Standing, names: Names, difference: Difference) -> Shown:
    path = difference.path
    told = (path_words(path, names), value_words(path, difference.said, names), value_words(path, difference.live, names))
    if path.kind != "queue" or not path.is_row:
        return Shown(difference, *told)
    side = standing.said if path in standing.said else standing.live.side
    parts = []
    for name in (*PARTS_OF_QUEUE, *RUSH):
        at = Path("queue", path.slot, name)
        if (words := value_words(at, side.get(at), names)) != "–":
            parts.append((path_words(at, Names(queues=names.queues)).partition(": ")[2], words))
    return Shown(difference, *told, parts)


def both_sides(standing: Standing) -> list[Difference]:
    """Everything that the definition tells, for who only reads it."""
    found = [path for path in standing.said if path.is_row or path.kind in ("service", "report")]
    return [Difference(path, standing.said[path], None) for path in found]


def plans_of(standing: Standing) -> list[tuple[str, str]]:
    """What the service has no place for, by its point: for who only reads it."""
    return [(str(POINT_NAMES[name]), text) for name, text in standing.definition.plans.items()]
