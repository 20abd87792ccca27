"""Whether a path is right: the validity rules of the library, each finding with its place and how it is mended. Pure.

What stands outside the document (contact points, links, queues, other paths) comes as a value, `Surroundings`. A finding that
blocks keeps the path from being published; the others are told to its author.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guidance.document import LANGUAGES, UNSURE, Action, Outcome, PathDocument, Question, Words
from guidance.graph import emergency_first, longest_route, reached, targets, with_exit
from guidance.route import follow
from services.plain import LONGEST_SENTENCE, long_sentences

MOST_QUESTIONS = 8
MOST_LETTERS = 500
FEWEST_OPTIONS, MOST_OPTIONS = 2, 6
NUMBER = re.compile(r"(?<![\d,.])\+?\d(?:[ -]?\d){4,}(?!\d)")
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
PHONE = re.compile(r"phone:([\w-]+)")
TO_HUMANS = frozenset({"chat_handover", "help_form", "phone", "call_116117"})
BY_PHONE = frozenset({"phone", "call_116117"})
IN_WRITING = frozenset({"chat_handover", "help_form"})
NEEDS: Mapping[str, tuple[str, ...]] = {
    "path_link": ("path",),
    "chat_handover": ("queue",),
    "help_form": ("form",),
    "call_request": ("queue",),
    "phone": ("contact_point",),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not right: a stable code, the place (node, or node.option), what it is, and what to do."""

    code: str
    place: str
    what: str | Promise
    mend: str | Promise
    blocks: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.what}" if self.place else str(self.what)


LATE = Finding(
    "late_review",
    "",
    _("The review day has passed."),
    _("Look the path through and publish a new version, or set a new day."),
    blocks=False,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a path may name. None: not known here, and not looked at.

    `contact_points` and `links` say whether the thing can be used: it has a number; its domain is allowed. `topics` by queue.
    """

    languages: tuple[str, ...] = ("fi",)
    contact_points: Mapping[str, bool] | None = None
    links: Mapping[str, bool] | None = None
    broken_links: frozenset[str] = frozenset()
    topics: Mapping[str, frozenset[str]] | None = None
    shared: Mapping[str, str] = field(default_factory=dict)
    """Keys that queues of several services have, and the service whose queue the bare key means."""
    services: frozenset[str] | None = None
    paths: frozenset[str] | None = None
    published: frozenset[str] = field(default_factory=frozenset)
    is_late: bool = False
    """The day has passed on which the path was to be looked through (S003-9)."""


def findings(document: PathDocument, around: Surroundings) -> list[Finding]:
    """All that is not right, what blocks first."""
    found = [
        *_graph(document),
        *_questions(document),
        *_outcomes(document),
        *_texts(document, around),
        *_actions(document, around),
        *_walks(document),
        *([LATE] if around.is_late else []),
    ]
    return sorted(found, key=lambda one: not one.blocks)


def _graph(document: PathDocument) -> Iterator[Finding]:
    if document.start not in document.nodes:
        yield Finding("start", "", _("The first node is not there."), _("Choose the question with which the path begins."))
        return
    there, exits = reached(document), with_exit(document)
    for key, node in document.nodes.items():
        for answer, to in node.ways():
            if to not in document.nodes:
                yield Finding(
                    "missing_target", f"{key}.{answer}", _("The answer leads nowhere."), _("Choose where the answer leads.")
                )
        if key not in there:
            yield Finding("unreachable", key, _("No answer leads here."), _("Make an answer lead here, or delete this node."))
        elif not isinstance(node, Outcome) and not targets(node):
            yield Finding("dead_end", key, _("Nothing leads on from here."), _("Add answers, or make this an outcome."))
        elif key not in exits:
            yield Finding(
                "no_exit", key, _("No outcome can be reached from here."), _("Make some answer of the circle lead to an outcome.")
            )
    longest = longest_route(document, most=MOST_QUESTIONS)
    if longest is None:
        yield Finding("tangled", "", _("The path has too many ways to be checked."), _("Split it into two paths."))
    elif longest > MOST_QUESTIONS:
        yield Finding(
            "too_long_route", "", _("Some route asks more than eight questions."), _("Leave out questions, or split the path.")
        )
    if document.health and not emergency_first(document):
        yield Finding(
            "emergency_check",
            document.start,
            _("A health path begins with the check of an emergency."),
            _("Ask first about signs of an emergency, with an answer that leads to 112."),
        )


def _questions(document: PathDocument) -> Iterator[Finding]:
    for key, node in document.nodes.items():
        if not isinstance(node, Question):
            continue
        keys = [option.key for option in node.options]
        count = len([each for each in keys if each != UNSURE])
        if not FEWEST_OPTIONS <= count <= MOST_OPTIONS:
            yield Finding("options", key, _("A question has two to six answers beside “I do not know”."), _("Add or join answers."))
        if len(set(keys)) < len(keys):
            yield Finding("same_key", key, _("Two answers have the same key."), _("Give each answer a key of its own."))
        for language in LANGUAGES:
            labels = [label.casefold() for option in node.options if (label := option.label.given(language).strip())]
            if any(times > 1 for times in Counter(labels).values()):
                yield Finding("same_label", key, _("Two answers read the same."), _("Word the answers so that they differ."))
                break
        yield from _unsure(document, key, node)


def _unsure(document: PathDocument, key: str, node: Question) -> Iterator[Finding]:
    """Whoever does not know the answer comes to a human (S003-21)."""
    option = node.option(UNSURE)
    if option is None:
        if not node.always_answerable:
            yield Finding(
                "no_unsure",
                key,
                _("The answer “I do not know” is missing."),
                _("Add it last, or mark that everybody can answer this question."),
            )
        return
    if node.options[-1].key != UNSURE:
        yield Finding("unsure_not_last", key, _("“I do not know” is not the last answer."), _("Move it last."))
    end = document.nodes.get(option.next)
    if end is not None and not (isinstance(end, Outcome) and end.kind in TO_HUMANS):
        yield Finding(
            "unsure_not_human",
            f"{key}.{UNSURE}",
            _("“I do not know” does not lead to a human."),
            _("Make it lead to a chat, a help form or a phone number."),
        )


def _outcomes(document: PathDocument) -> Iterator[Finding]:
    for key, node in document.outcomes():
        kinds = {action.kind for action in node.also}
        if node.kind == "call_112" and node.also:
            yield Finding(
                "beside_112", key, _("Nothing is offered beside 112."), _("Take the other actions away: nobody waits in a chat.")
            )
        if node.kind in BY_PHONE and not kinds & IN_WRITING:
            yield Finding(
                "cannot_call",
                key,
                _("Whoever cannot call has no other way here."),
                _("Offer a chat or a help form too."),
            )


def _texts(document: PathDocument, around: Surroundings) -> Iterator[Finding]:
    for place, words in _all_words(document):
        for language in LANGUAGES:
            if not words.given(language).strip():
                needed = language in around.languages
                yield Finding(
                    f"language_{language}",
                    place,
                    {
                        "fi": _("The Finnish text is missing."),
                        "sv": _("The Swedish text is missing."),
                        "en": _("The English text is missing."),
                    }[language],
                    _("Write the text in this language."),
                    blocks=needed,
                )
    for key, node in document.nodes.items():
        for words in (node.text, node.plain):
            if len(words.fi) > MOST_LETTERS:
                yield Finding("too_long", key, _("The text has more than 500 characters."), _("Shorten it, or split it in two."))
    for place, words in [*_all_words(document), *((key, node.plain) for key, node in document.nodes.items())]:
        yield from _numbers(place, words, around)
        for sentence in (each for language in LANGUAGES for each in long_sentences(words.given(language))):
            yield Finding(
                "long_sentence",
                place,
                _("A sentence has more than %(most)s words: “%(start)s…”")
                % {"most": LONGEST_SENTENCE, "start": " ".join(sentence.split()[:6])},
                _("Split it in two: a short one is understood at once."),
                blocks=False,
            )


def _numbers(place: str, words: Words, around: Surroundings) -> Iterator[Finding]:
    """No typed number but 112: a number is named by its contact point."""
    texts = [words.given(language) for language in LANGUAGES]
    if any(NUMBER.search(PLACEHOLDER.sub("", text)) for text in texts):
        yield Finding(
            "typed_number", place, _("A phone number is typed in the text."), _("Name its contact point instead: {{phone:KEY}}.")
        )
    for name in dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)):
        match = PHONE.fullmatch(name)
        if match is None:
            yield Finding("placeholder", place, _("The text has a gap that nothing fills."), _("Use {{phone:KEY}} only."))
        else:
            yield from _contact(place, match.group(1), around)


def _contact(place: str, key: str, around: Surroundings) -> Iterator[Finding]:
    if around.contact_points is None:
        return
    if key not in around.contact_points:
        yield Finding(
            "contact_unknown", place, _("There is no contact point %(key)s.") % {"key": key}, _("Choose one of the contact points.")
        )
    elif not around.contact_points[key]:
        yield Finding(
            "contact_without_number",
            place,
            _("Contact point %(key)s has no number yet.") % {"key": key},
            _("Ask the main user to fill in its number."),
        )


def _all_words(document: PathDocument) -> Iterator[tuple[str, Words]]:
    yield "", document.title
    for key, node in document.nodes.items():
        yield key, node.text
        if isinstance(node, Question):
            for option in node.options:
                yield f"{key}.{option.key}", option.label


def _actions(document: PathDocument, around: Surroundings) -> Iterator[Finding]:
    for key, action in document.actions():
        lacks = [name for name in NEEDS.get(action.kind, ()) if not getattr(action, name)]
        if lacks or (action.kind == "service_link" and not (action.link or action.service)):
            yield Finding("action_incomplete", key, _("An action does not say where it leads."), _("Choose where it leads."))
        yield from _targets(key, action, around)


def _targets(place: str, action: Action, around: Surroundings) -> Iterator[Finding]:
    if action.number:
        yield from _contact(place, action.number, around)
    if action.link and around.links is not None:
        if action.link not in around.links:
            yield Finding(
                "link_unknown", place, _("There is no link %(key)s.") % {"key": action.link}, _("Choose one of the link library.")
            )
        elif not around.links[action.link]:
            yield Finding(
                "link_not_allowed",
                place,
                _("The county does not allow the domain of link %(key)s.") % {"key": action.link},
                _("Ask the main user to allow it, or choose another link."),
            )
        if action.link in around.broken_links:
            yield Finding(
                "link_broken",
                place,
                _("Link %(key)s did not open when it was last checked.") % {"key": action.link},
                _("Check the address of the link."),
                blocks=False,
            )
    if action.queue and around.topics is not None:
        if action.queue not in around.topics:
            yield Finding(
                "queue_unknown",
                place,
                _("There is no queue %(key)s.") % {"key": action.queue},
                _("Choose one of the queues in use."),
            )
        elif action.topic and action.topic not in around.topics[action.queue]:
            yield Finding(
                "topic_unknown",
                place,
                _("The service of the queue has no topic %(key)s.") % {"key": action.topic},
                _("Add the topic to the service, or choose another."),
                blocks=False,
            )
        if action.queue in around.shared:
            yield Finding(
                "queue_shared",
                place,
                _("Several services have a queue %(key)s; this is the one of %(service)s.")
                % {"key": action.queue, "service": around.shared[action.queue]},
                _("If you mean another service, choose its chat from the list."),
                blocks=False,
            )
    yield from _inside(place, action, around)


def _inside(place: str, action: Action, around: Surroundings) -> Iterator[Finding]:
    """Services and other paths of the portal."""
    if action.service and around.services is not None and action.service not in around.services:
        yield Finding(
            "service_unknown", place, _("There is no service %(key)s.") % {"key": action.service}, _("Choose one of the services.")
        )
    if action.path and around.paths is not None:
        if action.path not in around.paths:
            yield Finding(
                "path_unknown", place, _("There is no path %(key)s.") % {"key": action.path}, _("Choose one of the paths.")
            )
        elif action.path not in around.published:
            yield Finding(
                "path_not_published",
                place,
                _("Path %(key)s is not published yet.") % {"key": action.path},
                _("Publish it too: until then this outcome leads to a human."),
                blocks=False,
            )


def _walks(document: PathDocument) -> Iterator[Finding]:
    """The author's scenarios hold: these answers lead to this outcome, and read as she says."""
    for number, walk in enumerate(document.walks, start=1):
        place = f"walk {number}"
        route = follow(document, walk.answers)
        if route is None or route.key != walk.outcome or not route.ends:
            yield Finding("walk", place, _("The scenario does not lead to its outcome."), _("Correct the answers or the outcome."))
        elif walk.labels and walk.labels != tuple(each.label.fi for each in route.passed):
            yield Finding(
                "walk_labels", place, _("The scenario's answers read otherwise."), _("Correct the words of the scenario.")
            )


def blocking(found: list[Finding]) -> list[Finding]:
    """Those that keep the path from being published."""
    return [one for one in found if one.blocks]


__all__ = ["Finding", "Surroundings", "blocking", "findings"]
