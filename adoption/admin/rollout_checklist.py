"""The checklist of a rollout on its page: the items of each phase, taken from state to state by the operations.

Each row carries the version that the person saw, and what stood in it, so that only what she touched is saved; a row that
somebody else has changed meanwhile is told, and comes back as it now stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Staff
from accounts.models import User
from accounts.origin import actor_of
from adoption import operations
from adoption.checklist import Line
from adoption.choices import ItemState
from adoption.forms.base import DayField
from adoption.models import ModelPhase, Rollout, RolloutItem
from adoption.permissions import may_decide, may_set, readers_of
from adoption.states import may_move
from adoption.words import step_name
from services.admin.base import RowInline

ORDER = (ItemState.IN_PROGRESS, ItemState.DONE, ItemState.WAITING_DECISION, ItemState.BLOCKED, ItemState.NOT_APPLICABLE)
TOUCHED = ("to", "why", "person", "due")


class ItemForm(forms.ModelForm):
    """One item: its next step with the reason, its person and its day. What is refused stands beside what was written."""

    to = forms.ChoiceField(label=_("Next step"), required=False)
    why = forms.CharField(label=_("Why?"), max_length=300, required=False)
    person = forms.ChoiceField(label=_("Person"), required=False, show_hidden_initial=True)
    due = DayField(label=_("Due date"), required=False, show_hidden_initial=True)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    line: Line | None = None
    """The item as a list shows it; put here by the page."""
    refused: ValidationError | None = None

    class Meta:
        model = RolloutItem
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.instance
        self.initial = {"person": str(item.owner_id or ""), "due": item.due_on, "seen": item.version}

    def offer(self, *, people: Mapping[int, User], decides: bool) -> None:
        """The steps that the person may take from here, and everybody who may be named; the operation judges."""
        to, person = self.fields["to"], self.fields["person"]
        assert isinstance(to, forms.ChoiceField)
        assert isinstance(person, forms.ChoiceField)
        item = self.instance
        hers = [each for each in ORDER if may_set(item, each, works=True, decides=decides)]
        offered = [(each, step_name(each, item.state)) for each in hers if may_move(item.state, each)]
        to.choices = [("", _("No change")), *ItemState.choices]
        to.widget.choices = [("", _("No change")), *offered]
        person.choices = [("", _("Nobody yet")), *((str(key), str(user)) for key, user in people.items())]
        if item.owner is not None and item.owner_id not in people:
            person.choices = [*person.choices, (str(item.owner_id), str(item.owner))]

    @property
    def is_touched(self) -> bool:
        """The person wants something of this item."""
        return not set(self.changed_data).isdisjoint(TOUCHED)

    def clean(self) -> dict[str, Any]:
        """What the operation refused on the first try belongs to the row; a stale one shows what is now saved."""
        cleaned = super().clean() or self.cleaned_data
        if self.refused is None:
            return cleaned
        if _is_stale(self.refused):
            self._show_saved()
        self.add_error(None, ValidationError(self.refused.messages))
        return cleaned

    def _show_saved(self) -> None:
        """The next press saves over it knowingly: the version moves on, the step is chosen again, what was not touched follows."""
        touched = set(self.changed_data)
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("seen")] = str(self.instance.version)
        data[self.add_prefix("to")] = ""
        for name in ("person", "due"):
            saved = self.initial[name]
            words = saved.isoformat() if isinstance(saved, date) else str(saved or "")
            data[self.add_initial_prefix(name)] = words
            if name not in touched:
                data[self.add_prefix(name)] = words
        self.data = data


def _is_stale(refused: ValidationError) -> bool:
    errors = refused.error_list if hasattr(refused, "error_list") else []
    return any(error.code == "stale" for error in errors)


class ItemFormSet(BaseInlineFormSet):
    """The items of one phase; all that is on the page is saved, or nothing is."""

    phase: ModelPhase
    request: HttpRequest

    @classmethod
    def get_default_prefix(cls) -> str:
        """Each phase has its own."""
        return f"items-{cls.phase.key}"

    def add_fields(self, form: Any, index: int | None) -> None:
        """The key of the row is compared with the rows of the page: no query for each."""
        super().add_fields(form, index)
        form.fields["id"] = forms.IntegerField(widget=forms.HiddenInput, initial=form.instance.pk)
        if form.instance.pk is None:
            return  # somebody took the row away, or never had it: it is refused below
        form.instance.rollout = self.instance
        form.refused = getattr(self.request, "refused_rows", {}).get(form.instance.pk)
        form.offer(people=people_of_page(self.request, self.instance), decides=decides_on_page(self.request, self.instance))

    def clean(self) -> None:
        """Only items of this very rollout."""
        if any(form.instance.pk is None for form in self.forms):
            raise ValidationError(_("The checklist has changed. Open the page again."), code="gone")

    def validate_unique(self) -> None:
        """Nothing that is written here is unique."""


def people_of_page(request: HttpRequest, rollout: Rollout) -> dict[int, User]:
    """Everybody who may be named for an item, read once for the page."""
    kept: dict[int, dict[int, User]] = request.__dict__.setdefault("people_of_rollouts", {})
    if rollout.pk not in kept:
        kept[rollout.pk] = {user.pk: user for user in readers_of(rollout)}
    return kept[rollout.pk]


def decides_on_page(request: HttpRequest, rollout: Rollout) -> bool:
    """Management may say that an item does not apply; read once for the page."""
    kept: dict[int, bool] = request.__dict__.setdefault("decides_on_rollouts", {})
    if rollout.pk not in kept:
        kept[rollout.pk] = may_decide(actor_of(request), rollout)
    return kept[rollout.pk]


class ChecklistInline(RowInline):
    """The items of one phase."""

    model = RolloutItem
    form = ItemForm
    formset = ItemFormSet
    template = "admin/adoption/checklist.html"
    phase: ClassVar[ModelPhase]
    can_delete = False
    max_num = 0

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Those of the form; they are no columns."""
        return [*TOUCHED, "seen"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """The phase's items; one that was taken from a newer version of the model stands in the phase of the same key."""
        rows = RolloutItem.objects.filter(model_item__phase__key=self.phase.key)
        return rows.select_related("model_item__phase__model_version", "owner")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The rows know their phase, and what was refused."""
        found = super().get_formset(request, obj, **kwargs)
        return type(found.__name__, (found,), {"phase": self.phase, "request": request})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Items come from the model."""
        return False

    has_delete_permission = has_add_permission


def checklist_inlines(phases: list[ModelPhase]) -> list[type[ChecklistInline]]:
    """A checklist for each phase of the rollout's own version."""
    return [type(f"Checklist{phase.order}", (ChecklistInline,), {"phase": phase}) for phase in phases]


class RowsRefusedError(ValidationError):
    """Some rows of the checklist were refused; each knows why."""

    def __init__(self, rows: Mapping[int, tuple[RolloutItem, ValidationError]]) -> None:
        self.rows = {key: refused for key, (_item, refused) in rows.items()}
        words = [f"{item.model_item.code}: {each}" for item, refused in rows.values() for each in refused.messages]
        super().__init__(words)


def save_items(*, by: Staff, forms_of_page: list[ItemForm], people: Mapping[int, User]) -> int:
    """Every touched row by its operations, in one transaction of the page; gives how many steps were taken."""
    refused: dict[int, tuple[RolloutItem, ValidationError]] = {}
    moved = 0
    for form in forms_of_page:
        if not form.is_touched:
            continue
        try:
            moved += _save_item(by, form, people)
        except ValidationError as error:
            refused[form.instance.pk] = (form.instance, error)
    if refused:
        raise RowsRefusedError(refused)
    return moved


def _save_item(by: Staff, form: ItemForm, people: Mapping[int, User]) -> int:
    data, item, now = form.cleaned_data, form.instance, timezone.now()
    version, changed = data["seen"], set(form.changed_data)
    if not changed.isdisjoint({"person", "due"}):
        owner = people.get(int(data["person"])) if data["person"] else None
        owner = owner or (item.owner if data["person"] else None)
        version = operations.assign_item(by=by, item=item, owner=owner, due_on=data["due"], version=version, now=now).version
    if not data["to"]:
        if data["why"]:
            raise ValidationError(_("Choose the step to which this is the reason."), code="no_step")
        return 0
    operations.move_item(by=by, item=item, to=data["to"], reason=data["why"], version=version, now=now)
    return 1


__all__ = ["ChecklistInline", "ItemForm", "RowsRefusedError", "checklist_inlines", "people_of_page", "save_items"]
