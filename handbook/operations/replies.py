"""Quick replies: who may make, change, approve and retire them, and how their use is counted (S001-63).

A responder keeps her own replies and proposes common ones; a supervisor keeps and approves those of her services; a main user
keeps all. A protected reply is never missing: a service can only put its own in its place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff, System
from accounts.choices import AuditAction, Role
from accounts.operations import record_audit
from accounts.operations.refusals import require_version
from accounts.permissions import has_role
from handbook.choices import ReplyScope
from handbook.models import QuickReply
from handbook.operations.replies_rules import check_owner, check_ready, check_reply, named_in
from services.models import Service
from services.operations import change_row, create_row, replace_uses

REVIEW_AFTER = timedelta(days=365)
WORDS = frozenset({"text_fi", "text_sv", "text_en", "audience", "shortcut"})
FIXED = frozenset({"scope", "queue", "person", "county", "key"})
MOST_OF_ONE = 100


@transaction.atomic
def create_reply(
    *, by: Actor, reply: QuickReply, services: Collection[Service] = (), now: datetime, approve: bool = False, source: str = ""
) -> QuickReply:
    """A new quick reply of whoever may keep it; a shared one is used only when it is approved.

    A service’s reply with the short code of a protected common one stands in its place, and is protected too.
    """
    if reply.scope == ReplyScope.PERSONAL:
        _place_own(by, reply)
    reply.shortcut = reply.shortcut.strip().lower()
    if not reply.key:
        reply.key = _new_key(reply)
    if _replaces_protected(reply):
        reply.protected = True
    elif reply.protected and not _keeps_all(by, reply):
        raise PermissionDenied
    if reply.owner_id is None and isinstance(by, Staff):
        reply.owner_id = by.user_id
    elif isinstance(by, Staff):
        check_owner(reply.owner, county=reply.county)
    check_reply(reply, services=services)
    made = create_row(by=by, row=reply, many={"services": list(services)}, source=source)
    if approve and made.scope != ReplyScope.PERSONAL:
        return approve_reply(by=by, reply=made, version=None, now=now, review_on=reply.review_date, source=source)
    return made


@transaction.atomic
def change_reply(
    *,
    by: Actor,
    reply: QuickReply,
    values: Mapping[str, Any],
    services: Collection[Service] | None = None,
    version: int | None,
    now: datetime,
    approve: bool = False,
    source: str = "",
) -> QuickReply:
    """Whoever keeps the reply changes it; other words wait for approval again, and a protected reply is approved at once or not
    changed. A save over somebody else's newer text is refused (code "stale").
    """
    fresh = _locked(by, reply)
    if touched := FIXED & {name for name, value in values.items() if getattr(fresh, name) != value}:
        raise ValidationError(
            {sorted(touched)[0]: ValidationError(_("This cannot be changed: make a new reply instead."), code="fixed")}
        )
    values = {name: value for name, value in values.items() if name not in FIXED}
    if values.get("protected", fresh.protected) != fresh.protected and not _keeps_all(by, fresh):
        raise PermissionDenied
    if values.get("owner", fresh.owner) != fresh.owner:
        check_owner(values["owner"], county=fresh.county)
    wanted = list(fresh.services.all()) if services is None else list(services)
    differs = any(name in WORDS and getattr(fresh, name) != value for name, value in values.items())
    moved = {service.pk for service in wanted} != set(fresh.services.values_list("pk", flat=True))
    again = fresh.approved_at is not None and (differs or moved)
    if again and fresh.protected and not approve:
        raise ValidationError(
            _("A protected reply is never without approval: approve the new text when you save it."), code="protected_unapproved"
        )
    tried = QuickReply.objects.get(pk=fresh.pk)
    for name, value in values.items():
        setattr(tried, name, value)
    if version is None or version == fresh.version:
        check_reply(tried, services=wanted)
    chosen = values.get("review_date")
    changed = change_row(by=by, row=reply, values=values, version=version, many={"services": wanted}, source=source)
    if approve and changed.scope != ReplyScope.PERSONAL:
        review_on = chosen if chosen != fresh.review_date else None  # a day that stood there already is what the approval renews
        return approve_reply(by=by, reply=changed, version=None, now=now, review_on=review_on, source=source)
    if again and changed.scope != ReplyScope.PERSONAL:
        QuickReply.objects.filter(pk=changed.pk).update(approved_at=None, approved_by=None)
        changed.refresh_from_db()
    _note_uses(changed)
    return changed


@transaction.atomic
def approve_reply(
    *, by: Actor, reply: QuickReply, version: int | None, now: datetime, review_on: date | None = None, source: str = ""
) -> QuickReply:
    """Whoever keeps a shared reply approves the text that she read; it is reviewed again on the day that she gave, else in twelve
    months.
    """
    fresh = _locked(by, reply)
    require_version(saved=fresh.version, given=version)
    if fresh.scope == ReplyScope.PERSONAL:
        raise ValidationError(_("One’s own reply needs no approval."), code="personal")
    check_reply(fresh, services=list(fresh.services.all()))
    check_ready(fresh)
    fresh.approved_at = now
    fresh.approved_by_id = by.user_id if isinstance(by, Staff) else None
    today = timezone.localdate(now)
    fresh.review_date = review_on if review_on is not None and review_on > today else today + REVIEW_AFTER
    fresh.version += 1
    fresh.save(update_fields=["approved_at", "approved_by", "review_date", "version", "changed_at"])
    _audit(by, fresh, {"approved": True, "version": fresh.version}, source)
    _note_uses(fresh)
    return fresh


@transaction.atomic
def retire_reply(*, by: Actor, reply: QuickReply, version: int | None, now: datetime, source: str = "") -> QuickReply:
    """Whoever keeps the reply takes it out of use. A service may do so to a protected one only when the common one is behind it."""
    fresh = _locked(by, reply)
    require_version(saved=fresh.version, given=version)
    if fresh.retired_at is not None:
        return fresh
    if fresh.protected and not _keeps_all(by, fresh) and not _replaces_protected(fresh):
        raise ValidationError(
            _("A protected reply is not taken out of use by a service. You can write your own in its place."), code="protected"
        )
    fresh.retired_at = now
    fresh.version += 1
    fresh.save(update_fields=["retired_at", "version", "changed_at"])
    _audit(by, fresh, {"retired": True}, source)
    _note_uses(fresh)
    return fresh


@transaction.atomic
def restore_reply(*, by: Actor, reply: QuickReply, now: datetime, source: str = "") -> QuickReply:
    """A retired reply comes back as it was, if nobody has taken its short code meanwhile."""
    fresh = _locked(by, reply)
    if fresh.retired_at is None:
        return fresh
    check_reply(fresh, services=list(fresh.services.all()))
    fresh.retired_at = None
    fresh.version += 1
    try:
        with transaction.atomic():
            fresh.save(update_fields=["retired_at", "version", "changed_at"])
    except IntegrityError as error:
        raise ValidationError(_("The short code is in use already. Choose another."), code="shortcut_taken") from error
    _audit(by, fresh, {"retired": False}, source)
    _note_uses(fresh)
    return fresh


@transaction.atomic
def count_uses(*, by: Actor, replies: Collection[UUID], now: datetime) -> int:
    """Each reply that was sent is counted, by the reply and never by who wrote or read it; gives how many were known.

    A count is no edit: the reply keeps its version.
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    sent = Counter(list(replies)[:MOST_OF_ONE])
    known = QuickReply.objects.readable_by(by).filter(public_id__in=sent)
    found = list(known.values_list("pk", "public_id"))
    for pk, public_id in found:
        QuickReply.objects.filter(pk=pk).update(uses=F("uses") + sent[public_id], used_on=timezone.localdate(now))
    return len(found)


def _place_own(by: Actor, reply: QuickReply) -> None:
    if not isinstance(by, Staff):
        raise PermissionDenied
    reply.person_id = by.user_id
    reply.protected = False
    if QuickReply.objects.filter(person=by.user_id, retired_at__isnull=True).count() >= MOST_OF_ONE:
        raise ValidationError(
            _("You have %(most)s replies of your own. Take some out of use first."), code="too_many", params={"most": MOST_OF_ONE}
        )


def _locked(by: Actor, reply: QuickReply) -> QuickReply:
    """The stored reply, locked; others than its keepers are refused; who may not read it meets nothing."""
    rows = QuickReply.objects.select_related("county").filter(pk=reply.pk)
    if not rows.readable_by(by).exists():
        raise QuickReply.DoesNotExist
    if not rows.editable_by(by).exists():
        raise PermissionDenied
    fresh: QuickReply = rows.select_for_update(of=("self",), no_key=True).get()
    return fresh


def _keeps_all(by: Actor, reply: QuickReply) -> bool:
    return isinstance(by, System) or has_role(by, Role.MAIN_USER, county=reply.county.code)


def _replaces_protected(reply: QuickReply) -> bool:
    if reply.scope not in (ReplyScope.SERVICE, ReplyScope.QUEUE):
        return False
    common = QuickReply.objects.filter(county=reply.county_id, scope=ReplyScope.COMMON, shortcut=reply.shortcut, protected=True)
    return common.filter(retired_at__isnull=True).exists()


def _new_key(reply: QuickReply) -> str:
    name = slugify(re.sub(r"[^\w-]", "", reply.shortcut))[:30] or "vastaus"
    if reply.scope == ReplyScope.COMMON and not QuickReply.objects.filter(county=reply.county_id, key=name).exists():
        return name
    return f"{name}-{uuid4().hex[:8]}"


def _note_uses(reply: QuickReply) -> None:
    """Where a contact point or link is used: by replies that may be sent."""
    in_use = reply.retired_at is None and reply.is_approved and reply.scope != ReplyScope.PERSONAL
    phones, links = named_in(reply) if in_use else (set(), set())
    address = reverse("handbook:reply", args=[reply.public_id])
    replace_uses(county=reply.county, entry=f"reply:{reply.key}", label=str(reply), url=address, phones=phones, links=links)


def _audit(by: Actor, reply: QuickReply, after: dict[str, Any], source: str) -> None:
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="handbook.quickreply",
        object_id=reply.public_id,
        county=reply.county.code,
        after=after,
        source=source,
    )
