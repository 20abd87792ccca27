"""What the operations on texts share: the fresh row under its lock, who may, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from handbook.choices import LANGUAGES, Right
from handbook.models import Chapter, ChapterVersion
from handbook.permissions import rights_in
from services.models import County, Service
from services.operations.rules import has_strange_characters
from services.publication import LANGUAGE_NAMES, mandatory_languages

MOST_LETTERS = 60_000
LINE = 200


def locked_chapter(chapter: Chapter) -> Chapter:
    """The chapter, held until the transaction ends: its versions are made and moved one at a time."""
    rows = Chapter.objects.select_for_update(of=("self",), no_key=True).select_related("county")
    fresh: Chapter = rows.get(pk=chapter.pk)
    return fresh


def locked_version(actor: Actor, version: ChapterVersion, right: Right) -> ChapterVersion:
    """The version under its chapter's lock, if the person has the right to do this with it."""
    chapter = locked_chapter(version.chapter)
    fresh: ChapterVersion = ChapterVersion.objects.select_related("service").get(pk=version.pk)
    fresh.chapter = chapter
    require(actor, right, chapter, fresh.service)
    return fresh


def require(actor: Actor, right: Right, chapter: Chapter, service: Service | None = None) -> None:
    """Refuses whoever lacks the right."""
    if right not in rights_in(actor, chapter, service):
        raise PermissionDenied


def require_state(version: ChapterVersion, *states: str) -> None:
    """Refuses what does not fit to where the version is."""
    if version.state not in states:
        raise ValidationError(
            _("This cannot be done: the version is in the state “%(state)s”."),
            code="state",
            params={"state": version.get_state_display()},
        )


def cleaned(texts: Mapping[str, Any], *, most: int, is_line: bool = False, field: str = "") -> dict[str, str]:
    """The words in each language that has some, with plain ends of lines and nothing that cannot be seen.

    A refusal names the `field` of its language, when it is given. Raises ValidationError (characters, too_long).
    """
    found: dict[str, str] = {}
    wrong: dict[str, ValidationError] = {}
    for code in LANGUAGES:
        words = str(texts.get(code) or "").replace("\r\n", "\n").replace("\r", "\n").strip()
        if is_line:
            words = " ".join(words.split())
        if has_strange_characters(words):
            wrong[code] = _unseen(words)
        elif len(words) > most:
            wrong[code] = ValidationError(
                _("The text is too long: at most %(most)s characters."), code="too_long", params={"most": most}
            )
        elif words:
            found[code] = words
    if wrong and field:
        raise ValidationError({f"{field}_{code}": error for code, error in wrong.items()})
    if wrong:
        raise next(iter(wrong.values()))
    return found


def _unseen(words: str) -> ValidationError:
    """What cannot be seen cannot be looked for: the words before the first of it are told."""
    before = words[: next(at for at, letter in enumerate(words) if has_strange_characters(letter))].split()[-4:]
    if not before:
        return ValidationError(_("The text has characters that cannot be seen. Write it again without copying."), code="characters")
    return ValidationError(
        _("After “%(before)s” there is a character that cannot be seen. Write that place again without copying."),
        code="characters",
        params={"before": " ".join(before)[-60:]},
    )


def require_languages(county: County, **texts: Mapping[str, str]) -> None:
    """A bilingual county publishes nothing without Swedish (domain 5.7). Raises ValidationError (language), a field each."""
    errors = {
        f"{name}_{code}": ValidationError(
            _("This lacks in %(language)s."), code="language", params={"language": LANGUAGE_NAMES[code]}
        )
        for code in mandatory_languages(county.official_languages)
        for name, words in texts.items()
        if not str(words.get(code, "")).strip()
    }
    if errors:
        raise ValidationError(errors)
