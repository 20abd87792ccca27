"""A resident looks for a path in her own words: a page that works without scripts, and suggestions while typing (S003-4).

What finds nothing is counted, told, and leads to people. The words stand in no log, and an identity code among them is not even
shown again (P-6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.actors import Resident
from accounts.origin import client_address
from chat.availability import availabilities
from chat.pace import searches_of, suggestions_of
from chat.views.start import is_visit
from guidance.choices import SEARCH_LIMIT
from guidance.finding import Hit
from guidance.operations import note_missed_search
from guidance.shelf import find_paths, suggest_paths
from guidance.views.walk import ENTRY, guide_name, page_language
from services.identity_codes import mask
from services.models import County, Queue, Service
from services.texts import Text, pick, texts_of

OPEN_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A path that fits, as the page shows it."""

    url: str
    title: str
    language: str
    is_other: bool


@dataclass(frozen=True, slots=True)
class OpenChat:
    """A service with people who answer now."""

    url: str
    name: Text


@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The paths that fit the words; when none does, the chats that are open now and the phones."""
    county = _county(request)
    words, has_codes = _asked(request)
    if not words:
        return redirect("guidance:paths")
    if has_codes:  # the address has it too, and would go on having it
        return HttpResponseRedirect(f"{request.path}?{urlencode({'q': words})}")
    found = _shown(find_paths(county, words, language=page_language()))
    if not found:
        _count(request, county, words)
    context = {
        "guide": guide_name(county),
        "words": words,
        "found": found,
        "chats": [] if found else list(open_chats(county)),
    }
    return render(request, "guidance/search.html", context)


@never_cache
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """A few paths for what is being typed, none for an identity code, and none past the pace of one network."""
    county = _county(request)
    asked = suggestions_of(client_address(request))
    if asked.is_full:
        return JsonResponse({"paths": []}, status=429)
    asked.add()
    words, has_codes = _asked(request)
    found = [] if has_codes else _shown(suggest_paths(county, words, language=page_language()))
    return JsonResponse({"paths": [{"url": row.url, "title": row.title, "language": row.language} for row in found]})


def open_chats(county: County) -> Iterator[OpenChat]:
    """The public services of the county in which somebody answers now."""
    services = Service.objects.public().filter(county=county)
    queues = list(
        Queue.objects.for_residents().filter(service__in=services).select_related("service__county").order_by("service__order")
    )
    states = availabilities(queues, now=timezone.now()) if queues else {}
    unique = {queue.service_id: queue.service for queue in queues if states[queue.pk].is_open}
    for service in list(unique.values())[:OPEN_SHOWN]:
        yield OpenChat(reverse("service", args=[service.key]), pick(texts_of(service, "name"), page_language()))


def _county(request: HttpRequest) -> County:
    county: County | None = getattr(request, "county", None)
    if county is None:
        raise Http404
    return county


def _asked(request: HttpRequest) -> tuple[str, bool]:
    """The words without identity codes, and whether there were any."""
    words, codes = mask(" ".join(request.GET.get("q", "").replace("\0", " ").split())[:SEARCH_LIMIT], page_language())
    return words, bool(codes)


def _shown(hits: Iterable[Hit]) -> list[Found]:
    language = page_language()
    return [
        Found(f"{reverse('guidance:path', args=[hit.slug])}?{ENTRY}=search", hit.title, hit.language, hit.language != language)
        for hit in hits
    ]


def _count(request: HttpRequest, county: County, words: str) -> None:
    """A person's search, not a crawler's; no more of one network than its pace allows."""
    made = searches_of(client_address(request))
    if is_visit(request) and not made.is_full:
        made.add()
        note_missed_search(by=Resident(uuid4()), county=county, words=words, language=page_language(), now=timezone.now())
