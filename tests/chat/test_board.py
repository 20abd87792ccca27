"""The supervisor's board: what it shows and to whom, what she does from it, and the hours of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Resident
from accounts.choices import AuditAction
from accounts.models import AuditEntry, User
from chat.board import board_of, overloaded
from chat.choices import LegExit, PresenceEnd, PresenceKind, State
from chat.models import Conversation, Event, Leg, Presence
from chat.operations import (
    claim_conversation,
    leave_conversation,
    post_message,
    requeue_conversation,
    set_presence,
    start_conversation,
    take_over_conversation,
)
from chat.refusals import Refusal
from chat.staffing import hours_of_day
from services.calendars import HELSINKI
from services.models import County, Membership, Queue, ResponderGroup, Service
from services.operations import join_queue, leave_queue
from tests.conftest import acting, make_grant, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Make = Callable[..., Conversation]
SignedIn = Callable[..., Client]
BOARD = "/fi/vastaaja/tilanne/"


def at(minutes: float = 0) -> datetime:
    return datetime(2026, 11, 3, 8, 0, tzinfo=HELSINKI) + timedelta(minutes=minutes)


def there(who: User, county: County, kind: str = "available", now: datetime | None = None, limit: int | None = None) -> None:
    set_presence(by=acting(who), county=county, kind=kind, limit=limit, now=now or at())


@pytest.mark.parametrize(
    ("longest", "waiting", "free", "is_too_much"),
    [(0, 0, 0, False), (999, 0, 0, False), (300, 2, 2, False), (301, 1, 5, True), (10, 3, 2, True), (10, 1, 0, True)],
)
def test_overload(longest: float, waiting: int, free: int, is_too_much: bool) -> None:
    assert overloaded(longest=longest, target=300, waiting=waiting, free=free) is is_too_much


class TestRows:
    def test_what_a_queue_shows(
        self, conversation_of: Make, county: County, queue: Queue, responder: User, colleague: User
    ) -> None:
        there(responder, county, limit=2)
        there(colleague, county, "call")
        conversation_of(Resident(uuid4()), responder, now=at(1))
        first, second = (conversation_of(Resident(uuid4()), now=at(minute)) for minute in (2, 3))
        (row,) = board_of([queue], now=at(4))
        assert [one.conversation for one in row.first] == [first.public_id, second.public_id]
        assert (row.waiting, row.longest, row.target, row.active, row.free) == (2, 120, 300, 1, 1)
        assert [(person.user, person.kind, person.has, person.limit) for person in row.present] == [
            (colleague, "call", 0, 3),
            (responder, "available", 1, 2),
        ]
        assert (row.is_late, row.is_overloaded, row.is_deserted) == (False, True, False)

    def test_late_and_deserted(self, conversation_of: Make, queue: Queue, responder: User) -> None:
        conversation_of(Resident(uuid4()), now=at())
        (row,) = board_of([queue], now=at(6))
        assert (row.is_late, row.is_overloaded, row.is_deserted, list(row.present)) == (True, True, True, [])
        assert [person.user for person in row.absent] == [responder]

    def test_who_came_back_waits_since_then(self, conversation_of: Make, queue: Queue, responder: User) -> None:
        row = conversation_of(Resident(uuid4()), responder, now=at())
        requeue_conversation(by=acting(responder), conversation=row.public_id, exit=LegExit.LOST, front=True, now=at(20))
        assert board_of([queue], now=at(21))[0].longest == 60

    def test_a_quiet_connection_shows(self, county: County, queue: Queue, responder: User) -> None:
        there(responder, county)
        assert [board_of([queue], now=at(minute))[0].present[0].quiet for minute in (0.5, 1.5)] == [False, True]

    def test_a_supervisors_own_conversation_is_counted(
        self, conversation_of: Make, queue: Queue, responder: User, supervisor: User
    ) -> None:
        row = conversation_of(Resident(uuid4()), responder, now=at())
        take_over_conversation(by=acting(supervisor), conversation=row.public_id, now=at(1))
        (shown,) = board_of([queue], now=at(2))
        assert (shown.active, [talk.responder for talk in shown.others]) == (1, [supervisor.pk])

    def test_the_cost_does_not_grow(self, conversation_of: Make, county: County, queue: Queue, group: ResponderGroup) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as captured:
                board_of(Queue.objects.all().for_board(), now=at(5))
            return len(captured)

        def more(n: int) -> None:
            person = make_person(f"more{n}")
            make_grant(person, "responder", county=county)
            Membership.objects.create(group=group, user=person)
            conversation_of(Resident(uuid4()), person, now=at())
            conversation_of(Resident(uuid4()), now=at())

        more(0)
        few = cost()
        for n in range(1, 5):
            more(n)
        assert cost() == few


class TestPage:
    @pytest.mark.parametrize("how", ["here", "off", "outside"])
    def test_each_conversation_that_goes_on_is_listed_with_who_answers_and_the_way_to_read_along(
        self, how: str, conversation_of: Make, queue: Queue, responder: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        row = conversation_of(Resident(uuid4()), responder, body="Salaista")
        if how == "off":
            Presence.objects.running().update(ends_at=timezone.now(), ended_by=PresenceEnd.OFF)
        if how == "outside":
            Membership.objects.filter(user=responder).delete()
        page = signed_in(supervisor).get(BOARD).content.decode()
        (item,) = [part for part in page.split('<li class="nlb-talk">')[1:] if str(row.public_id) in part]
        assert f'href="/fi/vastaaja/{row.public_id}/"' in item
        assert f", {responder.shown_name}" in item
        before = page[: page.index(item)]
        assert how == "here" or "<details" not in before[before.rindex("nlb-sub") :], "in the open, not behind a fold"
        assert "Salaista" not in page
        assert not AuditEntry.objects.filter(object_id=str(row.public_id)).exists()
        assert signed_in(supervisor).get(f"/fi/vastaaja/{row.public_id}/").status_code == 200
        assert AuditEntry.objects.filter(object_id=str(row.public_id), action=AuditAction.READ).count() == 1

    def test_who_waits_longest_is_listed_with_the_way_to_move_them(
        self, conversation_of: Make, queue: Queue, responder: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        rows = [conversation_of(Resident(uuid4()), body="Salaista") for _ in range(6)]
        page = signed_in(supervisor).get(f"{BOARD}osa/").content.decode()
        listed = [f'href="/fi/vastaaja/{row.public_id}/"' in page for row in rows]
        assert (listed, "Salaista" in page) == ([True] * 5 + [False], False)
        assert "nlc-transfer-form" in signed_in(supervisor).get(f"/fi/vastaaja/{rows[0].public_id}/osa/transfer/").content.decode()

    @pytest.mark.parametrize("path", ["", "osa/"])
    @pytest.mark.parametrize("name", ["responder", "colleague", "second_responder", "main_user", "manager", "outsider", "former"])
    def test_only_supervisors_get_in(
        self, name: str, path: str, request: pytest.FixtureRequest, queue: Queue, signed_in: SignedIn
    ) -> None:
        assert signed_in(request.getfixturevalue(name)).get(BOARD + path).status_code == 403

    def test_a_stranger_signs_in_first(self, county: County, client: Client) -> None:
        assert client.get(BOARD).status_code == 302

    def test_her_own_services_only(
        self, queue: Queue, second_queue: Queue, responder: User, second_responder: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        page = signed_in(supervisor).get(BOARD).content.decode()
        assert "Ikääntyneiden palvelujen chat" in page
        assert "Neuvolan chat" not in page
        assert second_responder.shown_name not in page

    def test_in_words_what_is_wrong(
        self, conversation_of: Make, queue: Queue, responder: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        conversation_of(Resident(uuid4()), now=timezone.now() - timedelta(minutes=9), body="Salainen asia")
        page = signed_in(supervisor).get(BOARD).content.decode()
        for words in ("Ruuhkautunut", "yli tavoitteen 5:00", "Kukaan ei ole vapaana odottaville", "Ruuhkautuneita jonoja: 1"):
            assert words in page
        assert "Salainen" not in page

    def test_the_header_leads_there(self, queue: Queue, responder: User, supervisor: User, signed_in: SignedIn) -> None:
        assert BOARD in signed_in(supervisor).get("/fi/vastaaja/").content.decode()
        assert BOARD not in signed_in(responder).get("/fi/vastaaja/").content.decode()

    @pytest.mark.parametrize("asked", ["", "2020-01-01", "3000-01-01", "eilen"])
    def test_a_day_that_can_not_be_shown_is_today(self, asked: str, queue: Queue, supervisor: User, signed_in: SignedIn) -> None:
        page = signed_in(supervisor).get(BOARD, {"paiva": asked}).content.decode()
        assert f'value="{timezone.localdate().isoformat()}"' in page

    def test_reading_along_leaves_a_row_in_the_audit(
        self, conversation_of: Make, resident: Resident, responder: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        row = conversation_of(resident, responder)
        client = signed_in(supervisor)
        assert f"/fi/vastaaja/{row.public_id}/" in client.get(BOARD).content.decode()
        client.get(f"/fi/vastaaja/{row.public_id}/")
        entry = AuditEntry.objects.get(object_id=str(row.public_id), action=AuditAction.READ)
        assert (entry.actor_id, entry.purpose) == (str(supervisor.public_id), "service")


class TestTakingOver:
    def test_the_resident_is_told_and_the_legs_are_kept(
        self, conversation_of: Make, resident: Resident, responder: User, supervisor: User
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(1))
        row = take_over_conversation(by=acting(supervisor), conversation=row.public_id, now=at(5))
        first, second = Leg.objects.filter(conversation=row)
        assert (first.exit, first.left_at, first.first_reply_at, first.responder) == ("taken_over", at(5), at(1), responder)
        assert (second.responder, second.queued_at, second.accepted_at, second.wait_seconds) == (supervisor, at(5), at(5), 0)
        event = Event.objects.filter(conversation=row, audience="all").last()
        assert event is not None
        assert (event.kind, event.payload["name"]) == ("claimed", supervisor.shown_name)
        entry = AuditEntry.objects.get(purpose="take_over")
        assert (entry.before, entry.after) == ({"responder": str(responder.public_id)}, {"responder": str(supervisor.public_id)})
        post_message(by=acting(supervisor), conversation=row.public_id, client_id=uuid4(), body="Jatkan tästä", now=at(6))
        with pytest.raises(ValidationError) as refused:
            post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Minäkin", now=at(6))
        assert refused.value.code == Refusal.NOT_YOURS
        row.refresh_from_db()
        assert (row.first_reply_at, row.wait_seconds, row.head_all) == (at(1), 0, 5)

    def test_one_who_is_off_is_there_for_it_from_that_instant(
        self, conversation_of: Make, resident: Resident, responder: User, supervisor: User
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        take_over_conversation(by=acting(supervisor), conversation=row.public_id, now=at(5))
        there = Presence.objects.running().get(user=supervisor)
        assert (there.kind, there.seen_at) == (PresenceKind.FINISHING, at(5))

    def test_one_who_has_been_silent_is_not_lost_by_it(
        self, conversation_of: Make, resident: Resident, responder: User, supervisor: User, county: County
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        Presence.objects.create(county=county, user=supervisor, kind=PresenceKind.CALL, starts_at=at(), seen_at=at(3.1))
        take_over_conversation(by=acting(supervisor), conversation=row.public_id, now=at(5))
        there = Presence.objects.running().get(user=supervisor)
        assert (there.kind, there.seen_at) == (PresenceKind.CALL, at(5))

    def test_twice_is_once(self, conversation_of: Make, resident: Resident, responder: User, supervisor: User) -> None:
        row = conversation_of(resident, responder, now=at())
        for _ in range(2):
            take_over_conversation(by=acting(supervisor), conversation=row.public_id, now=at(5))
        assert Leg.objects.filter(conversation=row).count() == 2

    @pytest.mark.parametrize(
        ("name", "status"), [("colleague", 403), ("second_responder", 403), ("outsider", 403), ("main_user", 403), ("other", 404)]
    )
    def test_nobody_else(
        self,
        name: str,
        status: int,
        request: pytest.FixtureRequest,
        conversation_of: Make,
        county: County,
        second_service: Service,
        resident: Resident,
        responder: User,
        signed_in: SignedIn,
    ) -> None:
        row = conversation_of(resident, responder, now=at())
        if name == "other":
            person = make_person("toinen")
            make_grant(person, "supervisor", county=county, service=second_service)
        else:
            person = request.getfixturevalue(name)
        answer = signed_in(person).post(f"/fi/vastaaja/{row.public_id}/ota-hoitaakseen/", headers={"accept": "application/json"})
        assert answer.status_code == status
        with pytest.raises((PermissionDenied, Conversation.DoesNotExist)):
            take_over_conversation(by=acting(person), conversation=row.public_id, now=at(1))
        row.refresh_from_db()
        assert row.responder == responder

    def test_what_waits_is_not_taken_over_and_what_ended_neither(
        self, conversation_of: Make, resident: Resident, supervisor: User, responder: User
    ) -> None:
        row = conversation_of(resident, now=at())
        for code in (Refusal.INVALID, Refusal.ENDED):
            with pytest.raises(ValidationError) as refused:
                take_over_conversation(by=acting(supervisor), conversation=row.public_id, now=at(1))
            assert refused.value.code == code
            leave_conversation(by=resident, conversation=row.public_id, now=at(2))

    def test_by_the_door_she_comes_to_the_conversation(
        self, conversation_of: Make, resident: Resident, responder: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        row = conversation_of(resident, responder)
        answer = signed_in(supervisor).post(f"/fi/vastaaja/{row.public_id}/ota-hoitaakseen/")
        assert answer["Location"] == f"/fi/vastaaja/{row.public_id}/"
        row.refresh_from_db()
        assert (row.responder, row.state) == (supervisor, State.ACTIVE)


@pytest.fixture
def helper(county: County, service: Service) -> User:
    """May answer in the service, but is in no queue."""
    person = make_person("apu", display_name="Apu")
    make_grant(person, "responder", county=county, service=service)
    return person


class TestQueueForATime:
    def test_she_answers_until_the_end(
        self, conversation_of: Make, queue: Queue, helper: User, responder: User, supervisor: User
    ) -> None:
        now = timezone.now()
        row = conversation_of(Resident(uuid4()), now=now)
        with pytest.raises(Conversation.DoesNotExist):
            claim_conversation(by=acting(helper), conversation=row.public_id, now=now)
        join_queue(by=acting(supervisor), queue=queue, user=helper, until=now + timedelta(hours=2), now=now)
        assert claim_conversation(by=acting(helper), conversation=row.public_id, now=now).responder == helper
        (shown,) = board_of([queue], now=now)
        assert {person.user: person.until for person in shown.people} == {responder: None, helper: now + timedelta(hours=2)}
        assert helper not in [person.user for person in board_of([queue], now=now + timedelta(hours=2))[0].people]
        assert AuditEntry.objects.filter(object_type="services.membership").count() == 1

    def test_and_can_be_taken_out_again(self, queue: Queue, helper: User, responder: User, supervisor: User) -> None:
        now = timezone.now()
        join_queue(by=acting(supervisor), queue=queue, user=helper, until=now + timedelta(hours=2), now=now)
        leave_queue(by=acting(supervisor), queue=queue, user=helper, now=now + timedelta(minutes=1))
        assert helper not in [person.user for person in board_of([queue], now=now + timedelta(minutes=1))[0].people]
        with pytest.raises(Membership.DoesNotExist):
            leave_queue(by=acting(supervisor), queue=queue, user=responder, now=now)

    def test_twice_moves_the_end(self, queue: Queue, helper: User, supervisor: User) -> None:
        now = timezone.now()
        for hours in (1, 4):
            join_queue(by=acting(supervisor), queue=queue, user=helper, until=now + timedelta(hours=hours), now=now)
        assert Membership.objects.get(user=helper).valid_until == now + timedelta(hours=4)

    @pytest.mark.parametrize(
        ("who", "hours", "code"),
        [("helper", -1, "time"), ("helper", 24 * 40, "time"), ("responder", 1, "member"), ("second_responder", 1, "no_grant")],
    )
    def test_what_is_refused(
        self, who: str, hours: int, code: str, request: pytest.FixtureRequest, queue: Queue, supervisor: User
    ) -> None:
        now = timezone.now()
        person = request.getfixturevalue(who)
        with pytest.raises(ValidationError) as refused:
            join_queue(by=acting(supervisor), queue=queue, user=person, until=now + timedelta(hours=hours), now=now)
        assert refused.value.code == code

    def test_a_group_that_answers_what_she_does_not_supervise_is_not_hers_to_fill(
        self, queue: Queue, second_queue: Queue, group: ResponderGroup, helper: User, supervisor: User
    ) -> None:
        second_queue.groups.add(group)
        now = timezone.now()
        with pytest.raises(ValidationError) as refused:
            join_queue(by=acting(supervisor), queue=queue, user=helper, until=now + timedelta(hours=1), now=now)
        assert refused.value.code == "no_group"

    @pytest.mark.parametrize("name", ["responder", "second_responder", "outsider", "main_user", "manager"])
    def test_only_her_supervisor(
        self, name: str, request: pytest.FixtureRequest, queue: Queue, helper: User, signed_in: SignedIn
    ) -> None:
        now, person = timezone.now(), request.getfixturevalue(name)
        with pytest.raises(PermissionDenied):
            join_queue(by=acting(person), queue=queue, user=helper, until=now + timedelta(hours=1), now=now)
        with pytest.raises(PermissionDenied):
            leave_queue(by=acting(person), queue=queue, user=helper, now=now)
        for act in ("lisaa", "poista"):
            answer = signed_in(person).post(f"{BOARD}jono/{queue.public_id}/{act}/", {"person": helper.public_id, "until": "1"})
            assert answer.status_code == 403

    def test_another_services_queue_is_refused_at_the_door(
        self, second_queue: Queue, helper: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        answer = signed_in(supervisor).post(
            f"{BOARD}jono/{second_queue.public_id}/lisaa/", {"person": helper.public_id, "until": "1"}
        )
        assert answer.status_code == 403

    @pytest.mark.parametrize(("until", "status"), [("1", 302), ("day", 302), ("week", 302)])
    def test_by_the_door(self, until: str, status: int, queue: Queue, helper: User, supervisor: User, signed_in: SignedIn) -> None:
        client = signed_in(supervisor)
        url = f"{BOARD}jono/{queue.public_id}/"
        assert client.post(url + "lisaa/", {"person": helper.public_id, "until": until}).status_code == status
        row = Membership.objects.get(user=helper)
        assert row.valid_until is not None
        assert timedelta(0) < row.valid_until - timezone.now() < timedelta(days=8)
        assert "tässä jonossa" in client.get(BOARD).content.decode()
        told = client.post(url + "poista/", {"person": helper.public_id}, headers={"accept": "application/json"})
        assert told.json() == {"until": None}
        row.refresh_from_db()
        assert row.valid_until is not None
        assert row.valid_until <= timezone.now()

    def test_nonsense_is_refused_in_words(self, queue: Queue, helper: User, supervisor: User, signed_in: SignedIn) -> None:
        client = signed_in(supervisor)
        for fields, code in (
            ({"person": "x", "until": "1"}, "invalid"),
            ({"person": helper.public_id, "until": "9"}, "time_missing"),
        ):
            answer = client.post(f"{BOARD}jono/{queue.public_id}/lisaa/", fields, headers={"accept": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (400, code)


class TestPresenceFromTheBoard:
    URL = f"{BOARD}lasnaolo/"

    def test_off_keeps_what_goes_on(
        self, conversation_of: Make, resident: Resident, responder: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        row = conversation_of(resident, responder)
        signed_in(supervisor).post(self.URL, {"person": responder.public_id, "kind": "off"})
        row.refresh_from_db()
        assert row.state == State.ACTIVE
        assert list(Presence.objects.order_by("pk").values_list("kind", "ended_by")) == [
            (PresenceKind.AVAILABLE, PresenceEnd.MOVED),
            (PresenceKind.FINISHING, ""),
        ]

    def test_of_her_own_people_only(
        self, queue: Queue, second_queue: Queue, second_responder: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        answer = signed_in(supervisor).post(self.URL, {"person": second_responder.public_id, "kind": "available"})
        assert answer.status_code == 403
        assert not Presence.objects.exists()

    @pytest.mark.parametrize("name", ["responder", "outsider", "manager"])
    def test_only_supervisors(
        self, name: str, request: pytest.FixtureRequest, queue: Queue, colleague: User, signed_in: SignedIn
    ) -> None:
        answer = signed_in(request.getfixturevalue(name)).post(self.URL, {"person": colleague.public_id, "kind": "off"})
        assert answer.status_code == 403


class TestHours:
    def stretch(self, who: User, county: County, start: datetime, end: datetime | None, kind: str = "available") -> None:
        ended = PresenceEnd.CHANGED if end else ""
        Presence.objects.create(user=who, county=county, kind=kind, starts_at=start, ends_at=end, ended_by=ended, seen_at=start)

    def test_person_hours_as_the_metrics_count_them(
        self, county: County, service: Service, queue: Queue, responder: User, second_responder: User
    ) -> None:
        for start, end, kind in ((0, 150, "available"), (150, 165, "break"), (165, 240, "available")):
            self.stretch(responder, county, at(start), at(end), kind)
        self.stretch(second_responder, county, at(), at(240))
        rows = hours_of_day([service], at().date(), now=at(600))
        assert sum(row.available for row in rows) == pytest.approx(3.75)
        assert [(row.available, row.otherwise) for row in rows[8:12]] == [(1, 0), (1, 0), (0.75, 0.25), (1, 0)]

    def test_what_still_runs_counts_to_now(self, county: County, service: Service, queue: Queue, responder: User) -> None:
        self.stretch(responder, county, at(), None)
        assert sum(row.available for row in hours_of_day([service], at().date(), now=at(90))) == pytest.approx(1.5)

    def test_who_came_and_was_answered(
        self, conversation_of: Make, service: Service, queue: Queue, responder: User, second_queue: Queue
    ) -> None:
        for minute, wait in ((0, 2), (30, 4), (59.9, None), (60, 1)):
            row = conversation_of(Resident(uuid4()), now=at(minute))
            if wait is not None:
                claim_conversation(by=acting(responder), conversation=row.public_id, now=at(minute + wait))
                post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(minute + wait))
        Conversation.objects.filter(queued_at=at(30)).update(is_test=True)
        rows = hours_of_day([service], at().date(), now=at(600))
        assert [(row.came, row.answered, row.wait) for row in rows[8:11]] == [(2, 1, 120), (1, 1, 60), (0, 0, None)]
        assert sum(row.came for row in rows) == 3

    @pytest.mark.parametrize(
        ("day", "hours", "twice"), [(date(2026, 3, 29), 23, 0), (date(2026, 10, 25), 25, 2), (date(2026, 11, 3), 24, 0)]
    )
    def test_when_clocks_change(
        self, day: date, hours: int, twice: int, county: County, service: Service, queue: Queue, responder: User
    ) -> None:
        start = datetime(day.year, day.month, day.day, tzinfo=HELSINKI)
        self.stretch(responder, county, start - timedelta(days=1), start + timedelta(days=2))
        rows = hours_of_day([service], day, now=start + timedelta(days=3))
        assert len(rows) == hours
        assert sum(row.is_twice for row in rows) == twice
        assert sum(row.available for row in rows) == hours

    def test_two_questions(self, service: Service, second_service: Service, queue: Queue, responder: User) -> None:
        with CaptureQueriesContext(connection) as captured:
            hours_of_day([service, second_service], at().date(), now=at(600))
        assert len(captured) == 2

    def test_the_page_shows_the_day(
        self, county: County, queue: Queue, responder: User, supervisor: User, service: Service, signed_in: SignedIn
    ) -> None:
        yesterday = timezone.now() - timedelta(days=1)
        row = start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=yesterday)
        page = signed_in(supervisor).get(BOARD, {"paiva": timezone.localdate(row.queued_at).isoformat()}).content.decode()
        assert "Koko päivä" in page
        assert "<meter" in page
