"""Writing, approving and publishing paths. What is published never changes; a change is a new version (S003-29)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, System, person_of
from accounts.choices import AuditAction
from accounts.models import Grant, User
from accounts.operations.audit import note
from guidance.checks import PHONE, PLACEHOLDER, blocking, findings
from guidance.choices import AUTHOR_ROLES, OPEN_STATES, PathState
from guidance.document import LANGUAGES, PathDocument, from_json
from guidance.models import Path, PathVersion
from guidance.operations.ground import locked_path, locked_version, write_document
from guidance.permissions import may_approve, may_write_paths
from guidance.surroundings import surroundings_of
from services.models import ContactPoint, County, Link
from services.models.uses import ITSELF
from services.operations import replace_uses
from services.reviews import months_later

STALE = "stale"


@transaction.atomic
def create_path(*, by: Actor, county: County, document: PathDocument) -> PathVersion:
    """An author begins a new path of the county, as a draft. Raises ValidationError (slug_taken), PermissionDenied."""
    if not may_write_paths(by, county=county.code):
        raise PermissionDenied
    if Path.objects.filter(county=county, slug=document.slug).exists():
        raise ValidationError(_("The county has a path with this address name already."), code="slug_taken")
    path = Path.objects.create(county=county, slug=document.slug, owner_id=person_of(by))
    note(by, AuditAction.CREATE, path, county.code, after={"slug": path.slug})
    return new_version(by, path, document)


@transaction.atomic
def begin_draft(*, by: Actor, path: Path) -> PathVersion:
    """A new version is begun from the newest one; while one is being written, that one is given. Raises PermissionDenied."""
    fresh = locked_path(by, path)
    newest = PathVersion.objects.filter(path=fresh).order_by("-number").first()
    if newest is None:
        raise PathVersion.DoesNotExist
    newest.path = fresh
    return newest if newest.is_open else new_version(by, fresh, from_json(newest.text))


@transaction.atomic
def save_draft(*, by: Actor, version: PathVersion, document: PathDocument, seen: int, change_note: str = "") -> PathVersion:
    """A draft is saved as far as it is written; what was approved becomes a draft again.

    Raises ValidationError (state, stale, slug), PermissionDenied.
    """
    fresh = locked_version(by, version, seen, *OPEN_STATES)
    write_document(fresh, document)
    _written(by, fresh)
    fresh.change_note = change_note.strip()[:400]
    return _move(by, fresh, PathState.DRAFT)


@transaction.atomic
def approve_version(*, by: Actor, version: PathVersion, seen: int, now: datetime) -> PathVersion:
    """Somebody else than a writer approves a draft; of a health path nothing is published without it (S003-17).

    Raises ValidationError (state, stale, own), PermissionDenied.
    """
    fresh = locked_version(by, version, seen, PathState.DRAFT)
    if not may_approve(by, fresh):
        raise ValidationError(_("Somebody else than a writer approves the path."), code="own")
    fresh.approved_at, fresh.approved_by_id = now, person_of(by)
    return _move(by, fresh, PathState.APPROVED)


@transaction.atomic
def publish_version(*, by: Actor, version: PathVersion, seen: int, now: datetime) -> PathVersion:
    """A path goes to residents when nothing in it is wrong; who is walking the version before it ends in that one.

    Raises ValidationError (state, stale, not_approved, findings: what must be mended, by its place), PermissionDenied.
    """
    fresh = locked_version(by, version, seen, *OPEN_STATES)
    document = from_json(fresh.text)
    if document.health and fresh.approved_at is None:
        raise ValidationError(_("A health path is published only when somebody else has approved it."), code="not_approved")
    wrong = blocking(findings(document, surroundings_of(fresh.path.county)))
    if wrong:
        raise ValidationError([ValidationError(str(each), code=each.code) for each in wrong])
    PathVersion.objects.filter(path=fresh.path, state=PathState.PUBLISHED).update(state=PathState.RETIRED, retired_at=now)
    fresh.published_at, fresh.published_by_id = now, person_of(by)
    path = fresh.path
    path.review_on = months_later(timezone.localdate(now), document.review_months)
    path.withdrawn_at = None
    path.version += 1
    path.save(update_fields=["review_on", "withdrawn_at", "version", "changed_at"])
    _write_uses(path, document)
    return _move(by, fresh, PathState.PUBLISHED)


@transaction.atomic
def withdraw_path(*, by: Actor, path: Path, now: datetime) -> Path:
    """A path is taken away from residents at once, also from those who are walking it. Raises PermissionDenied."""
    fresh = locked_path(by, path)
    if fresh.withdrawn_at is None:
        fresh.withdrawn_at = now
        fresh.version += 1
        fresh.save(update_fields=["withdrawn_at", "version", "changed_at"])
        replace_uses(county=fresh.county, entry=_entry(fresh), label="")
        note(by, AuditAction.CHANGE, fresh, fresh.county.code, after={"withdrawn": True})
    return fresh


@transaction.atomic
def arrange_path(*, by: Actor, path: Path, owner: User | None, review_on: date | None, seen: int) -> Path:
    """Who looks after a path, and when it is looked at again (S003-9). The owner writes paths of the county.

    Raises ValidationError (stale, owner), PermissionDenied.
    """
    fresh = locked_path(by, path)
    if fresh.version != seen:
        raise ValidationError(_("Somebody has changed this meanwhile. Look at the newest text and try again."), code=STALE)
    grants = Grant.objects.valid().filter(county=fresh.county.code, role__in=AUTHOR_ROLES, service_id__isnull=True)
    if owner is not None and not grants.filter(user=owner).exists():
        raise ValidationError(_("The owner must have a right to write paths in the county."), code="owner")
    before = {"owner": fresh.owner_id, "review_on": str(fresh.review_on)}
    fresh.owner, fresh.review_on = owner, review_on
    fresh.version += 1
    fresh.save(update_fields=["owner", "review_on", "version", "changed_at"])
    after = {"owner": fresh.owner_id, "review_on": str(review_on)}
    note(by, AuditAction.CHANGE, fresh, fresh.county.code, before=before, after=after)
    return fresh


def new_version(actor: Actor, path: Path, document: PathDocument, **facts: Any) -> PathVersion:
    """The next version of the path, as a draft: a step of the operations that begin one."""
    number = (PathVersion.objects.filter(path=path).aggregate(last=Max("number"))["last"] or 0) + 1
    version = PathVersion(path=path, number=number, **facts)
    write_document(version, document)
    if not isinstance(actor, System):
        _written(actor, version)
    version.save()
    note(actor, AuditAction.CREATE, version, path.county.code, after={"slug": path.slug, "number": number})
    return version


def _written(by: Actor, version: PathVersion) -> None:
    person = person_of(by)
    version.from_content = False
    version.approved_at, version.approved_by = None, None
    if person is not None:
        version.written_by_id = person
        version.writers = [*version.writers, *([] if person in version.writers else [person])]


def _move(by: Actor, version: PathVersion, state: PathState) -> PathVersion:
    was, version.state = version.state, state
    version.version += 1
    version.save()
    note(
        by,
        AuditAction.CHANGE,
        version,
        version.path.county.code,
        before={"state": str(was)},
        after={"state": str(state), "number": version.number},
    )
    return version


def _entry(path: Path) -> str:
    return f"path:{path.slug}"


def _write_uses(path: Path, document: PathDocument) -> None:
    """Contact points, links, queues, services and paths that the path names, as far as they are there; and itself, so that the
    handbook may name it.
    """
    texts = [node.text.given(code) for node in document.nodes.values() for code in LANGUAGES]
    named = [match for text in texts for name in PLACEHOLDER.findall(text) if (match := PHONE.fullmatch(name))]
    actions = [action for _key, action in document.actions()]
    phones = {match.group(1) for match in named} | {action.number for action in actions if action.number}
    links = {action.link for action in actions if action.link}
    replace_uses(
        county=path.county,
        entry=_entry(path),
        label=document.title.within("fi")[0],
        url=reverse("guidance:path", args=[path.slug]),
        phones=set(ContactPoint.objects.filter(county=path.county, key__in=phones).values_list("key", flat=True)),
        links=set(Link.objects.filter(county=path.county, key__in=links).values_list("key", flat=True)),
        things={
            f"{ITSELF}{_entry(path)}",
            *(f"service:{action.service}" for action in actions if action.service),
            *(f"queue:{action.queue}" for action in actions if action.queue),
            *(f"path:{action.path}" for action in actions if action.path),
        },
    )


__all__ = [
    "approve_version",
    "arrange_path",
    "begin_draft",
    "create_path",
    "publish_version",
    "save_draft",
    "withdraw_path",
]
