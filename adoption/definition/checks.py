"""What may be written into a definition: unfinished is fine, wrong is named. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from adoption.definition.paths import SLOT
from adoption.definition.shape import Definition, QueueRow, TargetRow, decimal_text, text_columns
from services.choices import AimClass, Direction, Identification
from services.intervals import parse, refuse_overlaps
from services.models import Queue, ResponderGroup, Service
from services.models.service import METRIC
from services.texts import FALLBACKS

LONGEST = 4000
MOST_QUEUES = 30
MOST_TARGETS = 60
MOST_SECONDS = 24 * 60 * 60
MOST_VALUE = Decimal(10) ** 9


def longest(column: str) -> int:
    """How many characters the service's column takes."""
    return _most(Service, column)


def _most(model: type[models.Model], column: str) -> int:
    return getattr(model._meta.get_field(column), "max_length", None) or LONGEST


def refuse_wrong(definition: Definition) -> None:
    """Everything that the service could not take as it is written, by name."""
    errors: dict[str, ValidationError] = {}
    for name, value in definition.texts.items():
        if name not in text_columns():
            errors[name] = ValidationError(_("The form has no such field."), code="unknown_field")
        elif len(value) > longest(name):
            errors[name] = _too_long(longest(name))
    for name, value in definition.plans.items():
        if len(value) > LONGEST:
            errors[name] = _too_long(LONGEST)
    if definition.settings.get("identification", Identification.MIDWAY) not in Identification.values:
        errors["identification"] = ValidationError(_("Choose one of those offered."), code="choice")
    target = definition.settings.get("response_target_seconds", "0")
    if not target.isdecimal() or int(target) > MOST_SECONDS:
        errors["response_target_seconds"] = _wrong_minutes()
    _refuse_rows([row.slot for row in definition.queues], MOST_QUEUES)
    _refuse_rows([row.slot for row in definition.targets], MOST_TARGETS)
    for queue in definition.queues:
        errors |= {f"queue.{queue.slot}.{name}": error for name, error in queue_errors(queue)}
    for each in definition.targets:
        errors |= {f"target.{each.slot}.{name}": error for name, error in target_errors(each)}
    if errors:
        raise ValidationError(dict(errors))


def queue_errors(row: QueueRow) -> Iterable[tuple[str, ValidationError]]:
    """What is wrong with a queue's row, by field."""
    for code in FALLBACKS:
        if len(row.names.get(code, "")) > (most := _most(Queue, f"name_{code}")):
            yield f"name_{code}", _too_long(most)
    if not set(row.languages) <= set(FALLBACKS):
        yield "languages", ValidationError(_("Choose one of those offered."), code="choice")
    for name in ("new_group", "new_profession"):
        if len(getattr(row, name)) > (most := _most(ResponderGroup, "name_fi")):
            yield name, _too_long(most)
    if row.new_group and not row.new_profession:
        yield "new_profession", ValidationError(_("Write the profession of the new group, for example “nurse”."), code="required")
    try:
        refuse_overlaps(parse(row.hours))
    except ValidationError as error:
        yield "hours", error
    yield from _rush_errors(row)


def _rush_errors(row: QueueRow) -> Iterable[tuple[str, ValidationError]]:
    for name in ("overflow_after", "supervisor_after", "alternatives_after"):
        value = getattr(row, name)
        if value is not None and not 0 < value <= MOST_SECONDS:
            yield name, _wrong_minutes()
    if row.overflow_to and row.overflow_to == row.slot:
        yield "overflow_to", ValidationError(_("A queue cannot overflow to itself."), code="itself")
    if bool(row.overflow_to) != (row.overflow_after is not None):
        name = "overflow_after" if row.overflow_to else "overflow_to"
        yield name, ValidationError(_("Give both the overflow queue and the time."), code="overflow")
    if row.no_transfers and row.transfers:
        yield "no_transfers", ValidationError(_("Choose either the queues or “no transfers from here”."), code="both")


def target_errors(row: TargetRow) -> Iterable[tuple[str, ValidationError]]:
    """What is wrong with the row of a metric, by field."""
    if not METRIC.fullmatch(row.metric):
        yield "metric", ValidationError(_("Write M01–M35 or M08b."), code="metric")
    if row.aim not in AimClass.values:
        yield "aim", ValidationError(_("Choose one of those offered."), code="choice")
    if row.direction not in Direction.values:
        yield "direction", ValidationError(_("Choose one of those offered."), code="choice")
    if row.value and (not decimal_text(row.value) or not 0 <= Decimal(decimal_text(row.value)) < MOST_VALUE):
        yield "value", ValidationError(_("Write a number, for example 300 or 4,2."), code="number")
    if row.value and not row.unit:
        yield "unit", ValidationError(_("Write the unit, for example s, % or points."), code="required")
    if len(row.unit) > 12:
        yield "unit", _too_long(12)


def lacking(definition: Definition) -> list[str]:
    """What must be written before a draft can be made of the definition; the rest is completed in time."""
    found = []
    if not definition.texts.get("name_fi", "").strip():
        found.append(_("the public name in Finnish"))
    for number, row in enumerate(definition.queues, start=1):
        name = row.name or _("queue %(n)s") % {"n": number}
        if not row.names.get("fi", "").strip():
            found.append(_("the Finnish name of “%(queue)s”") % {"queue": name})
        if not row.languages:
            found.append(_("the languages of “%(queue)s”") % {"queue": name})
    return found


def _refuse_rows(slots: list[str], most: int) -> None:
    if len(slots) > most:
        raise ValidationError(_("There are too many rows: at most %(most)s."), code="too_many", params={"most": most})
    if len(set(slots)) != len(slots) or not all(SLOT.fullmatch(slot) for slot in slots):
        raise ValidationError(_("The rows of the page are mixed up. Open the page again."), code="slots")


def _too_long(most: int) -> ValidationError:
    return ValidationError(_("The text is too long: at most %(most)s characters."), code="too_long", params={"most": most})


def _wrong_minutes() -> ValidationError:
    return ValidationError(_("Write a time of at most 24 hours, in minutes."), code="minutes")
