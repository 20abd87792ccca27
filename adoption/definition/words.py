"""What a path and a value are called on a page, in the language in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adoption.definition.paths import Path, Value, is_empty
from adoption.definition.said import NEW
from adoption.definition.weekly import in_words
from services.choices import AimClass, Direction, Identification
from services.metric_names import metric_words
from services.publication import LANGUAGE_NAMES, PAGE_TEXTS

POINT_NAMES: Mapping[str, Promise] = {
    "name": gettext_lazy("Name of the service"),
    "users": gettext_lazy("Users"),
    "producers": gettext_lazy("Producers"),
    "use": gettext_lazy("Use of the service"),
    "promise": gettext_lazy("Service promise"),
    "measures": gettext_lazy("Measures"),
    "goals": gettext_lazy("Goals and results"),
    "resources": gettext_lazy("Resources"),
    "communication": gettext_lazy("Communication"),
    "queues": gettext_lazy("Queues"),
    "transfers_to": gettext_lazy("Transfers"),
    "overflow": gettext_lazy("What is done in a rush"),
    "off_hours": gettext_lazy("What the resident sees when closed"),
}
_FIELDS: Mapping[str, Promise | str] = {
    **{name: label for _point, name, label in PAGE_TEXTS},
    "identification": gettext_lazy("identification"),
    "response_target_seconds": gettext_lazy("response time target"),
    "languages": gettext_lazy("languages"),
    "groups": gettext_lazy("responder groups"),
    "hours": gettext_lazy("hours"),
    "no_transfers": gettext_lazy("no transfers from here"),
    "transfers": gettext_lazy("may be transferred to"),
    "overflow_to": gettext_lazy("overflow queue"),
    "overflow_after": gettext_lazy("overflows after"),
    "supervisor_after": gettext_lazy("the supervisor is told after"),
    "alternatives_after": gettext_lazy("other ways are offered after"),
    "metric": gettext_lazy("metric"),
    "aim": gettext_lazy("aim"),
    "direction": gettext_lazy("direction"),
    "value": gettext_lazy("value"),
    "unit": gettext_lazy("unit"),
    "metrics": gettext_lazy("metrics followed"),
    "targets": gettext_lazy("targets"),
    "recipients": gettext_lazy("who gets the report"),
}
_ROWS: Mapping[str, Promise] = {"queue": gettext_lazy("Queue"), "target": gettext_lazy("Target")}
_SECONDS = frozenset({"response_target_seconds", "overflow_after", "supervisor_after", "alternatives_after"})
_YES: Promise = gettext_lazy("Yes")


@dataclass(frozen=True, slots=True)
class Names:
    """What rows are called: queues by slot, groups by key."""

    queues: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, str] = field(default_factory=dict)


def kind_words(path: Path) -> str:
    """What a whole row is; empty for a single value."""
    return str(_ROWS[path.kind]) if path.is_row else ""


def path_words(path: Path, names: Names) -> str:
    """What is told there: a field of the service, or a field of a queue with the queue's name."""
    if path.kind in _ROWS:
        rows = names.queues if path.kind == "queue" else names.targets
        row = f"{_ROWS[path.kind]} “{metric_words(rows.get(path.slot, path.slot))}”"
        return f"{row}: {_field_words(path.name)}" if path.name else row
    told = _field_words(path.name)
    if path.kind != "report":
        return capfirst(told)
    report = _("Report")
    return f"{report}: {told}"


def _field_words(name: str) -> str:
    stem, _mark, code = name.rpartition("_")
    if code in LANGUAGE_NAMES and stem:
        label = _FIELDS[stem] if stem != "name" else gettext_lazy("public name")
        return f"{label} ({LANGUAGE_NAMES[code]})"
    return str(_FIELDS[name])


def value_words(path: Path, value: Value, names: Names) -> str:
    """The value as it is read; a dash when nothing is told."""
    if is_empty(value):
        return "–"
    if path.name in _SECONDS:
        return minutes_words(int(str(value)))
    if path.name == "value":
        return _number(str(value))
    if path.name == "metric" or (path.kind == "target" and path.is_row):
        return metric_words(str(value))
    if isinstance(value, tuple):
        return _list_words(path.name, value, names)
    match path.name:
        case "hours":
            return in_words(str(value))
        case "no_transfers":
            return str(_YES)
        case "overflow_to":
            return names.queues.get(str(value), str(value))
        case "identification":
            return str(dict(Identification.choices).get(str(value), value))
        case "aim":
            return str(dict(AimClass.choices).get(str(value), value))
        case "direction":
            return str(dict(Direction.choices).get(str(value), value))
    return str(value)


def _list_words(name: str, value: tuple[str, ...], names: Names) -> str:
    match name:
        case "languages":
            return ", ".join(str(LANGUAGE_NAMES.get(code, code)) for code in value)
        case "groups":
            return ", ".join(
                _("%(group)s (new group)") % {"group": key.removeprefix(NEW)} if key.startswith(NEW) else names.groups.get(key, key)
                for key in value
            )
        case "transfers":
            return ", ".join(names.queues.get(ref, ref) for ref in value)
        case "metrics" | "targets":
            return "\n".join(metric_words(each) for each in value)
    return "\n".join(value)


def minutes_words(seconds: int) -> str:
    """A time in minutes, as short as it is true."""
    minutes = seconds / 60
    shown = number_format(minutes, decimal_pos=0 if minutes == int(minutes) else 1)
    return _("%(n)s min") % {"n": shown}


def _number(text: str) -> str:
    whole, dot, part = text.partition(".")
    return number_format(text, decimal_pos=len(part)) if dot else whole
