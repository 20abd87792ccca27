"""The signals in words: what each shows, what lacks of it, and which part of the portal it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: Mapping[str, Promise | str] = {
    "form_complete": _("The form is filled in"),
    "service_defined": _("The nine points of the service are defined"),
    "queue_structure_defined": _("The queues are defined"),
    "decision_recorded": _("The decision is recorded"),
    "working_group_named": _("The working group is named"),
    "workshop_recorded": _("A workshop has been held and written down"),
    "systems_inventory": _("The systems in use are listed"),
    "report_definition_selected": _("Metrics, targets and recipients of the report are chosen"),
    "training_plan_saved": _("The training plan is saved"),
    "responders_trained": _("Every responder has been trained"),
    "model_walkthrough_recorded": _("The service has been gone through with responders"),
    "service_page_published": _("The service’s page is published"),
    "internal_news_published": _("Professionals have been told of the service"),
    "support_model_published": _("Technical support is published"),
    "handbook_service_section_published": _("The handbook’s section of the service is published"),
    "quick_replies_published": _("Quick replies are published"),
    "client_guide_published": _("The resident’s guide is published"),
    "targets_costs_resources_reviewed": _("Goals, costs and resources have been reviewed"),
    "service_open_first_conversation": _("The service is open, and the first real conversation has been held"),
    "monthly_report_generated": _("A monthly report has been made"),
    "last_month_report_reviewed": _("Last month’s report has been reviewed"),
    "handover_accepted": _("The handover has been accepted by both"),
    "communication_logged": _("The service has been told about in the last 90 days"),
    "development_loop_alive": _("The service is being developed: meetings held, improvements handled"),
    "pilot_dates_set": _("The pilot has its dates"),
    "disruption_rules_published": _("Instructions and notices for disruptions are published"),
    "responders_meetings_held": _("The responders’ monthly meeting has been held"),
    "contact_directory_published": _("The professionals’ directory is in use"),
    "staff_survey_reported": _("The staff survey has been reported"),
    "guidance_paths_live": _("Guidance paths lead to the service"),
}
LACKS: Mapping[str, Promise | str] = {
    "page": _("the page is not public yet"),
    "text": _("a text of the page, in some language"),
    "name": _("a name on the page, in some language"),
    "queue": _("a queue in use"),
    "queue_ready": _("a queue’s hours or responder group"),
    "channel": _("another channel"),
    "value": _("a contact point’s number or address"),
    "redirects": _("what the chat is not for"),
    "users": _("for whom the service is"),
    "producers": _("who answers, and a responder group"),
    "use": _("what is handled, hours and identification"),
    "promise": _("the service promise and the response time target"),
    "measures": _("measures"),
    "goals": _("targets"),
    "resources": _("responders"),
    "communication": _("communication plan"),
    "queues": _("every queue’s name, languages, hours and responder group"),
    "transfers_to": _("every queue’s transfer targets, or that there are none"),
    "overflow": _("what is done in a rush, for every queue"),
    "off_hours": _("what the resident sees when the service is closed"),
    "guide": _("the residents’ guide, in each language of the service"),
    "guide_approval": _("the county’s approval of the residents’ guide"),
    "resident_support": _("technical support for residents"),
    "responder_support": _("technical support for responders"),
    "support_hours": _("the hours of technical support"),
    "notice": _("a prepared notice of a disruption in Finnish and Swedish"),
    "instructions": _("instructions for responders in a disruption"),
    "signoff": _("a signature"),
    "two_people": _("signatures of two different people"),
    "production_owner": _("an owner in service production"),
    "blocked_items": _("some items are blocked"),
    "meeting": _("a responders’ meeting in the last 90 days"),
    "improvement": _("an improvement from feedback or figures in the last 90 days"),
    "none_stale": _("some improvement has waited 180 days without a move"),
    "owner": _("the owner of a system"),
    "recorded_where": _("where an identified contact is recorded"),
    "integration": _("whether a system is integrated"),
    "review_date": _("date of the review"),
    "form": _("the form"),
    "section": _("a section of the service in the handbook: local agreements, orientation"),
    "section_review": _("a section of the handbook has not been looked through in 12 months"),
    "replies": _("ten approved quick replies in each language of the service"),
    "emergency_reply": _("an approved quick reply for emergencies in each language"),
    "code_warning": _("the approved quick reply /hetu, which warns of identity codes, in each language"),
    "training_plan": _("the service’s plan of orientation"),
    "training": _("a training with its address and due date"),
    "metrics": _("the metrics of the service’s report"),
    "metric_target": _("a target for a metric of the report, or that it needs none"),
    "recipient": _("somebody who gets the report"),
    "survey": _("a closed staff survey of the service"),
    "survey_answers": _("at least five answers to a staff survey of the service"),
}


def signal_name(code: str) -> str:
    """What a signal shows."""
    return str(NAMES.get(code, code.replace("_", " ")))


def lacking(codes: Iterable[str]) -> list[str]:
    """What lacks of a signal, each said once; a field of a form that has no words here is told by the form itself."""
    words = (LACKS.get(code) or LACKS.get(code.partition(":")[0]) for code in codes)
    return list(dict.fromkeys(str(word) for word in words if word))
