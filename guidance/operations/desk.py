"""The author's desk: a draft is sent for approval or comes back, an old version is taken up again, a path retires."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, person_of
from accounts.choices import AuditAction
from accounts.operations.audit import note
from guidance.choices import OPEN_STATES, SHOWN_STATES, PathState
from guidance.document import from_json
from guidance.models import ApprovalRequest, Path, PathVersion, Redirect
from guidance.operations.approvers import tell_approvers
from guidance.operations.ground import locked_path, locked_version
from guidance.operations.versions import new_version, withdraw_path
from guidance.permissions import may_approve
from services.operations.rules import has_strange_characters

MOST_LETTERS = 2000


@transaction.atomic
def send_for_approval(*, by: Actor, version: PathVersion, seen: int, now: datetime) -> ApprovalRequest:
    """An author sends a draft for approval to whoever has not written it, and they get a letter (S003-17).

    Raises ValidationError (state, stale), PermissionDenied.
    """
    fresh = locked_version(by, version, seen, PathState.DRAFT)
    before = ApprovalRequest.objects.filter(version=fresh).values_list("answered_at", flat=True).first()
    asked = {"asked_by_id": person_of(by), "asked_at": now, "answer": "", "answered_by": None, "answered_at": None}
    request, _is_new = ApprovalRequest.objects.update_or_create(version=fresh, defaults=asked)
    note(by, AuditAction.CHANGE, fresh, fresh.path.county.code, after={"asked": True, "number": fresh.number})
    tell_approvers(by=by, version=fresh, returned_at=before, now=now)
    return request


@transaction.atomic
def return_to_author(*, by: Actor, version: PathVersion, seen: int, words: str, now: datetime) -> ApprovalRequest:
    """Whoever could approve sends a draft back, and says what to mend.

    Raises ValidationError (state, stale, own, empty, characters), PermissionDenied.
    """
    fresh = locked_version(by, version, seen, PathState.DRAFT)
    if not may_approve(by, fresh):
        raise ValidationError(_("Somebody else than a writer approves the path."), code="own")
    if not words.strip():
        raise ValidationError(_("Write what the author should mend."), code="empty")
    if has_strange_characters(words):
        raise ValidationError(_("The text has characters that cannot be seen. Write it again without copying."), code="characters")
    request = ApprovalRequest.objects.open().filter(version=fresh).first()
    if request is None:
        raise ValidationError(_("Nobody has sent this for approval."), code="state")
    request.answer, request.answered_by_id, request.answered_at = words.strip()[:MOST_LETTERS], person_of(by), now
    request.save()
    note(by, AuditAction.CHANGE, fresh, fresh.path.county.code, after={"returned": True, "number": fresh.number})
    return request  # type: ignore[no-any-return]


@transaction.atomic
def restore_version(*, by: Actor, version: PathVersion) -> PathVersion:
    """An old version is taken up again as a new draft; what is written now is finished or deleted first.

    Raises ValidationError (state, open), PermissionDenied.
    """
    path = locked_path(by, version.path)
    old = PathVersion.objects.get(pk=version.pk)
    if old.state not in SHOWN_STATES:
        raise ValidationError(_("Only a version that has been published can be restored."), code="state")
    if PathVersion.objects.filter(path=path).open().exists():
        raise ValidationError(_("A draft of this path is being written. Publish or delete it first."), code="open")
    return new_version(by, path, from_json(old.text), change_note=_("Version %(n)s was restored.") % {"n": old.number})


@transaction.atomic
def delete_draft(*, by: Actor, version: PathVersion, seen: int) -> bool:
    """A draft is thrown away; a path that has never been published goes with its only draft. True: the path is gone too.

    Raises ValidationError (state, stale), PermissionDenied.
    """
    fresh = locked_version(by, version, seen, *OPEN_STATES)
    path = fresh.path
    note(by, AuditAction.DELETE, fresh, path.county.code, before={"slug": path.slug, "number": fresh.number})
    fresh.delete()
    if PathVersion.objects.filter(path=path).exists():
        return False
    note(by, AuditAction.DELETE, path, path.county.code, before={"slug": path.slug})
    path.delete()
    return True


@transaction.atomic
def retire_path(*, by: Actor, path: Path, to: Path | None, now: datetime) -> Path:
    """A path is taken away from residents; who comes to it is led to another published path of the county, if one is named.

    Raises ValidationError (redirect), PermissionDenied.
    """
    fresh = locked_path(by, path)
    if to is not None and not Path.objects.published().filter(county=fresh.county, pk=to.pk).exclude(pk=fresh.pk).exists():
        raise ValidationError(_("Choose another published path of the county."), code="redirect")
    if to is None:
        Redirect.objects.filter(path=fresh).delete()
    else:
        Redirect.objects.update_or_create(path=fresh, defaults={"to": to})
    note(by, AuditAction.CHANGE, fresh, fresh.county.code, after={"redirect": to.slug if to else ""})
    return withdraw_path(by=by, path=fresh, now=now)


__all__ = ["delete_draft", "restore_version", "retire_path", "return_to_author", "send_for_approval"]
