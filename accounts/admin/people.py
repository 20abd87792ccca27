"""The people of the county: accounts opened, changed and closed by its main user."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts import operations
from accounts.actors import Actor, Staff
from accounts.admin.base import OperatedAdmin, OperatedForm
from accounts.choices import Role
from accounts.directory import county_names, service_names
from accounts.models import Grant, User
from accounts.origin import actor_of
from accounts.permissions import counties_of, has_role_anywhere

CHANGED = ["email", "first_name", "last_name", "display_name", "display_name_sv", "display_name_en", "language"]


class NewPersonForm(OperatedForm):
    """An account; the person chooses her password by a letter."""

    county = forms.ChoiceField(label=_("County"))

    class Meta:
        model = User
        fields = ["county", *CHANGED]


@admin.register(User)
class PersonAdmin(OperatedAdmin):
    """Accounts. None is ever deleted: what a person did stays told."""

    counted = ngettext_lazy("%(n)s person", "%(n)s people", "n")
    list_display = ["__str__", "email", "display_name", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["first_name", "last_name", "email", "display_name"]
    ordering = ["last_name", "first_name", "email"]
    actions = ["close", "open_again", "end_all_sessions", "remove_second_step"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a main user keeps of an account."""
        return NewPersonForm.Meta.fields if obj is None else [*CHANGED, "is_active", "last_login", "her_roles"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is shown only; an own e-mail address is changed by another main user."""
        return [] if obj is None else ["is_active", "last_login", "her_roles"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The counties are the main user's own."""
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)
        form = super().get_form(request, obj, change=change, form=NewPersonForm, **kwargs)
        counties = list(county_names(counties_of(actor_of(request), [Role.MAIN_USER], whole=True)).items())
        form.base_fields["county"].choices = counties
        form.base_fields["county"].initial = counties[0][0] if counties else ""
        form.password_address = request.build_absolute_uri(reverse("account_reset_password"))
        return form

    def may_create(self, actor: Actor) -> bool:
        """A main user opens accounts."""
        return has_role_anywhere(actor, Role.MAIN_USER)

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """The letter to a new person names the page of this very portal."""
        if not change:
            form.cleaned_data["password_address"] = form.password_address
        super().save_model(request, obj, form, change)

    def perform_create(self, *, by: Actor, values: dict[str, Any]) -> models.Model:
        """Opens the account."""
        return operations.create_person(by=by, **values)

    def perform_change(self, *, by: Actor, row: models.Model, version: int | None, values: dict[str, Any]) -> models.Model:
        """Changes it."""
        county = row.home_county if isinstance(row, User) else ""
        return operations.change_person(by=by, user_id=row.pk, version=version, county=county, **values)

    @admin.display(description=_("roles"))
    def her_roles(self, person: User) -> str:
        """The person's roles that are in force, each with the way to its dates, and the way to giving one more."""
        grants = Grant.objects.valid().filter(user=person)
        rows = [(reverse("admin:accounts_grant_change", args=[grant.pk]), _told(grant)) for grant in grants]
        listed = format_html_join("", '<li><a href="{}">{}</a></li>', rows)
        add = format_html('<li><a href="{}?user={}">{}</a></li>', reverse("admin:accounts_grant_add"), person.pk, _("Give a role"))
        return format_html("<ul>{}{}</ul>", listed, add)

    @admin.action(description=_("Close the chosen accounts"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: Any) -> None:
        """Their sessions end at once."""
        self._each(
            request, queryset, lambda by, person: operations.deactivate_person(by=by, user_id=person.pk, county=person.home_county)
        )

    @admin.action(description=_("Open the chosen accounts again"), permissions=["change"])
    def open_again(self, request: HttpRequest, queryset: Any) -> None:
        """The rights that are still valid come back."""
        self._each(
            request, queryset, lambda by, person: operations.reactivate_person(by=by, user_id=person.pk, county=person.home_county)
        )

    @admin.action(description=_("End the sessions of the chosen people"), permissions=["change"])
    def end_all_sessions(self, request: HttpRequest, queryset: Any) -> None:
        """Every open page and chat of theirs loses its rights."""
        self._each(
            request, queryset, lambda by, person: operations.end_sessions(by=by, user_id=person.pk, county=person.home_county)
        )

    @admin.action(description=_("Remove the second step of the chosen people"), permissions=["change"])
    def remove_second_step(self, request: HttpRequest, queryset: Any) -> None:
        """For one who has lost phone, key and codes."""
        self._each(
            request, queryset, lambda by, person: operations.remove_second_step(by=by, user_id=person.pk, county=person.home_county)
        )

    def _each(self, request: HttpRequest, people: Any, act: Callable[[Staff, User], object]) -> None:
        for person in people:
            try:
                act(actor_of(request), person)
            except PermissionDenied:
                self.message_user(request, f"{person}: " + _("Your rights do not cover this."), messages.ERROR)
            except ValidationError as refused:
                self.message_user(request, f"{person}: {' '.join(refused.messages)}", messages.ERROR)
            else:
                self.message_user(request, f"{person}: " + _("done."), messages.SUCCESS)


def _told(grant: Grant) -> str:
    where = county_names([grant.county]).get(grant.county, grant.county)
    if grant.service_id:
        where = service_names([grant.county]).get(grant.service_id, where)
    return f"{grant.get_role_display()}, {where}"
