"""The demonstration's own provider: test persons, no identification at all, and the same path as a real one.

Its page is the portal's own (`chat/views/identity_trial.py`). What it gives back is signed, lives five minutes, and fits one
round only, so that everything that goes wrong with a real provider can be tried. Production refuses it (config/checks.py).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.core import signing

from chat.identity_providers.oidc import challenge_of
from chat.identity_providers.seam import Ask, Departure, Fault, Kept, Mandate, Proof, ProviderError

ISSUER = "urn:neuvoluukku:development"
METHOD, ASSURANCE = "kokeilu", "ei todellinen"
LIVES_SECONDS = 300
PAGE = "kokeilu/"
_SALT = "chat.identity.development"


@dataclass(frozen=True, slots=True)
class TestPerson:
    """A person who does not exist; the name is of public test material."""

    key: str
    name: str
    acts_for: str = ""


PERSONS = (
    TestPerson("tessa", "Testilä Tessa", acts_for="Testilä Taisto"),
    TestPerson("matti", "Mallikas Matti", acts_for="Mallikas Maire"),
    TestPerson("daisy", "Demonen Daisy"),
)


class DevelopmentProvider:
    """Lets one be anybody of the test persons."""

    key = "development"
    offers_mandates = True

    def begin(self, ask: Ask) -> Departure:
        """The portal's own page of test persons, beside the address of return."""
        state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        page = urlsplit(ask.return_to).path.removesuffix("paluu/") + PAGE
        query = {"state": state, "nonce": nonce, "challenge": challenge_of(verifier), "mandate": "1" if ask.mandate else ""}
        return Departure(f"{page}?{urlencode(query)}", state, nonce, verifier)

    def finish(self, params: Mapping[str, str], kept: Kept) -> Proof:
        """The test person whose code came back, if it is of this round."""
        if "error" in params:
            raise ProviderError(Fault.CANCELLED, "error_answer")
        try:
            told = signing.loads(params.get("code", ""), salt=_SALT, max_age=LIVES_SECONDS)
        except signing.BadSignature:
            raise ProviderError(Fault.WRONG, "signature") from None
        same = hmac.compare_digest(told["nonce"], kept.nonce) and hmac.compare_digest(
            told["challenge"], challenge_of(kept.verifier)
        )
        person = next((each for each in PERSONS if each.key == told["person"]), None)
        if not same or person is None:
            raise ProviderError(Fault.WRONG, "nonce")
        mandate = Mandate(subject=f"{person.key}:mandate", name=person.acts_for) if told["mandate"] and person.acts_for else None
        return Proof(issuer=ISSUER, subject=person.key, name=person.name, method=METHOD, assurance=ASSURANCE, mandate=mandate)


def code_for(person: str, *, nonce: str, challenge: str, mandate: bool) -> str:
    """The code with which the browser comes back as this test person."""
    return signing.dumps({"person": person, "nonce": nonce, "challenge": challenge, "mandate": mandate}, salt=_SALT)
