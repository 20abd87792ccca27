"""Database work in bounded pools of threads. The sockets' pool is apart from the pages': one locked row can't stop every chat.

Each thread keeps its own SQLite connection (opening one costs more than the query); with PostgreSQL the connection goes
back to Django's pool after each call. A broken connection is closed, so that the next call opens a new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

SIZE = 6
_pool = ThreadPoolExecutor(SIZE, thread_name_prefix="chat")


def with_connection(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call `work` in this thread with a sound connection, and give the connection back or close it if it broke."""
    try:
        return work(*args, **kwargs)
    except (OperationalError, InterfaceError):
        connection.close()
        raise
    finally:
        if connection.vendor == "postgresql":
            connection.close()
        else:
            connection.close_if_unusable_or_obsolete()  # an error that the work answered itself may have broken it


async def in_pool(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work` in the pool of sockets' threads."""
    return await run_in(_pool, work, *args, **kwargs)


async def run_in(executor: Executor, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work` in a thread of the executor with a sound connection, in the caller's context (whose origin the audit reads)."""
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(
        executor, lambda: context.run(lambda: with_connection(work, *args, **kwargs))
    )
