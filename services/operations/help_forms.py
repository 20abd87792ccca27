"""The main user makes a help form for any service, without code, and publishes it when it is ready (S003-14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.operations import record_audit
from services.choices import HelpFieldKind
from services.models import HelpField, HelpForm, Service
from services.models.help_forms import MOST_FIELDS
from services.models.surveys import split
from services.operations.rows import change_row, create_row, delete_row
from services.publication import mandatory_languages
from services.texts import texts_of


@transaction.atomic
def make_help_form(*, by: Actor, service: Service) -> HelpForm:
    """A service gets a form, as a draft that residents do not see; one that it has already is given back."""
    found = HelpForm.objects.filter(service=service).first()
    return _locked(by, found) if found is not None else create_row(by=by, row=HelpForm(service=service))


def change_help_form(*, by: Actor, form: HelpForm, values: Mapping[str, Any], version: int | None = None) -> HelpForm:
    """Its words and its promise; residents see them when the form is published again."""
    return change_row(by=by, row=form, values=values, version=version)


@transaction.atomic
def add_help_field(*, by: Actor, field: HelpField) -> HelpField:
    """One more field, last. Raises ValidationError (most)."""
    form = _locked(by, field.form)
    orders = list(form.fields.values_list("order", flat=True))
    if len(orders) >= MOST_FIELDS:
        raise ValidationError(_("At most %(most)s questions."), code="most", params={"most": MOST_FIELDS})
    field.order = max(orders, default=0) + 10
    return create_row(by=by, row=field)


def change_help_field(*, by: Actor, field: HelpField, values: Mapping[str, Any], version: int | None = None) -> HelpField:
    """Another wording, help text or choices; what is published stays until it is published again."""
    return change_row(by=by, row=field, values=values, version=version)


@transaction.atomic
def move_help_field(*, by: Actor, field: HelpField, up: bool) -> None:
    """The field changes places with the one before it, or after it."""
    rows = list(_locked(by, field.form).fields.all())
    place = rows.index(field)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    for number, row in enumerate(rows, start=1):
        change_row(by=by, row=row, values={"order": number * 10})


def delete_help_field(*, by: Actor, field: HelpField) -> None:
    """A field is taken away from the draft."""
    delete_row(by=by, row=field)


@transaction.atomic
def publish_help_form(*, by: Actor, form: HelpForm, now: datetime) -> HelpForm:
    """From now on residents see the draft as it stands, and the form is in use (S003-14).

    A bilingual county asks in both languages (domain 5.7). Raises ValidationError (language_missing) and PermissionDenied.
    """
    fresh = _locked(by, form)
    _refuse_gaps(fresh)
    fresh.number += 1
    fresh.published, fresh.published_at, fresh.is_on = document_of(fresh), now, True
    return _store(fresh, by=by, what={"number": fresh.number, "is_on": True, "promise_days": fresh.promise_days})


@transaction.atomic
def switch_help_form(*, by: Actor, form: HelpForm, on: bool) -> HelpForm:
    """The form is put out of use, or in use again as it was last published; what has been sent is still answered.

    Raises ValidationError (draft).
    """
    fresh = _locked(by, form)
    if on and fresh.published_at is None:
        raise ValidationError(_("Publish the form first."), code="draft")
    if fresh.is_on == on:
        return fresh
    fresh.is_on = on
    return _store(fresh, by=by, what={"is_on": on})


def document_of(form: HelpForm) -> dict[str, Any]:
    """The draft as residents would see it: what publishing stores, and what the preview shows."""
    return {
        "number": form.number,
        "days": form.promise_days,
        "asks_contact": form.asks_contact,
        "intro": texts_of(form, "intro"),
        "fields": [
            {
                "key": str(row.public_id),
                "kind": row.kind,
                "required": row.is_required,
                "text": texts_of(row, "text"),
                "help": texts_of(row, "help"),
                "options": {code: split(words) for code, words in texts_of(row, "options").items()},
            }
            for row in form.fields.all()
        ],
    }


def _refuse_gaps(form: HelpForm) -> None:
    rows = list(form.fields.all())
    lacking: list[str] = []
    for code in mandatory_languages(form.service.county.official_languages):
        asked = [("text", row) for row in rows] + [("help", row) for row in rows if texts_of(row, "help")]
        asked += [("options", row) for row in rows if row.kind == HelpFieldKind.ONE]
        lacking += [f"{row} ({code})" for name, row in asked if code not in texts_of(row, name)]
        if texts_of(form, "intro") and code not in texts_of(form, "intro"):
            lacking.append(_("what it is for (%(code)s)") % {"code": code})
    if lacking:
        raise ValidationError(
            _("A text is missing in a language that the county must use: %(names)s."),
            code="language_missing",
            params={"names": ", ".join(dict.fromkeys(lacking))},
        )


def _locked(by: Actor, form: HelpForm) -> HelpForm:
    if not HelpForm.objects.editable_by(by).filter(pk=form.pk).exists():
        raise PermissionDenied
    rows = HelpForm.objects.select_for_update(of=("self",), no_key=True).select_related("service__county")
    found: HelpForm = rows.get(pk=form.pk)
    return found


def _store(form: HelpForm, *, by: Actor, what: dict[str, Any]) -> HelpForm:
    form.version += 1
    form.save()
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type=HelpForm._meta.label_lower,
        object_id=str(form.public_id),
        county=form.service.county.code,
        after=what,
    )
    return form
