"""The inbox of residents' own words: read, given tone and themes, made into improvements (M17, S001-24)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Staff
from chat.models import Feedback
from reports.choices import REVIEWERS, Theme, Tone
from reports.feedback import NEW, TONES, Wanted, not_gone_through
from reports.forms.feedback import IdeaForm, MarkForm
from reports.masking import hidden
from reports.operations import improve_from_feedback, mark_feedback, open_feedback
from reports.permissions import readable_services
from reports.views.door import figures_door
from services.forms.pages import PageForm
from services.models import County, Service
from services.texts import text

PAGE = 15
MOST_PAGES = 10_000


@require_GET
@figures_door
def inbox(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The texts that wait, or those that the filters ask for, the newest first."""
    return _page(request, actor, county, request.GET)


@require_POST
@figures_door
def mark(request: HttpRequest, actor: Staff, county: County, conversation: UUID) -> HttpResponse:
    """Say of which tone a text is and what it is about."""
    form = MarkForm(request.POST, auto_id=f"m-{conversation}-%s")
    if form.is_valid():
        try:
            mark_feedback(by=actor, county=county, conversation=conversation, now=timezone.now(), **form.cleaned_data)
        except Feedback.DoesNotExist as error:
            raise Http404 from error
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return _back(request)
    return _page(request, actor, county, request.POST, refused={conversation: form})


@require_POST
@figures_door
def improve(request: HttpRequest, actor: Staff, county: County, conversation: UUID) -> HttpResponse:
    """Make an improvement of what was said."""
    form = IdeaForm(request.POST, auto_id=f"i-{conversation}-%s")
    if form.is_valid():
        try:
            improve_from_feedback(by=actor, county=county, conversation=conversation, now=timezone.now(), **form.cleaned_data)
        except Feedback.DoesNotExist as error:
            raise Http404 from error
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The improvement is on the list."))
            return _back(request)
    return _page(request, actor, county, request.POST, refused={conversation: form})


def _page(
    request: HttpRequest,
    actor: Staff,
    county: County,
    given: Mapping[str, Any],
    *,
    refused: Mapping[UUID, PageForm] | None = None,
) -> HttpResponse:
    services = list(readable_services(actor, county, REVIEWERS))
    if not services:
        raise PermissionDenied
    wanted = _wanted(given, services)
    number = _number(given.get("sivu"))
    found = list(open_feedback(by=actor, county=county, wanted=wanted, first=(number - 1) * PAGE, most=PAGE + 1))
    language = (get_language() or "fi")[:2]
    kept = {"palvelu": wanted.service.key if wanted.service else "", "savy": wanted.tone, "teema": wanted.theme}
    context = {
        "rows": [_shown(each, language, refused or {}) for each in found[:PAGE]],
        "services": services,
        "wanted": wanted,
        "tones": [(NEW, _("Not gone through yet")), *Tone.choices],
        "themes": Theme.choices,
        "waiting": not_gone_through(actor, county, wanted.service),
        "kept": {**kept, "sivu": str(number)},
        "query": urlencode({name: value for name, value in kept.items() if value}),
        "before": number - 1,
        "after": number + 1 if len(found) > PAGE else 0,
        "refused": bool(refused),
    }
    return render(request, "reports/feedback.html", context, status=422 if refused else 200)


def _shown(row: Feedback, language: str, refused: Mapping[UUID, PageForm]) -> dict[str, Any]:
    key = row.conversation.public_id
    kept = getattr(row, "mark", None)
    stands = kept if kept is not None and kept.of == row.answered_at and kept.tone else None
    form = refused.get(key)
    initial = {"tone": stands.tone, "themes": stands.themes} if stands else {}
    return {
        "row": row,
        "key": key,
        "words": hidden(row.words, row.conversation.language),
        "language": row.conversation.language,
        "service": text(row.conversation.first_queue.service, "name", language),
        "mark": stands,
        "themes": [str(Theme(code).label) for code in stands.themes] if stands else [],
        "improvement": kept.improvement if kept else None,
        "form": form if isinstance(form, MarkForm) else MarkForm(initial=initial, auto_id=f"m-{key}-%s"),
        "idea": form if isinstance(form, IdeaForm) else IdeaForm(auto_id=f"i-{key}-%s"),
    }


def _wanted(given: Mapping[str, Any], services: list[Service]) -> Wanted:
    key, tone, theme = (str(given.get(name, "")) for name in ("palvelu", "savy", "teema"))
    service = next((each for each in services if each.key == key), None)
    if (key and service is None) or (tone and tone not in TONES) or (theme and theme not in Theme.values):
        raise Http404
    return Wanted(service, tone, theme)


def _number(written: object) -> int:
    text = str(written or "1")
    if not text.isdecimal() or not 0 < int(text[:6]) <= MOST_PAGES:
        raise Http404
    return int(text[:6])


def _back(request: HttpRequest) -> HttpResponse:
    kept = {name: value for name in ("palvelu", "savy", "teema", "sivu") if (value := request.POST.get(name))}
    return redirect(f"{reverse('reports:feedback')}?{urlencode(kept)}" if kept else reverse("reports:feedback"))
