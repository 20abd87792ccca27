"""Evidence proposed in words from what has been logged: a person reads it, corrects it and confirms (S000-46, S000-54)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from adoption.choices import PartKind, ReachedAudience
from adoption.forms_of_model import FormSpec
from adoption.goals import figures_of
from adoption.models import CommunicationAction, ItemPart, Rollout, RolloutItem
from adoption.periods import first_of_month
from adoption.signals.life import QUARTER
from reports.months import Period
from services.choices import ServiceStatus

METRIC = re.compile(r"M\d\d")
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


def prefilled(rollout: Rollout, spec: FormSpec, period: date | None, *, today: date) -> dict[str, str]:
    """What a form of a month begins with: the figures that its fields name, of the month in hand, for a person to conclude from."""
    asked = {each.key: METRIC.findall(each.prefilled) for each in spec.fields if each.prefilled}
    codes = {code for found in asked.values() for code in found}
    if rollout.service is None or period is None or not codes:
        return {}
    month = Period(period, first_of_month(period, 1) - timedelta(days=1))
    figures = figures_of(rollout.service, codes, month, day=today)
    told = {key: [f"{figures[code].name} ({code}): {figures[code].words}." for code in found] for key, found in asked.items()}
    return {key: "\n".join(lines) for key, lines in told.items()}


def asks_messages(item: RolloutItem) -> bool:
    """The item under which the service is told about again and again: a targeted message belongs to it (S001-72)."""
    return LOGGED in item.model_item.signals and bool(item.model_item.recurrence)


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
