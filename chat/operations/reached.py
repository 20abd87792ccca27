"""Whose desks something of a conversation reaches: who holds a role in its service."""

from __future__ import annotations

from django.db.models import Q

from accounts.choices import Role
from accounts.models import Grant
from chat.broadcast import announce_board
from chat.models import Conversation, Leg


def staff_reached(row: Conversation, roles: tuple[str, ...]) -> list[int]:
    """Those who hold one of the roles in the conversation's service, by primary key."""
    grants = Grant.objects.valid().filter(
        Q(service_id__isnull=True) | Q(service_id=row.service.public_id), county=row.county.code, role__in=roles
    )
    return list(grants.order_by().values_list("user_id", flat=True).distinct())


def tell_no_more(leg: Leg) -> None:
    """The one who waited in the leg has been taken or has left: the supervisors who were told of her see it at once (S002-44)."""
    if leg.supervisor_told_at is not None:
        announce_board(users=staff_reached(leg.conversation, (Role.SUPERVISOR,)))
