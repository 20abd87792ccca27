"""Where a notice's link leads: a page with one button, since programs that look through mail open links too."""

from __future__ import annotations

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat.models import Conversation
from chat.operations import conversation_of_link
from chat.residents import keep_reading


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_answer(request: HttpRequest) -> HttpResponse:
    """Opens the answer for half an hour in this browser, within two weeks of the notice; a made-up link opens nothing."""
    county = getattr(request, "county", None)
    if county is None:
        raise Http404
    try:
        holder, _row = conversation_of_link(token=request.GET.get("avain", ""), county=county.pk)
    except signing.SignatureExpired:
        return render(request, "chat/help/mail_answer.html", {"is_over": True}, status=410)
    except Conversation.DoesNotExist:
        raise Http404 from None
    if request.method != "POST":
        return render(request, "chat/help/mail_answer.html", {"is_over": False})
    response = redirect("chat:help_request")
    keep_reading(response, holder)
    return response


__all__ = ["mail_answer"]
