"""What reports keep: frozen months, reviews of them, and which metrics each service follows."""

from reports.models.feedback import FeedbackMark
from reports.models.months import MonthlyReport
from reports.models.reviews import AgreedAction, Review
from reports.models.selections import ReportSelection

__all__ = ["AgreedAction", "FeedbackMark", "MonthlyReport", "ReportSelection", "Review"]
