"""The definition is saved, as far as it is known, and never over somebody else's newer one (S000-40)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.operations import record_audit
from adoption.choices import ItemState
from adoption.definition import DEFINITION, Definition, to_stored
from adoption.definition.checks import refuse_wrong
from adoption.definition.shape import PLANS, SETTINGS, text_columns
from adoption.models import FormAnswer, Rollout
from adoption.operations.forms import asking_items, require_may_fill
from adoption.operations.ground import begin_work, locked_rollout, refuse_ended, touch_rollout, user_id_of


def save_definition(
    *, by: Actor, rollout: Rollout, definition: Definition, version: int | None = None, now: datetime
) -> FormAnswer:
    """Those who work on the item write the nine points and the queues; the live service is not touched."""
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        items = asking_items(fresh, DEFINITION)
        require_may_fill(by=by, rollout=fresh, items=items, form=DEFINITION)
        refuse_ended(fresh)
        refuse_wrong(definition)
        for item in items:
            if item.state not in (ItemState.DONE, ItemState.NOT_APPLICABLE):
                begin_work(item=item, by=by, now=now)
        answer = store_definition(by=by, rollout=fresh, definition=definition, version=version, now=now)
        touch_rollout(rollout=fresh, by=by, now=now)
        return answer


def store_definition(*, by: Actor, rollout: Rollout, definition: Definition, version: int | None, now: datetime) -> FormAnswer:
    """The definition as it stands now, one version further; what it was is in the audit. Called under the rollout's lock."""
    values = to_stored(definition)
    answer: FormAnswer | None = FormAnswer.objects.filter(rollout=rollout, form=DEFINITION, period__isnull=True).first()
    if answer is None:
        answer = FormAnswer(rollout=rollout, form=DEFINITION, version=0)
    elif version is not None and version != answer.version:
        raise _stale(answer.values, values)
    elif answer.values == values:
        return answer
    before, after = changed_values(answer.values, values)
    answer.values, answer.saved_at, answer.saved_by_id = values, now, user_id_of(by)
    answer.version += 1
    answer.save()
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type=Rollout._meta.label_lower,
        object_id=str(rollout.public_id),
        county=rollout.county.code,
        before={DEFINITION: before},
        after={DEFINITION: after},
    )
    return answer


def changed_values(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of the definition differs, as it was and as it is."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def _stale(saved: dict[str, Any], mine: dict[str, Any]) -> ValidationError:
    """Both texts, field by field; of the rows only that they differ."""
    texts = (*text_columns(), *SETTINGS, *PLANS, "external")
    errors: dict[str, ValidationError] = {
        name: ValidationError(
            _("Somebody saved this meanwhile. Saved now: “%(stored)s”. You wrote: “%(mine)s”. Check both, and save again."),
            code="stale",
            params={"stored": saved.get(name) or "–", "mine": mine.get(name) or "–"},
        )
        for name in texts
        if (saved.get(name) or "") != (mine.get(name) or "")
    }
    rows = [name for name in ("queues", "targets", "recipients") if saved.get(name) != mine.get(name)]
    if rows or not errors:
        message = _(
            "Somebody else has changed this after you opened it. Check what is now saved, and save again if you still want to."
        )
        errors[NON_FIELD_ERRORS] = ValidationError(message, code="stale")
    return ValidationError(dict(errors))
