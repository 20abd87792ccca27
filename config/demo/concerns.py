"""Concerns of the demonstration's past: two gone through, one still open, so that the board shows what it is for."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.actors import Staff
from accounts.choices import Role
from accounts.models import Grant
from chat.choices import State, Status
from chat.concerns import NOTICE, step_keys
from chat.models import Conversation
from chat.operations import do_concern_step, flag_conversation, handle_flag
from services.models import County

RECENT = timedelta(days=25)
CONCERNS = (("ikaantyneet", "older", 4), ("perheohjaus", "child", 6), ("asiakasohjaus", "adult", 6))
"""In which service, of what kind, and how many steps were gone through."""


def write_concerns(*, county: County, now: datetime) -> int:
    """Flags the newest answered conversation of each service as it would have been; gives how many. None where nobody answered."""
    supervisor = Grant.objects.valid().filter(county=county.code, role=Role.SUPERVISOR, service_id=None).first()
    made = 0
    for key, kind, done in CONCERNS:
        rows = Conversation.objects.counted().filter(county=county, service__key=key, state=State.ENDED, status=Status.ANSWERED)
        rows = rows.filter(responder__isnull=False, closed_at__range=(now - RECENT, now), flag="", professional=None)
        row = rows.order_by("-closed_at").first()
        if row is None or row.responder_id is None or row.closed_at is None:
            continue
        by, at = Staff(row.responder_id), row.closed_at - timedelta(minutes=1)
        if not Conversation.objects.readable_by(by).filter(pk=row.pk).exists():
            continue
        flag_conversation(by=by, conversation=row.public_id, flag=kind, now=at)
        for step in step_keys(kind)[:done]:
            do_concern_step(
                by=by, conversation=row.public_id, step=step, notice="made" if step == NOTICE else "", now=row.closed_at
            )
        if supervisor is not None:
            handle_flag(by=Staff(supervisor.user_id), conversation=row.public_id, now=row.closed_at)
        made += 1
    return made
