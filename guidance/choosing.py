"""What an author chooses from when she writes: where an outcome leads, topics, areas and numbers of the county. Seven queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from msgspec.structs import replace

from guidance.document import Action
from guidance.models import Path, PathVersion
from services.choices import Audience, ContactKind
from services.models import ContactPoint, County, Link, Queue, Service, Topic
from services.queue_names import county_queues, names_among
from services.texts import text

TARGETS = ("queue", "form", "link", "contact_point", "path", "service")
Grouped = Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices as a form shows them: groups of value and label."""

    targets: Grouped
    topics: Grouped
    areas: Sequence[tuple[str, str]]
    phones: Sequence[tuple[str, str]]


def value_of(action: Action) -> str:
    """An action as the value of a choice: its kind and where it leads."""
    named = next(((name, key) for name in TARGETS if (key := getattr(action, name))), ("", ""))
    if action.kind == "service_link" and action.service:  # a service's own page stands before a link
        named = ("service", action.service)
    return ":".join((action.kind, *named))


def action_of(value: str, known: Action | None = None) -> Action:
    """The action of a choice; when it is what stood there before, whatever else was said of it stays."""
    if known is not None and value == value_of(known):
        return known
    kind, name, key = value.split(":")
    return replace(Action(kind=kind), **{name: key} if name else {})  # type: ignore[arg-type]


def choices_of(county: County, *, own: Path | None = None) -> Choices:
    """All that the county's paths may name."""
    language = (get_language() or "fi")[:2]
    every = county_queues(county)
    names, queues = names_among(every), sorted((row for row in every if row.is_active), key=lambda row: row.service.order)
    lines = Counter(row.service_id for row in queues)
    areas = [(names[row.pk][0], _named(row, language, alone=lines[row.service_id] == 1)) for row in queues]
    links = [
        (row.key, str(text(row, "name", language)))
        for row in Link.objects.filter(county=county, audience=Audience.PUBLIC).order_by("key")
    ]
    contacts = [
        row
        for row in ContactPoint.objects.filter(county=county, audience=Audience.PUBLIC).order_by("key")
        if row.kind == ContactKind.PHONE
    ]
    missing = _("the number is missing")
    phones = [(row.key, f"{text(row, 'name', language)} ({row.value or missing})") for row in contacts]
    services = [
        (row.key, str(text(row, "name", language))) for row in Service.objects.public().filter(county=county).order_by("order")
    ]
    versions = PathVersion.objects.filter(path__county=county, path__withdrawn_at=None).exclude(path=own)
    titles = {row.path.slug: str(row.name(language)) for row in versions.select_related("path").defer("text").order_by("number")}
    topics: dict[int, tuple[str, list[tuple[str, str]]]] = {
        row.service_id: (str(text(row.service, "name", language)), []) for row in queues
    }
    for topic in Topic.objects.filter(service__in=topics, retired=False).order_by("order", "key"):
        topics[topic.service_id][1].append((topic.key, str(text(topic, "name", language))))
    alone = [
        ("self_care::", _("Self-care: the advice is enough")),
        ("call_112::", _("Call 112")),
        ("call_116117::", _("Call the Medical Helpline 116117")),
    ]
    return Choices(
        targets=[
            group
            for group in (
                (_("Advice and emergencies"), alone),
                (_("Chat with a professional"), _as("chat_handover:queue", areas)),
                (_("Phone call"), _as("phone:contact_point", phones)),
                (_("Request for a call back"), _as("call_request:queue", areas)),
                (_("Help form"), _as("help_form:form", links)),
                (_("Link"), _as("service_link:link", links)),
                (_("Page of a service"), _as("service_link:service", services)),
                (_("Another path"), _as("path_link:path", sorted(titles.items(), key=lambda pair: pair[1].casefold()))),
            )
            if group[1]
        ],
        topics=[group for group in topics.values() if group[1]],
        areas=areas,
        phones=phones,
    )


def _named(queue: Queue, language: str, *, alone: bool) -> str:
    """A line by its service; where the service has several, by its own name too, so that they are told apart."""
    service = str(text(queue.service, "name", language))
    return service if alone else f"{service}: {text(queue, 'name', language)}"


def _as(before: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(f"{before}:{key}", label) for key, label in pairs]
