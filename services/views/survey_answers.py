"""A member of the staff answers a survey of hers."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from services.forms.surveys import AnswerForm
from services.models import County, Survey
from services.operations import answer_survey, has_answered
from services.views.survey_door import survey_door


@require_http_methods(["GET", "HEAD", "POST"])
@survey_door
def answer(request: HttpRequest, actor: Staff, county: County, survey: UUID) -> HttpResponse:
    """The questions, once for each person; afterwards, and from then on, thanks."""
    rows = Survey.objects.filter(county=county, public_id=survey).answerable_by(actor, timezone.localdate())
    row = rows.select_related("county", "service").first()
    if row is None:
        raise Http404
    if has_answered(by=actor, survey=row):
        return render(request, "surveys/thanks.html", {"survey": row})
    language = (get_language() or "fi")[:2]
    form = AnswerForm(request.POST or None, survey=row, questions=list(row.questions.all()), language=language)
    if request.method == "POST" and form.is_valid():
        try:
            answer_survey(by=actor, survey=row, answers=form.answers(), unit=form.unit(), language=language, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            return redirect("surveys:answer", row.public_id)
    return render(request, "surveys/answer.html", {"survey": row, "form": form}, status=422 if form.errors else 200)
