"""What reports keep: frozen months, notes, reviews, feedback gone through, quality samples, figures from elsewhere, and choices."""

from reports.models.external import ExternalFigure
from reports.models.feedback import FeedbackMark
from reports.models.months import MonthlyReport
from reports.models.notes import MonthNote
from reports.models.quality import QualityCheck, QualitySample
from reports.models.reviews import AgreedAction, Review
from reports.models.selections import ReportSelection
from reports.models.wishes import ShiftWish

__all__ = [
    "AgreedAction",
    "ExternalFigure",
    "FeedbackMark",
    "MonthNote",
    "MonthlyReport",
    "QualityCheck",
    "QualitySample",
    "ReportSelection",
    "Review",
    "ShiftWish",
]
