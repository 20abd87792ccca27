"""The estimate of a wait: worked examples, what must always hold, and its error as a figure."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import Resident, System
from accounts.models import User
from chat.boards import line_boards, line_of
from chat.breaks import Break
from chat.choices import EventKind, LegExit, PresenceEnd, PresenceKind
from chat.estimates import ENOUGH, Range, Turn, error_of, front_times, minutes_outward, ranges
from chat.models import Conversation, Event, Leg, Presence
from chat.operations import claim_conversation, leave_conversation, requeue_conversation
from chat.outlook import estimate_error, outlooks
from services.models import County, Membership, Queue, Service
from tests.conftest import acting

Make = Callable[..., Conversation]
NINE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


class TestTimesAtTheFront:
    def test_in_a_steady_line_it_is_the_gap_between_claims(self) -> None:
        turns = [Turn(NINE, at(2)), Turn(NINE, at(5)), Turn(at(1), at(9))]
        assert front_times(turns) == (180, 240)

    def test_idle_time_is_nobodys_wait(self) -> None:
        # Nobody for forty minutes; the one who came then was taken in thirty seconds.
        assert front_times([Turn(NINE, at(1)), Turn(at(41), at(41.5))]) == (30,)

    def test_the_order_in_which_they_are_read_does_not_matter(self) -> None:
        turns = [Turn(NINE, at(5)), Turn(NINE, at(2)), Turn(NINE, at(9))]
        assert front_times(turns) == front_times(turns[::-1]) == (180, 240)


class TestRanges:
    def test_a_queue_that_takes_one_in_three_minutes(self) -> None:
        found = ranges([180.0] * 20, 5)
        assert found == tuple(Range(180 * place, 180 * place) for place in range(1, 6))

    def test_a_quick_queue_is_under_a_minute(self) -> None:
        assert ranges([5.0] * ENOUGH, 1) == (Range(0, 60),)

    def test_too_few_claims_say_nothing(self) -> None:
        assert ranges([180.0] * (ENOUGH - 1), 3) == ()

    def test_the_range_has_the_spread_of_the_queue(self) -> None:
        assert ranges([60.0] * 4 + [150.0] + [290.0] * 5, 1) == (Range(60, 300),)

    def test_what_has_passed_of_the_first_ones_time_is_not_waited_again(self) -> None:
        assert ranges([300.0] * 10, 2, standing=240.0) == (Range(60, 60), Range(360, 360))

    def test_when_it_takes_longer_than_ever_it_may_take_as_long_again(self) -> None:
        assert ranges([10.0] * 10, 1, standing=600.0) == (Range(600, 600),)

    def test_a_place_far_back_is_told_at_least_what_the_farthest_counted_is(self) -> None:
        found = ranges([60.0] * 10, 1000)
        assert len(found) == 1000
        assert found[-1] == found[-2]

    def test_rounded_outward(self) -> None:
        assert minutes_outward(119, 121) == Range(60, 180)
        assert minutes_outward(0, 0) == Range(0, 60)

    @given(
        st.lists(st.floats(0, 7200), min_size=ENOUGH, max_size=25),
        st.integers(1, 60),
        st.floats(0, 7200),
    )
    def test_a_place_further_back_is_never_promised_less(self, times: list[float], places: int, standing: float) -> None:
        found = ranges(times, places, standing=standing)
        assert len(found) == places
        assert all(one.low <= one.high and one.high >= 60 for one in found)
        assert all(before.low <= after.low and before.high <= after.high for before, after in itertools.pairwise(found))
        assert found == ranges(times, places, standing=standing)


class TestError:
    def test_the_figure(self) -> None:
        error = error_of([(60, 180, 100.0), (60, 180, 240.0), (60, 180, 30.0), (0, 60, 10.0)])
        assert (error.n, error.inside, error.longer, error.shorter) == (4, 0.5, 0.25, 0.25)
        assert error.median_error == 55.0  # 20, 120, 90 and 20 seconds from the middle

    def test_of_nothing_nothing_is_said(self) -> None:
        assert error_of([]).inside is None


def served(conversation_of: Make, responder: User, *, count: int, now: datetime, minutes: float = 3) -> None:
    """A steady line: one is taken every so many minutes, the last one a minute ago."""
    responder_queue = Queue.objects.get(groups__members=responder)
    Queue.objects.filter(pk=responder_queue.pk).update(max_parallel=100)
    came = now - timedelta(minutes=1 + count * minutes)
    rows = [conversation_of(Resident(uuid4()), now=came) for _ in range(count)]
    for number, row in enumerate(rows):
        taken = now - timedelta(minutes=1 + (count - 1 - number) * minutes)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=taken)


def went_off() -> None:
    """Everybody has gone home since."""
    Presence.objects.running().update(ends_at=timezone.now(), ended_by=PresenceEnd.OFF)


def place_of(queue: Queue, row: Conversation) -> tuple[int | None, int | None]:
    board = line_boards(Queue.objects.filter(pk=queue.pk).for_board())[queue.pk]
    line = line_of(board.frame(), row.public_id)
    assert line is not None
    return line.low_seconds, line.high_seconds


@pytest.mark.django_db
@pytest.mark.postgres
class TestLines:
    def test_the_line_tells_it_and_the_leg_keeps_it(self, conversation_of: Make, queue: Queue, responder: User) -> None:
        now = timezone.now()
        served(conversation_of, responder, count=12, now=now)
        rows = [conversation_of(Resident(uuid4()), now=now) for _ in range(3)]
        told = [(leg.estimate_low_seconds, leg.estimate_high_seconds) for leg in Leg.objects.filter(conversation__in=rows)]
        assert told == [(180, 180), (360, 360), (540, 540)]
        event = Event.objects.get(conversation=rows[1], kind=EventKind.ESTIMATED)
        assert event.payload == {"low_seconds": 360, "high_seconds": 360, "position": 2}
        assert event.body == ""
        assert [place_of(queue, row) for row in rows] == told

    def test_the_truth_stands_beside_it(self, conversation_of: Make, queue: Queue, responder: User) -> None:
        now = timezone.now()
        served(conversation_of, responder, count=12, now=now)
        quick, slow = (conversation_of(Resident(uuid4()), now=now) for _ in range(2))
        claim_conversation(by=acting(responder), conversation=quick.public_id, now=now + timedelta(minutes=3))
        claim_conversation(by=acting(responder), conversation=slow.public_id, now=now + timedelta(minutes=10))
        error = estimate_error(Leg.objects.filter(queue=queue))
        assert (error.n, error.inside, error.longer) == (2, 0.5, 0.5)

    def test_who_goes_back_to_the_line_is_told_anew_and_the_truth_stands_beside_that_too(
        self, conversation_of: Make, queue: Queue, responder: User, colleague: User
    ) -> None:
        now = timezone.now()
        served(conversation_of, responder, count=12, now=now)
        row = conversation_of(Resident(uuid4()), responder, now=now)
        requeue_conversation(by=System("beat"), conversation=row.public_id, exit=LegExit.LOST, front=True, now=now)
        leg = Leg.objects.present_of(row)
        assert (leg.number, leg.estimate_low_seconds, leg.estimate_high_seconds) == (2, *place_of(queue, row))
        row.refresh_from_db()
        events = Event.objects.filter(conversation=row, audience="all").order_by("seq")
        assert [event.seq for event in events] == list(range(1, row.head_all + 1))
        assert [str(event.kind) for event in events][-2:] == [EventKind.REQUEUED, EventKind.ESTIMATED]
        assert events.last().payload["position"] == 1
        claim_conversation(by=acting(colleague), conversation=row.public_id, now=now + timedelta(minutes=1))
        assert estimate_error(Leg.objects.filter(conversation=row, number=2)).n == 1

    def test_without_claims_nothing_is_said(self, conversation_of: Make, queue: Queue, responder: User) -> None:
        row = conversation_of(Resident(uuid4()))
        assert place_of(queue, row) == (None, None)
        assert not Event.objects.filter(kind=EventKind.ESTIMATED).exists()

    def test_a_quiet_hour_is_told_by_the_same_hour_of_the_weeks_before(
        self, conversation_of: Make, queue: Queue, county: County, responder: User
    ) -> None:
        now = timezone.now()
        served(conversation_of, responder, count=8, now=now - timedelta(weeks=1))
        went_off()
        row = conversation_of(Resident(uuid4()), now=now)
        assert place_of(queue, row) == (None, None), "nobody is there"
        Presence.objects.create(county=county, user=responder, kind=PresenceKind.AVAILABLE)
        assert place_of(queue, row) == (180, 180)

    def test_nobody_there_says_nothing(self, conversation_of: Make, queue: Queue, county: County, responder: User) -> None:
        now = timezone.now()
        served(conversation_of, responder, count=12, now=now - timedelta(minutes=20))
        went_off()
        row = conversation_of(Resident(uuid4()), now=now)
        assert place_of(queue, row) == (None, None)
        Presence.objects.create(county=county, user=responder, kind=PresenceKind.AVAILABLE)
        assert place_of(queue, row)[0] is not None

    def test_tests_prove_nothing(self, conversation_of: Make, queue: Queue, responder: User) -> None:
        served(conversation_of, responder, count=12, now=timezone.now())
        Conversation.objects.update(is_test=True)
        assert place_of(queue, conversation_of(Resident(uuid4()))) == (None, None)

    def test_another_queues_claims_say_nothing_here(
        self, conversation_of: Make, queue: Queue, second_queue: Queue, responder: User
    ) -> None:
        now = timezone.now()
        served(conversation_of, responder, count=12, now=now)
        found = outlooks([queue, second_queue], now=now)
        assert len(found[queue.pk].times) == 11
        assert found[second_queue.pk].times == ()

    def test_it_costs_the_same_for_one_queue_and_for_many(
        self,
        conversation_of: Make,
        queue: Queue,
        second_queue: Queue,
        other_queue: Queue,
        responder: User,
        django_assert_max_num_queries: Callable[..., object],
    ) -> None:
        served(conversation_of, responder, count=12, now=timezone.now())
        for queues in ([queue], [queue, second_queue, other_queue]):
            rows = list(Queue.objects.filter(pk__in=[one.pk for one in queues]).for_board())
            with django_assert_max_num_queries(7):  # type: ignore[attr-defined]
                outlooks(rows, now=timezone.now())


@pytest.mark.django_db
class TestWhoIsThere:
    def test_the_only_one_of_the_group(self, queue: Queue, county: County, responder: User) -> None:
        now = timezone.now()
        assert outlooks([queue], now=now)[queue.pk].is_alone

    def test_two_in_the_group_and_one_of_them_here(self, queue: Queue, county: County, responder: User, colleague: User) -> None:
        now = timezone.now()
        before = outlooks([queue], now=now)[queue.pk]
        assert not before.is_alone
        Presence.objects.create(county=county, user=colleague, kind=PresenceKind.AVAILABLE)
        after = outlooks([queue], now=now)[queue.pk]
        assert after.is_alone
        assert after.mark != before.mark
        Presence.objects.create(county=county, user=responder, kind=PresenceKind.AVAILABLE)
        assert not outlooks([queue], now=now)[queue.pk].is_alone

    def test_a_membership_that_has_ended_counts_no_more(self, queue: Queue, responder: User, colleague: User) -> None:
        Membership.objects.filter(user=colleague).update(valid_until=timezone.now() - timedelta(minutes=1))
        assert outlooks([queue], now=timezone.now())[queue.pk].members == 1

    def test_a_long_break_is_told_when_nobody_else_is_there(
        self, queue: Queue, county: County, responder: User, colleague: User
    ) -> None:
        now = timezone.now()
        back = now + timedelta(minutes=30)
        Presence.objects.create(
            county=county, user=responder, kind=PresenceKind.BREAK, starts_at=now, back_at=back, cover=colleague
        )
        assert outlooks([queue], now=now)[queue.pk].pause == Break(back, dict.fromkeys(("fi", "sv", "en"), "Kaisa, asiakasohjaaja"))
        Presence.objects.create(county=county, user=colleague, kind=PresenceKind.AVAILABLE)
        assert outlooks([queue], now=now)[queue.pk].pause is None

    def test_a_short_or_an_ended_break_is_not_told(self, queue: Queue, county: County, responder: User) -> None:
        now = timezone.now()
        row = Presence.objects.create(
            county=county, user=responder, kind=PresenceKind.BREAK, starts_at=now, back_at=now + timedelta(minutes=15)
        )
        assert outlooks([queue], now=now)[queue.pk].pause is None
        row.back_at, row.ends_at, row.ended_by = now + timedelta(minutes=40), now, PresenceEnd.CHANGED
        row.save()
        assert outlooks([queue], now=now)[queue.pk].pause is None


@pytest.mark.django_db
class TestDuplicates:
    def test_a_second_one_beside_an_open_one(
        self, conversation_of: Make, resident: Resident, responder: User, second_service: Service
    ) -> None:
        now = timezone.now()
        first = conversation_of(resident, now=now - timedelta(minutes=30))
        other = conversation_of(Resident(uuid4()), now=now)
        second = Conversation.objects.get(pk=other.pk)
        assert not Conversation.objects.duplicates().exists()
        Conversation.objects.filter(pk=second.pk).update(resident_key=resident.key, service=second_service)
        assert list(Conversation.objects.duplicates()) == [second]
        leave_conversation(by=resident, conversation=first.public_id, now=now - timedelta(minutes=20))
        assert list(Conversation.objects.duplicates()) == [second], "she gave up, and came again"
        Conversation.objects.filter(pk=first.pk).update(left_at=now - timedelta(minutes=61))
        assert not Conversation.objects.duplicates().exists()
