"""Real mail servers that the tests start: pymap for incoming mail (IMAP), aiosmtpd for outgoing (SMTP)."""

from __future__ import annotations

import imaplib
import smtplib
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.servers import _Server

ROOT = Path(__file__).resolve().parent.parent
USER, PASSWORD = "laatikko", "sa la:sana"


class ImapServer(_Server):
    """One mailbox in memory."""

    prefix = "nl-imap-"

    def __init__(self) -> None:
        super().__init__()
        self.account = None
        self._admin: imaplib.IMAP4 | None = None

    @property
    def url(self) -> str:
        return f"imap://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        start = "from pymap.main import main; main()"
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--no-tls"]
        return [sys.executable, "-c", start, *where, "dict", "--demo-user", USER, "--demo-password", PASSWORD]

    def ready(self) -> bool:
        try:
            self.open().logout()
        except OSError:
            return False
        return True

    def open(self) -> imaplib.IMAP4:
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        server.login(USER, PASSWORD)
        server.select("INBOX")
        return server

    @property
    def admin(self) -> imaplib.IMAP4:
        """One connection for the tests’ own looks: each sign-in costs the server a slow hash."""
        if self._admin is None:
            self._admin = self.open()
        self._admin.noop()
        return self._admin

    def deliver(self, *letters: bytes) -> int:
        """As if they had come over the net; how many the server took. Some are so broken that it drops the connection."""
        taken = 0
        for letter in letters:
            try:
                taken += self.admin.append("INBOX", "", "", letter)[0] == "OK"
            except imaplib.IMAP4.abort:
                self.close()
        return taken

    def flags(self) -> list[str]:
        """The flags of each letter, the oldest first, without `Recent`."""
        if self.admin.uid("SEARCH", "ALL")[1] == [b""]:
            return []
        rows = [row for row in self.admin.uid("FETCH", "1:*", "(FLAGS)")[1] if row and b"UID" in row]
        return [" ".join(sorted(each.decode() for each in imaplib.ParseFlags(row) if each != b"\\Recent")) for row in rows]

    def empty(self) -> None:
        if self.admin.uid("SEARCH", "ALL")[1] != [b""]:
            self.admin.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
            self.admin.expunge()

    def close(self) -> None:
        if self._admin is not None:
            self._admin.shutdown()
            self._admin = None

    def remove(self) -> None:
        self.close()
        super().remove()


class SmtpServer(_Server):
    """Keeps what is handed to it as files; it refuses who is refused in `refused`."""

    prefix = "nl-smtp-"

    def __init__(self) -> None:
        super().__init__()
        self.account = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    def command(self) -> list[str]:
        handler = ["-c", "tests.mail_servers.Keeper", str(self.kept)]
        start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from aiosmtpd.main import main; main()"
        return [sys.executable, "-c", start, "-n", "-l", f"127.0.0.1:{self.port}", *handler]

    def ready(self) -> bool:
        try:
            smtplib.SMTP("127.0.0.1", self.port, timeout=5).quit()
        except OSError:
            return False
        return True

    def letters(self) -> list[EmailMessage]:
        """What was sent, the oldest first."""
        files = sorted(self.kept.glob("*.eml"), key=lambda each: each.name)
        return [message_from_bytes(each.read_bytes(), policy=policy.default) for each in files]  # type: ignore[misc]

    def raw(self) -> list[bytes]:
        return [each.read_bytes() for each in sorted(self.kept.glob("*.eml"), key=lambda each: each.name)]

    def empty(self) -> None:
        for each in self.kept.glob("*"):
            each.unlink()

    def start(self) -> None:
        self.kept.mkdir(exist_ok=True)
        super().start()


class Keeper:
    """The handler that runs inside the SMTP server: `nobody@…` is refused for good, `later@…` for now."""

    def __init__(self, folder: str) -> None:
        self.folder, self.number = Path(folder), 0

    @classmethod
    def from_cli(cls, parser: Any, folder: str) -> Keeper:
        return cls(folder)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("nobody@"):
            return "550 No such user here"
        if address.startswith("later@"):
            return "451 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.number += 1
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {','.join(envelope.rcpt_tos)}\r\n".encode()
        part = self.folder / f"{self.number:06}.part"
        part.write_bytes(head + envelope.content)
        part.rename(self.folder / f"{self.number:06}.eml")
        return "250 Kept"
