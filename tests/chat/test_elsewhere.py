"""The target of a transfer is closed: a call back, a place in its next line, its contact details; never an error."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import Resident
from accounts.models import AuditEntry, User
from chat.boards import line_boards
from chat.choices import LaterKind, LaterResult, Medium, State, Status, TransferState
from chat.models import ContactDetail, Conversation, Event, LaterContact, Leg, Presence, Transfer
from chat.operations import (
    agree_call_back,
    claim_conversation,
    claim_next,
    close_lines,
    give_contact_detail,
    keep_place,
    open_left_contact,
    post_message,
    record_try,
    run_due,
    send_contact_details,
    start_conversation,
)
from chat.refusals import Refusal
from services.models import Queue
from tests.chat.moving import BEAT, Make, at, close, offer, refused, say_yes, sound, told
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _people(responder: User, colleague: User, second_responder: User, queue: Queue, second_queue: Queue) -> None:
    """Both services are answered, and the first may send to the second."""
    queue.transfer_targets.add(second_queue)


@pytest.fixture
def row(conversation_of: Make, resident: Resident, responder: User) -> Conversation:
    """The responder has had it for a minute, and has answered."""
    row = conversation_of(resident, body="Äiti kaatui", now=at())
    claim_conversation(by=acting(responder), conversation=row.public_id, now=at(2))
    post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(3))
    row.refresh_from_db()
    return row


class TestClosedTarget:
    @pytest.fixture(autouse=True)
    def _closed(self, second_queue: Queue) -> None:
        close(second_queue)

    def test_it_is_said_and_nothing_happens(self, row: Conversation, responder: User, second_queue: Queue) -> None:
        with pytest.raises(ValidationError, check=refused(Refusal.TARGET_UNAVAILABLE)):
            offer(row, responder, second_queue, note="Muistiin", message="Hetki")
        assert not Transfer.objects.exists()
        assert not Event.objects.filter(body__in=["Muistiin", "Hetki"]).exists()

    def test_one_who_is_there_may_be_offered_it(
        self, row: Conversation, responder: User, second_responder: User, second_queue: Queue
    ) -> None:
        Presence.objects.create(county=second_queue.service.county, user=second_responder, kind="available", starts_at=at(-5))
        assert offer(row, responder, second_queue, second_responder).state == TransferState.ASKED

    def test_a_call_back_is_a_call_request_in_its_line(
        self, row: Conversation, responder: User, second_responder: User, colleague: User, queue: Queue, second_queue: Queue
    ) -> None:
        agree_call_back(
            by=acting(responder),
            conversation=row.public_id,
            queue=second_queue.public_id,
            reason="expertise",
            value="040 1234567",
            wish="Aamulla",
            now=at(4),
        )
        assert sound(row).responder == responder
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.to_queue, told(row)) == (TransferState.REPLACED, second_queue, ["call_back"])
        call = Conversation.objects.get(medium=Medium.CALL)
        assert (call.origin, call.queue, call.state) == (row, second_queue, State.WAITING)
        later = call.later_contact
        assert (later.kind, later.agreed_by, str(later.due_on)) == (LaterKind.CALL_REQUEST, responder, "2026-11-06")
        note = Event.objects.get(conversation=call, audience="staff")
        assert "Aamulla" in note.body
        assert not Event.objects.filter(body__contains="1234567").exists()
        assert "1234567" not in str(list(AuditEntry.objects.values())) + str(list(Event.objects.values("payload")))
        boards = line_boards(Queue.objects.filter(pk__in=[queue.pk, second_queue.pk]).for_board())
        lines = [[each.conversation for each in boards[key].frame().waiting] for key in (queue.pk, second_queue.pk)]
        assert lines == [[], [call.public_id]]
        with pytest.raises(Conversation.DoesNotExist):
            claim_conversation(by=acting(colleague), conversation=call.public_id, now=at(5))
        claim_conversation(by=acting(second_responder), conversation=call.public_id, now=at(60))
        with pytest.raises(ContactDetail.DoesNotExist):
            open_left_contact(by=acting(responder), conversation=call.public_id, now=at(60))
        detail = open_left_contact(by=acting(second_responder), conversation=call.public_id, now=at(60))
        assert detail.value == "040 1234567"
        record_try(by=acting(second_responder), conversation=call.public_id, result="reached", token=uuid4(), now=at(61))
        later.refresh_from_db()
        assert later.result == LaterResult.REACHED

    def test_no_number_no_call(self, row: Conversation, responder: User, second_queue: Queue) -> None:
        with pytest.raises(ValidationError, check=refused(Refusal.DETAIL_INVALID)):
            agree_call_back(
                by=acting(responder),
                conversation=row.public_id,
                queue=second_queue.public_id,
                reason="expertise",
                value="aamulla",
                now=at(4),
            )
        assert not Transfer.objects.exists()

    def test_the_resident_gives_her_number_herself(
        self, row: Conversation, resident: Resident, stranger: Resident, responder: User, second_queue: Queue
    ) -> None:
        with pytest.raises(ValidationError, check=refused(Refusal.INVALID)):
            give_contact_detail(by=resident, conversation=row.public_id, value="050 12345", now=at(4))
        agree_call_back(
            by=acting(responder), conversation=row.public_id, queue=second_queue.public_id, reason="expertise", now=at(4)
        )
        assert not LaterContact.objects.exists()
        with pytest.raises(Conversation.DoesNotExist):
            give_contact_detail(by=stranger, conversation=row.public_id, value="050 12345", now=at(5))
        with pytest.raises(ValidationError, check=refused(Refusal.DETAIL_INVALID)):
            give_contact_detail(by=resident, conversation=row.public_id, value="", now=at(5))
        call = give_contact_detail(by=resident, conversation=row.public_id, value="050 7654321", wish="Illalla", now=at(5))
        assert (call.queue, call.origin, call.contact_detail.value) == (second_queue, row, "050 7654321")
        assert "Illalla" in Event.objects.get(conversation=call, audience="staff").body
        assert told(sound(row)) == ["call_back_asked", "call_back"]
        with pytest.raises(ValidationError, check=refused(Refusal.INVALID)):
            give_contact_detail(by=resident, conversation=row.public_id, value="050 7654321", now=at(6))

    def hold(self, row: Conversation, resident: Resident, responder: User, second_queue: Queue) -> Transfer:
        made = keep_place(by=acting(responder), conversation=row.public_id, queue=second_queue.public_id, reason="wrong", now=at(4))
        assert (made.state, made.held_until) == (TransferState.ASKED, at(12 * 60))
        say_yes(row, resident, made)
        sound(row)
        return made

    def test_a_place_in_the_next_line(
        self, row: Conversation, resident: Resident, responder: User, second_responder: User, second_queue: Queue
    ) -> None:
        self.hold(row, resident, responder, second_queue)
        assert (row.state, row.queue, row.held_until, row.responder) == (State.WAITING, second_queue, at(720), None)
        assert told(row) == ["asked", "held"]
        assert Transfer.objects.get().state == TransferState.REPLACED
        for minutes in (10, 60, 300, 719):
            Conversation.objects.update(due_at=at(minutes))
            run_due(by=BEAT, now=at(minutes))
            close_lines(by=BEAT, now=at(minutes))
            assert sound(row).state == State.WAITING
        with pytest.raises(ValidationError, check=refused(Refusal.NOBODY_WAITING)):
            claim_next(by=acting(second_responder), now=at(700))
        later = start_conversation(by=Resident(uuid4()), service=second_queue.service, token=uuid4(), now=at(720))
        Conversation.objects.update(seen_at=at(721))
        assert claim_next(by=acting(second_responder), now=at(721)).pk == row.pk
        second = Leg.objects.get(conversation=row, number=2)
        assert (second.queued_at, second.wait_seconds) == (at(720), 60)
        assert sound(row).held_until is None
        assert later.state == State.WAITING

    def test_a_place_is_kept_for_a_while_after_the_opening(
        self, row: Conversation, resident: Resident, responder: User, second_queue: Queue
    ) -> None:
        self.hold(row, resident, responder, second_queue)
        for minutes, state in ((722, State.WAITING), (729, State.WAITING), (730.1, State.ENDED)):
            Conversation.objects.update(due_at=at(minutes))
            run_due(by=BEAT, now=at(minutes))
            assert sound(row).state == state
        assert row.status == Status.ANSWERED

    def test_contact_details_come_from_the_directory(
        self, row: Conversation, responder: User, supervisor: User, second_queue: Queue
    ) -> None:
        Conversation.objects.update(language="sv")
        token = uuid4()
        for _ in range(2):
            send_contact_details(
                by=acting(responder),
                conversation=row.public_id,
                queue=second_queue.public_id,
                reason="wrong",
                token=token,
                now=at(4),
            )
        body = Event.objects.get(conversation=row, client_id=token).body
        assert "Klienthandledning: 044 000 0000" in body
        assert Transfer.objects.get().state == TransferState.REPLACED
        sound(row)
        with pytest.raises(ValidationError, check=refused(Refusal.NOT_YOURS)):
            send_contact_details(
                by=acting(supervisor),
                conversation=row.public_id,
                queue=second_queue.public_id,
                reason="wrong",
                token=uuid4(),
                now=at(4),
            )
