"""Every way the chat says no: a code for programs, and words for people.

A refusal never closes a socket and never loses a text: the person keeps what she wrote and is told what to do.
"""

from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class Refusal(StrEnum):
    """Codes of refused commands and frames (docs/protocol.md)."""

    MALFORMED = "malformed"
    UNKNOWN_TYPE = "unknown_type"
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_FAST = "too_fast"
    NOT_FOUND = "not_found"
    ENDED = "ended"
    CONFLICT = "conflict"
    TAKEN = "taken"
    NOBODY_WAITING = "nobody_waiting"
    AT_LIMIT = "at_limit"
    NOT_AVAILABLE = "not_available"
    STILL_TALKING = "still_talking"
    TIME_MISSING = "time_missing"
    NOT_YOURS = "not_yours"
    CLOSED = "closed"
    FULL = "full"
    PAUSED = "paused"
    UNSTAFFED = "unstaffed"
    DISRUPTED = "disrupted"
    OTHER_OPEN = "other_open"
    PLACE_TAKEN = "place_taken"
    OUTCOME_MISSING = "outcome_missing"
    TOPIC_MISSING = "topic_missing"
    REASON_MISSING = "reason_missing"
    KEY_TAKEN = "key_taken"
    KEY_UNKNOWN = "key_unknown"
    RESERVED = "reserved"
    TRANSFER_FORBIDDEN = "transfer_forbidden"
    TRANSFER_OPEN = "transfer_open"
    TRANSFER_OVER = "transfer_over"
    TRANSFER_DOUBLE = "transfer_double"
    TARGET_UNAVAILABLE = "target_unavailable"
    IDENTITY_OPEN = "identity_open"
    IDENTITY_FAILED = "identity_failed"
    OWN_QUESTION = "own_question"
    NOT_ORIENTED = "not_oriented"
    IDENTITY_OFF = "identity_off"
    IDENTITY_OVER = "identity_over"
    IDENTITY_MISSING = "identity_missing"
    IDENTITY_BEHALF = "identity_behalf"
    CHILD_UNTOLD = "child_untold"
    CHILD_AGE = "child_age"
    RESIDENT_AWAY = "resident_away"
    NOT_IN_MESSAGE = "not_in_message"
    FEEDBACK_OVER = "feedback_over"
    GAP_LEFT = "gap_left"
    INTERNAL_ENTRY = "internal_entry"
    EMPTY_ENTRY = "empty_entry"
    ENTRY_GONE = "entry_gone"
    CONCERN_OPEN = "concern_open"
    CONCERN_REASON = "concern_reason"
    CONCERN_OVER = "concern_over"
    NOTICE_MISSING = "notice_missing"
    DETAIL_INVALID = "detail_invalid"
    DAY_INVALID = "day_invalid"
    UNIT_CLOSED = "unit_closed"
    CONSENT_MISSING = "consent_missing"
    LATER_OPEN = "later_open"
    NOT_IDENTIFIED = "not_identified"
    SESSION_OVER = "session_over"
    FORM_OLD = "form_old"
    BUSY = "busy"
    PROTOCOL = "protocol"


MESSAGES = {
    Refusal.MALFORMED: _("The message could not be read. Reload the page and send it again."),
    Refusal.UNKNOWN_TYPE: _("The portal does not know this command. Reload the page."),
    Refusal.INVALID: _("Something in the message is not right. Reload the page and send it again."),
    Refusal.TOO_LARGE: _("The message is too large. Send it in parts."),
    Refusal.EMPTY: _("Write a message first."),
    Refusal.TOO_LONG: _("The message is too long: at most %(limit)s characters. Send it in parts."),
    Refusal.TOO_FAST: _("You are writing very fast. Wait a moment; your message is sent soon."),
    Refusal.NOT_FOUND: _("This conversation was not found, or it is not yours."),
    Refusal.ENDED: _("This conversation has ended. You can start a new one from the service's page."),
    Refusal.CONFLICT: _("This message was already sent with other words. Copy your text and send it as a new message."),
    Refusal.TAKEN: _("%(name)s already took this conversation."),
    Refusal.NOBODY_WAITING: _("Nobody is waiting in your queues right now."),
    Refusal.AT_LIMIT: _("You already have %(limit)s conversations, the most that this queue allows at once."),
    Refusal.NOT_AVAILABLE: _("You are marked as not available. Choose “Available” first, and then take the conversation."),
    Refusal.STILL_TALKING: _("You have conversations that go on. Choose that you finish them first, or hand them over."),
    Refusal.TIME_MISSING: _("Choose a time that is still to come."),
    Refusal.NOT_YOURS: _("Only the responder who has the conversation can do this."),
    Refusal.CLOSED: _("The chat is closed now. Your text is kept on this page."),
    Refusal.FULL: _("The queue is full right now. Your text is kept on this page; try again in a moment."),
    Refusal.PAUSED: _("The service is paused now. Your text is kept on this page."),
    Refusal.UNSTAFFED: _("Nobody is answering right now. Your text is kept on this page."),
    Refusal.DISRUPTED: _("There is a disruption and new conversations are not taken now. Your text is kept on this page."),
    Refusal.OTHER_OPEN: _(
        "You already have a conversation in another service. Choose whether you go on with it or start a new one too. "
        "Your text is kept on this page."
    ),
    Refusal.PLACE_TAKEN: _(
        "You have just sent another one in place of the earlier one. If this is another matter, send it again. "
        "Your text is kept on this page."
    ),
    Refusal.OUTCOME_MISSING: _("Choose what came of the conversation."),
    Refusal.TOPIC_MISSING: _("Choose what the conversation was about."),
    Refusal.REASON_MISSING: _("Choose why the matter goes on to a traditional service."),
    Refusal.KEY_TAKEN: _("The key %(key)s has two uses: “%(first)s” and “%(second)s”. Give one of them another key."),
    Refusal.KEY_UNKNOWN: _("The key %(key)s can't be used. Choose one from the list."),
    Refusal.RESERVED: _("This conversation is offered to %(name)s."),
    Refusal.TRANSFER_FORBIDDEN: _("The conversation can't be transferred there from this queue. Choose another target."),
    Refusal.TRANSFER_OPEN: _("A transfer is already under way. Take it back first, or wait until it ends."),
    Refusal.TRANSFER_OVER: _("This offer is no longer open."),
    Refusal.TRANSFER_DOUBLE: _("The resident already has another conversation in that service. It can go on there."),
    Refusal.TARGET_UNAVAILABLE: _(
        "The target does not take conversations now. Offer a call back, a place in the next line, or contact details."
    ),
    Refusal.IDENTITY_OPEN: _("The resident has already been asked to identify herself."),
    Refusal.IDENTITY_FAILED: _("The identification did not succeed. Nothing was stored; you can try again."),
    Refusal.NOT_ORIENTED: _("Your orientation to this service is not done yet. Go on in the handbook, or ask your supervisor."),
    Refusal.OWN_QUESTION: _("This is your own question. A colleague answers it."),
    Refusal.IDENTITY_OFF: _("Identification is not in use in this service."),
    Refusal.IDENTITY_OVER: _("You are not asked to identify yourself now. The professional can ask again."),
    Refusal.IDENTITY_MISSING: _("This person has not identified themselves yet, and the service needs it. Their place is kept."),
    Refusal.IDENTITY_BEHALF: _("Choose for whom you act."),
    Refusal.CHILD_UNTOLD: _("Write the child's first name and last name, without numbers, and choose the date of birth."),
    Refusal.CHILD_AGE: _(
        "In this service you can act for a child under %(limit)s years. An older child identifies themselves; you can ask for"
        " general advice."
    ),
    Refusal.RESIDENT_AWAY: _("The resident is away. Ask again when they are back."),
    Refusal.NOT_IN_MESSAGE: _(
        "These words are not in the message. Copy them exactly as they stand in it, or hide the whole message."
    ),
    Refusal.INTERNAL_ENTRY: _("This entry is for professionals only. It cannot be sent to a resident."),
    Refusal.EMPTY_ENTRY: _("This entry has no number or address yet. Ask your main user to fill it in."),
    Refusal.ENTRY_GONE: _("This has been removed meanwhile, and nothing was sent. Choose again from what there is now."),
    Refusal.CONCERN_OPEN: _(
        "This conversation is flagged as a concern. Go through the concern checklist first, or take the flag back with a reason."
    ),
    Refusal.CONCERN_REASON: _("Choose in the concern checklist why the flag is taken back."),
    Refusal.CONCERN_OVER: _("This concern is closed already. Reload the page to see it."),
    Refusal.NOTICE_MISSING: _("Choose what came of the notice."),
    Refusal.GAP_LEFT: _("Fill in what stands in double braces {{ }} before you send the message."),
    Refusal.FEEDBACK_OVER: _("Feedback can be given for seven days after the conversation has ended."),
    Refusal.DETAIL_INVALID: _("Check the phone number or address: with this one nobody can be reached."),
    Refusal.DAY_INVALID: _("Choose a working day within the next month."),
    Refusal.UNIT_CLOSED: _("This unit does not take call requests now. Choose another unit or another way."),
    Refusal.CONSENT_MISSING: _("Ask the resident first, and tick that it was agreed."),
    Refusal.LATER_OPEN: _("Record first what came of the attempts to reach the resident."),
    Refusal.NOT_IDENTIFIED: _("Appointments are booked only for a resident who has identified herself in this conversation."),
    Refusal.SESSION_OVER: _("Your session has ended. Sign in again; your text is kept on this page."),
    Refusal.FORM_OLD: _(
        "This page has been open too long, and for your safety nothing was sent. What you wrote is still on the page: copy it, "
        "reload the page, and send it again."
    ),
    Refusal.BUSY: _("The message is not sent yet. It is tried again by itself."),
    Refusal.PROTOCOL: _("This page is from an older version of the portal. Reload it."),
}
RETRYABLE = frozenset({Refusal.BUSY, Refusal.TOO_FAST})


def refuse(code: Refusal, **params: Any) -> ValidationError:
    """The exception that an operation raises for the code; its words are translated when they are shown."""
    return ValidationError(MESSAGES[code], code=code, params=params or None)
