"""What a figure is made of, in words; the names of the metrics are the directory’s."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.choices import Outcome, Status, WentTo

MADE_OF: Mapping[str, Promise | str] = {
    "M01": _("Conversations that were answered, or whose resident left while waiting, or that the service closed."),
    "M03": _("Answered contacts divided by all contacts."),
    "M04": _("Contacts whose resident left while waiting, divided by all contacts."),
    "M05": _("Visits to the chat while it was closed: one for each browser session and closed period."),
    "M06": _("From joining the first queue to being taken, of answered contacts; the figure is the median."),
    "M07": _("From joining the first queue to a human’s first message, of answered contacts; the figure is the median."),
    "M08": _("Contacts answered within the service’s response time target, divided by all contacts."),
    "M10": _("Outcomes R1 and R2, divided by answered contacts with an outcome."),
    "M11": _("Outcomes R1, R2, R3, R4, R6 and R8, divided by answered contacts with an outcome."),
    "M12": _("Outcomes R3, R4 and R5, divided by answered contacts with an outcome."),
    "M14": _("The mean of answers from 1 to 5 to how content residents were; one answer for each contact."),
    "M15": _("The share of those who answered 9–10 less the share of those who answered 0–6."),
    "M16": _("Contacts with at least one answer of feedback, divided by answered contacts."),
}
PARTS: Mapping[str, Promise | str] = {
    **{str(code): words for code, words in (*Status.choices, *Outcome.choices, *WentTo.choices)},
    "contacts": _("All contacts"),
    "within": _("Answered within the target"),
    "coded": _("Answered contacts with an outcome"),
    "promoters": _("Answered 9–10"),
    "passives": _("Answered 7–8"),
    "detractors": _("Answered 0–6"),
    "feedback": _("Contacts with feedback"),
    "mean": _("Mean"),
    "p90": _("Nine of ten at most"),
    "longest": _("Longest"),
    "share": _("Share of answers 4–5"),
}


def part_words(code: str) -> str:
    """What a part of a figure is called; a mark from 1 to 5 is its number."""
    return str(PARTS.get(code, code))
