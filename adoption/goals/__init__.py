"""The goals of a rollout’s service beside the figures of today (S002-19…25, S004-28, S004-29)."""

from adoption.goals.lines import Goal, Goals, GoalText, figures_now, figures_of, goals_of, month_before
from adoption.goals.needless import NEEDLESS, Needless, needless_now

__all__ = [
    "NEEDLESS",
    "Goal",
    "GoalText",
    "Goals",
    "Needless",
    "figures_now",
    "figures_of",
    "goals_of",
    "month_before",
    "needless_now",
]
