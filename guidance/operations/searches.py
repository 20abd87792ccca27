"""Searches that found nothing are counted (M22)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor, Resident
from guidance.choices import SEARCH_LIMIT
from guidance.models import MissedSearch
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


__all__ = ["note_missed_search"]
