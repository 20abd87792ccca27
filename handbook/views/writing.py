"""The pages of those who write the handbook: a draft in three languages side by side with its preview (S001-32)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Staff
from accounts.operations.refusals import stale
from handbook.choices import LANGUAGES, Right, VersionState
from handbook.choosing import choices_of_chapters
from handbook.forms.chapters import Clash, PictureForm, VersionForm
from handbook.markup import Rendered
from handbook.markup import render as render_text
from handbook.models import Chapter, ChapterVersion, Picture
from handbook.operations.chapters import begin_draft, delete_draft, save_draft
from handbook.operations.pictures import add_picture, remove_picture
from handbook.operations.publishing import send_to_review
from handbook.permissions import may_edit_something
from handbook.references import references_for
from handbook.views.door import chapter_of, handbook_door, require_right, service_of
from services.models import County, Service, Use


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def edit(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """Write the next version of a chapter's common text, or of a service's section of it."""
    row = chapter_of(actor, county, key)
    service = service_of(actor, county, request.GET.get("palvelu"))
    require_right(actor, Right.EDIT, row, service)
    versions = ChapterVersion.objects.filter(chapter=row, service=service).select_related(
        "written_by", "chapter__county", "service"
    )
    draft = versions.open().first()
    if draft is not None and draft.state == VersionState.REVIEW:
        return redirect("handbook:version", draft.public_id)
    base = draft or versions.order_by("-number").first()
    if request.method != "POST":
        form = VersionForm(row=base or _first(row, service), is_section=service is not None)
        return _page(request, row, service, draft, form)
    form = VersionForm(request.POST, row=draft, is_section=service is not None)
    if not form.is_valid():
        return _page(request, row, service, draft, form, status=422)
    match request.POST.get("do"):
        case "preview":
            return _page(request, row, service, draft, form, previews=_previews(row, form))
        case "delete" if draft is not None:
            return _delete(request, actor, row, service, draft, form)
    return _save(request, actor, row, service, draft, form)


@require_POST
@handbook_door
def picture(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Add a picture; the page gives the words by which a text shows it."""
    form = PictureForm(request.POST, request.FILES)
    back = request.POST.get("back", "")
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = add_picture(by=actor, county=county, name=file.name, content=file.read(), now=timezone.now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            shows = _("what the picture shows")
            told = f"![{shows}](kuva:{row.public_id})"
            messages.success(request, _("The picture was added. Write it into a text as: %(words)s") % {"words": told})
    else:
        messages.error(request, _("Choose a picture: PNG or JPEG."))
    return redirect(_back(back))


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def pictures(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The county's pictures, where each is shown, and taking away one that no text shows."""
    if not may_edit_something(actor, county=county.code):
        raise PermissionDenied
    rows = Picture.objects.filter(county=county).select_related("county", "file").defer("file__content")
    if request.method == "POST":
        try:
            row = rows.filter(public_id=UUID(request.POST.get("picture", ""))).first()
        except ValueError:
            row = None
        if row is None:
            raise Http404
        try:
            remove_picture(by=actor, picture=row)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("The picture was taken away."))
        return redirect("handbook:pictures")
    uses: dict[str, list[Use]] = defaultdict(list)
    for use in Use.objects.filter(county=county, thing__startswith="picture:").order_by("label"):
        uses[use.thing.removeprefix("picture:")].append(use)
    return render(request, "handbook/pictures.html", {"pictures": [(row, uses[str(row.public_id)]) for row in rows]})


def _back(back: str) -> str:
    safe = back.startswith(reverse("handbook:contents")) and "\\" not in back
    return back if safe else reverse("handbook:work")


def _first(row: Chapter, service: Service | None) -> ChapterVersion | None:
    """A section that nobody has begun has the chapter's title."""
    common = row.versions.filter(service=None).order_by("-number").first()
    return ChapterVersion(chapter=row, service=service, number=0, state="", title=common.title) if service and common else common


def heading_of(row: Chapter) -> ChapterVersion:
    """The newest common text for its title; a chapter whose only draft was deleted is called by its key."""
    newest: ChapterVersion | None = row.versions.filter(service=None).order_by("-number").first()
    return newest or ChapterVersion(chapter=row, number=0, title={"fi": row.key})


def _delete(
    request: HttpRequest, actor: Staff, row: Chapter, service: Service | None, draft: ChapterVersion, form: VersionForm
) -> HttpResponse:
    seen = form.cleaned_data["version"]
    try:
        if seen is None:
            raise stale()  # somebody began the draft after this page was opened
        delete_draft(by=actor, version=draft, seen=seen)
    except ValidationError as error:
        return _refused(request, row, service, form, error)
    messages.success(request, _("The draft was deleted."))
    return redirect(_chapter_address(row, service))


def _refused(
    request: HttpRequest, row: Chapter, service: Service | None, form: VersionForm, error: ValidationError
) -> HttpResponse:
    """The page again with what was written; beside it what somebody else has saved meanwhile."""
    form.refuse(error)
    now = ChapterVersion.objects.filter(chapter=row, service=service).open().select_related("written_by").first()
    is_stale = form.is_stale
    clashes = form.clashes(now) if is_stale and now is not None else []
    if now is not None:
        form.know(now.version)
    return _page(request, row, service, now, form, clashes=clashes, status=409 if is_stale else 422)


def _save(
    request: HttpRequest, actor: Staff, row: Chapter, service: Service | None, draft: ChapterVersion | None, form: VersionForm
) -> HttpResponse:
    seen = form.cleaned_data["version"]
    try:
        if draft is not None and seen is None:
            raise stale()  # somebody began the draft after this page was opened
        version = draft or begin_draft(by=actor, chapter=row, service=service)
        saved = save_draft(
            by=actor,
            version=version,
            title=form.texts("title"),
            body=form.texts("body"),
            purpose=form.texts("purpose") if service is None else None,
            seen=version.version if draft is None else seen,
        )
    except ValidationError as error:
        return _refused(request, row, service, form, error)
    if request.POST.get("do") == "review":
        return _send(request, actor, row, service, saved, form)
    messages.success(request, _("Saved."))
    address = reverse("handbook:edit", args=[row.key])
    return redirect(f"{address}?palvelu={service.key}" if service else address)


def _send(
    request: HttpRequest, actor: Staff, row: Chapter, service: Service | None, saved: ChapterVersion, form: VersionForm
) -> HttpResponse:
    """To review; what lacks is told beside the draft, which is saved all the same."""
    try:
        send_to_review(by=actor, version=saved, seen=saved.version, now=timezone.now())
    except ValidationError as error:
        form.refuse(error)
        form.know(saved.version)
        return _page(
            request, row, service, saved, form, not_done=_("The draft is saved, but it was not sent to review"), status=422
        )
    messages.success(request, _("The text was sent to review."))
    return redirect("handbook:version", saved.public_id)


def _previews(row: Chapter, form: VersionForm) -> dict[str, Rendered]:
    """What readers would see, and in it what has to be corrected."""
    found = {}
    for code in LANGUAGES:
        text = form.texts("body").get(code, "")
        if text.strip():
            found[code] = render_text(text, references_for(row, code), top=3, prefix=f"{code}-", show_broken=True)
    return found


def _chapter_address(row: Chapter, service: Service | None) -> str:
    address = reverse("handbook:chapter", args=[row.key])
    return f"{address}?palvelu={service.key}" if service else address


def _page(
    request: HttpRequest,
    row: Chapter,
    service: Service | None,
    draft: ChapterVersion | None,
    form: VersionForm,
    *,
    previews: dict[str, Rendered] | None = None,
    clashes: list[Clash] | None = None,
    not_done: str = "",
    status: int = 200,
) -> HttpResponse:
    newest = draft or row.versions.filter(service=service).order_by("-number").first()
    context: dict[str, Any] = {
        "chapter": row,
        "service": service,
        "draft": draft,
        "heading": newest or heading_of(row),
        "form": form,
        "columns": [(code, fields, (previews or {}).get(code)) for code, fields in form.columns()],
        "is_preview": previews is not None,
        "clashes": clashes or [],
        "not_done": not_done,
        "duties": row.duties if service is None else [],
        "picture_form": PictureForm(),
        "chosen": choices_of_chapters(row.county, for_residents=row.is_guide),
        "back": _chapter_address(row, service),
    }
    return render(request, "handbook/edit.html", context, status=status)
