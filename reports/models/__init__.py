"""What reports keep: frozen months, notes, reviews, feedback gone through, quality samples, and what each service follows."""

from reports.models.feedback import FeedbackMark
from reports.models.months import MonthlyReport
from reports.models.notes import MonthNote
from reports.models.quality import QualityCheck, QualitySample
from reports.models.reviews import AgreedAction, Review
from reports.models.selections import ReportSelection
from reports.models.wishes import ShiftWish

__all__ = [
    "AgreedAction",
    "FeedbackMark",
    "MonthNote",
    "MonthlyReport",
    "QualityCheck",
    "QualitySample",
    "ReportSelection",
    "Review",
    "ShiftWish",
]
