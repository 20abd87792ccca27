"""The forms of the model are saved, and fill their parts when nothing mandatory lacks (S000-32…55)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from adoption.choices import ItemState, MemberRole
from adoption.forms_of_model import FieldSpec, FormSpec, clean_values, form_spec, missing_fields
from adoption.fulfilment import fulfilment_of
from adoption.models import Filling, FormAnswer, ItemPart, Rollout, RolloutItem
from adoption.operations.ground import WITH, begin_work, locked_rollout, refuse_ended, touch_rollout, user_id_of
from adoption.operations.parts import fill_by_form, take_back
from adoption.permissions import holds_role, may_drive, may_work_on
from adoption.words import part_name, role_name

# Who writes a form that is somebody's own review.
WRITERS: Mapping[str, Sequence[str]] = {"report_review": (MemberRole.SUPERVISOR, MemberRole.MANAGER)}

HANDOVER, ROOTING = "handover", "rooting_until"


def save_form(
    *,
    by: Actor,
    rollout: Rollout,
    form: str,
    values: Mapping[str, Any],
    period: date | None = None,
    version: int | None = None,
    now: datetime,
) -> FormAnswer:
    """Those who work on the items that ask for a form fill it in, as far as they know; whole, it fills the part.

    A form of a recurring item is saved for the present period unless another is named. What stands in the live system (`live`)
    is not proven by what is written here: such a form fills no part.
    """
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        items = asking_items(fresh, form)
        require_may_fill(by=by, rollout=fresh, items=items, form=form)
        refuse_ended(fresh)
        spec = _spec(fresh, items, form)
        cleaned = clean_values(spec, values)
        asking = [item for item in items if any(part.requirement.form == form for part in item.parts.all())]
        for item in asking:
            if item.state not in (ItemState.DONE, ItemState.NOT_APPLICABLE):
                begin_work(item=item, by=by, now=now)
        period = period or next((item.period for item in asking if item.model_item.recurrence), None)
        before = FormAnswer.objects.filter(rollout=fresh, form=spec.key, period=period).first()
        answer = _store(fresh, spec, cleaned, period=period, version=version, by=by, now=now)
        if spec.key == HANDOVER:
            _carry_rooting(fresh, (before.values if before else {}).get(ROOTING), cleaned.get(ROOTING))
        if not spec.is_live:
            _fill_or_empty(by, asking, spec, answer, now)
        _refuse_emptied(items)
        touch_rollout(rollout=fresh, by=by, now=now)
        return answer


def _carry_rooting(rollout: Rollout, before: Any, after: Any) -> None:
    """The day until which rooting goes on, once it is written in the handover, is the rollout's (S000-55, S001-42).

    Its quarterly items and the letter before the day follow the card; a day that was moved on the card since stays.
    """
    day = date.fromisoformat(str(after)) if after and after != before else None
    if day is not None and day != rollout.rooting_until:
        rollout.rooting_until = day
        rollout.version += 1
        rollout.save(update_fields=["rooting_until", "version"])


def asking_items(rollout: Rollout, form: str) -> list[RolloutItem]:
    """The items that ask for the form, or of which a part hangs on its answers, under their locks."""
    asked = ItemPart.objects.filter(Q(requirement__form=form) | Q(requirement__when__startswith=f"{form}."), item__rollout=rollout)
    rows = RolloutItem.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=asked.values("item"))
    return list(rows.select_related(*WITH).prefetch_related("parts__requirement").order_by("pk"))


def require_may_fill(*, by: Actor, rollout: Rollout, items: Sequence[RolloutItem], form: str) -> None:
    """Who drives the rollout or works on an item that asks for the form; a review is written by those whose it is."""
    if not (may_drive(by, rollout) or any(may_work_on(by, item) for item in items)):
        raise PermissionDenied
    roles = WRITERS.get(form, ())
    if roles and not holds_role(by, rollout, roles):
        raise ValidationError(
            _("This is for the role: %(roles)s. Ask a person in that role."),
            code="role",
            params={"roles": ", ".join(role_name(role) for role in roles)},
        )


def _spec(rollout: Rollout, items: Sequence[RolloutItem], form: str) -> FormSpec:
    versions = [rollout.model_version, *(item.model_item.phase.model_version for item in items)]
    spec = next((found for version in versions if (found := form_spec(version.forms, form))), None)
    if spec is None:
        raise ValidationError(_("The model has no such form."), code="unknown_form")
    if spec.is_table:
        raise ValidationError(
            _("These rows are kept on the rollout’s own list. Add them there, and the part fills itself."), code="table"
        )
    return spec


def _store(
    rollout: Rollout,
    spec: FormSpec,
    cleaned: dict[str, Any],
    *,
    period: date | None,
    version: int | None,
    by: Actor,
    now: datetime,
) -> FormAnswer:
    answer = FormAnswer.objects.filter(rollout=rollout, form=spec.key, period=period).first()
    if answer is None:
        answer = FormAnswer(rollout=rollout, form=spec.key, period=period, version=0)
    elif version is not None and version != answer.version:
        raise _stale(spec, answer.values, cleaned)
    elif answer.values == cleaned:
        return answer
    answer.values, answer.saved_at, answer.saved_by_id = cleaned, now, user_id_of(by)
    answer.version += 1
    answer.save()
    return answer


def _stale(spec: FormSpec, saved: Mapping[str, Any], mine: Mapping[str, Any]) -> ValidationError:
    """Both texts, field by field."""
    errors = {
        each.key: ValidationError(
            _("Somebody saved this meanwhile. Saved now: “%(stored)s”. You wrote: “%(mine)s”. Check both, and save again."),
            code="stale",
            params={"stored": _readable(each, saved), "mine": _readable(each, mine)},
        )
        for each in spec.fields
        if (saved.get(each.key) or "") != (mine.get(each.key) or "")
    }
    message = _("Somebody else has changed this after you opened it. Check what is now saved, and save again if you still want to.")
    return ValidationError(dict(errors)) if errors else ValidationError(message, code="stale")


def _readable(each: FieldSpec, values: Mapping[str, Any]) -> str:
    value = values.get(each.key)
    if each.is_list:
        rows = value if isinstance(value, list) else []
        return "; ".join(", ".join(map(str, row.values())) if isinstance(row, dict) else str(row) for row in rows) or "–"
    return str(value or "–")


def _fill_or_empty(by: Actor, items: Sequence[RolloutItem], spec: FormSpec, answer: FormAnswer, now: datetime) -> None:
    whole = not missing_fields(spec, answer.values)
    for item in items:
        for part in item.parts.all():
            if part.requirement.form != spec.key:
                continue
            standing = list(Filling.objects.filter(part=part, period=answer.period, withdrawn_at__isnull=True))
            if whole and not standing:
                fill_by_form(by=by, part=part, item=item, period=answer.period, now=now)
            if not whole:
                for filling in standing:
                    if not filling.by_system:
                        take_back(filling, user_id=user_id_of(by), now=now)


def _refuse_emptied(items: Sequence[RolloutItem]) -> None:
    """What is done stays whole: a form is not emptied under it."""
    done = [item for item in items if item.state == ItemState.DONE]
    for key, found in fulfilment_of(done).items():
        if found.missing:
            raise ValidationError(
                _("“%(item)s” is done, and this would take from it: %(parts)s. Open it again first and say why."),
                code="done",
                params={
                    "item": next(item for item in done if item.pk == key),
                    "parts": ", ".join(part_name(part.name) for part in found.missing),
                },
            )
