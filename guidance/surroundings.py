"""Reads what a path of the county may name, as the value that the checks take, and what is wrong in what residents walk now."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext_lazy as _

from guidance.checks import Finding, Surroundings, findings
from guidance.document import DocumentError, from_json
from guidance.models import Path, PathVersion
from services.choices import Audience
from services.models import ContactPoint, County, Link, Service, Topic
from services.models.county import HELPLINE_KEY
from services.publication import mandatory_languages
from services.queue_names import county_queues, names_among
from services.texts import texts_of

FELT = frozenset({"link_broken", "path_not_published", "topic_unknown"})
"""Findings that do not keep a path from being published, but which residents feel when they come later."""


def surroundings_of(county: County) -> Surroundings:
    """Public contact points, the link library, queues in use with their topics, services and paths: six queries."""
    links = list(Link.objects.filter(county=county, audience=Audience.PUBLIC))
    contacts = {row.key: bool(row.value.strip()) for row in ContactPoint.objects.filter(county=county, audience=Audience.PUBLIC)}
    topics: dict[int, set[str]] = {}
    for service, key in Topic.objects.filter(service__county=county, retired=False).values_list("service_id", "key"):
        topics.setdefault(service, set()).add(key)
    every = county_queues(county)
    names, queues = names_among(every), [row for row in every if row.is_active]
    keys = Counter(row.key for row in queues)
    paths = Path.objects.filter(county=county).in_use()
    return Surroundings(
        languages=mandatory_languages(county.official_languages),
        contact_points={HELPLINE_KEY: True, **contacts},
        links={row.key: all(county.allows(url) for url in texts_of(row, "url").values()) for row in links},
        broken_links=frozenset(row.key for row in links if row.fails),
        topics={name: frozenset(topics.get(row.service_id, ())) for row in queues for name in names[row.pk]},
        shared={row.key: str(row.service) for row in queues if keys[row.key] > 1 and row.key in names[row.pk]},
        services=frozenset(Service.objects.public().filter(county=county).values_list("key", flat=True)),
        paths=frozenset(paths.values_list("slug", flat=True)),
        published=frozenset(paths.published().values_list("slug", flat=True)),
    )


def wrong_now(version: PathVersion, around: Surroundings) -> tuple[int, list[Finding]]:
    """How many scenarios a published version has, and what is wrong in it for those who walk it now."""
    try:
        document = from_json(version.text)
    except DocumentError:
        return 0, [Finding("unreadable", "", _("The path cannot be read."), _("Restore an earlier version of it."))]
    return len(document.walks), [each for each in findings(document, around) if each.blocks or each.code in FELT]


__all__ = ["surroundings_of", "wrong_now"]
