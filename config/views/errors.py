"""When something went wrong: what it was and what to do, in the person's language."""

from __future__ import annotations

import sys

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import translation
from django.views.decorators.csrf import requires_csrf_token

from chat.refusals import MESSAGES, Refusal
from chat.views.answers import refused_json, wants_json

KEPT_FIELDS = ("body", "text", "matter", "message", "note", "reason", "wish")
"""Names of the fields in which a person writes in own words."""


def _language(request: HttpRequest) -> str:
    return translation.get_language_from_path(request.path_info) or translation.get_language() or "fi"


def _is_own(request: HttpRequest) -> bool:
    """Whether a form of the portal itself was sent; a foreign site could else put its words on our page."""
    try:
        return request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return False


def _bare(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page that asks nothing of the database, the session or the host name."""
    language = _language(request)
    with translation.override(language):
        return HttpResponse(loader.render_to_string(template, {"LANGUAGE_CODE": language}), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The browser sent something that the portal cannot read, or more than it takes at once."""
    is_large = isinstance(exception, RequestDataTooBig)
    return _bare(request, "413.html" if is_large else "400.html", 413 if is_large else 400)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The person may not see this: who may, and how to go on."""
    return render(request, "403.html", status=403)


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page: a search, all services and the switchboard instead; who is signed in has her own menu."""
    user = getattr(request, "user", None)
    return render(request, "404_staff.html" if user and user.is_authenticated else "404.html", status=404)


def tell_forms_only(request: HttpRequest, response: HttpResponse) -> None:
    """The address takes something else than a look: words for a person; the answer keeps its status and the methods it names."""
    if wants_json(request):
        told: HttpResponse = refused_json(Refusal.INVALID, str(MESSAGES[Refusal.INVALID]), status=response.status_code)
    else:
        told = _bare(request, "405.html", response.status_code)
    response.content = told.content
    response["Content-Type"] = told["Content-Type"]


def server_error(request: HttpRequest) -> HttpResponse:
    """The portal itself failed. The page is the same whatever is broken, but for a database that is away: that passes by itself."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away(request)
    return _bare(request, "500.html", 500)


def database_away(request: HttpRequest) -> HttpResponse:
    """Nothing was stored. A script is told to try again; a form comes back whole, so that one press sends the same again."""
    language = _language(request)
    with translation.override(language):
        if wants_json(request):
            answer: HttpResponse = refused_json(Refusal.BUSY, str(MESSAGES[Refusal.BUSY]))
        else:
            fields = [(name, value) for name, values in request.POST.lists() for value in values] if _is_own(request) else []
            if any("password" in name for name, _ in fields):
                fields = []
            words = [value for name, value in fields if name in KEPT_FIELDS and value.strip()]
            context = {"LANGUAGE_CODE": language, "fields": fields, "words": words, "address": request.get_full_path()}
            answer = HttpResponse(loader.render_to_string("503.html", context), status=503)
    answer["Retry-After"] = "5"
    return answer


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form was sent with an old or missing token: the words are shown back, so that nothing written is lost.

    A script is told the same in words: it is no question of rights, and its page still has what was typed. Words
    are shown only to the portal's own form: a foreign site could else put its words on our page.
    """
    if wants_json(request):
        return refused_json(Refusal.FORM_OLD, str(MESSAGES[Refusal.FORM_OLD]), status=403)
    words = [request.POST[name] for name in KEPT_FIELDS if request.POST.get(name, "").strip()] if _is_own(request) else []
    return render(request, "403_csrf.html", {"words": words}, status=403)
