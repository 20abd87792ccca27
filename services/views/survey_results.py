"""What came of a closed survey: a file of its figures, and the answers in people's own words for those who may read them."""

from __future__ import annotations

import tablib
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from services.choices import QuestionKind
from services.models import Survey, SurveyAnswer
from services.operations import note_export, note_reading
from services.resources.files import CONTENT_TYPES, write_file
from services.surveys import HEADERS, table_of
from services.views.survey_door import reader_door


@require_GET
@reader_door
def table(request: HttpRequest, actor: Staff, survey: Survey, kind: str) -> HttpResponse:
    """The figures as a spreadsheet: no person, no own words; what is hidden on the page is hidden here."""
    if survey.closed_at is None or kind not in CONTENT_TYPES:
        raise Http404
    note_export(by=actor, survey=survey)
    dataset = tablib.Dataset(headers=[str(each) for each in HEADERS], title=str(survey)[:31])
    for row in table_of(survey, (get_language() or "fi")[:2]):
        dataset.append(row)
    response = HttpResponse(write_file(dataset, kind), content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="kysely-{survey.closed_at:%Y-%m-%d}.{kind}"'
    return response


@require_GET
@reader_door
def own_words(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """The answers in own words, in no order of people; each reading is audited."""
    if survey.closed_at is None:
        raise Http404
    if not Survey.objects.words_readable_by(actor).filter(pk=survey.pk).exists():
        raise PermissionDenied
    note_reading(by=actor, survey=survey)
    told = {each["key"] for each in survey.results.get("questions", ()) if each["n"] is not None}
    questions = [] if survey.words_erased_at else [one for one in survey.questions.all() if one.kind == QuestionKind.WORDS]
    lists = [
        (
            one,
            sorted(SurveyAnswer.objects.filter(question=one).values_list("words", flat=True), key=str.casefold)
            if str(one.key) in told
            else None,
        )
        for one in questions
    ]
    return render(request, "surveys/words.html", {"survey": survey, "lists": lists})
