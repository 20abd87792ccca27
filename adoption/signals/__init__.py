"""The live system's provable facts, by the names that the adoption model gives them (S000-32…55).

Each signal is a pure function of `Facts`, which `reading.read_facts` reads in a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adoption.signals import definition, handbook, life, opening, publicity, record, reporting
from adoption.signals.answers import Answer, Judge, Signal, Unavailable
from adoption.signals.facts import Facts, ItemFact, PartFact

SIGNALS: Mapping[str, Judge] = {
    "form_complete": record.form_complete,
    "service_defined": definition.service_defined,
    "queue_structure_defined": definition.queue_structure_defined,
    "decision_recorded": record.decision_recorded,
    "working_group_named": record.working_group_named,
    "workshop_recorded": life.workshop_recorded,
    "systems_inventory": record.systems_inventory,
    "model_walkthrough_recorded": life.model_walkthrough_recorded,
    "service_page_published": publicity.service_page_published,
    "support_model_published": publicity.support_model_published,
    "client_guide_published": publicity.client_guide_published,
    "targets_costs_resources_reviewed": opening.targets_costs_resources_reviewed,
    "service_open_first_conversation": opening.service_open_first_conversation,
    "handover_accepted": record.handover_accepted,
    "communication_logged": life.communication_logged,
    "development_loop_alive": life.development_loop_alive,
    "pilot_dates_set": record.pilot_dates_set,
    "guidance_paths_live": publicity.guidance_paths_live,
    "disruption_rules_published": publicity.disruption_rules_published,
    "responders_meetings_held": life.responders_meetings_held,
    "contact_directory_published": publicity.contact_directory_published,
    "staff_survey_reported": life.staff_survey_reported,
    "handbook_service_section_published": handbook.handbook_service_section_published,
    "quick_replies_published": handbook.quick_replies_published,
    "internal_news_published": handbook.internal_news_published,
    "training_plan_saved": handbook.training_plan_saved,
    "responders_trained": handbook.responders_trained,
    "report_definition_selected": reporting.report_definition_selected,
    "monthly_report_generated": reporting.monthly_report_generated,
    "last_month_report_reviewed": reporting.last_month_report_reviewed,
}


def judge(name: str, facts: Facts) -> Answer:
    """What the signal answers of the item in hand; what was shown in a demonstration county is marked so."""
    if name not in SIGNALS:
        return Unavailable(name)
    answer = SIGNALS[name](facts)
    return replace(answer, is_demo=facts.is_demo) if isinstance(answer, Signal) else answer


__all__ = ["SIGNALS", "Answer", "Facts", "ItemFact", "PartFact", "Signal", "Unavailable", "judge"]
