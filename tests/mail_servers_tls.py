"""The tests' mail servers over TLS: from the start, and by STARTTLS. What they hear before it is refused."""

from __future__ import annotations

import asyncio
import imaplib
import ssl
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.mail_servers import PASSWORD, ROOT, USER, ImapServer, Keeper, SmtpServer
from tests.servers import _Server

Certificate = tuple[Path, Path]


def _context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


class StarttlsImapServer(ImapServer):
    """The mailbox, entered after STARTTLS alone."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__()
        self.certificate = certificate

    def command(self) -> list[str]:
        crt, key = map(str, self.certificate)
        start = ["-c", "from pymap.main import main; main()", "--host", "127.0.0.1", "--port", str(self.port)]
        return [sys.executable, *start, "--cert", crt, "--key", key, "dict", "--demo-user", USER, "--demo-password", PASSWORD]

    def open(self) -> imaplib.IMAP4:
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        server.starttls(ssl._create_unverified_context())
        server.login(USER, PASSWORD)
        server.select("INBOX")
        return server


class TlsFront(_Server):
    """TLS from the start in front of a server that has none: it passes on what it hears, and counts those who came in."""

    prefix = "nl-tls-"

    def __init__(self, certificate: Certificate, behind: int) -> None:
        super().__init__()
        self.account = None
        self.certificate, self.behind = certificate, behind

    @property
    def url(self) -> str:
        return f"tls://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        crt, key = map(str, self.certificate)
        start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.mail_servers_tls import front; front(*sys.argv[1:])"
        return [sys.executable, "-c", start, str(self.port), str(self.behind), crt, key]

    def ready(self) -> bool:
        return "ready" in (self.folder / "log").read_text()


class TlsSmtpServer(SmtpServer):
    """Outgoing mail by TLS, with a user and password; `is_from_start`, else by STARTTLS."""

    def __init__(self, certificate: Certificate, *, is_from_start: bool) -> None:
        super().__init__()
        self.certificate, self.is_from_start = certificate, is_from_start

    def command(self) -> list[str]:
        crt, key = map(str, self.certificate)
        start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.mail_servers_tls import post; post(*sys.argv[1:])"
        return [sys.executable, "-c", start, str(self.port), str(self.kept), crt, key, "1" if self.is_from_start else ""]

    def ready(self) -> bool:
        return "ready" in (self.folder / "log").read_text()


def front(port: str, behind: str, crt: str, key: str) -> None:
    """What runs inside the front."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ssl.SSLError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner = await asyncio.open_connection("127.0.0.1", int(behind))
        await asyncio.gather(pass_on(reader, inner[1]), pass_on(inner[0], writer))

    async def serve() -> None:
        server = await asyncio.start_server(come, "127.0.0.1", int(port), ssl=_context((Path(crt), Path(key))))
        print("ready", flush=True)
        await server.serve_forever()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())


def post(port: str, kept: str, crt: str, key: str, from_start: str) -> None:
    """What runs inside the server of outgoing mail."""
    context = _context((Path(crt), Path(key)))

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    def made() -> SMTP:
        more: dict[str, Any] = {} if from_start else {"tls_context": context, "require_starttls": True}
        return SMTP(
            Keeper(kept), hostname="localhost", authenticator=check, auth_required=True, auth_require_tls=not from_start, **more
        )

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(made, "127.0.0.1", int(port), ssl=context if from_start else None)
        print("ready", flush=True)
        await server.serve_forever()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
