"""What reports keep: months, notes, reviews, feedback gone through, quality samples, figures from elsewhere, alerts and groups."""

from reports.models.alerts import GrowthAlert
from reports.models.counts import DayCount
from reports.models.external import ExternalFigure
from reports.models.feedback import FeedbackMark
from reports.models.groups import ReportGroup, ReportRecipient
from reports.models.months import MonthlyReport
from reports.models.notes import MonthNote
from reports.models.quality import QualityCheck, QualitySample
from reports.models.reviews import AgreedAction, Review
from reports.models.rollouts import RolloutMonth
from reports.models.runs import ReportRun
from reports.models.selections import ReportSelection
from reports.models.wishes import ShiftWish

__all__ = [
    "AgreedAction",
    "DayCount",
    "ExternalFigure",
    "FeedbackMark",
    "GrowthAlert",
    "MonthNote",
    "MonthlyReport",
    "QualityCheck",
    "QualitySample",
    "ReportGroup",
    "ReportRecipient",
    "ReportRun",
    "ReportSelection",
    "Review",
    "RolloutMonth",
    "ShiftWish",
]
