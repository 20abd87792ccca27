"""The forms of those who write the handbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import Grant, User
from handbook.choices import LANGUAGES
from handbook.differences import DiffLine, sides
from handbook.models import Chapter, ChapterVersion, NoticeVersion
from handbook.operations.ground import LINE, MOST_LETTERS
from services.forms.pages import DayField, PageForm, WordsField, dress
from services.texts import Texts, pick

TITLES = {"fi": _("Title, in Finnish"), "sv": _("Title, in Swedish"), "en": _("Title, in English")}
PURPOSES = {
    "fi": _("What the chapter is for, in Finnish"),
    "sv": _("What the chapter is for, in Swedish"),
    "en": _("What the chapter is for, in English"),
}
BODIES = {"fi": _("Text, in Finnish"), "sv": _("Text, in Swedish"), "en": _("Text, in English")}
MAPS: Mapping[str, Mapping[str, Any]] = {"title": TITLES, "purpose": PURPOSES, "body": BODIES}


@dataclass(frozen=True, slots=True)
class Clash:
    """A text that somebody else saved meanwhile, beside one's own: what only the one has, and what only the other."""

    label: str
    language: str
    theirs: str
    mine: str

    @property
    def lines(self) -> tuple[list[DiffLine], list[DiffLine]]:
        """Her own lines and the saved ones, with their differences marked."""
        return sides(self.mine, self.theirs)


def single_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, a value for each field."""
    return {name: data[name] for name in data}


class VersionForm(PageForm):
    """The texts of a version in three languages; `version` is what the writer has seen, empty when there was no draft yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, row: ChapterVersion | NoticeVersion | None = None, is_section: bool = False, **kwargs: Any
    ) -> None:
        self.maps = ("title", "body") if is_section else ("title", "purpose", "body")
        stored = {f"{name}_{code}": getattr(row, name).get(code, "") for name in self.maps for code in LANGUAGES} if row else {}
        seen = {"version": row.version} if row is not None and row.is_open else {}
        super().__init__(*args, initial={**stored, **seen}, **kwargs)
        self.fields.update(self._fields())
        for field in self.fields.values():
            dress(field)

    def _fields(self) -> dict[str, forms.Field]:
        found: dict[str, forms.Field] = {}
        for code in LANGUAGES:
            for name in self.maps:
                label = MAPS[name][code]
                if name == "title":
                    found[f"title_{code}"] = forms.CharField(label=label, max_length=LINE, required=code == "fi")
                elif name == "purpose":
                    found[f"purpose_{code}"] = WordsField(label=label, required=False, max_length=2000)
                else:
                    found[f"body_{code}"] = WordsField(label=label, required=False, max_length=MOST_LETTERS, rows=18, strip=False)
        return found

    def texts(self, name: str) -> Texts:
        """What was written, by language."""
        return {code: self.cleaned_data.get(f"{name}_{code}") or "" for code in LANGUAGES}

    def columns(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each language."""
        return [(code, [self[f"{name}_{code}"] for name in self.maps]) for code in LANGUAGES]

    def clashes(self, theirs: ChapterVersion | NoticeVersion) -> list[Clash]:
        """Each text that differs between what she wrote and what is now saved."""
        found = []
        for name in self.maps:
            for code in LANGUAGES:
                field = f"{name}_{code}"
                saved, mine = getattr(theirs, name).get(code, ""), str(self.data.get(field, "")).replace("\r\n", "\n").strip()
                if saved != mine:
                    found.append(Clash(str(self.fields[field].label), code, saved, mine))
        return found

    @property
    def is_stale(self) -> bool:
        """It was refused because somebody else had saved first."""
        return "stale" in {each.code for errors in self.errors.as_data().values() for each in errors}

    def know(self, version: int | None) -> None:
        """The page now knows the newer one: saving again is the person's own choice."""
        self.data = {**single_values(self.data), "version": "" if version is None else str(version)}


class PublishForm(PageForm):
    """What is asked when a version goes to its readers."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    change_note = forms.CharField(label=_("What changed and why"), max_length=400, required=False)
    is_significant = forms.BooleanField(label=_("A significant change: everybody reads it again"), required=False)
    read_within_days = forms.IntegerField(label=_("It is read within (days)"), initial=14, min_value=1, max_value=365)

    def __init__(self, *args: Any, row: ChapterVersion, language: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": row.version, "read_within_days": row.read_within_days}, **kwargs)
        for duty in row.chapter.duties if row.service_id is None else []:
            field = forms.BooleanField(label=pick(duty["text"], language).value, required=False)
            field.widget.attrs["class"] = "form-check-input"
            self.fields[f"duty_{duty['key']}"] = field

    @property
    def duties(self) -> list[forms.BoundField]:
        """One box for each thing that the text must contain."""
        return [self[name] for name in self.fields if name.startswith("duty_")]

    def confirmed(self) -> list[str]:
        """The duties that the editor has confirmed."""
        return [name.removeprefix("duty_") for name in self.fields if name.startswith("duty_") and self.cleaned_data.get(name)]


class OwnerField(forms.ModelChoiceField):
    """A person who works for the county."""

    def label_from_instance(self, obj: Any) -> str:
        """The name by which colleagues know her."""
        return str(obj)


def works_for(county: str) -> QuerySet[User]:
    """Who may look after something: the people who work for the county now."""
    works = Grant.objects.valid().filter(county=county).values("user")
    found: QuerySet[User] = User.objects.filter(pk__in=works, is_active=True).order_by("first_name", "last_name")
    return found


class PlaceForm(PageForm):
    """The frame of a chapter: its place, who looks after it, and who must read it."""

    order = forms.IntegerField(
        label=_("Place in the order"), min_value=0, max_value=999, help_text=_("Chapters stand by this number.")
    )
    owner_role = forms.ChoiceField(label=_("Role that looks after it"), choices=Role.choices)
    in_orientation = forms.BooleanField(label=_("Every new responder reads it: it belongs to the orientation"), required=False)
    per_service = forms.BooleanField(label=_("Services write sections of their own in it"), required=False)


class NewChapterForm(PlaceForm):
    """A chapter of the county's own."""

    review_months = forms.IntegerField(label=_("Looked through again after (months)"), min_value=1, max_value=60, initial=12)
    key = forms.SlugField(
        label=_("Key"),
        max_length=50,
        help_text=_("A short name without spaces, such as loma-ajat. It does not change: texts lead to the chapter by it."),
    )

    field_order = (
        "title_fi",
        "title_sv",
        "title_en",
        "key",
        "order",
        "owner_role",
        "review_months",
        "in_orientation",
        "per_service",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"order": 100, "owner_role": Role.MAIN_USER, "review_months": 12}, **kwargs)
        for code in LANGUAGES:
            self.fields[f"title_{code}"] = forms.CharField(label=TITLES[code], max_length=LINE, required=code == "fi")
            dress(self.fields[f"title_{code}"])
        self.order_fields(self.field_order)

    def titles(self) -> Texts:
        """The title by language."""
        return {code: self.cleaned_data.get(f"title_{code}") or "" for code in LANGUAGES}


class ArrangeForm(PlaceForm):
    """Who looks after a chapter, and when it is looked at again."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    owner = OwnerField(label=_("Owner"), queryset=User.objects.none(), required=False)
    review_months = forms.IntegerField(label=_("Looked through again after (months)"), min_value=1, max_value=60)
    review_on = DayField(label=_("Looked through next by"), required=False)

    def __init__(self, *args: Any, row: Chapter, **kwargs: Any) -> None:
        names = ("version", "owner", "review_months", "review_on", "order", "owner_role", "in_orientation", "per_service")
        stored = {name: getattr(row, name) for name in names}
        super().__init__(*args, initial=stored, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = works_for(row.county.code)


class PictureForm(PageForm):
    """A picture for the texts."""

    file = forms.FileField(label=_("Picture (PNG or JPEG)"))
