"""A version on its way to residents and back: approval, publishing, restoring; retiring a path (S003-17, S003-29)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Staff
from guidance.choices import OPEN_STATES
from guidance.forms.paths import ArrangePathForm, MoveForm, RetireForm
from guidance.models import Path, PathVersion
from guidance.operations import (
    approve_version,
    arrange_path,
    begin_draft,
    delete_draft,
    publish_version,
    restore_version,
    retire_path,
    return_to_author,
    send_for_approval,
)
from guidance.views.desk_door import author_door, path_of, version_of
from guidance.views.desk_page import shown_page
from guidance.views.walk import page_language
from services.forms.pages import with_value
from services.models import County, Use


@require_POST
@author_door
def move(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """What was pressed on a version; a refusal is told on the page, with everything that was written."""
    row = path_of(actor, county, slug)
    version = version_of(actor, row, request.POST.get("number"))
    form = MoveForm(request.POST, row=version)
    if not form.is_valid():
        return shown_page(request, actor, row, version, status=422, refused=[_("Try again.")], move_form=form)
    seen, words, now = form.cleaned_data["version"], form.cleaned_data["words"], timezone.now()
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "ask": (lambda: send_for_approval(by=actor, version=version, seen=seen, now=now), _("The draft was sent for approval.")),
        "approve": (lambda: approve_version(by=actor, version=version, seen=seen, now=now), _("Approved.")),
        "return": (
            lambda: return_to_author(by=actor, version=version, seen=seen, words=words, now=now),
            _("The draft was sent back to its author."),
        ),
        "publish": (
            lambda: publish_version(by=actor, version=version, seen=seen, now=now),
            _("Published: residents see it now. Whoever is walking the earlier version ends in that one."),
        ),
        "restore": (lambda: restore_version(by=actor, version=version), _("The old version is now a new draft.")),
        "begin": (lambda: begin_draft(by=actor, path=row), _("A new draft was begun.")),
    }
    deed, told = deeds.get(request.POST.get("do", ""), (None, ""))
    if deed is None:
        raise Http404
    try:
        deed()
    except ValidationError as error:
        is_stale = any(getattr(each, "code", "") == "stale" for each in error.error_list)
        fresh = version_of(actor, row, str(version.number))
        form.data = with_value(form.data, "version", str(fresh.version))
        return shown_page(request, actor, row, fresh, status=409 if is_stale else 422, refused=error.messages, move_form=form)
    messages.success(request, told)
    return redirect("paths:path", slug)


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def draft_out(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """Throws a draft away, after asking."""
    row = path_of(actor, county, slug)
    version = version_of(actor, row)
    if version.state not in OPEN_STATES:
        raise Http404
    form = MoveForm(request.POST or None, row=version)
    if request.method == "POST" and form.is_valid():
        try:
            is_gone = delete_draft(by=actor, version=version, seen=form.cleaned_data["version"])
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The draft was deleted."))
            return redirect("paths:library") if is_gone else redirect("paths:path", slug)
    context = {"path": row, "version": version, "form": form, "is_only": row.versions.count() == 1}
    return render(request, "guidance/desk/draft_out.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def retire(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """Takes a path away from residents, after asking where they are led."""
    row = path_of(actor, county, slug)
    others = (
        PathVersion.objects.current().walkable().filter(path__county=county).exclude(path=row).select_related("path").defer("text")
    )
    form = RetireForm(request.POST or None, others=others, language=page_language())
    if request.method == "POST" and form.is_valid():
        to = Path.objects.filter(county=county, slug=form.cleaned_data["to"]).first() if form.cleaned_data["to"] else None
        try:
            retire_path(by=actor, path=row, to=to, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The path was retired: residents do not see it any more."))
            return redirect("paths:path", slug)
    context = {
        "path": row,
        "version": version_of(actor, row),
        "form": form,
        "uses": Use.objects.of_thing("path", row.slug, county=county.pk),
    }
    return render(request, "guidance/desk/retire.html", context, status=422 if form.errors else 200)


@require_POST
@author_door
def arrange(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """Who looks after the path, and when it is looked at again (S003-9)."""
    row = path_of(actor, county, slug)
    form = ArrangePathForm(request.POST, row=row)
    if form.is_valid():
        given = form.cleaned_data
        try:
            arrange_path(by=actor, path=row, owner=given["owner"], review_on=given["review_on"], seen=given["version"])
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("paths:path", slug)
    return shown_page(request, actor, row, version_of(actor, row), status=422, arrange_form=form)
