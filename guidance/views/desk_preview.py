"""An unpublished version in the resident's own pages, by a link that cannot be guessed and dies in two weeks (S003-28).

Nothing is counted or sent: the ways out of the guide lead to a page that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from guidance.document import DocumentError, from_json
from guidance.models import PathVersion
from guidance.route import follow, trail_of
from guidance.views.cards import read_place, ways_now
from guidance.views.steps import context_of, show_step
from guidance.views.walk import TRAIL, Walk
from services.models import County

SALT = "preview of a path"
DAYS = 14
PLACES = {"step": "preview", "answer": "preview_answer", "human": "preview_human"}


@dataclass(frozen=True, slots=True)
class PreviewWalk(Walk):
    """A walk whose addresses stay inside the preview."""

    token: str = ""
    is_preview: bool = True

    def address(self, name: str = "step", *args: str, answers: Sequence[str] | None = None, session: bool = True) -> str:
        """An address of this preview; what would leave the guide leads to the page that says what is there."""
        url = reverse(f"paths:{PLACES.get(name, 'preview_end')}", args=[self.token])
        pairs = self.query(answers, session=False)
        return f"{url}?{urlencode(pairs)}" if pairs else url

    @property
    def is_old(self) -> bool:
        """A preview shows the version that was asked for."""
        return False

    @property
    def back(self) -> str:
        """The question before."""
        return self.address(answers=self.route.answers[:-1]) if self.route.answers else ""

    @property
    def restart(self) -> str:
        """The first question of this version."""
        return self.address(answers=())

    def onward(self, slug: str) -> str:
        """Another path is not part of the preview."""
        return self.address("onward")


def preview_token(version: PathVersion) -> str:
    """The secret part of a preview's address."""
    return signing.dumps(str(version.public_id), salt=SALT)


def _walk(request: HttpRequest, token: str) -> PreviewWalk:
    county: County | None = getattr(request, "county", None)
    try:
        key = UUID(signing.loads(token, salt=SALT, max_age=DAYS * 24 * 3600))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404 from error
    row = PathVersion.objects.filter(public_id=key, path__county=county).select_related("path__county").first()
    if county is None or row is None:
        raise Http404
    try:
        document = from_json(row.text)
    except DocumentError as error:
        raise Http404 from error
    asked = follow(document, trail_of(request.GET.get(TRAIL, "")))
    route = asked or follow(document, ())
    if route is None:
        raise Http404
    return PreviewWalk(county, row, document, route, (), None, "", is_lost=asked is None, token=token)


@never_cache
@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Where the answers have led, as residents would see it."""
    return show_step(request, _walk(request, token))


@never_cache
@require_safe
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """An answer is given; nothing is counted."""
    walk = _walk(request, token)
    answers = [*walk.route.answers, request.GET.get("vastaus", "")]
    if follow(walk.document, answers) is None:
        return show_step(request, walk, refused="-", status=422)
    return HttpResponseRedirect(walk.address(answers=answers))


@never_cache
@require_safe
def human(request: HttpRequest, token: str) -> HttpResponse:
    """The ways to a human, as a resident would see them."""
    walk = _walk(request, token)
    now = timezone.now()
    cards = ways_now(walk, read_place(walk, (), now=now), now=now)
    return render(request, "guidance/human.html", {**context_of(walk), "cards": cards})


@csrf_exempt  # the resident's feedback form leads here; nothing is changed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """Here a resident would leave the guide; in a preview nothing is sent."""
    walk = _walk(request, token)
    return render(request, "guidance/desk/preview_end.html", context_of(walk))
