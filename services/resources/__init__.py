"""The directory as tables: what a main user exports, edits in a spreadsheet and imports again."""

from services.resources.tables import RESOURCES

__all__ = ["RESOURCES"]
