"""Proposals: a responder's own words become everybody's when somebody who keeps common replies takes them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import CONSOLE_ROLES, AuditAction
from accounts.operations import record_audit
from accounts.permissions import has_role_anywhere
from handbook.choices import ProposalState
from handbook.models import QuickReply, ReplyProposal
from handbook.operations.replies import create_reply
from services.identity_codes import mask
from services.models import County, Service

MOST_OPEN = 50


@transaction.atomic
def propose_reply(
    *, by: Actor, county: County, service: Service | None, language: str, title: str, text: str, now: datetime
) -> ReplyProposal:
    """A responder proposes her own words for everybody. Identity codes are masked, and the conversation is not named."""
    if not isinstance(by, Staff) or not has_role_anywhere(by, CONSOLE_ROLES, county=county.code):
        raise PermissionDenied
    if service is not None and not Service.objects.readable_by(by).filter(pk=service.pk, county=county).exists():
        raise PermissionDenied
    open_ones = ReplyProposal.objects.filter(made_by=by.user_id, county=county, state=ProposalState.OPEN)
    if open_ones.count() >= MOST_OPEN:
        raise ValidationError(_("You have many proposals waiting. Wait until some of them are decided."), code="too_many")
    words, _count = mask(text.strip(), language)
    name, _count = mask(title.strip(), language)
    row = ReplyProposal(
        county=county, service=service, language=language, title=name, text=words, made_by_id=by.user_id, made_at=now
    )
    row.full_clean()
    row.save()
    _audit(by, row, AuditAction.CREATE, "")
    return row


@transaction.atomic
def accept_proposal(
    *, by: Actor, proposal: ReplyProposal, reply: QuickReply, services: Collection[Service] = (), now: datetime
) -> QuickReply:
    """Whoever decides the proposal makes it a reply, in the words that she has checked, and approves it."""
    row = _open(by, proposal)
    made = create_reply(by=by, reply=reply, services=services, now=now, approve=True)
    _decide(by, row, ProposalState.ACCEPTED, "", made, now)
    return made


@transaction.atomic
def decline_proposal(*, by: Actor, proposal: ReplyProposal, reason: str, now: datetime) -> ReplyProposal:
    """Whoever decides the proposal does not take it, and tells why."""
    row = _open(by, proposal)
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Tell the proposer why."), code="required")})
    _decide(by, row, ProposalState.DECLINED, reason.strip()[:300], None, now)
    return row


def _open(by: Actor, proposal: ReplyProposal) -> ReplyProposal:
    rows = ReplyProposal.objects.filter(pk=proposal.pk)
    if not rows.readable_by(by).exists():
        raise ReplyProposal.DoesNotExist
    if not rows.editable_by(by).exists():
        raise PermissionDenied
    row: ReplyProposal = rows.select_related("county").select_for_update(of=("self",), no_key=True).get()
    if row.state != ProposalState.OPEN:
        raise ValidationError(_("Somebody has decided this proposal already."), code="decided")
    return row


def _decide(by: Actor, row: ReplyProposal, state: ProposalState, reason: str, reply: QuickReply | None, now: datetime) -> None:
    row.state, row.reason, row.reply, row.decided_at = state, reason, reply, now
    row.decided_by_id = by.user_id if isinstance(by, Staff) else None
    row.save()
    _audit(by, row, AuditAction.CHANGE, state)


def _audit(by: Actor, row: ReplyProposal, action: AuditAction, state: str) -> None:
    record_audit(
        by=by,
        action=action,
        object_type="handbook.replyproposal",
        object_id=row.public_id,
        county=row.county.code,
        after={"state": state} if state else None,
    )
