"""Pages that the law asks for: accessibility statement and privacy notice."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

STATEMENT_MADE = date(2026, 11, 21)
STATEMENT_REVIEWED = date(2026, 11, 21)
FEEDBACK_DAYS = 14


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement (Act 306/2019; domain 5.9)."""
    return render(
        request,
        "accessibility.html",
        {"made": STATEMENT_MADE, "reviewed": STATEMENT_REVIEWED, "feedback_days": FEEDBACK_DAYS},
    )


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The county's privacy notice, and what the portal itself stores."""
    return render(request, "privacy.html")
