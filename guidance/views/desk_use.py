"""How a path is used, question by question, and what each figure of the guide is made of (M22)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.actors import Staff
from guidance.choices import PathState
from guidance.document import DocumentError, PathDocument, from_json
from guidance.editing import kind_of
from guidance.funnel import FIGURES, MOST, Part, Stage, funnel_of, missed_of, parts_of, total_of
from guidance.models import PathVersion
from guidance.outline import walking_order
from guidance.views.desk_door import author_door, path_of, version_of, versions_of
from guidance.views.walk import page_language
from services.models import County

NAMES: Mapping[str, str | Promise] = {
    "sessions": _("Sessions of the guide"),
    "completed": _("Came to an end of a path"),
    "self_served": _("Served by the guide alone"),
    "midway": _("Ended midway"),
    "handed_over": _("Went on to a human"),
    "handed_answered": _("Of them answered by a human"),
    "helped": _("It helped"),
    "loops": _("Went round in a circle"),
    "missed": _("Searches without a hit"),
}
KINDS: Mapping[str, str | Promise] = {
    "self_care": _("Ended in advice"),
    "service_link": _("Ended in a service or a link"),
    "chat_handover": _("Ended in a chat"),
    "help_form": _("Ended in the help form"),
    "call_request": _("Ended in a call request"),
    "call_116117": _("Ended in the medical helpline 116117"),
    "call_112": _("Ended in the emergency number 112"),
    "phone": _("Ended in a telephone number"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a figure as it is shown: the path, and the words of the node with their language."""

    part: Part
    version: PathVersion
    words: tuple[str, str]
    kind: str | Promise


@dataclass(frozen=True, slots=True)
class Step:
    """A node of the funnel as it is shown; `kind` is empty when the path has the node no longer."""

    stage: Stage
    kind: str
    words: tuple[str, str]


@require_safe
@author_door
def use(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """The funnel of a path: of those who came to each question, who went on and who stopped."""
    row = path_of(actor, county, slug)
    shown = versions_of(actor, row).filter(state=PathState.PUBLISHED).first()
    version = shown or version_of(actor, row)
    version.path = row
    document, language = from_json(version.text), page_language()
    stages = funnel_of(row, now=timezone.now())
    order = [*walking_order(document), *sorted(set(stages) - set(document.nodes))]
    steps = [_step(document, stages.get(key, Stage(key)), language) for key in order]
    most = max((stage.came for stage in stages.values()), default=0)
    return render(request, "guidance/desk/use.html", {"path": row, "version": version, "steps": steps, "most": most})


@require_safe
@author_door
def behind(request: HttpRequest, actor: Staff, county: County, figure: str) -> HttpResponse:
    """Of what a figure is made, by path and question; nobody's own walk is shown."""
    if figure not in FIGURES:
        raise Http404
    now = timezone.now()
    context: dict[str, object] = {"figure": figure, "name": NAMES[figure], "most": MOST}
    if figure == "missed":
        words, erased = missed_of(county, now=now)
        context |= {"searches": words, "erased": erased, "total": {"n": sum(row.n for row in words) + erased}}
    else:
        parts = parts_of(figure, county, now=now)
        context |= {"places": placed(county, parts), "total": total_of(parts)}
    return render(request, "guidance/desk/behind.html", context)


def placed(county: County, parts: Iterable[Part]) -> list[Place]:
    """The parts with the words of their nodes: of the published version of each path, else of its newest. Two queries."""
    parts, language = list(parts), page_language()
    versions: dict[int, PathVersion] = {}
    rows = PathVersion.objects.filter(path__county=county, path__in={part.path for part in parts}).select_related("path")
    for row in rows.defer("text").order_by("number"):
        if (known := versions.get(row.path_id)) is None or known.state != PathState.PUBLISHED:
            versions[row.path_id] = row
    texts = dict(PathVersion.objects.filter(pk__in=[row.pk for row in versions.values()]).values_list("path", "text"))
    documents = {key: _document(text) for key, text in texts.items()}
    return [
        Place(part, versions[part.path], _words(documents[part.path], part.node, language), KINDS.get(part.kind, ""))
        for part in parts
        if part.path in versions
    ]


def _step(document: PathDocument, stage: Stage, language: str) -> Step:
    node = document.nodes.get(stage.node)
    return Step(stage, kind_of(node) if node is not None else "", _words(document, stage.node, language))


def _document(text: str) -> PathDocument | None:
    try:
        return from_json(text)
    except DocumentError:
        return None


def _words(document: PathDocument | None, key: str, language: str) -> tuple[str, str]:
    node = document.nodes.get(key) if document is not None else None
    return node.text.within(language) if node is not None else ("", language)


__all__ = ["NAMES", "behind", "placed", "use"]
