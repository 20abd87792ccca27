"""Services: their texts, what stands on their pages, and their life."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.origin import actor_of
from services import operations
from services.admin.base import DirectoryAdmin, RowInline, told_uses
from services.choices import ServiceStatus
from services.forms import ServiceLifeForm
from services.models import Channel, LegalBasis, Redirect, Service, ServiceArea, Topic, Use
from services.operations.service_life import next_states
from services.publication import publication_gaps

STEPS: dict[str, Any] = {
    ServiceStatus.PERMITTED: gettext_lazy("Permit"),
    ServiceStatus.OPEN: gettext_lazy("Open to residents"),
    ServiceStatus.PAUSED: gettext_lazy("Pause"),
    ServiceStatus.CLOSED: gettext_lazy("Close for good"),
}
MEANINGS: dict[str, Any] = {
    ServiceStatus.PERMITTED: gettext_lazy("The service may be opened after this. Residents see nothing yet."),
    ServiceStatus.OPEN: gettext_lazy("Residents see the service and can start conversations when its hours run."),
    ServiceStatus.PAUSED: gettext_lazy("The page stays, but no new conversations are taken. Those within go on to their end."),
    ServiceStatus.CLOSED: gettext_lazy("The service leaves the public pages. Its conversations and figures stay."),
}


class RedirectInline(RowInline):
    """What is not handled here, and where it is."""

    model = Redirect
    fk_name = "service"
    shown = ("matter", "to_service", "to_contact", "to_link", "order")


class ChannelInline(RowInline):
    """Other ways to reach the same help."""

    model = Channel
    shown = ("medium", "contact_point", "order")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With what each row is named by."""
        return super().get_queryset(request).select_related("contact_point")


class TopicInline(RowInline):
    """What a conversation may be about."""

    model = Topic
    shown = ("key", "name", "shown_to_residents", "retired", "kind", "order")


class LegalBasisInline(RowInline):
    """Laws that the service rests on."""

    model = LegalBasis
    shown = ("name", "number", "url", "order")


class ServiceAreaInline(RowInline):
    """Where the service works."""

    model = ServiceArea
    shown = ("name", "municipalities", "starts_on", "ends_on")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With the chosen municipalities of all rows at once."""
        return super().get_queryset(request).prefetch_related("municipalities")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Municipalities of the actor's own counties."""
        kwargs["queryset"] = db_field.remote_field.model.objects.readable_by(actor_of(request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def uses_of(service: Service) -> QuerySet[Use]:
    """The texts that name the service."""
    found: QuerySet[Use] = Use.objects.of_thing("service", service.key, county=service.county_id)
    return found


@admin.register(Service)
class ServiceAdmin(DirectoryAdmin):
    """One service with everything on its page. Its status is changed by decisions, each with a reason."""

    counted = ngettext_lazy("%(n)s service", "%(n)s services", "n")
    change_form_template = "admin/directory/service.html"
    general = (
        "county",
        "key",
        "life_situation",
        "office",
        "order",
        "identification",
        "child_age_limit",
        "register",
        "primary_care",
        "digital_support",
        "resident_support",
        "responder_support",
        "response_target_seconds",
        "least_responders",
        "side_by_side",
        "keep_place_minutes",
        "guide_first",
        "retention_days",
        "booking_address",
        "room_address",
        "pilot_starts",
        "pilot_ends",
        "is_test",
        "used_in",
    )
    readonly_fields = ("used_in",)
    list_display = ("name_fi", "county", "status", "is_test", "order")
    list_filter = ("status", "life_situation", "is_test")
    inlines = (RedirectInline, ChannelInline, TopicInline, LegalBasisInline, ServiceAreaInline)

    @admin.display(description=gettext_lazy("used in"))
    def used_in(self, service: Service) -> str:
        """Who would notice a change."""
        return told_uses(uses_of(service)) if service.pk else "–"

    def get_urls(self) -> list[URLPattern]:
        """The steps of a service's life."""
        step = path("<int:pk>/life/<str:state>/", self.admin_site.admin_view(self.life_view), name="services_service_life")
        return [step, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The page shows the status, what the public page lacks, and the steps that may be taken now."""
        service = kwargs.get("obj") or (args[3] if len(args) > 3 else None)
        if service is not None and service.pk:
            stored = Service.objects.select_related("county", "permitted_by").get(pk=service.pk)
            context["service"] = stored
            context["gaps"] = publication_gaps(stored)
            context["steps"] = [
                (reverse("admin:services_service_life", args=[stored.pk, s]), STEPS[s]) for s in next_states(stored)
            ]
            context["preview"] = reverse("service", args=[stored.key])
            context["origin"] = f"{request.scheme}://{request.get_host()}"
        return super().render_change_form(request, context, *args, **kwargs)

    def life_view(self, request: HttpRequest, pk: int, state: str) -> HttpResponseBase:
        """Asks for the reason and a confirmation, and takes the step."""
        service = self.get_object(request, str(pk))
        if service is None or state not in STEPS:
            raise Http404
        if not self.has_change_permission(request, service):
            raise PermissionDenied
        initial = {"seen_version": service.version}
        form = ServiceLifeForm(request.POST or None, button=STEPS[state], initial=initial)
        if form.is_valid():
            try:
                self._take_step(request, service, state, form.cleaned_data["reason"], form.cleaned_data["seen_version"])
            except ValidationError as refused:
                form.add_error(None, refused.error_list if hasattr(refused, "error_list") else refused)
            else:
                messages.success(
                    request, _("“%(service)s” is now: %(status)s.") % {"service": service, "status": ServiceStatus(state).label}
                )
                return redirect("admin:services_service_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": STEPS[state],
            "service": service,
            "meaning": MEANINGS[state],
            "uses": uses_of(service) if state == ServiceStatus.CLOSED else (),
            "unfinished": service.unfinished if state == ServiceStatus.OPEN else (),
            "form": form,
        }
        return TemplateResponse(request, "admin/directory/life.html", context)

    def _take_step(self, request: HttpRequest, service: Service, state: str, reason: str, version: int) -> None:
        by, now = actor_of(request), timezone.now()
        match state:
            case ServiceStatus.PERMITTED:
                operations.permit_service(by=by, service=service, reason=reason, now=now, version=version)
            case ServiceStatus.OPEN:
                operations.open_service(by=by, service=service, reason=reason, now=now, version=version)
            case ServiceStatus.PAUSED:
                operations.pause_service(by=by, service=service, reason=reason, now=now, version=version)
            case ServiceStatus.CLOSED:
                operations.close_service(by=by, service=service, reason=reason, now=now, version=version)
