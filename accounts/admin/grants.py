"""Rights: given, dated and ended by the main user of the county (S002-48)."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from accounts import operations
from accounts.actors import Actor
from accounts.admin.base import OperatedAdmin, OperatedForm
from accounts.choices import Role
from accounts.directory import county_names, service_names
from accounts.models import Grant, User
from accounts.origin import actor_of
from accounts.permissions import counties_of


class NewGrantForm(OperatedForm):
    """A role, in one of the main user's counties and in one of its services or in all."""

    county = forms.ChoiceField(label=_("County"))
    service_id = forms.TypedChoiceField(
        label=_("Service"), required=False, coerce=UUID, empty_value=None, help_text=_("Empty: every service of the county.")
    )

    class Meta:
        model = Grant
        fields = ["user", "role", "county", "service_id", "valid_from", "valid_until", "reason"]


class StateFilter(admin.SimpleListFilter):
    """Which of the rights are in force."""

    title = _("in force")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """In force now, or not."""
        return [("valid", _("In force")), ("ended", _("Not in force"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of the choice."""
        valid = Grant.objects.valid().values("pk")
        match self.value():
            case "valid":
                return queryset.filter(pk__in=valid)
            case "ended":
                return queryset.exclude(pk__in=valid)
        return queryset


@admin.register(Grant)
class GrantAdmin(OperatedAdmin):
    """Who may do what, where and until when. A role is never deleted: it ends, and the row tells that it was."""

    counted = ngettext_lazy("%(n)s grant", "%(n)s grants", "n")
    list_display = ["user", "role", "county_name", "service_name", "valid_from", "valid_until", "revoked_at"]
    list_filter = [StateFilter, "role"]
    list_select_related = ["user"]
    search_fields = ["user__first_name", "user__last_name", "user__email"]
    date_hierarchy = None
    actions = ["end_now"]
    fixed_fields = ["user", "role", "county_name", "service_name", "revoked_at", "granted_by"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is given is chosen once; later only the dates move."""
        if obj is None:
            return NewGrantForm.Meta.fields
        return [*self.fixed_fields, "valid_from", "valid_until", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was chosen once is shown."""
        return [] if obj is None else self.fixed_fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Counties and services are the main user's own."""
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)
        form = super().get_form(request, obj, change=change, form=NewGrantForm, **kwargs)
        codes = counties_of(actor_of(request), [Role.MAIN_USER], whole=True)
        counties = list(county_names(codes).items())
        services = [(str(key), name) for key, name in service_names(codes).items()]
        form.base_fields["county"].choices = counties
        form.base_fields["county"].initial = counties[0][0] if counties else ""
        form.base_fields["service_id"].choices = [("", _("Every service")), *services]
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The person is one whom the main user sees, and not herself."""
        if db_field.name == "user":
            actor = actor_of(request)
            people = User.objects.get_queryset().readable_by(actor).filter(is_active=True).exclude(pk=actor.user_id)
            kwargs["queryset"] = people.order_by("last_name", "first_name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def perform_create(self, *, by: Actor, values: dict[str, Any]) -> models.Model:
        """Gives the role."""
        user: User = values.pop("user")
        return operations.grant_role(by=by, user_id=user.pk, **values)

    def perform_change(self, *, by: Actor, row: models.Model, version: int | None, values: dict[str, Any]) -> models.Model:
        """Moves its dates."""
        return operations.change_grant(by=by, grant_id=row.pk, version=version, **values)

    @admin.action(description=_("End the chosen roles now"), permissions=["change"])
    def end_now(self, request: HttpRequest, queryset: Any) -> None:
        """Ends each chosen role at once; what is refused is told, and the others still end."""
        ended = 0
        for grant in queryset:
            try:
                operations.revoke_grant(by=actor_of(request), grant_id=grant.pk)
                ended += 1
            except (ValidationError, PermissionDenied) as refused:
                reason = (
                    " ".join(refused.messages) if isinstance(refused, ValidationError) else str(_("Your rights do not cover this."))
                )
                self.message_user(request, f"{grant}: {reason}", messages.ERROR)
        if ended:
            text = ngettext("%(count)s role was ended.", "%(count)s roles were ended.", ended) % {"count": ended}
            self.message_user(request, text, messages.SUCCESS)

    @admin.display(description=_("County"), ordering="county")
    def county_name(self, grant: Grant) -> str:
        """The county's name."""
        return county_names([grant.county]).get(grant.county, grant.county)

    @admin.display(description=_("service"))
    def service_name(self, grant: Grant) -> str:
        """The service's name, or that every one is meant."""
        if grant.service_id is None:
            return str(_("Every service"))
        return service_names([grant.county]).get(grant.service_id, str(grant.service_id))
