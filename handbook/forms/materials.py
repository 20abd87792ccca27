"""The form of a material: its address and name in three languages, whose it is, and until when it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from handbook.choices import LANGUAGES
from services.choices import Audience, LinkCategory
from services.forms.pages import DayField, PageForm
from services.models import Link, Service


class _Named(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        """A person by the name that colleagues know, a service by its own."""
        return obj.shown_name if isinstance(obj, User) else str(obj)


class MaterialForm(PageForm):
    """A material of the library: a link to where it is kept, or a file that is kept here."""

    columns: ClassVar[tuple[str, ...]] = (
        *(f"{name}_{code}" for name in ("name", "url", "note") for code in LANGUAGES),
        "category",
        "service",
        "audience",
        "owner",
        "review_date",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name_fi = forms.CharField(label=_("Name in Finnish"), max_length=120)
    url_fi = forms.URLField(label=_("Address in Finnish"), max_length=500, required=False, assume_scheme="https")
    note_fi = forms.CharField(label=_("What it is, in Finnish"), max_length=200, required=False)
    name_sv = forms.CharField(label=_("Name in Swedish"), max_length=120, required=False)
    url_sv = forms.URLField(label=_("Address in Swedish"), max_length=500, required=False, assume_scheme="https")
    note_sv = forms.CharField(label=_("What it is, in Swedish"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    url_en = forms.URLField(label=_("Address in English"), max_length=500, required=False, assume_scheme="https")
    note_en = forms.CharField(label=_("What it is, in English"), max_length=200, required=False)
    file = forms.FileField(
        label=_("A file in place of an address"),
        required=False,
        help_text=_(
            "PDF, Word, Excel, PowerPoint, OpenDocument, PNG, JPEG or plain text, at most 10 MB. Only professionals get it."
        ),
        widget=forms.FileInput,
    )
    category = forms.ChoiceField(label=_("Kind of material"), choices=[("", "–"), *LinkCategory.choices])
    service = _Named(
        label=_("Service"), queryset=Service.objects.none(), required=False, empty_label=_("The whole county"), to_field_name="key"
    )
    audience = forms.ChoiceField(
        label=_("Who may have it"),
        choices=[
            (Audience.INTERNAL, _("Professionals only")),
            (Audience.PUBLIC, _("Residents too: it may be sent in a conversation")),
        ],
        initial=Audience.INTERNAL,
        widget=forms.RadioSelect,
    )
    owner = _Named(label=_("Kept by"), queryset=User.objects.none(), required=False, to_field_name="public_id")
    review_date = DayField(
        label=_("Looked through next by"), required=False, help_text=_("After this day the material is shown as out of date.")
    )

    def __init__(
        self,
        *args: Any,
        row: Link | None = None,
        services: Sequence[Service],
        all_of_county: bool,
        people: QuerySet[User],
        **kwargs: Any,
    ) -> None:
        if row is not None:
            initial = {name: getattr(row, name) for name in (*self.columns, "version")}
            kwargs["initial"] = {**initial, "service": row.service, "owner": row.owner}
        super().__init__(*args, **kwargs)
        place, owner = self.fields["service"], self.fields["owner"]
        assert isinstance(place, forms.ModelChoiceField) and isinstance(owner, forms.ModelChoiceField)
        place.queryset = Service.objects.filter(pk__in=[each.pk for each in services])
        owner.queryset = people
        if not all_of_county:
            place.required, place.empty_label = True, "–"

    def values(self) -> dict[str, Any]:
        """What was written, by the columns of the link."""
        return {name: self.cleaned_data[name] for name in self.columns}
