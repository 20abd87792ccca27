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
_READING_SALT = "chat.reading"
READING_COOKIE = "kysymys"
READING_SECONDS = 30 * 60

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH, CODE_GROUP = 20, 5
_ALIKE = str.maketrans("OIL", "011")


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


def code_of_form(request: HttpRequest, token: UUID) -> str:
    """The reference code of what this form sends: 100 bits, the same for each sending of one form by one browser.

    It is stored nowhere: who has it is known by `holder_of` it. Nobody who has seen the form's token elsewhere gets it.
    """
    browser = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    number = int.from_bytes(salted_hmac("chat.reference.code", f"{token}:{browser}", algorithm="sha256").digest(), "big")
    letters = []
    for _place in range(CODE_LENGTH):
        number, letter = divmod(number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[letter])
    return "".join(letters)


def shown_code(code: str) -> str:
    """The code in groups that can be read aloud and written down."""
    return "-".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP))


def read_code(written: str) -> str | None:
    """The code that a person wrote, whatever she put between its groups; none when it can be no code.

    The letters that look like digits are not in use, so they are read as those digits.
    """
    code = "".join(each for each in written.upper() if each.isalnum()).translate(_ALIKE)
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else None


def holder_of(code: str) -> Resident:
    """The resident whose code this is: her key is a keyed hash of it, and tells nothing of the code (S003-12)."""
    digest = salted_hmac("chat.reference", code, algorithm="sha256").digest()
    return Resident(UUID(bytes=digest[:16], version=4))


def reader_of(cookies: Mapping[str, str]) -> Resident | None:
    """The resident whose help request is open in this browser; none half an hour after she gave the code."""
    value = cookies.get(READING_COOKIE)
    if not value:
        return None
    try:
        return Resident(UUID(signing.loads(value, salt=_READING_SALT, max_age=READING_SECONDS)))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def keep_reading(response: HttpResponse, resident: Resident) -> None:
    """Keep a help request open in this browser for half an hour more, by a cookie of its own that no script reads."""
    response.set_cookie(
        READING_COOKIE,
        signing.dumps(str(resident.key), salt=_READING_SALT),
        max_age=READING_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def stop_reading(response: HttpResponse) -> None:
    """Whoever comes to the browser next does not see it."""
    response.delete_cookie(READING_COOKIE, samesite="Lax")


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
