"""What the people of the rollout have written down: forms, decisions, sign-offs, systems and members (S000-32…43, S000-52)."""

from __future__ import annotations

from datetime import datetime, time

from django.utils import timezone

from adoption.choices import ItemState, MemberRole, PartKind
from adoption.signals.answers import Signal, choose, missed, shown
from adoption.signals.definition import live_points
from adoption.signals.facts import Facts, FillingFact, FormFact, PartFact, Row
from adoption.signals.opening import as_day

GROUP_SIZE = 3
HANDOVER = "handover"
SIGNERS = (MemberRole.PROJECT_COORDINATOR, MemberRole.PRODUCTION_OWNER)


def form_complete(facts: Facts) -> Signal:
    """Every mandatory field of the item's form is filled in; a field that the live service tells is read from there.

    A handover that is agreed for a later day holds from that day on.
    """
    forms = [part.form for part in facts.item.parts_of(PartKind.FORM)] if facts.item else []
    saved = {form: facts.form(form) for form in forms}
    lacks = [field for form, answer in saved.items() for field in _lacks(facts, form, answer)]
    threshold = "0"
    if lacks or not forms:
        return missed({"lacks": lacks}, threshold)
    rows = [_from_its_day(form, answer) for form, answer in saved.items() if answer is not None]
    later = [row.at for row in rows if row.at > facts.now]
    if later:
        return missed({"lacks": [], "from": timezone.localdate(max(later)).isoformat()}, threshold)
    return shown(rows, {"lacks": [], "mark": [row.mark for row in rows]}, threshold)


def decision_recorded(facts: Facts) -> Signal:
    """A decision with an accepted outcome is attached to the item's decision part; the newest one stands."""
    parts = facts.item.parts_of(PartKind.DECISION) if facts.item else ()
    newest = [part.fillings[-1] for part in parts if part.fillings]
    value = {"outcome": [each.outcome for each in newest]}
    accepted = [each for each in newest if each.counts]
    if not parts or len(accepted) < len(parts):
        return missed(value, "≥ 1")
    return shown([each.row for each in accepted], value, "≥ 1")


def working_group_named(facts: Facts) -> Signal:
    """The rollout has at least three people, one of them a professional of the service area (S000-58)."""
    people = {member.user for member in facts.members}
    professionals = [member for member in facts.members if member.role == MemberRole.AREA_PROFESSIONAL]
    value = {"members": len(people), "area_professionals": len({member.user for member in professionals})}
    threshold = f"≥ {GROUP_SIZE}, ≥ 1"
    if len(people) < GROUP_SIZE or not professionals:
        return missed(value, threshold)
    return shown([member.row for member in facts.members], value, threshold)


def systems_inventory(facts: Facts) -> Signal:
    """A system is listed, and each tells its owner, where an identified contact is recorded, and its integration (S000-42)."""
    lacks = sorted({name for system in facts.systems for name in system.lacks})
    value = {"systems": len(facts.systems), "lacks": lacks}
    if lacks:
        return missed(value, "≥ 1")
    return shown([system.row for system in facts.systems], value, "≥ 1")


def handover_accepted(facts: Facts) -> Signal:
    """The coordinator and the owner in production, two people, have signed; production has an owner; no item is blocked."""
    signed = {role: _signature(facts, role) for role in SIGNERS}
    people = {each.user for each in signed.values() if each is not None}
    points = {
        **{f"signoff:{role}": each is not None for role, each in signed.items()},
        "two_people": len(people) == len(SIGNERS),
        "production_owner": facts.service is not None
        and any(member.role == MemberRole.PRODUCTION_OWNER for member in facts.members),
        "blocked_items": not any(item.state == ItemState.BLOCKED for item in facts.items),
    }
    lacks = [name for name, whole in points.items() if not whole]
    value = {"met": len(points) - len(lacks), "of": len(points), "lacks": lacks}
    threshold = f"{len(points)}/{len(points)}"
    if lacks:
        return missed(value, threshold)
    return shown([each.row for each in signed.values() if each is not None], value, threshold)


def pilot_dates_set(facts: Facts) -> Signal:
    """The rollout is marked as a pilot, and has its first and last day (S001-39)."""
    if not facts.is_pilot or facts.starts_on is None or facts.ends_on is None:
        return missed({"pilot": facts.is_pilot}, "2/2")
    value = {"pilot": True, "starts_on": facts.starts_on.isoformat(), "ends_on": facts.ends_on.isoformat()}
    return shown([facts.rollout], value, "2/2")


def _lacks(facts: Facts, form: str, answer: FormFact | None) -> list[str]:
    live = live_points(facts, form)
    if answer is None and not live:
        return [form]
    written = [name for name in (answer.lacks if answer else ()) if name not in live]
    return [*written, *(name for name, told in live.items() if not told)]


def _from_its_day(form: str, answer: FormFact) -> Row:
    day = as_day(answer.values.get("date")) if form == HANDOVER else None
    if day is None:
        return answer.row
    begins = timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())
    return Row(answer.row.id, max(answer.row.at, begins), answer.row.mark)


def _signature(facts: Facts, role: str) -> FillingFact | None:
    parts: tuple[PartFact, ...] = facts.item.parts_of(PartKind.SIGNOFF) if facts.item else ()
    signed = [each for part in parts if part.role == role for each in part.fillings if each.user is not None and each.counts]
    return choose(signed, facts.since, lambda each: each.row.at)
