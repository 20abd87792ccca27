"""What the use of the guide teaches: the figures of three months, the to-do list, what is asked again and again, and searches
that found nothing (M22, S003-15).
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Staff
from guidance import usage
from guidance.choices import SEARCH_LIMIT
from guidance.funnel import TOP, parts_of
from guidance.operations import settle_searches
from guidance.recurring import recurring_of
from guidance.teaching import LOOKED_AT, searches_of, todos_of
from guidance.views.desk_door import author_door
from guidance.views.desk_use import placed
from services.models import County


@require_safe
@author_door
def teaching(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """For those who write: how many walked, how far they came, and what to mend."""
    now = timezone.now()
    begun = now - LOOKED_AT
    sessions = usage.sessions_of(county.pk, begun, now)
    context = {
        "figures": sessions.aggregate(**usage.counts_of(now)) | dict(usage.said_in(county.pk, begun, now)),
        "missed": usage.missed_in(county.pk, begun, now),
        "loops": len({row["session"] for row in usage.loops_in(sessions)}),
        "todos": todos_of(county, now=now),
        "searches": searches_of(county),
        "recurring": recurring_of(county, now=now),
        "ends": placed(county, parts_of("completed", county, now=now, most=TOP)),
        "rounds": placed(county, parts_of("loops", county, now=now, most=TOP)),
    }
    return render(request, "guidance/desk/teaching.html", context)


@require_POST
@author_door
def settle(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """What was looked for has been dealt with."""
    n = settle_searches(by=actor, county=county, words=request.POST.get("words", "")[:SEARCH_LIMIT], now=timezone.now())
    if n:
        messages.success(request, ngettext("One search is done.", "%(n)s searches are done.", n) % {"n": n})
    return redirect("paths:teaching")
