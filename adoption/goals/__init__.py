"""The goals of a rollout’s service beside the figures of today (S002-19…25, S004-28, S004-29)."""

from adoption.goals.lines import Goal, Goals, GoalText, goals_of, month_before

__all__ = [
    "Goal",
    "GoalText",
    "Goals",
    "goals_of",
    "month_before",
]
