"""Conversations with legs, participants, the event log, concerns, transfers, identifications and feedback; presence."""

from chat.models.appointments import Appointment
from chat.models.attempts import Attempt
from chat.models.concerns import Concern, ConcernStep
from chat.models.conversations import ContactDetail, Conversation
from chat.models.disruptions import ToldDisruption
from chat.models.events import Event
from chat.models.feedback import Feedback
from chat.models.identifications import IdentityRequest
from chat.models.later import ContactTry, LaterContact
from chat.models.legs import Leg
from chat.models.mail import KeptLetter, MailLetter, MailNotice, MailThread
from chat.models.participants import Participant
from chat.models.practice import ConsoleSettings, PracticeRun
from chat.models.presence import Presence
from chat.models.transfers import Transfer

__all__ = [
    "Appointment",
    "Attempt",
    "Concern",
    "ConcernStep",
    "ConsoleSettings",
    "ContactDetail",
    "ContactTry",
    "Conversation",
    "Event",
    "Feedback",
    "IdentityRequest",
    "KeptLetter",
    "LaterContact",
    "Leg",
    "MailLetter",
    "MailNotice",
    "MailThread",
    "Participant",
    "PracticeRun",
    "Presence",
    "ToldDisruption",
    "Transfer",
]
