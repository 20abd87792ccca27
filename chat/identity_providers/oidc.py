"""OpenID Connect: authorization code with PKCE, and an id token in which everything is checked.

No identity comes of a token that is not signed by one of the provider's own public keys, with an allowed algorithm, for this
portal alone, for this very round, now, and at an accepted level of assurance. Name and level are taken from the id token;
the userinfo address and the access token are not used, and neither is an e-mail address.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chat.identity_providers.fetching import fetch_json
from chat.identity_providers.seam import Ask, Deadline, Departure, Fault, Kept, Mandate, Proof, ProviderError

# Signatures of public keys only: `none` proves nothing, and with HS* whoever knows the client's secret could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
KEY_TYPES = ("RSA", "EC")
KEPT_SECONDS = 3600.0
ASKED_AGAIN_SECONDS = 30.0
LEEWAY_SECONDS = 60
OLDEST_SECONDS = 15 * 60
LONGEST_TOKEN = 32 * 1024
CANCELLED = frozenset({"access_denied", "login_required", "interaction_required", "consent_required", "user_cancelled"})


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider and the portal have agreed on."""

    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    scope: str = "openid profile"
    allowed_acr: tuple[str, ...] = ()
    mandate_claim: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """The provider's addresses and keys, and when they were read."""

    authorization: str
    token: str
    by_form: bool
    jwks: str
    keys: KeySet
    at: float


class OpenIdConnect:
    """A provider of OpenID Connect. Its addresses and keys are read when they are needed and kept for an hour at most."""

    key = "oidc"

    def __init__(self, client: Client) -> None:
        self.client = client
        self.offers_mandates = bool(client.mandate_claim)
        self._known: _Known | None = None
        self._lock = Lock()

    def begin(self, ask: Ask) -> Departure:
        """The provider's own page, with a one-time state and nonce and the challenge of a verifier that stays here."""
        known = self._read(Deadline())
        state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        query = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": ask.return_to,
            "scope": self.client.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            "ui_locales": ask.language,
            # Somebody else's session at the provider, on a shared machine, is not hers.
            "prompt": "login",
        }
        if self.client.allowed_acr:
            query["acr_values"] = " ".join(self.client.allowed_acr)
        mark = "&" if urlsplit(known.authorization).query else "?"
        return Departure(f"{known.authorization}{mark}{urlencode(query)}", state, nonce, verifier)

    def finish(self, params: Mapping[str, str], kept: Kept) -> Proof:
        """Change the code for an id token, behind the scenes, and check everything in it."""
        if "error" in params:
            raise ProviderError(Fault.CANCELLED if params["error"] in CANCELLED else Fault.REFUSED, "error_answer")
        if params.get("iss", self.client.issuer) != self.client.issuer:
            raise ProviderError(Fault.WRONG, "answer_of_another_issuer")
        code = params.get("code", "")
        if not code or len(code) > 4096:
            raise ProviderError(Fault.WRONG, "no_code")
        deadline = Deadline()
        known = self._read(deadline)
        token = self._token(known, code, kept, deadline)
        return self._proof(self._claims(token, known, deadline), kept)

    def _token(self, known: _Known, code: str, kept: Kept, deadline: Deadline) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": kept.return_to,
            "code_verifier": kept.verifier,
            "client_id": self.client.client_id,
        }
        auth = None
        if self.client.secret and known.by_form:
            form["client_secret"] = self.client.secret
        elif self.client.secret:
            auth = (quote(self.client.client_id, safe=""), quote(self.client.secret, safe=""))
        token = fetch_json(known.token, deadline=deadline, form=form, auth=auth).get("id_token")
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise ProviderError(Fault.WRONG, "no_id_token")
        return token

    def _claims(self, token: str, known: _Known, deadline: Deadline) -> dict[str, Any]:
        """What the token says, once its signature is right; keys that changed lately are read anew once."""
        try:
            return _decode(token, known.keys)
        except ProviderError:
            if time.monotonic() - known.at < ASKED_AGAIN_SECONDS:
                raise
        return _decode(token, self._read(deadline, older_than=known.at).keys)

    def _proof(self, claims: dict[str, Any], kept: Kept) -> Proof:
        _check_place(claims, self.client)
        _check_time(claims, int(time.time()))
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), kept.nonce.encode()):
            raise ProviderError(Fault.WRONG, "nonce")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject.strip() or len(subject) > 255:
            raise ProviderError(Fault.WRONG, "sub")
        assurance = claims.get("acr", "")
        if not isinstance(assurance, str) or (self.client.allowed_acr and assurance not in self.client.allowed_acr):
            raise ProviderError(Fault.WEAK, "acr")
        methods = claims.get("amr", "")
        method = " ".join(str(each) for each in methods) if isinstance(methods, list) else str(methods)
        return Proof(
            issuer=self.client.issuer,
            subject=subject,
            name=_name(claims),
            method=method[:80],
            assurance=assurance[:120],
            mandate=self._mandate(claims),
        )

    def _mandate(self, claims: dict[str, Any]) -> Mandate | None:
        told = claims.get(self.client.mandate_claim) if self.client.mandate_claim else None
        if not isinstance(told, dict) or not isinstance(told.get("sub"), str) or not told["sub"].strip():
            return None
        return Mandate(subject=told["sub"][:255], name=str(told.get("name") or "")[:120])

    def _read(self, deadline: Deadline, *, older_than: float | None = None) -> _Known:
        known = self._known
        if known is not None and time.monotonic() - known.at < KEPT_SECONDS and (older_than is None or known.at > older_than):
            return known
        if not self._lock.acquire(timeout=max(deadline.left, 0.01)):
            raise ProviderError(Fault.SLOW, "addresses")
        try:
            again = self._known
            if again is not known and again is not None:
                return again
            self._known = known = self._discover(deadline)
            return known
        finally:
            self._lock.release()

    def _discover(self, deadline: Deadline) -> _Known:
        issuer = self.client.issuer
        if not is_safe(issuer):
            raise ProviderError(Fault.WRONG, "unsafe_address")
        found = fetch_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration", deadline=deadline)
        if found.get("issuer") != issuer:
            raise ProviderError(Fault.WRONG, "issuer_of_addresses")
        places = {name: str(found.get(name, "")) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        if not all(is_safe(place) for place in places.values()):
            raise ProviderError(Fault.WRONG, "unsafe_address")
        methods = found.get("token_endpoint_auth_methods_supported")
        by_form = isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods
        keys = _keys(fetch_json(places["jwks_uri"], deadline=deadline))
        return _Known(
            places["authorization_endpoint"], places["token_endpoint"], by_form, places["jwks_uri"], keys, time.monotonic()
        )


def challenge_of(verifier: str) -> str:
    """The S256 challenge of PKCE (RFC 7636)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def is_safe(address: str) -> bool:
    """Over TLS; or on this very machine, for tests and development (production refuses such an issuer by a check)."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host) and not parts.username
    if parts.scheme != "http":
        return False
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _keys(found: dict[str, Any]) -> KeySet:
    """The provider's public keys for signatures; secret and encryption keys are left out."""
    told = found.get("keys")
    usable = [
        key
        for key in (told if isinstance(told, list) else [])
        if isinstance(key, dict) and key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig" and "d" not in key
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, KeyError, TypeError):
        raise ProviderError(Fault.WRONG, "keys") from None


def _decode(token: str, keys: KeySet) -> dict[str, Any]:
    try:
        decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, KeyError, TypeError, RecursionError):
        raise ProviderError(Fault.WRONG, "signature") from None
    return dict(decoded.claims)


def _check_place(claims: dict[str, Any], client: Client) -> None:
    """From this provider, for this portal and nobody else."""
    if claims.get("iss") != client.issuer:
        raise ProviderError(Fault.WRONG, "iss")
    audience = claims.get("aud")
    if audience != client.client_id and audience != [client.client_id]:
        raise ProviderError(Fault.WRONG, "aud")
    if claims.get("azp", client.client_id) != client.client_id:
        raise ProviderError(Fault.WRONG, "azp")


def _check_time(claims: dict[str, Any], now: int) -> None:
    """Valid now, and made lately."""
    for name in ("exp", "iat"):
        if isinstance(claims.get(name), bool) or not isinstance(claims.get(name), int | float):
            raise ProviderError(Fault.WRONG, name)
    if claims["exp"] <= now - LEEWAY_SECONDS:
        raise ProviderError(Fault.WRONG, "exp")
    if not now - OLDEST_SECONDS <= claims["iat"] <= now + LEEWAY_SECONDS:
        raise ProviderError(Fault.WRONG, "iat")
    begins = claims.get("nbf", now)
    if not isinstance(begins, int | float) or begins > now + LEEWAY_SECONDS:
        raise ProviderError(Fault.WRONG, "nbf")


def _name(claims: dict[str, Any]) -> str:
    """Her name as the provider writes it: last name first when it tells them apart."""
    parts = [claims.get("family_name"), claims.get("given_name")]
    if all(isinstance(part, str) and part.strip() for part in parts):
        return " ".join(str(part).strip() for part in parts)[:120]
    name = claims.get("name")
    return name.strip()[:120] if isinstance(name, str) else ""
