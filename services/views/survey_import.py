"""Answers gathered elsewhere are brought into a survey from a file: looked through first, then taken in whole (S002-31)."""

from __future__ import annotations

from hashlib import sha256

import tablib
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from services.forms.surveys import AnswersFileForm
from services.models import Survey
from services.operations import BroughtIn, bring_in_answers, take_out_import
from services.resources.files import CONTENT_TYPES, read_file, write_file
from services.surveys import heads_of
from services.views.survey_door import maker_door
from services.views.two_steps import two_steps


@require_http_methods(["GET", "HEAD", "POST"])
@maker_door
def answers(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """First the file is looked through and nothing is kept; then exactly the same file is brought in."""
    purpose = f"answers:{survey.public_id}:{actor.user_id}"
    steps = two_steps(
        request,
        form_class=AnswersFileForm,
        purpose=purpose,
        bring_in=lambda content, dry_run: _bring_in(actor, survey, content, dry_run=dry_run),
    )
    if steps.is_done and steps.found is not None:
        n = steps.found.n
        messages.success(
            request, ngettext("%(n)d person’s answers were brought in.", "%(n)d people’s answers were brought in.", n) % {"n": n}
        )
        return redirect("surveys:survey", survey.public_id)
    context = {"survey": survey, "questions": list(survey.questions.all()), **steps.context}
    return render(request, "surveys/import.html", context, status=steps.status)


@require_GET
@maker_door
def sheet(request: HttpRequest, actor: Staff, survey: Survey, kind: str) -> HttpResponse:
    """An empty table with the survey's questions as its headings, to be filled in."""
    if kind not in CONTENT_TYPES:
        raise Http404
    heads = heads_of(list(survey.questions.all()), survey.units, (get_language() or "fi")[:2])
    response = HttpResponse(
        write_file(tablib.Dataset(headers=heads, title=str(survey)[:31]), kind), content_type=CONTENT_TYPES[kind]
    )
    response["Content-Disposition"] = f'attachment; filename="vastaukset.{kind}"'
    return response


@require_POST
@maker_door
def take_out(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """A file that was brought in by mistake is taken out again."""
    try:
        n = take_out_import(by=actor, survey=survey, digest=request.POST.get("digest", ""), now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        words = ngettext("%(n)d person’s answers were taken out.", "%(n)d people’s answers were taken out.", n)
        messages.success(request, words % {"n": n})
    return redirect("surveys:survey", survey.public_id)


def _bring_in(actor: Staff, survey: Survey, content: bytes, *, dry_run: bool) -> BroughtIn:
    table = read_file(content)
    return bring_in_answers(
        by=actor,
        survey=survey,
        heads=list(table.headers or ()),
        rows=[[str(cell) for cell in row] for row in table],
        digest=sha256(content).hexdigest(),
        language=(get_language() or "fi")[:2],
        dry_run=dry_run,
        now=timezone.now(),
    )
