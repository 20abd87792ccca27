"""The closed lists of reports."""

from collections.abc import Sequence

from accounts.choices import Role

# Who reads figures; of which services is asked row by row.
FIGURE_READERS: frozenset[str] = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.MAIN_USER})
# Who goes through a month's report and signs what was found (the model's signal `last_month_report_reviewed`).
REVIEWERS: frozenset[str] = frozenset({Role.SUPERVISOR, Role.MANAGER})

# The metrics of the review's four topics: every report shows them, whatever else a service has chosen (S000-53).
ALWAYS_SHOWN: Sequence[str] = ("M01", "M06", "M14", "M15", "M17")
