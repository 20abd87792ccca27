"""Parts of the console that are read anew by themselves: of one conversation, and of the responder's own desk.

Each part is a template of its own, `chat/console/<name>.html`, which the whole page includes too. What it needs beyond the
conversation's own context comes from a function that is listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from chat.choices import State
from chat.models import Conversation, PracticeRun
from chat.operations import open_conversation
from chat.operations.reading import Opened
from chat.protocol import Mine
from chat.scripts import scripts
from chat.views.console_concern import concern_context
from chat.views.console_contexts import advice_context, calls_context, earlier_context, flag_context, record_context
from chat.views.console_door import console_door
from chat.views.console_notices import notices_context
from chat.views.console_panel import Draft, conversation_context, page_language
from chat.views.identity_facts import identity_facts
from chat.views.later_parts import appointments_context, later_context
from chat.views.presence_parts import closing_context, presence_context
from chat.views.transfer_parts import offers_context, transfer_context
from services.models import Queue

Context = dict[str, object]


def _transfer(actor: Staff, opened: Opened) -> Context:
    return transfer_context(actor, opened, language=page_language())


def _offers(request: HttpRequest, actor: Staff) -> Context:
    return offers_context(request, actor, language=page_language())


def practice_context(actor: Staff, opened: Opened) -> Context:
    """Hints for her own practice, and afterwards the way to look at it; nothing on real conversations."""
    row = opened.conversation
    run = PracticeRun.objects.own(actor).filter(conversation=row).first() if row.is_test else None
    script = scripts().get(run.script) if run else None
    if run is None or script is None:
        return {"practice": None}
    language = page_language()
    return {
        "practice": run,
        "practice_title": script.title.to(language),
        "practice_hint": script.hint.to(language),
        "practice_replies": list(script.replies.values()),
    }


CONVERSATION_PARTS: Mapping[str, tuple[Callable[[Staff, Opened], Context], ...]] = {
    "transfer": (_transfer,),
    "identity": (identity_facts,),
    "concern": (concern_context,),
    "flag": (flag_context,),
    "advice": (advice_context,),
    "later": (later_context,),
    "appointments": (appointments_context,),
    "record": (record_context,),
    "earlier": (earlier_context,),
    "practice": (practice_context,),
}
"""The live parts of a conversation, and what gives each its own context."""

DESK_PARTS: Mapping[str, tuple[Callable[[HttpRequest, Staff], Context], ...]] = {
    "presence": (presence_context,),
    "closing": (closing_context,),
    "offers": (_offers,),
    "calls": (calls_context,),
    "notices": (notices_context,),
}
"""The live parts of the desk, and what gives each its own context."""


def whole_context(actor: Staff, opened: Opened, draft: Draft | None = None) -> Context:
    """What the part of one conversation shows, with all its live parts."""
    context = conversation_context(actor, opened, draft)
    for makers in CONVERSATION_PARTS.values():
        for make in makers:
            context |= make(actor, opened)
    return context


def desk_context(request: HttpRequest, actor: Staff, own: Mine, *, queues: Collection[Queue]) -> Context:
    """What the live parts of the desk show, and their mark. Calls are read only when there are some.

    `queues`: those that she answers, read with `for_board`.
    """
    offers = offers_context(request, actor, language=page_language(), queues=queues)
    talks = any(row.state == State.ACTIVE for row in own.conversations)
    context: Context = {"desk": own.desk, "calls": [], **offers, **presence_context(request, actor, talks=talks)}
    for part, makers in DESK_PARTS.items():
        if part in ("offers", "presence") or (part == "calls" and not own.calls):
            continue
        for make in makers:
            context |= make(request, actor)
    return context


@require_GET
@console_door
def conversation_part(request: HttpRequest, actor: Staff, conversation: UUID, part: str) -> HttpResponse:
    """One live part of a conversation; a stranger's is as if there were none."""
    if part not in CONVERSATION_PARTS:
        raise Http404
    try:
        opened = open_conversation(by=actor, conversation=conversation, now=timezone.now(), source="console")
    except Conversation.DoesNotExist:
        raise Http404 from None
    context = conversation_context(actor, opened)
    for make in CONVERSATION_PARTS[part]:
        context |= make(actor, opened)
    return render(request, f"chat/console/{part}.html", context)


@require_GET
@console_door
def desk_part(request: HttpRequest, actor: Staff, part: str) -> HttpResponse:
    """One live part of the desk."""
    if part not in DESK_PARTS:
        raise Http404
    context: Context = {}
    for make in DESK_PARTS[part]:
        context |= make(request, actor)
    return render(request, f"chat/console/{part}.html", context)
