"""Providers of OpenID Connect for tests: a hostile one in a thread, and a real one in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.servers import free_port

CLIENT = "portal"
SUBJECT = "83692"
NAME = "Testilä Tessa"
ACR = "http://ftn.ficora.fi/2017/loa2"


@cache
def signing_key() -> RSAKey:
    """The provider's own key, made once for all tests."""
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)


class Hostile:
    """A provider that does what the test tells: `claims` over the right ones, `sign` for the key, `answer` for the token."""

    def __init__(self) -> None:
        self.key = signing_key()
        self.published: list[dict[str, Any]] = [self.key.as_dict(private=False)]
        self.claims: dict[str, Any] = {}
        self.nonce = ""
        self.forms: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.metadata: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.sign_rightly
        self.answer: Callable[[BaseHTTPRequestHandler], None] | None = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def right_claims(self) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": self.nonce,
            "acr": ACR,
            "amr": ["bank"],
            "family_name": "Testilä",
            "given_name": "Tessa",
            "email": "tessa@esimerkki.invalid",
        }

    def sign_rightly(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def token(self) -> str:
        claims = {name: value for name, value in {**self.right_claims(), **self.claims}.items() if value is not None}
        return self.sign(claims)

    def addresses(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            **self.metadata,
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                """Silence."""

            def tell(self, found: object, status: int = 200) -> None:
                body = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                provider.paths.append(self.path)
                if self.path == "/.well-known/openid-configuration":
                    self.tell(provider.addresses())
                elif self.path == "/jwks":
                    self.tell({"keys": provider.published})
                else:
                    self.tell({}, 404)

            def do_POST(self) -> None:
                provider.paths.append(self.path)
                told = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                provider.forms.append({name: values[0] for name, values in told.items()})
                provider.forms[-1]["authorization"] = self.headers.get("Authorization", "")
                if provider.answer is not None:
                    try:
                        provider.answer(self)
                    except OSError:
                        return
                else:
                    self.tell({"access_token": "x", "token_type": "Bearer", "id_token": provider.token()})

        return Handler

    def __enter__(self) -> Hostile:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def sign_with_secret(claims: dict[str, Any]) -> str:
    """As somebody who knows the client's secret would."""
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("the client's secret, well known " * 2))


@contextmanager
def real_provider(folder: Path, *users: dict[str, Any]) -> Iterator[str]:
    """`oidc-provider-mock` by its own command, as a process of its own; gives its issuer."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    for user in users:
        arguments += ["--user-claims", json.dumps(user)]
    environment = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1", "NO_COLOR": "1"}
    with (folder / "provider.log").open("ab") as log:
        process = subprocess.Popen(arguments, env=environment, stdout=log, stderr=log)
    issuer = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=2, verify=False).status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            assert process.poll() is None and time.monotonic() < until, (folder / "provider.log").read_text()[-3000:]
            time.sleep(0.1)
        yield issuer
    finally:
        process.kill()
        process.wait(20)
