"""What the cells of each breakdown are called, in the language of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from chat.choices import Contactor, EntryChannel
from reports.metrics import Figures
from services.models import Municipality, Queue, ResponderGroup, Service, Topic

LANGUAGES = {
    "fi": gettext_lazy("Finnish"),
    "sv": gettext_lazy("Swedish"),
    "en": gettext_lazy("English"),
    "other": pgettext_lazy("language", "Other"),
}


def names_of(figures: Figures, name: Callable[[Any, str], object]) -> dict[str, dict[Any, str]]:
    """What the cells of each breakdown are called; `name` gives a row's field in the language of the page."""
    keys = {breakdown: [key for key in cells if key] for breakdown, cells in figures.cells.items()}
    moved = {pk for pair in figures.facts.get("matrix") or {} for pk in pair}
    queues = Queue.objects.filter(pk__in={*keys.get("queue", []), *moved})
    told = {*keys.get("service", []), *(figures.facts.get("right_services") or {})}
    services = {each.pk: str(name(each, "name")) for each in Service.objects.filter(pk__in=told)}
    groups = {each.key: str(name(each, "name")) for each in ResponderGroup.objects.filter(county=figures.scope.county_id)}
    return {
        "service": services,
        "queue": queue_names(queues, name),
        "group": {text: ", ".join(groups.get(key, key) for key in text.split()) for text in keys.get("group", [])},
        "topic": topic_names(Topic.objects.filter(pk__in=keys.get("topic", [])).select_related("service"), name),
        "municipality": {
            each.pk: str(name(each, "name")) for each in Municipality.objects.filter(pk__in=keys.get("municipality", []))
        },
        "language": {key: str(words) for key, words in LANGUAGES.items()},
        "entry_channel": {key: str(words) for key, words in EntryChannel.choices},
        "entry_page": {page: page for page in keys.get("entry_page", [])},
        "contactor": {key: str(words) for key, words in Contactor.choices},
        "identified": {True: _("Identified"), False: _("Anonymous")},
    }


def queue_names(queues: QuerySet[Queue], name: Callable[[Any, str], object], *, of_one: bool | None = None) -> dict[int, str]:
    """Of one service: their own names. Of several: the name of the service, and the queue’s too if the service has others."""
    rows = list(queues.select_related("service").annotate(beside=Count("service__queues")))
    if len({row.service_id for row in rows}) <= 1 if of_one is None else of_one:
        return {row.pk: str(name(row, "name")) for row in rows}
    return {
        row.pk: str(name(row.service, "name")) if row.beside == 1 else f"{name(row.service, 'name')}: {name(row, 'name')}"
        for row in rows
    }


def topic_names(topics: Iterable[Topic], name: Callable[[Any, str], object]) -> dict[Any, str]:
    """Two services may have a topic of the same name: those are told with their service."""
    names = {each: str(name(each, "name")) for each in topics}
    often = Counter(names.values())
    return {
        each.pk: f"{name(each.service, 'name')}: {words}" if words and often[words] > 1 else words for each, words in names.items()
    }
