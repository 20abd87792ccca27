"""What the log leaves out."""

from __future__ import annotations

import logging


class RefusalsInALine(logging.Filter):
    """A refused page (403, 404) is one line: who may not come in is no fault of the code, and no stranger fills the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """The line stays, its traceback goes, unless the server failed."""
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
