"""The handbook that ships with the portal: chapters and starter texts, loaded and never laid over what people wrote."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, System
from accounts.choices import AuditAction
from handbook.choices import VersionState
from handbook.models import Chapter, ChapterVersion
from handbook.operations.ground import note
from handbook.operations.publishing import publish_version
from handbook.shipped import ChapterFacts, ChapterText, duties_of, shipped_handbook, shipped_texts
from services.models import County


def load_shipped_handbook(*, by: Actor, county: County, now: datetime, publish: bool = False) -> int:
    """A county gets the chapters that it lacks, as drafts that need its approval; gives the number of texts made or renewed.

    A starter text that nobody has touched is replaced by a newer one of the portal while it is a draft; whatever people edited,
    published or took away stays. `publish`: new ones go to the readers at once, still marked (a demonstration).
    """
    if not isinstance(by, System):
        raise PermissionDenied
    facts, texts = shipped_handbook().chapters, shipped_texts()
    with transaction.atomic():
        made = [_load(by, county, each, facts, texts.get(each.key)) for each in facts]
        new = [version for version in made if version is not None]
        for version in new if publish else []:  # all chapters are there by now: their texts lead to each other
            confirmed = [duty["key"] for duty in version.chapter.duties]
            publish_version(by=by, version=version, seen=version.version, now=now, confirmed=confirmed)
        return len(new)


def load_shipped_handbooks(*, by: Actor, now: datetime, counties: Collection[str] = ()) -> int:
    """Every county in use, and those that are named, gets the chapters that it lacks; gives the number of texts."""
    if not isinstance(by, System):
        raise PermissionDenied
    rows = County.objects.order_by("code")
    rows = rows.filter(code__in=counties) if counties else rows.filter(is_active=True)
    return sum(load_shipped_handbook(by=by, county=county, now=now) for county in rows)


def _load(
    by: System, county: County, facts: ChapterFacts, all_facts: list[ChapterFacts], text: ChapterText | None
) -> ChapterVersion | None:
    chapter, is_new = Chapter.objects.get_or_create(
        county=county,
        key=facts.key,
        defaults={
            "order": facts.order,
            "owner_role": facts.owner_role,
            "review_months": facts.review_months,
            "per_service": facts.per_service,
            "in_orientation": facts.orientation_mandatory,
            "duties": duties_of(facts, all_facts),
        },
    )
    chapter.county = county
    if is_new:
        note(by, AuditAction.CREATE, chapter, county.code, after={"key": chapter.key})
    newest = ChapterVersion.objects.filter(chapter=chapter, service=None).order_by("-number").first()
    words = _words(facts, text)
    if newest is None:
        made: ChapterVersion = ChapterVersion.objects.create(
            chapter=chapter, number=1, from_content=True, needs_approval=True, **words
        )
        note(by, AuditAction.CREATE, made, county.code, after={"chapter": chapter.key, "number": 1})
    elif newest.from_content and newest.state == VersionState.DRAFT and _differs(newest, words):
        made = newest
        for name, value in words.items():
            setattr(made, name, value)
        made.version += 1
        made.save()
        note(by, AuditAction.CHANGE, made, county.code, after={"chapter": chapter.key, "number": made.number})
    elif newest.from_content and newest.state == VersionState.PUBLISHED and _differs(newest, words):
        made = ChapterVersion.objects.create(
            chapter=chapter, number=newest.number + 1, from_content=True, needs_approval=True, **words
        )
        note(by, AuditAction.CREATE, made, county.code, after={"chapter": chapter.key, "number": made.number})
    else:
        return None
    return made


def _words(facts: ChapterFacts, text: ChapterText | None) -> dict[str, Any]:
    return {
        "title": facts.title.map(),
        "purpose": facts.purpose.map(),
        "body": (text.body if text else facts.purpose).map(),
        "questions": [msgspec.to_builtins(question) for question in text.questions] if text else [],
    }


def _differs(version: ChapterVersion, words: dict[str, Any]) -> bool:
    return any(getattr(version, name) != value for name, value in words.items())
