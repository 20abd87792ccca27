"""The opening of the service, and what is looked at before it (S000-49, S000-50)."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from adoption.signals.answers import Signal, choose, missed, shown
from adoption.signals.facts import Facts

REVIEWED_WITHIN = timedelta(days=60)
REVIEW = "targets_costs_resources"


def service_open_first_conversation(facts: Facts) -> Signal:
    """The service is open, and a responder has answered a real conversation that was queued after the opening and is closed.

    One that was only queued or abandoned does not prove; nor does a test, nor practice.
    """
    service = facts.service
    if service is None or not service.is_open or service.opened_at is None:
        return missed({"open": False}, "≥ 1")
    opened = {"open": True, "opened_at": service.opened_at.isoformat()}
    first = choose(facts.conversations, facts.since, lambda row: row.at)
    if first is None:
        return missed({**opened, "conversations": 0}, "≥ 1")
    return shown([first], {**opened, "conversation": first.id}, "≥ 1")


def targets_costs_resources_reviewed(facts: Facts) -> Signal:
    """Targets, costs, responders and the plan for growth were looked at within 60 days before the opening.

    Before the service opens, the review must be fresh today.
    """
    threshold = f"≤ {REVIEWED_WITHIN.days} d"
    saved = facts.form(REVIEW)
    if saved is None or saved.lacks:
        return missed({"lacks": list(saved.lacks) if saved else ["form"]}, threshold)
    reviewed = as_day(saved.values.get("review_date"))
    opened = facts.service.opened_at if facts.service else None
    opening = timezone.localdate(opened) if opened else facts.today
    if reviewed is None:
        return missed({"lacks": ["review_date"]}, threshold)
    value = {"review_date": reviewed.isoformat(), "days": (opening - reviewed).days}
    if not timedelta(0) <= opening - reviewed <= REVIEWED_WITHIN:
        return missed(value, threshold)
    return shown([saved.row], {**value, "mark": saved.row.mark}, threshold)


def as_day(value: object) -> date | None:
    """A date as a form keeps it."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
