"""Reads what a path of the county may name, as the value that the checks take: six queries for any number of paths."""

from __future__ import annotations

from guidance.checks import Surroundings
from guidance.models import Path
from services.choices import Audience
from services.models import ContactPoint, County, Link, Queue, Service, Topic
from services.models.county import HELPLINE_KEY
from services.publication import mandatory_languages
from services.texts import texts_of


def surroundings_of(county: County) -> Surroundings:
    """Public contact points, the link library, queues in use with their topics, services and paths."""
    links = list(Link.objects.filter(county=county, audience=Audience.PUBLIC))
    contacts = {row.key: bool(row.value.strip()) for row in ContactPoint.objects.filter(county=county, audience=Audience.PUBLIC)}
    topics: dict[int, set[str]] = {}
    for service, key in Topic.objects.filter(service__county=county, retired=False).values_list("service_id", "key"):
        topics.setdefault(service, set()).add(key)
    queues = Queue.objects.filter(service__county=county, is_active=True).values_list("key", "service_id")
    paths = Path.objects.filter(county=county).in_use()
    return Surroundings(
        languages=mandatory_languages(county.official_languages),
        contact_points={HELPLINE_KEY: True, **contacts},
        links={row.key: all(county.allows(url) for url in texts_of(row, "url").values()) for row in links},
        broken_links=frozenset(row.key for row in links if row.fails),
        topics={key: frozenset(topics.get(service, ())) for key, service in queues},
        services=frozenset(Service.objects.public().filter(county=county).values_list("key", flat=True)),
        paths=frozenset(paths.values_list("slug", flat=True)),
        published=frozenset(paths.published().values_list("slug", flat=True)),
    )
