"""Counts the answers of a survey, in three queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count

from services.models import Survey, SurveyAnswer, SurveyResponse
from services.surveys.results import Counted, Tally, Unit, results_of


def read_results(survey: Survey) -> dict[str, Any]:
    """The results of the answers that there are now, with what may not be shown left out."""
    responses = SurveyResponse.objects.filter(survey=survey).order_by().values_list("unit").annotate(n=Count("pk"))
    rows = SurveyAnswer.objects.filter(response__survey=survey).order_by()
    answered: dict[int, dict[Unit, int]] = defaultdict(dict)
    for question, unit, n in rows.values_list("question_id", "response__unit").annotate(n=Count("response", distinct=True)):
        answered[question][unit] = n
    counts: dict[int, dict[tuple[Unit, int], int]] = defaultdict(dict)
    chosen = rows.filter(choice__isnull=False).values_list("question_id", "response__unit", "choice")
    for question, unit, choice, n in chosen.annotate(n=Count("pk")):
        counts[question][unit, choice] = n
    return results_of(
        Tally(
            responses=dict(responses),
            units=len(survey.units),
            questions=[
                Counted(key=str(one.key), choices=one.choices, answered=answered[one.pk], counts=counts[one.pk])
                for one in survey.questions.all()
            ],
        )
    )
