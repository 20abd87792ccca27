"""Writing without code: one node at a time, the settings of a path, and its scenarios; each save goes into the draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Staff
from accounts.operations.refusals import stale
from guidance.choosing import choices_of
from guidance.document import PathDocument, from_json
from guidance.editing import (
    PREFIX,
    empty_node,
    free_key,
    kind_of,
    led_from,
    with_node,
    with_walk,
    without_node,
    without_walk,
)
from guidance.forms.nodes import NodeForm, name_of
from guidance.forms.paths import DraftForm, SettingsForm
from guidance.models import Path, PathVersion
from guidance.operations import begin_draft, save_draft
from guidance.route import trail_of
from guidance.views.desk_door import author_door, path_of, version_of
from services.models import County


def _seen(version: PathVersion) -> dict[str, int]:
    """What the writer sees: the draft's version; nothing when her first save begins the draft."""
    return {"version": version.version} if version.is_open else {}


def _write(
    actor: Staff,
    row: Path,
    change: Callable[[PathDocument], PathDocument],
    seen: int | None,
    *,
    version: PathVersion,
    change_note: str | None = None,
) -> PathVersion:
    """Saves the change into the draft as it was seen, or begins one. Raises ValidationError (stale and what save_draft raises)."""
    if version.is_open and seen is None:
        raise stale()  # somebody began the draft after this page was opened
    draft = version if version.is_open else begin_draft(by=actor, path=row)
    note = draft.change_note if change_note is None else change_note
    return save_draft(
        by=actor,
        version=draft,
        document=change(from_json(draft.text)),
        seen=draft.version if seen is None else seen,
        change_note=note,
    )


def _address(row: Path, key: str = "") -> str:
    address = reverse("paths:path", args=[row.slug])
    return f"{address}#n-{key}" if key else address


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def node(request: HttpRequest, actor: Staff, county: County, slug: str, key: str) -> HttpResponse:
    """The form of one node."""
    row = path_of(actor, county, slug)
    version = version_of(actor, row)
    document = from_json(version.text)
    if key not in document.nodes:
        raise Http404
    choices = choices_of(county, own=row)
    form = NodeForm(request.POST or None, document=document, key=key, choices=choices, initial=_seen(version))
    context: dict[str, Any] = {
        "node_key": key,
        "kind": kind_of(document.nodes[key]),
        "led_from": led_from(document, key),
        "phones": choices.phones,
    }
    if request.method == "POST" and form.is_valid():
        saved = _saved(actor, row, version, form)
        if saved is not None:
            messages.success(request, _("Saved into the draft."))
            return redirect(reverse("paths:node", args=[slug, key]) if "stay" in request.POST else _address(row, key))
        if form.is_stale:
            now = version_of(actor, row)
            context["clashes"] = form.clashes(from_json(now.text))
            context["is_clash"] = True
            form.know(now.version if now.is_open else None)
            version = now
    status = 409 if form.is_stale else 422 if form.errors else 200
    return render(
        request,
        "guidance/desk/node.html",
        {"path": row, "version": version, "draft": version, "form": form, **context},
        status=status,
    )


def _saved(actor: Staff, row: Path, version: PathVersion, form: DraftForm, *, change_note: str | None = None) -> PathVersion | None:
    try:
        return _write(actor, row, form.document_of, form.cleaned_data["version"], version=version, change_note=change_note)
    except ValidationError as error:
        form.refuse(error)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def settings(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """What the path is called, by which words it is found, and with what it begins."""
    row = path_of(actor, county, slug)
    version = version_of(actor, row)
    document = from_json(version.text)
    starts = [(key, name_of(document, key)) for key in document.nodes]
    initial = {**_seen(version), "change_note": version.change_note if version.is_open else ""}
    form = SettingsForm(request.POST or None, document=document, choices=choices_of(county), starts=starts, initial=initial)
    theirs: PathDocument | None = None
    if request.method == "POST" and form.is_valid():
        if _saved(actor, row, version, form, change_note=form.cleaned_data["change_note"]) is not None:
            messages.success(request, _("Saved into the draft."))
            return redirect(_address(row))
        if form.is_stale:
            version = version_of(actor, row)
            theirs = from_json(version.text)
            form.know(version.version if version.is_open else None)
    status = 409 if form.is_stale else 422 if form.errors else 200
    context = {"path": row, "version": version, "form": form, "theirs": theirs}
    return render(request, "guidance/desk/settings.html", context, status=status)


@require_POST
@author_door
def add(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """A new node of the kind; nothing leads to it yet."""
    row = path_of(actor, county, slug)
    kind = request.POST.get("kind", "")
    if kind not in PREFIX:
        raise Http404
    version = version_of(actor, row)
    key = free_key(from_json(version.text), kind)
    if _done(request, actor, row, version, lambda document: with_node(document, key, empty_node(kind))):
        messages.success(request, _("Added. Write it, and then choose in another node that an answer leads here."))
        return redirect("paths:node", slug, key)
    return redirect(_address(row))


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def node_out(request: HttpRequest, actor: Staff, county: County, slug: str, key: str) -> HttpResponse:
    """Deletes a node of the draft, after the person has seen what leads to it."""
    row = path_of(actor, county, slug)
    version = version_of(actor, row)
    document = from_json(version.text)
    if key not in document.nodes:
        raise Http404
    if request.method == "POST":
        if _done(request, actor, row, version, lambda known: without_node(known, key)):
            messages.success(request, _("%(key)s was deleted from the draft.") % {"key": key})
        return redirect(_address(row))
    context = {
        "path": row,
        "version": version,
        "node_key": key,
        "words": document.nodes[key].text.within("fi"),
        "led_from": [name_of(document, name) for name, _answer in led_from(document, key)],
        "is_start": document.start == key,
    }
    return render(request, "guidance/desk/node_out.html", context)


@require_POST
@author_door
def walk(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """A route becomes a scenario that must hold before publishing, or is none any more."""
    row = path_of(actor, county, slug)
    version = version_of(actor, row)
    answers = trail_of(request.POST.get("answers", ""))
    if request.POST.get("do") == "drop":
        told, change = _("The scenario was taken away."), lambda document: without_walk(document, answers)
    else:
        if with_walk(from_json(version.text), answers) is None:
            raise Http404
        told, change = _("The scenario was stored."), lambda document: with_walk(document, answers) or document
    if _done(request, actor, row, version, change):
        messages.success(request, told)
    return redirect(f"{_address(row)}#walks")


def _done(
    request: HttpRequest, actor: Staff, row: Path, version: PathVersion, change: Callable[[PathDocument], PathDocument]
) -> bool:
    """A change by one press; what was seen comes along as `version`."""
    seen = request.POST.get("version", "")
    try:
        _write(actor, row, change, int(seen) if seen.isdecimal() and len(seen) < 9 else None, version=version)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    return True
