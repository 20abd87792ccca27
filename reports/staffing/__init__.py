"""What is to be expected of each hour of a week, and how many responders it takes (M27, M28)."""

from reports.staffing.erlang import (
    RECOMMENDED,
    SIDE_BY_SIDE,
    Demand,
    Need,
    effective_handling,
    erlang_b,
    erlang_c,
    given,
    needed,
    scheduled,
)
from reports.staffing.plan import Hour, Plan, Question, plan_of
from reports.staffing.reading import Week, people_on, read_history, week_of

__all__ = [
    "RECOMMENDED",
    "SIDE_BY_SIDE",
    "Demand",
    "Hour",
    "Need",
    "Plan",
    "Question",
    "Week",
    "effective_handling",
    "erlang_b",
    "erlang_c",
    "given",
    "needed",
    "people_on",
    "plan_of",
    "read_history",
    "scheduled",
    "week_of",
]
