"""Practice with a simulated resident: choosing a matter, looking at one's own answer, and that it was done (for supervisors)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Staff
from accounts.choices import CONSOLE_ROLES, Role
from accounts.models import User
from accounts.permissions import is_main_user
from chat.models import PracticeRun
from chat.models.practice import responders_of
from chat.operations import check_practice, start_practice
from chat.operations.practice import practice_queue
from chat.scripts import Script, scripts
from chat.views.answers import refusal_of, status_of
from chat.views.console_door import console_door
from chat.views.console_panel import page_language
from chat.views.staff_door import staff_door
from services.choices import ServiceStatus
from services.models import County, Service
from services.texts import Text

ANY = "mika-tahansa"


@dataclass(frozen=True, slots=True)
class Choice:
    """A script as it is offered: its words in the page's language, and how often she has done it."""

    key: str
    title: Text
    about: Text
    done: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished practice: what, when, how long, and how many points of a good answer she found in her own."""

    run: PracticeRun
    title: Text | str
    lasted: timedelta
    points: int
    of: int

    @property
    def minutes(self) -> int:
        """How long it lasted, at least a minute."""
        return max(round(self.lasted.total_seconds() / 60), 1)


@dataclass(slots=True)
class Person:
    """A responder and what she has practised."""

    user: User
    runs: list[Finished] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_door(CONSOLE_ROLES | {Role.MAIN_USER})
def practice(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Which matter she practises; by POST a simulated resident comes to the training service's line."""
    own = PracticeRun.objects.own(actor).filter(conversation__county=county).select_related("conversation")
    done = list(own.done())
    queue = practice_queue(by=actor, county=county)
    refused, status = "", 200
    if request.method == "POST":
        try:
            start_practice(by=actor, county=county, script=_chosen(request, done), language=page_language(), now=timezone.now())
            return redirect("chat:console")
        except ValidationError as error:
            code, refused = refusal_of(error)
            status = status_of(code)
    running = own.exclude(conversation__state="ended").first()
    language = page_language()
    services = Service.objects.filter(county=county, is_test=True, status__in=[ServiceStatus.OPEN, ServiceStatus.PAUSED])
    context = {
        "queue": queue,
        "training_services": list(services),
        "is_main_user": is_main_user(actor, county=county.code),
        "running": running,
        "running_title": _title(running) if running else "",
        "choices": [
            Choice(each.key, each.title.to(language), each.about.to(language), sum(run.script == each.key for run in done))
            for each in scripts().values()
        ],
        "any": ANY,
        "finished": [_finished(run) for run in done],
        "is_supervisor": responders_of(actor, county=county.code).exists(),
        "refused": refused,
    }
    return render(request, "chat/practice/practice.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@console_door
def practice_run(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Her own finished practice and the points of a good answer, which she looks at herself."""
    try:
        run = PracticeRun.objects.own(actor).select_related("conversation").get(conversation__public_id=conversation)
        if request.method == "POST":
            check_practice(by=actor, conversation=conversation, ticked=request.POST.getlist("point"), now=timezone.now())
            return redirect("chat:practice")
    except PracticeRun.DoesNotExist:
        raise Http404 from None
    except ValidationError:
        return redirect("chat:practice_run", conversation)
    script = scripts().get(run.script)
    language = page_language()
    context = {
        "run": run,
        "row": run.conversation,
        "title": _title(run),
        "hint": script.hint.to(language) if script else "",
        "points": [(point.key, point.text.to(language), point.key in run.ticked) for point in script.good] if script else [],
        "replies": script.replies.values() if script else [],
    }
    return render(request, "chat/practice/run.html", context)


@require_GET
@staff_door({Role.SUPERVISOR})
def practice_done(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """A supervisor sees who has practised what and when, of the people whom her grants reach; never a word of it."""
    reached = responders_of(actor, county=county.code).values("user_id")
    people = {user.pk: Person(user) for user in User.objects.filter(pk__in=reached).order_by("last_name", "first_name", "pk")}
    runs = PracticeRun.objects.supervised_by(actor, county=county.code).done().select_related("conversation")
    for run in runs:
        people[run.user_id].runs.append(_finished(run))
    context = {"people": sorted(people.values(), key=lambda person: not person.runs), "scripts": len(scripts())}
    return render(request, "chat/practice/done.html", context)


def _chosen(request: HttpRequest, done: Sequence[PracticeRun]) -> str:
    """The script that she asked for; for any, one that she has done least."""
    asked = request.POST.get("script", "")
    if asked != ANY:
        return asked
    times = {key: sum(run.script == key for run in done) for key in scripts()}
    least = min(times.values())
    return random.choice([key for key, number in times.items() if number == least])


def _finished(run: PracticeRun) -> Finished:
    script = scripts().get(run.script)
    row = run.conversation
    ended = run.ended_at or row.closed_at or run.started_at
    return Finished(
        run=run,
        title=_title(run),
        lasted=ended - (row.accepted_at or run.started_at),
        points=len(run.ticked),
        of=len(script.good) if script else 0,
    )


def _title(run: PracticeRun) -> Text | str:
    script: Script | None = scripts().get(run.script)
    return script.title.to(page_language()) if script else run.script
