"""Who did what in a rollout and when: told from the rows that are never changed and from the audit, the newest first.

The steps of items, what filled their parts, verdicts and comments tell of themselves; the card, people and other rows are told
by the audit. No word that somebody wrote into a comment, a decision or a form is repeated here: it stands in its own place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit_words import kind_in_words
from accounts.choices import AuditAction
from accounts.models import AuditEntry, User
from adoption.models import (
    Attachment,
    Comment,
    CommunicationAction,
    DiaryEntry,
    Filling,
    FormAnswer,
    GateVerdict,
    ItemHistory,
    Meeting,
    Member,
    Risk,
    Rollout,
    RolloutItem,
    SystemDependency,
    VerdictCondition,
)
from adoption.words import form_name, part_name, role_name

# Rows of the work around a rollout: the audit keeps who made, changed and took them away.
AROUND: tuple[type[models.Model], ...] = (Member, Meeting, Risk, DiaryEntry, SystemDependency, CommunicationAction)
DONE: Mapping[str, Promise] = {
    AuditAction.CREATE: gettext_lazy("Added"),
    AuditAction.CHANGE: gettext_lazy("Changed"),
    AuditAction.DELETE: gettext_lazy("Taken away"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done."""

    at: datetime
    who: str
    """Empty: the portal itself."""
    what: str
    about: str = ""
    detail: str = ""
    item: RolloutItem | None = None
    gate: str = ""


def deeds_of(rollout: Rollout) -> list[Deed]:
    """Everything that was done in the rollout, the newest first, in a fixed number of queries."""
    rows = RolloutItem.objects.filter(rollout=rollout).select_related("model_item__phase__model_version")
    items = {item.pk: item for item in rows}
    found = [
        *_steps(rollout, items),
        *_fillings(rollout, items),
        *_words(rollout, items),
        *_forms(rollout),
        *_verdicts(rollout),
        *_audited(rollout, items),
    ]
    return sorted(found, key=lambda deed: deed.at, reverse=True)


def _name(user: User | None) -> str:
    return str(user) if user is not None else ""


def _steps(rollout: Rollout, items: Mapping[int, RolloutItem]) -> Iterator[Deed]:
    for each in ItemHistory.objects.filter(item__rollout=rollout).select_related("by"):
        words = f"{each.get_was_display()} → {each.get_became_display()}"
        yield Deed(each.at, _name(each.by), words, detail=each.reason, item=items.get(each.item_id))


def _fillings(rollout: Rollout, items: Mapping[int, RolloutItem]) -> Iterator[Deed]:
    rows = Filling.objects.filter(part__item__rollout=rollout).select_related("part", "by", "withdrawn_by").defer("text")
    for each in rows:
        item, part = items.get(each.part.item_id), part_name(each.part.name)
        said = [str(each.get_outcome_display()), role_name(each.role) if each.role else ""]
        yield Deed(each.at, _name(each.by), _("Filled: %(part)s") % {"part": part}, detail=_listed(said), item=item)
        if each.withdrawn_at is not None:
            yield Deed(each.withdrawn_at, _name(each.withdrawn_by), _("Taken back: %(part)s") % {"part": part}, item=item)


def _words(rollout: Rollout, items: Mapping[int, RolloutItem]) -> Iterator[Deed]:
    for each in Comment.objects.filter(item__rollout=rollout).select_related("by").defer("text"):
        item = items.get(each.item_id)
        yield Deed(each.at, _name(each.by), _("Commented"), item=item)
        if each.removed_at is not None:
            yield Deed(each.removed_at, _name(each.by), _("Took the comment back"), item=item)


def _forms(rollout: Rollout) -> Iterator[Deed]:
    for each in FormAnswer.objects.filter(rollout=rollout).select_related("saved_by").defer("values"):
        yield Deed(each.saved_at, _name(each.saved_by), _("Saved the form, the last time"), about=form_name(each.form))


def _verdicts(rollout: Rollout) -> Iterator[Deed]:
    verdicts = GateVerdict.objects.filter(rollout=rollout).select_related("by", "gate").defer("checklist", "text")
    for each in verdicts:
        words = _("Verdict: %(verdict)s") % {"verdict": each.get_verdict_display()}
        yield Deed(each.at, _name(each.by), words, str(each.gate), role_name(each.role), gate=each.gate.key)
    met = VerdictCondition.objects.filter(verdict__rollout=rollout, met_at__isnull=False)
    for condition in met.select_related("met_by", "verdict__gate"):
        assert condition.met_at is not None
        gate = condition.verdict.gate
        yield Deed(condition.met_at, _name(condition.met_by), _("A condition was met"), str(gate), gate=gate.key)


def _audited(rollout: Rollout, items: Mapping[int, RolloutItem]) -> Iterator[Deed]:
    """The card by the rollout's own lines, what stands around it by those of its rows, and who was named for which item."""
    entries = list(_entries(rollout, items))
    people = _people(entries)
    by_key = {str(item.public_id): item for item in items.values()}
    for entry in entries:
        who = entry.actor_name if entry.actor_kind == "staff" else ""
        action = str(DONE[entry.action])
        if entry.object_type == Rollout._meta.label_lower:
            yield Deed(entry.at, who, *_card(entry))
        elif entry.object_type == RolloutItem._meta.label_lower:
            words = _("Person and due date")
            yield Deed(entry.at, who, words, detail=_assigned(entry.after or {}, people), item=by_key.get(entry.object_id))
        elif entry.object_type == Attachment._meta.label_lower:
            item = by_key.get(str((entry.after or {}).get("item", "")))
            yield Deed(entry.at, who, action, kind_in_words(entry.object_type), item=item)
        else:
            row = entry.after or entry.before or {}
            told = [_name(people.get(str(row.get("user_id", "")))), role_name(row["role"]) if row.get("role") else ""]
            yield Deed(entry.at, who, action, kind_in_words(entry.object_type), _listed(told))


def _entries(rollout: Rollout, items: Mapping[int, RolloutItem]) -> Iterator[AuditEntry]:
    """The lines of the rollout, of its items and of the rows around it; those that are gone are found by what they were."""
    own, around = Rollout._meta.label_lower, [model._meta.label_lower for model in AROUND]
    lines = AuditEntry.objects.filter(county=rollout.county.code, action__in=list(DONE))
    yield from lines.filter(object_type=own, object_id=str(rollout.public_id))
    keys = [str(item.public_id) for item in items.values()]
    yield from lines.filter(object_type=RolloutItem._meta.label_lower, object_id__in=keys)
    files = Attachment.objects.filter(item__rollout=rollout).values_list("public_id", flat=True)
    yield from lines.filter(object_type=Attachment._meta.label_lower, object_id__in=[str(key) for key in files])
    of_it = Q(after__rollout_id=rollout.pk) | Q(before__rollout_id=rollout.pk)
    whole = list(lines.filter(of_it, object_type__in=around))
    yield from whole
    known = {entry.object_id for entry in whole}
    for model in AROUND:
        known |= {str(key) for key in model._default_manager.filter(rollout=rollout).values_list("public_id", flat=True)}
    changes = lines.filter(object_type__in=around, object_id__in=known, action=AuditAction.CHANGE)
    yield from changes.exclude(pk__in=[entry.pk for entry in whole])


def _people(entries: Iterable[AuditEntry]) -> dict[str, User]:
    """Those whom the lines name, by public id and by key."""
    items = RolloutItem._meta.label_lower
    rows = [(entry.object_type == items, row) for entry in entries for row in (entry.before, entry.after) if row]
    named = {owner for of_item, row in rows if of_item and (owner := row.get("owner"))}
    keys = {key for _of_item, row in rows if isinstance(key := row.get("user_id"), int)}
    users = User.objects.filter(Q(public_id__in=named) | Q(pk__in=keys))
    return {key: user for user in users for key in (str(user.public_id), str(user.pk))}


def _card(entry: AuditEntry) -> tuple[str, str, str]:
    """What of the card changed, by the names of its fields; answers and the end by words of their own."""
    if entry.action == AuditAction.CREATE:
        return _("The rollout was started"), "", ""
    names = list(entry.after or {})
    if names == ["status"]:
        return _("The rollout was ended"), "", entry.purpose
    if names == ["cover"]:
        return _("The cover image was changed"), "", ""
    known = {field.attname: field for field in Rollout._meta.concrete_fields}
    if not set(names) <= set(known):
        return _("A question was answered"), "", ""
    labels = dict.fromkeys(str(known[name].verbose_name) for name in names)
    return _("The card was changed"), "", ", ".join(labels)


def _assigned(after: Mapping[str, Any], people: Mapping[str, User]) -> str:
    owner, day = people.get(str(after.get("owner", ""))), parse_date(str(after.get("due_on", "")))
    return _listed([_name(owner) or _("Nobody yet"), date_format(day, "SHORT_DATE_FORMAT") if day else ""])


def _listed(words: Iterable[str]) -> str:
    return ", ".join(word for word in words if word)


__all__ = ["Deed", "deeds_of"]
