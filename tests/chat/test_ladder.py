"""The ladder of a queue: what happens when nobody takes the one who waits, rung by rung, once each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client

from accounts.actors import Resident
from accounts.models import User
from chat import hub
from chat.boards import line_boards, mine_boards
from chat.choices import EventKind, LegExit, State, TransferReason, TransferState
from chat.models import Conversation, Event, Leg, Presence, Transfer
from chat.operations import claim_conversation, leave_conversation, run_due, start_conversation
from chat.operations.ladder import first_rung
from services.choices import Register
from services.models import Queue, Service
from tests.chat.moving import BEAT, Make, at, close, offer, sound, told
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SECOND = 1 / 60


@pytest.fixture(autouse=True)
def _people(responder: User, colleague: User, second_responder: User, queue: Queue, second_queue: Queue) -> None:
    """Both services are answered."""


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which boards a hub would be told of."""
    topics: list[str] = []
    here = SimpleNamespace(mark=topics.extend, publish=lambda frames: None)
    monkeypatch.setattr(hub, "current", lambda: here)
    return topics


def there(*users: User, queue: Queue) -> None:
    """These take new conversations now."""
    for user in users:
        Presence.objects.create(county=queue.service.county, user=user, kind="available", starts_at=at(-10))


def ladder(queue: Queue, **seconds: object) -> None:
    Queue.objects.filter(pk=queue.pk).update(**seconds)
    queue.refresh_from_db()


def beat(row: Conversation, seconds: float) -> Conversation:
    """Time passes, the resident is here, and the beat looks if it is due."""
    now = at(seconds * SECOND)
    Conversation.objects.filter(pk=row.pk).update(seen_at=now)
    run_due(by=BEAT, now=now)
    return sound(row)


def rungs(row: Conversation) -> list[str]:
    events = Event.objects.filter(conversation=row, kind=EventKind.ESCALATED).order_by("seq")
    assert all(event.audience == "staff" and not event.body for event in events)
    return [event.payload["rung"] for event in events]


class TestOffers:
    def test_one_after_the_other_the_least_loaded_first(
        self, conversation_of: Make, resident: Resident, responder: User, colleague: User, queue: Queue
    ) -> None:
        ladder(queue, offer_seconds=20)
        there(responder, colleague, queue=queue)
        conversation_of(Resident(uuid4()), responder, now=at(-5))
        row = conversation_of(resident, now=at())
        leg = Leg.objects.get(conversation=row)
        shown = []
        for seconds in (0, 10, 20, 30, 40, 60, 80):
            beat(row, seconds)
            leg.refresh_from_db()
            shown.append(leg.offered_to)
        assert shown == [colleague, colleague, responder, responder, None, None, None]
        assert leg.offers == 2
        assert rungs(row) == ["offer", "offer"]

    def test_of_equals_the_one_whose_last_take_is_longest_ago(
        self, conversation_of: Make, resident: Resident, responder: User, colleague: User, queue: Queue
    ) -> None:
        ladder(queue, offer_seconds=20)
        there(responder, colleague, queue=queue)
        for user, minutes in ((colleague, -30), (responder, -20)):
            person = Resident(uuid4())
            earlier = conversation_of(person, user, now=at(minutes))
            leave_conversation(by=person, conversation=earlier.public_id, now=at(minutes + 1))
        row = beat(conversation_of(resident, now=at()), 0)
        assert Leg.objects.get(conversation=row).offered_to == colleague

    def test_the_full_and_the_absent_are_not_asked(
        self, conversation_of: Make, resident: Resident, responder: User, colleague: User, queue: Queue
    ) -> None:
        ladder(queue, offer_seconds=20, max_parallel=1)
        there(responder, queue=queue)
        conversation_of(Resident(uuid4()), responder, now=at(-5))
        row = beat(conversation_of(resident, now=at()), 0)
        assert rungs(row) == []
        there(colleague, queue=queue)
        beat(row, 40)
        assert Leg.objects.get(conversation=row).offered_to == colleague

    def test_another_may_still_take_it(
        self, conversation_of: Make, resident: Resident, responder: User, colleague: User, queue: Queue
    ) -> None:
        ladder(queue, offer_seconds=20)
        there(colleague, queue=queue)
        row = beat(conversation_of(resident, now=at()), 0)
        board = line_boards(Queue.objects.filter(pk=queue.pk).for_board())[queue.pk]
        assert [one.offered for one in board.waiting] == [colleague.names]
        claim_conversation(by=acting(responder), conversation=row.public_id, now=at(1))
        beat(row, 90)
        assert rungs(row) == ["offer"]

    def test_the_away_are_not_shown(self, conversation_of: Make, resident: Resident, colleague: User, queue: Queue) -> None:
        ladder(queue, offer_seconds=20)
        row = conversation_of(resident, now=at())
        Conversation.objects.update(away_since=at())
        there(colleague, queue=queue)
        run_due(by=BEAT, now=at())
        assert rungs(row) == []


class TestTelling:
    def test_the_supervisor_is_told_once(self, conversation_of: Make, resident: Resident, queue: Queue) -> None:
        ladder(queue, supervisor_after_seconds=60)
        row = conversation_of(resident, now=at())
        assert rungs(beat(row, 59)) == []
        for seconds in (60, 61, 130):
            beat(row, seconds)
        assert rungs(row) == ["supervisor"]
        assert Leg.objects.get(conversation=row).supervisor_told_at == at(1)
        board = line_boards(Queue.objects.filter(pk=queue.pk).for_board())[queue.pk]
        assert [one.told for one in board.waiting] == [True]

    def test_it_calls_those_who_supervise_the_queue_until_somebody_takes_it(
        self,
        conversation_of: Make,
        resident: Resident,
        queue: Queue,
        responder: User,
        supervisor: User,
        second_responder: User,
        outsider: User,
        signed_in: Callable[..., Client],
    ) -> None:
        ladder(queue, supervisor_after_seconds=60)
        people = [supervisor.pk, responder.pk, second_responder.pk, outsider.pk]
        row = beat(conversation_of(resident, now=at()), 59)
        before = mine_boards(people)
        beat(row, 60)
        after = mine_boards(people)
        assert [(after[key].calls, after[key].told) for key in people] == [(1, 1), (0, 0), (0, 0), (0, 0)]
        assert [after[key].desk != before[key].desk for key in people] == [True, False, False, False]
        link = f'id="call-{row.public_id}" href="/fi/vastaaja/{row.public_id}/"'
        for path in ("/fi/vastaaja/", "/fi/vastaaja/osa/calls/", "/fi/vastaaja/tilanne/"):
            page = signed_in(supervisor).get(path).content.decode()
            assert link in page
            assert "Odottaa, eikä kukaan ole ottanut" in page
        assert link not in signed_in(responder).get("/fi/vastaaja/").content.decode()
        claim_conversation(by=acting(responder), conversation=row.public_id, now=at(2))
        assert (mine_boards(people)[supervisor.pk].calls, mine_boards(people)[supervisor.pk].told) == (0, 0)

    @pytest.mark.parametrize("how", ["taken", "left"])
    def test_the_desks_of_those_who_were_told_hear_that_it_is_over(
        self,
        how: str,
        conversation_of: Make,
        resident: Resident,
        queue: Queue,
        responder: User,
        supervisor: User,
        marked: list[str],
        django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
    ) -> None:
        ladder(queue, supervisor_after_seconds=60)
        row = beat(conversation_of(resident, now=at()), 60)
        with django_capture_on_commit_callbacks(execute=True):
            if how == "taken":
                claim_conversation(by=acting(responder), conversation=row.public_id, now=at(2))
            else:
                leave_conversation(by=resident, conversation=row.public_id, now=at(2))
        assert f"mine:{supervisor.pk}" in marked

    def test_the_resident_is_offered_other_ways_once(self, conversation_of: Make, resident: Resident, queue: Queue) -> None:
        ladder(queue, alternatives_after_seconds=90)
        row = conversation_of(resident, now=at())
        for seconds in (89, 90, 91, 200):
            beat(row, seconds)
        assert Leg.objects.get(conversation=row).alternatives_at == at(1.5)
        notices = Event.objects.filter(conversation=row, kind=EventKind.NOTICE, audience="all")
        assert [notice.payload for notice in notices] == [{"code": "alternatives"}]

    def test_all_rungs_at_once_after_a_long_silence_of_the_beat(
        self, conversation_of: Make, resident: Resident, queue: Queue, second_queue: Queue
    ) -> None:
        ladder(
            queue,
            supervisor_after_seconds=60,
            alternatives_after_seconds=90,
            overflow_to=second_queue.pk,
            overflow_after_seconds=100,
        )
        row = beat(conversation_of(resident, now=at()), 110)
        assert rungs(row) == ["supervisor", "alternatives", "overflow"]
        assert row.queue == second_queue

    def test_who_has_been_taken_climbs_no_more(
        self, conversation_of: Make, resident: Resident, responder: User, queue: Queue
    ) -> None:
        ladder(queue, supervisor_after_seconds=60, alternatives_after_seconds=60)
        row = conversation_of(resident, responder, now=at())
        beat(row, 120)
        assert rungs(row) == []


class TestOverflow:
    @pytest.fixture
    def doctor(self, queue: Queue) -> Queue:
        doctor = Queue.objects.create(service=queue.service, key="laakari", languages=["fi"], schedule=queue.schedule, order=20)
        doctor.groups.set(queue.groups.all())
        ladder(queue, overflow_to=doctor.pk, overflow_after_seconds=60)
        return doctor

    def test_it_goes_on_with_its_place(self, conversation_of: Make, resident: Resident, queue: Queue, doctor: Queue) -> None:
        row = conversation_of(resident, now=at())
        assert beat(row, 59).queue == queue
        beat(row, 60)
        assert (row.queue, row.line_at, row.state) == (doctor, at(), State.WAITING)
        first, second = Leg.objects.filter(conversation=row).order_by("number")
        assert (first.exit, first.left_at, second.queued_at) == (LegExit.OVERFLOWED, at(1), at(1))
        made = Transfer.objects.get()
        assert (made.reason, made.state, made.sender) == (TransferReason.OVERFLOW, TransferState.ACCEPTED, None)
        assert told(row) == ["moved"]

    def test_never_twice_to_the_same(self, conversation_of: Make, resident: Resident, queue: Queue, doctor: Queue) -> None:
        ladder(doctor, overflow_to=queue.pk, overflow_after_seconds=60)
        row = conversation_of(resident, now=at())
        for seconds in (60, 121, 200, 400):
            beat(row, seconds)
        assert row.queue == doctor
        assert rungs(row) == ["overflow"]

    def test_not_to_a_closed_one_but_when_it_opens(
        self, conversation_of: Make, resident: Resident, queue: Queue, doctor: Queue
    ) -> None:
        close(doctor, hours=0.1)
        row = conversation_of(resident, now=at())
        assert beat(row, 120).queue == queue
        assert row.due_at is not None
        assert row.due_at <= at(3)
        assert beat(row, 400).queue == doctor

    def test_not_to_one_that_nobody_answers(self, conversation_of: Make, resident: Resident, queue: Queue, doctor: Queue) -> None:
        doctor.groups.clear()
        assert beat(conversation_of(resident, now=at()), 61).queue == queue

    @pytest.mark.parametrize("register", [Register.SOCIAL, Register.HEALTH])
    def test_another_register_needs_consent_and_is_left_out(
        self, conversation_of: Make, resident: Resident, queue: Queue, second_queue: Queue, register: str
    ) -> None:
        Service.objects.filter(pk=second_queue.service_id).update(register=register)
        ladder(queue, overflow_to=second_queue.pk, overflow_after_seconds=60)
        row = beat(conversation_of(resident, now=at()), 61)
        assert row.queue == (second_queue if register == Register.SOCIAL else queue)
        assert row.service == row.queue.service

    def test_not_while_she_is_asked_of_a_transfer(
        self, conversation_of: Make, resident: Resident, supervisor: User, queue: Queue, second_queue: Queue, doctor: Queue
    ) -> None:
        queue.transfer_targets.add(second_queue)
        row = conversation_of(resident, now=at())
        offer(row, supervisor, second_queue, now=at(0.5))
        assert beat(row, 61).queue == queue

    def test_not_into_a_service_where_she_waits_already(
        self, conversation_of: Make, resident: Resident, queue: Queue, second_queue: Queue
    ) -> None:
        ladder(queue, overflow_to=second_queue.pk, overflow_after_seconds=60)
        start_conversation(by=resident, service=second_queue.service, token=uuid4(), now=at())
        assert beat(conversation_of(resident, now=at()), 61).queue == queue


def test_the_first_rung_is_known_when_she_joins(
    conversation_of: Make, resident: Resident, queue: Queue, second_queue: Queue
) -> None:
    assert first_rung(queue, now=at()) is None
    ladder(queue, supervisor_after_seconds=45, alternatives_after_seconds=30, overflow_after_seconds=10)
    assert first_rung(queue, now=at()) == at(0.5)
    row = conversation_of(resident, now=at())
    assert row.due_at == at(0.5)
    ladder(queue, offer_seconds=5)
    assert first_rung(queue, now=at()) == at()


def test_nothing_to_climb_costs_no_rest(conversation_of: Make, resident: Resident, queue: Queue) -> None:
    """A rung that can't be taken is tried again after half a minute, not at every beat."""
    ladder(queue, offer_seconds=5)
    row = beat(conversation_of(resident, now=at()), 0)
    assert row.due_at is not None
    assert at() + timedelta(seconds=20) < row.due_at <= at(2.1)
