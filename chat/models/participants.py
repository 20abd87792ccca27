"""Who takes part in a conversation, and how far each has read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from chat.choices import ParticipantKind
from chat.models.conversations import Conversation


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Writing many read marks at once."""

    def write_seen(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """Move read marks forward: (key, seen_all, seen_staff), in key order; they never go back."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "UPDATE chat_participant AS p"
                    " SET seen_all = GREATEST(p.seen_all, v.a), seen_staff = GREATEST(p.seen_staff, v.s)"
                    " FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS v(id, a, s) WHERE p.id = v.id",
                    [list(column) for column in zip(*rows, strict=True)],
                )
            else:
                with transaction.atomic():
                    cursor.executemany(
                        "UPDATE chat_participant SET seen_all = MAX(seen_all, %s), seen_staff = MAX(seen_staff, %s) WHERE id = %s",
                        [(seen_all, seen_staff, pk) for pk, seen_all, seen_staff in rows],
                    )


class Participant(models.Model):
    """Someone in a conversation. Message ids are unique per participant, and she comes from the session, never a frame."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=9, choices=ParticipantKind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=60, blank=True, help_text="The name shown; a resident has none unless she tells it.")
    joined_at = models.DateTimeField(default=timezone.now)
    seen_all = models.PositiveIntegerField(default=0, help_text="The last number of each audience that was seen.")
    seen_staff = models.PositiveIntegerField(default=0)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=Q(kind="resident"), name="participant_one_resident"),
            models.UniqueConstraint(fields=["conversation", "user"], condition=Q(user__isnull=False), name="participant_user_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
