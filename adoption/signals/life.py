"""The life around the rollout: meetings, communication, improvements (S000-41, S000-45, S000-54, S000-55, S001-38, S001-52)."""

from __future__ import annotations

from datetime import datetime, timedelta

from adoption.choices import MeetingKind, MemberRole
from adoption.signals.answers import Signal, choose, met, missed, shown
from adoption.signals.facts import Facts, MeetingFact, Row, SurveyFact
from services.models.improvements import MOVED_WITHIN
from services.surveys import LEAST

PEOPLE = 2
QUARTER = timedelta(days=90)
MONTHLY = timedelta(days=45)
WALKTHROUGH_PHASE = "toteutus"


def workshop_recorded(facts: Facts) -> Signal:
    """A workshop has been held by at least two people, and somebody has written what came of it."""
    held = [
        meeting
        for meeting in facts.meetings
        if meeting.kind == MeetingKind.WORKSHOP and meeting.people >= PEOPLE and meeting.has_outcome and meeting.has_writer
    ]
    return _first(facts, held, MeetingKind.WORKSHOP)


def model_walkthrough_recorded(facts: Facts) -> Signal:
    """A walkthrough has been held in the phase of implementation by at least two people, a responder among them."""
    held = [
        meeting
        for meeting in facts.meetings
        if meeting.kind == MeetingKind.WALKTHROUGH
        and meeting.phase == WALKTHROUGH_PHASE
        and meeting.people >= PEOPLE
        and MemberRole.RESPONDER in meeting.roles
    ]
    return _first(facts, held, MeetingKind.WALKTHROUGH)


def communication_logged(facts: Facts) -> Signal:
    """Something was told about the service in the last 90 days."""
    lately = [action.row for action in facts.communication if facts.today - QUARTER <= action.on <= facts.today]
    return shown(lately, {"actions": len(lately)}, f"≥ 1 / {QUARTER.days} d")


def development_loop_alive(facts: Facts) -> Signal:
    """In the last 90 days responders have met and something to improve was found; none waits 180 days without a move."""
    met_lately = _meetings_since(facts, QUARTER)
    found = [each for each in facts.improvements if each.has_source and facts.now - QUARTER <= each.made_at <= facts.now]
    stale = [each for each in facts.improvements if each.is_open and each.moved_at < facts.now - MOVED_WITHIN]
    points = {"meeting": bool(met_lately), "improvement": bool(found), "none_stale": not stale}
    rows = [*(meeting.row for meeting in met_lately), *(Row(each.row.id, each.made_at) for each in found)]
    answer = met(points, rows)
    return Signal(
        answer.holds,
        {**answer.value, "meetings": len(met_lately), "improvements": len(found), "stale": len(stale)},
        f"≥ 1, ≥ 1 / {QUARTER.days} d, 0 > {MOVED_WITHIN.days} d",
        answer.at,
        answer.rows,
    )


def responders_meetings_held(facts: Facts) -> Signal:
    """The service has a group of responders, and their monthly meeting was held and written down in the last 45 days."""
    threshold = f"≥ 1 / {MONTHLY.days} d"
    has_group = facts.service is not None and facts.service.groups > 0
    held = [meeting.row for meeting in _meetings_since(facts, MONTHLY) if meeting.has_outcome]
    value = {"group": has_group, "meetings": len(held)}
    return shown(held, value, threshold) if has_group else missed(value, threshold)


def staff_survey_reported(facts: Facts) -> Signal:
    """A staff survey of the service is closed; its answers are counted and its results by question stored, small groups hidden.

    Results that tell of nobody report nothing: with fewer than five answers all of them are hidden, and it does not hold.
    """
    reported = [
        survey
        for survey in facts.surveys
        if survey.questions and survey.stored == survey.questions and survey.tells is not None and survey.tells >= LEAST
    ]
    first = choose(reported, facts.since, _closed)
    value = {"surveys": len(facts.surveys), "answers": first.answers if first else 0, "questions": first.stored if first else 0}
    if first is None:
        return missed({**value, "lacks": ["survey_answers" if facts.surveys else "survey"]}, f"≥ 1, ≥ {LEAST}")
    return shown([first.row], value, f"≥ 1, ≥ {LEAST}")


def _closed(survey: SurveyFact) -> datetime:
    return survey.row.at


def _first(facts: Facts, held: list[MeetingFact], kind: str) -> Signal:
    first = choose(held, facts.since, _whole)
    value = {"kind": str(kind), "meetings": len(held), "people": first.people if first else 0}
    return shown([first.row] if first else [], value, "≥ 1")


def _whole(meeting: MeetingFact) -> datetime:
    return meeting.whole_at


def _meetings_since(facts: Facts, back: timedelta) -> list[MeetingFact]:
    return [meeting for meeting in facts.meetings if meeting.kind == MeetingKind.RESPONDERS and meeting.on >= facts.today - back]
