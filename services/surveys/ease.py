"""How easy residents find the chat of a service, as its newest survey asked them (S001-25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from services.choices import QuestionMeasure, SurveyKind
from services.models import Question, Service, Survey
from services.surveys.results import mean_of

HOLDS_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Ease:
    """The mean of the scale from 1 to 5, of how many answers, and in which survey."""

    survey: Survey
    mean: Decimal
    n: int


def ease_of(service: Service, *, now: datetime) -> Ease | None:
    """Of the survey that closed last within a year and asked it; none where fewer than five answered. One query."""
    asked = Question.objects.filter(
        measures=QuestionMeasure.EASE,
        survey__service=service,
        survey__kind=SurveyKind.PUBLIC,
        survey__closed_at__gt=now - HOLDS_FOR,
        survey__closed_at__lte=now,
    )
    for question in asked.select_related("survey").order_by("-survey__closed_at"):
        stored: Any = next((each for each in question.survey.results.get("questions", ()) if each["key"] == str(question.key)), {})
        if (counts := stored.get("counts")) and (mean := mean_of(counts)) is not None:
            return Ease(question.survey, mean, sum(counts))
    return None


__all__ = ["Ease", "ease_of"]
