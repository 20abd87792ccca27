"""The rows of a definition’s page: queues and the metrics that are followed (S000-40)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.dates import WEEKDAYS
from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from adoption.definition import Definition, QueueRow, TargetRow
from adoption.definition.checks import MOST_QUEUES, MOST_TARGETS, queue_errors, target_errors
from adoption.definition.paths import SLOT
from adoption.definition.shape import decimal_text
from adoption.definition.weekly import join, parse_day, split
from adoption.forms.base import PageForm, dress, metrics_or_none
from services.choices import AimClass, Direction
from services.forms import LANGUAGES
from services.texts import FALLBACKS

DAYS = range(7)


class MinutesField(forms.CharField):
    """A time in minutes, kept in seconds."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Seconds as minutes."""
        if not isinstance(value, int):
            return value
        return decimal_text(round(value / 60, 2)).replace(".", get_format("DECIMAL_SEPARATOR"))

    def clean(self, value: Any) -> Any:
        """Minutes as seconds; nothing is no time."""
        text = super().clean(value)
        if not text:
            return None
        minutes = decimal_text(text)
        if not minutes or not 0 < float(minutes) <= 24 * 60:
            raise ValidationError(_("Write a time of at most 24 hours, in minutes."), code="minutes")
        return round(float(minutes) * 60)


def refuse_field(form: forms.Form, name: str, error: ValidationError) -> None:
    """Beside the field when the row has it, else above the row."""
    field: Any = name if name in form.fields else None
    form.add_error(field, error)


class RowForm(PageForm):
    """One row of the page; a row in which nothing is written is no row."""

    written: tuple[str, ...] = ()
    slot = forms.CharField(widget=forms.HiddenInput, required=False)

    def has_changed(self) -> bool:
        """Ticks that stand in every new row are not writing."""
        return bool(set(self.changed_data) & set(self.written))

    def clean_slot(self) -> str:
        """The row’s name inside the definition; a new row gets one."""
        slot: str = self.cleaned_data["slot"]
        return slot if SLOT.fullmatch(slot) else new_slot()

    @property
    def is_left_out(self) -> bool:
        """It is empty, or ticked to be left out."""
        return not self.cleaned_data or bool(self.cleaned_data.get(DELETION_FIELD_NAME)) or not self.has_changed()


class QueueForm(RowForm):
    """A queue: its name, languages, hours of each weekday, who answers, where it may transfer and what is done in a rush."""

    name_fi = forms.CharField(label=_("Name of the queue in Finnish"), max_length=80, required=False)
    name_sv = forms.CharField(label=_("in Swedish"), max_length=80, required=False)
    name_en = forms.CharField(label=_("in English"), max_length=80, required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=LANGUAGES, widget=forms.CheckboxSelectMultiple, required=False
    )
    groups = forms.MultipleChoiceField(label=_("Responder groups"), widget=forms.CheckboxSelectMultiple, required=False)
    new_group = forms.CharField(
        label=_("or a new responder group"), max_length=80, required=False, help_text=_("It is made with the draft.")
    )
    new_profession = forms.CharField(label=_("Profession of the new group"), max_length=80, required=False)
    seasons = forms.CharField(widget=forms.HiddenInput, required=False)
    no_transfers = forms.BooleanField(label=_("No transfers from here"), required=False)
    transfers = forms.MultipleChoiceField(label=_("May be transferred to"), widget=forms.CheckboxSelectMultiple, required=False)
    supervisor_after = MinutesField(label=_("The supervisor is told after (minutes)"))
    alternatives_after = MinutesField(label=_("Other ways are offered to the resident after (minutes)"))
    overflow_to = forms.ChoiceField(label=_("Goes over to the queue"), required=False)
    overflow_after = MinutesField(label=_("after (minutes)"))

    written = (
        *("name_fi", "name_sv", "name_en", "groups", "new_group", "new_profession", "transfers", "no_transfers"),
        *("supervisor_after", "alternatives_after", "overflow_to", "overflow_after", *(f"day_{day}" for day in DAYS)),
    )

    def __init__(
        self,
        *args: Any,
        groups: Iterable[tuple[str, str]],
        others: Iterable[tuple[str, str]],
        fresh: Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, value in fresh.items():
            self.initial.setdefault(name, value)
        days, seasons = split(self.initial.get("hours", ""))
        self.initial["seasons"] = seasons
        for day in DAYS:
            field = forms.CharField(label=capfirst(str(WEEKDAYS[day])), max_length=60, required=False)
            field.widget.attrs.update({"autocomplete": "off", "placeholder": ""})
            self.fields[f"day_{day}"] = field
            self.initial[f"day_{day}"] = days[day]
            dress(field)
        self.fields["groups"].choices = list(groups)  # type: ignore[attr-defined]
        choices = [(slot, name) for slot, name in others if slot != self.own_slot]
        self.fields["transfers"].choices = choices  # type: ignore[attr-defined]
        self.fields["overflow_to"].choices = [("", _("Nowhere")), *choices]  # type: ignore[attr-defined]

    @property
    def own_slot(self) -> str:
        """The row’s name inside the definition, posted or stored."""
        return str(self.data.get(self.add_prefix("slot")) or self.initial.get("slot") or "")

    @property
    def heading(self) -> str:
        """What the queue is called, as it is written now."""
        return str(self["name_fi"].value() or "")

    @property
    def has_rules(self) -> bool:
        """Something is said of transfers or of a rush: the page shows it at once."""
        names = ("no_transfers", "transfers", "supervisor_after", "alternatives_after", "overflow_to", "overflow_after")
        return any(self[name].value() for name in names)

    def day_fields(self) -> list[forms.BoundField]:
        """The seven days."""
        return [self[f"day_{day}"] for day in DAYS]

    def clean(self) -> dict[str, Any]:
        """The row as the service could take it; its name is what other rows call it by."""
        data = super().clean() or self.cleaned_data
        if data.get(DELETION_FIELD_NAME) or not self.has_changed():
            return data
        if not data.get("name_fi") and "name_fi" not in self.errors:
            self.add_error("name_fi", ValidationError(_("Write the name of the queue in Finnish."), code="required"))
        if not data.get("languages") and "languages" not in self.errors:
            self.add_error("languages", ValidationError(_("Choose at least one language."), code="required"))
        days = []
        for day in DAYS:
            try:
                days.append(parse_day(data.get(f"day_{day}", ""), day))
            except ValidationError as error:
                self.add_error(f"day_{day}", error)
        if not self.errors:
            data["hours"] = join(days, data["seasons"])
            for name, wrong in queue_errors(self.row()):
                refuse_field(self, name, wrong)
        return data

    def row(self) -> QueueRow:
        """The queue that was written."""
        data = self.cleaned_data
        return QueueRow(
            slot=data["slot"],
            names={code: data[f"name_{code}"] for code in FALLBACKS},
            languages=tuple(data["languages"]),
            groups=tuple(data["groups"]),
            new_group=data["new_group"],
            new_profession=data["new_profession"],
            hours=data["hours"],
            no_transfers=data["no_transfers"],
            transfers=tuple(data["transfers"]),
            overflow_to=data["overflow_to"],
            overflow_after=data["overflow_after"],
            supervisor_after=data["supervisor_after"],
            alternatives_after=data["alternatives_after"],
        )


class TargetForm(RowForm):
    """A metric that is followed, and its target when it has one."""

    metric = forms.ChoiceField(label=_("Metric"), choices=metrics_or_none, required=False)
    aim = forms.ChoiceField(label=_("For whom"), choices=AimClass.choices, required=False)
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices, required=False)
    value = forms.CharField(label=_("Target"), max_length=14, required=False, help_text=_("Empty: followed without a target."))
    unit = forms.CharField(label=_("Unit"), max_length=12, required=False, help_text=_("For example s, % or points."))

    written = ("metric", "value", "unit")

    def __init__(self, *args: Any, fresh: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in fresh.items():
            self.initial.setdefault(name, value)
        self.fields["value"].widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def clean_value(self) -> str:
        """As it is stored once it is a number."""
        text: str = self.cleaned_data["value"].strip()
        return decimal_text(text) or text

    def clean(self) -> dict[str, Any]:
        """The row as the reports and the service could take it."""
        data = super().clean() or self.cleaned_data
        if not data.get(DELETION_FIELD_NAME) and self.has_changed() and not self.errors:
            for name, wrong in target_errors(self.row()):
                refuse_field(self, name, wrong)
        return data

    def row(self) -> TargetRow:
        """The metric that was written."""
        return TargetRow(**{name: self.cleaned_data[name] for name in ("slot", "metric", "aim", "direction", "value", "unit")})


class Rows(forms.BaseFormSet):
    """The rows of a page, with an empty one for the next; a row ticked to be left out is left out at saving."""

    leave_out: Promise = _("Leave this row out")

    def add_fields(self, form: Any, index: int | None) -> None:
        """Each written row can be left out."""
        super().add_fields(form, index)
        form.fields[DELETION_FIELD_NAME].label = self.leave_out
        dress(form.fields[DELETION_FIELD_NAME])

    def rows(self) -> list[Any]:
        """What was written, in the order of the page."""
        return [form.row() for form in self.forms if not form.is_left_out]


class QueueRows(Rows):
    """The queues of the definition."""

    leave_out = _("Leave this queue out of the definition")

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """The other queues of the page by name; a new row begins with the county’s languages ticked."""
        given = super().get_form_kwargs(index)
        languages, known = given.pop("official"), given.pop("known")
        return {**given, "others": self._others(known), "fresh": {"slot": new_slot(), "languages": languages}}

    def _others(self, known: Mapping[str, str]) -> list[tuple[str, str]]:
        found = dict(known)
        if self.is_bound:
            for number in range(min(self.total_form_count(), MOST_QUEUES + 1)):
                slot = self.data.get(f"{self.prefix}-{number}-slot", "")
                if name := self.data.get(f"{self.prefix}-{number}-name_fi", "").strip():
                    found[slot] = name
        return list(found.items())


class TargetRows(Rows):
    """The metrics of the definition."""

    leave_out = _("Leave this metric out")

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """A new row has a slot of its own."""
        return {**super().get_form_kwargs(index), "fresh": {"slot": new_slot()}}


_QueueFormSet: Any = forms.formset_factory(
    QueueForm, formset=QueueRows, extra=1, can_delete=True, max_num=MOST_QUEUES, absolute_max=MOST_QUEUES + 1, validate_max=True
)
_TargetFormSet: Any = forms.formset_factory(
    TargetForm, formset=TargetRows, extra=1, can_delete=True, max_num=MOST_TARGETS, absolute_max=MOST_TARGETS + 1, validate_max=True
)


def queue_rows(
    data: Mapping[str, Any] | None,
    definition: Definition,
    *,
    groups: Mapping[str, str],
    official: Iterable[str],
    elsewhere: Mapping[str, str],
) -> QueueRows:
    """The queues as rows of the page; `elsewhere` names the queues of other services to which something leads already."""
    initial = [_queue_initial(row) for row in definition.queues]
    known = {**elsewhere, **{row.slot: row.name for row in definition.queues}}
    given = {"groups": list(groups.items()), "official": list(official), "known": known}
    rows: QueueRows = _QueueFormSet(data, initial=None if data is not None else initial, prefix="queues", form_kwargs=given)
    return rows


def target_rows(data: Mapping[str, Any] | None, definition: Definition) -> TargetRows:
    """The metrics as rows of the page."""
    names = ("slot", "metric", "aim", "direction", "unit")
    point = get_format("DECIMAL_SEPARATOR")
    initial = [
        {**{name: getattr(row, name) for name in names}, "value": row.value.replace(".", point)} for row in definition.targets
    ]
    rows: TargetRows = _TargetFormSet(data, initial=None if data is not None else initial, prefix="targets")
    return rows


def new_slot() -> str:
    """A name for a new row, inside this definition."""
    return uuid4().hex[:12]


def _queue_initial(row: QueueRow) -> dict[str, Any]:
    names = ("slot", "new_group", "new_profession", "hours", "no_transfers", "overflow_to")
    seconds = ("overflow_after", "supervisor_after", "alternatives_after")
    lists = ("languages", "groups", "transfers")
    return {
        **{f"name_{code}": row.names.get(code, "") for code in FALLBACKS},
        **{name: getattr(row, name) for name in (*names, *seconds)},
        **{name: list(getattr(row, name)) for name in lists},
    }
