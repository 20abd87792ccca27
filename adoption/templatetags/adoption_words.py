"""For the pages of adoption and those that lead to them: the model’s words, and whether its door opens."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.forms import BoundField
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.choices import ADMIN_DOOR_ROLES, ADMIN_ROLES, Role
from accounts.menu import roles_on_page
from accounts.permissions import has_role_anywhere
from adoption import words
from adoption.choices import Funder
from adoption.models import Rollout, RolloutItem
from adoption.models.rollouts import READER_ROLES
from adoption.permissions import is_member_in
from adoption.signals.words import lacking, signal_name
from handbook.models import Chapter
from reports.choices import FIGURE_READERS, REVIEWERS
from services.metric_names import metric_words
from services.models import Service
from services.templatetags.texts import spoken

register = template.Library()
IN_ADMIN = {"rollout": "change"}
"""A page that has another name in the administration."""
CHAPTER = "taking_into_use"
"""The chapter of the handbook that goes with the model (S000-10)."""
IN_REPORTS = {
    "targets_costs_resources_reviewed": "reports:staffing",
    "report_definition_selected": "reports:selection",
    "monthly_report_generated": "reports:month",
    "last_month_report_reviewed": "reports:review",
}
"""Where in the reports what a signal shows is done."""
ON_OWN_PAGES = {
    "service_defined": "definition",
    "queue_structure_defined": "definition",
    "working_group_named": "members",
    "workshop_recorded": "meetings",
    "model_walkthrough_recorded": "meetings",
    "responders_meetings_held": "meetings",
    "systems_inventory": "systems",
    "communication_logged": "communication",
    "development_loop_alive": "improvements",
    "pilot_dates_set": "pilot",
    "staff_survey_reported": "surveys",
}
"""The page of the rollout on which what a signal shows is kept."""
IN_HANDBOOK = {
    "responders_trained": "orientation",
    "training_plan_saved": "orientation",
    "internal_news_published": "notices",
    "quick_replies_published": "replies",
    "handbook_service_section_published": "contents",
    "client_guide_published": "contents",
}
"""The part of the handbook in which what a signal shows is kept."""
ON_SERVICE = frozenset(
    {
        "service_page_published",
        "support_model_published",
        "service_open_first_conversation",
    }
)
"""What a signal reads from the service itself."""
register.filter("form_name", words.form_name)
register.filter("document_name", words.document_name)
register.filter("role_name", words.role_name)
register.filter("part_name", words.part_name)
register.filter("share_name", words.share_name)
register.filter("step_name", words.step_name)
register.filter("signal_name", signal_name)


@register.simple_tag(takes_context=True)
def adoption_door(context: dict[str, Any]) -> bool:
    """Whether the pages of adoption open to the person in the county of the page: asked to show the link or not."""
    request = context.get("request")
    county = getattr(getattr(request, "county", None), "code", None)
    actor = getattr(request, "actor", None)
    if actor is None or county is None:
        return False
    held = roles_on_page(request)
    return bool(held) and (not held.isdisjoint(READER_ROLES) or is_member_in(actor, county=county))


@register.simple_tag(takes_context=True)
def rollouts_of(context: dict[str, Any], service: Service) -> list[Rollout]:
    """The rollouts by which a service is or was taken into use, as far as the person may see them (S000-40)."""
    actor = getattr(context.get("request"), "actor", None)
    return list(Rollout.objects.filter(service=service).readable_by(actor)) if actor is not None else []


@register.simple_tag(takes_context=True)
def report_way(context: dict[str, Any], signal: str, item: RolloutItem) -> str:
    """The address in the reports at which what the signal shows is done; none for who does not read figures there."""
    service, name = item.rollout.service, IN_REPORTS.get(signal)
    readers = REVIEWERS if name == "reports:staffing" else FIGURE_READERS
    if name is None or service is None or roles_on_page(context.get("request")).isdisjoint(readers):
        return ""
    match name:
        case "reports:month" | "reports:staffing":
            return f"{reverse(name)}?palvelu={service.key}"
        case "reports:review":
            return reverse(name, args=[service.key, f"{item.period:%Y-%m}"]) if item.period else ""
    return reverse(name, args=[service.key])


@register.simple_tag(takes_context=True)
def changed_way(context: dict[str, Any], signal: str, item: RolloutItem) -> str:
    """Where the person sees what has changed since a proof was used: the rollout’s page, the handbook or the service."""
    rollout = item.rollout
    if signal in ON_OWN_PAGES:
        return own_page(context, ON_OWN_PAGES[signal], rollout)
    if signal in IN_HANDBOOK and roles_on_page(context.get("request")):
        return on_own_host(context, rollout, reverse(f"handbook:{IN_HANDBOOK[signal]}"))
    if signal not in ON_SERVICE or rollout.service is None:
        return ""
    page = on_own_host(context, rollout, reverse("service", args=[rollout.service.key]))
    return service_in_settings(context, rollout.service) or page


@register.simple_tag(takes_context=True)
def page_of(context: dict[str, Any], name: str, rollout: Rollout, *which: object) -> str:
    """The address of a page of the rollout at the door at which the person stands: its own pages, or the administration."""
    if context.get("in_admin"):
        return reverse(f"admin:adoption_rollout_{IN_ADMIN.get(name, name)}", args=[rollout.pk, *which])
    return reverse(f"adoption:{name}", args=[rollout.public_id, *which])


@register.simple_tag(takes_context=True)
def own_page(context: dict[str, Any], name: str, rollout: Rollout, *which: object) -> str:
    """A page that stands at the rollout’s own door alone, on its county’s host; empty when the county has no host name."""
    return on_own_host(context, rollout, reverse(f"adoption:{name}", args=[rollout.public_id, *which]))


@register.simple_tag(takes_context=True)
def chapter_way(context: dict[str, Any], rollout: Rollout) -> str:
    """The chapter of the handbook about taking a chat into use, when it is published and the person works for the county."""
    is_shown = has_role_anywhere(context["request"].actor, Role.values, county=rollout.county.code) and (
        Chapter.objects.published().filter(county=rollout.county_id, key=CHAPTER).exists()
    )
    return on_own_host(context, rollout, reverse("handbook:chapter", args=[CHAPTER])) if is_shown else ""


def on_own_host(context: dict[str, Any], rollout: Rollout, path: str) -> str:
    """The rollout’s own pages are found only where its county is: from another county’s page the address names the host."""
    request = context["request"]
    here = request.county
    if here is not None and here.pk == rollout.county_id:
        return path
    hosts = rollout.county.hosts
    if not hosts:
        return ""
    _name, colon, port = request.get_host().rpartition(":")
    return f"{request.scheme}://{hosts[0]}{colon}{port if colon else ''}{path}"


@register.simple_tag(takes_context=True)
def rollout_in_admin(context: dict[str, Any], rollout: Rollout) -> str:
    """The rollout’s page in the administration, for whom it opens; else nothing."""
    opens = not roles_on_page(context.get("request"), anywhere=True).isdisjoint(ADMIN_DOOR_ROLES)
    return reverse("admin:adoption_rollout_change", args=[rollout.pk]) if opens else ""


@register.simple_tag(takes_context=True)
def service_in_settings(context: dict[str, Any], service: Service) -> str:
    """The service’s page in the settings, for those to whom it opens; else nothing."""
    opens = not roles_on_page(context.get("request"), anywhere=True).isdisjoint(ADMIN_ROLES)
    return reverse("admin:services_service_change", args=[service.pk]) if opens else ""


@register.filter
def shown(row: Any) -> str | SafeString:
    """An item’s or phase’s words as the screen shows them: its label where it has one, else its own text."""
    if any(getattr(row, f"label_{code}", "") for code in ("fi", "sv", "en")):
        return spoken(row, "label")
    return spoken(row, "text" if hasattr(row, "text") else "name")


@register.filter
def period_name(first: date, recurrence: str) -> str:
    """The month or quarter that a recurring item is about."""
    return words.period_name(first, recurrence)


@register.filter
def lacking_words(codes: list[str]) -> str:
    """What a signal still lacks, in words."""
    return ", ".join(lacking(codes))


@register.filter
def funder_name(code: str) -> str:
    """Who pays."""
    return str(dict(Funder.choices).get(code, code))


@register.filter
def written(field: BoundField) -> str:
    """What was filled in, for who only reads a form: a choice by its name, a list by its lines."""
    value = field.value()
    choices = getattr(field.field, "choices", None)
    if isinstance(value, list):
        names = dict(choices) if choices else {}
        return "\n".join(str(names.get(each, each)) for each in value)
    return str(dict(choices).get(value, value or "")) if choices else str(value or "")


@register.filter
def metric_name(code: str) -> str:
    """A metric by its code and name."""
    return metric_words(code)


@register.filter
def share_of(part: int, whole: int) -> int:
    """A share in hundredths, for a bar."""
    return round(100 * part / whole) if whole else 0
