"""A person's calendar: the page where she gets its address, and the feed itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from adoption.feeds import entries_of, key_of, token_of
from adoption.ics import calendar as calendar_file
from adoption.models import CalendarKey, Rollout
from adoption.operations.calendars import make_calendar, revoke_calendar
from adoption.views.door import rollout_door


@require_http_methods(["GET", "HEAD", "POST"])
@rollout_door
def calendar(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """Get the address of one's own calendar, renew it, or close it."""
    if request.method == "POST":
        if request.POST.get("do") == "revoke":
            revoke_calendar(by=actor)
            messages.success(request, _("The address is closed. A calendar that used it gets nothing any more."))
        else:
            had_one = CalendarKey.objects.readable_by(actor).exists()
            make_calendar(by=actor, now=timezone.now())
            old = _("Here is the address of your calendar. An earlier one opens nothing any more.")
            messages.success(request, old if had_one else _("Here is the address of your calendar."))
        return redirect("adoption:calendar", rollout.public_id)
    key = CalendarKey.objects.readable_by(actor).first()
    address = request.build_absolute_uri(reverse("calendar_feed", args=[token_of(key)])) if key else ""
    return render(request, "adoption/work/calendar.html", {"rollout": rollout, "key": key, "feed_address": address})


@require_GET
@never_cache
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of the person whose address it is. The signed token in it is the proof; what it may show is asked each time."""
    key = key_of(token)
    if key is None:
        raise Http404
    with translation.override(key.user.language):
        now = timezone.now()
        words = calendar_file(entries_of(key.user, now=now), name=_("Taking chats into use"), now=now)
    response = HttpResponse(words, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="neuvoluukku.ics"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
