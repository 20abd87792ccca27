"""Signals whose facts belong to parts of the portal that are not in use yet: each answers by its name that it is not available."""

from __future__ import annotations

from collections.abc import Mapping

from adoption.signals.answers import Answer, Judge, Unavailable, missed
from adoption.signals.facts import Facts

TRAINED = "responders_trained"
OWNERS: Mapping[str, str] = {
    "report_definition_selected": "reports",
    "training_plan_saved": "handbook",
    TRAINED: "handbook",
    "internal_news_published": "handbook",
    "handbook_service_section_published": "handbook",
    "quick_replies_published": "handbook",
    "monthly_report_generated": "reports",
    "last_month_report_reviewed": "reports",
    "guidance_paths_live": "guidance",
}


def responders_trained(facts: Facts) -> Answer:
    """False while the service's groups have no responder: nobody has been trained. Who has completed what, the handbook knows."""
    responders = facts.service.responders if facts.service else 0
    if not responders:
        return missed({"met": 0, "of": 0}, "100 %")
    return Unavailable(TRAINED, OWNERS[TRAINED])


def _unavailable(name: str, owner: str) -> Judge:
    def judge(facts: Facts) -> Answer:
        return Unavailable(name, owner)

    return judge


UNBUILT: Mapping[str, Judge] = {
    **{name: _unavailable(name, owner) for name, owner in OWNERS.items()},
    TRAINED: responders_trained,
}
