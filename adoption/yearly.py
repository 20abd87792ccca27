"""The yearly review: which channels are needed, and how the staff fares (S002-29, S004-26). It is due again every year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adoption.choices import MeetingKind
from adoption.models import Meeting, Rollout
from reports.metrics import read_figures
from reports.months import Period
from reports.targets import value_in_words
from services.choices import SurveyKind
from services.models import Channel, Survey

YEAR = timedelta(days=365)
AHEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class YearlyReview:
    """When the review is due, and the meeting that is called for it, if one is."""

    due: date
    called: date | None

    def is_late(self, today: date) -> bool:
        """Its day has passed, and nobody has called it."""
        return self.called is None and self.due < today


def review_of(rollout: Rollout, *, today: date) -> YearlyReview | None:
    """The next review of a rollout whose service is open: a year after the last one, or after the opening."""
    return next((found for _rollout, found in _reviews([rollout], today=today)), None)


def reviews_due(rollouts: Iterable[Rollout], *, today: date) -> Iterator[tuple[Rollout, date]]:
    """Those whose review is due within a month, or late, and for which no meeting is called."""
    for rollout, found in _reviews(list(rollouts), today=today):
        if found.called is None and found.due <= today + AHEAD:
            yield rollout, found.due


def _reviews(rollouts: list[Rollout], *, today: date) -> Iterator[tuple[Rollout, YearlyReview]]:
    held: dict[int, date] = {}
    called: dict[int, date] = {}
    rows = Meeting.objects.filter(rollout__in=rollouts, kind=MeetingKind.YEARLY).order_by("on", "pk")
    for key, on, outcome in rows.values_list("rollout_id", "on", "outcome"):
        if on < today or outcome.strip():
            held[key] = on
        else:
            called.setdefault(key, on)
    for rollout in rollouts:
        opened = rollout.service.opened_at if rollout.service else None
        since = held.get(rollout.pk) or (timezone.localdate(opened) if opened else None)
        if since is not None:
            yield rollout, YearlyReview(since + YEAR, called.get(rollout.pk))


def yearly_agenda(rollout: Rollout, *, now: datetime) -> str:
    """The agenda in words, made of the last twelve months, to be edited by whoever calls the meeting."""
    today = timezone.localdate(now)
    lines = [_("1. The channels of the service"), *(f"– {each}" for each in _channels(rollout)), ""]
    lines += [_("2. The last twelve months"), *(f"– {each}" for each in _year(rollout, today)), ""]
    lines += [_("3. Which channels are needed, opened or closed next year"), "", _("4. How the staff fares")]
    return "\n".join([*lines, f"– {_staff(rollout, today)}", "", _("5. What was agreed, by whom and by when")])


def _channels(rollout: Rollout) -> list[str]:
    if rollout.service is None:
        return []
    rows = Channel.objects.filter(service=rollout.service).select_related("contact_point")
    return [_("Chat"), *(f"{row.get_medium_display()}: {row.contact_point}" for row in rows)]


def _year(rollout: Rollout, today: date) -> list[str]:
    if rollout.service is None:
        return []
    figures = read_figures([rollout.service], Period(today - YEAR, today - timedelta(days=1)), codes=["M01", "M05", "M20", "M21"])
    contacts, outside = figures["M01"].n, figures["M05"].n
    return [
        ngettext("%(n)s contact (M01)", "%(n)s contacts (M01)", contacts) % {"n": contacts},
        ngettext("%(n)s attempt outside opening hours (M05)", "%(n)s attempts outside opening hours (M05)", outside)
        % {"n": outside},
        _("E-mails beside chat (M20), as entered in the reports: %(value)s") % {"value": value_in_words(figures["M20"])},
        _("Phone calls (M21), as entered in the reports: %(value)s") % {"value": value_in_words(figures["M21"])},
    ]


def _staff(rollout: Rollout, today: date) -> str:
    rows = Survey.objects.filter(service=rollout.service, kind=SurveyKind.STAFF, closed_at__isnull=False)
    last = rows.order_by("-closed_at", "-pk").first() if rollout.service else None
    if last is None or last.closed_at is None:
        return _("No staff survey has been made: make one before the meeting.")
    day = timezone.localdate(last.closed_at)
    n = last.results.get("n", 0)
    said = ngettext("Staff survey closed %(day)s: %(n)s answer", "Staff survey closed %(day)s: %(n)s answers", n)
    told = said % {"day": formats.date_format(day, "SHORT_DATE_FORMAT"), "n": n}
    return told if day > today - YEAR else told + _(". It is more than a year old: make a new round.")
