"""Searches that found nothing are counted (M22), dealt with by the authors, and their words erased in time."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Resident, System, person_of
from accounts.choices import AuditAction
from accounts.operations import record_audit
from guidance.choices import SEARCH_LIMIT, WORDS_KEPT
from guidance.models import MissedSearch, PathFeedback
from guidance.permissions import may_write_paths
from services.identity_codes import mask
from services.models import County


def note_missed_search(*, by: Actor, county: County, words: str, language: str, now: datetime) -> MissedSearch:
    """A resident's search found no path: it is counted, with her words but without identity codes and without herself.

    Raises ValidationError (nothing: there are no words).
    """
    if not isinstance(by, Resident):
        raise PermissionDenied
    masked = " ".join(mask(" ".join(words.replace("\0", " ").split()), language)[0].split())[:SEARCH_LIMIT]
    if not masked:
        raise ValidationError(_("Write what you are looking for."), code="nothing")
    return MissedSearch.objects.create(county=county, words=masked, language=language, made_at=now)


@transaction.atomic
def settle_searches(*, by: Actor, county: County, words: str, now: datetime) -> int:
    """An author has dealt with what was looked for: all searches by these words are done; gives how many (M22).

    Searches that come later are open again, so that an answer that was not found shows. Raises PermissionDenied.
    """
    if not may_write_paths(by, county=county.code):
        raise PermissionDenied
    rows = MissedSearch.objects.filter(county=county).waiting()
    asked = words.casefold()
    same = [key for key, found in rows.values_list("pk", "words") if found.casefold() == asked]
    n = rows.filter(pk__in=same).update(handled_at=now, handled_by_id=person_of(by))
    if n:
        record_audit(by=by, action=AuditAction.CHANGE, object_type="guidance.missedsearch", county=county.code, count=n)
    return n


@transaction.atomic
def erase_words(*, by: Actor, now: datetime) -> int:
    """Every night, residents' own words of searches and feedback that are older than they are kept are erased (P-7).

    The search and the answer “did this help?” stay as numbers; feedback of words alone goes whole. Gives how many were erased.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    until = now - WORDS_KEPT
    erased = MissedSearch.objects.filter(made_at__lt=until).exclude(words="").update(words="")
    old = PathFeedback.objects.filter(created_at__lt=until).exclude(words="")
    erased += old.exclude(helped="").update(words="")
    gone, _rows = old.filter(helped="").delete()
    return erased + gone


__all__ = ["erase_words", "note_missed_search", "settle_searches"]
