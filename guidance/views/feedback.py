"""“Oliko tästä apua?”, and words at any step: without a cookie, so without the protection that needs one (S003-27)."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.actors import Resident
from accounts.origin import client_address
from chat.pace import feedback_of
from guidance.choices import WORDS_LIMIT
from guidance.operations import leave_feedback
from guidance.views.steps import context_of
from guidance.views.walk import page_language, walk_of


@csrf_exempt  # nobody is known by a cookie here: what another site could send in somebody's name, it can send in its own
@never_cache
@require_POST
def feedback(request: HttpRequest, slug: str, mark: str) -> HttpResponse:
    """Stores what is said, thanks, and asks for words if there were none. What is refused stays in the form."""
    walk = walk_of(request, slug, mark)
    token, words = _token(request.POST.get("token")), request.POST.get("words", "").replace("\0", "")
    refused, status = "", 200
    said = feedback_of(client_address(request))
    if said.is_full:
        refused, status = _("Very much feedback has come from your network. Your text is kept on this page: try again later."), 429
    else:
        try:
            leave_feedback(
                by=Resident(walk.session or uuid4()),
                version=walk.version,
                route=walk.route,
                token=token,
                helped=request.POST.get("helped", ""),
                words=words,
                language=page_language(),
                now=timezone.now(),
            )
            said.add()
        except ValidationError as error:
            refused, status = " ".join(error.messages), 422
    context = {
        **context_of(walk),
        "token": token,
        "refused": refused,
        "words": words if refused else "",
        "asks_words": not words.strip() or bool(refused),
        "words_limit": WORDS_LIMIT,
    }
    return render(request, "guidance/thanks.html", context, status=status)


def _token(value: str | None) -> UUID:
    try:
        return UUID(value or "")
    except ValueError:
        return uuid4()
