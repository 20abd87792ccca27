"""The facts of adoption."""

from adoption.models.calendars import CalendarKey
from adoption.models.defined import DefinedRow
from adoption.models.gates import GateVerdict, VerdictCondition
from adoption.models.items import (
    Attachment,
    Comment,
    Filling,
    FormAnswer,
    ItemHistory,
    ItemPart,
    Proof,
    RolloutItem,
)
from adoption.models.rollouts import DiaryEntry, Member, Risk, Rollout, SystemDependency
from adoption.models.template import (
    AdoptionModel,
    ModelCondition,
    ModelGate,
    ModelItem,
    ModelPhase,
    ModelRequirement,
    ModelVersion,
)
from adoption.models.work import CommunicationAction, ImprovementVote, Meeting, Participant

__all__ = [
    "AdoptionModel",
    "Attachment",
    "CalendarKey",
    "Comment",
    "CommunicationAction",
    "DefinedRow",
    "DiaryEntry",
    "Filling",
    "FormAnswer",
    "GateVerdict",
    "ImprovementVote",
    "ItemHistory",
    "ItemPart",
    "Meeting",
    "Member",
    "ModelCondition",
    "ModelGate",
    "ModelItem",
    "ModelPhase",
    "ModelRequirement",
    "ModelVersion",
    "Participant",
    "Proof",
    "Risk",
    "Rollout",
    "RolloutItem",
    "SystemDependency",
    "VerdictCondition",
]
