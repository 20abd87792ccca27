"""The responder says how she is there, and that she stays after closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Staff
from chat.choices import PresenceKind
from chat.operations import extend_presence, set_presence
from chat.refusals import Refusal, refuse
from chat.views.console_door import console_door
from chat.views.console_doors import answer, uuid_or_none
from services.models import County

OFF, FINISH = "off", "finish"
"""What the form says for going off, and for going off when her conversations have ended."""


@require_POST
@console_door
def set_own(request: HttpRequest, actor: Staff) -> HttpResponse:
    """Available with her own limit, on the phone, on a break with its end and cover, away, or off."""

    def act() -> dict[str, object]:
        now = timezone.now()
        kind = request.POST.get("kind", "")
        if kind not in (*PresenceKind.values, OFF, FINISH):
            raise refuse(Refusal.INVALID)
        minutes = number_of(request.POST.get("back", ""))
        row = set_presence(
            by=actor,
            county=county_of(request),
            kind="" if kind in (OFF, FINISH) else kind,
            limit=number_of(request.POST.get("limit", "")),
            back_at=now + timedelta(minutes=minutes) if minutes is not None else None,
            cover=cover_of(request.POST.get("cover", "")),
            keep=kind == FINISH,
            now=now,
        )
        return {"kind": row.kind if row else OFF}

    return answer(request, act, refused=back_with(request), to="chat:console")


@require_POST
@console_door
def stay(request: HttpRequest, actor: Staff) -> HttpResponse:
    """Fifteen minutes more, or until midnight."""

    def act() -> dict[str, object]:
        row = extend_presence(
            by=actor, county=county_of(request), to_midnight=request.POST.get("until") == "midnight", now=timezone.now()
        )
        return {"stays_until": row.stays_until}

    return answer(request, act, refused=back_with(request), to="chat:console")


def back_with(request: HttpRequest, to: str = "chat:console") -> Callable[[Refusal, str], HttpResponse]:
    """After a refused plain form: the page, with the reason."""

    def inner(code: Refusal, words: str) -> HttpResponse:
        messages.warning(request, words)
        return redirect(to)

    return inner


def county_of(request: HttpRequest) -> County:
    """The county of the page; the door has asked for a right in it."""
    county: County = request.county  # type: ignore[attr-defined]
    return county


def number_of(text: str) -> int | None:
    """A whole number of a form, none when the field is empty; what is no number is refused."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > 5:
        raise refuse(Refusal.INVALID)
    return int(text)


def cover_of(text: str) -> UUID | None:
    """The cover person of a form, none when nobody is chosen."""
    cover = uuid_or_none(text) if text else None
    if text and cover is None:
        raise refuse(Refusal.INVALID)
    return cover
