"""How the chat's doors say no: one shape of refusals, for scripts in JSON and for pages in words."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse

from chat.pace import Counter
from chat.protocol import TEXT_LIMIT, FrameError
from chat.refusals import MESSAGES, RETRYABLE, Refusal

RETRY_MS = 1500
CONFLICTS = frozenset(
    {
        Refusal.TAKEN,
        Refusal.ENDED,
        Refusal.NOBODY_WAITING,
        Refusal.AT_LIMIT,
        Refusal.NOT_AVAILABLE,
        Refusal.STILL_TALKING,
        Refusal.NOT_YOURS,
        Refusal.CONFLICT,
        Refusal.CONCERN_OPEN,
        Refusal.CONCERN_OVER,
        Refusal.ENTRY_GONE,
        Refusal.OWN_QUESTION,
        Refusal.NOT_ORIENTED,
        Refusal.RESERVED,
        Refusal.TRANSFER_FORBIDDEN,
        Refusal.TRANSFER_OPEN,
        Refusal.TRANSFER_OVER,
        Refusal.TRANSFER_DOUBLE,
        Refusal.TARGET_UNAVAILABLE,
    }
)


def take_pace(counter: Counter) -> None:
    """Count one more, or raise FrameError(TOO_FAST) when the window is full."""
    if counter.is_full:
        raise FrameError(Refusal.TOO_FAST)
    counter.add()


def wants_json(request: HttpRequest) -> bool:
    """The caller is a script that reads JSON, not a form of a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def refusal_of(error: Exception) -> tuple[Refusal, str]:
    """The code and the words of a refusal; a database that did not answer is a refusal that passes by itself."""
    if isinstance(error, ValidationError):
        code = next((each for each in Refusal if each == error.code), Refusal.INVALID)
        return code, " ".join(error.messages)
    code = error.code if isinstance(error, FrameError) else Refusal.BUSY
    return code, str(MESSAGES[code]).replace("%(limit)s", str(TEXT_LIMIT))


def status_of(code: Refusal) -> int:
    """By the state of things it is a conflict, by haste 429, one that passes by itself is unavailability, others are bad input."""
    if code == Refusal.TOO_FAST:
        return 429
    if code in RETRYABLE:
        return 503
    if code == Refusal.NOT_FOUND:
        return 404
    return 409 if code in CONFLICTS else 400


def refused_json(code: Refusal, words: str, *, status: int | None = None) -> JsonResponse:
    """The one shape of refusals."""
    told = {"code": code, "text": words, "retry_ms": RETRY_MS if code in RETRYABLE else None}
    return JsonResponse(told, status=status or status_of(code))
