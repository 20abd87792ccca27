"""Small documents of paths, and their publishing, for the tests of guidance and of what stands above it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.actors import Staff
from guidance.document import read_path
from guidance.models import Path, PathVersion
from guidance.operations import approve_version, begin_draft, create_path, publish_version, save_draft
from services.models import County, Link


def in_all(words: str) -> dict[str, str]:
    """A text that says of each language which it is."""
    return {"fi": words, "sv": f"{words} (sv)", "en": f"{words} (en)"}


def small(**changes: Any) -> dict[str, Any]:
    """A health path of two questions: an emergency check, and how long."""
    raw: dict[str, Any] = {
        "slug": "kuume",
        "title": in_all("Kuume"),
        "area": "yleinen",
        "health": True,
        "start": "q1",
        "nodes": {
            "q1": {
                "type": "question",
                "text": in_all("Onko hätä?"),
                "options": [
                    {"key": "kylla", "label": in_all("Kyllä"), "next": "o_112"},
                    {"key": "ei", "label": in_all("Ei"), "next": "i1"},
                    {"key": "en_tieda", "label": in_all("En tiedä"), "next": "o_chat"},
                ],
            },
            "i1": {"type": "information", "text": in_all("Mittaa ensin kuume."), "next": "q2"},
            "q2": {
                "type": "question",
                "text": in_all("Kuinka kauan?"),
                "options": [
                    {"key": "lyhyt", "label": in_all("Lyhyen aikaa"), "next": "o_self"},
                    {"key": "pitka", "label": in_all("Pitkään"), "next": "o_call"},
                    {"key": "en_tieda", "label": in_all("En tiedä"), "next": "o_chat"},
                ],
            },
            "o_112": {"type": "outcome", "kind": "call_112", "text": in_all("Soita heti 112.")},
            "o_self": {
                "type": "outcome",
                "kind": "self_care",
                "text": in_all("Lepää."),
                "also": [{"kind": "service_link", "link": "ohje"}],
            },
            "o_call": {
                "type": "outcome",
                "kind": "phone",
                "contact_point": "asiakasohjaus",
                "text": in_all("Soita {{phone:asiakasohjaus}}."),
                "also": [{"kind": "chat_handover", "queue": "yleinen", "when": "cannot_call"}],
            },
            "o_chat": {
                "type": "outcome",
                "kind": "chat_handover",
                "queue": "yleinen",
                "topic": "neuvonta",
                "text": in_all("Jatka chatissa."),
            },
        },
        "walks": [{"answers": ["ei", "jatka", "lyhyt"], "outcome": "o_self"}],
    }
    return {**raw, **changes}


def make_link(county: County) -> Link:
    """The link that the small path names."""
    names = {"name_fi": "Ohje", "name_sv": "Råd", "name_en": "Advice"}
    found, _ = Link.objects.get_or_create(county=county, key="ohje", defaults={"url_fi": "https://alue.test/ohje", **names})
    return found  # type: ignore[no-any-return]


def publish_path(
    county: County, author: Staff, approver: Staff, raw: dict[str, Any] | None = None, *, now: datetime | None = None
) -> PathVersion:
    """A path of the raw document is written, or written anew, approved by somebody else, and published."""
    make_link(county)
    now, document = now or timezone.now(), read_path(raw or small())
    known = Path.objects.filter(county=county, slug=document.slug).first()
    if known is None:
        draft = create_path(by=author, county=county, document=document)
    else:
        begun = begin_draft(by=author, path=known)
        draft = save_draft(by=author, version=begun, document=document, seen=begun.version)
    approved = approve_version(by=approver, version=draft, seen=draft.version, now=now)
    return publish_version(by=author, version=approved, seen=approved.version, now=now)
