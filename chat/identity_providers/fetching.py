"""Asking a provider over HTTP: bounded in time, in size and in number, and never led elsewhere.

Each request runs in a thread of its own that the caller leaves behind when the time is over: a provider that sends one byte
now and then can't hold a person's page. The number of such threads is bounded, so that it can't hold the process either.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Any

import httpx

from chat.identity_providers.seam import SECONDS_IN_ALL, SECONDS_TO_CONNECT, Deadline, Fault, ProviderError

logger = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
_places = BoundedSemaphore(16)
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}


def fetch_json(
    url: str, *, deadline: Deadline, form: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The object that the address answers, by GET, or by POST of a form. Raises ProviderError (slow, unreachable, wrong)."""
    if not _places.acquire(timeout=min(deadline.left, 2.0)):
        raise ProviderError(Fault.SLOW, "too_many_at_once")
    box: SimpleQueue[tuple[int, bytes] | ProviderError] = SimpleQueue()
    Thread(target=_work, args=(box, url, form, auth, Deadline(deadline.left)), daemon=True, name="identity").start()
    try:
        answer = box.get(timeout=deadline.left)
    except Empty:
        raise ProviderError(Fault.SLOW, "no_answer_in_time") from None
    if isinstance(answer, ProviderError):
        raise answer
    status, body = answer
    if status != 200:
        # A provider that refuses the code answers 400 (RFC 6749, 5.2); its words are not ours to log.
        raise ProviderError(Fault.WRONG if 400 <= status < 500 else Fault.UNREACHABLE, f"status_{status}")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise ProviderError(Fault.WRONG, "not_json") from None
    if not isinstance(found, dict):
        raise ProviderError(Fault.WRONG, "not_an_object")
    return found


def _work(
    box: SimpleQueue[tuple[int, bytes] | ProviderError],
    url: str,
    form: Mapping[str, str] | None,
    auth: tuple[str, str] | None,
    deadline: Deadline,
) -> None:
    try:
        box.put(_ask(url, form, auth, deadline))
    except ProviderError as error:
        box.put(error)
    except httpx.TimeoutException:
        box.put(ProviderError(Fault.SLOW, "timeout"))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        box.put(ProviderError(Fault.UNREACHABLE, type(error).__name__))
    finally:
        _places.release()


def _ask(url: str, form: Mapping[str, str] | None, auth: tuple[str, str] | None, deadline: Deadline) -> tuple[int, bytes]:
    each = max(min(deadline.left, SECONDS_IN_ALL), 0.1)
    timeout = httpx.Timeout(each, connect=min(SECONDS_TO_CONNECT, each))
    method, data = ("POST", dict(form)) if form is not None else ("GET", None)
    with (
        httpx.Client(timeout=timeout, follow_redirects=False, headers=_HEADERS) as client,
        client.stream(method, url, data=data, auth=auth) as answer,
    ):
        body = b""
        for piece in answer.iter_raw():
            body += piece
            if len(body) > MOST_BYTES:
                raise ProviderError(Fault.WRONG, "too_large")
            if not deadline.left:
                raise ProviderError(Fault.SLOW, "trickles")
        return answer.status_code, body
