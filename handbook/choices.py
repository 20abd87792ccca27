"""The closed lists of the handbook."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReplyScope(models.TextChoices):
    """Who has a quick reply in use."""

    COMMON = "common", _("Common to every service")
    SERVICE = "service", _("Of named services")
    QUEUE = "queue", _("Of one queue")
    PERSONAL = "personal", _("My own")


class ReplyCategory(models.TextChoices):
    """For which moment of a conversation a quick reply is."""

    START = "start", pgettext_lazy("quick reply", "Start")
    WAITING = "waiting", pgettext_lazy("quick reply", "Waiting")
    EMERGENCY = "emergency", _("Emergency and urgency")
    PRIVACY = "privacy", _("Privacy and identification")
    ELDERLY = "elderly", _("Services for older people")
    NEUVOLA = "neuvola", _("Maternity and child health clinic")
    HEALTH = "health", _("Health advice")
    DIGITAL = "digital", _("Digital support")
    REDIRECT = "redirect", _("Guidance to the right service")
    TRANSFER = "transfer", _("Transfer and what follows")
    CONCERN = "concern", _("Concern for somebody")
    DISRUPTION = "disruption", pgettext_lazy("quick reply", "Disruption")
    BEHAVIOUR = "behaviour", _("Behaviour")
    LANGUAGE = "language", pgettext_lazy("quick reply", "Language")
    CLOSING = "closing", pgettext_lazy("quick reply", "Closing")
    OTHER = "other", pgettext_lazy("quick reply", "Other")


class ReplyAudience(models.TextChoices):
    """To whom a quick reply may be sent."""

    RESIDENT = "resident", _("Residents and professionals")
    PROFESSIONAL = "professional", _("Only professionals who consult")


class ProposalState(models.TextChoices):
    """What came of a proposal of a new common reply."""

    OPEN = "open", pgettext_lazy("proposal", "Waits for a decision")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Taken into use")
    DECLINED = "declined", pgettext_lazy("proposal", "Not taken into use")
