"""Forms about a whole path: a new one, its settings, who looks after it, and what happens to its versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from msgspec.structs import replace

from accounts.models import Grant, User
from guidance.choices import AUTHOR_ROLES, ForWhom
from guidance.choosing import Choices
from guidance.document import LANGUAGES, Keywords, PathDocument, Words
from guidance.models import Path, PathVersion
from services.forms.pages import DayField, PageForm, WordsField, dress, with_value
from services.operations.rules import has_strange_characters

LINE = 160
TITLES = {"fi": _("Title, in Finnish"), "sv": _("Title, in Swedish"), "en": _("Title, in English")}
KEYWORDS = {
    "fi": _("Words that find it, in Finnish"),
    "sv": _("Words that find it, in Swedish"),
    "en": _("Words that find it, in English"),
}


def seen_text(value: Any) -> None:
    """Refuses what cannot be seen."""
    if isinstance(value, str) and has_strange_characters(value):
        raise ValidationError(_("The text has characters that cannot be seen. Write it again without copying."), code="characters")


def line(label: Any, *, most: int = LINE, **more: Any) -> forms.CharField:
    """A text of one line."""
    return forms.CharField(label=label, max_length=most, required=False, validators=[seen_text], **more)


class DraftForm(PageForm):
    """A form that saves into a draft: `version` is what the writer has seen, empty when there was no draft yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def words(self, name: str) -> Words:
        """What was written, by language."""
        return Words(**{code: (self.cleaned_data.get(f"{name}_{code}") or "").replace("\r\n", "\n").strip() for code in LANGUAGES})

    def know(self, version: int | None) -> None:
        """The page now knows the newer one: saving again is the person's own choice."""
        self.data = with_value(self.data, "version", "" if version is None else str(version))

    @property
    def is_stale(self) -> bool:
        """It was refused because somebody else had saved first."""
        return "stale" in {each.code for errors in self.errors.as_data().values() for each in errors}

    def document_of(self, document: PathDocument) -> PathDocument:
        """The document with what was written."""
        raise NotImplementedError

    def titled(self, fields: dict[str, Any]) -> None:
        """The title in three languages."""
        for code in LANGUAGES:
            fields[f"title_{code}"] = line(TITLES[code])
            fields[f"title_{code}"].required = code == "fi"


class NewPathForm(DraftForm):
    """A path of the county's own, or a copy of one."""

    slug = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{0,63}$",
        label=_("Address name"),
        help_text=_("Small letters and hyphens, such as flunssa-aikuinen. It does not change: addresses and other paths name it."),
        error_messages={"invalid": _("Use small letters a–z, digits and hyphens only.")},
    )
    area = forms.ChoiceField(label=_("Area"), help_text=_("Whose chat helps when the person does not know the answer."))
    health = forms.BooleanField(
        label=_("A health path: it first asks about an emergency, and another person approves it"), required=False
    )
    field_order = ("title_fi", "title_sv", "title_en", "slug", "area", "health", "version")

    def __init__(self, *args: Any, choices: Choices, is_copy: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.titled(self.fields)
        area = self.fields["area"]
        assert isinstance(area, forms.ChoiceField)
        area.choices = choices.areas
        if is_copy:
            del self.fields["area"], self.fields["health"]
        self.order_fields(self.field_order)
        for field in self.fields.values():
            dress(field)


class SettingsForm(DraftForm):
    """What a path is called and by what it is found; saved into the draft like its nodes."""

    def __init__(
        self, *args: Any, document: PathDocument, choices: Choices, starts: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        stored: dict[str, Any] = {f"title_{code}": document.title.given(code) for code in LANGUAGES}
        stored |= {f"keywords_{code}": ", ".join(document.keywords.given(code)) for code in LANGUAGES}
        stored |= {name: getattr(document, name) for name in ("area", "health", "review_months", "start")}
        stored |= {"audience": list(document.audience), "topics": ", ".join(document.topics)}
        super().__init__(*args, **{**kwargs, "initial": {**stored, **(kwargs.get("initial") or {})}})
        areas = list(choices.areas)
        if document.area not in dict(areas):
            areas.insert(0, (document.area, document.area or "–"))
        fields: dict[str, forms.Field] = {}
        self.titled(fields)
        fields["start"] = forms.ChoiceField(label=_("It begins with"), choices=with_present(starts, document.start))
        fields["area"] = forms.ChoiceField(label=_("Area"), choices=areas, required=False)
        for code in LANGUAGES:
            fields[f"keywords_{code}"] = line(KEYWORDS[code], most=600, help_text=_("Separated by commas."))
        own = [(tag, f"{tag} ⚠") for tag in document.audience if tag not in ForWhom.values]  # none that residents choose by
        fields["audience"] = forms.MultipleChoiceField(
            label=_("For whom"),
            choices=[*ForWhom.choices, *own],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Residents narrow the list by these. None: for everybody."),
        )
        fields["topics"] = line(_("Topics"), help_text=_("Separated by commas."))
        fields["review_months"] = forms.IntegerField(label=_("Looked through again after (months)"), min_value=1, max_value=60)
        fields["health"] = forms.BooleanField(
            label=_("A health path: it first asks about an emergency, and another person approves it"), required=False
        )
        fields["change_note"] = line(_("What changed and why"), most=400)
        self.fields.update(fields)
        for field in self.fields.values():
            dress(field)

    def document_of(self, document: PathDocument) -> PathDocument:
        """The document with what was written."""
        given = self.cleaned_data
        return replace(
            document,
            title=self.words("title"),
            keywords=Keywords(**{code: listed(given[f"keywords_{code}"]) for code in LANGUAGES}),
            audience=tuple(given["audience"]),
            topics=listed(given["topics"]),
            **{name: given[name] for name in ("area", "health", "review_months", "start")},
        )


class ArrangePathForm(PageForm):
    """Who looks after a path, and when it is looked at again."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False)
    review_on = DayField(label=_("Looked through next by"), required=False)

    def __init__(self, *args: Any, row: Path, **kwargs: Any) -> None:
        stored = {name: getattr(row, name) for name in ("version", "owner", "review_on")}
        super().__init__(*args, initial=stored, **kwargs)
        grants = Grant.objects.valid().filter(county=row.county.code, role__in=AUTHOR_ROLES, service_id__isnull=True)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = User.objects.filter(pk__in=grants.values("user"), is_active=True).order_by("first_name", "last_name")


class MoveForm(PageForm):
    """A button that moves a version: what the person has seen, and words when it goes back to its author."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    words = WordsField(label=_("What should be mended"), required=False, max_length=2000)

    def __init__(self, *args: Any, row: PathVersion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": row.version if row else 0}, **kwargs)


class RetireForm(PageForm):
    """Where a retired path leads."""

    to = forms.ChoiceField(label=_("Who comes to this path is led to"), required=False)

    def __init__(self, *args: Any, others: QuerySet[PathVersion], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [
            ("", _("Nowhere: the page says that it is not there")),
            *((row.path.slug, str(row.name(language))) for row in others),
        ]


def with_present(choices: Sequence[tuple[str, str]], present: str) -> list[tuple[str, str]]:
    """The choices, and what stands there now when it is none of them: a broken value is not lost unseen."""
    known = list(choices)
    return known if present in dict(known) else [(present, f"{present} ⚠" if present else "–"), *known]


def listed(text: str) -> tuple[str, ...]:
    """The words between commas, each once."""
    return tuple(dict.fromkeys(each for part in text.split(",") if (each := " ".join(part.split()))))
