"""Evidence proposed in words from what has been logged: a person reads it, corrects it and confirms (S000-46, S000-54)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from adoption.choices import PartKind, ReachedAudience
from adoption.models import CommunicationAction, ItemPart, RolloutItem
from adoption.signals.life import QUARTER
from services.choices import ServiceStatus

LOGGED = "communication_logged"
# Whom a named part of the evidence is about; any other part is about everybody.
AUDIENCES: Mapping[str, str] = {"to_residents": ReachedAudience.RESIDENTS, "to_professionals": ReachedAudience.PROFESSIONALS}


def proposals_of(item: RolloutItem, parts: Iterable[ItemPart], *, wanted: Collection[int], today: date) -> dict[int, str]:
    """The proposed text of each wanted part, by its key: the actions of the last 90 days, and the page when it is public."""
    asked = [part for part in parts if part.kind == PartKind.EVIDENCE and part.pk in wanted]
    if LOGGED not in item.model_item.signals or not asked:
        return {}
    rows = CommunicationAction.objects.filter(rollout=item.rollout_id, on__range=(today - QUARTER, today))
    actions = list(rows.order_by("on", "pk"))
    found = {part.pk: _lines(item, AUDIENCES.get(part.name, ""), actions) for part in asked}
    return {key: text for key, text in found.items() if text}


def _lines(item: RolloutItem, audience: str, actions: Iterable[CommunicationAction]) -> str:
    told = [
        f"{row.what}, {row.medium}, {formats.date_format(row.on, 'SHORT_DATE_FORMAT')}"
        for row in actions
        if not audience or row.audience == audience
    ]
    service = item.rollout.service
    if audience == ReachedAudience.RESIDENTS and service is not None and service.status == ServiceStatus.OPEN:
        told.append(_("The service’s page is published: %(address)s") % {"address": reverse("service", args=[service.key])})
    return "\n".join(f"– {line}" for line in told)
