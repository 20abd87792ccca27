"""Telling a resident that an identity code was masked: what the notice says, and how often."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from chat.choices import AudienceChoice, EventKind
from chat.models import Event

NOTICE = _(
    "The personal identity code has been hidden for your safety. Please do not write an identity code, name or address in this "
    "chat. I can give general advice without them."
)
"""Quick reply QR13 of the handbook."""
NOTICE_PAUSE = timedelta(minutes=10)
LANGUAGES = ("fi", "sv", "en")


def notice_in(language: str) -> str:
    """The notice in a resident's language."""
    with override(language):
        return str(NOTICE)


def told_lately(conversations: Collection[int], *, now: datetime) -> set[int]:
    """Conversations, by key, in which the notice stands already within ten minutes."""
    told = Event.objects.filter(
        conversation_id__in=conversations,
        audience=AudienceChoice.ALL,
        kind=EventKind.NOTICE,
        created_at__gt=now - NOTICE_PAUSE,
        body__in=[notice_in(language) for language in LANGUAGES],
    )
    return set(told.order_by().values_list("conversation_id", flat=True))
