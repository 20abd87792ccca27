"""A version on its way to the readers, the history of a text, and the difference between two versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from handbook.choices import LANGUAGES, Right
from handbook.differences import differences, questions_as_text
from handbook.forms.chapters import PublishForm
from handbook.models import ChapterVersion
from handbook.operations.publishing import approve_version, publish_version, retire_section, return_to_draft
from handbook.permissions import approvers_of, may_arrange, rights_in
from handbook.references import references_for, rendered
from handbook.views.door import chapter_of, handbook_door, language_of_page, require_right, service_of
from services.models import County


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def version(request: HttpRequest, actor: Staff, county: County, version: UUID) -> HttpResponse:
    """One version in its languages; what is in review is approved, published or taken back here."""
    row = _version(actor, county, version)
    rights = rights_in(actor, row.chapter, row.service)
    language = language_of_page()
    form = PublishForm(request.POST or None, row=row, language=language)
    if request.method == "POST":
        answer = _do(request, actor, row, form)
        if answer is not None:
            return answer
    published = ChapterVersion.objects.current().filter(chapter=row.chapter, service=row.service).first()
    context = {
        "version": row,
        "chapter": row.chapter,
        "service": row.service,
        "rights": set(rights),
        "texts": [
            (
                code,
                row.title.get(code, ""),
                rendered(row, code, references_for(row.chapter, code), top=3, prefix=f"{code}-", show_broken=True),
            )
            for code in LANGUAGES
            if row.body.get(code)
        ],
        "published": published if published is not None and published.pk != row.pk else None,
        "form": form,
        "is_own": actor.user_id in row.writers,
        "waits_for_another": actor.user_id in row.writers and row.approved_at is None,
        "approvers": list(approvers_of(row)),
        "arranges": may_arrange(actor, county=county.code),
        "duties": row.chapter.duties if row.service_id is None else [],
    }
    return render(request, "handbook/version.html", context, status=422 if form.is_bound and form.errors else 200)


@require_GET
@handbook_door
def history(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """What changed, when and why (chapter 12); drafts only to those who write or approve."""
    row = chapter_of(actor, county, key)
    service = service_of(actor, county, request.GET.get("palvelu"))
    rows = ChapterVersion.objects.filter(chapter=row).readable_by(actor)
    sections = {each.service for each in rows.filter(service__isnull=False).select_related("service")}
    listed = rows.filter(service=service).select_related("published_by", "written_by", "approved_by").order_by("-number")
    context = {
        "chapter": row,
        "service": service,
        "versions": list(listed),
        "heading": rows.filter(service=None).order_by("-number").first(),
        "sections": sorted((each for each in sections if each), key=lambda each: (each.order, each.key)),
    }
    return render(request, "handbook/history.html", context)


@require_GET
@handbook_door
def difference(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """What differs between two versions, in each language: their words and their check questions."""
    row = chapter_of(actor, county, key)
    service = service_of(actor, county, request.GET.get("palvelu"))
    rows = ChapterVersion.objects.filter(chapter=row, service=service).readable_by(actor)
    numbers = [request.GET.get(name, "") for name in ("a", "b")]
    if not all(each.isdecimal() and len(each) < 9 for each in numbers):
        raise Http404
    found = {each.number: each for each in rows.filter(number__in=[int(each) for each in numbers])}
    if len(found) != len(set(numbers)):
        raise Http404
    before, after = (found[number] for number in sorted(int(each) for each in numbers))
    texts = [
        (code, name, differences(_words(before, name, code), _words(after, name, code)))
        for code in LANGUAGES
        for name in ("title", "purpose", "body", "questions")
    ]
    context = {
        "chapter": row,
        "service": service,
        "before": before,
        "after": after,
        "texts": [(code, name, lines) for code, name, lines in texts if lines],
    }
    return render(request, "handbook/difference.html", context)


def _words(version: ChapterVersion, name: str, language: str) -> str:
    """The version's words of a kind in one language, as they are compared."""
    if name == "questions":
        return questions_as_text(version.questions, language)
    return str(getattr(version, name).get(language, ""))


def _version(actor: Staff, county: County, key: UUID) -> ChapterVersion:
    rows = ChapterVersion.objects.filter(chapter__county=county, public_id=key).readable_by(actor)
    row = rows.select_related("chapter__county", "chapter__owner", "service", "written_by", "approved_by", "published_by").first()
    if row is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def _do(request: HttpRequest, actor: Staff, row: ChapterVersion, form: PublishForm) -> HttpResponse | None:
    """What was pressed; nothing when it was refused, and the page tells why."""
    if not form.is_valid():
        return None
    seen = form.cleaned_data["version"]
    deeds: dict[str, tuple[Callable[[], Any], str]] = {
        "approve": (lambda: approve_version(by=actor, version=row, seen=seen, now=timezone.now()), _("Approved.")),
        "return": (lambda: return_to_draft(by=actor, version=row, seen=seen), _("It is a draft again.")),
        "retire": (lambda: retire_section(by=actor, version=row, now=timezone.now()), _("The section was taken away.")),
        "publish": (lambda: _publish(actor, row, form), _("Published: readers see it now.")),
    }
    deed, told = deeds.get(request.POST.get("do", ""), (None, ""))
    if deed is None:
        raise Http404
    require_right(actor, Right.EDIT, row.chapter, row.service)
    try:
        deed()
    except ValidationError as error:
        form.refuse(_for_page(error, form))
        return None
    messages.success(request, told)
    if request.POST.get("do") == "return":
        address = reverse("handbook:edit", args=[row.chapter.key])
        return redirect(f"{address}?palvelu={row.service.key}" if row.service else address)
    if request.POST.get("do") == "publish":
        address = reverse("handbook:chapter", args=[row.chapter.key])
        return redirect(f"{address}?palvelu={row.service.key}#palvelu" if row.service else address)
    return redirect("handbook:version", row.public_id)


def _publish(actor: Staff, row: ChapterVersion, form: PublishForm) -> None:
    publish_version(
        by=actor,
        version=row,
        seen=form.cleaned_data["version"],
        now=timezone.now(),
        confirmed=form.confirmed(),
        is_significant=form.cleaned_data["is_significant"],
        read_within_days=form.cleaned_data["read_within_days"],
        change_note=form.cleaned_data["change_note"],
    )


def _for_page(error: ValidationError, form: PublishForm) -> ValidationError:
    """A refusal of the texts has no field here: it is told above, with its language."""
    if not hasattr(error, "error_dict"):
        return error
    found: dict[str, list[ValidationError]] = {}
    for name, errors in error.error_dict.items():
        language = name.rpartition("_")[2]
        if name in form.fields:
            found.setdefault(name, []).extend(errors)
        else:
            told = [ValidationError(f"{language}: {message}", code=each.code) for each in errors for message in each.messages]
            found.setdefault("__all__", []).extend(told)
    return ValidationError({name: list(errors) for name, errors in found.items()})
