"""The forms of the work around a rollout: meetings, communication, risks, diary, systems, members, ideas and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from adoption.choices import CommunicationKind, Level, MeetingKind, MemberRole, ReachedAudience, RiskKind
from adoption.forms.base import DayField, EnclosureField, PageForm, PersonField, WordsField, metrics_or_none
from adoption.models import SystemDependency
from adoption.operations.meetings import Present
from services.models import Improvement

ROLES = [("", _("Choose")), *MemberRole.choices]
SPARE_ROWS = 3
"""How many empty rows of participants the page offers beside the written ones."""
MOST_PRESENT = 60


class WorkForm(PageForm):
    """A form of one row: its fields are the row's own columns; `version` is what the person read."""

    columns: ClassVar[tuple[str, ...]] = ()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, county: str, row: Any = None, **kwargs: Any) -> None:
        stored = {name: getattr(row, name) for name in (*self.columns, "version") if hasattr(row, name)} if row is not None else {}
        super().__init__(*args, initial={**kwargs.pop("initial", {}), **stored}, **kwargs)
        for field in self.fields.values():
            if isinstance(field, PersonField):
                field.queryset = PersonField(county=county).queryset

    def values(self) -> dict[str, Any]:
        """What was written, by the row's columns."""
        return {name: self.cleaned_data[name] for name in self.columns}


class CommunicationForm(WorkForm):
    """What was told, where, to whom and when (S000-46)."""

    columns = ("on", "audience", "kind", "what", "medium", "link")
    on = DayField(label=_("Date"), initial=timezone.localdate)
    audience = forms.ChoiceField(label=_("To whom"), choices=ReachedAudience.choices, widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=CommunicationKind.choices, initial=CommunicationKind.OWN, widget=forms.RadioSelect
    )
    what = forms.CharField(label=_("What"), max_length=200)
    medium = forms.CharField(label=_("Where"), max_length=120, help_text=_("For example the local paper, the intranet, a poster."))
    link = forms.URLField(label=_("Link"), max_length=500, required=False, assume_scheme="https")


class RiskForm(WorkForm):
    """What may happen, how likely and how great it is, and what is done about it."""

    columns = ("kind", "text", "likelihood", "impact", "plan", "metric", "owner", "closed_on")
    kind = forms.ChoiceField(label=_("Kind"), choices=RiskKind.choices, initial=RiskKind.RISK, widget=forms.RadioSelect)
    text = forms.CharField(label=_("What may happen"), max_length=300)
    likelihood = forms.ChoiceField(label=_("Likelihood"), choices=Level.choices, initial=Level.MIDDLE)
    impact = forms.ChoiceField(label=_("Impact"), choices=Level.choices, initial=Level.MIDDLE)
    plan = WordsField(label=_("What is done about it"), required=False)
    metric = forms.ChoiceField(
        label=_("Metric"), choices=metrics_or_none, required=False, help_text=_("When one of them shows it.")
    )
    owner = PersonField(label=_("Owner"), required=False, empty_label=_("Nobody yet"))
    closed_on = DayField(label=_("Closed"), required=False, help_text=_("Fill this in when it is over."))


class DiaryForm(WorkForm):
    """A dated note of the coordinator (S001-55)."""

    columns = ("on", "text")
    on = DayField(label=_("Date"), initial=timezone.localdate)
    text = WordsField(label=_("Note"), rows=6, max_length=8000, help_text=_("Do not write about residents here."))


class SystemForm(WorkForm):
    """A client or patient data system that the service lives with (S000-42)."""

    columns = ("system", "owner", "recorded_where", "integration")
    system = forms.CharField(label=_("System"), max_length=120)
    owner = forms.CharField(label=_("Who owns it"), max_length=120, required=False)
    recorded_where = forms.CharField(label=_("Where an identified contact is recorded"), max_length=200, required=False)
    integration = forms.ChoiceField(
        label=_("Integration"),
        choices=[("", _("Not known yet")), *SystemDependency._meta.get_field("integration").flatchoices],
        required=False,
    )


class MemberForm(WorkForm):
    """A person of the rollout in a role, and what she knows about (S000-39, S000-58, S000-59)."""

    columns = ("user", "role", "expertise")
    user = PersonField(label=_("Person"), empty_label=_("Choose"))
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    expertise = forms.CharField(label=_("Knows about"), max_length=120, required=False)


class MemberChangeForm(WorkForm):
    """Another role, or other knowledge; another person is another member."""

    columns = ("role", "expertise")
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    expertise = forms.CharField(label=_("Knows about"), max_length=120, required=False)


class MeetingForm(WorkForm):
    """A meeting: when, where, what is talked of, and afterwards what came of it (S000-23, S001-38)."""

    columns = ("kind", "title", "on", "starts", "place", "agenda", "outcome")
    kind = forms.ChoiceField(label=_("Kind"), choices=MeetingKind.choices, initial=MeetingKind.WORKSHOP)
    title = forms.CharField(label=_("Title"), max_length=160)
    on = DayField(label=_("Date"))
    starts = forms.TimeField(label=_("Starts at"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    place = forms.CharField(label=_("Place or link"), max_length=200, required=False)
    agenda = WordsField(label=_("Agenda"), rows=8, required=False, max_length=8000)
    outcome = WordsField(
        label=_("What was agreed"), rows=5, required=False, max_length=8000, help_text=_("Written when the meeting has been held.")
    )


class NewMeetingForm(MeetingForm):
    """A meeting that nobody has called yet may be the first of a monthly series."""

    field_order = ("version", "kind", "title", "on", "starts", "times")
    times = forms.TypedChoiceField(
        label=_("How often"),
        choices=[
            (1, _("Only this time")),
            (3, _("Every month, 3 meetings")),
            (6, _("Every month, 6 meetings")),
            (12, _("Every month, 12 meetings")),
        ],
        coerce=int,
        required=False,
        help_text=_("On the same weekday of the same week in each month. You can change or take away each one by itself."),
    )


class PresentForm(PageForm):
    """One participant: a person of the county, or the name of somebody from outside, in a role."""

    user = PersonField(label=_("Person"), required=False, empty_label=_("Choose"))
    name = forms.CharField(label=_("or a name"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, required=False)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Whoever is named has a role; a role alone names nobody."""
        data = super().clean() or self.cleaned_data
        named = data.get("user") or data.get("name")
        if named and not data.get("role"):
            self.add_error("role", _("Choose the role."))
        if data.get("role") and not named and "user" not in self.errors:
            self.add_error("name", _("Choose a person or write a name."))
        return data

    @property
    def present(self) -> Present | None:
        """The participant, or nothing when the row is empty."""
        data = self.cleaned_data
        named = data.get("user") or data.get("name")
        return Present(data["role"], data.get("user"), data.get("name", "")) if named else None


def present_forms(data: Mapping[str, Any] | None, present: list[Present], *, county: str) -> list[PresentForm]:
    """A form for each participant, and some empty ones; a posted page says how many it had."""
    people = PersonField(county=county).queryset
    if data is not None:
        rows = sum(1 for number in range(MOST_PRESENT) if f"p{number}-role" in data)
        return [PresentForm(data, people=people, prefix=f"p{number}") for number in range(rows)]
    initial: list[dict[str, Any]] = [{"user": each.user, "name": each.name, "role": each.role} for each in present]
    initial += [{}] * SPARE_ROWS
    return [PresentForm(people=people, prefix=f"p{number}", initial=each) for number, each in enumerate(initial)]


class IdeaForm(PageForm):
    """What should be better, and where the thought came from (S001-24)."""

    title = forms.CharField(label=_("What should be better"), max_length=160)
    description = WordsField(
        label=_("Description"), required=False, max_length=4000, help_text=_("Do not write about residents here.")
    )
    source = forms.CharField(
        label=_("Where it came from"), max_length=160, required=False, help_text=_("For example feedback, a figure or a meeting.")
    )


class IdeaStateForm(WorkForm):
    """How an idea goes on: its state, owner and day, and in the end what came of it."""

    columns = ("state", "owner", "due_on", "closing_note")
    state = forms.ChoiceField(label=_("State"), choices=Improvement.State.choices, widget=forms.RadioSelect)
    owner = PersonField(label=_("Owner"), required=False, empty_label=_("Nobody yet"))
    due_on = DayField(label=_("Due date"), required=False)
    closing_note = WordsField(
        label=_("What came of it"), required=False, max_length=4000, help_text=_("Needed when it is done or dropped.")
    )


class EnclosingForm(PageForm):
    """A file for an item, and a note of what it is."""

    file = EnclosureField(required=True)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class CoverForm(PageForm):
    """The cover image, and what it shows in words."""

    file = EnclosureField(label=_("Picture"), help_text=_("PNG or JPEG, at most 10 MB."))
    cover_alt_fi = forms.CharField(
        label=_("What the image shows, in Finnish"), max_length=200, help_text=_("For those who do not see the image.")
    )
    cover_alt_sv = forms.CharField(label=_("What the image shows, in Swedish"), max_length=200, required=False)
    cover_alt_en = forms.CharField(label=_("What the image shows, in English"), max_length=200, required=False)
