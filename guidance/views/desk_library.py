"""The library as the staff see it: every path with its state, owner, review day and findings; a new path and a copy (S003-4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Staff
from guidance.checks import blocking, findings
from guidance.choices import PathState
from guidance.choosing import choices_of
from guidance.document import DocumentError, from_json
from guidance.editing import copied
from guidance.forms.paths import NewPathForm
from guidance.models import ApprovalRequest, Path, PathCheck, PathVersion
from guidance.operations import create_path
from guidance.permissions import may_write_paths
from guidance.surroundings import surroundings_of, wrong_now
from guidance.teaching import todos_of
from guidance.views.desk_door import author_door, path_of, paths_door, version_of
from guidance.views.desk_question import begin_path
from services.models import County

PER_PAGE = 50
MOST_TODOS = 5
MOST_FAILED = 50


@dataclass(slots=True)
class Line:
    """One path of the library."""

    path: Path
    version: PathVersion
    published: PathVersion | None
    is_overdue: bool
    waits: bool = False
    wrong: int | None = None
    """How many findings keep its newest version from being published; unknown to those who do not write."""


@dataclass(frozen=True, slots=True)
class Night:
    """What the newest nightly check of the published paths told, and which of them are still wrong."""

    checked_at: datetime
    paths: int
    walks: int
    wrong: Sequence[tuple[PathVersion, int]]


@require_safe
@paths_door
def library(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """All paths that she may read, found by any of their words; the findings are counted for the page that is shown."""
    writes = may_write_paths(actor, county=county.code)
    asked = " ".join(request.GET.get("q", "").split())[:100]
    every = lines_of(actor, county, today=timezone.localdate(), writes=writes)
    page = Paginator([line for line in every if fits(line, asked)], PER_PAGE).get_page(request.GET.get("sivu"))
    if writes:
        count_findings(county, page)
    context = {
        "night": night_of(actor, county) if writes else None,
        "todos": todos_of(county, now=timezone.now())[:MOST_TODOS] if writes else [],
        "page": page,
        "asked": asked,
        "total": len(every),
        "writes": writes,
        "waiting": [line for line in every if line.waits and actor.user_id not in line.version.writers],
        "overdue": [line for line in every if line.is_overdue] if writes else [],
    }
    return render(request, "guidance/desk/library.html", context)


def lines_of(actor: Staff, county: County, *, today: date, writes: bool) -> list[Line]:
    """The paths in the library's order: three queries, without the documents."""
    rows = PathVersion.objects.filter(path__county=county).readable_by(actor).select_related("path__owner", "path__county")
    newest: dict[int, PathVersion] = {}
    current: dict[int, PathVersion] = {}
    for row in rows.defer("text").order_by("path__order", "path__slug", "-number"):
        newest.setdefault(row.path_id, row)
        if row.state == PathState.PUBLISHED:
            current[row.path_id] = row
    waiting = set(ApprovalRequest.objects.open().filter(version__path__county=county).values_list("version", flat=True))
    found = []
    for key, row in newest.items():
        is_shown = key in current and row.path.withdrawn_at is None
        if writes or is_shown:
            late = is_shown and row.path.review_on is not None and row.path.review_on < today
            found.append(Line(row.path, row, current.get(key), late, waits=writes and row.pk in waiting))
    return found


def night_of(actor: Staff, county: County) -> Night | None:
    """The newest nightly check; what failed in it is looked at again, so that what has been mended is not told of. Two to eight
    queries. None before the first night.
    """
    checks = PathCheck.objects.current().filter(version__path__county=county).editable_by(actor)
    told = checks.aggregate(at=Max("checked_at"), paths=Count("pk"), walks=Sum("walks"))
    if told["at"] is None:
        return None
    failed = list(
        checks.failed().select_related("version__path").order_by("version__path__order", "version__path__slug")[:MOST_FAILED]
    )
    around = surroundings_of(county) if failed else None
    counted = [(check.version, len(wrong_now(check.version, around)[1])) for check in failed if around]
    return Night(told["at"], told["paths"], told["walks"], [each for each in counted if each[1]])


def fits(line: Line, asked: str) -> bool:
    """Every word that was asked for stands in the title, the words that find it, the area or the address name."""
    version = line.version
    words = [*version.title.values(), *(each for some in version.keywords.values() for each in some), *version.topics]
    text = " ".join([*words, *version.audience, version.area, line.path.slug, str(line.path.owner or "")]).casefold()
    return all(word in text for word in asked.casefold().split())


def count_findings(county: County, page: Page[Line] | Iterable[Line]) -> None:
    """Writes into each line what would keep it from being published."""
    lines = list(page)
    texts = dict(PathVersion.objects.filter(pk__in=[line.version.pk for line in lines]).values_list("pk", "text"))
    around = surroundings_of(county)
    for line in lines:
        try:
            line.wrong = len(blocking(findings(from_json(texts[line.version.pk]), around)))
        except DocumentError:
            line.wrong = 1


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def new(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """An author begins a path: its name, and the frame that the portal gives it."""
    return begin_path(request, actor, county)


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def copy(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """A new path of the county from the newest text of another one."""
    row = path_of(actor, county, slug)
    version = version_of(actor, row, request.GET.get("versio"))
    title = from_json(version.text).title
    initial = {f"title_{code}": title.given(code) for code in ("fi", "sv", "en")}
    form = NewPathForm(request.POST or None, choices=choices_of(county), is_copy=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        document = copied(from_json(version.text), slug=form.cleaned_data["slug"], title=form.words("title"))
        try:
            create_path(by=actor, county=county, document=document)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The path was copied. The copy is a draft."))
            return redirect("paths:path", document.slug)
    context = {"form": form, "path": row, "version": version}
    return render(request, "guidance/desk/new.html", context, status=422 if form.errors else 200)


__all__ = ["copy", "library", "new"]
