"""What is known of a conversation for the placeholders of quick replies, in the conversation's language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from chat.availability import availabilities
from chat.models import Conversation
from chat.operations.moving import open_transfer
from chat.outlook import outlooks
from handbook.replies.placeholders import LINK, PHONE
from services import hosts
from services.choices import Audience, ContactKind
from services.memory import remembered
from services.models import Channel, ContactPoint, Link, Queue
from services.texts import texts_of

HELP_FORM_DAYS = "2–3"
ESTIMATE_SECONDS = 10.0
"""How old the estimate in a reply may be: it is told in whole minutes, and every responder of the queue asks for it."""


@dataclass(frozen=True, slots=True)
class Known:
    """The values of placeholders, and what contact points and links are called where a value is missing."""

    values: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def known_of(row: Conversation, user: User, *, named: Collection[str], now: datetime) -> Known:
    """The values of the named placeholders as far as the portal knows them. Internal numbers are for professionals only."""
    language, wanted = row.language, set(named)
    known = Known()
    values = known.values
    values["responder_first_name"] = (user.display_name or user.first_name).partition(",")[0].strip()
    values["service_name"] = texts_of(row.service, "name").get(language, "")
    values["keep_place_min"] = str(row.service.keep_place_minutes)
    values["help_form_days"] = HELP_FORM_DAYS
    audiences = [Audience.PUBLIC, Audience.INTERNAL] if row.professional_id else [Audience.PUBLIC]
    if "phone" in wanted:
        channels = Channel.objects.filter(
            service=row.service_id, contact_point__kind=ContactKind.PHONE, contact_point__audience=Audience.PUBLIC
        )
        values["phone"] = channels.exclude(contact_point__value="").values_list("contact_point__value", flat=True).first() or ""
    if phones := {name.removeprefix(PHONE) for name in wanted if name.startswith(PHONE)}:
        for point in ContactPoint.objects.filter(county=row.county_id, key__in=phones, audience__in=audiences):
            values[f"{PHONE}{point.key}"] = point.value
            known.names[f"{PHONE}{point.key}"] = str(point)
    if links := {name.removeprefix(LINK) for name in wanted if name.startswith(LINK)}:
        for link in Link.objects.filter(county=row.county_id, key__in=links, audience__in=audiences):
            values[f"{LINK}{link.key}"] = texts_of(link, "url").get(language, "") or texts_of(link, "url").get("fi", "")
            known.names[f"{LINK}{link.key}"] = str(link)
    if "queue_estimate_min" in wanted:
        county, queue = hosts.shared(row.county_id), row.queue_id
        values["queue_estimate_min"] = (
            remembered(county, f"reply-estimate:{queue}", ESTIMATE_SECONDS, lambda: _estimate(queue, now))
            if county
            else _estimate(queue, now)
        )
    if wanted & {"target_service", "next_open"}:
        _add_target(row, values, now)
    return known


def _estimate(queue: int, now: datetime) -> str:
    line = list(Queue.objects.filter(pk=queue).for_board())
    ranges = outlooks(line, now=now)[queue].ranges(1, first_since=None, now=now)
    return str(max(1, ranges[0].high // 60)) if ranges else ""


def _add_target(row: Conversation, values: dict[str, str], now: datetime) -> None:
    """Where the conversation is being moved to, if it is; else the gap stays."""
    transfer = open_transfer(row)
    if transfer is None or transfer.to_queue is None:
        return
    values["target_service"] = texts_of(transfer.to_queue.service, "name").get(row.language, "")
    opens = availabilities([transfer.to_queue], now=now)[transfer.to_queue.pk].opens_at
    if opens is not None:
        values["next_open"] = opening_words(opens, row.language)


def opening_words(opens: datetime, language: str) -> str:
    """Maanantaina klo 8, på måndag kl. 8, on Monday at 8:00."""
    local = timezone.localtime(opens)
    with translation.override(language):
        days = {
            0: _("on Monday"),
            1: _("on Tuesday"),
            2: _("on Wednesday"),
            3: _("on Thursday"),
            4: _("on Friday"),
            5: _("on Saturday"),
            6: _("on Sunday"),
        }
        clock = (
            date_format(local, "G:i") if language == "en" else f"{local.hour}" + (f".{local.minute:02d}" if local.minute else "")
        )
        return _("%(day)s at %(clock)s") % {"day": days[local.weekday()], "clock": clock}
