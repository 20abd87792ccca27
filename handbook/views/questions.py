"""The check questions of a text, written in its draft: the list, one question, and leaving one out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from accounts.operations.refusals import stale
from handbook.choices import Right, VersionState
from handbook.forms.chapters import Clash
from handbook.forms.questions import QuestionForm
from handbook.models import Chapter, ChapterVersion
from handbook.operations.chapters import begin_draft
from handbook.operations.questions import retire_question, save_question
from handbook.views.door import chapter_of, handbook_door, require_right, service_of
from handbook.views.writing import heading_of
from services.models import County, Service

Row = tuple[Chapter, Service | None, ChapterVersion | None, ChapterVersion | None]


@require_GET
@handbook_door
def questions(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """The questions of the draft, or of the newest version when nothing is being written."""
    row, service, newest, draft = _found(request, actor, county, key)
    context = {
        "chapter": row,
        "service": service,
        "version": newest,
        "draft": draft,
        "waits": newest is not None and newest.state == VersionState.REVIEW,
        "questions": newest.questions if newest else [],
        "heading": newest or heading_of(row),
        "query": f"?palvelu={service.key}" if service else "",
    }
    return render(request, "handbook/questions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def question(request: HttpRequest, actor: Staff, county: County, key: str, question: str = "") -> HttpResponse:
    """One question: a new one, or one of the draft. The first change begins the next version of the text."""
    row, service, newest, draft = _found(request, actor, county, key)
    if newest is not None and newest.state == VersionState.REVIEW:
        messages.warning(request, _("The text waits for approval. Take it back to a draft first."))
        return redirect("handbook:version", newest.public_id)
    stored = _named(newest, question)
    if question and stored is None and request.method != "POST":
        raise Http404
    seen = draft.version if draft else None
    if request.method != "POST":
        return _page(request, row, service, newest, QuestionForm(question=stored, seen=seen), question)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _page(request, row, service, newest, form, question, status=422)
    try:
        if draft is not None and form.cleaned_data["version"] is None:
            raise stale()  # somebody began the draft after this page was opened
        version = draft or begin_draft(by=actor, chapter=row, service=service)
        save_question(
            by=actor,
            version=version,
            key=question,
            text=form.words("text"),
            answers=form.answers(),
            right=form.cleaned_data["right"],
            why=form.words("why"),
            seen=version.version if draft is None else form.cleaned_data["version"],
        )
    except ValidationError as error:
        form.refuse(error)
        return _refused(request, row, service, form, question)
    messages.success(request, _("The question was saved in the draft. Readers get it when the version is published."))
    return redirect(_address(row, service))


@require_POST
@handbook_door
def leave_out(request: HttpRequest, actor: Staff, county: County, key: str, question: str) -> HttpResponse:
    """Leave a question out of the next version."""
    row, service, _newest, draft = _found(request, actor, county, key)
    seen = request.POST.get("version", "")
    try:
        if (draft is None) != (not seen.isdecimal()):
            raise stale()
        version = draft or begin_draft(by=actor, chapter=row, service=service)
        retire_question(by=actor, version=version, key=question, seen=int(seen) if draft else version.version)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The question was left out of the draft. Earlier versions keep it."))
    return redirect(_address(row, service))


def _found(request: HttpRequest, actor: Staff, county: County, key: str) -> Row:
    row = chapter_of(actor, county, key)
    service = service_of(actor, county, request.GET.get("palvelu"))
    require_right(actor, Right.EDIT, row, service)
    versions = ChapterVersion.objects.filter(chapter=row, service=service).select_related(
        "written_by", "chapter__county", "service"
    )
    newest = versions.order_by("-number").first()
    draft = newest if newest is not None and newest.state == VersionState.DRAFT else None
    return row, service, newest, draft


def _named(version: ChapterVersion | None, key: str) -> dict[str, Any] | None:
    rows: list[dict[str, Any]] = version.questions if version else []
    return next((each for each in rows if each["key"] == key), None)


def _refused(request: HttpRequest, row: Chapter, service: Service | None, form: QuestionForm, key: str) -> HttpResponse:
    codes = {each.code for errors in form.errors.as_data().values() for each in errors}
    now = ChapterVersion.objects.filter(chapter=row, service=service).open().select_related("written_by").first()
    saved = _named(now, key)
    clashes = form.clashes(saved) if "stale" in codes and saved is not None else []
    form.know(now.version if now else None)
    return _page(request, row, service, now, form, key, clashes=clashes, status=409 if "stale" in codes else 422)


def _page(
    request: HttpRequest,
    row: Chapter,
    service: Service | None,
    version: ChapterVersion | None,
    form: QuestionForm,
    key: str,
    *,
    clashes: list[Clash] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "chapter": row,
        "service": service,
        "heading": version or heading_of(row),
        "form": form,
        "columns": form.columns(),
        "draft": version,
        "clashes": clashes or [],
        "is_new": not key,
        "back": _address(row, service),
    }
    return render(request, "handbook/question.html", context, status=status)


def _address(row: Chapter, service: Service | None) -> str:
    address = reverse("handbook:questions", args=[row.key])
    return f"{address}?palvelu={service.key}" if service else address
