"""The staff's notice board: what stands on it, one notice with its readers, and what the writers do (S000-46)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from handbook.choices import LANGUAGES
from handbook.choosing import choices_of_chapters
from handbook.forms.chapters import Clash
from handbook.forms.notices import WHOLE, NoticeForm, NoticeMoveForm
from handbook.markup import Rendered
from handbook.markup import render as render_text
from handbook.models import NoticeVersion, StaffNotice
from handbook.notices import board_of, may_see_reach, reach_of, writable_places
from handbook.operations.notices import (
    delete_notice_draft,
    mark_notice_read,
    publish_notice,
    save_notice,
    withdraw_notice,
    write_notice,
)
from handbook.permissions import may_write_some_notice
from handbook.references import references_of
from handbook.views.door import handbook_door, language_of_page
from services.models import County, Service
from services.texts import pick


@require_GET
@handbook_door
def board(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The notices that concern her; to those who write them, also drafts, past ones, and how many have read."""
    today = timezone.localdate()
    posted = board_of(actor, county, today=today)
    rows = NoticeVersion.objects.filter(notice__county=county).editable_by(actor).select_related("notice__service", "written_by")
    writes = may_write_some_notice(actor, county=county.code)
    hers = list(rows.order_by("-changed_at")) if writes else []
    current = [row for row in hers if row.state == "published"]
    newest: dict[int, NoticeVersion] = {}
    for row in sorted(hers, key=lambda each: each.number):
        newest[row.notice_id] = row
    context = {
        "posted": posted,
        "unread": sum(each.is_unread for each in posted),
        "writes": writes,
        "reach": reach_of(actor, county, current),
        "drafts": [row for row in hers if row.is_open],
        "past": [
            row
            for row in newest.values()
            if row.notice.withdrawn_at or (row.state == "published" and row.valid_until and row.valid_until < today)
        ],
    }
    return render(request, "handbook/notices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def new(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Begin a notice: to whom, and its words."""
    whole, services = writable_places(actor, Service.objects.filter(county=county).order_by("order", "key"), county)
    if not whole and not services:
        raise PermissionDenied
    form = NoticeForm(request.POST or None, whole=whole, services=services)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, county, form, status=422 if form.errors else 200)
    if request.POST.get("do") == "preview":
        return _form_page(request, county, form, is_preview=True)
    place = form.cleaned_data["place"]
    try:
        version = write_notice(
            by=actor,
            county=county,
            service=None if place == WHOLE else next(row for row in services if row.key == place),
            title=form.texts("title"),
            body=form.texts("body"),
            is_pinned=form.cleaned_data["is_pinned"],
            valid_until=form.cleaned_data["valid_until"],
        )
    except ValidationError as error:
        form.refuse(error)
        return _form_page(request, county, form, status=422)
    messages.success(request, _("The draft was saved. Look at it below, and publish it."))
    return redirect("handbook:notice", version.notice.public_id)


@require_GET
@handbook_door
def notice(request: HttpRequest, actor: Staff, county: County, notice: UUID) -> HttpResponse:
    """One notice as its readers see it; to those who write it also its draft, its history and who has read."""
    return _page(request, actor, county, _notice(actor, county, notice))


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def edit(request: HttpRequest, actor: Staff, county: County, notice: UUID) -> HttpResponse:
    """Write the next version; what readers see stays as it is until it is published."""
    row = _written(actor, county, notice)
    versions = NoticeVersion.objects.filter(notice=row).select_related("written_by", "notice__service")
    draft = versions.open().first()
    if request.method != "POST":
        return _form_page(request, county, NoticeForm(row=draft or versions.order_by("-number").first()), row=row, draft=draft)
    form = NoticeForm(request.POST, row=draft)
    if not form.is_valid():
        return _form_page(request, county, form, row=row, draft=draft, status=422)
    if request.POST.get("do") == "preview":
        return _form_page(request, county, form, row=row, draft=draft, is_preview=True)
    try:
        save_notice(
            by=actor,
            notice=row,
            title=form.texts("title"),
            body=form.texts("body"),
            is_pinned=form.cleaned_data["is_pinned"],
            valid_until=form.cleaned_data["valid_until"],
            seen=form.cleaned_data["version"],
        )
    except ValidationError as error:
        form.refuse(error)
        now = versions.open().first()
        saved = now or versions.order_by("-number").first()
        is_stale = form.is_stale
        clashes = form.clashes(saved) if is_stale and saved is not None else []
        form.know(now.version if now else None)
        return _form_page(request, county, form, row=row, draft=now, clashes=clashes, status=409 if is_stale else 422)
    messages.success(request, _("The draft was saved. Look at it below, and publish it."))
    return redirect("handbook:notice", row.public_id)


@require_POST
@handbook_door
def read(request: HttpRequest, actor: Staff, county: County, version: UUID) -> HttpResponse:
    """Mark the version as read."""
    row = NoticeVersion.objects.filter(public_id=version, notice__county=county).select_related("notice").first()
    if row is None or not StaffNotice.objects.readable_by(actor).filter(pk=row.notice_id).exists():
        raise Http404
    try:
        mark_notice_read(by=actor, version=row, now=timezone.now())
    except ValidationError:
        messages.warning(request, _("The notice has been changed meanwhile. Read the new one."))
        return redirect("handbook:notice", row.notice.public_id)
    messages.success(request, _("Marked as read."))
    return redirect("handbook:notices")


@require_POST
@handbook_door
def move(request: HttpRequest, actor: Staff, county: County, notice: UUID) -> HttpResponse:
    """Publish or delete the draft, or take the notice from the board."""
    row = _written(actor, county, notice)
    if request.POST.get("do") == "withdraw":
        try:
            withdraw_notice(by=actor, notice=row, now=timezone.now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("The notice was taken from the board."))
        return redirect("handbook:notice", row.public_id)
    draft = NoticeVersion.objects.filter(notice=row).open().select_related("notice").first()
    form = NoticeMoveForm(request.POST)
    if draft is None or request.POST.get("do") not in ("publish", "delete") or not form.is_valid():
        messages.error(request, _("The draft is not there any more. Look at what is saved now."))
        return redirect("handbook:notice", row.public_id)
    seen = form.cleaned_data["version"]
    try:
        if request.POST["do"] == "delete":
            delete_notice_draft(by=actor, version=draft, seen=seen)
            messages.success(request, _("The draft was deleted."))
            return redirect("handbook:notices")
        publish_notice(by=actor, version=draft, seen=seen, now=timezone.now(), asks_again=form.cleaned_data["asks_again"])
    except ValidationError as error:
        return _page(request, actor, county, row, refused=_told(error), status=422)
    messages.success(request, _("Published: readers see it now."))
    return redirect("handbook:notice", row.public_id)


def _told(error: ValidationError) -> list[str]:
    """The refusal in words, each with the language that it concerns."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    found = []
    for name, errors in error.error_dict.items():
        language = name.rpartition("_")[2]
        start = f"{language}: " if language in LANGUAGES else ""
        found += [f"{start}{message}" for each in errors for message in each.messages]
    return list(dict.fromkeys(found))


def _notice(actor: Staff, county: County, key: UUID) -> StaffNotice:
    rows = StaffNotice.objects.filter(county=county, public_id=key).readable_by(actor).select_related("county", "service")
    if (row := rows.first()) is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def _written(actor: Staff, county: County, key: UUID) -> StaffNotice:
    row = _notice(actor, county, key)
    if not StaffNotice.objects.filter(pk=row.pk).editable_by(actor).exists():
        raise PermissionDenied
    return row


def _page(
    request: HttpRequest, actor: Staff, county: County, row: StaffNotice, *, refused: list[str] | None = None, status: int = 200
) -> HttpResponse:
    language, today = language_of_page(), timezone.localdate()
    related = ("notice__service", "notice__county", "published_by", "written_by")
    versions = list(NoticeVersion.objects.filter(notice=row).readable_by(actor).select_related(*related).order_by("-number"))
    current = next((each for each in versions if each.state == "published"), None)
    draft = next((each for each in versions if each.is_open), None)
    shown = current or next((each for each in versions if not each.is_open), None) or draft
    if shown is None:
        raise Http404
    edits = StaffNotice.objects.filter(pk=row.pk).editable_by(actor).exists()
    unread = NoticeVersion.objects.filter(notice=row).unread_by(actor, today).exists()
    words = shown.words("body", language)
    context: dict[str, Any] = {
        "notice": row,
        "version": shown,
        "text": _shown(county, shown.body, language),
        "words": words,
        "is_current": current is not None,
        "is_unread": unread,
        "edits": edits,
        "draft": draft,
        "previews": _previews(county, draft.title, draft.body) if draft is not None and edits else [],
        "form": NoticeMoveForm(initial={"version": draft.version}) if draft is not None else None,
        "refused": refused or [],
        "history": [each for each in versions if not each.is_open] if edits else [],
        "reach": reach_of(actor, county, [current]).get(current.pk) if current and may_see_reach(actor, row) else None,
        "today": today,
    }
    return render(request, "handbook/notice.html", context, status=status)


def _shown(county: County, body: dict[str, str], language: str) -> Rendered:
    found = pick(body, language)
    return render_text(found.value, references_of(county, found.language), top=2)


def _previews(county: County, title: dict[str, str], body: dict[str, str]) -> list[tuple[str, str, Rendered]]:
    """What readers would see in each language, and in it what has to be corrected."""
    return [
        (
            code,
            title.get(code, ""),
            render_text(body[code], references_of(county, code), top=3, prefix=f"{code}-", show_broken=True),
        )
        for code in LANGUAGES
        if str(body.get(code, "")).strip()
    ]


def _form_page(
    request: HttpRequest,
    county: County,
    form: NoticeForm,
    *,
    row: StaffNotice | None = None,
    draft: NoticeVersion | None = None,
    clashes: list[Clash] | None = None,
    is_preview: bool = False,
    status: int = 200,
) -> HttpResponse:
    previews = {code: shown for code, _title, shown in _previews(county, {}, dict(form.texts("body")))} if is_preview else {}
    context = {
        "notice": row,
        "draft": draft,
        "form": form,
        "columns": [(code, fields, previews.get(code)) for code, fields in form.columns()],
        "is_preview": is_preview,
        "clashes": clashes or [],
        "chosen": choices_of_chapters(county),
    }
    return render(request, "handbook/notice_edit.html", context, status=status)
