"""What contacts are broken down by (metrics 1.6)."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import BooleanField, Case, CharField, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Substr

from reports.metrics import columns
from reports.metrics.scope import Scope
from services.models import Queue


def dimensions(scope: Scope) -> dict[str, Combinable]:
    """What contacts are broken down by (metrics 1.6): each by what it was when it was queued, but the topic."""
    return scope.once("dimensions", lambda: _dimensions(scope))


def _dimensions(scope: Scope) -> dict[str, Combinable]:
    return {
        "service": F("first_queue__service"),
        "queue": F("first_queue"),
        "group": _groups(scope),
        "language": Case(
            When(language__in=["fi", "sv", "en"], then=F("language")), default=Value("other"), output_field=CharField()
        ),
        "entry_channel": F("entry_channel"),
        "identified": Case(When(columns.IDENTIFIED, then=Value(True)), default=Value(False), output_field=BooleanField()),
        "entry_page": _pages(),
        "contactor": F("contactor"),
        "topic": F("topic"),
        "municipality": Coalesce("municipality__successor", "municipality"),  # the history of one that has ended (M25)
    }


def truth(condition: Combinable | Q) -> Case:
    """The condition as a column."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _pages() -> Combinable:
    """The page without its language: a page in each language would tell of small numbers by language (metrics 1.4)."""
    in_language = Q(entry_page__startswith="/fi/") | Q(entry_page__startswith="/sv/") | Q(entry_page__startswith="/en/")
    return Case(When(in_language, then=Substr("entry_page", 4)), default=F("entry_page"), output_field=CharField())


class OfQueue(NamedTuple):
    """What a first queue tells by itself: its service, and the text of the keys of the groups that answer it."""

    service: int
    group: str


def queues_of(scope: Scope) -> dict[int, OfQueue]:
    """Of each queue of the scope’s services. A queue with two groups is one cell of both."""
    return scope.once("queues", lambda: _queues(scope))


def _queues(scope: Scope) -> dict[int, OfQueue]:
    groups: dict[int, tuple[int, list[str]]] = {}
    rows = Queue.objects.filter(service__in=scope.services).order_by("groups__key").values_list("pk", "service", "groups__key")
    for queue, service, group in rows:
        groups.setdefault(queue, (service, []))[1].extend([group] if group else [])
    return {queue: OfQueue(service, " ".join(keys)) for queue, (service, keys) in groups.items()}


def _groups(scope: Scope) -> Combinable:
    """The groups that answer the first queue."""
    by_text: dict[str, list[int]] = {}
    for queue, (_service, text) in queues_of(scope).items():
        if text:
            by_text.setdefault(text, []).append(queue)
    cases = [When(first_queue__in=queues, then=Value(text)) for text, queues in by_text.items()]
    return Case(*cases, default=Value(""), output_field=CharField())
