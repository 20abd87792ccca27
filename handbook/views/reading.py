"""The handbook as its readers see it: contents, one chapter, search, the whole to print and as one PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Staff
from handbook.choices import ChapterAudience, RemarkState, Right
from handbook.exports import NoPaperError, paper
from handbook.finding import find
from handbook.live import Live, live_of, live_of_all
from handbook.markup import Rendered
from handbook.models import Chapter, ChapterVersion, Picture, Remark
from handbook.operations.readings import mark_read
from handbook.permissions import may_arrange, may_edit_something, rights_in
from handbook.references import references_for, references_of, rendered
from handbook.shelf import Entry, Shown, book_of, is_reader, services_of
from handbook.views.door import chapter_of, handbook_door, language_of_page, picture_response, service_of, uses_of_chapter
from services.hosts import address_of
from services.models import County, Service

PAPER_STYLE = Path(__file__).resolve().parents[1] / "static" / "handbook" / "paper.css"
QUERY = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One text on the page: the common one, or a service's section."""

    shown: Shown
    text: Rendered
    language: str
    fell_back: bool


@require_GET
@handbook_door
def contents(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The chapters in order, with what she has not read; or what fits the words that she asks."""
    services = services_of(actor, county)
    words = request.GET.get("q", "").strip()[:QUERY]
    found = find(county, services, words, language=language_of_page()) if words else []
    book = [] if words else book_of(actor, county, services, with_texts=False)
    reads = is_reader(actor, county)
    context = {
        "book": book,
        "words": words,
        "found": found,
        "reads": reads,
        "to_read": [(entry, part) for entry in book for part in entry.to_read] if reads else [],
        "texts": sum(len(entry.parts) for entry in book),
        "edits": may_edit_something(actor, county=county.code),
        "guides": [] if words else book_of(actor, county, services, audience=ChapterAudience.RESIDENTS, with_texts=False),
        "arranges": may_arrange(actor, county=county.code),
        "today": timezone.localdate(),
    }
    return render(request, "handbook/contents.html", context)


@require_GET
@handbook_door
def chapter(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """One chapter: its common text, the section of the chosen service inside it, and what is true of the service now."""
    row = chapter_of(actor, county, key)
    services = services_of(actor, county)
    service = service_of(actor, county, request.GET.get("palvelu")) or (services[0] if services else None)
    book = book_of(actor, county, Service.objects.filter(county=county), audience=row.audience, with_texts=False)
    place = next((n for n, entry in enumerate(book) if entry.chapter.pk == row.pk), None)
    rights = rights_in(actor, row)
    if place is None:
        return _not_shown(request, row, rights)
    entry = book[place]
    edits = Right.EDIT in rights
    section = next((part for part in entry.sections if service and part.version.service_id == service.pk), None)
    for part in (entry.common, section):
        if part is not None:
            part.version.refresh_from_db(fields=["body", "questions"])
    live = live_of(row.key, county, service, now=timezone.now())
    references, language = references_for(row, language_of_page()), language_of_page()
    remarks = (
        Remark.objects.filter(chapter=row).first_words().readable_by(actor).select_related("made_by", "answered_by", "service")
    )
    context: dict[str, Any] = {
        "chapter": row,
        "entry": entry,
        "common": _part(entry.common, language, references, show_broken=edits),
        "section": _part(section, language, references, top=3, prefix="p-", show_broken=edits) if section else None,
        "service": service,
        "services": services,
        "chooses": row.per_service or live is not None or bool(entry.sections),
        "live": live,
        "rights": set(rights),
        "section_rights": set(rights_in(actor, row, service)) if service else set(),
        "reads": not row.is_guide and is_reader(actor, county),
        "arranges": may_arrange(actor, county=county.code),
        "before": book[place - 1] if place else None,
        "after": book[place + 1] if place + 1 < len(book) else None,
        "number": place + 1,
        "remarks": [each for each in remarks if each.service_id in (None, service.pk if service else None)],
        "OPEN": RemarkState.OPEN,
        "public_page": row.is_guide and service is not None and Service.objects.public().filter(pk=service.pk).exists(),
        "uses": uses_of_chapter(row) if edits else (),
        "today": timezone.localdate(),
    }
    return render(request, "handbook/chapter.html", context)


@require_POST
@handbook_door
def read(request: HttpRequest, actor: Staff, county: County, version: UUID) -> HttpResponse:
    """Mark the version as read."""
    row = ChapterVersion.objects.filter(public_id=version, chapter__county=county).readable_by(actor).first()
    if row is None:
        raise Http404
    try:
        mark_read(by=actor, version=row, now=timezone.now())
    except ValidationError as error:
        if error.code != "retired":  # the page of a chapter that was taken away says so itself
            messages.warning(request, _("A newer version has been published meanwhile. Read that one."))
    else:
        messages.success(request, _("Marked as read."))
    address = reverse("handbook:chapter", args=[row.chapter.key])
    return redirect(f"{address}?palvelu={row.service.key}" if row.service else address)


@require_GET
@handbook_door
def whole(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Every chapter on one page, to print."""
    return render(request, "handbook/whole.html", _whole(actor, county))


@require_GET
@handbook_door
def whole_pdf(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The same as one PDF, laid out once for each content; who comes while another is laid out is told to come again."""
    context = {**_whole(actor, county, on_paper=True), "language": language_of_page(), "county": county}
    try:
        content = paper("handbook/whole_paper.html", context, style=PAPER_STYLE, address=address_of(county, request.path))
    except NoPaperError as error:
        messages.warning(request, error.words)
        return redirect("handbook:whole")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="kasikirja-{timezone.localdate()}.pdf"'
    return response


@require_GET
@handbook_door
def picture(request: HttpRequest, actor: Staff, county: County, picture: UUID) -> HttpResponse:
    """A picture of a text: PNG or JPEG, as it was judged when it was added."""
    row = Picture.objects.filter(county=county, public_id=picture).readable_by(actor).select_related("file").first()
    if row is None:
        raise Http404
    return picture_response(row)


def _part(shown: Shown, language: str, references: Any, *, top: int = 2, prefix: str = "", show_broken: bool = False) -> Part:
    words = shown.version.words("body", language)
    text = rendered(shown.version, language, references, top=top, prefix=prefix, show_broken=show_broken)
    return Part(shown, text, words.language, words.fell_back)


def _not_shown(request: HttpRequest, row: Chapter, rights: Any) -> HttpResponse:
    """A chapter without a published text, or one that was taken away, says so; to those who write it, with the way to its draft."""
    newest = row.versions.filter(service=None).first()
    context = {"chapter": row, "version": newest, "edits": Right.EDIT in rights, "arranges": Right.PUBLISH in rights}
    return render(request, "handbook/not_shown.html", context, status=404 if newest is None else 200)


def _whole(actor: Staff, county: County, *, on_paper: bool = False) -> dict[str, Any]:
    services = services_of(actor, county)
    book = book_of(actor, county, services)
    language = language_of_page()
    references = references_of(county, language, on_paper=on_paper)
    live = live_of_all(county, services, now=timezone.now())
    chapters: list[tuple[Entry, Part, list[Part], list[Live]]] = []
    for entry in book:
        prefix = f"{entry.chapter.key}-"
        sections = [
            _part(part, language, references, top=4, prefix=f"{prefix}{part.version.service.key}-")
            for part in entry.sections
            if part.version.service
        ]
        common = _part(entry.common, language, references, top=3, prefix=prefix)
        chapters.append((entry, common, sections, live.get(entry.chapter.key, [])))
    return {"chapters": chapters, "today": timezone.localdate(), "services": services}
