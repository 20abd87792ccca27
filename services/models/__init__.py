"""The service directory's facts, split by noun."""

from services.models.breaks import ServiceBreak
from services.models.costs import CostRow, SharedCost
from services.models.county import ContactPoint, County, Link, Municipality, Office
from services.models.help_forms import HelpField, HelpForm
from services.models.improvements import Improvement
from services.models.mailboxes import Mailbox
from services.models.notices import Disruption, DisruptionText, Override
from services.models.queues import Membership, Queue, ResponderGroup
from services.models.schedules import ExceptionDay, Holiday, Schedule, WeeklyInterval
from services.models.service import (
    Channel,
    LegalBasis,
    LifeSituation,
    Redirect,
    Service,
    ServiceArea,
    Target,
    Topic,
)
from services.models.surveys import Question, Survey, SurveyAnswer, SurveyParticipation, SurveyResponse
from services.models.uses import Use

__all__ = [
    "Channel",
    "ContactPoint",
    "CostRow",
    "County",
    "Disruption",
    "DisruptionText",
    "ExceptionDay",
    "HelpField",
    "HelpForm",
    "Holiday",
    "Improvement",
    "LegalBasis",
    "LifeSituation",
    "Link",
    "Mailbox",
    "Membership",
    "Municipality",
    "Office",
    "Override",
    "Question",
    "Queue",
    "Redirect",
    "ResponderGroup",
    "Schedule",
    "Service",
    "ServiceArea",
    "ServiceBreak",
    "SharedCost",
    "Survey",
    "SurveyAnswer",
    "SurveyParticipation",
    "SurveyResponse",
    "Target",
    "Topic",
    "Use",
    "WeeklyInterval",
]
