"""The closed lists of the handbook."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.choices import Role


class VersionState(models.TextChoices):
    """The life of a version of a text: what is published never changes, a change is a new version."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class ChapterAudience(models.TextChoices):
    """Who reads a chapter."""

    STAFF = "staff", pgettext_lazy("audience of a chapter", "Staff")
    RESIDENTS = "residents", pgettext_lazy("audience of a chapter", "Residents")


class RemarkKind(models.TextChoices):
    """What a reader says of a chapter (S001-32, S001-37)."""

    COMMENT = "comment", _("Comment")
    SUGGESTION = "suggestion", _("Suggested change")
    TIP = "tip", _("Tip to colleagues")


class RemarkState(models.TextChoices):
    """What became of it."""

    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Not taken")


class Skill(models.TextChoices):
    """Areas and channels in which a responder assesses her own skill (S001-26…28, S001-61)."""

    SERVICES = "services", _("Knowledge of our services")
    PARTNERS = "partners", _("Knowledge of partners and organisations")
    DIGITAL_SERVICES = "digital_services", _("Knowledge of digital services")
    DEVICES = "devices", _("Digital skills")
    WRITING = "writing", _("Guiding in writing")
    CHAT = "chat", _("Working in the chat")
    PHONE = "phone", _("Working by phone")
    MAIL = "mail", _("Working by e-mail")


class Right(models.TextChoices):
    """What a person may do with a text."""

    READ = "read", _("Read")
    SUGGEST = "suggest", _("Suggest")
    EDIT = "edit", _("Edit")
    APPROVE = "approve", _("Approve")
    PUBLISH = "publish", _("Publish")


# Who may say something of a chapter; everybody with a role in the county reads.
SUGGESTING_ROLES: frozenset[str] = frozenset(
    {Role.RESPONDER, Role.SUPERVISOR, Role.MAIN_USER, Role.COORDINATOR, Role.MANAGER, Role.PATH_AUTHOR}
)
# Whose work the handbook teaches: what has changed asks these to read.
READER_ROLES: frozenset[str] = frozenset({Role.RESPONDER, Role.SUPERVISOR})
# Who writes notices to the staff: the main user for the county, the others for their services, or a whole county that is theirs.
NOTICE_WRITERS: frozenset[str] = frozenset({Role.MAIN_USER, Role.SUPERVISOR, Role.COORDINATOR})
LANGUAGES = ("fi", "sv", "en")
OPEN_STATES: tuple[str, ...] = (VersionState.DRAFT, VersionState.REVIEW)
PAST_DRAFT: tuple[str, ...] = (VersionState.PUBLISHED, VersionState.RETIRED)


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
