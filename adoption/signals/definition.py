"""The service's definition and its queues, read from the live service (S000-40)."""

from __future__ import annotations

from collections.abc import Mapping

from adoption.signals.answers import Signal, digest, filled, met, missed
from adoption.signals.facts import Facts, QueueFact, ServiceFact

DEFINITION = "service_definition"
QUEUES = "queue_structure"


def service_defined(facts: Facts) -> Signal:
    """The service has all nine points of its definition, in every language in which it is offered."""
    if facts.service is None:
        return missed({"met": 0, "of": 9}, "9/9")
    service, saved = facts.service, facts.form(DEFINITION)
    rows = [service.row, *service.targets, *(queue.row for queue in service.queues), *([saved.row] if saved else [])]
    texts = [sorted(service.texts[name].items()) for name in sorted(service.texts) if name != "off_hours_text"]
    mark = digest(texts, service.languages, [row.mark for row in service.targets], saved and saved.row.mark)
    return met(definition_points(facts), rows, mark=mark)


def queue_structure_defined(facts: Facts) -> Signal:
    """The service has a queue; each has its name, languages, hours, group, transfer targets (or none, said so) and overflow rule.

    And what a resident sees when it is closed is told in each of the service's languages.
    """
    points = queue_points(facts)
    if facts.service is None:
        return missed({"met": 0, "of": len(points)}, f"{len(points)}/{len(points)}")
    off_hours = sorted(facts.service.texts["off_hours_text"].items())
    mark = digest([queue.row.mark for queue in facts.service.queues], off_hours)
    return met(points, [facts.service.row, *(queue.row for queue in facts.service.queues)], mark=mark)


def definition_points(facts: Facts) -> Mapping[str, bool]:
    """The nine points by the keys of their form. What no row of the service tells is read from the saved form."""
    service, saved = facts.service, facts.form(DEFINITION)
    written = saved.values if saved else {}
    if service is None:
        return dict.fromkeys(
            ("name", "users", "producers", "use", "promise", "measures", "goals", "resources", "communication"), False
        )
    return {
        "name": _told(service, "name"),
        "users": _told(service, "audience"),
        "producers": _told(service, "who_answers") and service.groups > 0,
        "use": all(_told(service, name) for name in ("summary", "handles", "identification_text"))
        and any(queue.has_hours for queue in service.queues),
        "promise": _told(service, "promise") and service.response_target > 0,
        "measures": filled(written.get("measures")),
        "goals": bool(service.targets),
        "resources": service.responders > 0 or filled(written.get("resources")),
        "communication": filled(written.get("communication")),
    }


def queue_points(facts: Facts) -> Mapping[str, bool]:
    """The points of the queue form by its keys; without a queue none of them is told."""
    service = facts.service
    queues = service.queues if service else ()
    return {
        "queues": bool(queues) and all(_is_whole(queue, service.languages) for queue in queues if service),
        "transfers_to": bool(queues) and all(queue.has_transfers for queue in queues),
        "overflow": bool(queues) and all(queue.has_overflow for queue in queues),
        "off_hours": service is not None and _told(service, "off_hours_text"),
    }


def live_points(facts: Facts, form: str) -> Mapping[str, bool]:
    """The fields of a form that are read from the live service; the other forms have none."""
    if form == DEFINITION:
        return definition_points(facts)
    return queue_points(facts) if form == QUEUES else {}


def _told(service: ServiceFact, name: str) -> bool:
    texts = service.texts.get(name, {})
    return all((texts.get(language) or "").strip() for language in service.languages)


def _is_whole(queue: QueueFact, languages: tuple[str, ...]) -> bool:
    named = all((queue.name.get(language) or "").strip() for language in languages)
    return named and bool(queue.languages) and queue.has_hours and queue.groups > 0
