"""What fills a part: a decision, a document, a text, a meeting, a signature or a proof. It is never changed, only withdrawn."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor, System
from accounts.models import StoredFile
from adoption.choices import Outcome, PartKind
from adoption.fulfilment import enough_people
from adoption.models import Filling, ItemPart, Meeting, Proof, RolloutItem
from adoption.operations.ground import (
    begin_work,
    local_day,
    locked_item,
    refuse_closed,
    refuse_ended,
    refuse_foreign_file,
    refuse_future,
    require_person,
    touch_rollout,
    user_id_of,
    words,
)
from adoption.permissions import holds_role, may_drive, may_read, may_work_on
from adoption.words import part_name, role_name


def record_decision(
    *,
    by: Actor,
    part: ItemPart,
    outcome: str,
    on: date,
    text: str,
    file: StoredFile | None = None,
    now: datetime,
) -> Filling:
    """A manager writes what was decided; a rejecting or postponing decision is kept, and leaves the item open (S000-35)."""
    user_id = require_person(by)
    with transaction.atomic():
        item = _open_item(part, PartKind.DECISION)
        roles = part.given_by
        _require_role(by, item, roles)
        refuse_closed(item)
        if outcome not in Outcome.values:
            raise ValidationError({"outcome": ValidationError(_("Choose what was decided."), code="outcome")})
        refuse_future(on, now)
        return _fill(
            part,
            item,
            by=by,
            now=now,
            user_id=user_id,
            role=roles[0],
            on=on,
            outcome=outcome,
            text=words(text, name="text", message=_("Write the decision and its grounds.")),
            file=_own_file(file, item),
            counts=outcome in (part.requirement.outcomes or [Outcome.APPROVED, Outcome.APPROVED_WITH_CONDITIONS]),
        )


def attach_document(
    *,
    by: Actor,
    part: ItemPart,
    on: date,
    document_version: str,
    file: StoredFile | None = None,
    link: str = "",
    now: datetime,
) -> Filling:
    """Those who work on the item put the named document there, as a file or a link, with its version and date."""
    with transaction.atomic():
        item = _workable_item(by, part, PartKind.DOCUMENT)
        if file is None and not link.strip():
            raise ValidationError({"file": ValidationError(_("Choose a file, or write a link."), code="document_missing")})
        refuse_future(on, now)
        version = words(document_version, name="document_version", message=_("Write the version of the document, for example 1.0."))
        return _fill(part, item, by=by, now=now, on=on, document_version=version, file=_own_file(file, item), link=link.strip())


def give_evidence(
    *,
    by: Actor,
    part: ItemPart,
    text: str,
    on: date,
    link: str = "",
    file: StoredFile | None = None,
    now: datetime,
) -> Filling:
    """Those who work on the item write what was done and when; a link or a file may go with it."""
    with transaction.atomic():
        item = _workable_item(by, part, PartKind.EVIDENCE)
        refuse_future(on, now)
        text = words(text, name="text", message=_("Write in a sentence or two what was done."))
        return _fill(part, item, by=by, now=now, on=on, text=text, link=link.strip(), file=_own_file(file, item))


def sign_part(*, by: Actor, part: ItemPart, now: datetime) -> Filling:
    """Somebody in the named role accepts; two roles are signed for by two different people (S000-52)."""
    user_id = require_person(by)
    with transaction.atomic():
        item = _open_item(part, PartKind.SIGNOFF)
        _require_role(by, item, part.given_by)
        refuse_closed(item)
        others = Filling.objects.filter(
            part__item=item, part__kind=PartKind.SIGNOFF, withdrawn_at__isnull=True, period=item.period, by_id=user_id
        )
        if others.exclude(part=part).exists():
            raise ValidationError(
                _("You have signed already in another role. The second signature must be given by another person."),
                code="same_person",
            )
        if others.filter(part=part).exists():
            raise ValidationError(_("You have signed this already."), code="signed")
        return _fill(part, item, by=by, now=now, user_id=user_id, role=part.role, on=local_day(now))


def link_meeting(*, by: Actor, part: ItemPart, meeting: Meeting, now: datetime) -> Filling:
    """A meeting of the rollout that has been held, with enough of the right people and its outcome, shows who took part."""
    with transaction.atomic():
        item = _workable_item(by, part, PartKind.PARTICIPANTS)
        if part.requirement.of_members:
            raise ValidationError(_("This counts the people of the rollout. Add them there."), code="of_members")
        if meeting.rollout_id != item.rollout_id:
            raise PermissionDenied
        if meeting.on > local_day(now):
            raise ValidationError(_("The meeting has not been held yet."), code="future")
        if not meeting.outcome.strip():
            raise ValidationError(_("Write first in the meeting’s record what came of it."), code="outcome_missing")
        _refuse_too_few(part, meeting)
        return _fill(part, item, by=by, now=now, on=meeting.on, meeting=meeting)


def _refuse_too_few(part: ItemPart, meeting: Meeting) -> None:
    asks = part.requirement
    people = {(one.user_id or one.name.strip().casefold(), one.role) for one in meeting.participants.all()}
    if enough_people(asks.minimum, asks.roles, people):
        return
    absent = [role_name(role) for role in asks.roles if role not in {role for _who, role in people}]
    if absent:
        raise ValidationError(
            _("The meeting’s participants lack: %(roles)s."), code="role_missing", params={"roles": ", ".join(absent)}
        )
    raise ValidationError(
        ngettext(
            "The meeting must have at least %(count)s participant.",
            "The meeting must have at least %(count)s participants.",
            asks.minimum,
        ),
        code="too_few",
        params={"count": asks.minimum},
    )


def withdraw_filling(*, by: Actor, filling: Filling, now: datetime) -> Filling:
    """Whoever gave it takes it back while the item is open; the driver too, but for decisions and signatures.

    It stays to be read.
    """
    user_id = require_person(by)
    with transaction.atomic():
        item = locked_item(filling.part.item)
        fresh: Filling = Filling.objects.select_for_update(of=("self",), no_key=True).select_related("part").get(pk=filling.pk)
        personal = fresh.part.kind in (PartKind.DECISION, PartKind.SIGNOFF)
        own = fresh.by_id == user_id and may_read(by, item.rollout)
        if fresh.by_system or not (own or (not personal and may_drive(by, item.rollout))):
            raise PermissionDenied
        refuse_ended(item.rollout)
        refuse_closed(item)
        if fresh.withdrawn_at is not None:
            raise ValidationError(_("This has been withdrawn already."), code="withdrawn")
        take_back(fresh, user_id=user_id, now=now)
        touch_rollout(rollout=item.rollout, by=by, now=now)
        return fresh


def take_back(filling: Filling, *, user_id: int | None, now: datetime) -> None:
    """The filling counts no more, and says who withdrew it and when."""
    filling.withdrawn_at, filling.withdrawn_by_id = now, user_id
    filling.save()


def fill_by_proof(*, part: ItemPart, proof: Proof, at: datetime) -> Filling:
    """The live system fills a part; one that the same proof or somebody has filled stays as it is."""
    with transaction.atomic():
        item = locked_item(part.item)
        standing = Filling.objects.filter(part=part, period=proof.period, withdrawn_at__isnull=True, counts=True).order_by(
            "at", "pk"
        )
        there: Filling | None = standing.last()
        if there is not None:
            return there
        return _fill(part, item, by=System("proofs"), now=at, on=local_day(at), proof=proof, period=proof.period)


def fill_by_form(*, by: Actor, part: ItemPart, item: RolloutItem, period: date | None, now: datetime) -> Filling:
    """A form whose mandatory fields are filled in fills its part."""
    return _fill(part, item, by=by, now=now, on=local_day(now), period=period)


def _open_item(part: ItemPart, kind: PartKind) -> RolloutItem:
    """The part's item under its lock, in a rollout that goes on."""
    item = locked_item(part.item)
    if part.kind != kind:
        raise ValidationError(
            _("“%(part)s” cannot be filled in this way."), code="wrong_kind", params={"part": part_name(part.name)}
        )
    refuse_ended(item.rollout)
    return item


def _workable_item(by: Actor, part: ItemPart, kind: PartKind) -> RolloutItem:
    if not may_work_on(by, part.item):
        raise PermissionDenied
    item = _open_item(part, kind)
    refuse_closed(item)
    return item


def _require_role(by: Actor, item: RolloutItem, roles: Collection[str]) -> None:
    """She has the role; who works on the item is told whose task it is, anybody else is refused."""
    if holds_role(by, item.rollout, roles):
        return
    if not may_work_on(by, item):
        raise PermissionDenied
    raise ValidationError(
        _("This is for the role: %(roles)s. Ask a person in that role."),
        code="role",
        params={"roles": ", ".join(role_name(role) for role in roles)},
    )


def _own_file(file: StoredFile | None, item: RolloutItem) -> StoredFile | None:
    refuse_foreign_file(file, item.rollout)
    return file


def _fill(part: ItemPart, item: RolloutItem, *, by: Actor, now: datetime, user_id: int | None = None, **fields: Any) -> Filling:
    if not isinstance(by, System):
        begin_work(item=item, by=by, now=now)
    row = Filling(
        part=part,
        by_id=user_id or user_id_of(by),
        by_system=isinstance(by, System),
        at=now,
        **{"period": item.period, **fields},
    )
    row.full_clean(exclude=["part", "by", "proof"])
    row.save()
    touch_rollout(rollout=item.rollout, by=by, now=now)
    return row
