"""A path begun of what residents ask: of one question, or of a topic that comes again and again (S003-15, S003-32)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from msgspec.structs import replace

from accounts.actors import Staff
from chat.choices import AudienceChoice, EventKind, Medium, ParticipantKind
from chat.models import Conversation, Event
from chat.operations import open_conversation
from guidance.choosing import choices_of
from guidance.document import LANGUAGES
from guidance.editing import begun
from guidance.forms.paths import NewPathForm
from guidance.operations import create_path
from guidance.recurring import questions_of, recurring_of
from guidance.views.desk_door import author_door
from services.models import County, Topic
from services.queue_names import queue_names
from services.texts import text


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def of_question(request: HttpRequest, actor: Staff, county: County, conversation: UUID) -> HttpResponse:
    """An author who may read the question begins a path of it: nothing of the question is stored but what she writes herself.

    The whole question is shown beside the form. None of its words is proposed as the title: what nobody edits would be saved, and
    shown to residents with the path. The name of its topic is, when it has one.
    """
    try:
        opened = open_conversation(by=actor, conversation=conversation, now=timezone.now(), source="paths", purpose="path")
    except Conversation.DoesNotExist:
        raise Http404 from None
    row = opened.conversation
    if row.medium != Medium.FORM or row.county_id != county.pk:
        raise Http404
    question = _question(row)
    context = {"question": question, "question_language": row.language, "asked_at": row.queued_at}
    initial = {**_titles(row.topic), "area": queue_names(county)[row.queue_id][0]}
    return begin_path(request, actor, county, topic=row.topic, initial=initial, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@author_door
def of_topic(request: HttpRequest, actor: Staff, county: County, service: str, key: str) -> HttpResponse:
    """An author begins a path of a topic that residents ask about again and again; its name is the title that is proposed.

    Who may read the questions gets a way to each; of a topic about which few have asked nothing is told.
    """
    now = timezone.now()
    group = next(
        (row for row in recurring_of(county, now=now) if (row.topic.service.key, row.topic.key) == (service, key)),
        None,
    )
    if group is None:
        raise Http404
    queue = group.topic.service.queues.filter(is_active=True).order_by("-is_entry", "pk").first()
    context = {"group": group, "questions": questions_of(actor, county, group.topic, now=now)}
    initial = {**_titles(group.topic), "area": queue_names(county)[queue.pk][0] if queue is not None else ""}
    return begin_path(request, actor, county, topic=group.topic, initial=initial, context=context)


def begin_path(
    request: HttpRequest,
    actor: Staff,
    county: County,
    *,
    topic: Topic | None = None,
    initial: Mapping[str, str] | None = None,
    context: Mapping[str, object] | None = None,
) -> HttpResponse:
    """The form by which an author begins a path, and what comes of it: the frame that the portal gives."""
    form = NewPathForm(request.POST or None, choices=choices_of(county), initial=dict(initial or {}))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        document = begun(slug=given["slug"], title=form.words("title"), area=given["area"], health=given["health"])
        if topic is not None:  # by it the list of topics knows that the path is there
            document = replace(document, topics=(str(text(topic, "name", "fi")) or topic.key,))
        try:
            create_path(by=actor, county=county, document=document)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The path was begun. Write its questions next."))
            return redirect("paths:path", document.slug)
    return render(request, "guidance/desk/new.html", {"form": form, **(context or {})}, status=422 if form.errors else 200)


def _question(row: Conversation) -> str:
    events = Event.objects.filter(conversation=row, kind=EventKind.MESSAGE, audience=AudienceChoice.ALL)
    first = events.filter(participant__kind=ParticipantKind.RESIDENT).order_by("seq").first()
    return first.body if first is not None else ""


def _titles(topic: Topic | None) -> dict[str, str]:
    return {f"title_{code}": getattr(topic, f"name_{code}") or "" for code in LANGUAGES} if topic is not None else {}


__all__ = ["of_question", "of_topic"]
