"""What residents fill in: their choices at the start, and their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chat.choices import AppointmentKind, Contactor, DayPart, EntryChannel, LaterChannel, LaterKind, Settled, WhyChat
from chat.protocol import TEXT_LIMIT, FrameError, clean_text
from chat.refusals import MESSAGES, Refusal
from services.choices import HelpFieldKind
from services.models import Municipality, Service, Topic
from services.texts import FALLBACKS, pick, text


class WordsField(forms.CharField):
    """A person's own words, cleaned as every message is; only spaces and invisible characters are as nothing."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def clean(self, value: Any) -> str:
        """Clean text or nothing. Raises ValidationError in the person's language."""
        try:
            return clean_text(str(value or ""))
        except FrameError as error:
            if error.code == Refusal.EMPTY and not self.required:
                return ""
            raise ValidationError(MESSAGES[error.code], code=error.code, params={"limit": TEXT_LIMIT}) from None


class _InPageLanguage:
    """A choice of rows, named in the page's language."""

    def label_from_instance(self, row: object) -> str:
        """The row's name."""
        return str(text(row, "name", (get_language() or "fi")[:2]))


class _TopicField(_InPageLanguage, forms.ModelChoiceField):
    """One of the service's topics."""


class _MunicipalityField(_InPageLanguage, forms.ModelChoiceField):
    """One of the county's municipalities."""


class StartForm(forms.Form):
    """The start of a conversation: everything in it may be left out (S001-3…5); no name is asked."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(choices=EntryChannel.choices, required=False, widget=forms.HiddenInput)
    page = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    body = WordsField(
        required=False,
        label=_("Your question in your own words"),
        widget=forms.Textarea(attrs={"rows": 5, "class": "form-control", "data-limit": TEXT_LIMIT}),
    )
    topic = _TopicField(
        queryset=Topic.objects.none(),
        to_field_name="key",
        required=False,
        label=_("What is it about?"),
        empty_label=_("I do not know, or something else"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    contactor = forms.ChoiceField(
        choices=[*((value, label) for value, label in Contactor.choices), ("", _("I do not want to tell"))],
        required=False,
        label=_("For whom are you asking?"),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    municipality = _MunicipalityField(
        queryset=Municipality.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Municipality"),
        empty_label=_("Another municipality, or I do not want to tell"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, service: Service, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topic, municipality = self.fields["topic"], self.fields["municipality"]
        assert isinstance(topic, _TopicField)
        assert isinstance(municipality, _MunicipalityField)
        topic.queryset = Topic.objects.filter(service=service, shown_to_residents=True, retired=False)
        municipality.queryset = Municipality.objects.filter(county=service.county_id, valid_to__isnull=True)

    def clean_channel(self) -> str:
        """The website unless the address says otherwise."""
        return self.cleaned_data["channel"] or EntryChannel.WEB


class HelpRequestForm(forms.Form):
    """A service's help form as it was published: its own fields, the question, and a contact detail if she likes (S003-12).

    `document` is what `services.operations.document_of` made; a text that lacks in the language stands in the next one.
    """

    token = forms.UUIDField(widget=forms.HiddenInput)
    body = WordsField(label=_("Your question in your own words"), widget=forms.Textarea(attrs={"rows": 6, "class": "form-control"}))
    contact = forms.CharField(
        label=_("Phone number or e-mail address, if you like"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_(
            "We tell you by e-mail when the answer has come, and may contact you if something is unclear."
            " The answer is read with a code."
        ),
    )

    def __init__(self, *args: Any, document: Mapping[str, Any], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: dict[str, str] = {}
        own = {}
        for number, each in enumerate(document.get("fields", ())):
            name = f"f{number}"
            own[name] = _help_field(each, language)
            self.asked[name] = str(pick(each["text"], language))
        last = {name: self.fields.pop(name) for name in ("body", "contact")}
        if not document.get("asks_contact"):
            last.pop("contact")
        self.fields.update({**own, **last})

    def answers(self) -> list[tuple[str, str]]:
        """What each own field asked and what was answered; what was left out is left out."""
        return [(asked, words) for name, asked in self.asked.items() if (words := self.cleaned_data.get(name))]


def _help_field(each: Mapping[str, Any], language: str) -> forms.Field:
    given: dict[str, Any] = {
        "label": str(pick(each["text"], language)),
        "help_text": str(pick(each.get("help", {}), language)),
        "required": bool(each["required"]),
    }
    if each["kind"] == HelpFieldKind.WORDS:
        return WordsField(widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}), **given)
    if each["kind"] == HelpFieldKind.YES_NO:
        options = [str(_("Yes")), str(_("No"))]
    else:
        found = each["options"]
        options = next((found[code] for code in (language, *FALLBACKS) if found.get(code)), [])
    choices = [(option, option) for option in options]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect(attrs={"class": "form-check-input"}), **given)


class CodeForm(forms.Form):
    """The reference code of a help request."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=_("You got it when you sent your question. Capital letters, spaces and dashes do not matter."),
    )


class FurtherForm(forms.Form):
    """A further question in the same request."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    body = WordsField(label=_("A further question"), widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}))


def day_in_words(day: date) -> str:
    """The weekday and the day, as they are chosen from a list: ti 1.12., tis 1.12., Tue 1 Dec."""
    return formats.date_format(day, "D j M" if get_language() == "en" else "D j.n.")


class CallRequestForm(forms.Form):
    """A call request: to which unit, about what, to which number, and when it suits her (S002-38)."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    unit = forms.ChoiceField(
        label=_("Which unit do you want to call you?"), widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    body = WordsField(label=_("What is it about?"), widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}))
    number = forms.CharField(
        label=_("Your phone number"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        help_text=_("Only the one who calls you sees the number. It is erased two weeks after the matter is done."),
    )
    day = forms.ChoiceField(label=_("On which day?"), required=False, widget=forms.Select(attrs={"class": "form-select"}))
    part = forms.ChoiceField(
        choices=DayPart.choices, label=_("At what time?"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: Any, units: list[tuple[str, str]], days: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, day = self.fields["unit"], self.fields["day"]
        assert isinstance(unit, forms.ChoiceField)
        assert isinstance(day, forms.ChoiceField)
        unit.choices = units
        if len(units) == 1:
            unit.widget = forms.HiddenInput()
        day.choices = [("", _("As soon as possible")), *((one.isoformat(), day_in_words(one)) for one in days)]

    def clean_day(self) -> date | None:
        """The wished day, if she has one."""
        return date.fromisoformat(self.cleaned_data["day"]) if self.cleaned_data["day"] else None


class AgreeLaterForm(forms.Form):
    """What a responder agrees with the resident: a follow-up by the channel that she picks, or a call request to a unit."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=LaterKind.choices)
    unit = forms.UUIDField(required=False)
    channel = forms.ChoiceField(choices=LaterChannel.choices, required=False)
    value = forms.CharField(max_length=120)
    body = WordsField()
    day = forms.DateField(required=False)
    part = forms.ChoiceField(choices=DayPart.choices, required=False)
    by_queue = forms.BooleanField(required=False)
    agreed = forms.BooleanField(required=False)

    def clean_channel(self) -> str:
        """A call unless she picked something else."""
        return self.cleaned_data["channel"] or LaterChannel.PHONE


class AppointmentForm(forms.Form):
    """What is recorded of an appointment: its kind, unit, time, and the link of a remote one."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=AppointmentKind.choices)
    unit = forms.CharField(max_length=120)
    at = forms.SplitDateTimeField(
        input_date_formats=["%Y-%m-%d"], input_time_formats=["%H:%M"], widget=forms.SplitDateTimeWidget(time_format="%H:%M")
    )
    link = forms.URLField(max_length=500, required=False, assume_scheme="https")


class ConsultationForm(forms.Form):
    """A professional's question: to which service, whether the client is in the room, and her own words (S001-57)."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    service = forms.SlugField(label=_("Whom do you ask?"))
    present = forms.ChoiceField(
        choices=[("yes", _("Yes, the client waits for the answer")), ("no", _("No"))],
        label=_("Is the client in the room with you?"),
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    body = WordsField(required=False, label=_("Your question in your own words"))

    def clean_present(self) -> bool:
        """Yes or no."""
        return bool(self.cleaned_data["present"] == "yes")


SATISFACTION = (
    (1, _("Very dissatisfied")),
    (2, _("Dissatisfied")),
    (3, _("Neither satisfied nor dissatisfied")),
    (4, _("Satisfied")),
    (5, _("Very satisfied")),
)


class FeedbackForm(forms.Form):
    """How it went: every question may be left out (M14–M17, S001-45)."""

    satisfaction = forms.TypedChoiceField(choices=SATISFACTION, coerce=int, empty_value=None, required=False)
    recommend = forms.TypedChoiceField(
        choices=[(number, str(number)) for number in range(11)], coerce=int, empty_value=None, required=False
    )
    settled = forms.ChoiceField(choices=Settled.choices, required=False)
    why_chat = forms.ChoiceField(choices=WhyChat.choices, required=False)
    words = WordsField(required=False)

    def answered(self) -> dict[str, Any]:
        """What this sending answers; a question that it leaves out keeps its earlier answer."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self.data}


def token_of(value: str | None) -> UUID:
    """The form's token, or a new one when there is none that can be read."""
    try:
        return UUID(value or "")
    except ValueError:
        return uuid4()


class DisruptionForm(forms.Form):
    """A notice of a disruption: where, a prepared text or own words, whether new conversations stop, and until when (S001-31)."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    scope = forms.ChoiceField(label=_("What it concerns"), widget=forms.Select(attrs={"class": "form-select"}))
    prepared = forms.ChoiceField(label=_("Prepared text"), required=False, widget=forms.Select(attrs={"class": "form-select"}))
    stops_intake = forms.BooleanField(
        label=_("No new conversations are taken"), required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )
    ends_at = forms.DateTimeField(
        label=_("Ends by itself (leave empty if not known)"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "form-control"}),
    )
    text_fi = WordsField(label=_("Notice to residents in Finnish"), required=False, max_length=600)
    text_sv = WordsField(label=_("Notice to residents in Swedish"), required=False, max_length=600)
    text_en = WordsField(label=_("Notice to residents in English"), required=False, max_length=600)
    staff_text_fi = WordsField(label=_("Instruction to responders in Finnish"), required=False, max_length=600)
    staff_text_sv = WordsField(label=_("Instruction to responders in Swedish"), required=False, max_length=600)
    staff_text_en = WordsField(label=_("Instruction to responders in English"), required=False, max_length=600)

    def __init__(
        self, *args: Any, scopes: Sequence[tuple[str, str]] = (), prepared: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        scope, text_field = self.fields["scope"], self.fields["prepared"]
        assert isinstance(scope, forms.ChoiceField)
        assert isinstance(text_field, forms.ChoiceField)
        scope.choices = list(scopes)
        scope.required = bool(scopes)
        text_field.choices = [("", _("Own words")), *prepared]
        for name in DISRUPTION_TEXTS:
            self.fields[name].widget.attrs.update({"rows": 3, "class": "form-control", "lang": name[-2:]})

    def texts(self, name: str) -> dict[str, str]:
        """The words of one field in every language, also the empty ones."""
        return {code: self.cleaned_data[f"{name}_{code}"] for code in ("fi", "sv", "en")}


DISRUPTION_TEXTS = tuple(f"{name}_{code}" for name in ("text", "staff_text") for code in ("fi", "sv", "en"))
