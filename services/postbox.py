"""Talks with mail servers: IMAP in, SMTP out. Knows addresses and letters as bytes, and no rows or rules of the portal.

Whatever goes wrong is one `PostboxError` with a code of `MailTrouble`: what a server answers may hold somebody's words or a
user name, so it is neither kept nor logged. A letter is read in part when it is large (`LARGEST` bytes).
"""

from __future__ import annotations

import imaplib
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol

from django.conf import settings

from accounts.sealing import MAILBOX, UnreadableError, unseal
from services.choices import MailSecurity, MailTrouble

TIMEOUT = 20.0
LARGEST = 256 * 1024
"""So much of a letter is fetched at most: its headers and its text come first, what is attached is not taken."""
_OF_NAME, _OF_TIME = (62, 64), (9, 10)
"""OpenSSL’s codes of a certificate (X509_V_ERR): of another host or address; not yet or no longer in force."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class PostboxError(Exception):
    """What could not be done, as a code; `is_final`: trying again helps nothing."""

    def __init__(self, code: MailTrouble, *, is_final: bool = False) -> None:
        super().__init__(code.value)
        self.code, self.is_final = code, is_final


class Account(Protocol):
    """What of a mailbox is needed to reach its servers."""

    address: str
    username: str
    sealed_password: str
    imap_host: str
    imap_port: int
    imap_security: str
    folder: str
    smtp_host: str
    smtp_port: int
    smtp_security: str


@dataclass(frozen=True, slots=True)
class RawLetter:
    """A letter as it lies in the mailbox: its beginning, and how large the whole is."""

    content: bytes
    size: int


class Inbox:
    """An opened folder. Nothing is marked as read by reading."""

    def __init__(self, server: imaplib.IMAP4) -> None:
        self._server = server

    def unread(self) -> list[str]:
        """The ids of the letters that are not marked as read, the oldest first."""
        return [each.decode() for part in self._ask("SEARCH", "UNSEEN") if isinstance(part, bytes) for each in part.split()]

    def fetch(self, uid: str) -> RawLetter | None:
        """At most `LARGEST` bytes of a letter; None when it has gone meanwhile."""
        for part in self._ask("FETCH", uid, f"(RFC822.SIZE BODY.PEEK[]<0.{LARGEST}>)"):
            if isinstance(part, tuple) and b"BODY[]" in part[0]:
                found = _SIZE.search(part[0])
                return RawLetter(part[1], int(found[1]) if found else len(part[1]))
        return None

    def mark(self, uid: str, *, flagged: bool = False) -> None:
        """The letter is marked as read, and flagged when a person is to look at it in the mailbox."""
        self._ask("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Flagged)" if flagged else r"(\Seen)")

    def _ask(self, *command: str) -> list[Any]:
        with _told(MailTrouble.PROTOCOL):
            status, parts = self._server.uid(*command)
        if status != "OK":
            raise PostboxError(MailTrouble.PROTOCOL)
        return list(parts)


@contextmanager
def inbox(account: Account) -> Iterator[Inbox]:
    """The mailbox's folder, opened and closed. Raises PostboxError."""
    password = _password(account)
    with _told(MailTrouble.PROTOCOL):
        server = _imap(account)
    try:
        if account.username:
            with _told(MailTrouble.LOGIN):
                if (account.username + password).isascii():
                    server.login(account.username, password)
                else:
                    server.authenticate("PLAIN", lambda _ask: f"\0{account.username}\0{password}".encode())
        with _told(MailTrouble.PROTOCOL):
            folder = account.folder.replace("\\", "\\\\").replace('"', '\\"')
            status, _answer = server.select(f'"{folder}"')
        if status != "OK":
            raise PostboxError(MailTrouble.FOLDER)
        yield Inbox(server)
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def send(account: Account, letter: EmailMessage, *, to: str) -> None:
    """Hand a letter to the mailbox's server of outgoing mail. Raises PostboxError."""
    with _outgoing(account) as server, _told(MailTrouble.PROTOCOL):
        server.send_message(letter, from_addr=account.address, to_addrs=[to])


def try_incoming(account: Account) -> MailTrouble | None:
    """What hinders fetching, if anything."""
    try:
        with inbox(account) as opened:
            opened.unread()
    except PostboxError as error:
        return error.code
    return None


def try_outgoing(account: Account) -> MailTrouble | None:
    """What hinders sending, if anything; no letter is sent."""
    try:
        with _outgoing(account) as server, _told(MailTrouble.SENDER):
            code, _answer = server.mail(account.address)
            if code >= 400:
                raise PostboxError(MailTrouble.SENDER)
            server.rset()
    except PostboxError as error:
        return error.code
    return None


@contextmanager
def _outgoing(account: Account) -> Iterator[smtplib.SMTP]:
    password = _password(account)
    with _told(MailTrouble.PROTOCOL):
        server = _smtp(account)
    try:
        with _told(MailTrouble.LOGIN):
            server.ehlo_or_helo_if_needed()
            if account.username and server.has_extn("auth"):
                server.login(account.username, password)
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()


def _imap(account: Account) -> imaplib.IMAP4:
    where, context = (account.imap_host, account.imap_port), _trust()
    if account.imap_security == MailSecurity.TLS:
        return imaplib.IMAP4_SSL(*where, ssl_context=context, timeout=TIMEOUT)
    server = imaplib.IMAP4(*where, timeout=TIMEOUT)
    if account.imap_security == MailSecurity.STARTTLS:
        _upgrade(server, context)
    return server


def _upgrade(server: imaplib.IMAP4, context: ssl.SSLContext) -> None:
    try:
        server.starttls(context)
    except (imaplib.IMAP4.error, OSError) as error:
        with suppress(imaplib.IMAP4.error, OSError):
            server.shutdown()
        raise PostboxError(_trouble_of(error)) from None


def _smtp(account: Account) -> smtplib.SMTP:
    where, context = (account.smtp_host, account.smtp_port), _trust()
    if account.smtp_security == MailSecurity.TLS:
        return smtplib.SMTP_SSL(*where, context=context, timeout=TIMEOUT)
    server = smtplib.SMTP(*where, timeout=TIMEOUT)
    if account.smtp_security == MailSecurity.STARTTLS:
        try:
            server.starttls(context=context)
        except (smtplib.SMTPException, OSError) as error:
            server.close()
            raise PostboxError(_trouble_of(error)) from None
    return server


def _trust() -> ssl.SSLContext:
    """The system's certificate authorities, and the county's own of `MAIL_CA_FILE`; names are always checked."""
    context = ssl.create_default_context()
    if settings.MAIL_CA_FILE:
        try:
            context.load_verify_locations(cafile=settings.MAIL_CA_FILE)
        except OSError:  # an ssl.SSLError too: a file that is not there, or holds no certificate
            raise PostboxError(MailTrouble.UNTRUSTED) from None
    return context


def _trouble_of(error: Exception) -> MailTrouble:
    """Why an encrypted connection was not made; the password has not been sent."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return MailTrouble.TLS
    if error.verify_code in _OF_NAME:
        return MailTrouble.CERT_NAME
    return MailTrouble.CERT_TIME if error.verify_code in _OF_TIME else MailTrouble.UNTRUSTED


def _password(account: Account) -> str:
    if not account.sealed_password:
        return ""
    try:
        return unseal(account.sealed_password, purpose=MAILBOX)
    except UnreadableError:
        raise PostboxError(MailTrouble.PASSWORD) from None


@contextmanager
def _told(otherwise: MailTrouble) -> Iterator[None]:
    """Every fault of a server or a line as a code, without its own words."""
    try:
        yield
    except ssl.SSLError as error:
        raise PostboxError(_trouble_of(error)) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _answer in error.recipients.values()]
        raise PostboxError(MailTrouble.REFUSED, is_final=bool(codes) and min(codes) >= 500) from None
    except smtplib.SMTPSenderRefused:
        raise PostboxError(MailTrouble.SENDER) from None
    except (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected, imaplib.IMAP4.abort):
        raise PostboxError(MailTrouble.CONNECT) from None
    except (smtplib.SMTPException, imaplib.IMAP4.error):
        raise PostboxError(otherwise) from None
    except (OSError, UnicodeError):
        raise PostboxError(MailTrouble.CONNECT) from None


__all__ = ["LARGEST", "Inbox", "PostboxError", "RawLetter", "inbox", "send", "try_incoming", "try_outgoing"]
