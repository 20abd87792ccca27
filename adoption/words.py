"""The model’s codes in words: forms, documents, parts, periods and shares, as a page says them."""

from __future__ import annotations

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from adoption.choices import ItemState, MemberRole, PartKind, Recurrence
from adoption.signals.words import signal_name
from adoption.states import CLOSED

FORMS: dict[str, Promise] = {
    "development_proposal": _("Development proposal"),
    "need_mapping": _("Mapping of the need"),
    "cost_estimate": _("Estimate of costs and resources"),
    "service_definition": _("Definition of the service, nine points"),
    "queue_structure": _("Structure of the queues"),
    "systems_inventory": _("Client and patient data systems in use"),
    "metric_selection": _("Needs for statistics and reporting"),
    "targets_costs_resources": _("Goals, costs and resources"),
    "handover": _("Handover record"),
    "report_review": _("Review of the monthly report"),
}
DOCUMENTS: dict[str, Promise] = {
    "assignment_agreement": _("Assignment agreement"),
    "change_impact_assessment": _("Assessment of the effects of the change"),
    "security_assessment": _("Assessment of information security"),
    "data_protection_assessment": _("Assessment of data protection"),
}
PARTS: dict[str, Promise] = {
    "decision": _("Decision"),
    "evidence": _("What was done"),
    "participants": _("Who took part"),
    "gate_decision": _("Decision of the gate review"),
    "project_end": _("Decision to end the project"),
    "pilot_evaluation": _("Evaluation of the pilot"),
    "pilot_dates": _("Dates of the pilot"),
    "training_plan": _("Training plan"),
    "training_done": _("Training given"),
    "to_residents": _("Told to residents"),
    "to_professionals": _("Told to professionals"),
}
STEPS: dict[str, Promise] = {
    ItemState.DONE: _("Mark as done"),
    ItemState.WAITING_DECISION: _("It waits for a decision"),
    ItemState.BLOCKED: _("Something blocks this"),
    ItemState.NOT_APPLICABLE: _("It does not apply"),
}
MONTHS = {
    "fi": (
        "tammikuu",
        "helmikuu",
        "maaliskuu",
        "huhtikuu",
        "toukokuu",
        "kesäkuu",
        "heinäkuu",
        "elokuu",
        "syyskuu",
        "lokakuu",
        "marraskuu",
        "joulukuu",
    ),
    "sv": (
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}


def _language() -> str:
    code = (get_language() or "fi")[:2]
    return code if code in MONTHS else "fi"


def form_name(key: str) -> str:
    """What a form of the model is called; one that a county made itself by its key."""
    return str(FORMS.get(key) or _plain(key))


def document_name(key: str) -> str:
    """What a type of document is called."""
    return str(DOCUMENTS.get(key) or _plain(key))


def role_name(code: str) -> str:
    """What a role of the model is called."""
    return str(dict(MemberRole.choices).get(code) or _plain(code))


def part_name(name: str) -> str:
    """What a part of an item is called: its own name, or what it asks (`form:handover`, `signoff:manager`)."""
    kind, _colon, beside = name.partition(":")
    if not beside:
        return str(PARTS.get(name) or _plain(name))
    if kind == PartKind.FORM:
        return form_name(beside)
    if kind == PartKind.DOCUMENT:
        return document_name(beside)
    if kind == PartKind.FACT:
        return signal_name(beside)
    if kind == PartKind.SIGNOFF:
        return f"{PartKind.SIGNOFF.label}: {role_name(beside)}"
    return str(PartKind(kind).label) if kind in PartKind.values else _plain(name)


def step_name(to: str, was: str) -> str:
    """What a person does who takes an item from the one state to the other."""
    if to != ItemState.IN_PROGRESS:
        return str(STEPS[to])
    if was == ItemState.NOT_STARTED:
        return gettext("Start working")
    return gettext("Open again") if was in CLOSED else gettext("The work goes on")


def period_name(first: date, recurrence: str) -> str:
    """The month or quarter that a recurring item is about: lokakuu 2026, 4/2026."""
    if recurrence == Recurrence.QUARTER:
        return pgettext("period", "quarter %(number)s/%(year)s") % {"number": (first.month + 2) // 3, "year": first.year}
    return f"{MONTHS[_language()][first.month - 1]} {first.year}"


def share_name(tenths: int | None) -> str:
    """25,0 % of tenths of a percent; a dash when nothing applies."""
    if tenths is None:
        return "–"
    mark = "." if _language() == "en" else ","
    return f"{tenths // 10}{mark}{tenths % 10} %"


def _plain(code: str) -> str:
    words = code.rpartition(":")[2].replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
