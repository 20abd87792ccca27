"""A resident's identity: an HttpOnly signed cookie with a random key, apart from the staff session."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.actors import Resident, Staff

_SALT = "chat.resident"


def resident_of(cookies: Mapping[str, str]) -> Resident | None:
    """The resident whose cookie this is; None without one, or when it was tampered with or is too old."""
    value = cookies.get(settings.RESIDENT_COOKIE_NAME)
    if not value:
        return None
    try:
        return Resident(UUID(signing.loads(value, salt=_SALT, max_age=settings.RESIDENT_COOKIE_AGE)))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def resident_or_new(request: HttpRequest) -> Resident:
    """The resident of the request, or a new one whose cookie `remember` sets."""
    return resident_of(request.COOKIES) or Resident(uuid4())


def resident_of_start(request: HttpRequest, token: UUID) -> Resident:
    """The resident of a browser that has no cookie yet: the same for each sending of the same start form by this browser.

    The browser is known by its form cookie, which scripts can't read: who has seen the form's token elsewhere, on a shared
    machine for example, does not become her.
    """
    browser = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    digest = salted_hmac("chat.resident.start", f"{token}:{browser}", algorithm="sha256").digest()
    return Resident(UUID(bytes=digest[:16], version=4))


def asking(staff: Staff) -> Resident:
    """A consulting professional, as the one who asks: her key follows from who has signed in and stands in no cookie.

    So her consultations open for her wherever she signs in, and on a shared machine for nobody once she has signed out.
    """
    digest = salted_hmac("chat.professional", str(staff.user_id), algorithm="sha256").digest()
    return Resident(UUID(bytes=digest[:16], version=4))


def cookie_value(resident: Resident) -> str:
    """The signed value of the resident's cookie."""
    return signing.dumps(str(resident.key), salt=_SALT)


def remember(response: HttpResponse, resident: Resident) -> None:
    """Set the resident's cookie: HttpOnly, same site, secure in production, for the time of feedback (seven days)."""
    response.set_cookie(
        settings.RESIDENT_COOKIE_NAME,
        cookie_value(resident),
        max_age=settings.RESIDENT_COOKIE_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
