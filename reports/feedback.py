"""The inbox of what residents say in their own words: which texts a person goes through (M17, S001-24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from accounts.actors import Actor
from chat.models import Conversation, Feedback
from reports.choices import REVIEWERS, Theme, Tone
from reports.models import FeedbackMark
from reports.models.feedback import TOLD
from reports.permissions import readable_services
from services.models import County, Service

NEW = "uudet"
TONES: Sequence[str] = (NEW, *Tone.values)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which texts are asked for."""

    service: Service | None = None
    tone: str = ""
    theme: str = ""


def texts(actor: Actor, county: County) -> QuerySet[Feedback]:
    """Residents' own words of the services that she supervises or manages, by any medium, the newest first; no tests, and no
    erased words.
    """
    of_rows = (
        Conversation.objects.filter(is_test=False)
        .of_residents()
        .filter(county=county, first_queue__service__in=readable_services(actor, county, REVIEWERS), erased_at__isnull=True)
    )
    rows: QuerySet[Feedback] = Feedback.objects.exclude(words="").filter(conversation__in=of_rows, answered_at__isnull=False)
    return rows.order_by("-answered_at", "-pk")


def chosen(rows: QuerySet[Feedback], wanted: Wanted) -> QuerySet[Feedback]:
    """Of these, those that are asked for."""
    marks = FeedbackMark.objects.filter(TOLD, feedback=OuterRef("pk"))
    if wanted.service is not None:
        rows = rows.filter(conversation__first_queue__service=wanted.service)
    if wanted.tone == NEW:
        rows = rows.filter(~Exists(marks))
    elif wanted.tone:
        rows = rows.filter(Exists(marks.filter(tone=wanted.tone)))
    if wanted.theme:
        # A list of keys of a closed list: a key in quotation marks stands in its text once at most.
        rows = rows.filter(Exists(marks.filter(themes__icontains=f'"{Theme(wanted.theme).value}"')))
    return rows


def not_gone_through(actor: Actor, county: County, service: Service | None = None) -> int:
    """How many texts wait for somebody to read them."""
    return chosen(texts(actor, county), Wanted(service, NEW)).count()
