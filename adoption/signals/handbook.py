"""What the handbook has for the service, and who has learnt it (S000-44, S000-46, S001-62)."""

from __future__ import annotations

from datetime import timedelta

from adoption.signals.answers import Signal, choose, digest, missed, shown
from adoption.signals.facts import Facts, Row

SECTIONS = ("local_agreements", "service_orientation")
REVIEWED_WITHIN = timedelta(days=365)
LEAST_REPLIES = 10


def handbook_service_section_published(facts: Facts) -> Signal:
    """The handbook has the service's local agreements and orientation, published, and looked through less than 12 months ago."""
    approved = {section.chapter: section for section in facts.handbook.sections if section.is_approved}
    fresh = {key: one for key, one in approved.items() if facts.now - one.row.at < REVIEWED_WITHIN}
    points = {
        **{f"section:{key}": key in approved for key in SECTIONS},
        **{f"section_review:{key}": key in fresh for key in SECTIONS if key in approved},
    }
    whole = [fresh[key].row for key in SECTIONS if key in fresh]
    lacks = [name for name, is_so in points.items() if not is_so]
    value = {"met": len(whole), "of": len(SECTIONS), **({"lacks": lacks} if lacks else {})}
    threshold = f"{len(SECTIONS)}/{len(SECTIONS)}, < {REVIEWED_WITHIN.days} d"
    return missed(value, threshold) if lacks else shown(whole, value, threshold)


def quick_replies_published(facts: Facts) -> Signal:
    """In each of the service's languages at least ten approved replies, one for emergencies and the warning of identity codes."""
    threshold = f"≥ {LEAST_REPLIES}"
    languages = facts.service.languages if facts.service else ()
    points: dict[str, bool] = {}
    counts: dict[str, int] = {}
    for code in languages:
        mine = [reply for reply in facts.handbook.replies if code in reply.languages]
        counts[code] = len(mine)
        points[f"replies:{code}"] = len(mine) >= LEAST_REPLIES
        points[f"emergency_reply:{code}"] = any(reply.is_emergency for reply in mine)
        points[f"code_warning:{code}"] = any(reply.warns_of_codes for reply in mine)
    lacks = [name for name, whole in points.items() if not whole]
    value = {"replies": counts, **({"lacks": lacks} if lacks else {})}
    if lacks or not languages:
        return missed(value, threshold)
    rows = [reply.row for reply in facts.handbook.replies if reply.languages & set(languages)]
    mark = digest(sorted((row.id, row.at.isoformat()) for row in rows))
    return shown(rows, {**value, "mark": mark}, threshold)


def internal_news_published(facts: Facts) -> Signal:
    """A notice about the service has been published to professionals; the first one tells when."""
    first = choose(facts.handbook.notices, facts.since, lambda row: row.at)
    value = {"notices": len(facts.handbook.notices)}
    return shown([first], value, "≥ 1") if first else missed(value, "≥ 1")


def training_plan_saved(facts: Facts) -> Signal:
    """The service has a training plan: at least one training with the address of its material and a due date."""
    value = {"trainings": len(facts.handbook.trainings)}
    if not facts.handbook.trainings:
        lacks = ["training" if facts.handbook.has_plan else "training_plan"]
        return missed({**value, "lacks": lacks}, "≥ 1")
    return shown(facts.handbook.trainings, value, "≥ 1")


def responders_trained(facts: Facts) -> Signal:
    """The service's groups have a responder, and every one has done all that the plan demands. A plan that demands nothing trains
    nobody.
    """
    threshold = "100 %"
    if facts.service is None or not facts.service.responders:
        return missed({"met": 0, "of": 0}, threshold)
    whole: list[Row] = [each.whole for each in facts.handbook.learners if each.whole is not None]
    value = {"met": len(whole), "of": facts.service.responders}
    if not facts.handbook.has_plan:
        return missed({**value, "lacks": ["training_plan"]}, threshold)
    if len(whole) < facts.service.responders:
        return missed(value, threshold)
    return shown(whole, value, threshold)
