"""What a provider of strong identification is to the chat, whatever its protocol.

A provider does two things. `begin` makes the address to which the resident's browser goes, with one-time secrets that the
portal keeps. `finish` takes what came back with the browser, asks the provider behind the scenes, and gives a proof, or says
why there is none. It knows no rows and no conversation, and keeps nothing of a person.

OpenID Connect is in `oidc.py`; the demonstration's own in `development.py`. A SAML adapter for Suomi.fi fits here: `begin`
makes the AuthnRequest (its id is the `nonce`, the relay state the `state`), and `finish` reads the posted response, once its
signature, audience, time and `InResponseTo` are checked. See docs/decisions/0008-identification-providers.md.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

SECONDS_IN_ALL = 10.0
SECONDS_TO_CONNECT = 5.0


class Fault(StrEnum):
    """Why there is no proof. In each case nothing is known of the person, and nothing is stored of her."""

    SLOW = "slow"
    UNREACHABLE = "unreachable"
    WRONG = "wrong"
    WEAK = "weak"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    USED = "used"
    OTHER = "other"
    ENDED = "ended"
    NO_MANDATE = "no_mandate"


class ProviderError(Exception):
    """There is no proof. `detail` is a code for the log, never a word of the person's or the provider's."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault, detail)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Ask:
    """What the portal asks: where to come back, in which language, and whether for somebody else by a mandate."""

    return_to: str
    language: str
    mandate: bool = False


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and the one-time secrets that the portal keeps meanwhile."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the portal kept of the departure, and where the browser came back."""

    return_to: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mandate:
    """For whom the person acts, as the provider proves it."""

    subject: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """Who she is: the provider's issuer and subject are the key, never an e-mail address or a name."""

    issuer: str
    subject: str = field(repr=False)
    name: str = field(repr=False)
    method: str
    assurance: str
    mandate: Mandate | None = None


class Provider(Protocol):
    """A provider of strong identification."""

    key: str
    offers_mandates: bool

    def begin(self, ask: Ask) -> Departure:
        """Where to send the browser. Raises ProviderError."""

    def finish(self, params: Mapping[str, str], kept: Kept) -> Proof:
        """The proof for what came back with the browser. Raises ProviderError."""


class Deadline:
    """How long all steps of one round may take together: a person waits."""

    def __init__(self, seconds: float = SECONDS_IN_ALL) -> None:
        self.ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; never below zero."""
        return max(self.ends - time.monotonic(), 0.0)


def born_before(birthday: date, years: int, *, today: date) -> bool:
    """She has had as many birthdays by today."""
    had = today.year - birthday.year - ((today.month, today.day) < (birthday.month, birthday.day))
    return had >= years


def person_hash(key: str, *, county: str, issuer: str, subject: str) -> str:
    """The keyed hash by which one county knows a person again; another county's is another, since its register is its own."""
    parts = (part.encode() for part in (county, issuer, subject))
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.new(key.encode(), message, sha256).hexdigest()


def state_hash(state: str) -> str:
    """What the portal keeps of the one-time state: who reads the database can't come back with it."""
    return sha256(state.encode()).hexdigest()
