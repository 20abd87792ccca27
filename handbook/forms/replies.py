"""The form of a quick reply: three languages beside each other, and who uses it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from handbook.choices import ReplyAudience, ReplyCategory, ReplyScope
from handbook.forms.chapters import Clash, OwnerField, works_for
from handbook.models import QuickReply
from handbook.models.replies import LANGUAGES
from services.forms.pages import DayField, PageForm, WordsField, with_value
from services.models import Queue, Service


class _Named(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        """A queue with its service’s name."""
        return f"{obj.service}: {obj}"


class _Services(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        """Its name for the staff."""
        return str(obj)


class ReplyForm(PageForm):
    """What a reply says, in whose use it is, and until when."""

    columns: ClassVar[tuple[str, ...]] = (
        "shortcut",
        "category",
        "tags",
        *(f"{name}_{code}" for name in ("title", "text") for code in LANGUAGES),
        "audience",
        "protected",
        "phones_differ",
        "valid_from",
        "valid_until",
        "owner",
        "review_date",
        "note",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    shortcut = forms.CharField(label=_("Short code"), max_length=31, help_text=_("It begins with /, for example /tervetuloa."))
    scope = forms.ChoiceField(label=_("Who uses it"), widget=forms.RadioSelect)
    services = _Services(label=_("Services"), queryset=Service.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)
    queue = _Named(label=_("Queue"), queryset=Queue.objects.none(), required=False)
    category = forms.ChoiceField(label=_("Category"), choices=ReplyCategory.choices, initial=ReplyCategory.OTHER)
    tags = forms.CharField(label=_("Other words it is found by"), required=False, help_text=_("Separated by commas."))
    title_fi = forms.CharField(label=_("Name in Finnish"), max_length=80)
    title_sv = forms.CharField(label=_("Name in Swedish"), max_length=80, required=False)
    title_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    text_fi = WordsField(label=_("Text in Finnish"), max_length=2000, required=False, rows=7)
    text_sv = WordsField(label=_("Text in Swedish"), max_length=2000, required=False, rows=7)
    text_en = WordsField(label=_("Text in English"), max_length=2000, required=False, rows=7)
    audience = forms.ChoiceField(
        label=_("To whom it may be sent"), choices=ReplyAudience.choices, initial=ReplyAudience.RESIDENT, widget=forms.RadioSelect
    )
    protected = forms.BooleanField(label=_("Protected: a service cannot remove it, only replace it with its own"), required=False)
    phones_differ = forms.BooleanField(label=_("The languages name different phone numbers"), required=False)
    valid_from = DayField(label=_("In use from"), required=False)
    valid_until = DayField(label=_("In use until"), required=False)
    owner = OwnerField(
        label=_("Owner"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Is reminded by mail when the reply is to be looked through. Without an owner the main users are."),
    )
    review_date = DayField(label=_("Looked through next by"), required=False, help_text=_("Empty: a year from the approval."))
    note = forms.CharField(label=_("Note for editors"), max_length=300, required=False)
    approve = forms.BooleanField(label=_("I approve these texts for use"), required=False)

    def __init__(
        self,
        *args: Any,
        row: QuickReply | None = None,
        services: QuerySet[Service],
        scopes: list[str],
        keeps_all: bool,
        county: str,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = {"scope": scopes[0], **kwargs.pop("initial", {})}
        if row is not None:
            initial |= {name: getattr(row, name) for name in (*self.columns, "version", "scope", "queue")}
            initial |= {"tags": ", ".join(row.tags), "services": list(row.services.all()) if row.pk else []}
        super().__init__(*args, initial=initial, **kwargs)
        self.is_new = row is None or row.pk is None
        chosen = self.fields["scope"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(value, label) for value, label in ReplyScope.choices if value in scopes]
        for name, rows in (("services", services), ("queue", Queue.objects.filter(service__in=services).select_related("service"))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = works_for(county)
        if not self.is_new:
            del self.fields["scope"], self.fields["queue"]
            if row is not None and row.scope != ReplyScope.SERVICE:
                del self.fields["services"]
        if not keeps_all:
            del self.fields["protected"]
        personal = scopes == [ReplyScope.PERSONAL] or (row is not None and row.pk and row.scope == ReplyScope.PERSONAL)
        for name in ("services", "queue", "approve", "scope", "protected", "owner", "review_date") if personal else ():
            self.fields.pop(name, None)

    @property
    def is_stale(self) -> bool:
        """It was refused because somebody else had saved first."""
        return "stale" in {each.code for errors in self.errors.as_data().values() for each in errors}

    def meet(self, theirs: QuickReply) -> list[Clash]:
        """What differs between what she wrote and what somebody else saved. The form knows the newer one now: saving again is the
        person’s own choice.
        """
        found = []
        for name in ("shortcut", *(f"{name}_{code}" for code in LANGUAGES for name in ("title", "text"))):
            saved, mine = str(getattr(theirs, name)), str(self.data.get(name, "")).replace("\r\n", "\n").strip()
            if saved != mine:
                code = name.rpartition("_")[2]
                found.append(Clash(str(self.fields[name].label), code if code in LANGUAGES else "", saved, mine))
        self.data = with_value(self.data, "version", str(theirs.version))
        return found

    def clean_shortcut(self) -> str:
        """The slash that every code begins with, when she left it out."""
        code: str = self.cleaned_data["shortcut"]
        return code if code.startswith("/") else f"/{code}"

    def clean_tags(self) -> list[str]:
        """Words as a list."""
        return [word.strip() for word in self.cleaned_data["tags"].split(",") if word.strip()]

    def values(self) -> dict[str, Any]:
        """What was written, by the reply’s columns."""
        return {name: self.cleaned_data[name] for name in self.columns if name in self.cleaned_data}

    def chosen_services(self) -> list[Service] | None:
        """The services of a service’s reply; None when the form does not ask."""
        if "services" not in self.fields:
            return None
        return (
            list(self.cleaned_data["services"]) if self.cleaned_data.get("scope", ReplyScope.SERVICE) == ReplyScope.SERVICE else []
        )
