"""The closed lists of reports."""

from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role

# Who reads figures; of which services is asked row by row.
FIGURE_READERS: frozenset[str] = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.MAIN_USER})
# Who goes through a month's report and signs what was found (the model's signal `last_month_report_reviewed`).
REVIEWERS: frozenset[str] = frozenset({Role.SUPERVISOR, Role.MANAGER})
# Who counts what was handled beside the chats.
COUNTERS: frozenset[str] = frozenset({Role.RESPONDER, Role.SUPERVISOR})

# The metrics of the review's four topics: every report shows them, whatever else a service has chosen (S000-53). How many answered
# stands always beside how content they were (M14).
ALWAYS_SHOWN: Sequence[str] = ("M01", "M06", "M14", "M15", "M16", "M17")


class Making(models.TextChoices):
    """How far a monthly report is that is not there yet."""

    WAITING = "waiting", _("Waiting to be made")
    MAKING = "making", _("Being made")
    FAILED = "failed", _("Could not be made")


class WhyNotMade(models.TextChoices):
    """Why a monthly report could not be made, for who reads it; the error itself is in the log."""

    DATABASE = "database", _("the database did not answer, or the connection broke off")
    TOO_SLOW = "too_slow", _("reading the conversations took too long")
    FAULT = "fault", _("there is a fault in the portal, which its maintainers must mend")


class Tone(models.TextChoices):
    """Of which tone a resident's own words are; a person says it (M17)."""

    POSITIVE = "positive", _("Positive")
    NEUTRAL = "neutral", _("Neutral")
    NEGATIVE = "negative", _("Negative")


class Theme(models.TextChoices):
    """What a resident's own words are about (M17; S001-43, 44, 48, 50)."""

    SKILL = "skill", _("Skill in the service")
    CLARITY = "clarity", _("Clear expression")
    PROGRESS = "progress", _("Matters advance")
    HUMANE = "humane", _("Humane encounter")
    PERSONAL = "personal", _("Personal touch")
    HEALTH = "health", _("A health care matter")
    WRONG_CHAT = "wrong_chat", _("Wrong chat")
    OTHER = "other", _("Something else")


class WishKind(models.TextChoices):
    """What a responder wishes of a day (S004-31)."""

    GLADLY = "gladly", _("I would gladly work")
    RATHER_NOT = "rather_not", _("I would rather not work")
    CANNOT = "cannot", _("I cannot work")


class QualityItem(models.TextChoices):
    """The check list of the quality sample (M35)."""

    GREETING = "greeting", _("Greeting and name of the service")
    NEED = "need", _("The need was found out")
    ADVICE = "advice", _("The advice was right and sufficient")
    LANGUAGE = "language", _("Clear and friendly language")
    PRIVACY = "privacy", _("Identification and data protection were right")
    NEXT = "next", _("The next step was agreed, the outcome is right")


class QualityMark(models.TextChoices):
    """What is said of one item of the check list."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    NOT = "not", _("Does not apply")


class CountKind(models.TextChoices):
    """What is counted day by day beside the chats (S001-9)."""

    MAILS = "mails", _("E-mails handled")
    CALLS = "calls", _("Phone calls answered")


class ExternalKind(models.TextChoices):
    """What the portal cannot know by itself, and is entered by hand or brought in by file (M20–M22, M24, M25, M30)."""

    CALLS = "calls", _("Phone calls")
    CALLS_ANSWERED = "calls_answered", _("Phone calls answered")
    CALLS_MEDIAN = "calls_median", _("Response time of the phone, median, seconds")
    CALLS_WITHIN = "calls_within", _("Phone calls answered within the target, %")
    MAILS = "mails", _("E-mails received")
    MAILS_ANSWERED = "mails_answered", _("E-mails answered")
    MAIL_DAYS = "mail_days", _("Time to answer an e-mail, mean, working days")
    VISITS = "visits", _("All visits of primary health care")
    DOCTOR_VISITS = "doctor_visits", _("Digital doctor visits, when they are counted elsewhere")
    POPULATION = "population", _("Residents of the area of the service")
    NURSES = "nurses", _("Nurses who used to have phone hours")
    HOURS_BEFORE = "hours_before", _("Phone hours of one nurse in a week, before")
    HOURS_NOW = "hours_now", _("Phone hours of all nurses in a week, now")
    APPOINTMENT = "appointment", _("Length of an appointment, minutes")
    SAVINGS_REACHED = "savings_reached", _("Wanted savings were reached (1 yes, 0 no)")
    SAVED_EUROS = "saved_euros", _("Saved euros")
    BOT_SESSIONS = "bot_sessions", _("Earlier chatbot: sessions")
    BOT_COMPLETED = "bot_completed", _("Earlier chatbot: sessions that reached an answer")
    BOT_HANDOVERS = "bot_handovers", _("Earlier chatbot: handed over to a human")
