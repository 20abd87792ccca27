"""Who sends a form after her session has ended is told so and gets her words back; who only looks is asked to sign in."""

from __future__ import annotations

import re

from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.http import urlencode

from accounts.field_labels import labels_of

NO_WORDS = re.compile(r"[a-z0-9_:.+-]*")
"""Keys, numbers, days and ids: a form carries them, but nobody wrote them."""


def ask_to_sign_in(request: HttpRequest, *, model: type[models.Model] | None = None) -> HttpResponse:
    """The sign-in page, which leads back. What was written in a form of the portal itself is shown first, to be copied.

    `model`: whose page of the admin it is, for the labels of the fields.
    A foreign site could else put its words on our page, so its forms and those of scripts are led to the sign-in alone.
    """
    if request.method != "POST" or not is_own_form(request):
        return redirect_to_login(request.get_full_path())
    address = f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    response = render(request, "session_over.html", {"words": _words(request, model), "sign_in": address}, status=403)
    response["Cache-Control"] = "no-store"
    return response


def is_own_form(request: HttpRequest) -> bool:
    """A page of the portal itself sent it."""
    is_page = "text/html" in request.headers.get("Accept", "")
    return is_page and request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"


def _words(request: HttpRequest, model: type[models.Model] | None) -> list[tuple[str, str]]:
    """What was written, each with the label of its field, as far as that is known; the same words of a field once."""
    fields = [pair for pair in request.POST.lists() if pair[0] != "csrfmiddlewaretoken" and "password" not in pair[0]]
    kept = [(name, value) for name, values in fields for value in values if not NO_WORDS.fullmatch(value.strip())]
    labels = labels_of(resolve(request.path_info), {name for name, _value in kept}, model)
    return list(dict.fromkeys((labels.get(name, ""), value) for name, value in kept))


__all__ = ["ask_to_sign_in", "is_own_form"]
