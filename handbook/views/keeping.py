"""Keeping the handbook up to date: the list of those who look after it, owners and reviews, and remarks (S001-32, chapter 12)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from handbook.choices import RemarkKind
from handbook.forms.chapters import ArrangeForm, NewChapterForm
from handbook.models import Chapter, ChapterVersion, Remark
from handbook.operations.chapters import (
    add_chapter,
    arrange_chapter,
    note_review,
    note_section_review,
    restore_chapter,
    retire_chapter,
)
from handbook.operations.remarks import make_remark, reply_to_remark, settle_remark
from handbook.permissions import may_arrange, may_edit_something
from handbook.shelf import services_of
from handbook.views.door import chapter_of, handbook_door, service_of, uses_of_chapter
from services.models import County


@require_GET
@handbook_door
def work(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """What waits for those who look after the handbook: reviews that are due, drafts and approvals, remarks without an answer."""
    if not may_edit_something(actor, county=county.code):
        raise PermissionDenied
    today = timezone.localdate()
    arranges = may_arrange(actor, county=county.code)
    chapters = Chapter.objects.filter(county=county).select_related("owner")
    hers = chapters if arranges else chapters.owned_by(actor)
    versions = ChapterVersion.objects.filter(chapter__county=county, chapter__retired_at=None).editable_by(actor)
    written = (
        versions.open()
        .select_related("chapter", "service", "written_by", "approved_by")
        .order_by("chapter__order", "service__order")
    )
    remarks = Remark.objects.filter(chapter__county=county).open().first_words().readable_by(actor)
    if not arranges:
        own = Q(chapter__in=hers, service=None) | Q(service__in=[row.pk for row in services_of(actor, county)])
        remarks = remarks.filter(own)
    titles = dict(
        ChapterVersion.objects.filter(chapter__county=county, service=None).order_by("number").values_list("chapter_id", "title")
    )
    context = {
        "chapters": [
            (row, titles.get(row.pk) or {"fi": row.key}, row.review_on is not None and row.review_on < today) for row in hers
        ],
        "drafts": [row for row in written if row.state == "draft"],
        "reviews": [row for row in written if row.state == "review" and row.approved_at is None],
        "approved": [row for row in written if row.state == "review" and row.approved_at is not None],
        "remarks": [
            (row, titles.get(row.chapter_id, {}))
            for row in remarks.select_related("chapter", "made_by", "service").order_by("made_at")
        ],
        "arranges": arranges,
        "today": today,
    }
    return render(request, "handbook/work.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def new(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The main user adds a chapter of the county's own; its text is written next."""
    if not may_arrange(actor, county=county.code):
        raise PermissionDenied
    form = NewChapterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        names = ("key", "order", "owner_role", "review_months", "in_orientation", "per_service")
        try:
            row = add_chapter(by=actor, county=county, title=form.titles(), **{name: given[name] for name in names})
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The chapter was added. Write its text and send it to review."))
            return redirect("handbook:edit", row.key)
    return render(request, "handbook/chapter_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def arrange(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """The main user names the owner and the next review, takes a chapter away or back."""
    row = chapter_of(actor, county, key)
    if not may_arrange(actor, county=county.code):
        raise PermissionDenied
    form = ArrangeForm(request.POST or None, row=row)
    match request.POST.get("do"):
        case "retire":
            retire_chapter(by=actor, chapter=row, now=timezone.now())
            messages.success(request, _("The chapter was taken away from readers."))
            if named := list(uses_of_chapter(row).values_list("label", flat=True)[:5]):
                messages.warning(request, _("These texts name it still: %(texts)s.") % {"texts": ", ".join(named)})
            return redirect("handbook:work")
        case "restore":
            restore_chapter(by=actor, chapter=row)
            messages.success(request, _("The chapter is back."))
            return redirect("handbook:chapter", row.key)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            arrange_chapter(
                by=actor,
                chapter=row,
                owner=given["owner"],
                review_months=given["review_months"],
                review_on=given["review_on"],
                seen=given["version"],
                order=given["order"],
                owner_role=given["owner_role"],
                in_orientation=given["in_orientation"],
                per_service=given["per_service"],
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("handbook:chapter", row.key)
    heading = row.versions.filter(service=None).order_by("-number").first()
    context = {"chapter": row, "heading": heading, "form": form, "uses": uses_of_chapter(row)}
    return render(request, "handbook/arrange.html", context, status=422 if form.errors else 200)


@require_POST
@handbook_door
def reviewed(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """The chapter, or a service's section of it (`palvelu`), was looked through and is right."""
    row, service = chapter_of(actor, county, key), service_of(actor, county, request.POST.get("palvelu"))
    if service is not None:
        section = ChapterVersion.objects.current().filter(chapter=row, service=service).first()
        if section is None:
            raise Http404
        note_section_review(by=actor, version=section, now=timezone.now())
        messages.success(request, _("Noted: the section was looked through today."))
        return redirect(f"{reverse('handbook:chapter', args=[row.key])}?palvelu={service.key}#palvelu")
    row = note_review(by=actor, chapter=row, now=timezone.now())
    assert row.review_on is not None
    messages.success(request, _("Noted. The next look is due on %(day)s.") % {"day": f"{row.review_on:%-d.%-m.%Y}"})
    return redirect("handbook:chapter", row.key)


@require_POST
@handbook_door
def remark(request: HttpRequest, actor: Staff, county: County, key: str) -> HttpResponse:
    """A comment, a suggestion or a tip."""
    row = chapter_of(actor, county, key)
    service = service_of(actor, county, request.POST.get("palvelu"))
    kind = request.POST.get("kind", "")
    if kind not in RemarkKind.values:
        raise Http404
    try:
        make_remark(by=actor, chapter=row, service=service, kind=kind, text=request.POST.get("text", ""), now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Thank you. Those who look after the chapter see it, and you see their answer here."))
    address = reverse("handbook:chapter", args=[row.key])
    return redirect(f"{address}{f'?palvelu={service.key}' if service else ''}#palaute")


@require_POST
@handbook_door
def discuss(request: HttpRequest, actor: Staff, county: County, remark: UUID) -> HttpResponse:
    """Say something to a colleague's remark."""
    rows = Remark.objects.filter(chapter__county=county, public_id=remark).readable_by(actor)
    row = rows.select_related("chapter__county", "service").first()
    if row is None:
        raise Http404
    chapter_of(actor, county, row.chapter.key)
    place = row.public_id
    try:
        place = reply_to_remark(by=actor, remark=row, text=request.POST.get("text", ""), now=timezone.now()).public_id
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    address = reverse("handbook:chapter", args=[row.chapter.key])
    return redirect(f"{address}{f'?palvelu={row.service.key}' if row.service else ''}#huomio-{place}")


@require_POST
@handbook_door
def settle(request: HttpRequest, actor: Staff, county: County, remark: UUID) -> HttpResponse:
    """Answer a remark, accept or decline it."""
    row = (
        Remark.objects.filter(chapter__county=county, public_id=remark).readable_by(actor).select_related("chapter__county").first()
    )
    if row is None:
        raise Http404
    try:
        settle_remark(
            by=actor, remark=row, state=request.POST.get("state", ""), answer=request.POST.get("answer", ""), now=timezone.now()
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The colleague sees your answer beside the chapter."))
    if request.POST.get("from") == "work":
        return redirect("handbook:work")
    return redirect(f"{reverse('handbook:chapter', args=[row.chapter.key])}#huomio-{row.public_id}")
