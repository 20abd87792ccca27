"""The folder that is the jobs' queue without Redis: kombu's own, but a message is there whole or not at all.

Kombu opens the message's file, locks and writes it. A worker that looks in between takes an empty file, and ends for good.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

TRANSPORT = "config.job_queue:Transport"


class Channel(filesystem.Channel):
    """Reads as kombu does; writes beside the queue's names and then renames."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # its bases disagree
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        part = folder / f"{name}.part"
        try:
            part.write_bytes(dumps(payload).encode())  # type: ignore[no-untyped-call]
            part.replace(folder / name)
        except OSError as error:
            raise ChannelError(f"Cannot add {name!r} to the queue") from error


class Transport(filesystem.Transport):
    """For `TRANSPORT_ALIASES` (config/celery.py)."""

    Channel = Channel
