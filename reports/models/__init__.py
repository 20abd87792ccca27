"""What reports keep: frozen months, and the notes beside their figures."""

from reports.models.months import MonthlyReport
from reports.models.notes import MonthNote

__all__ = ["MonthNote", "MonthlyReport"]
