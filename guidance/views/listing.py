"""The library as residents see it: the county's published paths by area and for whom they are (S003-4, S003-25, S003-32), and
the symptom checks of Omaolo to which they lead (S004-22)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guidance.choices import ForWhom
from guidance.models import PathVersion
from guidance.shelf import leads_of
from guidance.views.walk import guide_name, page_language
from services.choices import Audience
from services.models import County, Link
from services.queue_names import queues_named
from services.texts import Text, pick, texts_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A path in the list."""

    slug: str
    title: Text


@dataclass(frozen=True, slots=True)
class Group:
    """The paths of one service, under its name; of an area that is not there any more, without one."""

    title: Text | None
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Check:
    """A symptom check: its link, and the paths of the guide about the same matter."""

    name: Text
    url: str
    entries: list[Entry]


FOR_WHOM, OMAOLO = "kenelle", "omaolo.fi"


@require_safe
def paths(request: HttpRequest) -> HttpResponse:
    """Every path that can be begun, or those for whom the address says: with those that are for everybody."""
    county = county_of(request)
    rows = published(county)
    tags = {tag for row in rows for tag in row.audience}
    offered = [(tag.value, tag.label) for tag in ForWhom if tag in tags]
    chosen = request.GET.get(FOR_WHOM, "")
    chosen = chosen if chosen in dict(offered) else ""
    shown = [row for row in rows if not chosen or not row.audience or chosen in row.audience]
    context = {
        "guide": guide_name(county),
        "groups": groups_of(county, shown),
        "offered": offered,
        "chosen": chosen,
        "has_checks": bool(checks_of(county)),
    }
    return render(request, "guidance/paths.html", context)


@require_safe
def symptom_checks(request: HttpRequest) -> HttpResponse:
    """The symptom checks of Omaolo by what they are about, as the county's link library and its paths know them."""
    county = county_of(request)
    found = checks_of(county)
    if not found:
        raise Http404
    return render(request, "guidance/checks.html", {"guide": guide_name(county), "checks": found})


def checks_of(county: County) -> list[Check]:
    """Public links to Omaolo that work, by name, each with the paths that lead to it. The one of the whole service comes last."""
    language, leads = page_language(), leads_of(county)
    links = [row for row in Link.objects.filter(county=county, audience=Audience.PUBLIC, fails=0) if _is_omaolo(row)]
    titles = {row.path.slug: row.name(language) for row in published(county)} if links else {}
    found = []
    for row in links:
        name, url = pick(texts_of(row, "name"), language), str(pick(texts_of(row, "url"), language))
        if county.allows(url):
            found.append((row.key == "omaolo", str(name).casefold(), Check(name, url, _entries(leads.get(row.key, ()), titles))))
    return [check for _last, _name, check in sorted(found, key=lambda each: each[:2])]


def _entries(slugs: Iterable[str], titles: Mapping[str, Text]) -> list[Entry]:
    return [Entry(slug, titles[slug]) for slug in slugs if slug in titles]


def _is_omaolo(link: Link) -> bool:
    hosts = {urlsplit(url).hostname or "" for url in texts_of(link, "url").values()}
    return any(host == OMAOLO or host.endswith(f".{OMAOLO}") for host in hosts)


def county_of(request: HttpRequest) -> County:
    """The county of the address, or no page at all."""
    county: County | None = getattr(request, "county", None)
    if county is None:
        raise Http404
    return county


def published(county: County) -> list[PathVersion]:
    """The published versions of the county in the library's order, without their documents."""
    rows = PathVersion.objects.current().walkable().filter(path__county=county).select_related("path").defer("text")
    return list(rows.order_by("path__order", "path__slug"))


def groups_of(county: County, rows: Iterable[PathVersion]) -> list[Group]:
    """By service in the order of the first path of each: areas of one service stand together under its name."""
    language = page_language()
    rows = list(rows)
    queues = {name: queue for name, queue in queues_named(county, {row.area for row in rows}).items() if queue.is_active}
    found: dict[int | str, Group] = {}
    for row in rows:
        queue = queues.get(row.area)
        title = pick(texts_of(queue.service, "name"), language) if queue else None
        group = found.setdefault(queue.service_id if queue else row.area, Group(title, []))
        group.entries.append(Entry(row.path.slug, row.name(language)))
    return list(found.values())
