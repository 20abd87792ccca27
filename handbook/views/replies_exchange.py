"""Quick replies in files: exported as they are, and a file looked through first and then taken in whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from import_export.results import Result

from accounts.actors import Staff
from accounts.choices import AuditAction, Role
from accounts.operations import record_audit
from accounts.permissions import has_role
from handbook.resources.replies import ReplyTable, read_yaml, write_yaml
from handbook.views.door import handbook_door
from services.forms.directory import ImportConfirmForm, ImportForm
from services.models import County
from services.resources.base import changes_of
from services.resources.files import CONTENT_TYPES, read_file, write_file

MOST_SHOWN = 200
YAML = "yaml"
Told = dict[str, object]


@require_GET
@handbook_door
def export(request: HttpRequest, actor: Staff, county: County, kind: str) -> HttpResponse:
    """The shared replies that she may read, as a file; the audit keeps how many."""
    if kind not in (*CONTENT_TYPES, YAML):
        raise Http404
    table = ReplyTable(by=actor)
    dataset = table.export(table.get_queryset().filter(county=county))
    record_audit(
        by=actor,
        action=AuditAction.EXPORT,
        object_type="handbook.quickreply",
        county=county.code,
        count=len(dataset),
        source="pages",
    )
    content = write_yaml(dataset) if kind == YAML else write_file(dataset, kind)
    name = f"pikavastaukset-{timezone.localdate():%Y-%m-%d}.{kind}"
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES.get(kind, "application/yaml; charset=utf-8"),
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@handbook_door
def take_in(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """First the file is looked through and nothing is changed; then exactly the same file is taken in. For the main user."""
    if not has_role(actor, Role.MAIN_USER, county=county.code):
        raise PermissionDenied
    purpose = f"import:replies:{county.code}:{actor.user_id}"
    if "checked" in request.POST:
        return _taken(request, actor, purpose)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, actor, form=form, is_upload=True)
    content = form.cleaned_data["file"]
    try:
        if (
            str(getattr(request.FILES["file"], "name", "")).lower().endswith((".yaml", ".yml"))
        ):  # told by its name: a broken one is no broken CSV
            content = write_yaml(read_yaml(content))
        result = _looked_through(actor, content, dry_run=True)
    except ValidationError as refused:
        form.add_error("file", refused)
        return _page(request, actor, form=form, is_upload=True)
    problems, changed = list(problems_of(result)), _changed(result)
    context: Told = {"problems": problems, "rows": changed[:MOST_SHOWN], "more": max(0, len(changed) - MOST_SHOWN)}
    if problems or not changed:
        context |= {"form": ImportForm(), "is_upload": True, "no_changes": not problems}
    else:
        context["form"] = ImportConfirmForm(initial={"checked": ImportConfirmForm.sign(content, purpose=purpose)})
    return _page(request, actor, totals=result.totals, **context)


def _taken(request: HttpRequest, actor: Staff, purpose: str) -> HttpResponse:
    form = ImportConfirmForm(request.POST)
    try:
        content = form.content(purpose=purpose) if form.is_valid() else b""
        result = _looked_through(actor, content, dry_run=False)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return _page(request, actor, form=ImportForm(), is_upload=True)
    if problems := list(problems_of(result)):  # somebody changed the rows between the two steps
        return _page(request, actor, form=ImportForm(), is_upload=True, problems=problems)
    totals = result.totals
    messages.success(
        request,
        _("Taken in: %(new)s new, %(changed)s changed, %(deleted)s deleted. %(same)s rows were the same already.")
        % {"new": totals["new"], "changed": totals["update"], "deleted": totals["delete"], "same": totals["skip"]},
    )
    return redirect("handbook:replies")


def _looked_through(actor: Staff, content: bytes, *, dry_run: bool) -> Result:
    is_yaml = content.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"quick_replies:", b"#", b"---", b"{"))
    return ReplyTable(by=actor).take_in(read_yaml(content) if is_yaml else read_file(content), dry_run=dry_run)


def _page(request: HttpRequest, actor: Staff, **context: object) -> HttpResponse:
    columns = [field.column_name for field in ReplyTable(by=actor).fields.values()]
    return render(request, "handbook/replies/import.html", {"columns": columns, **context})


def problems_of(result: Result) -> Iterator[tuple[object, str, str]]:
    """Each problem: the row's number (empty for the file), the column, and what to do."""
    for error in result.base_errors:
        yield "", "", " ".join(error.error.messages) if isinstance(error.error, ValidationError) else str(error.error)
    for number, errors in result.row_errors():
        for error in errors:
            yield number, "", str(error.error)
    for row in result.invalid_rows:
        for name, found in row.error_dict.items():
            yield row.number, "" if name == "__all__" else name, " ".join(found)


def _changed(result: Result) -> list[Told]:
    kinds = {"new": _("Will be new"), "update": _("Will change"), "delete": _("Will be deleted")}
    return [
        {"kind": kinds[row.import_type], "row": str(row.instance), "changes": changes_of(row)}
        for row in result.valid_rows()
        if row.import_type in kinds
    ]
