"""The forms of a rollout: its start, its card, its end, and the answers on which items depend."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from adoption.choices import Funder, RolloutStatus, Stage, YesNo
from adoption.forms.base import DayField, PageForm, PersonField, WordsField
from adoption.models import ModelItem, Rollout
from adoption.people import people_of
from services.forms import LinesField
from services.models import County, Municipality, Service

LANGUAGES = ("fi", "sv", "en")
PRESS_FIELD = "press"


class NamedLinksField(LinesField):
    """Links, one on each line: the name, then the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help_text = _("One on each line: the name, then the address that begins with https://.")

    def prepare_value(self, value: Any) -> Any:
        """The stored links as lines."""
        if isinstance(value, list):
            return "\n".join(f"{each['name']} {each['url']}" if isinstance(each, dict) else str(each) for each in value)
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as lines."""
        return super().has_changed((self.prepare_value(initial) or "").splitlines(), data)

    def clean(self, value: Any) -> Any:
        """Lines as links; a line without an address is told."""
        found = []
        for line in super().clean(value):
            name, _space, url = line.rpartition(" ")
            if not url.startswith("https://") or not name.strip():
                raise forms.ValidationError(_("Each line has a name and an address that begins with https://."), code="links")
            found.append({"name": name.strip(), "url": url})
        return found


def services_offered(rollout: Rollout | None, *, chosen: object) -> QuerySet[Service]:
    """Those that are not being taken into use elsewhere; one that was chosen all the same is refused by the operation, in words."""
    taken = Rollout.objects.filter(service=OuterRef("pk"), status=RolloutStatus.RUNNING)
    if rollout is not None:
        taken = taken.exclude(pk=rollout.pk)
    text = str(chosen)
    return Service.objects.filter(~Exists(taken) | Q(pk=int(text) if text.isdecimal() and len(text) < 19 else 0))


class CardForm(PageForm):
    """The card of a rollout: what it is called, where it works, who pays, when (S000-1…9, S000-24, S000-63, S000-64)."""

    name_fi = forms.CharField(label=_("Name in Finnish"), max_length=160)
    name_sv = forms.CharField(label=_("Name in Swedish"), max_length=160, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=160, required=False)
    summary_fi = WordsField(rows=2, label=_("Short description in Finnish"), required=False)
    summary_sv = WordsField(label=_("Short description in Swedish"), required=False)
    summary_en = WordsField(label=_("Short description in English"), required=False)
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=Service.objects.none(),
        required=False,
        empty_label=_("It is made later, from the definition"),
        help_text=_("The chat that is taken into use."),
    )
    sponsor = PersonField(
        label=_("Sponsor in management"),
        required=False,
        empty_label=_("Not named yet"),
        help_text=_("Who speaks for the service in management. A rollout without one is warned of."),
    )
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices, initial=Stage.IDEA)
    starts_on = DayField(label=_("Starts"), required=False)
    ends_on = DayField(label=_("Planned end"), required=False)
    is_pilot = forms.BooleanField(label=_("This is a pilot"), required=False)
    place = forms.CharField(label=_("Place of implementation"), max_length=160, required=False)
    municipalities = forms.ModelMultipleChoiceField(
        label=_("Municipalities"),
        queryset=Municipality.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: the whole county."),
    )
    funders = forms.MultipleChoiceField(
        label=_("Funders"), choices=Funder.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    funding_text = forms.CharField(label=_("More about the funding"), max_length=200, required=False)
    programme = forms.CharField(label=_("Programme"), max_length=40, required=False, help_text=_("For example RRP."))
    pillar = forms.CharField(label=_("Pillar"), max_length=20, required=False, help_text=_("For example P4."))
    investment = forms.CharField(label=_("Investment"), max_length=20, required=False, help_text=_("For example I4."))
    tags = LinesField(label=_("Phenomena"), required=False)
    links = NamedLinksField(label=_("Links to other projects and models"), required=False)
    rooting_until = DayField(label=_("Rooting goes on until"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    first = ("name_fi", "name_sv", "name_en", "summary_fi", "service", "sponsor", "starts_on", "ends_on")
    """What is asked first; the rest may wait, and stands folded under it."""
    hidden = ("version", PRESS_FIELD)

    def __init__(self, *args: Any, county: County, rollout: Rollout | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = services_offered(rollout, chosen=self.data.get("service", "")).filter(county=county)
        self._choices("service").queryset = services.order_by("order", "key")
        municipalities = Municipality.objects.filter(county=county).order_by("name_fi", "pk")
        if municipalities.exists():
            self._choices("municipalities").queryset = municipalities
        else:
            del self.fields["municipalities"]
        self._choices("sponsor").queryset = people_of(county.code)
        for name in ("tags", "links"):
            self.fields[name].widget.attrs["rows"] = 2
        for name, field in self.fields.items():
            if name[-3:] in ("_fi", "_sv", "_en"):
                field.widget.attrs["lang"] = name[-2:]

    def _choices(self, name: str) -> forms.ModelChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field

    def first_fields(self) -> list[forms.BoundField]:
        """What is asked first."""
        return [self[name] for name in self.fields if name in self.first]

    def further_fields(self) -> list[forms.BoundField]:
        """What may wait."""
        return [self[name] for name in self.fields if name not in (*self.first, *self.hidden)]

    def further_is_wrong(self) -> bool:
        """A field that is folded away has an error, so that it is unfolded."""
        return any(field.errors for field in self.further_fields())

    def names(self) -> dict[str, str]:
        """The name in each language."""
        return {code: self.cleaned_data[f"name_{code}"] for code in LANGUAGES}

    def values(self, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
        """What was filled in, by the card’s own fields."""
        return {name: value for name, value in self.cleaned_data.items() if name not in (*self.hidden, *but)}


class StartForm(CardForm):
    """The same card, on the day on which a rollout starts. What `press` carries is the same for every press, so two start one."""

    press = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)


class EndForm(PageForm):
    """Why a rollout is not launched."""

    reason = WordsField(label=_("Why it is not launched"), max_length=300)
    sure = forms.BooleanField(label=_("I understand that the rollout ends and that its items can’t be changed after that"))


class QuestionForm(PageForm):
    """The answer on which a conditional item depends (S000-37)."""

    question = forms.SlugField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(label=_("Answer"), choices=YesNo.choices[1:], widget=forms.RadioSelect)


class AdoptForm(PageForm):
    """New items of the model that a running rollout takes; the optional ones are ticked by who wants them."""

    codes = forms.MultipleChoiceField(label=_("Items to add"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, offered: list[ModelItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["codes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(item.code, str(item)) for item in offered]
        field.initial = [item.code for item in offered if not item.is_optional]
