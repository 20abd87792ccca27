"""OpenID Connect: nothing but a token that is right in everything is a proof; and no provider holds a person's page."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from chat.identity_providers import Ask, Client, Fault, Kept, OpenIdConnect, Proof, ProviderError, fetching, oidc, person_hash
from chat.identity_providers.oidc import challenge_of, is_safe
from tests.providers import ACR, CLIENT, NAME, SUBJECT, Hostile, sign_with_secret

BACK = "http://testserver/fi/tunnistautuminen/paluu/"


@pytest.fixture
def there() -> Iterator[Hostile]:
    with Hostile() as provider:
        yield provider


def ours(there: Hostile, **more: Any) -> OpenIdConnect:
    return OpenIdConnect(Client(issuer=there.issuer, client_id=CLIENT, **{"allowed_acr": (ACR,), **more}))


def go_round(there: Hostile, here: OpenIdConnect | None = None, *, mandate: bool = False, **params: str) -> Proof:
    """Leave and come back, as a browser would."""
    here = here or ours(there)
    departure = here.begin(Ask(return_to=BACK, language="fi", mandate=mandate))
    there.nonce = departure.nonce
    return here.finish({"code": "abc", "state": departure.state, **params}, Kept(BACK, departure.nonce, departure.verifier))


def fault_of(act: Callable[[], Any]) -> tuple[Fault, str]:
    with pytest.raises(ProviderError) as info:
        act()
    return info.value.fault, info.value.detail


# --- the right way ---


def test_a_right_token_is_a_proof(there: Hostile) -> None:
    proof = go_round(there)
    assert (proof.issuer, proof.subject, proof.name) == (there.issuer, SUBJECT, NAME)
    assert (proof.method, proof.assurance, proof.mandate) == ("bank", ACR, None)
    assert NAME not in repr(proof)
    assert SUBJECT not in repr(proof)


def test_she_leaves_with_a_challenge_and_one_time_secrets(there: Hostile) -> None:
    here = ours(there)
    one, two = (here.begin(Ask(return_to=BACK, language="sv")) for _ in range(2))
    told = {name: values[0] for name, values in parse_qs(urlsplit(one.url).query).items()}
    assert one.url.startswith(f"{there.issuer}/authorize?")
    assert told["code_challenge"] == challenge_of(one.verifier)
    assert (told["code_challenge_method"], told["response_type"], told["prompt"]) == ("S256", "code", "login")
    assert (told["state"], told["nonce"], told["redirect_uri"]) == (one.state, one.nonce, BACK)
    assert (told["ui_locales"], told["acr_values"]) == ("sv", ACR)
    assert len({one.state, two.state, one.nonce, two.nonce, one.verifier, two.verifier}) == 6
    assert one.verifier not in one.url
    assert one.state not in repr(one)


def test_the_verifier_goes_with_the_code_behind_the_scenes(there: Hostile) -> None:
    here = ours(there)
    departure = here.begin(Ask(return_to=BACK, language="fi"))
    there.nonce = departure.nonce
    here.finish({"code": "the code"}, Kept(BACK, departure.nonce, departure.verifier))
    form = there.forms[0]
    assert (form["code"], form["code_verifier"], form["redirect_uri"]) == ("the code", departure.verifier, BACK)
    assert form["authorization"] == ""
    assert "client_secret" not in form


def test_the_secret_goes_in_the_header_or_where_the_provider_wants_it(there: Hostile) -> None:
    go_round(there, ours(there, secret="s:e/c"))
    assert base64.b64decode(there.forms[0]["authorization"].split()[1]).decode() == f"{CLIENT}:s%3Ae%2Fc"
    there.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    go_round(there, ours(there, secret="s:e/c"))
    assert (there.forms[1]["client_secret"], there.forms[1]["authorization"]) == ("s:e/c", "")


def test_addresses_and_keys_are_read_once_and_new_keys_are_found(there: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    here = ours(there)
    go_round(there, here)
    go_round(there, here)
    assert there.paths.count("/jwks") == 1
    there.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"}, private=True)
    there.published.append(there.key.as_dict(private=False))
    there.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, there.key)
    assert fault_of(lambda: go_round(there, here)) == (Fault.WRONG, "signature")
    assert there.paths.count("/jwks") == 1, "a false token does not make us ask at once"
    monkeypatch.setattr(oidc, "ASKED_AGAIN_SECONDS", 0.0)
    assert go_round(there, here).subject == SUBJECT
    assert there.paths.count("/jwks") == 2


def test_a_mandate_comes_from_the_claim_that_is_named(there: Hostile) -> None:
    there.claims = {"mandate": {"sub": "456", "name": "Testilä Taisto"}}
    proof = go_round(there, ours(there, mandate_claim="mandate"), mandate=True)
    assert proof.mandate is not None
    assert (proof.mandate.subject, proof.mandate.name) == ("456", "Testilä Taisto")
    assert go_round(there).mandate is None
    for odd in ("456", ["456"], {"sub": 456}, {"sub": " "}, {}):
        there.claims = {"mandate": odd}
        assert go_round(there, ours(there, mandate_claim="mandate")).mandate is None


# --- what is wrong with the token ---


@pytest.mark.parametrize(
    ("claims", "detail"),
    [
        ({"iss": "https://another.test"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": [CLIENT, "another"]}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": None}, "aud"),
        ({"azp": "another"}, "azp"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": 5}, "nonce"),
        ({"sub": ""}, "sub"),
        ({"sub": None}, "sub"),
        ({"sub": 5}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"exp": int(time.time()) - 600}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"iat": int(time.time()) - 7200}, "iat"),
        ({"iat": int(time.time()) + 7200}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": int(time.time()) + 7200}, "nbf"),
    ],
)
def test_a_claim_that_is_wrong_gives_no_identity(there: Hostile, claims: dict[str, Any], detail: str) -> None:
    there.claims = claims
    assert fault_of(lambda: go_round(there)) == (Fault.WRONG, detail)


@pytest.mark.parametrize("acr", ["http://ftn.ficora.fi/2017/loa1", "", None, ["x"]])
def test_a_weaker_level_gives_no_identity(there: Hostile, acr: Any) -> None:
    there.claims = {"acr": acr}
    assert fault_of(lambda: go_round(there))[0] is Fault.WEAK


def unsigned(claims: dict[str, Any]) -> str:
    parts = [json.dumps({"alg": "none"}), json.dumps(claims)]
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."


def signed_by_public_key(there: Hostile, claims: dict[str, Any]) -> str:
    """The old trick: the provider's public key taken for a shared secret."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=")
    signed = head + b"." + base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    seal = hmac.new(there.key.as_pem(private=False), signed, sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(seal).rstrip(b"=")).decode()


@pytest.mark.parametrize("how", ["another_key", "none", "hs256", "public_key_as_secret", "changed", "not_a_token"])
def test_a_signature_that_is_not_the_providers_gives_no_identity(there: Hostile, how: str) -> None:
    other = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    there.sign = {
        "another_key": lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, other),
        "none": unsigned,
        "hs256": sign_with_secret,
        "public_key_as_secret": lambda claims: signed_by_public_key(there, claims),
        "changed": lambda claims: _with_another_subject(there.sign_rightly(claims)),
        "not_a_token": lambda claims: "abc",
    }[how]
    assert fault_of(lambda: go_round(there)) == (Fault.WRONG, "signature")


def _with_another_subject(token: str) -> str:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["sub"] = "another"
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def test_secret_and_encryption_keys_of_the_provider_are_not_used(there: Hostile) -> None:
    there.published = [
        {**there.published[0], "use": "enc"},
        {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "one"},
    ]
    assert fault_of(lambda: go_round(there))[0] is Fault.WRONG


# --- what is wrong with the provider ---


def test_another_issuers_addresses_are_not_believed(there: Hostile) -> None:
    there.metadata = {"issuer": "https://another.test"}
    assert fault_of(lambda: go_round(there)) == (Fault.WRONG, "issuer_of_addresses")


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address", ["http://op.example/x", "javascript:alert(1)", "file:///etc/passwd", "", "https://u@op.example/"]
)
def test_an_unsafe_address_is_not_followed(there: Hostile, name: str, address: str) -> None:
    there.metadata = {name: address}
    assert fault_of(lambda: go_round(there)) == (Fault.WRONG, "unsafe_address")


def test_what_is_safe() -> None:
    assert is_safe("https://op.example/")
    assert is_safe("http://127.0.0.1:9400/")
    assert not is_safe("http://127.0.0.1.op.example/")
    assert not is_safe("http://[::1")


def test_it_does_not_answer_in_time(there: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    here = ours(there)
    here.begin(Ask(return_to=BACK, language="fi"))
    monkeypatch.setattr("chat.identity_providers.seam.SECONDS_IN_ALL", 0.6)
    monkeypatch.setattr(oidc, "Deadline", lambda: fetching.Deadline(0.6))
    there.answer = lambda handler: time.sleep(5)
    began = time.monotonic()
    assert fault_of(lambda: go_round(there, here))[0] is Fault.SLOW
    assert time.monotonic() - began < 3


def test_it_sends_a_byte_now_and_then(there: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        for _ in range(100):
            handler.wfile.write(b"H")
            handler.wfile.flush()
            time.sleep(0.1)

    here = ours(there)
    here.begin(Ask(return_to=BACK, language="fi"))
    monkeypatch.setattr(oidc, "Deadline", lambda: fetching.Deadline(0.8))
    there.answer = trickle
    began = time.monotonic()
    assert fault_of(lambda: go_round(there, here))[0] in (Fault.SLOW, Fault.UNREACHABLE)
    assert time.monotonic() - began < 3


def test_a_huge_answer_is_not_read_to_its_end(there: Hostile) -> None:
    sent = []

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(2000):
            handler.wfile.write(b"x" * 65536)
            sent.append(65536)

    there.answer = flood
    assert fault_of(lambda: go_round(there)) == (Fault.WRONG, "too_large")
    assert sum(sent) < 60_000_000


def test_a_redirect_is_not_followed(there: Hostile) -> None:
    def lead(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", f"{there.issuer}/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    there.answer = lead
    assert fault_of(lambda: go_round(there))[0] is Fault.UNREACHABLE
    assert "/elsewhere" not in there.paths


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (400, b'{"error": "invalid_grant"}', Fault.WRONG),
        (500, b"", Fault.UNREACHABLE),
        (200, b"not json", Fault.WRONG),
        (200, b"[1]", Fault.WRONG),
        (200, b"{}", Fault.WRONG),
        (200, b'{"id_token": 5}', Fault.WRONG),
        (200, b'{"id_token": "' + b"x" * 40_000 + b'"}', Fault.WRONG),
        (200, b"[" * 100_000, Fault.WRONG),
    ],
)
def test_an_odd_answer_gives_no_identity(there: Hostile, status: int, body: bytes, fault: Fault) -> None:
    def say(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    there.answer = say
    assert fault_of(lambda: go_round(there))[0] is fault


def test_nobody_at_home() -> None:
    here = OpenIdConnect(Client(issuer="http://127.0.0.1:1", client_id=CLIENT))
    assert fault_of(lambda: here.begin(Ask(return_to=BACK, language="fi")))[0] is Fault.UNREACHABLE


def test_only_so_many_are_asked_at_once(there: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def acquire(self, timeout: float) -> bool:
            return False

    monkeypatch.setattr(fetching, "_places", Full())
    assert fault_of(lambda: go_round(there)) == (Fault.SLOW, "too_many_at_once")


# --- what comes back with the browser ---


def test_what_the_browser_brings_is_not_believed(there: Hostile) -> None:
    assert fault_of(lambda: go_round(there, error="access_denied"))[0] is Fault.CANCELLED
    assert fault_of(lambda: go_round(there, error="server_error"))[0] is Fault.REFUSED
    assert fault_of(lambda: go_round(there, iss="https://another.test")) == (Fault.WRONG, "answer_of_another_issuer")
    assert fault_of(lambda: go_round(there, code="")) == (Fault.WRONG, "no_code")
    assert fault_of(lambda: go_round(there, code="x" * 5000)) == (Fault.WRONG, "no_code")
    assert not there.forms, "the provider was not asked at all"


# --- the person ---


def test_the_hash_depends_on_key_county_issuer_and_subject_and_on_nothing_else() -> None:
    def of(**more: str) -> str:
        return person_hash(**{"key": "key", "county": "koe", "issuer": "https://op", "subject": "1", **more})

    assert of() == of()
    others = {of(key="kez"), of(county="toinen"), of(issuer="https://op1", subject=""), of(subject="2")}
    assert len(others | {of()}) == 5
    assert len(of()) == 64
