"""Too many new letters from one sender: kept apart, shown to the supervisor, taken in or dismissed; no machine answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.actors import Resident, System
from accounts.choices import AuditAction, Role
from accounts.models import AuditEntry, User
from chat.choices import EndedBy, Medium, State
from chat.letters import read_letter
from chat.models import Conversation, Event, KeptLetter, MailLetter, MailNotice, MailThread
from chat.operations import dismiss_kept_letters, erase_expired, open_kept_letters, take_kept_letters
from chat.operations.mail_in import Received, receive_letter
from chat.operations.mail_kept import MOST_KEPT, MOST_OF_ALL
from services.models import County, Mailbox, Queue
from tests.chat.test_mail import letter
from tests.conftest import acting, make_grant, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)  # a Thursday
PORTAL = System("carry_mail")
PAGE = "/fi/vastaaja/tilanne/kirjeet/"


@pytest.fixture
def mailbox(queue: Queue) -> Mailbox:
    return Mailbox.objects.create(
        queue=queue, is_on=True, address="chat@alue.test", imap_host="localhost", smtp_host="localhost", new_per_hour=2
    )


def come(mailbox: Mailbox, words: str = "Hei", *, now: datetime = NOW, **more: Any) -> Received:
    raw = letter(words, **more)
    return receive_letter(by=PORTAL, mailbox=mailbox, letter=read_letter(raw, size=len(raw)), now=now)


def flood(mailbox: Mailbox, n: int = 4) -> None:
    for number in range(n):
        come(mailbox, f"Viesti {number}", now=NOW + timedelta(minutes=number))


def kept() -> list[KeptLetter]:
    return list(KeptLetter.objects.order_by("received_at"))


class TestLimit:
    def test_what_is_over_it_is_kept_apart_with_its_words(self, mailbox: Mailbox) -> None:
        flood(mailbox)
        assert Conversation.objects.count() == 2
        assert [row.text for row in kept()] == ["Viesti 2", "Viesti 3"]
        assert {(row.sender, row.subject) for row in kept()} == {("aino@example.fi", "Kysymys")}

    def test_another_sender_and_another_mailbox_are_not_touched(self, mailbox: Mailbox, other_queue: Queue) -> None:
        flood(mailbox)
        assert come(mailbox, sender="liisa@example.fi", now=NOW + timedelta(minutes=5)).conversation
        second = Mailbox.objects.create(queue=other_queue, address="toinen@alue.test", imap_host="localhost", smtp_host="localhost")
        assert come(second, now=NOW + timedelta(minutes=5)).conversation

    def test_a_loop_stays_out_until_it_falls_silent(self, mailbox: Mailbox) -> None:
        for number in range(12):  # every twenty minutes: three an hour
            come(mailbox, f"Viesti {number}", now=NOW + timedelta(minutes=20 * number))
        assert Conversation.objects.count() == 2
        assert come(mailbox, now=NOW + timedelta(minutes=20 * 11 + 61)).conversation

    def test_answers_in_a_thread_do_not_count_and_are_never_kept(self, mailbox: Mailbox) -> None:
        first = come(mailbox)
        mark = MailThread.objects.get(conversation=first.conversation).mark
        for number in range(5):
            answered = come(mailbox, f"Lisäys {number}", subject=f"Re: [NV-{mark}]", now=NOW + timedelta(minutes=number))
            assert answered.conversation == first.conversation
        assert come(mailbox, "Toinen asia", now=NOW + timedelta(minutes=6)).conversation != first.conversation
        assert not kept()

    def test_an_answer_after_the_end_counts_not_either(self, mailbox: Mailbox) -> None:
        first = come(mailbox)
        Conversation.objects.update(state=State.ENDED, closed_at=NOW, status="handled", ended_by=EndedBy.RESPONDER)
        mark = MailThread.objects.get(conversation=first.conversation).mark
        for number in range(3):
            assert come(mailbox, f"Vielä {number}", subject=f"Re: [NV-{mark}]", now=NOW + timedelta(minutes=number)).conversation
        assert not kept()

    def test_a_mark_with_another_address_is_a_new_letter(self, mailbox: Mailbox) -> None:
        mark = MailThread.objects.get(conversation=come(mailbox).conversation).mark
        for number in range(3):
            come(mailbox, f"Minä {number}", sender="vieras@example.fi", subject=f"Re: [NV-{mark}]")
        assert [row.sender for row in kept()] == ["vieras@example.fi"]

    def test_the_same_words_from_addresses_that_change_are_as_of_one_sender(self, mailbox: Mailbox) -> None:
        for number in range(5):
            words = f"Automaattinen vastaus {number}: olen lomalla {number}.12.2026 asti.\n\nPalaan asiaan sen jälkeen."
            come(mailbox, words, sender=f"vastaus+{number}@example.fi", now=NOW + timedelta(minutes=number))
        assert Conversation.objects.count() == 2
        assert [row.sender for row in kept()] == [f"vastaus+{number}@example.fi" for number in (2, 3, 4)]

    def test_short_words_are_the_same_by_chance_and_other_words_are_others(self, mailbox: Mailbox) -> None:
        for number in range(5):
            come(mailbox, "Hei!", sender=f"a{number}@example.fi")
            come(mailbox, "Miten saan ajan terveyskeskukseen, kun " + "x" * number, sender=f"b{number}@example.fi")
        assert kept() == []

    def test_a_notice_answered_from_another_address_gets_no_receipt(self, mailbox: Mailbox) -> None:
        """A machine that answers each notice from a new address has nothing more to answer."""
        mark = MailThread.objects.get(conversation=come(mailbox).conversation).mark
        assert MailNotice.objects.count() == 1
        come(mailbox, "Olen poissa.", sender="toinen@example.fi", subject=f"Re: [NV-{mark}]")
        assert Conversation.objects.count() == 2
        assert MailNotice.objects.count() == 1

    def test_of_all_senders_so_many_are_kept_and_the_rest_lie_flagged(self, mailbox: Mailbox) -> None:
        flood(mailbox, 2)
        rows = [KeptLetter(mailbox=mailbox, key=str(n), sender=f"{n}@example.fi", received_at=NOW) for n in range(MOST_OF_ALL)]
        KeptLetter.objects.bulk_create(rows)
        assert come(mailbox, now=NOW + timedelta(minutes=3)).is_left

    def test_letters_without_an_address_are_as_of_one_sender(self, mailbox: Mailbox) -> None:
        for number in range(3):
            come(mailbox, f"Viesti {number}", sender="ei osoitetta")
        assert [row.sender for row in kept()] == [""]

    def test_only_the_first_is_answered_by_itself(self, mailbox: Mailbox) -> None:
        flood(mailbox, 6)
        assert MailNotice.objects.count() == 1
        come(mailbox, now=NOW + timedelta(hours=3))
        assert MailNotice.objects.count() == 2

    def test_the_same_letter_is_kept_once(self, mailbox: Mailbox) -> None:
        flood(mailbox, 2)
        assert come(mailbox, message_id="<sama@example.fi>").is_kept
        assert come(mailbox, message_id="<sama@example.fi>").is_duplicate
        assert len(kept()) == 1

    def test_of_one_sender_so_many_are_kept_and_the_rest_lie_flagged(self, mailbox: Mailbox) -> None:
        flood(mailbox, 2)
        rows = [KeptLetter(mailbox=mailbox, key=str(n), sender="aino@example.fi", received_at=NOW) for n in range(MOST_KEPT)]
        KeptLetter.objects.bulk_create(rows)
        assert come(mailbox, now=NOW + timedelta(minutes=3)).is_left
        assert MailLetter.objects.filter(is_left=True).count() == 1

    def test_an_identity_code_is_masked_before_it_is_kept(self, mailbox: Mailbox) -> None:
        flood(mailbox, 2)
        come(mailbox, "Tunnukseni on 131052-308T.", subject="131052-308T")
        assert "131052-308T" not in kept()[0].text + kept()[0].subject

    @pytest.mark.parametrize("value", [0, 1001])
    def test_the_limit_has_bounds(self, mailbox: Mailbox, value: int) -> None:
        mailbox.new_per_hour = value
        with pytest.raises(ValidationError):
            mailbox.full_clean()

    def test_words_go_after_ninety_days_and_the_keys_of_senders_after_the_hour(self, mailbox: Mailbox) -> None:
        flood(mailbox)
        erase_expired(by=System("clean"), now=NOW + timedelta(hours=2))
        assert len(kept()) == 2
        assert not MailLetter.objects.exclude(sender_key="", words_key="").exists()
        erase_expired(by=System("clean"), now=NOW + timedelta(days=91))
        assert not kept()


class TestDeciding:
    def test_what_is_taken_in_waits_with_a_promise_from_when_it_came(
        self, mailbox: Mailbox, county: County, supervisor: User, queue: Queue
    ) -> None:
        flood(mailbox)
        told = MailNotice.objects.count()
        done = take_kept_letters(
            by=acting(supervisor), county=county, letters=[row.public_id for row in kept()], now=NOW + timedelta(days=1)
        )
        assert done == 2
        assert not kept()
        rows = Conversation.objects.filter(queued_at=NOW + timedelta(days=1))
        assert {(row.medium, row.state, row.queue) for row in rows} == {(Medium.MAIL, State.WAITING, queue)}
        assert {f"{row.answer_due_at:%d.%m.}" for row in rows} == {"08.12."}  # the third working day after Thursday the third
        assert sorted(Event.objects.filter(conversation__in=rows, kind="message").values_list("body", flat=True)) == [
            "Kysymys\n\nViesti 2",
            "Kysymys\n\nViesti 3",
        ]
        assert {row.contact_detail.value for row in rows} == {"aino@example.fi"}
        assert MailNotice.objects.count() == told
        entry = AuditEntry.objects.get(object_type="chat.keptletter")
        assert (entry.action, entry.object_id, entry.count) == (AuditAction.CREATE, str(mailbox.public_id), 2)

    def test_what_is_dismissed_is_gone_and_not_fetched_again(self, mailbox: Mailbox, county: County, supervisor: User) -> None:
        flood(mailbox, 2)
        come(mailbox, "Turha", message_id="<turha@example.fi>")
        assert dismiss_kept_letters(by=acting(supervisor), county=county, letters=[kept()[0].public_id]) == 1
        assert come(mailbox, "Turha", message_id="<turha@example.fi>").is_duplicate
        assert Conversation.objects.count() == 2
        assert AuditEntry.objects.get(object_type="chat.keptletter").action == AuditAction.DELETE

    def test_deciding_twice_is_once(self, mailbox: Mailbox, county: County, supervisor: User) -> None:
        flood(mailbox, 3)
        letters = [kept()[0].public_id]
        assert take_kept_letters(by=acting(supervisor), county=county, letters=letters, now=NOW) == 1
        assert take_kept_letters(by=acting(supervisor), county=county, letters=letters, now=NOW) == 0
        assert dismiss_kept_letters(by=acting(supervisor), county=county, letters=letters) == 0
        assert Conversation.objects.count() == 3

    def test_others_neither_see_nor_decide(
        self, mailbox: Mailbox, county: County, responder: User, outsider: User, other_county: County
    ) -> None:
        flood(mailbox, 3)
        letters = [kept()[0].public_id]
        far = make_person("kaukana")
        make_grant(far, Role.SUPERVISOR, county=other_county)
        for who in (acting(responder), acting(outsider), acting(far)):
            assert not open_kept_letters(by=who, county=county)
            for place in (county, other_county):
                with pytest.raises(PermissionDenied):
                    take_kept_letters(by=who, county=place, letters=letters, now=NOW)
                with pytest.raises(PermissionDenied):
                    dismiss_kept_letters(by=who, county=place, letters=letters)
        with pytest.raises(PermissionDenied):
            open_kept_letters(by=Resident(letters[0]), county=county)
        assert len(kept()) == 1


class TestPages:
    def test_the_board_tells_how_many_and_the_page_shows_whose(
        self, mailbox: Mailbox, supervisor: User, signed_in: Callable[..., Client]
    ) -> None:
        flood(mailbox)
        client = signed_in(supervisor)
        assert "2 viestiä on pantu erilleen" in client.get("/fi/vastaaja/tilanne/").content.decode()
        page = client.get(PAGE).content.decode()
        assert "aino@example.fi" in page
        assert "Viesti 3" in page
        entry = AuditEntry.objects.get(object_type="chat.keptletter")
        assert (entry.action, entry.count) == (AuditAction.READ, 2)

    def test_it_is_asked_once_more_before_anything_is_done(
        self, mailbox: Mailbox, supervisor: User, signed_in: Callable[..., Client]
    ) -> None:
        flood(mailbox)
        client = signed_in(supervisor)
        form = {"letter": [str(row.public_id) for row in kept()], "act": "dismiss", "sender": "aino@example.fi"}
        asked = client.post(PAGE, form).content.decode()
        assert "Hylätäänkö 2 viestiä?" in asked
        assert len(kept()) == 2
        done = client.post(PAGE, {**form, "sure": "1"}, follow=True).content.decode()
        assert "2 viestiä hylättiin." in done
        assert "Yhtään viestiä ei ole erillään." in done
        assert not kept()

    def test_nothing_chosen_does_nothing(self, mailbox: Mailbox, supervisor: User, signed_in: Callable[..., Client]) -> None:
        flood(mailbox)
        page = signed_in(supervisor).post(PAGE, {"act": "take", "letter": "roskaa"}).content.decode()
        assert "Valitse ainakin yksi viesti." in page
        assert len(kept()) == 2
