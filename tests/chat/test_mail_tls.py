"""Mailboxes over real TLS: a certificate that is right lets letters through, any other is refused before the password is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import System
from accounts.models import User
from chat.models import Conversation
from chat.operations import fetch_mail, send_notices
from services.choices import MailTrouble
from services.models import Mailbox, Queue
from services.operations import make_mailbox, try_mailbox
from tests.certificates import Authority
from tests.chat.test_mail import ADDRESS, letter
from tests.conftest import acting
from tests.mail_servers import PASSWORD, USER, ImapServer, SmtpServer
from tests.mail_servers_tls import StarttlsImapServer, TlsFront, TlsSmtpServer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
PORTAL = System("carry_mail")
BOTH = pytest.mark.parametrize("way", ["tls", "starttls"])
BAD = {
    "other.example": MailTrouble.CERT_NAME,
    "old": MailTrouble.CERT_TIME,
    "own": MailTrouble.UNTRUSTED,
    "stranger": MailTrouble.UNTRUSTED,
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("varmenteet"))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _trusted(authority: Authority, settings: Any) -> None:
    settings.MAIL_CA_FILE = str(authority.file)


def certificate_of(authority: Authority, kind: str) -> tuple[Path, Path]:
    if kind == "stranger":
        folder = authority.folder / "vieras"
        folder.mkdir(exist_ok=True)
        return Authority(folder, "Vieras varmentaja").certificate("localhost")
    host = kind if "." in kind else "localhost"
    return authority.certificate(host, is_old=kind == "old", is_own=kind == "own")


def incoming(stack: ExitStack, way: str, certificate: tuple[Path, Path]) -> tuple[ImapServer, int]:
    """The mailbox for the test's own looks, and the port by which the portal comes."""
    if way == "starttls":
        server: ImapServer = stack.enter_context(StarttlsImapServer(certificate))
        return server, server.port
    server = stack.enter_context(ImapServer())
    return server, stack.enter_context(TlsFront(certificate, server.port)).port


def outgoing(stack: ExitStack, way: str, certificate: tuple[Path, Path]) -> SmtpServer:
    return stack.enter_context(TlsSmtpServer(certificate, is_from_start=way == "tls"))


def mailbox_of(queue: Queue, main_user: User, way: str, *, imap: int, smtp: int) -> Mailbox:
    where = {"imap_host": "localhost", "imap_port": imap, "smtp_host": "localhost", "smtp_port": smtp}
    row = Mailbox(queue=queue, is_on=True, address=ADDRESS, username=USER, imap_security=way, smtp_security=way, **where)
    return make_mailbox(by=acting(main_user), mailbox=row, password=PASSWORD)


@BOTH
def test_a_good_certificate_lets_letters_through_both_ways(
    way: str, authority: Authority, stack: ExitStack, queue: Queue, main_user: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    good = certificate_of(authority, "localhost")
    box, port = incoming(stack, way, good)
    post = outgoing(stack, way, good)
    mailbox = mailbox_of(queue, main_user, way, imap=port, smtp=post.port)
    found = try_mailbox(by=acting(main_user), mailbox=mailbox)
    assert (found.incoming, found.outgoing) == (None, None)
    box.deliver(letter())
    assert fetch_mail(by=PORTAL, now=NOW) == 1
    assert Conversation.objects.count() == 1
    assert send_notices(by=PORTAL, now=NOW) == 1
    assert [each["To"] for each in post.letters()] == ["aino@example.fi"]
    assert PASSWORD not in caplog.text


@BOTH
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_certificate_is_refused_with_its_reason_before_the_password_goes(
    way: str,
    kind: str,
    authority: Authority,
    stack: ExitStack,
    queue: Queue,
    main_user: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    bad = certificate_of(authority, kind)
    front = stack.enter_context(StarttlsImapServer(bad) if way == "starttls" else TlsFront(bad, 1))
    post = outgoing(stack, way, bad)
    mailbox = mailbox_of(queue, main_user, way, imap=front.port, smtp=post.port)
    found = try_mailbox(by=acting(main_user), mailbox=mailbox)
    assert (found.incoming, found.outgoing) == (BAD[kind], BAD[kind])
    assert fetch_mail(by=PORTAL, now=NOW) == 0
    mailbox.refresh_from_db()
    assert mailbox.trouble == BAD[kind]
    assert PASSWORD not in caplog.text


def test_the_county_s_own_authority_is_trusted_by_its_setting_alone(
    authority: Authority, stack: ExitStack, queue: Queue, main_user: User, settings: Any, signed_in: Callable[..., Client]
) -> None:
    good = certificate_of(authority, "localhost")
    _box, port = incoming(stack, "tls", good)
    post = outgoing(stack, "tls", good)
    mailbox = mailbox_of(queue, main_user, "tls", imap=port, smtp=post.port)
    for file in ("", "/nowhere/authority.pem", __file__):
        settings.MAIL_CA_FILE = file
        found = try_mailbox(by=acting(main_user), mailbox=mailbox)
        assert (found.incoming, found.outgoing) == (MailTrouble.UNTRUSTED, MailTrouble.UNTRUSTED)
    page = signed_in(main_user).post(reverse("admin:services_mailbox_try", args=[mailbox.pk])).content.decode()
    assert "varmenteen allekirjoittaja" in page
    assert PASSWORD not in page


@pytest.mark.parametrize("has_tls", [True, False])
def test_a_server_without_starttls_gets_no_password(has_tls: bool, stack: ExitStack, queue: Queue, main_user: User) -> None:
    box, post = stack.enter_context(ImapServer()), stack.enter_context(SmtpServer())
    mailbox = mailbox_of(queue, main_user, "tls" if has_tls else "starttls", imap=box.port, smtp=post.port)
    found = try_mailbox(by=acting(main_user), mailbox=mailbox)
    assert (found.incoming, found.outgoing) == (MailTrouble.TLS, MailTrouble.TLS)
