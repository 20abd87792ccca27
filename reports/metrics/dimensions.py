"""What contacts are broken down by (metrics 1.6)."""

from __future__ import annotations

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


def _groups(scope: Scope) -> Combinable:
    """The groups that answer the first queue, as the text of their keys: a queue with two groups is one cell of both."""
    groups: dict[int, list[str]] = {}
    pairs = Queue.objects.filter(service__in=scope.services, groups__isnull=False).order_by("groups__key")
    for queue, group in pairs.values_list("pk", "groups__key"):
        groups.setdefault(queue, []).append(group)
    by_text: dict[str, list[int]] = {}
    for queue, keys in groups.items():
        by_text.setdefault(" ".join(keys), []).append(queue)
    cases = [When(first_queue__in=queues, then=Value(text)) for text, queues in by_text.items()]
    return Case(*cases, default=Value(""), output_field=CharField())
