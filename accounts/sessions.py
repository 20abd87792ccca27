"""Which staff session still holds: asked by the sockets at their opening and on every beat (house 4, revocation).

Two queries, however many sessions: the stored sessions, and their people. A session holds while it has not ended, its person
is active, and the password is the one it was opened with.
"""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.actors import Staff
from accounts.models import User

# When the session ends whatever happens in it, as seconds since the epoch; the middleware writes it after the sign-in.
ENDS_AT_KEY = "ends_at"


def staff_of_session(session_key: str | None) -> Staff | None:
    """The member of staff whose session this is; None when it has ended or the person is no longer active."""
    user_id = _holders([session_key]).get(session_key) if session_key else None
    return None if user_id is None else Staff(user_id=user_id)


def live_sessions(keys: Collection[str]) -> set[str]:
    """Those of the session keys that still hold."""
    return set(_holders(keys))


def _holders(keys: Collection[str]) -> dict[str, int]:
    if not keys:
        return {}
    now = timezone.now()
    claims: dict[str, tuple[int, str]] = {}
    for session in Session.objects.filter(session_key__in=list(keys), expire_date__gt=now):
        data: dict[str, Any] = session.get_decoded()
        in_time = now.timestamp() < data.get(ENDS_AT_KEY, float("inf"))
        if in_time and str(data.get(SESSION_KEY, "")).isdigit():
            claims[session.session_key] = (int(data[SESSION_KEY]), str(data.get(HASH_SESSION_KEY, "")))
    if not claims:
        return {}
    people = User.objects.filter(is_active=True).only("password").in_bulk({user_id for user_id, _ in claims.values()})
    hashes = {user_id: _session_hashes(user) for user_id, user in people.items()}
    return {
        key: user_id
        for key, (user_id, given) in claims.items()
        if any(constant_time_compare(given, known) for known in hashes.get(user_id, ()))
    }


def _session_hashes(user: User) -> list[str]:
    fallbacks = user.get_session_auth_fallback_hash() if settings.SECRET_KEY_FALLBACKS else ()
    return [user.get_session_auth_hash(), *fallbacks]
