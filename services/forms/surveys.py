"""The forms of surveys: the survey itself, one of its questions, and the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.choices import QuestionKind, SurveyKind
from services.forms.directory import LinesField
from services.forms.pages import DayField, PageForm, WordsField
from services.models import Question, Service, Survey
from services.operations.survey_answers import MOST_WORDS
from services.resources.files import CONTENT_TYPES, MOST_BYTES
from services.surveys import options_of
from services.texts import pick, texts_of

SCALE_WORDS = {
    1: _("1 – completely disagree"),
    2: "2",
    3: "3",
    4: "4",
    5: _("5 – completely agree"),
}


class ServiceField(forms.ModelChoiceField):
    """A service of the county."""

    def label_from_instance(self, obj: Any) -> str:
        """Its name for the staff."""
        return str(obj)


class _RowForm(PageForm):
    """A form of one row: its fields are the row's own columns; `version` is what the person read."""

    columns: ClassVar[tuple[str, ...]] = ()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        stored = {name: getattr(row, name) for name in (*self.columns, "version") if hasattr(row, name)} if row is not None else {}
        super().__init__(*args, initial={**stored, **kwargs.pop("initial", {})}, **kwargs)

    def values(self) -> dict[str, Any]:
        """What was written, by the row's columns."""
        return {name: self.cleaned_data[name] for name in self.columns if name in self.cleaned_data}


class SurveyForm(_RowForm):
    """Who is asked, of what, and until when."""

    columns = (
        "kind",
        "service",
        "title_fi",
        "title_sv",
        "title_en",
        "intro_fi",
        "intro_sv",
        "intro_en",
        "units",
        "held_elsewhere",
        "opens_on",
        "closes_on",
    )
    kind = forms.ChoiceField(
        label=_("Who is asked"), choices=SurveyKind.choices, initial=SurveyKind.PUBLIC, widget=forms.RadioSelect
    )
    service = ServiceField(label=_("Service"), queryset=Service.objects.none(), required=False)
    title_fi = forms.CharField(label=_("Title, in Finnish"), max_length=120)
    title_sv = forms.CharField(label=_("Title, in Swedish"), max_length=120, required=False)
    title_en = forms.CharField(label=_("Title, in English"), max_length=120, required=False)
    intro_fi = WordsField(label=_("What it is for, in Finnish"), required=False, max_length=2000)
    intro_sv = WordsField(label=_("What it is for, in Swedish"), required=False, max_length=2000)
    intro_en = WordsField(label=_("What it is for, in English"), required=False, max_length=2000)
    units = LinesField(label=_("Units, when the staff is asked for theirs"), required=False)
    held_elsewhere = forms.BooleanField(
        label=_("The answers are gathered elsewhere, for example on paper, and brought in from a file"), required=False
    )
    opens_on = DayField(label=_("First day"), initial=timezone.localdate)
    closes_on = DayField(label=_("Last day"), required=False, help_text=_("Empty: until somebody closes it."))

    def __init__(self, *args: Any, services: QuerySet[Service], of_county: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services
        field.empty_label = str(_("The whole county")) if of_county else str(_("Choose"))
        field.required = not of_county


class QuestionForm(_RowForm):
    """One question, and its choices in each language."""

    columns = ("kind", "text_fi", "text_sv", "text_en", "options_fi", "options_sv", "options_en", "is_required")
    kind = forms.ChoiceField(
        label=_("How it is answered"), choices=QuestionKind.choices, initial=QuestionKind.ONE, widget=forms.RadioSelect
    )
    text_fi = forms.CharField(
        label=_("Question, in Finnish"),
        max_length=240,
        help_text=_("On the scale people tell how far they agree: write a statement, for example “I can influence my work”."),
    )
    text_sv = forms.CharField(label=_("Question, in Swedish"), max_length=240, required=False)
    text_en = forms.CharField(label=_("Question, in English"), max_length=240, required=False)
    options_fi = WordsField(
        label=_("Choices, in Finnish"), required=False, help_text=_("One on each line. Only for choices."), rows=4
    )
    options_sv = WordsField(label=_("Choices, in Swedish"), required=False, help_text=_("In the same order."), rows=4)
    options_en = WordsField(label=_("Choices, in English"), required=False, help_text=_("In the same order."), rows=4)
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)


class AnswersFileForm(PageForm):
    """The file of answers to be looked through first."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX or CSV in UTF-8, at most one megabyte. Nothing is changed yet."),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in CONTENT_TYPES)}),
    )

    def clean_file(self) -> bytes:
        """The contents; a file that is too large is not read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than one megabyte. Import it in parts."), code="too_large")
        content: bytes = file.read()
        return content


class AnswerForm(PageForm):
    """The questions of a survey in one language, in their order; `q_<id>` is the answer to a question."""

    def __init__(self, *args: Any, survey: Survey, questions: Sequence[Question], language: str, **kwargs: Any) -> None:
        self.survey, self.questions, self.language = survey, questions, language
        super().__init__(*args, **kwargs)
        if survey.units:
            units = [(str(number), str(name)) for number, name in enumerate(survey.units)]
            self.fields["unit"] = forms.ChoiceField(
                label=_("Your unit"), choices=[*units, ("", _("I would rather not tell"))], required=False, widget=forms.RadioSelect
            )
        for question in questions:
            self.fields[f"q_{question.public_id}"] = _field_of(question, language)
        for field in self.fields.values():
            _dress_again(field)

    def unit(self) -> int | None:
        """The number of her unit, if she told it."""
        told = self.cleaned_data.get("unit", "")
        return int(told) if told else None

    def answers(self) -> dict[UUID, tuple[int, ...] | str]:
        """What was answered, by question; what was left out is left out."""
        found: dict[UUID, tuple[int, ...] | str] = {}
        for question in self.questions:
            value = self.cleaned_data.get(f"q_{question.public_id}")
            if not value:
                continue
            match question.kind:
                case QuestionKind.WORDS:
                    found[question.public_id] = value
                case QuestionKind.MANY:
                    found[question.public_id] = tuple(int(each) for each in value)
                case _:
                    found[question.public_id] = (int(value),)
        return found


def _field_of(question: Question, language: str) -> forms.Field:
    words = pick(texts_of(question, "text"), language)
    label = words.value
    if question.kind == QuestionKind.WORDS:
        return WordsField(label=label, required=question.is_required, max_length=MOST_WORDS, rows=4)
    if question.kind == QuestionKind.SCALE:
        choices = [(str(number), SCALE_WORDS[number]) for number in question.choices]
    else:
        choices = [(str(number), option) for number, option in enumerate(options_of(question, language), start=1)]
    many = question.kind == QuestionKind.MANY
    kind: type[forms.ChoiceField] = forms.MultipleChoiceField if many else forms.ChoiceField
    widget = forms.CheckboxSelectMultiple if many else forms.RadioSelect
    return kind(label=label, choices=choices, required=question.is_required, widget=widget)


def _dress_again(field: forms.Field) -> None:
    widget = field.widget
    kind = "form-check-input" if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple) else "form-control"
    widget.attrs.setdefault("class", kind)
