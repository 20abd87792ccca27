"""The names of the metrics, and of what a figure is made of."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.choices import Outcome, Status, WentTo

METRICS: Mapping[str, Promise | str] = {
    "M01": _("Number of contacts"),
    "M02": _("Identified contacts"),
    "M03": _("Answered and answer rate"),
    "M04": _("Abandoned"),
    "M05": _("Off-hours attempts"),
    "M06": _("Queue time"),
    "M07": _("Response time"),
    "M08": _("Response within target"),
    "M08b": _("Same-day contact"),
    "M09": _("Conversation length"),
    "M10": _("Handled at first contact (FCR)"),
    "M11": _("One-contact rate"),
    "M12": _("Directed to traditional services"),
    "M13": _("Transfers between queues"),
    "M14": _("Customer satisfaction (CSAT)"),
    "M15": _("Net Promoter Score (NPS)"),
    "M16": _("Feedback response rate"),
    "M17": _("Free feedback"),
    "M18": _("Failure demand"),
    "M19": _("Duplicate contacts"),
    "M20": _("E-mails beside chat"),
    "M21": _("Phone and chat"),
    "M22": _("Guide bot use"),
    "M23": _("Ask-for-help form"),
    "M24": _("Share of digital doctor visits"),
    "M25": _("Contacts per resident"),
    "M26": _("Load of responders"),
    "M27": _("Responders needed (Erlang C)"),
    "M28": _("Growth and forecast"),
    "M29": _("Adoption progress"),
    "M30": _("Released phone time"),
    "M31": _("Cost per contact"),
    "M32": _("Open services, open hours and professional groups"),
    "M33": _("Follow-ups and call requests done in time"),
    "M34": _("Growing topics"),
    "M35": _("Quality sample"),
}
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
