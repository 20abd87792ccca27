"""What a part of a figure is called."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.choices import FailureDemand, Outcome, Status, WentTo
from reports.choices import Theme, Tone

PARTS: Mapping[str, Promise | str] = {
    **{str(code): words for code, words in (*Status.choices, *Outcome.choices, *WentTo.choices, *FailureDemand.choices)},
    "contacts": _("All contacts"),
    "within": _("Answered within the target"),
    "coded": _("Answered contacts with an outcome"),
    "promoters": _("Answered 9–10"),
    "passives": _("Answered 7–8"),
    "detractors": _("Answered 0–6"),
    "feedback": _("Contacts with feedback"),
    "texts": _("Texts"),
    **{str(code): words for code, words in Tone.choices},
    **{f"theme_{code}": words for code, words in Theme.choices},
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
    "available_minutes": _("Minutes in which somebody was available"),
    "responders": _("Responders who were available"),
    "parallel": _("Conversations at once (mean)"),
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
    "open_services": _("Open services"),
    "weekly_hours": _("Open hours in a week"),
    "really_open": _("Hours really open in the period"),
    "professions": _("Professional groups that answered"),
    "euros": _("Costs, euros"),
    "mails": _("Received"),
    "mails_answered": _("Answered"),
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
    "per_answered": _("Euros for each answered contact"),
}

NOTES: Mapping[str, Promise | str] = {
    "session_only": _("By browser session alone: identification is not in use."),
    "uncoded": _("More than a tenth of answered contacts have no outcome."),
    "no_costs": _("Costs are missing from the period."),
    "not_comparable": _("Not comparable: the area of a service has changed."),
    "few": _("Few answers."),
    "more_than_all": _("The data are wrong: there are more digital doctor visits than visits in all. Mend the entered figures."),
    "months_missing": _("Figures are missing from the period."),
    "savings_reached": _("The wanted savings were reached."),
    "savings_not_reached": _("The wanted savings were not reached."),
    "savings_not_assessed": _("Whether the wanted savings were reached has not been assessed."),
}
PERCENTS = {
    *("share", "share_of_contacts", "target_hours", "uncoded", "verified", "quick", "growth", "growth_of_year", "calls_within"),
    *(f"{tone}_share" for tone in Tone.values),
}
"""What stands beside a figure as a percentage, though the figure itself may be of another unit."""
EUROS = {"euros", "per_answered", "saved_euros"}
"""What stands beside a figure as euros."""
TIMES = {"mean", "p90", "longest", "left_after", "transfer_mean", "transfer_median", "calls_median"}
"""What stands beside a figure as a duration."""


def part_words(code: str) -> str:
    """What a part of a figure is called; a mark from 1 to 5 is its number."""
    return str(PARTS.get(code, code))
