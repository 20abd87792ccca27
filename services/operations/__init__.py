"""The rules of the service directory, and the only place that writes it."""

from services.operations.directory import Loaded, load_directory
from services.operations.holidays import fill_holidays
from services.operations.links import check_links
from services.operations.memberships import join_queue, leave_queue
from services.operations.municipalities import import_municipalities, municipality_differences
from services.operations.notices import change_disruption, end_disruption, end_override, start_disruption, start_override
from services.operations.pilots import remind_of_pilots
from services.operations.rows import Change, Create, Delete, RowChange, apply_changes, change_row, create_row, delete_row
from services.operations.service_life import close_service, note_unfinished, open_service, pause_service, permit_service
from services.operations.uses import replace_uses

__all__ = [
    "Change",
    "Create",
    "Delete",
    "Loaded",
    "RowChange",
    "apply_changes",
    "change_disruption",
    "change_row",
    "check_links",
    "close_service",
    "create_row",
    "delete_row",
    "end_disruption",
    "end_override",
    "fill_holidays",
    "import_municipalities",
    "join_queue",
    "leave_queue",
    "load_directory",
    "municipality_differences",
    "note_unfinished",
    "open_service",
    "pause_service",
    "permit_service",
    "remind_of_pilots",
    "replace_uses",
    "start_disruption",
    "start_override",
]
