"""A walk as its address tells it: version, trail of answers, the paths before this one, session. No cookie is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from chat.views.start import is_visit
from guidance.choices import ENTRY_LIMIT, PathState
from guidance.document import LANGUAGES, PathDocument, from_json
from guidance.models import PathSession, PathVersion
from guidance.preface import Stretch
from guidance.route import SEPARATOR, Route, as_text, follow, trail_of
from services.models import County
from services.texts import text

TRAIL, SESSION, EARLIER, ENTRY = "p", "s", "e", "t"
MARK = re.compile(r"v([1-9][0-9]{0,8})")
ENTRY_SHAPE = re.compile(r"[a-z]+(:[a-z0-9-]+)?")
MOST_EARLIER = 6
GUIDE_NAME = "Sote-apuri"


@dataclass(frozen=True, slots=True)
class Walk:
    """Where somebody is, and how she came here."""

    county: County
    version: PathVersion
    document: PathDocument
    route: Route
    earlier: tuple[Stretch, ...]
    session: UUID | None
    entry: str
    is_lost: bool = False
    """The answers of the address were none of this version: she is at its beginning."""

    @property
    def here(self) -> Stretch:
        """The walk through the present path."""
        return Stretch(self.version.path.slug, self.version.mark, self.document, self.route)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The whole walk."""
        return (*self.earlier, self.here)

    @property
    def is_old(self) -> bool:
        """The path has a newer version: she may end in this one, and is told."""
        return self.version.state == PathState.RETIRED

    @property
    def place(self) -> list[str]:
        """What every address of this version begins with."""
        return [self.version.path.slug, self.version.mark]

    def query(self, answers: Sequence[str] | None = None, *, session: bool = True) -> list[tuple[str, str]]:
        """The state in the address: of another place of the walk, when answers are given."""
        trail = as_text(self.route.answers if answers is None else answers)
        pairs = [(TRAIL, trail)] if trail else []
        pairs += [(EARLIER, _carried(each)) for each in self.earlier]
        if session and self.session is not None:
            pairs.append((SESSION, str(self.session)))
        elif session and self.entry:
            pairs.append((ENTRY, self.entry))
        return pairs

    def address(self, name: str = "step", *args: str, answers: Sequence[str] | None = None, session: bool = True) -> str:
        """An address of this walk."""
        return _with(reverse(f"guidance:{name}", args=[*self.place, *args]), self.query(answers, session=session))

    @property
    def back(self) -> str:
        """The question before: of this path, else the last one of the path before it; nothing at the very first."""
        if self.route.answers:
            return self.address(answers=self.route.answers[:-1])
        if not self.earlier:
            return ""
        before = self.earlier[-1]
        url = reverse("guidance:step", args=[before.slug, before.mark])
        whole = Walk(self.county, self.version, before.document, before.route, self.earlier[:-1], self.session, self.entry)
        return _with(url, whole.query())

    @property
    def restart(self) -> str:
        """The first question of the path with which the walk began, in its newest version."""
        pairs = [(SESSION, str(self.session))] if self.session else [(ENTRY, self.entry)] if self.entry else []
        return _with(reverse("guidance:path", args=[self.stretches[0].slug]), pairs)

    def onward(self, slug: str) -> str:
        """The first question of the path to which an outcome leads, with what has been answered here."""
        carried = [(EARLIER, _carried(each)) for each in self.stretches]
        own = [(SESSION, str(self.session))] if self.session else [(ENTRY, self.entry)] if self.entry else []
        return _with(reverse("guidance:path", args=[slug]), [*carried, *own])

    def seen(self, session: UUID | None) -> Walk:
        """The same walk under a session."""
        return replace(self, session=session)


def walk_of(request: HttpRequest, slug: str, mark: str | None = None) -> Walk:
    """The walk of the address; without a mark the published version. All versions of it are read in one query.

    404: no such path or version, or it was taken away.
    """
    county: County | None = getattr(request, "county", None)
    number = _number(mark)
    if county is None or number is None:
        raise Http404
    carried = [each for value in request.GET.getlist(EARLIER)[:MOST_EARLIER] if (each := _parsed(value))]
    wanted = Q(path__slug=slug, state=PathState.PUBLISHED) if number == 0 else Q(path__slug=slug, number=number)
    for before, version, _answers in carried:
        wanted |= Q(path__slug=before, number=version)
    rows = list(PathVersion.objects.walkable().filter(wanted, path__county=county).select_related("path__county"))
    known = {(row.path.slug, row.number): row for row in rows}
    here = next(
        (
            row
            for row in rows
            if row.path.slug == slug and (row.state == PathState.PUBLISHED if number == 0 else row.number == number)
        ),
        None,
    )
    if here is None:
        raise Http404
    document = from_json(here.text)
    asked = follow(document, trail_of(request.GET.get(TRAIL, "")))
    route = asked or follow(document, ())
    if route is None:
        raise Http404
    earlier = []
    for before, version, answers in carried:
        row = known.get((before, version))
        whole = from_json(row.text) if row else None
        passed = follow(whole, answers) if whole else None
        if row and whole and passed:
            earlier.append(Stretch(before, row.mark, whole, passed))
    entry = request.GET.get(ENTRY, "")
    return Walk(
        county=county,
        version=here,
        document=document,
        route=route,
        earlier=tuple(earlier),
        session=_session(request.GET.get(SESSION)),
        entry=entry if ENTRY_SHAPE.fullmatch(entry) and len(entry) <= ENTRY_LIMIT else "",
        is_lost=asked is None,
    )


def counted(request: HttpRequest, walk: Walk) -> Walk:
    """The walk under its session; one who has none gets a new id, but for robots and staff, who are not counted (M22)."""
    return walk if walk.session is not None or not is_visit(request) else walk.seen(uuid4())


def session_of(walk: Walk) -> PathSession | None:
    """The session's row with its conversation: one query, none without a session."""
    if walk.session is None:
        return None
    rows = PathSession.objects.filter(public_id=walk.session, county=walk.county).exclude(conversation=None)
    return rows.select_related("conversation").first()


def guide_name(county: County) -> str:
    """The guide's own name in the county (S003-1)."""
    return str(text(county, "guide_name", page_language())) or GUIDE_NAME


def page_language() -> str:
    """The language of the page, one of the three."""
    code = (get_language() or "fi")[:2]
    return code if code in LANGUAGES else "fi"


def _with(url: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{url}?{urlencode(pairs)}" if pairs else url


def _carried(each: Stretch) -> str:
    return SEPARATOR.join([each.slug, each.mark, *each.route.answers])


def _parsed(value: str) -> tuple[str, int, tuple[str, ...]] | None:
    slug, _, rest = value.partition(SEPARATOR)
    mark, _, trail = rest.partition(SEPARATOR)
    number = _number(mark)
    return (slug, number, trail_of(trail)) if slug and number else None


def _number(mark: str | None) -> int | None:
    """The number of a version; 0 without a mark."""
    if mark is None:
        return 0
    match = MARK.fullmatch(mark)
    return int(match.group(1)) if match else None


def _session(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
