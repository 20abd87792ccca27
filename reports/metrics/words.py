"""What a part of a figure is called."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chat.choices import FailureDemand, Medium, Outcome, OutcomeReason, Status, WentTo, WhyChat
from reports.choices import QualityItem, Theme, Tone
from reports.metrics.columns import REASON, SILENT
from services.choices import TopicKind

MEDIA: Mapping[str, Promise | str] = {
    Medium.FORM: _("Help forms"),
    Medium.CALL: _("Call requests and follow-ups"),
    Medium.MAIL: _("E-mails"),
}
"""What is no contact: what residents said of it is told apart (metrics 1.1)."""
OF_MEDIUM: Mapping[str, Promise | str] = {
    "satisfaction_n": _("answers from 1 to 5"),
    "mean": _("mean"),
    "recommend_n": _("answers from 0 to 10"),
    "nps": "NPS",
    "with_feedback": _("with feedback"),
    "rate": _("share with feedback, of the answered"),
    "texts": _("texts"),
}

_KIND_SHARES = {
    TopicKind.PREVENTION: _("Prevention and early support, share of contacts"),
    TopicKind.DIGITAL: _("Guidance in dealing digitally, share of contacts"),
}
PARTS: Mapping[str, Promise | str] = {
    **{str(code): words for code, words in (*Status.choices, *Outcome.choices, *WentTo.choices, *FailureDemand.choices)},
    **{f"{REASON}{code}": words for code, words in OutcomeReason.choices},
    REASON: _("No reason given"),
    SILENT: _("Ended by the portal when the resident had long been silent"),
    "contacts": _("All contacts"),
    **{f"kind_{kind}": words for kind, words in TopicKind.choices},
    **{f"kind_{kind}_share": words for kind, words in _KIND_SHARES.items()},
    "within": _("Answered within the target"),
    "coded": _("Answered contacts with an outcome"),
    "promoters": _("Answered 9–10"),
    "passives": _("Answered 7–8"),
    "detractors": _("Answered 0–6"),
    "feedback": _("Contacts with feedback"),
    "texts": _("Texts"),
    **{str(code): words for code, words in Tone.choices},
    **{f"theme_{code}": words for code, words in Theme.choices},
    **{f"why_{code}": format_lazy("{}: {}", _("Chose the chat"), words) for code, words in WhyChat.choices},
    "not_gone_through": _("Not gone through yet"),
    "positive_share": _("Positive, of those gone through"),
    "neutral_share": _("Neutral, of those gone through"),
    "negative_share": _("Negative, of those gone through"),
    "mean": _("Mean"),
    "p90": _("Nine of ten at most"),
    "longest": _("Longest"),
    "share": _("Share of answers 4–5"),
    "identified": _("Identified"),
    "asked": _("Contacts in services that use identification"),
    "share_of_contacts": _("Share of contacts"),
    "persons": _("Different persons"),
    "left_after": _("Waited before leaving (median)"),
    "band_0": _("Under 1 min"),
    "band_60": _("1–3 min"),
    "band_180": _("3–5 min"),
    "band_300": _("5–10 min"),
    "band_600": _("10–15 min"),
    "band_900": _("15–30 min"),
    "band_1800": _("30 min or more"),
    "length_0": _("Under 5 min"),
    "length_300": _("5–10 min"),
    "length_600": _("10–15 min"),
    "length_900": _("15–20 min"),
    "length_1200": _("20–30 min"),
    "length_1800": _("30–45 min"),
    "length_2700": _("45–60 min"),
    "length_3600": _("60 min or more"),
    "transfer_mean": _("Wait after a transfer (mean)"),
    "transfer_median": _("Wait after a transfer (median)"),
    "target_hours": _("Hours in which the target was met"),
    "reached": _("Reached on the same day"),
    "asked_in_office_hours": _("Came within office hours"),
    "uncoded": _("Without an outcome"),
    "verified": _("Verified first contacts"),
    "nameless": _("Of them without identification, which cannot be verified"),
    "transferred": _("Answered contacts that were passed on"),
    "moves": _("Transfers"),
    "quick_moves": _("Transfers taken within five minutes"),
    "quick": _("Share of transfers taken within five minutes"),
    "failed_moves": _("Transfers that nobody took"),
    "overflows": _("Went on to an overflow queue"),
    "wrong_service": _("Came to the wrong service"),
    "repeats": _("Came again"),
    "doctor": _("Answered by a doctor"),
    "population": _("Residents"),
    "twelve_months": _("For each thousand residents in twelve months"),
    "available_minutes": _("Minutes in which somebody was available"),
    "responders": _("Responders who were available"),
    "parallel": _("Conversations at once (mean)"),
    "at_most": _("Share of available time with as many conversations as allowed"),
    "most_parallel": _("Conversations at once (most)"),
    "working_days": _("Working days"),
    "per_working_day": _("On a working day"),
    "previous": _("The month before"),
    "year_before": _("The same month a year before"),
    "growth": _("Growth from the month before, on a working day"),
    "growth_of_year": _("Growth from a year before, on a working day"),
    "due": _("Due in the period"),
    "in_time": _("Done in time"),
    "late": _("Done late"),
    "overdue": _("Open and overdue"),
    "not_reached": _("Of them not reached in the agreed attempts"),
    "call_request_due": _("Call requests due"),
    "call_request_in_time": _("Call requests in time"),
    "follow_up_due": _("Follow-ups due"),
    "follow_up_in_time": _("Follow-ups in time"),
    "requests": _("Questions received"),
    "requests_answered": _("Questions answered"),
    "within_two": _("Answered within two working days"),
    "within_three": _("Answered within three working days"),
    "answered_late": _("Answered later than that"),
    "requests_open": _("Open now"),
    "requests_overdue": _("Overdue now"),
    "median_days": _("Median of working days"),
    "open_services": _("Open services"),
    "pilots": _("Of them being tried out"),
    "weekly_hours": _("Open hours in a week"),
    "really_open": _("Hours really open in the period"),
    "professions": _("Professional groups that answered"),
    "guide_sessions": _("Sessions of the guide"),
    "guide_completed": _("Came to an end of a path"),
    "guide_self_served": _("Served by the guide alone"),
    "guide_self_care": _("Ended in advice"),
    "guide_service_link": _("Ended in a service or a link"),
    "guide_chat_handover": _("Ended in a chat"),
    "guide_help_form": _("Ended in the help form"),
    "guide_call_request": _("Ended in a call request"),
    "guide_call_116117": _("Ended in the medical helpline 116117"),
    "guide_call_112": _("Ended in the emergency number 112"),
    "guide_phone": _("Ended in a telephone number"),
    "guide_handed_over": _("Went on to a human"),
    "guide_handed_answered": _("Of them answered by a human"),
    "guide_midway": _("Ended midway"),
    "guide_loops": _("Went round in a circle"),
    "guide_said": _("Told whether it helped"),
    "guide_helped": _("It helped"),
    "guide_missed": _("Searches without a hit"),
    "guide_published": _("Published paths now"),
    "guide_overdue": _("Of them past their review day"),
    "guide_helped_share": _("It helped, of those who told"),
    "guide_human_wait": _("From the hand-over to a human’s answer (median)"),
    "euros": _("Costs, euros"),
    "shared_euros": _("Of them shared costs, euros"),
    "own_mails": _("Came to the portal’s own mailboxes"),
    "own_mails_answered": _("Of them answered"),
    "mails": _("Entered by people: received"),
    "mails_answered": _("Entered by people: answered"),
    "mail_days": _("Working days to an answer (mean)"),
    "calls": _("Phone calls"),
    "calls_answered": _("Phone calls answered"),
    "calls_median": _("Response time of the phone (median)"),
    "calls_within": _("Phone calls answered within the target"),
    "visits": _("All visits of primary health care"),
    "doctor_visits": _("Digital doctor visits"),
    "hours_before": _("Phone hours in a week, before"),
    "hours_now": _("Phone hours in a week, now"),
    "appointments": _("Appointments gained in a week"),
    "saved_euros": _("Saved euros"),
    "rollout_overdue": _("Items past their day"),
    "rollout_risks": _("Open risks"),
    "rollout_proven": _("Items proven by the system"),
    "quality_size": _("Conversations drawn"),
    "quality_checked": _("Of them gone through"),
    **{f"quality_{code}": words for code, words in QualityItem.choices},
    "per_answered": _("Euros for each answered contact"),
}

NOTES: Mapping[str, Promise | str] = {
    "session_only": _("By browser session alone: identification is not in use."),
    "uncoded": _("More than a tenth of answered contacts have no outcome."),
    "no_costs": _("Costs are missing from the period."),
    "costs_split": _("Shared costs: split among the services by the share of answered contacts, as the county has chosen."),
    "costs_not_split": _("Shared costs: not in this figure, since the county has not chosen to split them among services."),
    "costs_whole": _("Shared costs: counted once, since all the services that share them are in this figure."),
    "costs_not_splittable": _(
        "Shared costs of some month: not in this figure, since none of those who share them answered anybody."
    ),
    "so_far": _("The month goes on: contacts and working days up to yesterday."),
    "gap_before": _("Not computed: there are no data of the month before."),
    "not_comparable": _("Not comparable: the area of a service has changed."),
    "few": _("Few answers."),
    "more_than_all": _("The data are wrong: there are more digital doctor visits than visits in all. Mend the entered figures."),
    "months_missing": _("Figures are missing from the period."),
    "quality_few": _("What fewer than five yes or no answers would tell is hidden."),
    "load_of_one": _("A single responder was available: how she works is hers to know, and is not told in reports."),
    "load_of_days": _("Told of whole months only, so that no day tells how a single responder works."),
    "load_left_out": _("Without the services in which a single responder was available."),
    "quality_of_one": _("The conversations gone through are one person’s: the result is not shown in reports."),
    "by_day_mails": _("From the daily counter, as far as e-mails were not entered by the month."),
    "by_day_calls": _("From the daily counter, as far as phone calls were not entered by the month."),
    "month_stands_mails": _("The number entered of the month stands: the daily counter of that month is not counted."),
    "month_stands_calls": _("The number entered of the month stands: the daily counter of that month is not counted."),
    "savings_reached": _("The wanted savings were reached."),
    "savings_not_reached": _("The wanted savings were not reached."),
    "savings_not_assessed": _("Whether the wanted savings were reached has not been assessed."),
}
PERCENTS = {
    *(
        "share",
        "share_of_contacts",
        "target_hours",
        "uncoded",
        "verified",
        "quick",
        "growth",
        "growth_of_year",
        "guide_helped_share",
        "calls_within",
        "at_most",
    ),
    *(f"{tone}_share" for tone in Tone.values),
    *(f"kind_{kind}_share" for kind in TopicKind.values),
    *(f"quality_{code}" for code in QualityItem.values),
}
"""What stands beside a figure as a percentage, though the figure itself may be of another unit."""
ROLLOUT = "rollout "
"""Before the name of a rollout, which stands beside M29 under its own name."""
PHASE = " / "
PHASES: Mapping[str, Promise | str] = {
    "selvitys": _("Investigation"),
    "maarittely": _("Definition and planning"),
    "toteutus": _("Implementation and taking into use"),
    "paattaminen": _("Closing and maintenance"),
}
"""The phases of the model as it ships; another is told by its key."""
EUROS = {"euros", "shared_euros", "per_answered", "saved_euros"}
"""What stands beside a figure as euros."""
TIMES = {"mean", "p90", "longest", "left_after", "transfer_mean", "transfer_median", "guide_human_wait", "calls_median"}
"""What stands beside a figure as a duration."""


def part_words(code: str) -> str:
    """What a part of a figure is called; a mark from 1 to 5 is its number."""
    if code.startswith(ROLLOUT):
        name, _at, phase = code.removeprefix(ROLLOUT).partition(PHASE)
        return f"{name}: {PHASES.get(phase, phase)}" if phase else name
    medium, _at, name = code.partition("_")
    if medium in MEDIA and name in OF_MEDIUM:
        return f"{MEDIA[medium]}: {OF_MEDIUM[name]}"
    return str(PARTS.get(code, code))


def is_percent(code: str) -> bool:
    """What stands beside a figure under this name is a percentage."""
    return code in PERCENTS or code.startswith(ROLLOUT) or code in {f"{medium}_rate" for medium in MEDIA}


_PIECES = pgettext_lazy("unit", "pcs")
UNITS: Mapping[str, Promise | str] = {
    "n": _PIECES,
    "kpl": _PIECES,
    "n/h": pgettext_lazy("unit", "an hour"),
    "h/wk": pgettext_lazy("unit", "h a week"),
    "/1000": pgettext_lazy("unit", "per thousand residents"),
    "1–5": pgettext_lazy("unit", "on the scale 1–5"),
    "nps": "NPS",
}


def unit_words(unit: str) -> str:
    """A unit as people read it; %, s and € are read as they are."""
    return str(UNITS.get(unit, unit))
