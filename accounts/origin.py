"""Where the present work comes from: the session and the address, for the audit.

The doors set it (middleware, consumers); the audit reads it. It is a context variable, so it follows the request or the
task of a socket and nobody has to pass it through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.actors import Staff


@dataclass(frozen=True, slots=True)
class Origin:
    """The hash of the session (never its key) and the network address, when they are known."""

    session: str = ""
    address: str = ""


NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def current_origin() -> Origin:
    """The origin of the present work; empty for jobs and commands."""
    return _origin.get()


def session_hash(session_key: str | None) -> str:
    """What the audit keeps of a session: the same session gives the same hash, and the hash opens nothing."""
    return salted_hmac("accounts.audit.session", session_key, algorithm="sha256").hexdigest() if session_key else ""


@contextmanager
def acting_from(*, session_key: str | None, address: str) -> Iterator[None]:
    """Work done inside the block is audited as coming from this session and address."""
    token = _origin.set(Origin(session=session_hash(session_key), address=address[:45]))
    try:
        yield
    finally:
        _origin.reset(token)


def client_address(request: HttpRequest) -> str:
    """The caller's address: what our own proxy wrote last, and only when there is one; else the connection's."""
    if settings.BEHIND_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if forwarded:
            return str(forwarded).rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR") or "")


def actor_of(request: HttpRequest) -> Staff:
    """The signed-in member of staff; anybody else is refused."""
    actor: Staff | None = getattr(request, "actor", None)
    if actor is None:
        raise PermissionDenied
    return actor
