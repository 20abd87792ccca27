"""From the guide to a human: the start form of the chat, with the answers, in the same window (S003-3, S003-20, S003-22)."""

from __future__ import annotations

from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import Resident
from chat.choices import EntryChannel
from chat.models import Conversation
from chat.views.start import Arrival, arrive, service_for_residents
from guidance.document import Outcome
from guidance.operations import hand_over
from guidance.preface import preface, told
from guidance.views.cards import read_place, ways_now
from guidance.views.walk import Walk, guide_name, page_language, walk_of
from services.models import Topic
from services.queue_names import queues_named


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def chat(request: HttpRequest, slug: str, mark: str, queue: str) -> HttpResponse:
    """The start form of the queue that this place of the path names, or of the path's own area; or of another line that residents
    may join, as the page of ways to a human offers them at night.
    """
    walk = walk_of(request, slug, mark)
    topic = _topic(walk, queue)
    row = queues_named(walk.county, [queue]).get(queue)
    if row is None or not row.is_active:
        raise Http404
    if topic is None and not (row.is_entry and _is_offered(request, walk, queue)):
        raise Http404
    service = service_for_residents(request, row.service.key)
    language = page_language()

    def begun(resident: Resident, conversation: Conversation) -> None:
        hand_over(
            by=resident,
            session=walk.session or uuid4(),
            version=walk.version,
            route=walk.route,
            conversation=conversation.public_id,
            now=timezone.now(),
            entry=walk.entry,
        )

    pairs = told(walk.stretches, language)
    has_answers = any(answers for _title, answers in pairs)
    return arrive(
        request,
        service,
        Arrival(
            action=walk.address("chat", queue),
            channel=EntryChannel.BOT,
            page=walk.address(answers=(), session=False).partition("?")[0],
            into=row,
            topic=Topic.objects.filter(service=service, key=topic, retired=False).first() if topic else None,
            told=pairs if has_answers else (),
            preface=preface(walk.stretches, language, name=guide_name(walk.county)),
            begun=begun,
        ),
    )


def _is_offered(request: HttpRequest, walk: Walk, queue: str) -> bool:
    """The page of ways to a human offers the line now; what was begun goes on, though her own chat may have opened meanwhile."""
    now = timezone.now()
    address = walk.address("chat", queue)
    return request.method == "POST" or any(card.url == address for card in ways_now(walk, read_place(walk, (), now=now), now=now))


def _topic(walk: Walk, queue: str) -> str | None:
    """The topic with which this place hands over to the queue; none when it does not, empty without a topic."""
    node = walk.route.node
    actions = node.actions if isinstance(node, Outcome) else ()
    for action in actions:
        if action.kind in ("chat_handover", "call_request") and action.queue == queue:
            return action.topic
    return "" if queue == walk.version.area else None
