"""The questions of a survey: written, changed, moved and taken away until somebody has answered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Staff
from services.forms.surveys import QuestionForm
from services.models import Question, Survey
from services.operations import add_ease_question, add_question, change_question, delete_question, move_question
from services.views.survey_door import maker_door


@require_http_methods(["GET", "HEAD", "POST"])
@maker_door
def new(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """One more question."""
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_question(by=actor, question=Question(survey=survey, **form.values()), now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The question was added."))
            return redirect("surveys:survey", survey.public_id)
    return render(request, "surveys/question.html", {"form": form, "survey": survey}, status=422 if form.errors else 200)


@require_POST
@maker_door
def ease(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """Add the ready question on how easy the chat is to use."""
    try:
        add_ease_question(by=actor, survey=survey, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("The question was added."))
    return redirect(f"{_address(survey)}#questions")


@require_http_methods(["GET", "HEAD", "POST"])
@maker_door
def question(request: HttpRequest, actor: Staff, survey: Survey, question: UUID) -> HttpResponse:
    """Change a question; a save over somebody else's newer text is refused."""
    row = _row(survey, question)
    form = QuestionForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_question(by=actor, question=row, values=form.values(), version=form.cleaned_data["version"], now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("surveys:survey", survey.public_id)
    context = {"form": form, "survey": survey, "question": row}
    return render(request, "surveys/question.html", context, status=422 if form.errors else 200)


@require_POST
@maker_door
def place(request: HttpRequest, actor: Staff, survey: Survey, question: UUID) -> HttpResponse:
    """Move a question up or down, or take it away."""
    row, do = _row(survey, question), request.POST.get("do")
    try:
        if do == "delete":
            delete_question(by=actor, question=row, now=timezone.now())
            messages.success(request, _("The question was taken away."))
        else:
            move_question(by=actor, question=row, up=do == "up", now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect(f"{_address(survey)}#questions")


def _address(survey: Survey) -> str:
    return str(redirect("surveys:survey", survey.public_id)["Location"])


def _row(survey: Survey, question: UUID) -> Question:
    row: Question | None = Question.objects.filter(survey=survey, public_id=question).first()
    if row is None:
        raise Http404
    return row
