"""The closed lists of reports."""

from accounts.choices import Role

# Who reads figures; of which services is asked row by row.
FIGURE_READERS: frozenset[str] = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.MAIN_USER})
