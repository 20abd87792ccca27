"""A path on the author's desk: outline and picture, findings, every route, scenarios and versions; differences of two versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Staff
from guidance.checks import Finding, blocking, findings
from guidance.choices import PathState
from guidance.choosing import choices_of, value_of
from guidance.comparison import compare
from guidance.document import LANGUAGES, ONWARD, AnyNode, Outcome, PathDocument, Question, Words, from_json
from guidance.editing import kind_of
from guidance.forms.paths import ArrangePathForm, MoveForm
from guidance.models import ApprovalRequest, Path, PathVersion, Redirect
from guidance.outline import picture, walking_order, ways
from guidance.permissions import may_approve, may_write_paths
from guidance.route import as_text, follow
from guidance.surroundings import surroundings_of
from guidance.views.desk_door import path_of, paths_door, version_of, versions_of
from guidance.views.desk_preview import preview_token
from guidance.views.walk import TRAIL, page_language
from services.models import County

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node: its words and language, and where it leads."""

    label: Pair
    to: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done at an outcome, in words."""

    words: str
    topic: str
    in_writing: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """A node of the outline."""

    key: str
    kind: str
    texts: Sequence[Pair]
    plain: Sequence[Pair]
    exits: Sequence[Exit]
    deeds: Sequence[Deed]
    wrong: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Told:
    """A route or a scenario in words."""

    answers: str
    steps: Sequence[Pair]
    end: str
    ends_in: Pair
    url: str
    holds: bool = True
    is_kept: bool = False


@require_safe
@paths_door
def page(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """One version of a path as its author sees it; others read what has been published."""
    row = path_of(actor, county, slug)
    version = version_of(actor, row, request.GET.get("versio"))
    return shown_page(request, actor, row, version)


def shown_page(
    request: HttpRequest,
    actor: Staff,
    row: Path,
    version: PathVersion,
    *,
    status: int = 200,
    refused: Sequence[str] = (),
    **more: Any,
) -> HttpResponse:
    """The page of a version; `refused`: why what was pressed was not done."""
    county, language = row.county, page_language()
    writes = may_write_paths(actor, county=county.code)
    document = from_json(version.text)
    is_late = row.withdrawn_at is None and row.review_on is not None and row.review_on < timezone.localdate()
    found = findings(document, replace(surroundings_of(county), is_late=is_late)) if writes else []
    versions = list(versions_of(actor, row).select_related("written_by", "published_by", "approved_by").defer("text"))
    token = preview_token(version)
    routes, has_more = told_routes(document, language, token)
    context = {
        "path": row,
        "version": version,
        "document": document,
        "writes": writes,
        "may_approve": may_approve(actor, version),
        "stops": stops_of(document, language, found, county),
        "picture": picture(document, language),
        "findings": found,
        "blocking": blocking(found),
        "general": [each for each in found if each.place.partition(".")[0] not in document.nodes],
        "routes": routes,
        "has_more_routes": has_more,
        "walks": told_walks(document, language, token),
        "preview_url": request.build_absolute_uri(reverse("paths:preview", args=[token])),
        "can_preview": document.start in document.nodes,
        "versions": versions,
        "published": next((each for each in versions if each.state == PathState.PUBLISHED), None),
        "open": next((each for each in versions if each.is_open), None),
        "asked": ApprovalRequest.objects.filter(version=version).select_related("asked_by", "answered_by").first()
        if writes
        else None,
        "redirect": Redirect.objects.filter(path=row).select_related("to").first() if row.withdrawn_at else None,
        "is_overdue": is_late,
        "move_form": MoveForm(row=version),
        "arrange_form": ArrangePathForm(row=row) if writes else None,
        "refused": refused,
        **more,
    }
    return render(request, "guidance/desk/path.html", context, status=status)


def stops_of(document: PathDocument, language: str, found: Sequence[Finding], county: County) -> list[Stop]:
    """The nodes in walking order, each with what is wrong in it; actions are said by the names of what they lead to."""
    named = {value: f"{head}: {label}" for head, group in choices_of(county).targets for value, label in group}
    order = walking_order(document)
    return [_stop(document, key, language, [each for each in found if each.place.partition(".")[0] == key], named) for key in order]


def _stop(document: PathDocument, key: str, language: str, wrong: Sequence[Finding], named: Mapping[str, str]) -> Stop:
    node = document.nodes[key]
    deeds = (
        [
            Deed(named.get(value := value_of(action), value.replace(":", " ").strip()), action.topic, bool(action.when))
            for action in node.actions
        ]
        if isinstance(node, Outcome)
        else []
    )
    exits = [Exit(_label(node, answer, language), to, to in document.nodes) for answer, to in node.ways()]
    return Stop(key, kind_of(node), _each(node.text), _each(node.plain), exits, deeds, wrong)


def _each(words: Words) -> list[Pair]:
    return [(code, text) for code in LANGUAGES if (text := words.given(code))]


def _label(node: AnyNode, answer: str, language: str) -> Pair:
    """The words of an answer with their language; nothing for what is only read."""
    option = node.option(answer) if isinstance(node, Question) else None
    return option.label.within(language) if option else ("", language)


def _told(document: PathDocument, answers: Sequence[str], language: str, token: str, **facts: bool) -> Told | None:
    route = follow(document, answers)
    if route is None:
        return None
    steps = [passed.label.within(language) for passed in route.passed if passed.answer != ONWARD]
    trail = as_text(answers)
    url = reverse("paths:preview", args=[token]) + (f"?{urlencode({TRAIL: trail})}" if trail else "")
    return Told(trail, steps, route.key, route.node.text.within(language), url, **facts)


def told_routes(document: PathDocument, language: str, token: str) -> tuple[list[Told], bool]:
    """Every route in words, and whether there are more than are told."""
    found, has_more = ways(document)
    kept = {walk.answers for walk in document.walks}
    told = [_told(document, way.answers, language, token, is_kept=way.answers in kept) for way in found]
    return [each for each in told if each], has_more


def told_walks(document: PathDocument, language: str, token: str) -> list[Told]:
    """The stored scenarios with their results now."""
    found = []
    for walk in document.walks:
        route = follow(document, walk.answers)
        agrees = route is not None and (not walk.labels or walk.labels == tuple(each.label.fi for each in route.passed))
        holds = route is not None and route.key == walk.outcome and route.ends and agrees
        told = _told(document, walk.answers, language, token, holds=holds)
        steps = [(label, "fi") for label in walk.labels or walk.answers]
        found.append(told or Told(as_text(walk.answers), steps, "", ("", language), "", holds=False))
    return found


@require_safe
@paths_door
def difference(request: HttpRequest, actor: Staff, county: County, slug: str) -> HttpResponse:
    """What differs between two versions: nodes that came and went, and words that changed."""
    row = path_of(actor, county, slug)
    if not (request.GET.get("a") and request.GET.get("b")):
        raise Http404
    pair = sorted((version_of(actor, row, request.GET[name]) for name in ("a", "b")), key=lambda each: each.number)
    changes = compare(from_json(pair[0].text), from_json(pair[1].text))
    return render(request, "guidance/desk/difference.html", {"path": row, "before": pair[0], "after": pair[1], "changes": changes})
