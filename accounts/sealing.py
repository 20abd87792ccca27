"""Secrets that the portal must be able to use again stand encrypted in the database, by a key made of SECRET_KEY.

Each purpose has a key of its own. A changed SECRET_KEY opens what the earlier one closed, while it stands in SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

SECOND_FACTOR = "accounts.second-factor"
MAILBOX = "services.mailbox"


class UnreadableError(ValueError):
    """It was sealed by a key that is no longer known, or it is no sealed secret."""


def seal(secret: str, *, purpose: str) -> str:
    """The secret, encrypted with the present key."""
    return _box(purpose).encrypt(secret.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """The secret, by the present key or an earlier one. Raises UnreadableError."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UnreadableError from None


def _box(purpose: str) -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [hashlib.sha256(f"{purpose}:{secret}".encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


__all__ = ["MAILBOX", "SECOND_FACTOR", "UnreadableError", "seal", "unseal"]
