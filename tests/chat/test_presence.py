"""Presence as intervals: what a person sets, what time brings, and what hangs on it: claims, availability, breaks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Actor, Resident, System
from accounts.models import AuditEntry, Grant, User
from chat.availability import availabilities, loads_of
from chat.breaks import Break
from chat.choices import LegExit, PresenceEnd, PresenceKind, State
from chat.desk import desk_marks
from chat.models import Conversation, Event, Leg, Presence
from chat.operations import (
    claim_conversation,
    extend_presence,
    keep_presence,
    leave_conversation,
    post_message,
    record_staff_signs,
    set_presence,
    sign_off,
    start_conversation,
)
from chat.outlook import outlooks
from chat.refusals import Refusal
from chat.shifts import next_midnight
from services.calendars import HELSINKI
from services.models import County, Membership, Queue, ResponderGroup, Schedule, Service, WeeklyInterval
from tests.conftest import acting, make_grant, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Make = Callable[..., Conversation]
SignedIn = Callable[..., Client]
BEAT = System("beat")


def at(minutes: float = 0) -> datetime:
    """A Tuesday at eight in Finland, and so many minutes later."""
    return datetime(2026, 11, 3, 8, 0, tzinfo=HELSINKI) + timedelta(minutes=minutes)


def says(who: User, kind: str, now: datetime, county: County, **fields: object) -> Presence | None:
    return set_presence(by=acting(who), county=county, kind=kind, now=now, **fields)  # type: ignore[arg-type]


def running(person: User) -> Presence | None:
    return Presence.objects.running().filter(user=person).first()


def kinds(person: User) -> list[tuple[str, str]]:
    return list(Presence.objects.filter(user=person).order_by("pk").values_list("kind", "ended_by"))


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(ValidationError) as refused:
        act()
    return str(refused.value.code)


class TestIntervals:
    def test_each_change_ends_one_and_begins_the_next(self, county: County, queue: Queue, responder: User) -> None:
        says(responder, "available", at(), county, limit=2)
        says(responder, "break", at(150), county, back_at=at(165))
        says(responder, "available", at(165), county, limit=2)
        says(responder, "", at(240), county)
        rows = list(Presence.objects.filter(user=responder).order_by("pk"))
        assert [(row.kind, row.limit) for row in rows] == [("available", 2), ("break", 2), ("available", 2)]
        assert all(one.ends_at == other.starts_at for one, other in pairwise(rows))
        assert [row.ended_by for row in rows] == ["changed", "changed", "off"]
        there = [row for row in rows if row.kind == PresenceKind.AVAILABLE]
        assert sum(((row.ends_at or at()) - row.starts_at for row in there), timedelta()) == timedelta(hours=3, minutes=45)

    def test_the_same_again_begins_nothing(self, county: County, queue: Queue, responder: User) -> None:
        says(responder, "available", at(), county)
        says(responder, "available", at(1), county)
        row = running(responder)
        assert row is not None
        assert (row.starts_at, row.seen_at, Presence.objects.count()) == (at(), at(1), 1)

    def test_another_limit_is_another_interval(self, county: County, queue: Queue, responder: User) -> None:
        says(responder, "available", at(), county, limit=3)
        says(responder, "available", at(1), county, limit=1)
        assert kinds(responder) == [("available", "changed"), ("available", "")]

    @pytest.mark.parametrize(
        ("kind", "fields", "code"),
        [
            ("asleep", {}, Refusal.INVALID),
            ("finishing", {}, Refusal.INVALID),
            ("available", {"limit": 0}, Refusal.INVALID),
            ("available", {"limit": 99}, Refusal.INVALID),
            ("break", {"back_at": at(-1)}, Refusal.TIME_MISSING),
            ("break", {"back_at": at(24 * 60)}, Refusal.TIME_MISSING),
            ("break", {"cover": uuid4()}, Refusal.INVALID),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, kind: str, fields: dict[str, object], code: str, county: County, queue: Queue, responder: User
    ) -> None:
        assert code_of(lambda: says(responder, kind, at(), county, **fields)) == code
        assert not Presence.objects.exists()

    def test_a_break_has_an_end_and_a_cover_who_is_somebody_else_of_the_county(
        self, county: County, queue: Queue, responder: User, colleague: User, outsider: User
    ) -> None:
        row = says(responder, "break", at(), county, back_at=at(20), cover=colleague.public_id)
        assert row is not None
        assert (row.back_at, row.cover) == (at(20), colleague)
        for person in (responder, outsider):
            assert code_of(lambda person=person: says(responder, "break", at(1), county, cover=person.public_id)) == "invalid"  # type: ignore[misc]

    @pytest.mark.parametrize("name", ["main_user", "reader", "outsider", "former", "manager"])
    def test_only_who_answers_in_the_county(self, name: str, request: pytest.FixtureRequest, county: County, queue: Queue) -> None:
        with pytest.raises(PermissionDenied):
            says(request.getfixturevalue(name), "available", at(), county)

    def test_never_a_resident(self, county: County, queue: Queue, resident: Resident) -> None:
        with pytest.raises(PermissionDenied):
            set_presence(by=resident, county=county, kind="available", now=at())

    @pytest.mark.parametrize("name", ["colleague", "second_responder", "outsider", "main_user"])
    def test_nobody_sets_another_but_her_supervisor(
        self, name: str, request: pytest.FixtureRequest, county: County, queue: Queue, responder: User, supervisor: User
    ) -> None:
        with pytest.raises(PermissionDenied):
            says(request.getfixturevalue(name), "away", at(), county, person=responder.public_id)
        says(supervisor, "away", at(1), county, person=responder.public_id)
        assert kinds(responder) == [("away", "")]
        entry = AuditEntry.objects.get(object_type="chat.presence")
        assert (entry.object_id, entry.before, entry.after) == (str(responder.public_id), {"kind": ""}, {"kind": "away"})

    def test_a_supervisor_sets_nobody_of_another_service(
        self, county: County, queue: Queue, second_queue: Queue, second_responder: User, supervisor: User
    ) -> None:
        with pytest.raises(PermissionDenied):
            says(supervisor, "away", at(), county, person=second_responder.public_id)

    def test_the_desk_is_read_anew_when_it_changes(self, county: County, queue: Queue, responder: User) -> None:
        marks = {desk_marks([responder.pk])[responder.pk]}
        for n, kind in enumerate(("available", "call", "break", "away", "")):
            says(responder, kind, at(n), county)
            marks.add(desk_marks([responder.pk])[responder.pk])
        assert len(marks) == 5


class TestGoingOff:
    def test_with_conversations_she_is_asked_and_nothing_is_cut(
        self, conversation_of: Make, county: County, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        assert code_of(lambda: says(responder, "", at(1), county)) == Refusal.STILL_TALKING
        after = says(responder, "", at(2), county, keep=True)
        assert after is not None
        assert after.kind == PresenceKind.FINISHING
        row.refresh_from_db()
        assert (row.state, row.responder) == (State.ACTIVE, responder)
        keep_presence(by=BEAT, now=at(3))
        assert running(responder) is not None
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Vielä tämä", now=at(3))
        leave_conversation(by=resident, conversation=row.public_id, now=at(3.5))
        keep_presence(by=BEAT, now=at(4))
        assert running(responder) is None
        assert kinds(responder) == [("available", "changed"), ("finishing", "off")]

    def test_signing_out_is_going_off(
        self, conversation_of: Make, county: County, resident: Resident, responder: User, colleague: User
    ) -> None:
        says(colleague, "available", at(), county)
        conversation_of(resident, responder, now=at())
        assert sign_off(by=BEAT, people=[responder.pk, colleague.pk], now=at(1)) == 2
        assert kinds(colleague) == [("available", "off")]
        assert kinds(responder) == [("available", "off"), ("finishing", "")]
        with pytest.raises(PermissionDenied):
            sign_off(by=acting(colleague), people=[responder.pk], now=at(1))


class TestClaims:
    def test_taking_one_when_off_makes_her_available(
        self, conversation_of: Make, county: County, resident: Resident, responder: User
    ) -> None:
        conversation_of(resident, responder, now=at())
        assert [(row.kind, row.starts_at) for row in Presence.objects.filter(user=responder)] == [("available", at())]

    @pytest.mark.parametrize("kind", ["call", "break", "away"])
    def test_none_while_she_has_stepped_aside(
        self, kind: str, conversation_of: Make, county: County, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, now=at())
        says(responder, kind, at(), county)
        take = lambda: claim_conversation(by=acting(responder), conversation=row.public_id, now=at(1))  # noqa: E731
        assert code_of(take) == Refusal.NOT_AVAILABLE
        assert Presence.objects.count() == 1
        says(responder, "available", at(1), county)
        assert take().responder == responder

    def test_none_while_she_finishes(self, conversation_of: Make, county: County, responder: User) -> None:
        conversation_of(Resident(uuid4()), responder, now=at())
        says(responder, "", at(1), county, keep=True)
        other = conversation_of(Resident(uuid4()), now=at())
        assert (
            code_of(lambda: claim_conversation(by=acting(responder), conversation=other.public_id, now=at(2)))
            == Refusal.NOT_AVAILABLE
        )

    @pytest.mark.parametrize(("own", "of_queue", "most"), [(1, 3, 1), (3, 2, 2), (None, 2, 2)])
    def test_as_many_as_both_limits_allow(
        self, own: int | None, of_queue: int, most: int, conversation_of: Make, county: County, queue: Queue, responder: User
    ) -> None:
        Queue.objects.filter(pk=queue.pk).update(max_parallel=of_queue)
        says(responder, "available", at(), county, limit=own)
        for _ in range(most):
            conversation_of(Resident(uuid4()), responder, now=at())
        with pytest.raises(ValidationError) as refused:
            conversation_of(Resident(uuid4()), responder, now=at(1))
        assert refused.value.code == Refusal.AT_LIMIT
        assert str(most) in refused.value.messages[0]

    @pytest.mark.django_db(transaction=True)
    def test_a_claim_and_a_break_at_the_same_moment(self, conversation_of: Make, county: County, responder: User) -> None:
        now = timezone.now()
        says(responder, "available", now, county)
        row = conversation_of(Resident(uuid4()))
        results: dict[str, object] = {}
        start = threading.Barrier(2, timeout=60)

        def run(name: str, act: Callable[[], object]) -> None:
            start.wait()
            try:
                results[name] = act()
            except ValidationError as error:
                results[name] = error.code
            finally:
                connections.close_all()

        later = now + timedelta(seconds=1)
        acts = {
            "claim": lambda: claim_conversation(by=acting(responder), conversation=row.public_id, now=later),
            "break": lambda: says(responder, "break", later, county, back_at=later + timedelta(minutes=10)),
        }
        threads = [threading.Thread(target=run, args=each) for each in acts.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        row.refresh_from_db()
        present = running(responder)
        assert present is not None
        assert present.kind == PresenceKind.BREAK
        assert Presence.objects.filter(user=responder).count() == 2
        assert (row.state == State.ACTIVE) == (results["claim"] != Refusal.NOT_AVAILABLE)


class TestSigns:
    def test_at_most_every_fifteen_seconds_in_one_statement(self, county: County, queue: Queue, responder: User) -> None:
        says(responder, "available", at(), county)
        assert record_staff_signs(by=BEAT, people=[responder.pk], now=at(0.1)) == 1
        assert record_staff_signs(by=BEAT, people=[responder.pk], now=at(0.2)) == 0
        with CaptureQueriesContext(connection) as captured:
            assert record_staff_signs(by=BEAT, people=[responder.pk], now=at(1)) == 1
        assert len(captured) == 1

    def test_nobody_gives_a_sign_for_another(self, county: County, queue: Queue, responder: User, colleague: User) -> None:
        says(responder, "available", at(), county)
        assert record_staff_signs(by=acting(colleague), people=[responder.pk], now=at(5)) == 0
        with pytest.raises(PermissionDenied):
            record_staff_signs(by=Resident(uuid4()), people=[responder.pk], now=at(5))

    def test_each_page_and_door_of_the_console_is_one(
        self, county: County, queue: Queue, responder: User, signed_in: SignedIn
    ) -> None:
        client = signed_in(responder)
        long_ago = timezone.now() - timedelta(minutes=1)
        says(responder, "available", long_ago, county)
        for path in ("/fi/vastaaja/", "/fi/vastaaja/osa/presence/"):
            Presence.objects.update(seen_at=long_ago)
            assert client.get(path).status_code == 200
            assert Presence.objects.get().seen_at > long_ago
        Presence.objects.update(seen_at=long_ago)
        client.post("/fi/vastaaja/seuraava/")
        assert Presence.objects.get().seen_at > long_ago


class TestLost:
    def test_her_conversations_go_to_the_front_oldest_first(
        self, conversation_of: Make, county: County, service: Service, responder: User
    ) -> None:
        mine = [conversation_of(Resident(uuid4()), responder, now=at(n)) for n in range(2)]
        waiting = start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=at(-9))
        record_staff_signs(by=BEAT, people=[responder.pk], now=at(2))
        assert keep_presence(by=BEAT, now=at(3.9)) == 0
        assert keep_presence(by=BEAT, now=at(4.1)) == 1
        assert list(Conversation.objects.waiting()) == [*mine, waiting]
        row = Presence.objects.get(user=responder)
        assert (row.ended_by, row.ends_at) == (PresenceEnd.LOST, at(2))
        assert set(Leg.objects.filter(conversation__in=mine, number=1).values_list("exit", flat=True)) == {LegExit.LOST}
        assert Event.objects.filter(kind="requeued", audience="all").count() == 2
        assert keep_presence(by=BEAT, now=at(5)) == 0

    def test_she_who_is_there_by_plain_pages_has_five_minutes_to_write(
        self, conversation_of: Make, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        for minute in (4.5, 9, 13.5):
            assert keep_presence(by=BEAT, now=at(minute)) == 0
            record_staff_signs(by=acting(responder), people=[responder.pk], now=at(minute))
        row.refresh_from_db()
        assert row.state == State.ACTIVE
        assert keep_presence(by=BEAT, now=at(18.6)) == 1
        row.refresh_from_db()
        assert row.state == State.WAITING

    def test_what_she_does_over_an_open_line_leaves_the_two_minutes(
        self, conversation_of: Make, county: County, resident: Resident, responder: User
    ) -> None:
        conversation_of(resident, responder, now=at())
        record_staff_signs(by=BEAT, people=[responder.pk], now=at(0.1))
        record_staff_signs(by=acting(responder), people=[responder.pk], now=at(1))  # a part of the page was read
        says(responder, "available", at(1), county, limit=2)
        assert keep_presence(by=BEAT, now=at(2.9)) == 0
        assert keep_presence(by=BEAT, now=at(3.1)) == 1

    def test_a_line_that_has_been_cut_leaves_who_goes_on_by_plain_pages_five_minutes(
        self, conversation_of: Make, resident: Resident, responder: User
    ) -> None:
        conversation_of(resident, responder, now=at())
        record_staff_signs(by=BEAT, people=[responder.pk], now=at(0.1))
        for minute in (1.5, 3):
            record_staff_signs(by=acting(responder), people=[responder.pk], now=at(minute))
        assert keep_presence(by=BEAT, now=at(7)) == 0
        assert keep_presence(by=BEAT, now=at(8.1)) == 1

    def test_one_who_holds_a_conversation_without_presence_can_be_lost_too(
        self, conversation_of: Make, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        Presence.objects.all().delete()
        keep_presence(by=BEAT, now=at(1))
        assert kinds(responder) == [("finishing", "")]
        keep_presence(by=BEAT, now=at(6.5))
        row.refresh_from_db()
        assert (row.state, running(responder)) == (State.WAITING, None)

    def test_the_break_of_who_has_gone_ends_too(self, county: County, queue: Queue, responder: User) -> None:
        says(responder, "break", at(), county)
        record_staff_signs(by=BEAT, people=[responder.pk], now=at(0.1))
        keep_presence(by=BEAT, now=at(3))
        assert kinds(responder) == [("break", "lost")]

    @pytest.mark.parametrize("by", [None, "responder"])
    def test_only_the_portal_keeps_presence(self, by: str | None, responder: User, resident: Resident) -> None:
        actor: Actor = acting(responder) if by else resident
        with pytest.raises(PermissionDenied):
            keep_presence(by=actor, now=at())


@pytest.fixture
def office_hours(county: County, queue: Queue) -> Queue:
    """The queue is open from eight to four on Tuesdays, without a drain."""
    schedule = Schedule.objects.create(county=county, key="virka", name="Virka", closed_on_holidays=False)
    for day in range(7):
        WeeklyInterval.objects.create(schedule=schedule, weekday=day, opens=time(8), closes=time(16))
    Queue.objects.filter(pk=queue.pk).update(schedule=schedule, drain_minutes=30)
    queue.refresh_from_db()
    return queue


CLOSES = 8 * 60


class TestClosing:
    def stays(self, minute: float, *people: User) -> int:
        record_staff_signs(by=BEAT, people=[person.pk for person in people], now=at(minute))
        return keep_presence(by=BEAT, now=at(minute))

    def test_warned_five_minutes_before_and_off_at_closing(self, county: County, office_hours: Queue, responder: User) -> None:
        says(responder, "available", at(400), county)
        assert self.stays(CLOSES - 6, responder) == 0
        assert self.stays(CLOSES - 5, responder) == 1
        row = running(responder)
        assert row is not None
        assert row.warned_at == at(CLOSES - 5)
        assert self.stays(CLOSES - 1, responder) == 0
        assert self.stays(CLOSES, responder) == 1
        assert kinds(responder) == [("available", "closing")]
        assert Presence.objects.get().ends_at == at(CLOSES)

    def test_the_practice_queue_that_is_always_open_keeps_nobody_at_work(
        self, county: County, office_hours: Queue, second_queue: Queue, responder: User
    ) -> None:
        Service.objects.filter(pk=second_queue.service_id).update(is_test=True)
        second_queue.groups.set(office_hours.groups.all())
        says(responder, "available", at(400), county)
        assert self.stays(CLOSES - 5, responder) == 1
        assert self.stays(CLOSES, responder) == 1
        assert kinds(responder) == [("available", "closing")]

    def test_conversations_go_on(
        self, county: County, conversation_of: Make, office_hours: Queue, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder, now=at(CLOSES - 30))
        self.stays(CLOSES - 5, responder)
        self.stays(CLOSES, responder)
        row.refresh_from_db()
        assert (row.state, row.responder) == (State.ACTIVE, responder)
        assert kinds(responder) == [("available", "closing"), ("finishing", "")]

    @pytest.mark.parametrize("kind", ["call", "break", "away"])
    def test_whatever_she_does(self, kind: str, county: County, office_hours: Queue, responder: User) -> None:
        says(responder, kind, at(CLOSES - 30), county)
        self.stays(CLOSES - 5, responder)
        self.stays(CLOSES, responder)
        assert kinds(responder) == [(kind, "closing")]

    def test_fifteen_minutes_more_and_warned_again(self, county: County, office_hours: Queue, responder: User) -> None:
        says(responder, "available", at(400), county)
        self.stays(CLOSES - 5, responder)
        extend_presence(by=acting(responder), county=county, now=at(CLOSES - 4))
        row = running(responder)
        assert row is not None
        assert (row.stays_until, row.warned_at) == (at(CLOSES + 15), None)
        assert self.stays(CLOSES + 9, responder) == 0
        assert self.stays(CLOSES + 10, responder) == 1
        assert self.stays(CLOSES + 15, responder) == 1
        assert running(responder) is None

    def test_until_midnight(self, county: County, office_hours: Queue, responder: User) -> None:
        says(responder, "available", at(400), county)
        row = extend_presence(by=acting(responder), county=county, to_midnight=True, now=at(CLOSES - 4))
        assert row.stays_until == datetime(2026, 11, 4, tzinfo=HELSINKI)

    def test_the_extension_outlasts_a_break(self, county: County, office_hours: Queue, responder: User) -> None:
        says(responder, "available", at(400), county)
        extend_presence(by=acting(responder), county=county, to_midnight=True, now=at(CLOSES - 4))
        says(responder, "break", at(CLOSES - 3), county)
        assert self.stays(CLOSES + 1, responder) == 0

    def test_off_there_is_nothing_to_extend(self, county: County, office_hours: Queue, responder: User) -> None:
        assert code_of(lambda: extend_presence(by=acting(responder), county=county, now=at())) == Refusal.INVALID

    def test_while_somebody_waits_who_is_still_served_she_stays(
        self, county: County, service: Service, office_hours: Queue, resident: Resident, responder: User
    ) -> None:
        says(responder, "available", at(400), county)
        row = start_conversation(by=resident, service=service, token=uuid4(), now=at(CLOSES - 10))
        self.stays(CLOSES - 5, responder)
        self.stays(CLOSES + 1, responder)
        assert running(responder) is not None
        leave_conversation(by=resident, conversation=row.public_id, now=at(CLOSES + 2))
        for minute in (3, 8.1, 9, 14):
            self.stays(CLOSES + minute, responder)
        assert running(responder) is None

    def test_who_comes_early_is_not_sent_home(self, county: County, office_hours: Queue, responder: User) -> None:
        says(responder, "available", at(-30), county)
        for minute in (-29, -20, -10, 1):
            assert self.stays(minute, responder) == 0
        assert kinds(responder) == [("available", "")]

    def test_the_last_of_her_queues_counts(
        self, county: County, office_hours: Queue, second_queue: Queue, second_service: Service, second_group: ResponderGroup
    ) -> None:
        person = make_person("both")
        make_grant(person, "responder", county=county, valid_from=at(-10000))
        for group in (office_hours.groups.get(), second_group):
            Membership.objects.create(group=group, user=person)
        says(person, "available", at(400), county)
        assert self.stays(CLOSES, person) == 0
        assert running(person) is not None

    @pytest.mark.parametrize(("day", "midnight"), [((2026, 3, 29, 1), (2026, 3, 30)), ((2026, 10, 25, 1), (2026, 10, 26))])
    def test_midnight_on_the_days_when_clocks_change(self, day: tuple[int, ...], midnight: tuple[int, ...]) -> None:
        assert next_midnight(datetime(*day, tzinfo=HELSINKI)) == datetime(*midnight, tzinfo=HELSINKI)  # type: ignore[arg-type,misc]

    def test_many_cost_as_few_questions_as_one(
        self, county: County, office_hours: Queue, group: ResponderGroup, responder: User
    ) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as captured:
                keep_presence(by=BEAT, now=at(1))
            return len(captured)

        says(responder, "available", at(), county)
        one = cost()
        for n in range(5):
            person = make_person(f"more{n}")
            make_grant(person, "responder", county=county)
            Membership.objects.create(group=group, user=person)
            says(person, "available", at(), county)
        assert cost() == one


class TestAvailability:
    @pytest.mark.parametrize(
        ("kind", "is_open"), [("available", True), ("call", False), ("break", False), ("away", False), ("", False)]
    )
    def test_a_queue_that_needs_presence(
        self, kind: str, is_open: bool, county: County, queue: Queue, responder: User, colleague: User
    ) -> None:
        Queue.objects.filter(pk=queue.pk).update(needs_presence=True)
        queue.refresh_from_db()
        if kind:
            says(responder, kind, at(), county)
        assert availabilities([queue], now=at(1))[queue.pk].is_open is is_open

    def test_a_queue_is_its_groups_and_stays_open_when_one_of_them_is_away(
        self, county: County, queue: Queue, responder: User, colleague: User
    ) -> None:
        Queue.objects.filter(pk=queue.pk).update(needs_presence=True)
        queue.refresh_from_db()
        says(colleague, "available", at(), county)
        says(responder, "away", at(), county)
        assert availabilities([queue], now=at(1))[queue.pk].is_open

    def test_at_her_limit_it_is_staffed(self, conversation_of: Make, county: County, queue: Queue, responder: User) -> None:
        says(responder, "available", at(), county, limit=1)
        conversation_of(Resident(uuid4()), responder, now=at())
        Queue.objects.filter(pk=queue.pk).update(needs_presence=True)
        queue.refresh_from_db()
        assert loads_of([queue], now=at(1))[queue.pk].staffed

    def test_on_a_break_only_while_a_conversation_of_the_queue_goes_on(
        self, conversation_of: Make, county: County, queue: Queue, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        Queue.objects.filter(pk=queue.pk).update(needs_presence=True)
        queue.refresh_from_db()
        says(responder, "break", at(1), county)
        assert loads_of([queue], now=at(2))[queue.pk].staffed
        leave_conversation(by=resident, conversation=row.public_id, now=at(2))
        assert not loads_of([queue], now=at(3))[queue.pk].staffed

    def test_who_only_finishes_does_not_count(self, conversation_of: Make, county: County, queue: Queue, responder: User) -> None:
        conversation_of(Resident(uuid4()), responder, now=at())
        Queue.objects.filter(pk=queue.pk).update(needs_presence=True)
        queue.refresh_from_db()
        says(responder, "", at(1), county, keep=True)
        assert not loads_of([queue], now=at(2))[queue.pk].staffed

    def test_another_countys_presence_does_not_count(
        self, county: County, other_county: County, queue: Queue, responder: User
    ) -> None:
        Queue.objects.filter(pk=queue.pk).update(needs_presence=True)
        queue.refresh_from_db()
        make_grant(responder, "responder", county=other_county)
        says(responder, "available", at(), other_county)
        assert not loads_of([queue], now=at(1))[queue.pk].staffed

    def test_other_queues_are_open_as_ever(self, queue: Queue, responder: User) -> None:
        assert availabilities([queue], now=at())[queue.pk].is_open

    def test_the_cost_does_not_grow(self, queue: Queue, second_queue: Queue, responder: User, second_responder: User) -> None:
        for needs, most in ((False, 4), (True, 6)):
            Queue.objects.update(needs_presence=needs)
            with CaptureQueriesContext(connection) as captured:
                queues = list(Queue.objects.all().for_board())
                loads_of(queues, now=at())
            assert len(captured) == most + 1


class TestBreaks:
    """What a queue's line is told of a break; the rule itself is `chat.breaks.break_of`."""

    def told(self, queue: Queue, now: datetime) -> Break | None:
        return outlooks([queue], now=now)[queue.pk].pause

    def test_a_long_break_of_the_only_one_is_told_with_the_shown_name_of_who_covers(
        self, county: County, queue: Queue, responder: User, colleague: User
    ) -> None:
        User.objects.filter(pk=colleague.pk).update(display_name="", first_name="Kaisa")
        says(responder, "break", at(), county, back_at=at(20), cover=colleague.public_id)
        assert self.told(queue, at(1)) == Break(at(20), dict.fromkeys(("fi", "sv", "en"), "Kaisa"))

    def test_fifteen_minutes_are_not_told(self, county: County, queue: Queue, responder: User) -> None:
        says(responder, "break", at(), county, back_at=at(15))
        assert self.told(queue, at(1)) is None

    def test_nor_when_somebody_else_is_available(self, county: County, queue: Queue, responder: User, colleague: User) -> None:
        says(responder, "break", at(), county, back_at=at(30))
        says(colleague, "call", at(), county)
        assert self.told(queue, at(1)) == Break(at(30))
        says(colleague, "available", at(2), county)
        assert self.told(queue, at(3)) is None

    def test_a_break_that_lasts_longer_than_was_told_names_no_time(
        self, county: County, queue: Queue, responder: User, colleague: User
    ) -> None:
        says(responder, "break", at(), county, back_at=at(30))
        says(colleague, "break", at(10), county)
        assert self.told(queue, at(29)) == Break(at(30))
        assert self.told(queue, at(30)) == Break(None)

    def test_a_break_without_an_end_is_told_once_it_is_long(self, county: County, queue: Queue, responder: User) -> None:
        says(responder, "break", at(), county)
        assert self.told(queue, at(15)) is None
        assert self.told(queue, at(16)) == Break(None)

    def test_the_one_who_is_back_first(self, county: County, queue: Queue, responder: User, colleague: User) -> None:
        says(responder, "break", at(), county, back_at=at(40))
        says(colleague, "break", at(), county, back_at=at(20))
        assert self.told(queue, at(1)) == Break(at(20))

    def test_each_queue_its_own(
        self, county: County, queue: Queue, second_queue: Queue, responder: User, second_responder: User
    ) -> None:
        says(responder, "break", at(), county, back_at=at(40))
        found = outlooks([queue, second_queue], now=at(1))
        assert [found[each.pk].pause for each in (queue, second_queue)] == [Break(at(40)), None]

    def test_a_break_of_one_who_may_no_longer_answer_is_not_told(self, county: County, queue: Queue, responder: User) -> None:
        says(responder, "break", at(), county, back_at=at(40))
        Grant.objects.filter(user=responder).update(valid_until=at(1))
        assert self.told(queue, at(2)) is None


class TestDoors:
    URL = "/fi/vastaaja/lasnaolo/"

    def test_a_plain_form_and_a_script(self, county: County, queue: Queue, responder: User, signed_in: SignedIn) -> None:
        client = signed_in(responder)
        assert client.post(self.URL, {"kind": "available", "limit": "2"})["Location"] == "/fi/vastaaja/"
        row = running(responder)
        assert row is not None
        assert (row.kind, row.limit) == ("available", 2)
        told = client.post(self.URL, {"kind": "break", "back": "20"}, headers={"accept": "application/json"})
        assert told.json() == {"kind": "break"}
        row = running(responder)
        assert row is not None
        assert row.back_at is not None
        assert timedelta(minutes=19) < row.back_at - timezone.now() < timedelta(minutes=20)
        client.post(self.URL, {"kind": "off"})
        assert running(responder) is None

    def test_only_who_is_on_duty_may_be_chosen_to_cover(
        self, county: County, queue: Queue, responder: User, colleague: User, signed_in: SignedIn
    ) -> None:
        def choices() -> str:
            return signed_in(responder).get("/fi/vastaaja/osa/presence/").content.decode()

        assert str(colleague.public_id) not in choices()
        says(colleague, "call", timezone.now(), county)
        assert f'<option value="{colleague.public_id}">{colleague.shown_name}</option>' in choices()
        assert str(responder.public_id) not in choices()
        says(colleague, "", timezone.now(), county)
        assert str(colleague.public_id) not in choices()

    @pytest.mark.parametrize("fields", [{"kind": "?"}, {"kind": "available", "limit": "x"}, {"kind": "break", "cover": "x"}])
    def test_nonsense_is_refused_in_words(
        self, fields: dict[str, str], county: County, queue: Queue, responder: User, signed_in: SignedIn
    ) -> None:
        answer = signed_in(responder).post(self.URL, fields, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")

    def test_off_with_conversations_is_asked(
        self, conversation_of: Make, county: County, resident: Resident, responder: User, signed_in: SignedIn
    ) -> None:
        conversation_of(resident, responder)
        client = signed_in(responder)
        page = client.get("/fi/vastaaja/osa/presence/").content.decode()
        assert "Hoidan nämä, en ota uusia" in page
        answer = client.post(self.URL, {"kind": "off"}, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (409, "still_talking")
        assert client.post(self.URL, {"kind": "finish"}).status_code == 302
        row = running(responder)
        assert row is not None
        assert row.kind == PresenceKind.FINISHING

    def test_the_warning_offers_more_time(self, county: County, office_hours: Queue, responder: User, signed_in: SignedIn) -> None:
        client = signed_in(responder)
        says(responder, "available", timezone.now(), county)
        assert "nlp-closing" not in client.get("/fi/vastaaja/osa/closing/").content.decode()
        Presence.objects.update(warned_at=timezone.now())
        page = client.get("/fi/vastaaja/").content.decode()
        assert 'role="alert"' in page
        assert "Jatka puoleenyöhön" in page
        client.post("/fi/vastaaja/lasnaolo/jatka/", {"until": "midnight"})
        row = running(responder)
        assert row is not None
        assert (row.warned_at, row.stays_until) == (None, next_midnight(timezone.now()))

    @pytest.mark.parametrize("path", ["", "jatka/"])
    @pytest.mark.parametrize("name", ["outsider", "reader", "main_user", "former"])
    def test_others_are_refused(
        self, name: str, path: str, request: pytest.FixtureRequest, county: County, queue: Queue, signed_in: SignedIn
    ) -> None:
        answer = signed_in(request.getfixturevalue(name)).post(self.URL + path, {"kind": "available"})
        assert answer.status_code == 403
        assert not Presence.objects.exists()
