"""The tables that a main user may export and import, and their columns."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from services.models import (
    Channel,
    ContactPoint,
    CostRow,
    County,
    DisruptionText,
    ExceptionDay,
    Holiday,
    LegalBasis,
    LifeSituation,
    Link,
    Municipality,
    Office,
    Queue,
    Redirect,
    ResponderGroup,
    Service,
    ServiceArea,
    SharedCost,
    Target,
    Topic,
)
from services.resources.base import OperatedResource
from services.resources.schedules import ScheduleTable


class CountyTable(OperatedResource):
    """The county itself: one row, known by its code. A new one comes with the content, as in the administration."""

    natural = ("county",)
    columns = (
        "slug",
        "name",
        "brand_name",
        "guide_name",
        "guide_first",
        "accent_colour",
        "official_languages",
        "population",
        "switchboard",
        "registry_email",
        "website",
        "embed_hosts",
        "allowed_domains",
        "hosts",
        "survey_words_months",
        "cost_split",
        "privacy_notice",
        "is_active",
        "is_demo",
    )

    class Meta(OperatedResource.Meta):
        model = County

    def delete_instance(self, instance: models.Model, row: Any, **kwargs: Any) -> None:
        """A county is taken out of use by a person, never deleted by a file."""
        raise ValidationError(_("A county cannot be deleted by a file."), code="county_stays")


class ServiceTable(OperatedResource):
    """Services with the texts of their pages. Status is not here: a service is opened by a decision, not by a file."""

    columns = (
        "life_situation",
        "office",
        "order",
        "name",
        "synonyms",
        "summary",
        "audience",
        "who_answers",
        "handles",
        "easy_text",
        "promise",
        "price_text",
        "identification",
        "identification_text",
        "behalf_text",
        "child_age_limit",
        "storage_text",
        "greeting",
        "off_hours_text",
        "recording_place",
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
    )

    class Meta(OperatedResource.Meta):
        model = Service


class QueueTable(OperatedResource):
    """Queues of services."""

    natural = ("service", "key")
    columns = (
        "name",
        "languages",
        "profession",
        "order",
        "is_entry",
        "is_active",
        "is_doctor",
        "for_professionals",
        "needs_presence",
        "takes_calls",
        "schedule",
        "max_waiting",
        "max_parallel",
        "intake_stops_minutes",
        "drain_minutes",
        "no_transfers",
        "overflow_to",
        "overflow_after_seconds",
        "offer_seconds",
        "supervisor_after_seconds",
        "alternatives_after_seconds",
    )
    many = ("groups", "transfer_targets")

    class Meta(OperatedResource.Meta):
        model = Queue


class TopicTable(OperatedResource):
    """Topics of services."""

    natural = ("service", "key")
    columns = ("name", "shown_to_residents", "retired", "kind", "order")

    class Meta(OperatedResource.Meta):
        model = Topic


class ChannelTable(OperatedResource):
    """Other ways to reach the same help."""

    natural = ("service", "medium", "contact_point")
    columns = ("order",)

    class Meta(OperatedResource.Meta):
        model = Channel


class RedirectTable(OperatedResource):
    """What services do not handle, and where it is; a row is known by its Finnish words."""

    natural = ("service", "matter_fi")
    columns = ("matter", "to_service", "to_contact", "to_link", "order")

    class Meta(OperatedResource.Meta):
        model = Redirect


class LegalBasisTable(OperatedResource):
    """Laws that services rest on."""

    natural = ("service", "number")
    columns = ("name", "url", "order")

    class Meta(OperatedResource.Meta):
        model = LegalBasis


class ServiceAreaTable(OperatedResource):
    """Where services work, and when; no municipality means the whole county."""

    natural = ("service", "name_fi", "starts_on")
    columns = ("name", "ends_on")
    many = ("municipalities",)

    class Meta(OperatedResource.Meta):
        model = ServiceArea


class TargetTable(OperatedResource):
    """Targets of services, and of the county where no service is named."""

    natural = ("county", "service", "metric", "channel", "aim", "starts_on")
    columns = ("direction", "value", "unit", "ends_on", "due_on", "source")

    class Meta(OperatedResource.Meta):
        model = Target


class CostTable(OperatedResource):
    """Costs of services by month."""

    natural = ("service", "month", "kind", "source")
    columns = ("euros",)

    class Meta(OperatedResource.Meta):
        model = CostRow


class SharedCostTable(OperatedResource):
    """Costs by month that several services share; no service named: all of the county's."""

    natural = ("county", "month", "kind", "source")
    columns = ("euros",)
    many = ("services",)

    class Meta(OperatedResource.Meta):
        model = SharedCost


class OfficeTable(OperatedResource):
    """The county's offices."""

    columns = ("name", "street", "postal_code", "town", "is_digital", "order")

    class Meta(OperatedResource.Meta):
        model = Office


class LifeSituationTable(OperatedResource):
    """Groups of services as residents see life."""

    columns = ("name", "order")

    class Meta(OperatedResource.Meta):
        model = LifeSituation


class ContactPointTable(OperatedResource):
    """Phone numbers and addresses."""

    columns = ("kind", "audience", "name", "value", "price", "schedule", "note", "review_date", "needs_check")

    class Meta(OperatedResource.Meta):
        model = ContactPoint


class LinkTable(OperatedResource):
    """Web addresses, and the materials library among them."""

    columns = ("audience", "name", "url", "note", "category", "service", "review_date")

    class Meta(OperatedResource.Meta):
        model = Link


class DisruptionTextTable(OperatedResource):
    """Prepared notices of disruptions."""

    columns = ("title", "text", "staff_text", "stops_intake", "order")

    class Meta(OperatedResource.Meta):
        model = DisruptionText


class ResponderGroupTable(OperatedResource):
    """Responder groups; who is in them is no part of the table."""

    columns = ("name", "profession", "office")

    class Meta(OperatedResource.Meta):
        model = ResponderGroup


class MunicipalityTable(OperatedResource):
    """Municipalities. The official list comes by its own difference list; this is for corrections."""

    natural = ("county", "code")
    columns = ("name", "valid_from", "valid_to", "successor", "residents")

    class Meta(OperatedResource.Meta):
        model = Municipality


class HolidayTable(OperatedResource):
    """Holidays; “removed” says that the county is open as on other days."""

    natural = ("county", "date")
    columns = ("name", "removed")

    class Meta(OperatedResource.Meta):
        model = Holiday


class ExceptionDayTable(OperatedResource):
    """Exception days. Several rows a day give several intervals, so the opening time is part of what a row is known by."""

    natural = ("county", "schedule", "date", "opens")
    columns = ("closes", "reason")

    class Meta(OperatedResource.Meta):
        model = ExceptionDay


RESOURCES: dict[type[models.Model], type[OperatedResource]] = {
    table._meta.model: table
    for table in (
        CountyTable,
        ServiceTable,
        QueueTable,
        TopicTable,
        ChannelTable,
        RedirectTable,
        LegalBasisTable,
        ServiceAreaTable,
        TargetTable,
        CostTable,
        SharedCostTable,
        OfficeTable,
        LifeSituationTable,
        ContactPointTable,
        LinkTable,
        DisruptionTextTable,
        ResponderGroupTable,
        MunicipalityTable,
        HolidayTable,
        ExceptionDayTable,
        ScheduleTable,
    )
}
