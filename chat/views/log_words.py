"""Under which key the words of an event are found, in every page that shows a log; `words.js` has the same rule."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise

from chat.choices import EventKind, ParticipantKind
from chat.models import Event
from services.texts import pick


def event_key(event: Event) -> str:
    """The event's kind, and what of that kind happened: who ended it, where a transfer is, why she is in line again …"""
    payload, kind = event.payload, event.kind
    what: object = ""
    match kind:
        case EventKind.ENDED:
            what = payload.get("why") or payload.get("by", "system")
        case EventKind.TRANSFERRED | EventKind.IDENTITY | EventKind.FLAGGED | EventKind.HELP | EventKind.CONCERN:
            what = payload.get("state")
        case EventKind.ESCALATED:
            what = payload.get("rung")
        case EventKind.NOTICE:
            what = payload.get("code")
        case EventKind.REQUEUED | EventKind.CLAIMED:
            what = payload.get("exit")
        case EventKind.JOINED if payload.get("role") == ParticipantKind.COLLEAGUE:
            what = "colleague"
        case EventKind.JOINED if payload.get("name"):
            what = "professional"
    return f"{kind}:{what}" if what else str(kind)


def event_words(event: Event, words: Mapping[str, str | Promise], *, name: str, language: str, otherwise: str = "") -> str:
    """The event in words: a notice's own, else those of its key, else of its kind, with the names that it tells.

    Of a move, `%(service)s` is where she goes as a resident knows it: inside a service the queue, else the service. `%(place)s`
    is both, for those who know the queues.
    """
    if event.kind == EventKind.NOTICE and event.body:
        return event.body
    said = str(words.get(event_key(event), words.get(event.kind, otherwise)))
    service = str(pick(event.payload.get("service") or {}, language))
    queue = str(pick(event.payload.get("queue") or {}, language))
    where = queue if queue and event.payload.get("same_service") else service
    place = f"{service} – {queue}" if queue and queue != service else service
    return said.replace("%(name)s", name).replace("%(service)s", where).replace("%(place)s", place)
