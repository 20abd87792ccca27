"""Who may come to the pages of figures."""

from __future__ import annotations

from accounts.permissions import has_role_anywhere
from reports.choices import FIGURE_READERS
from services.views.county_door import county_door

figures_door = county_door(lambda actor, county: has_role_anywhere(actor, FIGURE_READERS, county=county.code))
"""Only supervisors, managers and main users of the county; of which services they read figures is asked row by row."""
