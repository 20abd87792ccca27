"""Providers of strong identification, and which one this installation uses (docs/decisions/0008)."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from chat.identity_providers.development import DevelopmentProvider
from chat.identity_providers.oidc import Client, OpenIdConnect
from chat.identity_providers.seam import (
    Ask,
    Departure,
    Fault,
    Kept,
    Mandate,
    Proof,
    Provider,
    ProviderError,
    born_before,
    person_hash,
    state_hash,
)

__all__ = [
    "Ask",
    "Client",
    "Departure",
    "DevelopmentProvider",
    "Fault",
    "Kept",
    "Mandate",
    "OpenIdConnect",
    "Proof",
    "Provider",
    "ProviderError",
    "born_before",
    "current_provider",
    "person_hash",
    "state_hash",
]


def current_provider() -> Provider | None:
    """The provider of this installation, or None where identification is not in use. The trial one is never in production."""
    match settings.IDENTITY_PROVIDER:
        case "oidc":
            return _oidc(
                Client(
                    issuer=settings.IDENTITY_OIDC_ISSUER,
                    client_id=settings.IDENTITY_OIDC_CLIENT_ID,
                    secret=settings.IDENTITY_OIDC_CLIENT_SECRET,
                    scope=settings.IDENTITY_OIDC_SCOPE,
                    allowed_acr=tuple(settings.IDENTITY_OIDC_ALLOWED_ACR),
                    mandate_claim=settings.IDENTITY_OIDC_MANDATE_CLAIM,
                )
            )
        case "development" if settings.DEMO and not settings.PRODUCTION:
            return DevelopmentProvider()
    return None


@lru_cache(maxsize=4)
def _oidc(client: Client) -> OpenIdConnect:
    """One for the process, since it keeps the provider's addresses and keys."""
    return OpenIdConnect(client)
