"""What reports keep: frozen months, notes beside their figures, reviews, feedback, figures from elsewhere and choices."""

from reports.models.external import ExternalFigure
from reports.models.feedback import FeedbackMark
from reports.models.months import MonthlyReport
from reports.models.notes import MonthNote
from reports.models.reviews import AgreedAction, Review
from reports.models.selections import ReportSelection

__all__ = ["AgreedAction", "ExternalFigure", "FeedbackMark", "MonthNote", "MonthlyReport", "ReportSelection", "Review"]
