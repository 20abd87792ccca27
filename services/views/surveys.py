"""Surveys for those who make and read them, and the list of what there is to answer (S001-52, S002-31)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from accounts.permissions import grants_of
from services.choices import SurveyKind
from services.forms.surveys import QuestionForm, SurveyForm
from services.models import County, Service, Survey, SurveyParticipation
from services.models.surveys import SURVEY_EDITORS
from services.operations import (
    change_survey,
    close_survey,
    delete_survey,
    make_survey,
    publish_survey,
    repeat_survey,
    withdraw_survey,
)
from services.permissions import may_configure
from services.surveys import shown_questions, trend_of
from services.views.survey_door import maker_door, may_make, reader_door, survey_door

STATES: dict[str, str | Promise] = {
    "draft": gettext_lazy("Draft"),
    "coming": gettext_lazy("Opens later"),
    "open": gettext_lazy("Open"),
    "over": gettext_lazy("The last day has passed"),
    "closed": gettext_lazy("Closed"),
    "elsewhere": gettext_lazy("Answers are brought in from files"),
}


def state_of(survey: Survey, today: date) -> str:
    """Where the survey stands."""
    if survey.published_at is None:
        return "draft"
    if survey.closed_at is not None:
        return "closed"
    if survey.is_over(today):
        return "over"
    if survey.held_elsewhere:
        return "elsewhere"
    return "open" if survey.opens_on <= today else "coming"


@require_GET
@survey_door
def surveys(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """What she may answer, and the surveys that she makes or whose figures she sees."""
    today = timezone.localdate()
    mine = Survey.objects.filter(county=county).answerable_by(actor, today).select_related("service")
    done = set(SurveyParticipation.objects.filter(user_id=actor.user_id, survey__in=mine).values_list("survey_id", flat=True))
    seen = Survey.objects.filter(county=county).readable_by(actor).select_related("service").annotate(n=Count("responses"))
    rows = [(survey, STATES[state_of(survey, today)], state_of(survey, today)) for survey in seen]
    context = {"to_answer": [(survey, survey.pk in done) for survey in mine], "rows": rows, "may_make": _makes(actor, county)}
    context["makes_forms"] = may_configure(actor, county.code)
    return render(request, "surveys/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@survey_door
def new(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """A new survey: a draft, to which questions are written next."""
    if not _makes(actor, county):
        raise PermissionDenied
    form = SurveyForm(request.POST or None, **_scope(actor, county))
    if request.method == "POST" and form.is_valid():
        try:
            made = make_survey(by=actor, survey=Survey(county=county, **form.values()))
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The survey was made. Now write its questions."))
            return redirect("surveys:survey", made.public_id)
    return render(
        request, "surveys/form.html", {"form": form, "back": reverse("surveys:surveys")}, status=422 if form.errors else 200
    )


@require_GET
@reader_door
def survey(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """The survey as it stands: its questions, how many have answered, and when it has closed, its results."""
    today, language = timezone.localdate(), (get_language() or "fi")[:2]
    state = state_of(survey, today)
    n = survey.responses.count()
    rounds = list(
        Survey.objects.readable_by(actor).filter(series=survey.series, closed_at__isnull=False).prefetch_related("questions")
    )
    makes = may_make(actor, survey)
    address = reverse("public_survey" if survey.kind == SurveyKind.PUBLIC else "surveys:answer", args=[survey.public_id])
    context: dict[str, Any] = {
        "survey": survey,
        "state": state,
        "state_words": STATES[state],
        "n": n,
        "makes": makes,
        "is_free": makes and not n and state in ("draft", "coming", "open", "elsewhere"),
        "imports": [(each, parse_datetime(each["at"])) for each in survey.imports],
        "questions": (questions := list(survey.questions.all())),
        "may_ask_ease": survey.kind == SurveyKind.PUBLIC and survey.service_id and not any(each.measures for each in questions),
        "form": QuestionForm(),
        "address": request.build_absolute_uri(address),
        "reads_words": Survey.objects.words_readable_by(actor).filter(pk=survey.pk).exists(),
        "shown": shown_questions(survey, language) if state == "closed" else [],
        "trend": trend_of(rounds) if state == "closed" else [],
        "rounds": sorted(rounds, key=lambda row: row.round),
        "may_repeat": makes and state == "closed" and not _has_next(survey),
    }
    return render(request, "surveys/survey.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@maker_door
def change(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """Change its texts and days."""
    form = SurveyForm(request.POST or None, row=survey, **_scope(actor, survey.county))
    if request.method == "POST" and form.is_valid():
        try:
            change_survey(by=actor, survey=survey, values=form.values(), version=form.cleaned_data["version"], now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("surveys:survey", survey.public_id)
    context = {"form": form, "survey": survey, "back": reverse("surveys:survey", args=[survey.public_id])}
    return render(request, "surveys/form.html", context, status=422 if form.errors else 200)


@require_POST
@maker_door
def publish(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """Open it to those who are asked; or take it back while nobody has answered."""
    try:
        if request.POST.get("do") == "withdraw":
            withdraw_survey(by=actor, survey=survey, now=timezone.now())
            messages.success(request, _("The survey is a draft again."))
        else:
            publish_survey(by=actor, survey=survey, now=timezone.now())
            messages.success(request, _("The survey is published."))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("surveys:survey", survey.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@maker_door
def close(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """Close it, when the person has said that she is sure: nobody answers it any more."""
    if request.method == "POST" and request.POST.get("sure"):
        try:
            close_survey(by=actor, survey=survey, now=timezone.now())
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        else:
            messages.success(request, _("The survey is closed. Its results are here."))
        return redirect("surveys:survey", survey.public_id)
    return render(request, "surveys/close.html", {"survey": survey, "n": survey.responses.count()})


@require_http_methods(["GET", "HEAD", "POST"])
@maker_door
def delete(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """Delete a draft, when the person has said that she is sure."""
    if request.method == "POST" and request.POST.get("sure"):
        try:
            delete_survey(by=actor, survey=survey)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect("surveys:survey", survey.public_id)
        messages.success(request, _("The draft was deleted."))
        return redirect("surveys:surveys")
    return render(request, "surveys/delete.html", {"survey": survey})


@require_POST
@maker_door
def repeat(request: HttpRequest, actor: Staff, survey: Survey) -> HttpResponse:
    """A new round with the same questions."""
    try:
        made = repeat_survey(by=actor, survey=survey, now=timezone.now())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("surveys:survey", survey.public_id)
    messages.success(request, _("A new round was made as a draft. Check its days, and publish it."))
    return redirect("surveys:survey", made.public_id)


def _makes(actor: Staff, county: County) -> bool:
    return grants_of(actor, SURVEY_EDITORS).filter(county=county.code).exists()


def _scope(actor: Staff, county: County) -> dict[str, Any]:
    """For which services she may make a survey, and whether for the whole county."""
    held = list(grants_of(actor, SURVEY_EDITORS).filter(county=county.code).values_list("service_id", flat=True))
    rows = Service.objects.filter(county=county, is_test=False)
    of_county = None in held
    return {"services": rows if of_county else rows.filter(public_id__in=held), "of_county": of_county}


def _has_next(survey: Survey) -> bool:
    return Survey.objects.filter(series=survey.series, round__gt=survey.round).exists()
