"""What a service's public page must tell before the service may open (domain 5.2), as a list of what lacks.

Points 10 (emergency), 12 (do not write your identity code) and 16 (cookies and JavaScript) stand on every page by its
template and can't lack; the house's tests look after them. The rest come from rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from services.choices import Medium
from services.models import Service
from services.plain import LONGEST_SENTENCE, long_sentences
from services.texts import texts_of

# The point of the list, the field, and what it is called in a message. Recording place is for staff and asked for elsewhere.
PAGE_TEXTS: Sequence[tuple[int, str, Promise | str]] = (
    (1, "name", _("public name")),
    (1, "summary", _("in one sentence")),
    (2, "audience", _("for whom")),
    (2, "who_answers", _("who answers")),
    (3, "handles", _("for which matters")),
    (5, "off_hours_text", _("text when closed")),
    (6, "identification_text", _("what can be done without identification")),
    (7, "behalf_text", _("acting for a child or another adult")),
    (8, "promise", _("service promise")),
    (9, "price_text", _("price")),
    (13, "storage_text", _("what is stored and for how long")),
)
LANGUAGE_NAMES: Mapping[str, Promise | str] = {"fi": _("Finnish"), "sv": _("Swedish"), "en": _("English")}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that the page lacks: the point of the list, what to do, and whether the service may open without it."""

    point: int
    code: str
    message: Promise | str
    language: str = ""
    blocks: bool = True

    def __str__(self) -> str:
        return f"{self.point}. {self.message}"


@dataclass(frozen=True, slots=True)
class Named:
    """A row that stands on the page under a name of its own."""

    point: int
    kind: Promise | str
    key: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PageFacts:
    """All that the page is judged by."""

    languages: Sequence[str]
    texts: Mapping[str, Mapping[str, str]]
    named: Sequence[Named] = ()
    channels: int = 0
    channels_without_value: Sequence[str] = ()
    redirects: int = 0
    queues: int = 0
    queues_ready: int = 0
    queue_languages: frozenset[str] = field(default_factory=frozenset)
    has_digital_support: bool = False
    has_privacy_notice: bool = False


def gaps(facts: PageFacts) -> list[Gap]:
    """What lacks, in the order of the list of sixteen points."""
    found = [*_text_gaps(facts), *_plain_gaps(facts), *_queue_gaps(facts), *_channel_gaps(facts)]
    if not facts.redirects:
        found.append(Gap(4, "redirects", _("Tell which matters are not handled here, and where they are."), blocks=False))
    if not facts.has_privacy_notice:
        found.append(Gap(13, "privacy_notice", _("Write the county's privacy notice."), blocks=False))
    if not facts.has_digital_support:
        found.append(Gap(15, "digital_support", _("Choose the contact point of digital support."), blocks=False))
    return sorted(found, key=lambda gap: gap.point)


def mandatory_languages(official: Iterable[str]) -> tuple[str, ...]:
    """Finnish always, Swedish in a bilingual county; English is never demanded (domain 5.7)."""
    return ("fi", "sv") if "sv" in set(official) else ("fi",)


def _text_gaps(facts: PageFacts) -> Iterable[Gap]:
    for language in facts.languages:
        words = LANGUAGE_NAMES[language]
        for point, name, label in PAGE_TEXTS:
            if not facts.texts.get(name, {}).get(language):
                message = _("The text “%(label)s” lacks in %(language)s.") % {"label": label, "language": words}
                yield Gap(point, f"text:{name}", message, language)
        for row in facts.named:
            if not row.texts.get(language):
                message = _("The name of %(kind)s “%(key)s” lacks in %(language)s.") % {
                    "kind": row.kind,
                    "key": row.key,
                    "language": words,
                }
                yield Gap(row.point, f"name:{row.key}", message, language)


def _plain_gaps(facts: PageFacts) -> Iterable[Gap]:
    """Sentences that are hard to read, in every language that is written (S000-60)."""
    for point, name, label in PAGE_TEXTS:
        for language, words in facts.texts.get(name, {}).items():
            for sentence in long_sentences(words):
                message = _("In “%(label)s” (%(language)s) a sentence has more than %(most)s words. Split it: “%(start)s…”") % {
                    "label": label,
                    "language": LANGUAGE_NAMES[language],
                    "most": LONGEST_SENTENCE,
                    "start": " ".join(sentence.split()[:6]),
                }
                yield Gap(point, f"plain:{name}", message, language, blocks=False)


def _queue_gaps(facts: PageFacts) -> Iterable[Gap]:
    if not facts.queues:
        yield Gap(5, "queue", _("Make a queue that is in use and that residents may join."))
    elif not facts.queues_ready:
        yield Gap(5, "queue_ready", _("Give the queue its hours and a responder group."))
    for language in facts.languages:
        if facts.queues and language not in facts.queue_languages:
            message = _("No queue serves in %(language)s.") % {"language": LANGUAGE_NAMES[language]}
            yield Gap(14, "queue_language", message, language, blocks=False)


def _channel_gaps(facts: PageFacts) -> Iterable[Gap]:
    if not facts.channels:
        yield Gap(11, "channel", _("Add at least one other channel, such as phone or visit."))
    for key in facts.channels_without_value:
        yield Gap(11, f"value:{key}", _("Contact point “%(key)s” has no number or address yet.") % {"key": key})


def publication_gaps(service: Service) -> list[Gap]:
    """What the public page of a service lacks now."""
    return gaps(facts_of(service))


def facts_of(service: Service) -> PageFacts:
    """The rows that the page of a service is made of."""
    queues = [queue for queue in service.queues.prefetch_related("groups") if queue.is_active and queue.is_entry]
    channels = list(service.channels.select_related("contact_point"))
    topics = service.topics.filter(retired=False, shown_to_residents=True)
    redirects = list(service.redirects.all())
    points = {channel.contact_point.key: channel.contact_point for channel in channels}
    named = [
        *(Named(3, _("topic"), topic.key, texts_of(topic, "name")) for topic in topics),
        *(Named(4, _("a matter that is not handled here"), str(row.order), texts_of(row, "matter")) for row in redirects),
        *(Named(5, _("queue"), queue.key, texts_of(queue, "name")) for queue in queues),
        *(Named(11, _("contact point"), key, texts_of(point, "name")) for key, point in points.items()),
    ]
    return PageFacts(
        languages=mandatory_languages(service.county.official_languages),
        texts={name: texts_of(service, name) for _point, name, _label in PAGE_TEXTS},
        named=named,
        channels=sum(1 for channel in channels if channel.medium in Medium.values),
        channels_without_value=[key for key, point in points.items() if not point.value.strip()],
        redirects=len(redirects),
        queues=len(queues),
        queues_ready=sum(1 for queue in queues if queue.schedule_id and queue.groups.all()),
        queue_languages=frozenset(language for queue in queues for language in queue.languages),
        has_digital_support=service.digital_support_id is not None,
        has_privacy_notice=bool(texts_of(service.county, "privacy_notice")),
    )
