"""The demonstration's provider of identification: a page of test persons, clearly no identification at all.

It is the portal's own page, but plays another's part: it knows nothing of conversations, and gives back a code by the browser
as a real provider does. Where the development provider is not in use there is no such page.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat.identity_providers import current_provider
from chat.identity_providers.development import PERSONS, code_for

LONGEST = 200
FIELDS = ("state", "nonce", "challenge", "mandate")


@never_cache
@require_http_methods(["GET", "POST"])
def identity_trial(request: HttpRequest) -> HttpResponse:
    """Choose who to be, or cancel."""
    provider = current_provider()
    if provider is None or provider.key != "development":
        raise Http404
    told = {name: (request.POST if request.method == "POST" else request.GET).get(name, "")[:LONGEST] for name in FIELDS}
    if request.method == "POST":
        return redirect(f"{reverse('chat:identity_return')}?{urlencode(_answer(request.POST.get('person', ''), told))}")
    response = render(
        request, "chat/resident/identity_trial.html", {"persons": PERSONS, "told": told, "mandate": bool(told["mandate"])}
    )
    response["Referrer-Policy"] = "same-origin"
    return response


def _answer(person: str, told: dict[str, str]) -> dict[str, str]:
    if person not in {each.key for each in PERSONS}:
        return {"error": "access_denied", "state": told["state"]}
    code = code_for(person, nonce=told["nonce"], challenge=told["challenge"], mandate=bool(told["mandate"]))
    return {"code": code, "state": told["state"]}
