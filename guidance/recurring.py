"""What residents ask again and again with the help forms, by topic: paths that are worth writing (S003-15).

The groups are made of the topics that responders gave, never of anybody's words. A group of fewer than five is not told of, and
which questions are in a group sees only who may read them anyhow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from accounts.actors import Actor
from chat.models import Conversation
from chat.models.conversations import ConversationQuerySet
from guidance.models import PathVersion
from guidance.teaching import FEWEST, LOOKED_AT
from services.models import County, Topic

SHOWN = 20
QUESTIONS = 10


@dataclass(frozen=True, slots=True)
class Recurring:
    """A topic of a service, how many questions were about it, and the paths that have been made of it."""

    topic: Topic
    n: int
    last_at: datetime
    paths: Sequence[PathVersion] = ()


def recurring_of(county: County, *, now: datetime) -> list[Recurring]:
    """The topics about which at least five questions came in ninety days, the most asked first; three queries."""
    rows = _asked(county, now).order_by().values("topic").annotate(n=Count("pk"), last_at=Max("queued_at"))
    found = {row["topic"]: row for row in rows.filter(n__gte=FEWEST).order_by("-n", "topic")[:SHOWN]}
    topics = Topic.objects.select_related("service").in_bulk(found)
    by_name = _paths_by_topic(county) if found else {}
    return [
        Recurring(topic, row["n"], row["last_at"], _paths_of(topic, by_name))
        for key, row in found.items()
        if (topic := topics.get(key)) is not None
    ]


def questions_of(actor: Actor, county: County, topic: Topic, *, now: datetime) -> QuerySet[Conversation]:
    """The newest questions about the topic that this person may read; none for an author who answers nobody. No words are read."""
    rows: QuerySet[Conversation] = _asked(county, now).readable_by(actor).filter(topic=topic, erased_at__isnull=True)
    return rows.only("public_id", "queued_at").order_by("-queued_at", "-pk")[:QUESTIONS]


def published_of(county: County, topics: Iterable[Topic]) -> dict[int, list[PathVersion]]:
    """The published paths that are about each topic, by its primary key: one query."""
    by_name = _by_topic(PathVersion.objects.current().filter(path__county=county, path__withdrawn_at__isnull=True))
    return {topic.pk: _paths_of(topic, by_name) for topic in topics}


def _asked(county: County, now: datetime) -> ConversationQuerySet:
    rows = Conversation.objects.requests().of_residents().filter(county=county, is_test=False, topic__isnull=False)
    return rows.filter(queued_at__gte=now - LOOKED_AT, queued_at__lt=now)


def _paths_by_topic(county: County) -> dict[str, list[PathVersion]]:
    """The newest version of each path in use, by the topics that its author gave it."""
    return _by_topic(PathVersion.objects.filter(path__county=county, path__withdrawn_at__isnull=True))


def _by_topic(versions: QuerySet[PathVersion]) -> dict[str, list[PathVersion]]:
    newest = {row.path_id: row for row in versions.select_related("path").defer("text").order_by("number")}
    found: dict[str, list[PathVersion]] = {}
    for row in sorted(newest.values(), key=lambda each: each.path.slug):
        for name in {str(name).casefold() for name in row.topics}:
            found.setdefault(name, []).append(row)
    return found


def _paths_of(topic: Topic, by_name: dict[str, list[PathVersion]]) -> list[PathVersion]:
    names = {name.casefold() for name in (topic.key, *(getattr(topic, f"name_{code}") for code in ("fi", "sv", "en"))) if name}
    rows = {row.pk: row for name in sorted(names) for row in by_name.get(name, ())}
    return list(rows.values())


__all__ = ["Recurring", "published_of", "questions_of", "recurring_of"]
