"""One question a page: the state stands in the address, so it works without a cookie and without JavaScript (S003-2, S003-18)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.actors import Resident
from accounts.origin import client_address
from chat.choices import State
from chat.pace import walks_of
from guidance.document import ONWARD, Outcome, Question
from guidance.models import PathSession
from guidance.operations import answer_question
from guidance.route import follow
from guidance.views.cards import cards_of, contacts_of, lacks_form, read_place, ways_now
from guidance.views.walk import Walk, counted, guide_name, page_language, session_of, walk_of


@never_cache
@require_safe
def first(request: HttpRequest, slug: str) -> HttpResponse:
    """The first question of the path as it is published now."""
    return show_step(request, walk_of(request, slug))


@never_cache
@require_safe
def step(request: HttpRequest, slug: str, mark: str) -> HttpResponse:
    """Where the answers have led: a question, something to read, or an outcome."""
    return show_step(request, walk_of(request, slug, mark))


@never_cache
@require_safe
def answer(request: HttpRequest, slug: str, mark: str) -> HttpResponse:
    """An answer is given: it is counted, and the next page is shown under an address of its own."""
    walk = walk_of(request, slug, mark)
    given = request.GET.get("vastaus", "")
    onward = follow(walk.document, [*walk.route.answers, given])
    walk = _paced(request, walk)
    if walk.session is not None:
        try:
            answer_question(
                by=Resident(walk.session),
                version=walk.version,
                answers=walk.route.answers,
                answer=given,
                now=timezone.now(),
                language=page_language(),
                entry=walk.entry,
            )
        except ValidationError as error:
            return show_step(request, walk, refused=" ".join(error.messages), status=422)
    elif onward is None:
        return show_step(request, walk, refused="-", status=422)
    return HttpResponseRedirect(walk.address(answers=[*walk.route.answers, given]))


@never_cache
@require_safe
def human(request: HttpRequest, slug: str, mark: str) -> HttpResponse:
    """“Haluan asioida ihmisen kanssa”: every way to one, from any step."""
    walk = walk_of(request, slug, mark)
    now = timezone.now()
    cards = ways_now(walk, read_place(walk, (), now=now), now=now)
    return render(request, "guidance/human.html", {**context_of(walk), "cards": cards})


def context_of(walk: Walk) -> dict[str, Any]:
    """What stands around every step: the notice, the ways back and out, and the answers so far."""
    language = page_language()
    return {
        "guide": guide_name(walk.county),
        "walk": walk,
        "title": walk.document.title.within(language),
        "language": language,
        "passed": [
            {
                "question": passed.node.text.within(language),
                "answer": passed.label.within(language),
                "change": walk.address(answers=walk.route.answers[:number]),
            }
            for number, passed in enumerate(walk.route.passed)
            if passed.is_question
        ],
        "before": [(stretch.document.title.within(language), stretch) for stretch in walk.earlier],
        "human_url": walk.address("human"),
        "feedback_url": walk.address("feedback"),
        "token": uuid4(),
    }


def show_step(request: HttpRequest, walk: Walk, *, refused: str = "", status: int = 200) -> HttpResponse:
    """The page of where the walk is; `refused`: the answer was none of those offered."""
    session = session_of(walk)
    talking = _talking(session)
    if session is not None and talking == State.ACTIVE:
        return render(request, "guidance/human_joined.html", {**context_of(walk), "conversation": session.conversation})
    node, language = walk.route.node, page_language()
    context = {
        **context_of(walk),
        "node": node,
        "words": node.text.within(language),
        "plain": node.plain.given(language),
        "refused": refused,
        "conversation": session.conversation if session is not None and talking == State.WAITING else None,
        "number": walk.route.questions + 1,
        "hidden": walk.query(),
        "answer_url": walk.address("answer", answers=()).partition("?")[0],
    }
    if isinstance(node, Outcome):
        place = read_place(walk, node.actions, now=timezone.now())
        more = {
            "contacts": place.contacts,
            "cards": cards_of(walk, node.actions, place),
            "lacks_form": lacks_form(walk, node.actions, place),
            "share_url": request.build_absolute_uri(walk.address(session=False)),
        }
        return render(request, "guidance/outcome.html", {**context, **more}, status=status)
    options = (
        [(option.key, *option.label.within(language)) for option in node.options]
        if isinstance(node, Question)
        else [(ONWARD, "", language)]
    )
    needs = "{{phone:" in context["words"][0]
    more = {"options": options, "contacts": contacts_of(walk) if needs else {}}
    return render(request, "guidance/question.html", {**context, **more}, status=status)


def _talking(session: PathSession | None) -> str:
    """In which state the conversation of the session is."""
    return session.conversation.state if session is not None and session.conversation is not None else ""


def _paced(request: HttpRequest, walk: Walk) -> Walk:
    """Under its session: a new one as far as one network address may begin them."""
    if walk.session is not None:
        return walk
    begun = walks_of(client_address(request))
    found = walk if begun.is_full else counted(request, walk)
    if found.session is not None:
        begun.add()
    return found
