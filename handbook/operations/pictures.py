"""Pictures for the handbook's texts."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.operations import record_audit, store_file
from handbook.choices import LANGUAGES
from handbook.models import ChapterVersion, NoticeVersion, Picture
from handbook.permissions import may_edit_something
from services.models import County


@transaction.atomic
def add_picture(*, by: Actor, county: County, name: str, content: bytes, now: datetime) -> Picture:
    """Who writes something of the handbook adds a picture for its texts: PNG or JPEG, judged by its content.

    Raises ValidationError (empty, too_large, kind).
    """
    if not may_edit_something(by, county=county.code):
        raise PermissionDenied
    file = store_file(by=by, county=county.code, name=name, content=content, now=now, only_pictures=True)
    return Picture.objects.create(county=county, file=file, added_at=now)


@transaction.atomic
def remove_picture(*, by: Actor, picture: Picture) -> None:
    """Who writes something of the handbook takes away a picture that no chapter and no notice shows, not even one of the history.

    Raises ValidationError (in_use), which names the texts.
    """
    county = picture.county
    if not may_edit_something(by, county=county.code):
        raise PermissionDenied
    named = Q()
    for code in LANGUAGES:
        named |= Q(**{f"body__{code}__icontains": f"kuva:{picture.public_id}"})
    texts = ChapterVersion.objects.filter(named, chapter__county=county).select_related("chapter", "service").order_by("-number")
    notices = NoticeVersion.objects.filter(named, notice__county=county).order_by("-number")
    told = dict.fromkeys(f"{row} ({row.get_state_display()})" for rows in (texts, notices) for row in rows)
    if told:
        raise ValidationError(
            _("The picture cannot be taken away: it is shown in %(texts)s."),
            code="in_use",
            params={"texts": ", ".join(list(told)[:5])},
        )
    record_audit(
        by=by,
        action=AuditAction.DELETE,
        object_type="handbook.picture",
        object_id=picture.public_id,
        county=county.code,
        before={"name": picture.file.name},
    )
    file = picture.file
    picture.delete()
    file.delete()
