"""“Luettu”: a person's mark on the version that she has read."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from handbook.choices import VersionState
from handbook.models import ChapterVersion, Reading
from handbook.operations.ground import require_state


@transaction.atomic
def mark_read(*, by: Actor, version: ChapterVersion, now: datetime) -> Reading:
    """A person of the county marks the published version as read; twice is once.

    Raises ValidationError (retired, state).
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    fresh = ChapterVersion.objects.readable_by(by).filter(pk=version.pk).select_related("chapter").first()
    if fresh is None:
        raise PermissionDenied
    if fresh.chapter.retired_at is not None:
        raise ValidationError(_("This chapter has been taken away from the handbook."), code="retired")
    require_state(fresh, VersionState.PUBLISHED)
    row, _made = Reading.objects.get_or_create(version=fresh, user_id=by.user_id, defaults={"at": now})
    return row
