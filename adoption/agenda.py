"""The agenda of the responders' monthly meeting: open ideas, feedback since the last one, changes of the handbook (S001-38)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Count, Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from adoption.choices import MeetingKind
from adoption.models import Meeting, Rollout
from chat.models import Feedback
from handbook.models import Chapter, ChapterVersion, Remark
from services.models import Improvement, Service
from services.models.base import label

FIRST_TIME = timedelta(days=30)
SHOWN_FROM = 5  # a mean of fewer answers would tell of single people
IDEAS = 20
MATTERS = 20
REMARK = 160


@dataclass(frozen=True, slots=True)
class Idea:
    """An unfinished improvement as the agenda names it."""

    title: str
    votes: int
    is_stalled: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """A changed text of the handbook, or a remark on one: its title, what is said of it, and its address."""

    title: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """What there is to talk about."""

    since: date
    ideas: Sequence[Idea]
    answers: int
    satisfaction: float | None
    changes: Sequence[Matter] = ()
    remarks: Sequence[Matter] = ()


def ideas_of(rollout: Rollout, *, now: datetime) -> list[Idea]:
    """Unfinished ideas of the service and of the whole county, the most wanted first."""
    rows = Improvement.objects.filter(county=rollout.county_id).unfinished().for_service(rollout.service)
    counted = rows.annotate(n=Count("votes")).order_by("-n", "created_at", "pk")[:IDEAS]
    return [Idea(row.title, row.n, row.is_stalled(now)) for row in counted]


def agenda_of(rollout: Rollout, *, now: datetime) -> Agenda:
    """The facts of the agenda. What residents wrote is not copied: only how many answered, and how content they were."""
    last = Meeting.objects.filter(rollout=rollout, kind=MeetingKind.RESPONDERS, on__lt=timezone.localdate(now)).first()
    since = last.on if last else timezone.localdate(now - FIRST_TIME)
    answers, mean = _feedback(rollout.service, since)
    return Agenda(
        since=since,
        ideas=ideas_of(rollout, now=now),
        answers=answers,
        satisfaction=mean if answers >= SHOWN_FROM else None,
        changes=changes_of(rollout, since=since),
        remarks=remarks_of(rollout),
    )


def changes_of(rollout: Rollout, *, since: date) -> list[Matter]:
    """The chapters, and the service's own sections, that were published since the last meeting, the newest first."""
    rows = ChapterVersion.objects.current().filter(
        Q(service__isnull=True) | Q(service=rollout.service_id),
        chapter__county=rollout.county_id,
        chapter__retired_at__isnull=True,
        published_at__date__gte=since,
    )
    found = rows.select_related("chapter", "service").order_by("-published_at", "pk")[:MATTERS]
    return [Matter(_title(row), row.change_note, _address(row.chapter, row.service)) for row in found]


def remarks_of(rollout: Rollout) -> list[Matter]:
    """What colleagues have said of common texts and of the service's sections, and nobody has answered; the oldest first."""
    rows = Remark.objects.open().filter(
        Q(service__isnull=True) | Q(service=rollout.service_id),
        chapter__county=rollout.county_id,
        chapter__retired_at__isnull=True,
    )
    found = list(rows.select_related("chapter", "service").order_by("made_at", "pk")[:MATTERS])
    shown = ChapterVersion.objects.current().filter(chapter__in=[row.chapter_id for row in found], service__isnull=True)
    titles = {row.chapter_id: _title(row) for row in shown}
    return [
        Matter(
            titles.get(row.chapter_id, row.chapter.key),
            f"{row.get_kind_display()}: {Truncator(row.text).chars(REMARK)}",
            f"{_address(row.chapter, row.service)}#huomio-{row.public_id}",
        )
        for row in found
    ]


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
    lines += [f"– {answers}", "", _("3. Changes in the instructions"), *_lines(agenda.changes)]
    lines += ["", _("4. Remarks on the handbook without an answer"), *_lines(agenda.remarks), "", _("5. Other matters")]
    return "\n".join(lines)


def _lines(matters: Sequence[Matter]) -> list[str]:
    return [f"– {each.title}: {each.words}" if each.words else f"– {each.title}" for each in matters] or ["– " + _("None")]


def _title(version: ChapterVersion) -> str:
    name = version.words("title", (get_language() or "fi")[:2]).value
    return f"{name} ({label(version.service, 'name')})" if version.service else name


def _address(chapter: Chapter, service: Service | None) -> str:
    address = reverse("handbook:chapter", args=[chapter.key])
    return f"{address}?palvelu={service.key}" if service else address


def _feedback(service: Service | None, since: date) -> tuple[int, float | None]:
    if service is None:
        return 0, None
    rows = Feedback.objects.filter(
        conversation__service=service, conversation__is_test=False, answered_at__date__gte=since, answered_at__isnull=False
    )
    found = rows.aggregate(n=Count("pk"), mean=Avg("satisfaction"))
    return int(found["n"]), found["mean"]
