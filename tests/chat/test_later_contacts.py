"""Call requests and follow-ups: left without a name, in the line, tried at most three times, told and erased (S001-6, S002-38)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.models import AuditEntry, OutgoingMail, User
from chat.choices import LaterKind, LaterResult, Medium, State
from chat.models import ContactDetail, Conversation, Event, LaterContact
from chat.operations import (
    Wish,
    agree_later_contact,
    cancel_later_contact,
    claim_conversation,
    claim_next,
    close_lines,
    end_conversation,
    erase_expired,
    leave_call_request,
    leave_conversation,
    linked_conversations,
    open_left_contact,
    post_message,
    record_try,
    remind_of_later_contacts,
    run_due,
    start_conversation,
)
from chat.residents import cookie_value, holder_of
from chat.views.console_panel import likely_outcome
from services.models import Queue, Service, Topic
from tests.conftest import acting

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)  # a Thursday; the third working day after it is Tuesday the 8th
CODE = "K7QMD3XWPA0H5RTVYZ12"
NUMBER = "050 123 4567"
WORDS = "Äidin lääkkeistä"


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


@pytest.fixture
def unit(queue: Queue) -> Queue:
    """A unit that takes call requests."""
    Queue.objects.filter(pk=queue.pk).update(takes_calls=True)
    return Queue.objects.select_related("service__county").get(pk=queue.pk)


def leave(unit: Queue, *, code: str = CODE, wish: Wish | None = None, body: str = WORDS, now: datetime = NOW) -> Conversation:
    """A call request that the holder of a code leaves."""
    return leave_call_request(by=holder_of(code), queue=unit, token=uuid4(), body=body, wish=wish or Wish(NUMBER), now=now)


@pytest.fixture
def talk(service: Service, queue: Queue, responder: User, resident: Resident) -> Conversation:
    """A chat that the responder has."""
    row = start_conversation(by=resident, service=service, token=uuid4(), body="Hei", now=NOW)
    claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
    post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=NOW)
    row.refresh_from_db()
    return row


def agree(
    talk: Conversation, by: User, *, kind: str = LaterKind.FOLLOW_UP, wish: Wish | None = None, **given: object
) -> Conversation:
    """What the responder agrees with the resident of the chat."""
    facts: dict[str, object] = {"body": WORDS, "token": uuid4(), "agreed": True, "now": NOW, **given}
    return agree_later_contact(by=acting(by), conversation=talk.public_id, kind=kind, wish=wish or Wish(NUMBER), **facts)  # type: ignore[arg-type]


class TestCallRequest:
    def test_it_stands_in_the_units_line_until_the_third_working_day(self, unit: Queue, responder: User) -> None:
        row = leave(unit)
        assert (row.medium, row.state, row.queue_id, row.person) == (Medium.CALL, State.WAITING, unit.pk, "")
        assert timezone.localtime(row.answer_due_at).strftime("%d.%m. %H:%M") == "08.12. 23:59"
        assert row in Conversation.objects.unanswered()
        assert claim_next(by=acting(responder), now=NOW).pk == row.pk

    def test_who_is_here_now_goes_before_it_and_it_takes_no_room(
        self, unit: Queue, service: Service, responder: User, resident: Resident
    ) -> None:
        Queue.objects.filter(pk=unit.pk).update(max_parallel=1)
        asked = leave(unit, now=NOW - timedelta(days=1))
        chat = start_conversation(by=resident, service=service, token=uuid4(), now=NOW)
        assert claim_next(by=acting(responder), now=NOW).pk == chat.pk
        assert claim_next(by=acting(responder), now=NOW).pk == asked.pk

    def test_neither_night_nor_silence_ends_it(self, unit: Queue) -> None:
        row = leave(unit)
        Queue.objects.filter(pk=unit.pk).update(is_active=False)
        close_lines(by=System(), now=NOW + timedelta(days=1))
        run_due(by=System(), now=NOW + timedelta(days=1))
        row.refresh_from_db()
        assert row.state == State.WAITING

    def test_the_number_stands_apart_and_each_look_is_recorded(self, unit: Queue, responder: User, second_responder: User) -> None:
        row = leave(unit)
        assert NUMBER not in "".join(Event.objects.filter(conversation=row).values_list("body", flat=True))
        with pytest.raises(ContactDetail.DoesNotExist):  # nobody has taken it
            open_left_contact(by=acting(responder), conversation=row.public_id, now=NOW)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        assert open_left_contact(by=acting(responder), conversation=row.public_id, now=NOW).value == NUMBER
        assert AuditEntry.objects.filter(object_id=str(row.public_id), purpose="later_contact").count() == 1
        with pytest.raises(ContactDetail.DoesNotExist):
            open_left_contact(by=acting(second_responder), conversation=row.public_id, now=NOW)

    @pytest.mark.parametrize(
        ("wish", "code"),
        [
            (Wish("ei ole"), "detail_invalid"),
            (Wish(NUMBER, day=date(2026, 12, 5)), "day_invalid"),  # a Saturday
            (Wish(NUMBER, day=date(2026, 12, 2)), "day_invalid"),
            (Wish(NUMBER, day=date(2027, 2, 1)), "day_invalid"),
            (Wish(NUMBER, part="night"), "invalid"),
        ],
    )
    def test_what_cannot_be_promised_is_refused(self, unit: Queue, wish: Wish, code: str) -> None:
        with pytest.raises(ValidationError) as refused:
            leave(unit, wish=wish)
        assert refused.value.code == code
        assert not Conversation.objects.exists()

    def test_only_to_a_unit_that_takes_them_and_not_by_staff(self, queue: Queue, responder: User) -> None:
        with pytest.raises(ValidationError) as refused:
            leave(queue)
        assert refused.value.code == "unit_closed"
        with pytest.raises(PermissionDenied):
            leave_call_request(by=acting(responder), queue=queue, token=uuid4(), body=WORDS, wish=Wish(NUMBER), now=NOW)

    def test_sending_twice_is_once(self, unit: Queue) -> None:
        token = uuid4()
        both = [
            leave_call_request(by=holder_of(CODE), queue=unit, token=token, body=WORDS, wish=Wish(NUMBER), now=NOW) for _ in "ab"
        ]
        assert both[0].pk == both[1].pk

    def test_nothing_is_written_to_her_here(self, unit: Queue, responder: User) -> None:
        row = leave(unit)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        with pytest.raises(ValidationError):
            post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=NOW)
        post_message(
            by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Ei vastaa", audience="staff", now=NOW
        )


class TestAttempts:
    def test_reached_settles_the_promise_and_the_outcome_ends_it(self, unit: Queue, responder: User) -> None:
        row = leave(unit)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        with pytest.raises(ValidationError) as refused:
            end_conversation(by=acting(responder), conversation=row.public_id, outcome="R1", now=NOW)
        assert refused.value.code == "later_open"
        later = record_try(by=acting(responder), conversation=row.public_id, result="reached", token=uuid4(), now=NOW)
        assert (later.result, later.done_at) == (LaterResult.REACHED, NOW)
        row.refresh_from_db()
        assert (row.answer_due_at, row.first_reply_at) == (None, NOW)
        topic = Topic.objects.filter(service=unit.service).first()
        key = topic.key if topic else None
        ended = end_conversation(by=acting(responder), conversation=row.public_id, outcome="R1", topic=key, now=NOW)
        assert (ended.state, ended.status) == (State.ENDED, "answered")

    def test_three_in_vain_and_she_is_not_reached(self, unit: Queue, responder: User) -> None:
        row = leave(unit)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        token = uuid4()
        for result, key in (("no_answer", token), ("no_answer", token), ("busy", uuid4())):  # pressing twice is one attempt
            later = record_try(by=acting(responder), conversation=row.public_id, result=result, token=key, now=NOW)
            assert later.is_open
        later = record_try(by=acting(responder), conversation=row.public_id, result="voicemail", token=uuid4(), now=NOW)
        assert (later.result, later.tries.count()) == (LaterResult.NOT_REACHED, 3)
        row.refresh_from_db()
        assert row.answer_due_at is None
        with pytest.raises(ValidationError):
            record_try(by=acting(responder), conversation=row.public_id, result="reached", token=uuid4(), now=NOW)

    def test_only_whoever_has_it_records(self, unit: Queue, responder: User, colleague: User, second_responder: User) -> None:
        row = leave(unit)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        with pytest.raises(ValidationError):
            record_try(by=acting(colleague), conversation=row.public_id, result="reached", token=uuid4(), now=NOW)
        with pytest.raises(Conversation.DoesNotExist):
            record_try(by=acting(second_responder), conversation=row.public_id, result="reached", token=uuid4(), now=NOW)
        with pytest.raises(PermissionDenied):
            record_try(by=holder_of(CODE), conversation=row.public_id, result="reached", token=uuid4(), now=NOW)

    def test_the_number_goes_two_weeks_after_it_is_done(self, unit: Queue, responder: User) -> None:
        row = leave(unit)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=NOW)
        record_try(by=acting(responder), conversation=row.public_id, result="reached", token=uuid4(), now=NOW)
        erase_expired(by=System(), now=NOW + timedelta(days=13))
        assert ContactDetail.objects.get(conversation=row).value == NUMBER
        erase_expired(by=System(), now=NOW + timedelta(days=14))
        assert ContactDetail.objects.get(conversation=row).value == ""


class TestFollowUp:
    def test_it_stays_with_the_responder_and_the_resident_is_told_without_the_number(
        self, talk: Conversation, responder: User
    ) -> None:
        made = agree(talk, responder, wish=Wish("maija@esimerkki.invalid", channel="email", day=date(2026, 12, 4)))
        made.refresh_from_db()
        assert (made.medium, made.state, made.responder_id, made.origin_id) == (Medium.MAIL, State.ACTIVE, responder.pk, talk.pk)
        told = Event.objects.filter(conversation=talk, kind="notice").get().body
        assert "4.12." in told
        assert "maija@" not in told
        assert AuditEntry.objects.filter(object_id=str(made.public_id), purpose="follow_up").exists()

    def test_it_may_be_left_to_the_queue(self, talk: Conversation, responder: User, queue: Queue) -> None:
        made = agree(talk, responder, queue=queue.public_id)
        assert (made.state, made.queue_id) == (State.WAITING, queue.pk)

    def test_a_call_request_goes_to_the_clients_own_unit(
        self, talk: Conversation, responder: User, second_queue: Queue, second_responder: User
    ) -> None:
        with pytest.raises(ValidationError):
            agree(talk, responder, kind=LaterKind.CALL_REQUEST, queue=second_queue.public_id)
        Queue.objects.filter(pk=second_queue.pk).update(takes_calls=True)
        made = agree(talk, responder, kind=LaterKind.CALL_REQUEST, queue=second_queue.public_id)
        assert (made.queue_id, made.state) == (second_queue.pk, State.WAITING)
        with pytest.raises(Conversation.DoesNotExist):  # it is the unit's own list
            claim_conversation(by=acting(responder), conversation=made.public_id, now=NOW)
        assert claim_conversation(by=acting(second_responder), conversation=made.public_id, now=NOW).pk == made.pk

    def test_consent_and_ownership_are_asked(self, talk: Conversation, responder: User, colleague: User, outsider: User) -> None:
        with pytest.raises(ValidationError) as refused:
            agree(talk, responder, agreed=False)
        assert refused.value.code == "consent_missing"
        with pytest.raises(ValidationError):
            agree(talk, colleague)
        with pytest.raises(Conversation.DoesNotExist):
            agree(talk, outsider)
        assert not LaterContact.objects.exists()

    def test_the_same_form_twice_is_once(self, talk: Conversation, responder: User) -> None:
        token = uuid4()
        assert agree(talk, responder, token=token).pk == agree(talk, responder, token=token).pk

    def test_the_resident_cancels_it(self, talk: Conversation, responder: User, resident: Resident) -> None:
        made = agree(talk, responder)
        with pytest.raises(Conversation.DoesNotExist):
            cancel_later_contact(by=Resident(uuid4()), conversation=talk.public_id, later=made.public_id, now=NOW)
        cancel_later_contact(by=resident, conversation=talk.public_id, later=made.public_id, now=NOW)
        cancel_later_contact(by=resident, conversation=talk.public_id, later=made.public_id, now=NOW)
        later = LaterContact.objects.get(conversation=made)
        assert (later.result, later.conversation.state) == (LaterResult.CANCELLED, State.ENDED)

    def test_the_reminder_has_a_link_and_nothing_of_whom_or_what(self, talk: Conversation, responder: User) -> None:
        made = agree(talk, responder, wish=Wish(NUMBER, day=date(2026, 12, 8)))
        assert remind_of_later_contacts(by=System(), now=NOW) == 0
        due = NOW + timedelta(days=5)
        assert [remind_of_later_contacts(by=System(), now=due) for _ in "ab"] == [1, 0]
        letter = OutgoingMail.objects.get(key=f"later-contact:{made.public_id}")
        assert letter.to == responder.email
        assert str(made.public_id) in letter.body
        assert not any(word in letter.body + letter.subject for word in (NUMBER, WORDS, "123"))

    def test_the_responder_sees_what_the_same_resident_has(
        self, talk: Conversation, responder: User, second_responder: User
    ) -> None:
        made = agree(talk, responder)
        assert linked_conversations(by=acting(responder), conversation=talk.public_id, now=NOW) == [made]
        assert linked_conversations(by=acting(responder), conversation=made.public_id, now=NOW) == [talk]
        assert AuditEntry.objects.filter(object_id=str(talk.public_id), purpose="linked").exists()
        with pytest.raises(Conversation.DoesNotExist):
            linked_conversations(by=acting(second_responder), conversation=talk.public_id, now=NOW)


class TestOverdue:
    def test_the_supervisor_and_the_unit_see_what_is_late_and_others_nothing(
        self,
        unit: Queue,
        talk: Conversation,
        responder: User,
        supervisor: User,
        second_responder: User,
        signed_in: Callable[..., Client],
    ) -> None:
        """S001-6, S002-38: a call request and a follow-up of one list, the late first, without words, names or numbers."""
        asked = leave(unit, now=timezone.now() - timedelta(days=30))
        agreed = agree(talk, responder, wish=Wish(NUMBER, day=date(2026, 12, 8)))
        later = timezone.now() + timedelta(days=1)
        Conversation.objects.filter(pk=agreed.pk).update(answer_due_at=timezone.now() - timedelta(days=1))
        leave(unit, code="A7QMD3XWPA0H5RTVYZ12", now=later)
        for person in (supervisor, responder):
            page = signed_in(person).get(reverse("chat:help_requests"))
            assert [(row.pk, late) for row, late in page.context["entries"]][:2] == [(asked.pk, True), (agreed.pk, True)]
            assert (page.context["overdue"], page.context["count"]) == (2, 3)
            assert not any(word in page.content.decode() for word in (NUMBER, WORDS))
        assert signed_in(second_responder).get(reverse("chat:help_requests")).context["count"] == 0
        claim_conversation(by=acting(responder), conversation=asked.public_id, now=timezone.now())
        record_try(by=acting(responder), conversation=asked.public_id, result="reached", token=uuid4(), now=timezone.now())
        assert signed_in(supervisor).get(reverse("chat:help_requests")).context["overdue"] == 1, "the done mark takes it off"

    def test_a_call_request_left_in_the_chat_says_what_came_of_it(
        self, talk: Conversation, responder: User, second_queue: Queue
    ) -> None:
        """S002-38: outcome R4, of a follow-up R6."""
        Queue.objects.filter(pk=second_queue.pk).update(takes_calls=True)
        assert likely_outcome(talk) == ""
        agree(talk, responder)
        assert likely_outcome(talk) == "R6"
        agree(talk, responder, kind=LaterKind.CALL_REQUEST, queue=second_queue.public_id, now=NOW + timedelta(minutes=1))
        assert likely_outcome(talk) == "R4"


class TestResidentsPages:
    def sent(self, client: Client, unit: Queue, **given: str) -> str:
        """The answer of the form, sent as a person sends it."""
        address = reverse("chat:call_ask", args=[unit.service.key])
        token = re.search(r'name="token" value="([^"]+)"', client.get(address).content.decode())
        assert token is not None
        words = {"token": token[1], "unit": str(unit.public_id), "body": WORDS, "number": NUMBER, **given}
        return client.post(address, words).content.decode()

    def test_left_followed_and_cancelled_with_the_code(self, client: Client, unit: Queue) -> None:
        page = self.sent(client, unit, day="", part="morning")
        code = re.search(r"(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}", page)
        assert code is not None
        row = Conversation.objects.get()
        assert row.later_contact.day_part == "morning"
        other = Client()
        assert other.get(reverse("chat:help_request")).status_code == 302
        other.post(reverse("chat:help_look_up"), {"code": code[0]})
        mine = other.get(reverse("chat:help_request")).content.decode()
        assert WORDS in mine
        assert NUMBER not in mine
        other.post(reverse("chat:help_done"), {"sure": "1"})
        row.refresh_from_db()
        assert LaterContact.objects.get(conversation=row).result == LaterResult.CANCELLED
        page = other.get(reverse("chat:help_request")).content.decode()
        assert 'name="satisfaction"' in page  # and is asked how it went
        assert other.post(reverse("chat:help_feedback"), {"satisfaction": "4"}).status_code == 302
        assert row.feedback.satisfaction == 4

    def test_a_wrong_number_keeps_every_word(self, client: Client, unit: Queue) -> None:
        page = self.sent(client, unit, number="abc")
        assert WORDS in page
        assert not Conversation.objects.exists()

    def test_a_service_without_units_has_no_form(self, client: Client, service: Service, queue: Queue) -> None:
        assert client.get(reverse("chat:call_ask", args=[service.key])).status_code == 404

    def test_who_has_something_open_is_asked_first(self, client: Client, unit: Queue) -> None:
        self.sent(client, unit)
        first = Conversation.objects.get()
        page = self.sent(client, unit, body="Toinen asia")
        assert 'value="replace"' in page
        assert Conversation.objects.count() == 1
        self.sent(client, unit, body="Toinen asia", another="keep")
        kept = Conversation.objects.exclude(pk=first.pk).get()
        assert (kept.origin_id, kept.started_beside) == (first.pk, True)
        assert Conversation.objects.open().count() == 2

    def test_the_new_one_may_take_the_place_of_the_earlier(
        self, client: Client, unit: Queue, responder: User, resident: Resident
    ) -> None:
        chat = start_conversation(by=resident, service=unit.service, token=uuid4(), body="Hei", now=timezone.now())
        client.cookies[_cookie()] = cookie_value(resident)
        page = self.sent(client, unit)
        assert Conversation.objects.count() == 1
        assert reverse("chat:conversation", args=[chat.public_id]) in page
        self.sent(client, unit, another="replace")
        chat.refresh_from_db()
        assert chat.state == State.ENDED
        assert Conversation.objects.open().get().medium == Medium.CALL

    def test_one_that_her_page_did_not_show_is_not_replaced(self, client: Client, unit: Queue, responder: User) -> None:
        self.sent(client, unit, body="Ensimmäinen")
        first = str(Conversation.objects.get().public_id)
        self.sent(client, unit, body="Toinen", another="replace", shown=first)
        second = Conversation.objects.open().get()
        page = self.sent(client, unit, body="Kolmas", another="replace", shown=first)  # a page that was open all the while
        assert Conversation.objects.open().get() == second
        assert "Kolmas" in page
        assert f'name="shown" value="{second.public_id}"' in page
        self.sent(client, unit, body="Kolmas", another="replace", shown=str(second.public_id))
        assert Conversation.objects.open().exclude(pk=second.pk).count() == Conversation.objects.open().count() == 1

    def test_the_chat_asks_of_an_open_call_request_too(self, client: Client, unit: Queue, responder: User) -> None:
        self.sent(client, unit)
        address = reverse("chat:start", args=[unit.service.key])
        page = client.get(address).content.decode()
        assert 'name="another" value="replace"' in page
        words = {"token": str(uuid4()), "body": "Hei"}
        assert client.post(address, words).status_code == 409
        assert client.post(address, {**words, "another": "keep"}).status_code == 302
        chat = Conversation.objects.get(medium=Medium.CHAT)
        assert (chat.started_beside, chat.origin_id) == (True, Conversation.objects.get(medium=Medium.CALL).pk)

    def test_what_was_agreed_is_on_the_chats_page(
        self, client: Client, talk: Conversation, responder: User, resident: Resident
    ) -> None:
        made = agree(talk, responder)
        client.cookies[_cookie()] = cookie_value(resident)
        address = reverse("chat:later_cancel", args=[talk.public_id, made.public_id])
        assert address in client.get(reverse("chat:conversation", args=[talk.public_id])).content.decode()
        assert Client().post(address).status_code in (302, 404)
        assert LaterContact.objects.get().is_open
        client.post(address)
        assert not LaterContact.objects.get().is_open


def _cookie() -> str:
    return settings.RESIDENT_COOKIE_NAME


def test_an_ended_request_is_nobodys_duplicate(unit: Queue) -> None:
    row = leave(unit)
    leave_conversation(by=holder_of(CODE), conversation=row.public_id, now=NOW)
    assert not Conversation.objects.of_browser([row.resident_key]).open().exists()
