"""Paths in files: one or all go out as YAML or as a flat table (XLSX, CSV); a file is looked through first and then taken in whole
or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from guidance.comparison import compare
from guidance.document import PathDocument, from_json
from guidance.exchange import Problem, read_file, write_library
from guidance.flat import read_table, table_of
from guidance.models import PathVersion
from guidance.operations import Arrival, look_through, take_in_paths
from guidance.views.desk_door import author_door, path_of, paths_door, version_of
from services.forms.directory import ImportConfirmForm, ImportForm
from services.models import County
from services.resources.files import CONTENT_TYPES, write_file
from services.resources.files import read_file as read_sheet

YAML = "yaml"
TABLE = b"table\n"
"""Before the content of a table while it goes through the two steps."""


@require_safe
@paths_door
def export_one(request: HttpRequest, actor: Staff, county: County, slug: str, kind: str = YAML) -> HttpResponse:
    """The version that she sees, as a file."""
    version = version_of(actor, path_of(actor, county, slug), request.GET.get("versio"))
    return _file(actor, county, f"{slug}-{version.mark}", [from_json(version.text)], kind)


@require_safe
@paths_door
def export_all(request: HttpRequest, actor: Staff, county: County, kind: str = YAML) -> HttpResponse:
    """The newest version of every path that she may read, in the library's order."""
    newest: dict[int, PathVersion] = {}
    rows = PathVersion.objects.filter(path__county=county).readable_by(actor)
    for row in rows.order_by("path__order", "path__slug", "-number"):
        newest.setdefault(row.path_id, row)
    documents = [from_json(row.text) for row in newest.values()]
    return _file(actor, county, f"ohjauspolut-{timezone.localdate():%Y-%m-%d}", documents, kind)


def _file(actor: Staff, county: County, name: str, documents: Sequence[PathDocument], kind: str) -> HttpResponse:
    if kind not in (*CONTENT_TYPES, YAML):
        raise Http404
    record_audit(
        by=actor, action=AuditAction.EXPORT, object_type="guidance.path", county=county.code, count=len(documents), source="pages"
    )
    return HttpResponse(
        write_library(documents) if kind == YAML else write_file(table_of(documents), kind),
        content_type=CONTENT_TYPES.get(kind, "application/yaml; charset=utf-8"),
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def take_in(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """First the file is looked through and nothing is changed; then exactly the same file is taken in."""
    purpose = f"import:paths:{county.code}:{actor.user_id}"
    if "checked" in request.POST:
        return _taken(request, actor, county, purpose)
    form = _upload(request)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form=form, status=422 if form.errors else 200)
    content = form.cleaned_data["file"]
    if str(getattr(request.FILES["file"], "name", "")).lower().endswith(tuple(f".{kind}" for kind in CONTENT_TYPES)):
        content = TABLE + content  # told by its name: a broken table is no broken YAML
    documents, problems = _read(content)
    arrivals: list[Arrival] = []
    if not problems:
        try:
            arrivals = look_through(by=actor, county=county, documents=documents)
        except ValidationError as error:
            problems = [Problem("", words) for words in error.messages]
    changed = [each for each in arrivals if each.kind != "same"]
    if problems or not changed:
        return _page(request, form=_upload(), problems=problems, no_changes=not problems, status=422 if problems else 200)
    shown = [(each, compare(from_json(each.before.text), each.document) if each.before else []) for each in changed]
    signed = ImportConfirmForm(initial={"checked": ImportConfirmForm.sign(content, purpose=purpose)})
    return _page(request, form=signed, is_upload=False, arrivals=shown, same=len(arrivals) - len(changed))


def _taken(request: HttpRequest, actor: Staff, county: County, purpose: str) -> HttpResponse:
    form = ImportConfirmForm(request.POST)
    try:
        content = form.content(purpose=purpose) if form.is_valid() else b""
        documents, problems = _read(content)
        arrivals = [] if problems else take_in_paths(by=actor, county=county, documents=documents)
    except ValidationError as refused:  # somebody changed the paths between the two steps
        problems, arrivals = [Problem("", words) for words in refused.messages], []
    if problems:
        return _page(request, form=_upload(), problems=problems, status=422)
    count = sum(each.kind != "same" for each in arrivals)
    messages.success(request, _("Taken in as drafts: %(n)s. They wait for approval and publishing.") % {"n": count})
    return redirect("paths:library")


def _read(content: bytes) -> tuple[list[PathDocument], list[Problem]]:
    """The paths of a YAML file or of a table, and what is wrong in it."""
    if not content.startswith(TABLE):
        return read_file(content)
    try:
        return read_table(read_sheet(content.removeprefix(TABLE)))
    except ValidationError as refused:
        return [], [Problem("", words) for words in refused.messages]


def _upload(request: HttpRequest | None = None) -> ImportForm:
    is_post = request is not None and request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if request is not None and is_post else ImportForm()
    form.fields["file"].help_text = _("YAML, XLSX or CSV in UTF-8, at most one megabyte. Nothing is changed yet.")
    form.fields["file"].widget.attrs |= {"accept": ".yaml,.yml,.xlsx,.csv", "class": "form-control"}
    return form


def _page(request: HttpRequest, *, status: int = 200, is_upload: bool = True, **context: object) -> HttpResponse:
    return render(request, "guidance/desk/import.html", {"is_upload": is_upload, **context}, status=status)
