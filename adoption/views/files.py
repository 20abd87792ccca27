"""Files of a rollout: an item's attachments, and its cover image. They go out as downloads, and no browser guesses their kind."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from accounts.operations.files import LARGEST
from accounts.views import as_download
from adoption.forms.work import CoverForm, EnclosingForm
from adoption.models import Attachment, Rollout, RolloutItem
from adoption.operations.attachments import attach_file, put_cover, remove_attachment
from adoption.operations.rollouts import set_cover
from adoption.permissions import may_drive, may_remove, may_work_on
from adoption.views.door import rollout_door


def content_of(file: File[bytes]) -> bytes:
    """What was sent; of a file that is too large only so much that the operation sees it."""
    return bytes(file.read(LARGEST + 1))


@require_GET
@rollout_door
def attachment(request: HttpRequest, actor: Staff, rollout: Rollout, attachment: UUID) -> HttpResponse:
    """Download an attachment of an item of the rollout."""
    rows = Attachment.objects.filter(item__rollout=rollout, public_id=attachment, removed_at__isnull=True)
    row: Attachment | None = rows.readable_by(actor).select_related("file").first()
    if row is None:
        raise Http404
    return as_download(row.file)


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def attachments(request: HttpRequest, actor: Staff, rollout: Rollout, item: UUID) -> HttpResponse:
    """The attachments of an item: add one, or take one away."""
    row = RolloutItem.objects.filter(rollout=rollout, public_id=item).select_related("model_item").first()
    if row is None:
        raise Http404
    row.rollout = rollout
    form = EnclosingForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if not may_work_on(actor, row):
            raise PermissionDenied
        try:
            if request.POST.get("do") == "remove":
                _remove(actor, row, request.POST.get("attachment", ""))
                messages.success(request, _("Taken away."))
                return redirect("adoption:attachments", rollout.public_id, row.public_id)
            if form.is_valid():
                file = form.cleaned_data["file"]
                note = form.cleaned_data["note"]
                attach_file(by=actor, item=row, name=file.name, content=content_of(file), note=note, now=timezone.now())
                messages.success(request, _("The file was added."))
                return redirect("adoption:attachments", rollout.public_id, row.public_id)
        except ValidationError as error:
            form.refuse(_beside_the_file(error))
    drives, works = may_drive(actor, rollout), may_work_on(actor, row)
    rows = Attachment.objects.filter(item=row, removed_at__isnull=True).select_related("file", "by").defer("file__content")
    context = {
        "rollout": rollout,
        "item": row,
        "form": form,
        "rows": [(each, may_remove(actor, each, works=works, drives=drives)) for each in rows],
        "may_write": works,
    }
    return render(request, "adoption/work/attachments.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def cover(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """Give the rollout a cover image with words for those who do not see it, or take it away."""
    if not may_drive(actor, rollout):
        raise PermissionDenied
    alt = {f"cover_alt_{code}": getattr(rollout, f"cover_alt_{code}") or "" for code in ("fi", "sv", "en")}
    form = CoverForm(request.POST or None, request.FILES or None, initial=alt)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "remove":
                set_cover(by=actor, rollout=rollout, file=None, alt={}, now=timezone.now())
                messages.success(request, _("Taken away."))
                return redirect("adoption:cover", rollout.public_id)
            if form.is_valid():
                words = {code: form.cleaned_data[f"cover_alt_{code}"] for code in ("fi", "sv", "en")}
                file = form.cleaned_data["file"]
                sent = {"name": file.name, "content": content_of(file)} if file else {}
                put_cover(by=actor, rollout=rollout, alt=words, now=timezone.now(), **sent)
                messages.success(request, _("The cover image was saved."))
                return redirect("adoption:cover", rollout.public_id)
        except ValidationError as error:
            form.refuse(_beside_the_file(error))
    return render(request, "adoption/work/cover.html", {"rollout": rollout, "form": form}, status=422 if form.errors else 200)


@require_GET
@rollout_door
def cover_image(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """The cover image itself; a page shows it, and opened by its address it is a download."""
    if rollout.cover is None:
        raise Http404
    return as_download(rollout.cover)


def _remove(actor: Staff, item: RolloutItem, public_id: str) -> None:
    try:
        key = UUID(public_id)
    except ValueError:
        raise Http404 from None
    row = Attachment.objects.filter(item=item, public_id=key, removed_at__isnull=True).select_related("file").first()
    if row is None:
        raise Http404
    row.item = item
    remove_attachment(by=actor, attachment=row, now=timezone.now())


def _beside_the_file(error: ValidationError) -> ValidationError:
    """A refusal of the file stands beside its field."""
    return error if hasattr(error, "error_dict") else ValidationError({"file": error})
