"""The closed lists of conversations (metrics 1.1, 2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Medium(models.TextChoices):
    """One line can hold them all."""

    CHAT = "chat", _("Chat")
    CALL = "call", _("Call")
    FORM = "form", _("Form")
    MAIL = "mail", _("E-mail")


class State(models.TextChoices):
    """Where a conversation is now."""

    WAITING = "waiting", _("Waiting")
    ACTIVE = "active", _("With a responder")
    ENDED = "ended", _("Ended")


class Status(models.TextChoices):
    """What a conversation is in the statistics (metrics 1.1); empty while nothing is settled yet."""

    ANSWERED = "answered", _("Answered")
    ABANDONED = "abandoned", _("Left while waiting")
    SHORT_ABANDON = "short_abandon", _("Left within ten seconds")
    SERVICE_CLOSED = "service_closed", _("The service closed")


class EndedBy(models.TextChoices):
    """Who ended it; the system is a class of its own (house rule)."""

    RESIDENT = "resident", _("Resident")
    RESPONDER = "responder", _("Responder")
    SYSTEM = "system", _("System")


class Outcome(models.TextChoices):
    """The responder's outcome codes (metrics 2). R0 is given by the system only, 24 h after closing."""

    R1 = "R1", _("Handled in chat")
    R2 = "R2", _("Guided to self-care or a digital service")
    R3 = "R3", _("Appointment booked")
    R4 = "R4", _("Call request left to a unit")
    R5 = "R5", _("Asked to contact the unit oneself")
    R6 = "R6", _("Follow-up agreed (phone or e-mail)")
    R7 = "R7", _("Wrong service, redirected")
    R8 = "R8", _("Urgent: 112, 116117 or emergency clinic")
    R9 = "R9", _("Client left midway")
    R0 = "R0", _("Not coded")


GIVEN_OUTCOMES = [code for code in Outcome.values if code != Outcome.R0]


class LaterKind(models.TextChoices):
    """Why somebody reaches the resident later: she asked a unit to call (S002-38), or it was agreed in a conversation (S001-6)."""

    CALL_REQUEST = "call_request", _("Call request")
    FOLLOW_UP = "follow_up", _("Follow-up")


class LaterChannel(models.TextChoices):
    """By what the client wishes to be reached (S001-6)."""

    PHONE = "phone", _("Phone call")
    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")
    OTHER = "other", _("Another way")


class DayPart(models.TextChoices):
    """At what time of the day it suits her."""

    ANY = "", _("At any time of the day")
    MORNING = "morning", _("In the morning")
    AFTERNOON = "afternoon", _("In the afternoon")


class TryResult(models.TextChoices):
    """What came of one attempt to reach her."""

    REACHED = "reached", _("Reached, the matter was handled")
    NO_ANSWER = "no_answer", _("No answer")
    BUSY = "busy", _("The line was busy")
    VOICEMAIL = "voicemail", _("Only the voicemail answered")
    WRONG = "wrong", _("The number or address is wrong")


class LaterResult(models.TextChoices):
    """How it ended (M33)."""

    REACHED = "reached", _("Reached")
    NOT_REACHED = "not_reached", _("Not reached")
    CANCELLED = "cancelled", _("Cancelled by the resident")


class AppointmentKind(models.TextChoices):
    """What kind of an appointment was booked (S002-37, S004-21)."""

    VISIT = "visit", _("Visit to the unit")
    HOME = "home", _("Home visit")
    PHONE = "phone", _("Phone appointment")
    REMOTE = "remote", _("Remote appointment by video")


class Contactor(models.TextChoices):
    """“Kuka asioi”: who contacts (S001-3); empty when not told."""

    SELF = "self", _("Myself")
    RELATIVE = "relative", _("For a relative or friend")
    PROFESSIONAL = "professional", _("A professional")


class EntryChannel(models.TextChoices):
    """Where the person came from (metrics 1.6)."""

    WEB = "web", _("Website")
    APP = "app", _("App")
    BOT = "bot", _("Guide")


class FailureDemand(models.TextChoices):
    """Why the contact need not have happened (M18)."""

    STATUS_ENQUIRY = "status_enquiry", _("Asked where the matter stands")
    WRONG_ADVICE = "wrong_advice", _("Had been given wrong advice")
    UNREACHABLE = "unreachable", _("Could not reach the right place")


class ParticipantKind(models.TextChoices):
    """Who takes part."""

    RESIDENT = "resident", _("Resident")
    RESPONDER = "responder", _("Responder")
    COLLEAGUE = "colleague", _("Colleague")
    SYSTEM = "system", _("Portal")


class AudienceChoice(models.TextChoices):
    """Who may see an event. Each audience has its own gapless sequence in a conversation."""

    ALL = "all", _("Everyone in the conversation")
    STAFF = "staff", _("Staff only")


class EventKind(models.TextChoices):
    """What an event tells. Words stand in `body` only; `payload` holds none."""

    JOINED = "joined", _("Joined")
    MESSAGE = "message", _("Message")
    CLAIMED = "claimed", _("Taken by a responder")
    AWAY = "away", _("Away")
    BACK = "back", _("Back")
    ENDED = "ended", _("Ended")
    CODED = "coded", _("Outcome given")
    TRANSFERRED = "transferred", _("Transferred")
    REQUEUED = "requeued", _("Back in the line")
    NOTICE = "notice", _("Notice")
    REDACTED = "redacted", _("Redacted")
    IDENTITY = "identity", _("Identification")
    ESTIMATED = "estimated", _("Told how long the wait may be")
    FLAGGED = "flagged", _("Flagged")
    CONCERN = "concern", _("Concern checklist")
    HELP = "help", _("Advice asked of colleagues")
    ESCALATED = "escalated", _("Not taken in time")
    ERASED = "erased", _("Erased")


class LegExit(models.TextChoices):
    """How a leg ended."""

    ENDED = "ended", _("Conversation ended")
    TRANSFERRED = "transferred", _("Transferred")
    LEFT = "left", _("Resident left")
    CLOSED = "closed", _("Service closed")
    LOST = "lost", _("Responder lost")
    RETURNED = "returned", _("Came back to the sender")
    OVERFLOWED = "overflowed", _("Went on to another queue")
    TAKEN_OVER = "taken_over", _("Taken over")


class WentTo(models.TextChoices):
    """Where a person went from the closed view (M05)."""

    GUIDE = "guide", _("Guidance path")
    FORM = "form", _("Help form")
    CALL_REQUEST = "call_request", _("Call request")
    HELPLINE = "helpline", _("116117")
    OTHER_SERVICE = "other_service", _("Another service")
    PHONE = "phone", _("Another phone number")
    LEFT = "left", _("Left")


class PresenceKind(models.TextChoices):
    """How a responder is present (M26); off is no interval."""

    AVAILABLE = "available", _("Available")
    CALL = "call", _("On the phone")
    BREAK = "break", _("On a break")
    AWAY = "away", _("Away from the desk")
    FINISHING = "finishing", _("With the conversations that go on")


class PresenceEnd(models.TextChoices):
    """What ended an interval."""

    CHANGED = "changed", _("Changed by the person")
    OFF = "off", _("Went off")
    CLOSING = "closing", _("The services closed")
    LOST = "lost", _("The connection was lost")
    MOVED = "moved", _("Changed by a supervisor")


class TransferReason(models.TextChoices):
    """Why a conversation is moved."""

    WRONG_SERVICE = "wrong", _("Came to the wrong service")
    EXPERTISE = "expertise", _("Needs another expertise")
    LANGUAGE = "language", _("Another language")
    SHIFT_ENDS = "shift", _("The shift ends")
    NEARER = "nearer", _("Someone nearer to home")
    LOAD = "load", _("Too many conversations")
    OVERFLOW = "overflow", _("Nobody took it in time")
    SUPERVISOR = "supervisor", _("Moved by a supervisor")


class Crossing(models.TextChoices):
    """What a transfer leaves: the resident's consent is asked for either."""

    SERVICE = "service", _("Leaves the service")
    REGISTER = "register", _("Leaves the register")


class TransferState(models.TextChoices):
    """Where a transfer is."""

    ASKED = "asked", _("The resident is asked")
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Not taken in time")
    WITHDRAWN = "withdrawn", _("Taken back")
    REFUSED = "refused", _("The resident said no")
    LEFT = "left", _("The resident left")
    REPLACED = "replaced", _("Another way was chosen")


class ToldPhase(models.TextChoices):
    """What of a disruption was told."""

    STARTED = "started", _("It began")
    CHANGED = "changed", _("Its text changed")
    ENDED = "ended", _("It is over")


class OutcomeReason(models.TextChoices):
    """Why the matter went on to a traditional service (R3–R5)."""

    EXAMINATION = "examination", _("Needs an examination or a measurement")
    TREATMENT = "treatment", _("Needs treatment or a procedure")
    DECISION = "decision", _("Needs a decision or an assessment made by the unit")
    OWN_WORKER = "own_worker", _("Needs the person's own worker or nurse")
    IDENTITY = "identity", _("Could not be identified in the chat")
    WISH = "wish", _("The resident's own wish")
    NO_DIGITAL = "no_digital", _("No digital way exists yet")


class Flag(models.TextChoices):
    """What a responder wants the supervisor to see at once; all but abuse are concerns, with a checklist (domain 5.8)."""

    ABUSIVE = "abusive", _("Abusive")
    DANGEROUS = "dangerous", _("Danger to somebody")
    CHILD = "child", _("Concern for a child")
    OLDER = "older", _("Concern for an older person")
    ADULT = "adult", _("Concern for another adult")


CONCERNS: tuple[str, ...] = (Flag.DANGEROUS, Flag.CHILD, Flag.OLDER, Flag.ADULT)
CONCERN_KINDS = [(Flag(value).value, Flag(value).label) for value in CONCERNS]


class ConcernNotice(models.TextChoices):
    """What came of the notice: a mark, and never what it says (domain 5.8, step 4)."""

    MADE = "made", _("I made the notice")
    EMERGENCY = "emergency", _("I called 112 or the emergency services")
    TOGETHER = "together", _("We contacted social care together with the family or the person")
    ADVISED = "advised", _("I told the resident how to make it: I do not know whom it concerns")
    MADE_BEFORE = "before", _("It had already been made")


class ConcernEnd(models.TextChoices):
    """How a concern was closed."""

    DONE = "done", _("The checklist was gone through")
    WITHDRAWN = "withdrawn", _("The flag was taken back")


class WithdrawalReason(models.TextChoices):
    """Why the flag of a concern is taken back: a closed list, since the person's matter is no word of ours."""

    MISTAKE = "mistake", _("Flagged by mistake")
    NO_CONCERN = "no_concern", _("It turned out that there is no cause for concern")
    HANDLED_ELSEWHERE = "elsewhere", _("A colleague handles the concern in another conversation")
    TEST = "test", _("It was a test or an exercise")


class IdentificationState(models.TextChoices):
    """Where a request to identify is."""

    ASKED = "asked", _("Asked")
    OPENED = "opened", _("At the provider")
    VERIFIED = "verified", _("Identified")
    DECLINED = "declined", _("Declined")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    RECALLED = "recalled", _("Taken back")


class IdentityPurpose(models.TextChoices):
    """Why a resident is asked to identify herself: a closed list, told to her before she consents (peers 2A)."""

    OWN_MATTER = "own_matter", _("Handling the resident's own matter")
    RECORDS = "records", _("Looking at the resident's own records")
    BOOKING = "booking", _("Booking, moving or cancelling an appointment")
    DECISION = "decision", _("A decision, an application or a payment")
    BEHALF = "behalf", _("A matter of a child or another adult")
    START = "start", _("The service needs it from the start")


class NameReason(models.TextChoices):
    """Why somebody else than the responder looks at an identified person's name (domain 6, point 12)."""

    CONTINUITY = "continuity", _("I go on with the person's matter")
    SUPERVISION = "supervision", _("I help the responder, or supervise the work")
    FEEDBACK = "feedback", _("Feedback, a complaint or a request for information")
    SAFETY = "safety", _("Somebody is in danger")


class Behalf(models.TextChoices):
    """For whom the identified person acts."""

    SELF = "self", _("Herself")
    CHILD = "child", _("A child in her care")
    MANDATE = "mandate", _("Another adult, by a mandate")


class Settled(models.TextChoices):
    """“Did your matter get settled?”"""

    YES = "yes", _("Yes")
    PARTLY = "partly", _("Partly")
    NO = "no", _("No")


class WhyChat(models.TextChoices):
    """“Why did you choose the chat?”"""

    EASY = "easy", _("It was the easiest")
    FAST = "fast", _("It was the fastest")
    QUIET = "quiet", _("I could not or did not want to speak on the phone")
    ANONYMOUS = "anonymous", _("I could ask without my name")
    NO_ANSWER = "no_answer", _("I got no answer by phone")
    OTHER = "other", _("Another reason")


class LetterKind(models.TextChoices):
    """What kind of a letter came to a mailbox, by its own headers."""

    PERSON = "person", _("A person’s")
    AUTOMATIC = "automatic", _("Automatic")
    BOUNCE = "bounce", _("Not delivered")


class MailNoticeKind(models.TextChoices):
    """What a sender is told by e-mail; never what the matter is."""

    RECEIVED = "received", _("The message has come")
    PARTLY = "partly", _("Not all of it was taken")
    ANSWERED = "answered", _("The answer can be read")
