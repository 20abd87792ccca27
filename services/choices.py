"""The closed lists of the service directory."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ServiceStatus(models.TextChoices):
    """The life of a service: only an open one takes conversations (house rule; S000-35, S000-50)."""

    DRAFT = "draft", _("Draft")
    PERMITTED = "permitted", _("Permitted to open")
    OPEN = "open", _("Open")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


class TopicKind(models.TextChoices):
    """What kind of help a topic is, when a report tells of that kind apart (S000-27, S001-67, S002-20)."""

    PREVENTION = "prevention", _("Prevention and early support")
    DIGITAL = "digital", _("Guidance in dealing digitally")


class Register(models.TextChoices):
    """Whose client data the service keeps (S001-70)."""

    SOCIAL = "social", _("Social welfare")
    HEALTH = "health", _("Health care")


class Identification(models.TextChoices):
    """When strong identification is needed."""

    NEVER = "never", _("Not needed")
    MIDWAY = "midway", _("Needed when your own matters are handled")
    START = "start", _("Needed at the start")


class Medium(models.TextChoices):
    """How a contact channel works."""

    PHONE = "phone", _("Phone")
    VISIT = "visit", _("Visit")
    EMAIL = "email", _("E-mail")
    FORM = "form", _("Form")
    WEB = "web", _("Web service")


class ContactKind(models.TextChoices):
    """What a contact point is."""

    PHONE = "phone", _("Phone number")
    EMAIL = "email", _("E-mail address")
    VISIT = "visit", _("Visiting address")
    WEB = "web", _("Web address")


class PriceClass(models.TextChoices):
    """What a call costs."""

    FREE = "free", _("Free of charge")
    LOCAL = "local", _("Local or mobile call charge")
    OTHER = "other", _("Other charge")


class LinkCategory(models.TextChoices):
    """What a link of the materials library leads to (S001-36); a link without one is no material."""

    GROUP = "group", _("Group or team")
    COURSE = "course", _("Course or training")
    VIDEO = "video", _("Video or recording")
    INSTRUCTION = "instruction", _("Instruction")
    FORM = "form", _("Form or template")
    OTHER = "other", _("Other material")


class Audience(models.TextChoices):
    """Who may see an entry."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Professionals only")


class OverrideKind(models.TextChoices):
    """What a manual override does, whatever the calendar says."""

    CLOSE = "close", _("Keep closed")
    OPEN = "open", _("Keep open")


class Weekday(models.IntegerChoices):
    """ISO weekday less one: Monday is 0."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class AimClass(models.TextChoices):
    """For whom a target is an aim (metrics 1.8; S002-19…22)."""

    CLIENT = "client", _("Client")
    ORGANISATION = "organisation", _("Organisation")
    STAFF = "staff", _("Staff")


class Direction(models.TextChoices):
    """How a value is compared with its target; the comparison is with the unrounded value."""

    GTE = "gte", "≥"
    LTE = "lte", "≤"
    GT = "gt", ">"
    LT = "lt", "<"


class CostSplit(models.TextChoices):
    """What a county does with costs that several of its services share (M31)."""

    NOT = "not", _("Shared costs are not split: only the figure of all who share them has them")
    ANSWERED = "answered", _("Shared costs are split by the share of answered contacts")


class CostKind(models.TextChoices):
    """Cost rows of M31."""

    STAFF = "staff", _("Staff")
    SYSTEM = "system", _("System")
    OTHER = "other", _("Other")


class SurveyKind(models.TextChoices):
    """Who is asked."""

    PUBLIC = "public", _("Residents")
    STAFF = "staff", _("Staff")


class QuestionKind(models.TextChoices):
    """How a question is answered."""

    ONE = "one", _("One choice")
    MANY = "many", _("Several choices")
    SCALE = "scale", _("Scale from 1 to 5")
    WORDS = "words", _("Own words")


class QuestionMeasure(models.TextChoices):
    """What the answers to a question are read for, beside the survey's own results."""

    EASE = "ease", _("How easy the chat is to use")


class HelpFieldKind(models.TextChoices):
    """How a field of a help form is answered."""

    WORDS = "words", _("Own words")
    ONE = "one", _("One choice")
    YES_NO = "yes_no", _("Yes or no")


class MailSecurity(models.TextChoices):
    """How a connection to a mail server is encrypted."""

    TLS = "tls", _("TLS from the start")
    STARTTLS = "starttls", "STARTTLS"
    NONE = "none", _("None: only on this machine")


class MailTrouble(models.TextChoices):
    """Why a mailbox could not be used, in words that tell what to look at; never the server's own answer."""

    CONNECT = "connect", _("The server does not answer: check its name and port, and that it may be reached from here")
    TLS = "tls", _("The encrypted connection failed: check the kind of encryption, and the server’s certificate")
    CERT_NAME = "cert_name", _("The server’s certificate is of another name: check the server’s name")
    CERT_TIME = "cert_time", _("The server’s certificate is not in force: it has run out, or its time has not begun")
    UNTRUSTED = "untrusted", _("Nobody whom the portal trusts has signed the server’s certificate: ask the portal’s keeper")
    LOGIN = "login", _("The server refused the user name or the password")
    FOLDER = "folder", _("The folder was not found")
    SENDER = "sender", _("The server does not let this user send from this address")
    REFUSED = "refused", _("The server refused the recipient")
    PROTOCOL = "protocol", _("The server answered in a way that is not understood")
    PASSWORD = "password", _("The stored password can’t be read any more: give it again")
    LETTER = "letter", _("A letter could not be stored: it waits in the mailbox and is tried again")
