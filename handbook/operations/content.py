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
from accounts.operations.audit import note
from handbook.choices import ChapterAudience, VersionState
from handbook.models import Chapter, ChapterVersion, StaffNotice
from handbook.operations.notices import publish_notice, write_notice
from handbook.operations.publishing import publish_version
from handbook.shipped import ChapterFacts, ChapterText, CheckQuestion, duties_of, shipped_handbook, shipped_texts, texts_file
from services.models import County, Service

GUIDE, WELCOME = "residents_guide", "welcome"
GUIDE_FACTS: dict[str, Any] = {"audience": ChapterAudience.RESIDENTS, "order": 900, "per_service": True}


def load_shipped_handbook(*, by: Actor, county: County, now: datetime, publish: bool = False) -> int:
    """A county gets the chapters that it lacks, as drafts that need its approval; gives the number of texts made or renewed.

    A starter text that nobody has touched is replaced by a newer one of the portal while it is a draft; whatever people edited,
    published or took away stays. `publish`: new ones go to the readers at once, still marked (a demonstration).
    """
    if not isinstance(by, System):
        raise PermissionDenied
    facts, texts = shipped_handbook().chapters, shipped_texts()
    with transaction.atomic():
        new = [version for each in facts for version in _load(by, county, each, facts, texts.get(each.key))]
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
    return sum(
        load_shipped_handbook(by=by, county=county, now=now) + load_first_texts(by=by, county=county, now=now) for county in rows
    )


@transaction.atomic
def load_first_texts(*, by: Actor, county: County, now: datetime, publish: bool = False) -> int:
    """A county gets the residents' guide and the first notice to its staff, as drafts; gives the number of texts made or renewed.

    `publish`: at once to their readers, the guide still marked as needing the county's approval (a demonstration).
    """
    if not isinstance(by, System):
        raise PermissionDenied
    shipped, made = texts_file(), 0
    if (guide := shipped.guide) is not None:
        chapter, is_new = Chapter.objects.get_or_create(county=county, key=GUIDE, defaults=GUIDE_FACTS)
        if is_new:
            note(by, AuditAction.CREATE, chapter, county.code, after={"key": GUIDE})
        words = {"title": guide.title.map(), "purpose": guide.purpose.map(), "body": guide.body.map()}
        if (version := _renew(by, chapter, words)) is not None:
            made += 1
            if publish:
                publish_version(by=by, version=version, seen=version.version, now=now)
    if (first := shipped.notice) is not None and not StaffNotice.objects.filter(county=county, key=WELCOME).exists():
        draft = write_notice(by=by, county=county, service=None, title=first.title.map(), body=first.body.map(), key=WELCOME)
        made += 1
        if publish:
            publish_notice(by=by, version=draft, seen=draft.version, now=now)
    return made


def _load(
    by: System, county: County, facts: ChapterFacts, all_facts: list[ChapterFacts], text: ChapterText | None
) -> list[ChapterVersion]:
    """The common text of the chapter, and what the county's services add to it."""
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
    made = [_renew(by, chapter, _words(facts, text))]
    for section in text.sections if text else ():
        if (service := Service.objects.filter(county=county, key=section.service).first()) is not None:
            title = (facts.first_instance or facts.title).map()
            words = {"title": title, "purpose": {}, "body": section.body.map(), "questions": _questions(section.questions)}
            made.append(_renew(by, chapter, words, service=service))
    return [version for version in made if version is not None]


def _renew(by: System, chapter: Chapter, words: dict[str, Any], *, service: Service | None = None) -> ChapterVersion | None:
    """A first draft, or a newer starter text in the place of one that nobody has touched."""
    county = chapter.county
    newest = ChapterVersion.objects.filter(chapter=chapter, service=service).order_by("-number").first()
    if newest is None:
        made: ChapterVersion = ChapterVersion.objects.create(
            chapter=chapter, service=service, number=1, from_content=True, needs_approval=True, **words
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
            chapter=chapter, service=service, number=newest.number + 1, from_content=True, needs_approval=True, **words
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
        "questions": _questions(text.questions) if text else [],
    }


def _questions(questions: list[CheckQuestion]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(question) for question in questions]


def _differs(version: ChapterVersion, words: dict[str, Any]) -> bool:
    return any(getattr(version, name) != value for name, value in words.items())
