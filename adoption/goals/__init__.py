"""The goals of a rollout’s service beside the figures of today (S002-19…25, S004-28, S004-29)."""

from adoption.goals.comparing import Standing, standing_of, value_in_words
from adoption.goals.lines import Goal, Goals, GoalText, goals_of, month_before
from adoption.goals.words import part_words

__all__ = [
    "Goal",
    "GoalText",
    "Goals",
    "Standing",
    "goals_of",
    "month_before",
    "part_words",
    "standing_of",
    "value_in_words",
]
