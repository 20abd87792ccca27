"""What browsers and search engines ask for by themselves: the portal's mark, and which pages are for the public."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

MARK = Path(__file__).resolve().parent.parent / "static" / "portal" / "favicon.ico"
STAFF_PAGES = ("chat:console", "chat:professional", "admin:index", "account_login")
"""Staff's own pages: with what lies below them; of the accounts, the folder in which the sign-in stands."""
RESIDENTS_OWN = ("keskustelu/", "tunnistautuminen/")


@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read the public pages; staff pages and residents' own conversations are nothing for them."""
    return HttpResponse(_rules(), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """The mark, for those who ask for it where browsers of old did; pages name the sharper one themselves."""
    return HttpResponse(_mark(), content_type="image/x-icon")


@cache
def _mark() -> bytes:
    return MARK.read_bytes()


@cache
def _rules() -> str:
    closed = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            home = reverse("home")
            for page in STAFF_PAGES:
                address = reverse(page)
                closed.append(f"{home}{address.removeprefix(home).split('/')[0]}/")
            closed += [home + place for place in RESIDENTS_OWN]
    return "\n".join(["User-agent: *", *(f"Disallow: {address}" for address in closed), "Allow: /", ""])
