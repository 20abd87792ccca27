"""The card of a rollout and its people on the admin's form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Staff
from accounts.models import Grant, User
from accounts.origin import actor_of
from accounts.permissions import counties_of
from adoption.admin.template_fields import TickedField
from adoption.choices import Funder
from adoption.forms import CardForm
from adoption.forms.base import DayField
from adoption.forms.rollouts import NamedLinksField, services_offered
from adoption.models import Member, Rollout
from adoption.models.rollouts import DRIVER_ROLES
from adoption.operations import add_member, remove_member
from adoption.operations.work import change_work_row
from adoption.people import people_of
from services.admin.base import RowInline
from services.forms import LinesField
from services.models import County, Municipality, Service

FIRST = ("name_fi", "name_sv", "name_en", "summary_fi", "service", "sponsor", "stage", "starts_on", "ends_on", "is_pilot")
FURTHER = ("summary_sv", "summary_en", "place", "municipalities", "tags", "links", "rooting_until")
FUNDING = ("funders", "funding_text", "programme", "pillar", "investment")


class FundersField(TickedField):
    """Who pays, to be ticked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "choices": Funder.choices})


LISTS: dict[str, Any] = {"funders": FundersField, "tags": LinesField, "links": NamedLinksField}


def counties_to_start_in(request: HttpRequest) -> models.QuerySet[Any]:
    """Where the person may start a rollout, of the whole county or of a service."""
    return County.objects.filter(code__in=counties_of(actor_of(request), DRIVER_ROLES)).order_by("code")


def field_of_card(db_field: Any, request: HttpRequest, found: Any) -> Any:
    """A field as the card's own page has it: its words, and who and what may be chosen."""
    if db_field.name in LISTS:
        found = db_field.formfield(form_class=LISTS[db_field.name])
    elif isinstance(db_field, models.DateField) and not isinstance(db_field, models.DateTimeField):
        found = db_field.formfield(form_class=DayField)
    elif isinstance(db_field, models.TextField):
        found.widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    words = CardForm.base_fields.get(db_field.name)
    if found is not None and words is not None:
        found.label, found.help_text = words.label, words.help_text
        if db_field.name[-3:] in ("_fi", "_sv", "_en"):
            found.widget.attrs["lang"] = db_field.name[-2:]
    return found


def choices_of_card(db_field: Any, request: HttpRequest, rollout: Rollout | None) -> dict[str, Any]:
    """Services, people and municipalities of the rollout's own county; of a new one, of the counties where it may be started."""
    counties = County.objects.filter(pk=rollout.county_id) if rollout is not None else counties_to_start_in(request)
    target = db_field.remote_field.model
    if target is County:
        return {"queryset": counties, "empty_label": None}
    if target is Service:
        offered = services_offered(rollout, chosen=request.POST.get("service", ""))
        free = offered.filter(county__in=counties).order_by("county", "order", "key")
        return {"queryset": free, "empty_label": _("It is made later, from the definition")}
    if target is User:
        works = Grant.objects.valid().filter(user_id=OuterRef("pk"), county__in=counties.values("code"))
        people = User.objects.filter(Exists(works)).order_by("last_name", "first_name", "email")
        return {"queryset": people, "empty_label": _("Not named yet")}
    if target is Municipality:
        box = forms.CheckboxSelectMultiple(attrs={"class": "nl-admin-choices"})
        return {"queryset": Municipality.objects.filter(county__in=counties).order_by("name_fi", "pk"), "widget": box}
    return {}


class MemberInline(RowInline):
    """The people of the rollout, each in a role."""

    model = Member
    shown = ("user", "role", "expertise")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their names."""
        return Member.objects.select_related("user")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Another person is another member: of one that is stored only the role and what she knows are changed."""
        request.rollout_of_page = obj  # type: ignore[attr-defined]
        base = super().get_formset(request, obj, **kwargs)

        class People(base):  # type: ignore[misc, valid-type]
            def add_fields(self, form: Any, index: int | None) -> None:
                super().add_fields(form, index)
                if form.instance.pk is not None and "user" in form.fields:
                    form.fields["user"].disabled = True

        return People

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Whoever works for the county, and those who are members though they do not work there any more."""
        rollout: Rollout | None = getattr(request, "rollout_of_page", None)
        if db_field.name != "user" or rollout is None:
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        named = Q(pk__in=people_of(rollout.county.code).values("pk")) | Q(pk__in=rollout.members.values("user"))
        kwargs["queryset"] = User.objects.filter(named).order_by("last_name", "first_name", "email")
        return db_field.formfield(**kwargs)


def save_members(*, by: Staff, formset: Any) -> None:
    """Each row by the operation of the members' own page."""
    now = timezone.now()
    for form in formset.forms:
        member: Member = form.instance
        if form in formset.deleted_forms:
            if form in formset.initial_forms:
                remove_member(by=by, member=member, now=now)
        elif not form.has_changed():
            continue
        elif form in formset.initial_forms:
            values = {name: form.cleaned_data[name] for name in ("role", "expertise")}
            change_work_row(by=by, row=member, values=values, now=now)
        else:
            data = {name: form.cleaned_data[name] for name in ("user", "role", "expertise")}
            add_member(by=by, rollout=formset.instance, now=now, **data)


__all__ = [
    "FIRST",
    "FUNDING",
    "FURTHER",
    "MemberInline",
    "choices_of_card",
    "counties_to_start_in",
    "field_of_card",
    "save_members",
]
