"""The closed lists of the adoption model (S000-1…64). Their codes are those of the content file; a test compares them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VersionStatus(models.TextChoices):
    """Where a version of the model stands; a published one never changes."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("No longer given to new rollouts")


class MemberRole(models.TextChoices):
    """Who is responsible for an item or takes part in it."""

    PROJECT_COORDINATOR = "project_coordinator", _("Project coordinator")
    MANAGER = "manager", _("Management")
    SUPERVISOR = "supervisor", _("Supervisor")
    MAIN_USER = "main_user", _("Main user")
    RESPONDER = "responder", _("Chat responder")
    AREA_PROFESSIONAL = "area_professional", _("Professional of the service area")
    COMMUNICATIONS = "communications", _("Communications")
    ICT = "ict", _("ICT")
    TECHNICAL_SUPPORT = "technical_support", _("Technical support")
    SECURITY_PRIVACY = "security_privacy", _("Information security and data protection")
    PRODUCTION_OWNER = "production_owner", _("Owner in service production")
    PATH_AUTHOR = "path_author", _("Guidance-path author")


class ItemState(models.TextChoices):
    """The state of one item in one rollout."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING_DECISION = "waiting_decision", _("Waiting for a decision")
    BLOCKED = "blocked", _("Blocked")
    DONE = "done", _("Done")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class PartKind(models.TextChoices):
    """What an item may ask before it can be done."""

    DECISION = "decision", _("Decision")
    DOCUMENT = "document", _("Document")
    EVIDENCE = "evidence", _("Evidence")
    FORM = "form", _("Form")
    PARTICIPANTS = "participants", _("Participants")
    SIGNOFF = "signoff", _("Sign-off")
    FACT = "fact", _("Fact of the live system")


class PilotVerdict(models.TextChoices):
    """What management decides of a pilot (S001-40)."""

    GO_ON = "go_on", _("It goes on as normal operation")
    CHANGE = "change", _("It goes on, changed")
    STOP = "stop", _("It stops")


class Outcome(models.TextChoices):
    """What a decision says."""

    APPROVED = "approved", _("Approved")
    APPROVED_WITH_CONDITIONS = "approved_with_conditions", _("Approved with conditions")
    REJECTED = "rejected", _("Rejected")
    POSTPONED = "postponed", _("Postponed")


class Verdict(models.TextChoices):
    """What a gate review says."""

    GO = "go", pgettext_lazy("verdict", "Go")  # the admin has a “Go” of its own
    CONDITIONS = "conditions", _("Go, with conditions")
    NO_GO = "no_go", _("No-go")
    POSTPONED = "postponed", _("Postponed")


class ProofLevel(models.TextChoices):
    """How much of an item the live system can prove."""

    FULL = "full", _("The system proves the whole item")
    PARTIAL = "partial", _("The system proves a part")
    NONE = "none", _("Only a person can say")


class Recurrence(models.TextChoices):
    """How often an item comes back."""

    ONCE = "", _("Once")
    MONTH = "month", _("Every month")
    QUARTER = "quarter", _("Every quarter")


class Stage(models.TextChoices):
    """The maturity of a way of working (S000-63)."""

    IDEA = "idea", _("Idea")
    DEVELOPING = "developing", _("Under development")
    IN_USE = "in_use", _("In use")
    ROOTED = "rooted", _("Rooted")
    ENDED = "ended", _("Ended")


class RolloutStatus(models.TextChoices):
    """Whether a rollout runs."""

    RUNNING = "running", _("Running")
    MAINTENANCE = "maintenance", _("Handed over, in maintenance")
    NOT_STARTED = "not_launched", _("Not launched")


class Funder(models.TextChoices):
    """Who pays (S000-7)."""

    OWN = "own", _("The county’s own funding")
    RRF = "rrf", _("EU recovery instrument (RRF)")
    EU = "eu", _("Other EU funding")
    STM = "stm", _("Ministry of Social Affairs and Health")
    OTHER = "other", _("Other funding")


class MeetingKind(models.TextChoices):
    """What a meeting is for."""

    WORKSHOP = "workshop", _("Workshop")
    PRESENTATION = "presentation", _("Presentation to management")
    WALKTHROUGH = "walkthrough", _("Walkthrough with responders")
    RESPONDERS = "responders", _("Responders’ monthly meeting")
    STEERING = "steering", _("Steering group")
    YEARLY = "yearly", _("Yearly review")
    OTHER = "other", _("Other meeting")


class ReachedAudience(models.TextChoices):
    """Whom a communication action reaches (S000-46)."""

    RESIDENTS = "residents", _("Residents")
    PROFESSIONALS = "professionals", _("Professionals")


class CommunicationKind(models.TextChoices):
    """How something came to be told: by ourselves, face to face, or by the media (S004-32)."""

    OWN = "own", _("Our own communication")
    EVENT = "event", _("Event or meeting")
    MEDIA = "media", _("Media")


class RiskKind(models.TextChoices):
    """A risk or an opportunity."""

    RISK = "risk", _("Risk")
    OPPORTUNITY = "opportunity", _("Opportunity")


class Level(models.TextChoices):
    """How likely or how great."""

    LOW = "low", _("Low")
    MIDDLE = "middle", _("Middling")
    HIGH = "high", _("High")


class YesNo(models.TextChoices):
    """An answer that may still be open."""

    OPEN = "", _("Not answered yet")
    YES = "yes", _("Yes")
    NO = "no", _("No")
