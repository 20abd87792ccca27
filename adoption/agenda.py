"""The agenda of the responders' monthly meeting, made of what is open: ideas, and feedback since the last one (S001-38)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Count
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adoption.choices import MeetingKind
from adoption.models import Meeting, Rollout
from chat.models import Feedback
from services.models import Improvement, Service

FIRST_TIME = timedelta(days=30)
SHOWN_FROM = 5  # a mean of fewer answers would tell of single people
IDEAS = 20


@dataclass(frozen=True, slots=True)
class Idea:
    """An unfinished improvement as the agenda names it."""

    title: str
    votes: int
    is_stalled: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """What there is to talk about."""

    since: date
    ideas: Sequence[Idea]
    answers: int
    satisfaction: float | None


def ideas_of(rollout: Rollout, *, now: datetime) -> list[Idea]:
    """Unfinished ideas of the service and of the whole county, the most wanted first."""
    rows = Improvement.objects.filter(county=rollout.county_id).unfinished().for_service(rollout.service)
    counted = rows.annotate(n=Count("votes")).order_by("-n", "created_at")[:IDEAS]
    return [Idea(row.title, row.n, row.is_stalled(now)) for row in counted]


def agenda_of(rollout: Rollout, *, now: datetime) -> Agenda:
    """The facts of the agenda. What residents wrote is not copied: only how many answered, and how content they were."""
    last = Meeting.objects.filter(rollout=rollout, kind=MeetingKind.RESPONDERS, on__lt=timezone.localdate(now)).first()
    since = last.on if last else timezone.localdate(now - FIRST_TIME)
    answers, mean = _feedback(rollout.service, since)
    return Agenda(since, ideas_of(rollout, now=now), answers, mean if answers >= SHOWN_FROM else None)


def agenda_text(agenda: Agenda) -> str:
    """The same in words, in the language in use, to be edited by whoever calls the meeting."""
    day = formats.date_format(agenda.since, "SHORT_DATE_FORMAT")
    lines = [_("1. Open ideas for improvement")]
    for idea in agenda.ideas:
        votes = ngettext("%(n)s vote", "%(n)s votes", idea.votes) % {"n": idea.votes}
        late = _(" – has not moved in 180 days") if idea.is_stalled else ""
        lines.append(f"– {idea.title} ({votes}){late}")
    if not agenda.ideas:
        lines.append("– " + _("None"))
    lines += ["", _("2. Feedback since %(day)s") % {"day": day}]
    answers = ngettext("%(n)s answer", "%(n)s answers", agenda.answers) % {"n": agenda.answers}
    if agenda.satisfaction is not None:
        mean = formats.number_format(agenda.satisfaction, 1)
        answers += _(", mean satisfaction %(mean)s of 5") % {"mean": mean}
    lines += [f"– {answers}", "", _("3. Changes in the instructions"), "", _("4. Other matters")]
    return "\n".join(lines)


def _feedback(service: Service | None, since: date) -> tuple[int, float | None]:
    if service is None:
        return 0, None
    rows = Feedback.objects.filter(
        conversation__service=service, conversation__is_test=False, answered_at__date__gte=since, answered_at__isnull=False
    )
    found = rows.aggregate(n=Count("pk"), mean=Avg("satisfaction"))
    return int(found["n"]), found["mean"]
