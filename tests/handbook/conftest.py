"""Chapters of the handbook as the operations make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import Actor, System
from accounts.models import User
from handbook.models import Chapter, ChapterVersion
from handbook.operations.chapters import begin_draft, save_draft
from handbook.operations.publishing import publish_version, send_to_review
from services.models import County, Service
from tests.conftest import acting

PORTAL = System("test")
Publish = Callable[..., ChapterVersion]


def text(fi: str, sv: str | None = None, en: str = "") -> dict[str, str]:
    """A text in the languages of the county; Swedish is made up unless given."""
    return {"fi": fi, "sv": f"på svenska: {fi}" if sv is None else sv, "en": en}


def make_chapter(county: County, key: str = "security", **fields: Any) -> Chapter:
    return Chapter.objects.create(county=county, key=key, **{"order": 8, **fields})


@pytest.fixture
def chapter(county: County) -> Chapter:
    """A chapter that nobody has written yet."""
    return make_chapter(county)


@pytest.fixture
def publish(chapter: Chapter) -> Publish:
    """Writes and publishes a version in the portal's name, which counts as no writer."""

    def make(
        body: str | dict[str, str] = "Ensimmäinen teksti.",
        *,
        of: Chapter | None = None,
        service: Service | None = None,
        by: Actor = PORTAL,
        **facts: Any,
    ) -> ChapterVersion:
        draft = begin_draft(by=PORTAL, chapter=of or chapter, service=service)
        written = save_draft(
            by=PORTAL,
            version=draft,
            title=text("Tietoturva", "Informationssäkerhet", "Security"),
            body=text(body) if isinstance(body, str) else body,
            purpose=text("Mistä luku kertoo."),
            seen=draft.version,
        )
        sent = send_to_review(by=PORTAL, version=written, seen=written.version, now=timezone.now())
        given = {"change_note": "Muutos ja sen syy." if draft.number > 1 else "", **facts}
        return publish_version(by=by, version=sent, seen=sent.version, now=timezone.now(), **given)

    return make


@pytest.fixture
def in_review(chapter: Chapter, main_user: User) -> ChapterVersion:
    """A first version that the main user has written and sent to review."""
    by = acting(main_user)
    draft = begin_draft(by=by, chapter=chapter)
    written = save_draft(by=by, version=draft, title=text("Tietoturva"), body=text("Uusi teksti."), seen=draft.version)
    return send_to_review(by=by, version=written, seen=written.version, now=timezone.now())


@pytest.fixture
def second_main_user(county: County, person: Any, grant: Any) -> User:
    user: User = person("pirjo")
    grant(user, "main_user", county=county)
    return user
