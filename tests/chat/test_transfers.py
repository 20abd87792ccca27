"""A conversation goes on with another queue or person: asked, offered, taken, declined, expired, and every way it can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import Resident, Staff
from accounts.choices import Role
from accounts.models import AuditEntry, User
from chat.boards import line_boards, mine_boards
from chat.choices import LegExit, State, Status, TransferState
from chat.models import Conversation, Event, Leg, Participant, Transfer
from chat.operations import (
    accept_transfer,
    answer_transfer,
    claim_conversation,
    claim_next,
    decline_transfer,
    end_conversation,
    leave_conversation,
    post_message,
    run_due,
    start_conversation,
    withdraw_transfer,
)
from chat.refusals import Refusal
from services.choices import Register
from services.models import Membership, Queue, Service, Topic
from tests.chat.moving import BEAT, Make, at, close, offer, refused, say_yes, sound, told
from tests.conftest import acting, make_grant, make_person

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


class TestInsideAService:
    def test_to_a_colleague_it_is_offered_at_once(self, row: Conversation, responder: User, colleague: User, queue: Queue) -> None:
        made = offer(row, responder, queue, colleague, note="Puhuu ruotsia", message="Kysyn kollegalta")
        assert (made.state, made.crossing, made.due_at) == (TransferState.OFFERED, "", at(9))
        sound(row)
        assert (row.state, row.responder) == (State.ACTIVE, responder)
        assert told(row) == ["offered"]
        note = Event.objects.get(conversation=row, audience="staff", kind="message")
        assert note.body == "Puhuu ruotsia"
        assert Event.objects.filter(conversation=row, audience="all", body="Kysyn kollegalta").count() == 1
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Vielä minä", now=at(5))

    def test_taken(self, row: Conversation, responder: User, colleague: User, queue: Queue) -> None:
        made = offer(row, responder, queue, colleague)
        accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(6))
        sound(row)
        made.refresh_from_db()
        first, second = Leg.objects.filter(conversation=row).order_by("number")
        assert (made.state, made.ended_by, made.ended_at) == (TransferState.ACCEPTED, colleague, at(6))
        assert (first.exit, first.left_at, first.wait_seconds, first.wrong_service) == (LegExit.TRANSFERRED, at(6), 120, False)
        assert (second.queued_at, second.accepted_at, second.wait_seconds, second.responder) == (at(4), at(6), 120, colleague)
        assert (row.responder, row.wait_seconds, row.response_seconds) == (colleague, 120, 180)
        assert told(row) == ["offered", "accepted"]
        payload = Event.objects.filter(conversation=row, kind="transferred").latest("seq").payload
        assert payload["name"] == "Kaisa, asiakasohjaaja"
        assert payload["service"]["sv"] == "Chatt för äldreservice"
        mine = mine_boards([responder.pk, colleague.pk])
        assert [len(mine[user.pk].conversations) for user in (responder, colleague)] == [0, 1]

    def test_the_first_reply_of_the_second_leg_is_kept(
        self, row: Conversation, responder: User, colleague: User, queue: Queue
    ) -> None:
        made = offer(row, responder, queue, colleague)
        accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(6))
        post_message(by=acting(colleague), conversation=row.public_id, client_id=uuid4(), body="Hej", now=at(7))
        end_conversation(by=acting(colleague), conversation=row.public_id, outcome="R1", topic="neuvonta", now=at(9))
        second = Leg.objects.get(conversation=row, number=2)
        assert (second.first_reply_at, second.exit) == (at(7), LegExit.ENDED)
        assert sound(row).first_reply_at == at(3)

    def test_a_queue_offer_is_for_everyone_who_answers_it_but_the_sender(
        self, row: Conversation, responder: User, colleague: User, queue: Queue
    ) -> None:
        made = offer(row, responder, queue)
        board = line_boards(Queue.objects.filter(pk=queue.pk).for_board())[queue.pk].frame()
        assert [(one.transfer, one.sender, one.reason) for one in board.offers] == [(made.public_id, responder.names, "expertise")]
        with pytest.raises(ValidationError, check=refused(Refusal.INVALID)):
            accept_transfer(by=acting(responder), transfer=made.public_id, now=at(5))
        accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(5))
        assert sound(row).responder == colleague
        assert not line_boards(Queue.objects.filter(pk=queue.pk).for_board())[queue.pk].offers

    def test_two_take_the_same_and_one_is_told_who(
        self, row: Conversation, responder: User, colleague: User, supervisor: User, queue: Queue
    ) -> None:
        made = offer(row, responder, queue)
        accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(5))
        accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(5))
        with pytest.raises(ValidationError, check=refused(Refusal.TAKEN)) as lost:
            accept_transfer(by=acting(supervisor), transfer=made.public_id, now=at(5))
        assert "Kaisa" in lost.value.messages[0]
        assert told(row) == ["offered", "accepted"]

    def test_declined_it_comes_back_at_once(self, row: Conversation, responder: User, colleague: User, queue: Queue) -> None:
        made = offer(row, responder, queue, colleague)
        for _ in range(2):
            decline_transfer(by=acting(colleague), transfer=made.public_id, now=at(5))
        made.refresh_from_db()
        assert (made.state, made.ended_by) == (TransferState.DECLINED, colleague)
        assert (sound(row).responder, told(row)) == (responder, ["offered", "declined"])
        assert Leg.objects.get(conversation=row, number=2).exit == LegExit.RETURNED
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_OVER)):
            accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(6))

    def test_what_is_offered_to_one_is_not_for_another(
        self, row: Conversation, responder: User, colleague: User, supervisor: User, queue: Queue
    ) -> None:
        made = offer(row, responder, queue, colleague)
        for act in (accept_transfer, decline_transfer):
            with pytest.raises(ValidationError, check=refused(Refusal.RESERVED)):
                act(by=acting(supervisor), transfer=made.public_id, now=at(5))

    def test_a_queue_offer_is_not_declined(self, row: Conversation, responder: User, colleague: User, queue: Queue) -> None:
        made = offer(row, responder, queue)
        with pytest.raises(PermissionDenied):
            decline_transfer(by=acting(colleague), transfer=made.public_id, now=at(5))

    @pytest.mark.parametrize(("minutes", "state"), [(8.99, TransferState.OFFERED), (9, TransferState.EXPIRED)])
    def test_after_five_minutes_it_is_back(
        self, row: Conversation, resident: Resident, responder: User, queue: Queue, minutes: float, state: str
    ) -> None:
        made = offer(row, responder, queue)
        Conversation.objects.update(seen_at=at(minutes))
        Conversation.objects.update(due_at=at(minutes))
        run_due(by=BEAT, now=at(minutes))
        made.refresh_from_db()
        assert made.state == state
        sound(row)
        assert row.responder == responder
        if state == TransferState.EXPIRED:
            assert told(row) == ["offered", "expired"]
            run_due(by=BEAT, now=at(minutes + 1))
            assert told(row) == ["offered", "expired"]

    def test_due_is_the_soonest(self, row: Conversation, responder: User, queue: Queue) -> None:
        Conversation.objects.update(due_at=at(33), seen_at=at(3.9))
        offer(row, responder, queue)
        row.refresh_from_db()
        assert row.due_at == at(9)
        Conversation.objects.update(due_at=at(4.5))
        run_due(by=BEAT, now=at(4.5))
        row.refresh_from_db()
        assert row.due_at is not None
        assert row.due_at <= at(9)

    def test_taken_back(self, row: Conversation, responder: User, colleague: User, supervisor: User, queue: Queue) -> None:
        made = offer(row, responder, queue)
        with pytest.raises(ValidationError, check=refused(Refusal.NOT_YOURS)):
            withdraw_transfer(by=acting(colleague), conversation=row.public_id, now=at(5))
        withdraw_transfer(by=acting(supervisor), conversation=row.public_id, now=at(5))
        made.refresh_from_db()
        assert (made.state, told(sound(row))) == (TransferState.WITHDRAWN, ["offered", "withdrawn"])
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_OVER)):
            withdraw_transfer(by=acting(responder), conversation=row.public_id, now=at(6))
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_OVER)):
            accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(6))

    def test_pressing_twice_is_once(self, row: Conversation, responder: User, colleague: User, queue: Queue) -> None:
        token = uuid4()
        first = offer(row, responder, queue, token=token, note="Kerran", message="Hetki")
        assert offer(row, responder, queue, token=token, note="Kerran", message="Hetki").pk == first.pk
        assert Event.objects.filter(conversation=row, body__in=["Kerran", "Hetki"]).count() == 2
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_OPEN)):
            offer(row, responder, queue, colleague)

    def test_the_limit_holds(
        self, row: Conversation, conversation_of: Make, responder: User, colleague: User, queue: Queue
    ) -> None:
        Queue.objects.update(max_parallel=1)
        conversation_of(Resident(uuid4()), colleague, now=at(1))
        made = offer(row, responder, queue)
        with pytest.raises(ValidationError, check=refused(Refusal.AT_LIMIT)):
            accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(5))
        assert sound(row).responder == responder

    def test_the_resident_leaves_meanwhile(
        self, row: Conversation, resident: Resident, responder: User, colleague: User, queue: Queue
    ) -> None:
        made = offer(row, responder, queue)
        leave_conversation(by=resident, conversation=row.public_id, now=at(5))
        made.refresh_from_db()
        assert (made.state, made.ended_at) == (TransferState.LEFT, at(5))
        legs = Leg.objects.filter(conversation=row).order_by("number").values_list("exit", flat=True)
        assert list(legs) == [LegExit.ENDED, LegExit.RETURNED]
        with pytest.raises(ValidationError, check=refused(Refusal.ENDED)):
            accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(6))
        sound(row)

    def test_the_sender_ends_meanwhile(self, row: Conversation, responder: User, queue: Queue) -> None:
        made = offer(row, responder, queue)
        end_conversation(by=acting(responder), conversation=row.public_id, outcome="R1", topic="neuvonta", now=at(5))
        made.refresh_from_db()
        assert (made.state, sound(row).status) == (TransferState.REPLACED, Status.ANSWERED)


class TestAcrossServices:
    def test_the_resident_is_asked_first(
        self, row: Conversation, resident: Resident, responder: User, second_responder: User, second_queue: Queue
    ) -> None:
        made = offer(row, responder, second_queue, note="Kaatui eilen")
        assert (made.state, made.crossing, made.offered_at, made.to_leg) == (TransferState.ASKED, "service", None, None)
        with pytest.raises(Transfer.DoesNotExist):
            accept_transfer(by=acting(second_responder), transfer=made.public_id, now=at(5))
        assert not line_boards(Queue.objects.filter(pk=second_queue.pk).for_board())[second_queue.pk].offers
        assert sound(row).responder == responder
        assert told(row) == ["asked"]

    def test_yes(
        self, row: Conversation, resident: Resident, responder: User, second_responder: User, second_queue: Queue, service: Service
    ) -> None:
        row.topic = Topic.objects.get(service=service)
        row.save()
        made = offer(row, responder, second_queue, reason="wrong", note="Kaatui eilen")
        for _ in range(2):
            say_yes(row, resident, made)
        made.refresh_from_db()
        assert (made.state, made.consented_at, made.due_at) == (TransferState.OFFERED, at(5), at(10))
        accept_transfer(by=acting(second_responder), transfer=made.public_id, now=at(6))
        sound(row)
        assert (row.service, row.queue, row.responder) == (second_queue.service, second_queue, second_responder)
        assert row.topic_id is None
        assert (row.first_queue_id, row.queued_at, row.wait_seconds) == (made.from_queue_id, at(), 120)
        assert Leg.objects.get(conversation=row, number=1).wrong_service is True
        assert Leg.objects.get(conversation=row, number=2).wait_seconds == 60
        readable = Conversation.objects.readable_by(acting(second_responder))
        assert list(readable) == [row]
        assert list(Event.objects.filter(conversation=row, audience="staff", kind="message").values_list("body", flat=True)) == [
            "Kaatui eilen"
        ]
        assert not Conversation.objects.readable_by(acting(responder)).exists()
        end_conversation(by=acting(second_responder), conversation=row.public_id, outcome="R1", topic="neuvonta", now=at(8))
        assert sound(row).status == Status.ANSWERED

    def test_no(self, row: Conversation, resident: Resident, responder: User, second_queue: Queue) -> None:
        made = offer(row, responder, second_queue)
        for _ in range(2):
            answer_transfer(by=resident, conversation=row.public_id, transfer=made.public_id, consent=False, now=at(5))
        made.refresh_from_db()
        assert (made.state, told(sound(row))) == (TransferState.REFUSED, ["asked", "refused"])
        assert row.responder == responder
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_OVER)):
            say_yes(row, resident, made)
        offer(row, responder, second_queue, now=at(6))

    def test_only_the_resident_answers(self, row: Conversation, stranger: Resident, responder: User, second_queue: Queue) -> None:
        made = offer(row, responder, second_queue)
        for actor in (stranger, acting(responder), BEAT):
            with pytest.raises(Conversation.DoesNotExist):
                answer_transfer(by=actor, conversation=row.public_id, transfer=made.public_id, consent=True, now=at(5))
        made.refresh_from_db()
        assert made.state == TransferState.ASKED

    def test_another_conversations_question_is_not_answered_here(
        self, row: Conversation, conversation_of: Make, stranger: Resident, responder: User, second_queue: Queue
    ) -> None:
        made = offer(row, responder, second_queue)
        other = conversation_of(stranger, now=at(1))
        with pytest.raises(Transfer.DoesNotExist):
            say_yes(other, stranger, made)

    def test_an_unanswered_question_is_taken_away(self, row: Conversation, responder: User, second_queue: Queue) -> None:
        made = offer(row, responder, second_queue)
        Conversation.objects.update(due_at=at(14), seen_at=at(13))
        run_due(by=BEAT, now=at(14))
        made.refresh_from_db()
        assert (made.state, made.ended_by, told(sound(row))) == (TransferState.WITHDRAWN, None, ["asked", "unanswered"])

    def test_a_change_of_register_is_said_and_audited(
        self, row: Conversation, resident: Resident, responder: User, second_responder: User, second_queue: Queue
    ) -> None:
        Service.objects.filter(pk=second_queue.service_id).update(register=Register.HEALTH)
        made = offer(row, responder, second_queue)
        assert made.crossing == "register"
        say_yes(row, resident, made)
        assert not AuditEntry.objects.filter(purpose="disclosure").exists()
        accept_transfer(by=acting(second_responder), transfer=made.public_id, now=at(6))
        entry = AuditEntry.objects.get(purpose="disclosure")
        assert (entry.before, entry.after) == (
            {"register": "social", "service": "ikaantyneet"},
            {"register": "health", "service": "neuvola"},
        )
        assert entry.object_id == str(row.public_id)

    def test_one_group_answers_both_registers_and_each_conversation_keeps_its_own(
        self,
        row: Conversation,
        stranger: Resident,
        responder: User,
        colleague: User,
        queue: Queue,
        second_queue: Queue,
    ) -> None:
        """S001-70: a group may mix social and health work; who has no right in the other register sees nothing of it."""
        Service.objects.filter(pk=second_queue.service_id).update(register=Register.HEALTH)
        second_queue.groups.set(queue.groups.all())
        make_grant(responder, Role.RESPONDER, county=row.county, service=second_queue.service)
        health = start_conversation(by=stranger, service=second_queue.service, token=uuid4(), body="Kuumetta", now=at(4))
        with pytest.raises(Conversation.DoesNotExist):
            claim_conversation(by=acting(colleague), conversation=health.public_id, now=at(5))
        claim_conversation(by=acting(responder), conversation=health.public_id, now=at(5))
        kept = {each.service.register for each in Conversation.objects.filter(responder=responder).select_related("service")}
        assert kept == {Register.SOCIAL, Register.HEALTH}
        assert list(Conversation.objects.readable_by(acting(colleague))) == [row]

    def test_a_resident_who_talks_there_already_is_not_doubled(
        self, row: Conversation, resident: Resident, responder: User, second_service: Service, second_queue: Queue
    ) -> None:
        start_conversation(by=resident, service=second_service, token=uuid4(), now=at(3))
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_DOUBLE)):
            offer(row, responder, second_queue)

    def test_one_who_began_there_meanwhile_stays(
        self,
        row: Conversation,
        resident: Resident,
        responder: User,
        second_responder: User,
        second_service: Service,
        second_queue: Queue,
    ) -> None:
        made = offer(row, responder, second_queue)
        say_yes(row, resident, made)
        start_conversation(by=resident, service=second_service, token=uuid4(), now=at(5.5))
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_DOUBLE)):
            accept_transfer(by=acting(second_responder), transfer=made.public_id, now=at(6))
        assert sound(row).responder == responder

    def test_closed_between_question_and_answer(
        self, row: Conversation, resident: Resident, responder: User, second_queue: Queue
    ) -> None:
        made = offer(row, responder, second_queue)
        close(second_queue)
        say_yes(row, resident, made)
        made.refresh_from_db()
        assert (made.state, told(sound(row))) == (TransferState.WITHDRAWN, ["asked", "unavailable"])
        assert row.responder == responder


class TestWhoAndWhere:
    @pytest.mark.parametrize("name", ["colleague", "second_responder", "outsider", "former", "main_user", "manager"])
    def test_others_send_nothing(self, name: str, request: pytest.FixtureRequest, row: Conversation, second_queue: Queue) -> None:
        with pytest.raises((Conversation.DoesNotExist, ValidationError)) as told_no:
            offer(row, request.getfixturevalue(name), second_queue)
        assert isinstance(told_no.value, Conversation.DoesNotExist) == (name != "colleague")
        assert not Transfer.objects.exists()

    @pytest.mark.parametrize("name", ["responder", "colleague", "outsider", "former", "main_user"])
    def test_others_take_nothing(
        self, name: str, request: pytest.FixtureRequest, row: Conversation, resident: Resident, responder: User, second_queue: Queue
    ) -> None:
        made = offer(row, responder, second_queue)
        say_yes(row, resident, made)
        for act in (accept_transfer, decline_transfer):
            with pytest.raises(Transfer.DoesNotExist):
                act(by=acting(request.getfixturevalue(name)), transfer=made.public_id, now=at(6))

    def test_a_resident_neither(self, row: Conversation, resident: Resident, responder: User, queue: Queue) -> None:
        made = offer(row, responder, queue)
        with pytest.raises(PermissionDenied):
            accept_transfer(by=resident, transfer=made.public_id, now=at(5))
        with pytest.raises(PermissionDenied):
            withdraw_transfer(by=resident, conversation=row.public_id, now=at(5))

    def test_an_unlisted_queue_is_no_target(self, row: Conversation, responder: User, queue: Queue, second_queue: Queue) -> None:
        queue.transfer_targets.clear()
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_FORBIDDEN)):
            offer(row, responder, second_queue)

    def test_no_transfers_means_none(self, row: Conversation, responder: User, colleague: User, queue: Queue) -> None:
        Queue.objects.filter(pk=queue.pk).update(no_transfers=True)
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_FORBIDDEN)):
            offer(row, responder, queue, colleague)

    def test_another_county_is_no_target(self, row: Conversation, responder: User, queue: Queue, other_queue: Queue) -> None:
        queue.transfer_targets.add(other_queue)
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_FORBIDDEN)):
            offer(row, responder, other_queue)

    def test_real_people_do_not_go_to_a_test_service(self, row: Conversation, responder: User, second_queue: Queue) -> None:
        Service.objects.filter(pk=second_queue.service_id).update(is_test=True)
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_FORBIDDEN)):
            offer(row, responder, second_queue)

    def test_without_a_list_the_own_service(self, row: Conversation, responder: User, queue: Queue) -> None:
        queue.transfer_targets.clear()
        doctor = Queue.objects.create(service=queue.service, key="laakari", languages=["fi"], schedule=queue.schedule)
        doctor.groups.set(queue.groups.all())
        assert offer(row, responder, doctor).state == TransferState.OFFERED

    def test_only_to_one_who_answers_there(
        self, row: Conversation, responder: User, colleague: User, second_queue: Queue, queue: Queue
    ) -> None:
        for person in (colleague, responder):
            with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_FORBIDDEN)):
                offer(row, responder, second_queue, person)
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_FORBIDDEN)):
            offer(row, responder, queue, responder)

    def test_the_supervisor_sends_what_another_has(
        self, row: Conversation, responder: User, colleague: User, supervisor: User, queue: Queue
    ) -> None:
        made = offer(row, supervisor, queue, colleague, reason="supervisor", note="Maija lähtee")
        assert Participant.objects.get(conversation=row, user=supervisor).kind == "colleague"
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_OPEN)):
            offer(row, responder, queue)
        accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(5))
        assert sound(row).responder == colleague

    def test_the_supervisor_does_not_speak_in_the_responders_place(
        self, row: Conversation, supervisor: User, colleague: User, queue: Queue
    ) -> None:
        with pytest.raises((ValidationError, Conversation.DoesNotExist)):
            offer(row, supervisor, queue, colleague, message="Hei")
        assert not Transfer.objects.exists()

    def test_an_end_is_an_end(self, row: Conversation, resident: Resident, responder: User, supervisor: User, queue: Queue) -> None:
        leave_conversation(by=resident, conversation=row.public_id, now=at(4))
        with pytest.raises(ValidationError, check=refused(Refusal.ENDED)):
            offer(row, supervisor, queue)
        with pytest.raises(ValidationError, check=refused(Refusal.NOT_YOURS)):
            offer(row, responder, queue)

    def test_the_portals_own_reason_is_not_given(self, row: Conversation, responder: User, queue: Queue) -> None:
        for reason in ("overflow", "", "muu"):
            with pytest.raises(ValidationError, check=refused(Refusal.INVALID)):
                offer(row, responder, queue, reason=reason)


class TestWhileWaiting:
    @pytest.fixture
    def doctor(self, queue: Queue) -> Queue:
        doctor = Queue.objects.create(service=queue.service, key="laakari", languages=["fi"], schedule=queue.schedule, order=20)
        doctor.groups.set(queue.groups.all())
        queue.transfer_targets.add(doctor)
        return doctor

    def test_it_moves_at_once_and_goes_before_later_ones(
        self, conversation_of: Make, resident: Resident, supervisor: User, colleague: User, doctor: Queue
    ) -> None:
        row = conversation_of(resident, now=at())
        later = conversation_of(Resident(uuid4()), now=at(1))
        offer(later, supervisor, doctor, now=at(2))
        made = offer(row, supervisor, doctor, now=at(3))
        assert made.state == TransferState.ACCEPTED
        sound(row)
        assert (row.state, row.queue, row.line_at) == (State.WAITING, doctor, at())
        first, second = Leg.objects.filter(conversation=row).order_by("number")
        assert (first.exit, first.accepted_at, second.queued_at) == (LegExit.TRANSFERRED, None, at(3))
        Conversation.objects.update(seen_at=at(4))
        assert claim_next(by=acting(colleague), now=at(4)).pk == row.pk
        second.refresh_from_db()
        row.refresh_from_db()
        assert (second.wait_seconds, row.wait_seconds) == (60, 240)

    def test_to_a_person_it_is_shown_first_and_others_may_take_it(
        self, conversation_of: Make, resident: Resident, responder: User, supervisor: User, colleague: User, queue: Queue
    ) -> None:
        row = conversation_of(resident, now=at())
        offer(row, supervisor, queue, colleague, now=at(1))
        board = line_boards(Queue.objects.filter(pk=queue.pk).for_board())[queue.pk]
        assert [one.offered for one in board.waiting] == [colleague.names]
        claim_conversation(by=acting(responder), conversation=row.public_id, now=at(2))
        assert sound(row).responder == responder

    def test_across_services_she_is_asked_while_she_waits(
        self, conversation_of: Make, resident: Resident, supervisor: User, second_queue: Queue, queue: Queue
    ) -> None:
        row = conversation_of(resident, now=at())
        made = offer(row, supervisor, second_queue, now=at(1))
        assert (made.state, sound(row).queue) == (TransferState.ASKED, queue)
        say_yes(row, resident, made, at(2))
        assert (sound(row).queue, row.state, told(row)) == (second_queue, State.WAITING, ["asked", "moved"])

    def test_claimed_while_she_is_asked(
        self, conversation_of: Make, resident: Resident, responder: User, supervisor: User, second_queue: Queue
    ) -> None:
        row = conversation_of(resident, now=at())
        made = offer(row, supervisor, second_queue, now=at(1))
        claim_conversation(by=acting(responder), conversation=row.public_id, now=at(1.5))
        say_yes(row, resident, made, at(2))
        made.refresh_from_db()
        assert (made.state, sound(row).responder) == (TransferState.OFFERED, responder)

    def test_to_its_own_line_is_nowhere(self, conversation_of: Make, resident: Resident, supervisor: User, queue: Queue) -> None:
        row = conversation_of(resident, now=at())
        with pytest.raises(ValidationError, check=refused(Refusal.TRANSFER_FORBIDDEN)):
            offer(row, supervisor, queue, now=at(1))


def test_the_matrix_counts_what_went_and_what_did_not(
    row: Conversation,
    conversation_of: Make,
    resident: Resident,
    responder: User,
    colleague: User,
    second_responder: User,
    queue: Queue,
    second_queue: Queue,
    django_assert_num_queries: Callable[..., object],
) -> None:
    made = offer(row, responder, queue, colleague)
    decline_transfer(by=acting(colleague), transfer=made.public_id, now=at(5))
    made = offer(row, responder, second_queue, reason="wrong", now=at(6))
    say_yes(row, resident, made, at(6))
    accept_transfer(by=acting(second_responder), transfer=made.public_id, now=at(7))
    practice = conversation_of(Resident(uuid4()), responder, now=at())
    Conversation.objects.filter(pk=practice.pk).update(is_test=True)
    offer(practice, responder, queue, colleague)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        cells = list(Transfer.objects.matrix(county="koe", since=at(), until=at(60)))
    shown = [
        (
            cell["from_service"],
            cell["from_queue_key"],
            cell["to_service"],
            cell["to_queue_key"],
            cell["reason"],
            cell["state"],
            cell["n"],
        )
        for cell in cells
    ]
    assert shown == [
        ("ikaantyneet", "yleinen", "ikaantyneet", "yleinen", "expertise", "declined", 1),
        ("ikaantyneet", "yleinen", "neuvola", "yleinen", "wrong", "accepted", 1),
    ]
    assert not Transfer.objects.matrix(county="toinen", since=at(), until=at(60))
    assert not Transfer.objects.matrix(county="koe", since=at(10), until=at(60))


def test_the_sender_reads_on_where_a_grant_reaches(
    row: Conversation, resident: Resident, responder: User, second_responder: User, second_service: Service, second_queue: Queue
) -> None:
    make_grant(responder, Role.RESPONDER, county=second_service.county, service=second_service)
    made = offer(row, responder, second_queue)
    say_yes(row, resident, made)
    accept_transfer(by=acting(second_responder), transfer=made.public_id, now=at(6))
    assert list(Conversation.objects.readable_by(acting(responder))) == [row]
    with pytest.raises(ValidationError, check=refused(Refusal.NOT_YOURS)):
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Vielä", now=at(7))


def test_person_of_the_doctors_group_is_offered_by_name(
    row: Conversation, responder: User, queue: Queue, county: object, service: Service
) -> None:
    """From the nurse to the doctor in the same service, by name (S002-40)."""
    doctor = make_person("otto", display_name="Otto, lääkäri")
    make_grant(doctor, Role.RESPONDER, county=service.county, service=service)
    Membership.objects.create(group=queue.groups.get(), user=doctor)
    made = offer(row, responder, queue, doctor)
    assert made.to_person == doctor
    accept_transfer(by=Staff(doctor.pk), transfer=made.public_id, now=at(6))
    assert sound(row).responder == doctor
    assert isinstance(made.public_id, UUID)
