"""Back to the line: who puts a conversation there, where it stands, and what the statistics keep."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.models import User
from chat.choices import EndedBy, LegExit, State, Status
from chat.models import Conversation, Event, Leg
from chat.operations import (
    claim_conversation,
    claim_next,
    end_conversation,
    leave_conversation,
    post_message,
    requeue_conversation,
    start_conversation,
)
from chat.refusals import Refusal
from chat.residents import cookie_value
from services.models import Queue, Service
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Make = Callable[..., Conversation]


def at(minutes: float = 0) -> datetime:
    return datetime(2026, 11, 3, 8, 0, tzinfo=timezone.get_current_timezone()) + timedelta(minutes=minutes)


def back(row: Conversation, *, front: bool = True, now: datetime | None = None, by: object = System("beat")) -> Conversation:
    return requeue_conversation(by=by, conversation=row.public_id, exit=LegExit.LOST, front=front, now=now or at(10))  # type: ignore[arg-type]


class TestPlace:
    def test_first_of_all_who_wait_and_of_all_who_come(
        self, conversation_of: Make, service: Service, resident: Resident, responder: User, colleague: User
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        others = [start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=at(n)) for n in (1, 2)]
        Conversation.objects.filter(pk=others[1].pk).update(priority=5)
        back(row)
        start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=at(11))
        assert Conversation.objects.waiting().first() == row
        Conversation.objects.update(seen_at=at(12))
        assert claim_next(by=acting(colleague), now=at(12)) == row

    def test_the_one_who_came_back_last_goes_before_those_who_came_back(self, conversation_of: Make, responder: User) -> None:
        rows = [conversation_of(Resident(uuid4()), responder, now=at(n)) for n in range(3)]
        for n, row in enumerate(rows):
            back(row, now=at(10 + n))
        assert list(Conversation.objects.waiting()) == rows[::-1]

    def test_last_when_not_to_the_front(self, conversation_of: Make, service: Service, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder, now=at())
        other = start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=at(1))
        back(row, front=False)
        assert list(Conversation.objects.waiting()) == [other, row]


class TestFigures:
    def test_the_first_leg_keeps_its_figures_and_a_new_one_begins(
        self, conversation_of: Make, resident: Resident, responder: User, colleague: User
    ) -> None:
        row = conversation_of(resident, now=at())
        claim_conversation(by=acting(responder), conversation=row.public_id, now=at(2))
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(3))
        back(row)
        claim_conversation(by=acting(colleague), conversation=row.public_id, now=at(14))
        first, second = Leg.objects.filter(conversation=row)
        assert (first.exit, first.left_at, first.responder, first.wait_seconds) == (LegExit.LOST, at(10), responder, 120)
        assert (first.accepted_at, first.first_reply_at) == (at(2), at(3))
        assert (second.queued_at, second.accepted_at, second.responder, second.wait_seconds) == (at(10), at(14), colleague, 240)
        row.refresh_from_db()
        assert (row.queued_at, row.accepted_at, row.first_reply_at) == (at(), at(2), at(3))
        assert (row.wait_seconds, row.response_seconds, row.responder) == (120, 180, colleague)

    def test_the_log_tells_everybody_without_a_hole(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = back(conversation_of(resident, responder, now=at()))
        event = Event.objects.get(conversation=row, kind="requeued")
        assert (event.audience, event.payload, event.body) == ("all", {"exit": "lost", "front": True}, "")
        assert (event.seq, row.head_all) == (3, 3)

    def test_who_leaves_the_second_line_was_answered_if_somebody_wrote(
        self, conversation_of: Make, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(1))
        back(row)
        leave_conversation(by=resident, conversation=row.public_id, now=at(12))
        row.refresh_from_db()
        assert (row.status, row.ended_by) == (Status.ANSWERED, EndedBy.RESIDENT)

    def test_the_resident_is_shown_that_she_is_first(
        self, conversation_of: Make, resident: Resident, responder: User, client: Client
    ) -> None:
        row = conversation_of(resident, responder, body="Kipu yltyi", now=timezone.now())
        back(row, now=timezone.now())
        client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
        page = client.get(f"/fi/keskustelu/{row.public_id}/").content.decode()
        assert "Olet jonossa ensimmäisenä" in page
        assert "Kipu yltyi" in page


class TestWho:
    def test_its_responder_and_a_supervisor_of_the_service(
        self, conversation_of: Make, resident: Resident, responder: User, supervisor: User
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        assert back(row, by=acting(responder)).state == State.WAITING
        claim_conversation(by=acting(responder), conversation=row.public_id, now=at(11))
        assert back(row, by=acting(supervisor), now=at(12)).state == State.WAITING

    @pytest.mark.parametrize(
        ("name", "refused"),
        [
            ("colleague", PermissionDenied),
            ("second_responder", Conversation.DoesNotExist),
            ("outsider", Conversation.DoesNotExist),
            ("former", Conversation.DoesNotExist),
            ("main_user", Conversation.DoesNotExist),
        ],
    )
    def test_nobody_else(
        self,
        name: str,
        refused: type[Exception],
        request: pytest.FixtureRequest,
        conversation_of: Make,
        resident: Resident,
        responder: User,
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        with pytest.raises(refused):
            back(row, by=acting(request.getfixturevalue(name)))
        with pytest.raises((PermissionDenied, Conversation.DoesNotExist)):
            back(row, by=resident)
        row.refresh_from_db()
        assert row.responder == responder

    def test_what_waits_or_has_ended_is_not_put_back(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, now=at())
        with pytest.raises(ValidationError) as refused:
            back(row)
        assert refused.value.code == Refusal.INVALID
        leave_conversation(by=resident, conversation=row.public_id, now=at(1))
        with pytest.raises(ValidationError) as refused:
            back(row)
        assert refused.value.code == Refusal.ENDED


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Against a message, and against ending: one after the other in whatever order, and the rows stay whole."""

    def together(self, *acts: Callable[[], object]) -> list[object]:
        results: list[object] = [None] * len(acts)
        start = threading.Barrier(len(acts))

        def run(number: int, act: Callable[[], object]) -> None:
            start.wait()
            try:
                results[number] = act()
            except ValidationError as error:
                results[number] = error.code
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def sound(self, row: Conversation) -> None:
        row.refresh_from_db()
        seqs = list(Event.objects.filter(conversation=row, audience="all").order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, row.head_all + 1))
        assert Leg.objects.filter(conversation=row, left_at__isnull=True).count() == (0 if row.state == State.ENDED else 1)

    def test_against_messages_of_both(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder)
        now = timezone.now()

        def writes(by: object) -> Callable[[], object]:
            return lambda: post_message(
                by=by,  # type: ignore[arg-type]
                conversation=row.public_id,
                client_id=uuid4(),
                body="Olen täällä",
                now=now,
            )

        results = self.together(lambda: back(row, now=now), writes(resident), writes(acting(responder)))
        self.sound(row)
        assert row.state == State.WAITING
        assert Event.objects.filter(conversation=row, kind="message", participant__kind="resident").count() == 1
        assert results[2] == Refusal.NOT_YOURS or Event.objects.filter(kind="message", participant__user=responder).exists()

    def test_against_ending(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder)
        now = timezone.now()
        results = self.together(
            lambda: back(row, now=now),
            lambda: end_conversation(by=acting(responder), conversation=row.public_id, outcome="R1", topic="neuvonta", now=now),
        )
        self.sound(row)
        if row.state == State.ENDED:
            assert results[0] == Refusal.ENDED
            assert row.ended_by == EndedBy.RESPONDER
        else:
            assert results[1] == Refusal.NOT_YOURS
            assert (row.state, row.responder) == (State.WAITING, None)


def test_a_queue_of_its_own(
    conversation_of: Make,
    resident: Resident,
    responder: User,
    second_responder: User,
    queue: Queue,
    second_service: Service,
    second_queue: Queue,
) -> None:
    """Those who wait elsewhere change nothing of her place."""
    row = conversation_of(resident, responder, now=at())
    start_conversation(by=Resident(uuid4()), service=second_service, token=uuid4(), now=at(-5))
    assert back(row).queue == queue
    assert Conversation.objects.waiting().filter(queue=queue).first() == row
