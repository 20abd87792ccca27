"""Pictures for the handbook's texts."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor
from accounts.operations import store_file
from handbook.models import Picture
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
