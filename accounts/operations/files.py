"""Files as rows: what may be stored, and under which name."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff, System
from accounts.choices import AuditAction, Role
from accounts.file_kinds import Kind, TooLargeInsideError, kind_of, safe_name
from accounts.models import StoredFile
from accounts.operations.audit import record_audit
from accounts.permissions import has_role_anywhere

LARGEST = 10 * 1024 * 1024


@transaction.atomic
def store_file(*, by: Actor, county: str, name: str, content: bytes, now: datetime, only_pictures: bool = False) -> StoredFile:
    """Who works in the county may store a document, table, slides, picture or plain text of at most 10 MB, judged by its content.

    Refusals: `empty`, `too_large`, `too_large_inside` (a zip bomb), `kind`. Who may see it is asked of the row whose file it is.
    """
    if not isinstance(by, System) and not has_role_anywhere(by, Role.values, county=county):
        raise PermissionDenied
    kind = _judged(content, only_pictures=only_pictures)
    row = StoredFile.objects.create(
        county=county,
        name=safe_name(name, kind),
        content_type=kind.content_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
        uploaded_at=now,
        uploaded_by_id=by.user_id if isinstance(by, Staff) else None,
    )
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type="accounts.storedfile",
        object_id=row.public_id,
        county=county,
        after={"content_type": row.content_type, "size": row.size, "digest": row.digest},
    )
    return row


def _judged(content: bytes, *, only_pictures: bool) -> Kind:
    if not content:
        raise ValidationError(_("The file is empty."), code="empty")
    if len(content) > LARGEST:
        raise ValidationError(_("The file is too large: at most 10 MB."), code="too_large")
    try:
        kind = kind_of(content)
    except TooLargeInsideError:
        raise ValidationError(_("The file unpacks to more than is safe to open."), code="too_large_inside") from None
    if only_pictures and (kind is None or not kind.is_picture):
        raise ValidationError(_("Choose a picture: PNG or JPEG."), code="kind")
    if kind is None:
        raise ValidationError(
            _("This kind of file is not taken. PDF, Word, Excel, PowerPoint, OpenDocument, PNG, JPEG and plain text (UTF-8) are."),
            code="kind",
        )
    return kind
