"""A queue's mailbox, the whole way in and out, against a real IMAP and a real SMTP server that the tests start."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actors import Resident, System
from accounts.models import AuditEntry, OutgoingMail, User
from chat.choices import AudienceChoice, EventKind, LetterKind, Medium, State
from chat.models import ContactDetail, Conversation, Event, MailLetter, MailNotice, MailThread
from chat.operations import (
    claim_conversation,
    end_conversation,
    erase_expired,
    fetch_mail,
    mail_in,
    open_left_contact,
    post_message,
    send_notices,
    similar_answered,
)
from chat.operations.mail_out import link_token
from chat.protocol import TEXT_LIMIT
from chat.residents import READING_COOKIE
from services.choices import MailTrouble
from services.models import Mailbox, Queue, Service
from services.operations import change_mailbox, make_mailbox, try_mailbox
from services.postbox import LARGEST, Inbox
from tests.chat.test_letters import BROKEN, report
from tests.conftest import acting
from tests.mail_servers import PASSWORD, USER, ImapServer, SmtpServer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)  # a Thursday
PORTAL = System("carry_mail")
ADDRESS = "chat@alue.test"
WORDS = "Hei, kuka auttaa äitiäni kotona?"
DOUBT = "This came by e-mail. The sender is not known for sure: anybody can write any address on a letter."
LINK = re.compile(r"https?://\S+|/(?:fi|sv|en)/\S+")


@pytest.fixture(scope="module")
def imap() -> Iterator[ImapServer]:
    with ImapServer() as server:
        yield server


@pytest.fixture(scope="module")
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _empty(imap: ImapServer, smtp: SmtpServer) -> None:
    cache.clear()
    imap.empty()
    smtp.empty()


@pytest.fixture
def settings_of(imap: ImapServer, smtp: SmtpServer) -> dict[str, Any]:
    place = {"imap_host": "127.0.0.1", "imap_port": imap.port, "imap_security": "none"}
    place |= {"smtp_host": "127.0.0.1", "smtp_port": smtp.port, "smtp_security": "none"}
    return {"username": USER, "address": ADDRESS, **place}


@pytest.fixture
def mailbox(queue: Queue, main_user: User, settings_of: dict[str, Any]) -> Mailbox:
    return make_mailbox(by=acting(main_user), mailbox=Mailbox(queue=queue, is_on=True, **settings_of), password=PASSWORD)


def letter(words: str = WORDS, *, sender: str = "Aino <aino@example.fi>", subject: str = "Kysymys", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ADDRESS, subject
    message["Message-ID"] = headers.pop("message_id", f"<{uuid4()}@example.fi>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    return message.as_bytes()


def fetch(now: datetime = NOW) -> int:
    return fetch_mail(by=PORTAL, now=now)


def texts(row: Conversation, audience: str = AudienceChoice.ALL, kind: str = EventKind.MESSAGE) -> list[str]:
    found = Event.objects.filter(conversation=row, audience=audience, kind=kind).order_by("seq")
    return [body.strip() for body in found.values_list("body", flat=True)]


def answer(row: Conversation, responder: User, words: str = "Soita omaishoidon neuvontaan.", now: datetime = NOW) -> None:
    if row.state == State.WAITING:
        claim_conversation(by=acting(responder), conversation=row.public_id, now=now)
    post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body=words, now=now)


def place_of(token: str) -> str:
    return f"{reverse('chat:mail_answer')}?avain={token}"


def link_in(message: EmailMessage) -> str:
    return next(each for each in LINK.findall(message.get_content()) if "vastaus" in each)


class TestIn:
    def test_a_letter_waits_in_the_line_with_its_promise(self, imap: ImapServer, mailbox: Mailbox, queue: Queue) -> None:
        imap.deliver(letter())
        assert fetch() == 1
        row = Conversation.objects.get()
        assert (row.medium, row.state, row.queue, row.language, row.person) == (Medium.MAIL, State.WAITING, queue, "fi", "")
        assert texts(row) == [f"Kysymys\n\n{WORDS}"]
        assert timezone.localtime(row.answer_due_at).strftime("%d.%m. %H:%M") == "08.12. 23:59"
        assert row.contact_detail.value == "aino@example.fi"
        assert imap.flags() == ["\\Seen"]
        mailbox.refresh_from_db()
        assert (mailbox.fetched_at, mailbox.trouble, mailbox.claimed_until) == (NOW, "", None)

    def test_fetching_again_makes_nothing_twice(self, imap: ImapServer, mailbox: Mailbox) -> None:
        same = letter(message_id="<yksi@example.fi>")
        imap.deliver(same, same)
        fetch()
        imap.deliver(same)
        fetch(NOW + timedelta(minutes=1))
        assert Conversation.objects.count() == 1
        assert imap.flags() == ["\\Seen"] * 3

    def test_a_fetch_that_is_killed_before_the_mark_loses_nothing(
        self, imap: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Killed(BaseException):
            pass

        def killed(*_: object, **__: object) -> None:
            raise Killed

        imap.deliver(letter(), letter("Toinen kysymys"))
        with monkeypatch.context() as patch:
            patch.setattr(Inbox, "mark", killed)
            with pytest.raises(Killed):
                fetch()
        assert Conversation.objects.count() == 1
        assert imap.flags() == ["", ""]
        assert fetch(NOW + timedelta(minutes=5)) == 0  # the dead one's claim still holds
        assert fetch(NOW + timedelta(minutes=11)) == 2
        assert Conversation.objects.count() == 2
        assert imap.flags() == ["\\Seen", "\\Seen"]

    def test_two_processes_do_not_fetch_from_the_same_mailbox(self, imap: ImapServer, mailbox: Mailbox) -> None:
        imap.deliver(letter())
        Mailbox.objects.update(claimed_until=NOW + timedelta(minutes=1))
        assert fetch() == 0
        assert imap.flags() == [""]

    def test_one_letter_that_can_not_be_stored_does_not_stop_the_others(
        self, imap: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = mail_in.receive_letter

        def refusing(**given: Any) -> Any:
            if "paha" in given["letter"].text:
                raise ValidationError("no")
            return real(**given)

        monkeypatch.setattr(mail_in, "receive_letter", refusing)
        imap.deliver(letter("paha"), letter("hyvä"))
        fetch()
        assert imap.flags() == ["", "\\Seen"]
        mailbox.refresh_from_db()
        assert mailbox.trouble == MailTrouble.LETTER

    def test_a_closed_service_leaves_its_letters_in_the_mailbox(self, imap: ImapServer, mailbox: Mailbox, service: Service) -> None:
        imap.deliver(letter())
        Service.objects.filter(pk=service.pk).update(status="paused")
        assert fetch() == 0
        assert imap.flags() == [""]

    def test_a_letter_in_swedish_is_of_that_language(self, imap: ImapServer, mailbox: Mailbox) -> None:
        imap.deliver(letter("Hej, jag har en fråga om min mor och vill veta vad som är rätt."))
        fetch()
        assert Conversation.objects.get().language == "sv"

    def test_identity_codes_are_masked(self, imap: ImapServer, mailbox: Mailbox) -> None:
        imap.deliver(letter("Olen 131052-308T", subject="131052-308T"))
        fetch()
        assert "131052-308T" not in "".join(Event.objects.values_list("body", flat=True))

    def test_a_letter_of_ten_megabytes_is_read_in_part_and_both_are_told(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fetched: list[int] = []
        real = Inbox.fetch

        def counted(self: Inbox, uid: str) -> Any:
            raw = real(self, uid)
            fetched.append(len(raw.content) if raw else 0)
            return raw

        monkeypatch.setattr(Inbox, "fetch", counted)
        message = EmailMessage()
        message["From"], message["Subject"], message["Message-ID"] = "aino@example.fi", "Iso", "<iso@example.fi>"
        message.set_content(WORDS)
        message.add_attachment(b"x" * 7_500_000, maintype="application", subtype="pdf", filename="potilaskertomus.pdf")
        assert len(message.as_bytes()) > 10_000_000
        imap.deliver(message.as_bytes())
        fetch()
        row = Conversation.objects.get()
        assert fetched == [LARGEST]
        assert texts(row) == [f"Iso\n\n{WORDS}"]
        told = texts(row, kind=EventKind.NOTICE)
        assert "potilaskertomus.pdf" in told[0]
        send_notices(by=PORTAL, now=NOW)
        sent = smtp.letters()[0].get_content()
        assert "potilaskertomus" not in sent
        with translation.override("fi"):
            assert translation.gettext("What was attached to your message was not taken.") in sent

    def test_a_long_letter_is_kept_within_the_limit(self, imap: ImapServer, mailbox: Mailbox) -> None:
        imap.deliver(letter("sana " * 5000))
        fetch()
        row = Conversation.objects.get()
        assert TEXT_LIMIT - 20 < len(texts(row)[0]) <= TEXT_LIMIT
        assert len(texts(row, kind=EventKind.NOTICE)) == 1

    def test_quoted_words_are_the_staffs_to_see(self, imap: ImapServer, mailbox: Mailbox) -> None:
        imap.deliver(letter("Uusi asia\n\n> vanha asia"))
        fetch()
        row = Conversation.objects.get()
        assert texts(row) == ["Kysymys\n\nUusi asia"]
        assert "> vanha asia" in texts(row, AudienceChoice.STAFF, EventKind.NOTICE)[0]

    def test_thirty_broken_letters_all_come_in(self, imap: ImapServer, mailbox: Mailbox) -> None:
        letters = [content.replace(b"<a1@", b"<a%d@" % number) for number, content in enumerate(BROKEN.values()) if content]
        Mailbox.objects.update(new_per_hour=100)  # most of them have the same sender, or none
        taken = imap.deliver(*letters)
        fetch()
        fetch(NOW + timedelta(minutes=1))
        assert imap.flags() == ["\\Seen"] * taken
        assert MailLetter.objects.count() == Conversation.objects.count() == taken >= 20
        assert Conversation.objects.filter(contact_detail__isnull=True).exists()  # one had no sender

    def test_nobody_but_the_portal_fetches_or_sends(self, mailbox: Mailbox, main_user: User, resident: Resident) -> None:
        for actor in (acting(main_user), resident):
            with pytest.raises(PermissionDenied):
                fetch_mail(by=actor, now=NOW)
            with pytest.raises(PermissionDenied):
                send_notices(by=actor, now=NOW)

    def test_no_word_or_address_is_logged(
        self, imap: ImapServer, mailbox: Mailbox, caplog: pytest.LogCaptureFixture, responder: User
    ) -> None:
        caplog.set_level(logging.DEBUG)
        imap.deliver(letter(sender="later@example.fi"), *[content for content in BROKEN.values() if content])
        fetch()
        send_notices(by=PORTAL, now=NOW)
        told = caplog.text
        assert "notice" in told
        assert not [word for word in ("kotona", "later@", PASSWORD, USER, "Hei vain") if word in told]


class TestThreads:
    def _first(self, imap: ImapServer, smtp: SmtpServer) -> tuple[Conversation, EmailMessage]:
        imap.deliver(letter(message_id="<alku@example.fi>"))
        fetch()
        send_notices(by=PORTAL, now=NOW)
        return Conversation.objects.get(), smtp.letters()[0]

    def test_an_answer_joins_the_conversation_that_it_answers(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User
    ) -> None:
        row, sent = self._first(imap, smtp)
        assert sent["In-Reply-To"] == sent["References"] == "<alku@example.fi>"
        assert "auto-replied" in sent["Auto-Submitted"]
        answer(row, responder)
        row.refresh_from_db()
        assert row.answer_due_at is None
        imap.deliver(letter("Entä viikonloppuna?\n\n> vanha", In_Reply_To=sent["Message-ID"]))
        fetch(NOW + timedelta(hours=1))
        row.refresh_from_db()
        assert Conversation.objects.count() == 1
        assert texts(row)[-1] == "Entä viikonloppuna?"
        assert row.answer_due_at is not None
        assert MailNotice.objects.filter(kind="received").count() == 1  # an answer is not acknowledged anew

    def test_the_mark_of_the_subject_is_enough(self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox) -> None:
        row, sent = self._first(imap, smtp)
        imap.deliver(letter("Vielä yksi", subject=f"VS: {sent['Subject']}"))
        fetch()
        assert texts(row)[-1] == "Vielä yksi"
        assert Conversation.objects.count() == 1

    @pytest.mark.parametrize("knows", ["the first letter", "the address", "the mark"])
    def test_a_spoofed_letter_does_not_reach_anothers_conversation(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, knows: str
    ) -> None:
        row, sent = self._first(imap, smtp)
        spoofed = {
            "the first letter": letter("huijaus", In_Reply_To="<alku@example.fi>", References="<alku@example.fi>"),
            "the address": letter("huijaus"),
            "the mark": letter("huijaus", sender="otto@example.fi", In_Reply_To=sent["Message-ID"], subject=sent["Subject"]),
        }[knows]
        imap.deliver(spoofed)
        fetch()
        assert not any("huijaus" in words for words in texts(row))
        other = Conversation.objects.exclude(pk=row.pk).get()
        assert other.resident_key != row.resident_key
        assert other.origin is None
        if knows == "the mark":
            assert texts(other, AudienceChoice.STAFF, EventKind.NOTICE)

    def test_an_answer_to_an_ended_conversation_begins_a_new_one_that_tells_of_it(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User
    ) -> None:
        row, sent = self._first(imap, smtp)
        answer(row, responder)
        end_conversation(by=acting(responder), conversation=row.public_id, outcome="R1", topic="neuvonta", now=NOW)
        imap.deliver(letter("Vielä", In_Reply_To=sent["Message-ID"]))
        fetch()
        assert Conversation.objects.exclude(pk=row.pk).get().origin == row

    def test_after_the_address_is_erased_nothing_joins(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User
    ) -> None:
        row, sent = self._first(imap, smtp)
        answer(row, responder)
        end_conversation(by=acting(responder), conversation=row.public_id, outcome="R1", topic="neuvonta", now=NOW)
        erase_expired(by=System("test"), now=NOW + timedelta(days=15))
        row.refresh_from_db()
        thread = MailThread.objects.get(conversation=row)
        assert (row.contact_detail.value, thread.first_id, thread.address_key) == ("", "", "")
        imap.deliver(letter("Vielä", In_Reply_To=sent["Message-ID"]))
        fetch(NOW + timedelta(days=15))
        assert Conversation.objects.exclude(pk=row.pk).get().origin is None


class TestLoops:
    @pytest.mark.parametrize(
        "header",
        [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<uutiset.example.fi>"}, {"Return_Path": "<>"}],
    )
    def test_what_is_automatic_is_left_and_answered_by_nobody(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, header: dict[str, str]
    ) -> None:
        imap.deliver(letter(**header))
        fetch()
        send_notices(by=PORTAL, now=NOW)
        assert not Conversation.objects.exists()
        assert smtp.letters() == []
        assert imap.flags() == ["\\Flagged \\Seen"]
        mailbox.refresh_from_db()
        assert mailbox.left_count == 1

    def test_the_portals_own_letters_are_never_answered(self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox) -> None:
        imap.deliver(letter(sender=f"Alue <{ADDRESS.upper()}>"))
        fetch()
        assert not Conversation.objects.exists()
        assert imap.flags() == ["\\Flagged \\Seen"]

    def test_a_holiday_answer_is_shown_to_the_staff_only(self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox) -> None:
        imap.deliver(letter())
        fetch()
        send_notices(by=PORTAL, now=NOW)
        back = letter("Olen lomalla", Auto_Submitted="auto-replied", In_Reply_To=smtp.letters()[0]["Message-ID"])
        imap.deliver(back)
        fetch()
        row = Conversation.objects.get()
        assert "Olen lomalla" in texts(row, AudienceChoice.STAFF, EventKind.NOTICE)[0]
        assert len(texts(row)) == 1
        assert MailNotice.objects.count() == 1

    def test_two_machines_that_do_not_say_so_soon_fall_silent(self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox) -> None:
        imap.deliver(letter("kone"))
        for minute in range(12):
            fetch(NOW + timedelta(minutes=minute))
            before = len(smtp.letters())
            send_notices(by=PORTAL, now=NOW + timedelta(minutes=minute))
            for _sent in smtp.letters()[before:]:
                imap.deliver(letter(f"kone {minute}"))  # a new letter, without a word of what it answers
        assert len(smtp.letters()) == 1  # of new letters within an hour the first alone is acknowledged
        assert Conversation.objects.count() == 2

    def test_a_bounce_tells_the_responder_and_stops_the_notices(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User
    ) -> None:
        imap.deliver(letter())
        fetch()
        send_notices(by=PORTAL, now=NOW)
        row = Conversation.objects.get()
        mark = MailThread.objects.get().mark
        imap.deliver(report("failed").replace(b"0123456789ABCDEFGHJKMNPQ", mark.encode()), report("failed"), report("delayed"))
        fetch()
        thread = MailThread.objects.get()
        assert thread.undeliverable_at == NOW
        assert len(texts(row, AudienceChoice.STAFF, EventKind.NOTICE)) == 1
        assert imap.flags() == ["\\Seen", "\\Seen", "\\Flagged \\Seen", "\\Flagged \\Seen"]
        answer(row, responder)
        send_notices(by=PORTAL, now=NOW + timedelta(minutes=1))
        assert len(smtp.letters()) == 1

    def test_a_server_that_refuses_the_address_for_good_is_the_same(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox
    ) -> None:
        imap.deliver(letter(sender="nobody@example.fi"))
        fetch()
        assert send_notices(by=PORTAL, now=NOW) == 0
        assert MailThread.objects.get().undeliverable_at == NOW

    def test_one_that_refuses_for_now_is_tried_again(self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox) -> None:
        imap.deliver(letter(sender="later@example.fi"))
        fetch()
        for minute in (0, 1):
            assert send_notices(by=PORTAL, now=NOW + timedelta(minutes=minute)) == 0
        assert MailNotice.objects.get().tries == 1
        send_notices(by=PORTAL, now=NOW + timedelta(minutes=3))
        assert MailNotice.objects.get().tries == 2
        assert MailThread.objects.get().undeliverable_at is None


class TestOut:
    def _answered(self, imap: ImapServer, responder: User, words: str = WORDS) -> Conversation:
        imap.deliver(letter(words))
        fetch()
        row = Conversation.objects.get()
        answer(row, responder)
        send_notices(by=PORTAL, now=NOW)
        return row

    def test_a_notice_has_a_link_and_no_word_of_the_matter(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User, service: Service
    ) -> None:
        row = self._answered(imap, responder)
        for sent, raw in zip(smtp.letters(), smtp.raw(), strict=True):
            told = f"{sent.get_content()} {sent['Subject']} {sent['From']} {raw.decode()}"
            for secret in ("kotona", "äitiä", "omaishoidon", "Kysymys", service.name_fi, responder.shown_name, str(row.public_id)):
                assert secret not in told, secret
            assert sent["X-Envelope-From"] == ADDRESS
            assert sent["To"] == "aino@example.fi"
            assert sent["Auto-Submitted"].startswith("auto-")
        assert not OutgoingMail.objects.exists()
        assert send_notices(by=PORTAL, now=NOW + timedelta(minutes=1)) == 0  # each is sent once

    def test_the_link_opens_the_answer_by_a_button_for_two_weeks(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User
    ) -> None:
        row = self._answered(imap, responder)
        url = link_in(smtp.letters()[-1])
        path = url[url.index("/fi/") :]
        client = Client()
        assert client.get(path).status_code == 200
        assert READING_COOKIE not in client.cookies  # a program that opens links opens nothing
        page = client.post(path, follow=True)
        assert page.status_code == 200
        assert "Soita omaishoidon neuvontaan." in page.content.decode()
        client.post(reverse("chat:help_further"), {"token": str(uuid4()), "body": "Kiitos, entä illalla?"})
        assert texts(row)[-1] == "Kiitos, entä illalla?"
        row.refresh_from_db()
        assert row.answer_due_at is not None
        assert Client().get(reverse("chat:help_request")).status_code == 302

    def test_outsiders_at_the_link(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User, other_county: Any
    ) -> None:
        row = self._answered(imap, responder)
        token = link_token(row)
        place = place_of(token)
        assert Client().post(place_of(token[:-3] + "xyz")).status_code == 404
        assert Client().post(place_of("x")).status_code == 404
        host = other_county.hosts[0]
        assert Client(headers={"host": host}).post(place).status_code == 404
        Conversation.objects.filter(pk=row.pk).update(erased_at=NOW)
        assert Client().post(place).status_code == 404

    def test_an_old_link_opens_nothing(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = self._answered(imap, responder)
        real = time.time
        monkeypatch.setattr("django.core.signing.time", SimpleNamespace(time=lambda: real() - 15 * 86_400))
        old = link_token(row)
        monkeypatch.undo()
        for page in (Client().get(place_of(old)), Client().post(place_of(old))):
            assert page.status_code == 410
            assert READING_COOKIE not in page.cookies

    def test_a_new_answer_is_told_anew(self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User) -> None:
        row = self._answered(imap, responder)
        count = len(smtp.letters())
        row.refresh_from_db()
        answer(row, responder, "Lisäksi vielä.", now=NOW + timedelta(hours=2))
        send_notices(by=PORTAL, now=NOW + timedelta(hours=2))
        assert len(smtp.letters()) == count + 1

    def test_the_letter_is_in_the_language_of_the_person(
        self, imap: ImapServer, smtp: SmtpServer, mailbox: Mailbox, responder: User
    ) -> None:
        self._answered(imap, responder, "Hej, jag har en fråga om min mor och vill veta vad som är rätt.")
        sent = smtp.letters()[-1]
        assert sent["Content-Language"] == "sv"
        assert "/sv/" in link_in(sent)

    def test_the_responder_sees_the_address_when_she_asks_and_the_look_is_recorded(
        self, imap: ImapServer, mailbox: Mailbox, responder: User, colleague: User, outsider: User
    ) -> None:
        imap.deliver(letter())
        fetch()
        row = Conversation.objects.get()
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        assert open_left_contact(by=acting(responder), conversation=row.public_id, now=NOW).value == "aino@example.fi"
        assert AuditEntry.objects.filter(object_type="chat.contactdetail", object_id=str(row.public_id)).count() == 1
        for other in (colleague, outsider):
            with pytest.raises(ContactDetail.DoesNotExist):
                open_left_contact(by=acting(other), conversation=row.public_id, now=NOW)

    def test_the_console_tells_that_the_sender_is_not_known(
        self, imap: ImapServer, mailbox: Mailbox, responder: User, outsider: User, signed_in: Callable[..., Client]
    ) -> None:
        imap.deliver(letter())
        fetch()
        row = Conversation.objects.get()
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        place = reverse("chat:console_conversation", args=[row.public_id])
        with translation.override("fi"):
            doubt = translation.gettext(DOUBT)
        assert doubt in signed_in(responder).get(place).content.decode()
        assert signed_in(outsider).get(place).status_code in (403, 404)
        with pytest.raises(Conversation.DoesNotExist):
            similar_answered(by=acting(responder), conversation=row.public_id, now=NOW)


class TestMailbox:
    def test_it_is_off_by_default_and_the_password_stands_nowhere(
        self, queue: Queue, main_user: User, settings_of: dict[str, Any]
    ) -> None:
        row = make_mailbox(by=acting(main_user), mailbox=Mailbox(queue=queue, **settings_of), password=PASSWORD)
        row.refresh_from_db()
        assert row.is_on is False
        assert PASSWORD not in row.sealed_password
        audited = [f"{each.before} {each.after}" for each in AuditEntry.objects.all()]
        assert audited
        assert not any(PASSWORD in each or row.sealed_password in each for each in audited)

    def test_without_tls_it_stays_on_this_machine(self, queue: Queue, main_user: User, settings_of: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as refused:
            make_mailbox(by=acting(main_user), mailbox=Mailbox(queue=queue, **{**settings_of, "imap_host": "mail.alue.fi"}))
        assert "imap_security" in refused.value.error_dict

    def test_it_is_not_switched_on_without_a_password(self, queue: Queue, main_user: User, settings_of: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as refused:
            make_mailbox(by=acting(main_user), mailbox=Mailbox(queue=queue, is_on=True, **settings_of))
        assert refused.value.error_dict["password"][0].code == "password_missing"

    def test_another_server_does_not_get_the_stored_password(self, mailbox: Mailbox, main_user: User) -> None:
        with pytest.raises(ValidationError) as refused:
            change_mailbox(by=acting(main_user), mailbox=mailbox, values={"imap_host": "localhost"})
        assert refused.value.error_dict["password"][0].code == "password_again"
        mailbox.refresh_from_db()
        assert mailbox.imap_host == "127.0.0.1"
        change_mailbox(by=acting(main_user), mailbox=mailbox, values={"promise_days": 5})

    def test_the_try_tells_what_is_wrong(self, mailbox: Mailbox, main_user: User) -> None:
        found = try_mailbox(by=acting(main_user), mailbox=mailbox)
        assert (found.incoming, found.outgoing) == (None, None)
        change_mailbox(by=acting(main_user), mailbox=mailbox, values={}, password="väärä")
        assert try_mailbox(by=acting(main_user), mailbox=mailbox).incoming == MailTrouble.LOGIN
        change_mailbox(by=acting(main_user), mailbox=mailbox, values={"folder": "Nowhere"}, password=PASSWORD)
        assert try_mailbox(by=acting(main_user), mailbox=mailbox).incoming == MailTrouble.FOLDER
        change_mailbox(by=acting(main_user), mailbox=mailbox, values={"imap_security": "tls"}, password=PASSWORD)
        assert try_mailbox(by=acting(main_user), mailbox=mailbox).incoming == MailTrouble.TLS
        wrong = {"imap_port": 1, "smtp_port": 1, "imap_security": "none"}
        change_mailbox(by=acting(main_user), mailbox=mailbox, values=wrong, password=PASSWORD)
        found = try_mailbox(by=acting(main_user), mailbox=mailbox)
        assert (found.incoming, found.outgoing) == (MailTrouble.CONNECT, MailTrouble.CONNECT)

    def test_a_changed_secret_asks_for_the_password_again(self, mailbox: Mailbox, main_user: User, settings: Any) -> None:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 60, [settings.SECRET_KEY]
        assert try_mailbox(by=acting(main_user), mailbox=mailbox).incoming is None
        settings.SECRET_KEY_FALLBACKS = []
        assert try_mailbox(by=acting(main_user), mailbox=mailbox).incoming == MailTrouble.PASSWORD

    def test_a_server_that_is_down_is_told_on_the_page_and_stops_nothing(self, mailbox: Mailbox) -> None:
        Mailbox.objects.update(imap_port=1)
        assert fetch() == 0
        mailbox.refresh_from_db()
        assert (mailbox.trouble, mailbox.trouble_at, mailbox.claimed_until) == (MailTrouble.CONNECT, NOW, None)

    def test_only_the_main_user_of_the_county_sets_it_up(
        self, mailbox: Mailbox, queue: Queue, responder: User, supervisor: User, outsider: User, settings_of: dict[str, Any]
    ) -> None:
        for person in (responder, supervisor, outsider):
            with pytest.raises(PermissionDenied):
                try_mailbox(by=acting(person), mailbox=mailbox)
            with pytest.raises(PermissionDenied):
                change_mailbox(by=acting(person), mailbox=mailbox, values={"is_on": False})

    def test_the_pages_of_the_administration(
        self, mailbox: Mailbox, main_user: User, responder: User, outsider: User, signed_in: Callable[..., Client]
    ) -> None:
        change = reverse("admin:services_mailbox_change", args=[mailbox.pk])
        trial = reverse("admin:services_mailbox_try", args=[mailbox.pk])
        client = signed_in(main_user)
        with translation.override("fi"):
            hint = translation.gettext("No queue has a mailbox yet. With one, letters come into the queue’s line.")
        assert hint not in client.get(reverse("admin:services_mailbox_changelist")).content.decode()
        page = client.get(change).content.decode()
        mailbox.refresh_from_db()
        assert PASSWORD not in page
        assert mailbox.sealed_password not in page
        assert client.post(trial).status_code == 200
        fields = {
            name: getattr(mailbox, name)
            for name in ("address", "promise_days", "new_per_hour", "username", "imap_host", "imap_port")
        }
        fields |= {name: getattr(mailbox, name) for name in ("imap_security", "folder", "smtp_host", "smtp_port", "smtp_security")}
        saved = client.post(change, {**fields, "queue": mailbox.queue_id, "password": "", "row_version": mailbox.version})
        assert saved.status_code == 302, saved.content.decode()[-3000:]
        mailbox.refresh_from_db()
        assert mailbox.is_on is False
        assert mailbox.sealed_password
        for person in (responder, outsider):
            for place in (change, trial):
                assert signed_in(person).post(place).status_code in (302, 403, 404)
        assert Client().post(trial).status_code in (302, 403)
        Mailbox.objects.all().delete()
        assert hint in client.get(reverse("admin:services_mailbox_changelist")).content.decode()


def test_kinds_of_letters_are_told_apart(imap: ImapServer, mailbox: Mailbox) -> None:
    imap.deliver(letter(), letter(Precedence="bulk"))
    fetch()
    assert sorted(MailLetter.objects.values_list("kind", flat=True)) == [LetterKind.AUTOMATIC, LetterKind.PERSON]
