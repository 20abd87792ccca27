"""System checks that refuse unsafe combinations of settings.

They run before every command, so neither `serve` nor `migrate` starts on a setting that would leak or lose something.
Each message says what to change, by the variable's name in `.env.example`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

SHORTEST_SECRET = 50
FEWEST_DIFFERENT = 12


def _refuse(number: int, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"portal.E{number:03}")


def _secrets() -> Iterator[CheckMessage]:
    """A guessed secret signs anybody in."""
    for name, secret in [
        ("SECRET_KEY", settings.SECRET_KEY),
        *(("SECRET_KEY_FALLBACKS", old) for old in settings.SECRET_KEY_FALLBACKS),
    ]:
        if len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_DIFFERENT or secret.startswith("django-insecure"):
            yield _refuse(
                2,
                f"{name} is missing, short or guessable.",
                "Make one by: python -c 'import secrets; print(secrets.token_urlsafe(64))'",
            )


def _production() -> Iterator[CheckMessage]:
    """What may not be so where real residents write."""
    if settings.DEBUG:
        yield _refuse(1, "DEBUG is on in production: error pages would show what residents wrote.", "Leave DEBUG out.")
    yield from _secrets()
    if not settings.ALLOWED_HOSTS or any(host.strip() in {"*", "."} for host in settings.ALLOWED_HOSTS):
        yield _refuse(3, "ALLOWED_HOSTS is empty or lets in every name.", "Name the hosts, for example ALLOWED_HOSTS=chat.alue.fi")
    if settings.DEMO:
        yield _refuse(4, "DEMO is on in production: its people have known passwords.", "Leave DEMO out.")
    if not settings.USES_POSTGRES and not settings.SINGLE_PROCESS:
        yield _refuse(
            5,
            "Production has no PostgreSQL.",
            "Set DATABASE_URL; or SINGLE_PROCESS=1, if one process on SQLite is what you want.",
        )
    if settings.SECURE_SSL_REDIRECT and not settings.BEHIND_PROXY:
        yield _refuse(
            8,
            "Pages are sent to https, but the portal itself speaks http only: they would go round for ever.",
            "Set BEHIND_PROXY=1 when a proxy ends TLS and sets X-Forwarded-Proto.",
        )
    if any(not origin.startswith("https://") for origin in settings.CSRF_TRUSTED_ORIGINS):
        yield _refuse(9, "CSRF_TRUSTED_ORIGINS names an address without https.", "Write https://… for each.")
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield checks.Warning("Letters would be sent from localhost.", hint="Set DEFAULT_FROM_EMAIL.", id="portal.W001")


def _identification() -> Iterator[CheckMessage]:
    """A provider that is half set up, or proves nothing."""
    provider = settings.IDENTITY_PROVIDER
    if provider not in ("", "oidc", "development"):
        yield _refuse(20, f"IDENTITY_PROVIDER is {provider!r}.", "Set it to oidc; or leave it empty, and nobody is identified.")
    if provider == "development" and (settings.PRODUCTION or not settings.DEMO):
        yield _refuse(21, "The trial identification lets anybody be anybody.", "Set IDENTITY_PROVIDER=oidc, or leave it empty.")
    if provider == "oidc" and not (settings.IDENTITY_OIDC_ISSUER and settings.IDENTITY_OIDC_CLIENT_ID):
        yield _refuse(22, "The identification provider is not told.", "Set IDENTITY_OIDC_ISSUER and IDENTITY_OIDC_CLIENT_ID.")
    if not provider or not settings.PRODUCTION:
        return
    issuer = settings.IDENTITY_OIDC_ISSUER
    if provider == "oidc" and issuer and not issuer.startswith("https://"):
        yield _refuse(23, "The identification provider is asked without TLS.", "Write IDENTITY_OIDC_ISSUER=https://…")
    if provider == "oidc" and not settings.IDENTITY_OIDC_ALLOWED_ACR:
        yield _refuse(
            24, "Every level of assurance would pass as strong.", "Name the accepted levels in IDENTITY_OIDC_ALLOWED_ACR."
        )
    key = settings.IDENTITY_HASH_KEY
    if len(key) < SHORTEST_SECRET or len(set(key)) < FEWEST_DIFFERENT or key == settings.SECRET_KEY:
        yield _refuse(
            25,
            "IDENTITY_HASH_KEY is missing, short, guessable or the same as SECRET_KEY: persons could be found by trying.",
            "Make one by: python -c 'import secrets; print(secrets.token_urlsafe(64))'",
        )


def _processes() -> Iterator[CheckMessage]:
    """What several processes must share."""
    if settings.SINGLE_PROCESS and settings.WEB_PROCESSES > 1:
        yield _refuse(10, "SINGLE_PROCESS and WEB_PROCESSES contradict each other.", "Set one of them.")
    if settings.WEB_PROCESSES <= 1:
        return
    if not settings.USES_POSTGRES:
        yield _refuse(6, "SQLite has one writer and cannot serve several processes.", "Set DATABASE_URL, or WEB_PROCESSES=1.")
    if not settings.REDIS_URL:
        yield _refuse(7, "Several processes have no way to poke each other.", "Set REDIS_URL, or WEB_PROCESSES=1.")
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        yield _refuse(
            11, "Each process would count rate limits alone.", "Set SHARED_CACHE=1, or leave it out when REDIS_URL is set."
        )


@register(Tags.security)
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse settings that are unsafe together."""
    found = [*_processes(), *_identification()]
    if settings.PRODUCTION:
        found += _production()
    return found
