"""The rules of conversations, one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.actors import Resident, Staff, System
from accounts.models import AuditEntry, Grant, User
from chat.choices import EndedBy, EventKind, Outcome, State, Status
from chat.models import Conversation, Event, Leg
from chat.operations import (
    Mark,
    Posted,
    PostMessage,
    Rejected,
    claim_conversation,
    claim_next,
    close_lines,
    code_conversation,
    end_conversation,
    erase_expired,
    leave_conversation,
    mark_seen,
    open_conversation,
    post_message,
    post_messages,
    record_attempt,
    record_signs_of_life,
    run_due,
    start_conversation,
)
from chat.refusals import Refusal
from chat.views.console_panel import EVENT_WORDS as STAFF_WORDS
from chat.views.log_words import event_words
from chat.views.resident import NOTICES as RESIDENT_WORDS
from services.choices import OverrideKind, ServiceStatus
from services.models import Override, Queue, Service

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Make = Callable[..., Conversation]


def at(minutes: float = 0) -> datetime:
    return datetime(2026, 11, 3, 8, 0, tzinfo=timezone.get_current_timezone()) + timedelta(minutes=minutes)


def log_of(row: Conversation, audience: str = "all") -> list[tuple[int, str]]:
    return list(Event.objects.filter(conversation=row, audience=audience).order_by("seq").values_list("seq", "kind"))


def assert_sound(row: Conversation) -> None:
    """Numbers without gaps, heads that equal them, and one open leg at most."""
    row.refresh_from_db()
    for audience, head in (("all", row.head_all), ("staff", row.head_staff)):
        assert [seq for seq, _ in log_of(row, audience)] == list(range(1, head + 1))
    assert Leg.objects.filter(conversation=row, left_at__isnull=True).count() == (0 if row.state == State.ENDED else 1)


class TestStart:
    def test_in_one_step_without_a_word(self, resident: Resident, service: Service, queue: Queue) -> None:
        row = start_conversation(by=resident, service=service, token=uuid4(), now=at())
        assert (row.state, row.queue, row.queued_at) == (State.WAITING, queue, at())
        assert log_of(row) == [(1, "joined")]
        assert_sound(row)

    def test_own_words_at_once(self, resident: Resident, service: Service, queue: Queue) -> None:
        row = start_conversation(by=resident, service=service, token=uuid4(), body="Äiti kaatui", now=at())
        assert log_of(row) == [(1, "joined"), (2, "message")]

    def test_twice_with_one_form_is_once(self, resident: Resident, service: Service, queue: Queue) -> None:
        token = uuid4()
        rows = [start_conversation(by=resident, service=service, token=token, body="Hei", now=at()) for _ in range(2)]
        assert rows[0].pk == rows[1].pk
        assert Event.objects.filter(kind="message").count() == 1

    def test_a_second_window_joins_the_first(self, resident: Resident, service: Service, queue: Queue) -> None:
        first = start_conversation(by=resident, service=service, token=uuid4(), body="Yksi", now=at())
        second = start_conversation(by=resident, service=service, token=uuid4(), body="Kaksi", now=at(1))
        assert first.pk == second.pk
        assert list(Event.objects.filter(kind="message").order_by("seq").values_list("body", flat=True)) == ["Yksi", "Kaksi"]

    def test_after_the_end_it_is_a_new_one(self, resident: Resident, service: Service, queue: Queue) -> None:
        first = start_conversation(by=resident, service=service, token=uuid4(), now=at())
        leave_conversation(by=resident, conversation=first.public_id, now=at(1))
        assert start_conversation(by=resident, service=service, token=uuid4(), now=at(2)).pk != first.pk

    def test_staff_start_nothing(self, responder: User, service: Service, queue: Queue) -> None:
        with pytest.raises(PermissionDenied):
            start_conversation(by=Staff(responder.pk), service=service, token=uuid4(), now=at())

    def test_closed_is_said(self, resident: Resident, service: Service, queue: Queue, responder: User) -> None:
        Override.objects.create(
            county=service.county, queue=queue, kind=OverrideKind.CLOSE, reason_fi="Koulutus", starts_at=at(-10), ends_at=at(60)
        )
        with pytest.raises(ValidationError) as refused:
            start_conversation(by=resident, service=service, token=uuid4(), body="Hei", now=at())
        assert refused.value.code == Refusal.CLOSED
        assert not Conversation.objects.exists()

    def test_full_is_said(self, resident: Resident, stranger: Resident, service: Service, queue: Queue, responder: User) -> None:
        queue.max_waiting = 1
        queue.save()
        start_conversation(by=stranger, service=service, token=uuid4(), now=at())
        with pytest.raises(ValidationError) as refused:
            start_conversation(by=resident, service=service, token=uuid4(), now=at())
        assert refused.value.code == Refusal.FULL

    def test_paused_is_said(self, resident: Resident, service: Service, queue: Queue, responder: User) -> None:
        Service.objects.filter(pk=service.pk).update(status=ServiceStatus.PAUSED)
        service.refresh_from_db()
        with pytest.raises(ValidationError) as refused:
            start_conversation(by=resident, service=service, token=uuid4(), now=at())
        assert refused.value.code == Refusal.PAUSED

    def test_unstaffed_is_said(self, resident: Resident, service: Service, queue: Queue, responder: User) -> None:
        Grant.objects.update(revoked_at=at(-100))
        with pytest.raises(ValidationError) as refused:
            start_conversation(by=resident, service=service, token=uuid4(), now=at())
        assert refused.value.code == Refusal.UNSTAFFED

    def test_the_language_chooses_the_queue(self, resident: Resident, service: Service, queue: Queue, responder: User) -> None:
        queue.languages = ["fi"]
        queue.save()
        swedish = Queue.objects.create(
            service=service, key="svenska", name_fi="Ruotsi", name_sv="Svenska", languages=["sv"], schedule=queue.schedule, order=20
        )
        swedish.groups.set(queue.groups.all())
        row = start_conversation(by=resident, service=service, token=uuid4(), language="sv", now=at())
        assert row.queue == swedish

    @pytest.fixture(autouse=True)
    def _staffed(self, responder: User) -> None:
        """Somebody answers."""


class TestMessages:
    def test_each_side_writes(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder, now=at())
        post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(1))
        post_message(by=Staff(responder.pk), conversation=row.public_id, client_id=uuid4(), body="Hei vaan", now=at(2))
        row.refresh_from_db()
        assert row.first_reply_at == at(2)
        assert row.response_seconds == 120
        assert Leg.objects.get(conversation=row).first_reply_at == at(2)
        assert_sound(row)

    def test_a_later_reply_leaves_the_first_stamp(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder, now=at())
        for minute in (1, 5):
            post_message(by=Staff(responder.pk), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(minute))
        row.refresh_from_db()
        assert row.first_reply_at == at(1)

    def test_a_note_is_for_staff_and_is_no_reply(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder, now=at())
        post_message(
            by=Staff(responder.pk), conversation=row.public_id, client_id=uuid4(), body="Muista", audience="staff", now=at(1)
        )
        row.refresh_from_db()
        assert row.first_reply_at is None
        assert (row.head_staff, log_of(row, "staff")) == (1, [(1, "message")])
        assert_sound(row)

    def test_the_same_again_is_the_stored_one(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row, key = conversation_of(resident, responder), uuid4()
        first = post_message(by=resident, conversation=row.public_id, client_id=key, body="Hei", now=at())
        again = post_message(by=resident, conversation=row.public_id, client_id=key, body="Hei", now=at(5))
        assert (again.seq, again.at, again.duplicate) == (first.seq, first.at, True)
        assert Event.objects.filter(conversation=row, kind="message").count() == 1

    def test_the_same_id_with_other_words_is_a_conflict(self, conversation_of: Make, resident: Resident) -> None:
        row, key = conversation_of(resident), uuid4()
        post_message(by=resident, conversation=row.public_id, client_id=key, body="Hei", now=at())
        with pytest.raises(ValidationError) as refused:
            post_message(by=resident, conversation=row.public_id, client_id=key, body="Hoi", now=at())
        assert refused.value.code == Refusal.CONFLICT

    def test_a_retry_after_the_end_is_still_the_stored_one(self, conversation_of: Make, resident: Resident) -> None:
        row, key = conversation_of(resident), uuid4()
        post_message(by=resident, conversation=row.public_id, client_id=key, body="Hei", now=at())
        leave_conversation(by=resident, conversation=row.public_id, now=at(1))
        assert post_message(by=resident, conversation=row.public_id, client_id=key, body="Hei", now=at(2)).duplicate

    def test_after_the_end_nothing_new(self, conversation_of: Make, resident: Resident) -> None:
        row = conversation_of(resident)
        leave_conversation(by=resident, conversation=row.public_id, now=at(1))
        with pytest.raises(ValidationError) as refused:
            post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body="Vielä", now=at(2))
        assert refused.value.code == Refusal.ENDED

    def test_a_batch_gives_each_its_own_result(
        self, conversation_of: Make, resident: Resident, stranger: Resident, responder: User
    ) -> None:
        row, key = conversation_of(resident, responder), uuid4()
        commands = [
            PostMessage(resident, row.public_id, key, "Hei"),
            PostMessage(stranger, row.public_id, uuid4(), "Minäkin"),
            PostMessage(resident, row.public_id, key, "Hei"),
            PostMessage(Staff(responder.pk), row.public_id, uuid4(), "Tervetuloa"),
            PostMessage(resident, uuid4(), uuid4(), "Mihin?"),
        ]
        results = post_messages(commands=commands, now=at())
        assert [type(result) for result in results] == [Posted, Rejected, Posted, Posted, Rejected]
        assert results[0].seq == results[2].seq  # type: ignore[union-attr]
        assert results[2].duplicate  # type: ignore[union-attr]
        assert_sound(row)

    def test_a_batch_costs_the_same_whatever_its_size(
        self, conversation_of: Make, service: Service, responder: User, django_assert_max_num_queries: Callable[..., object]
    ) -> None:
        people = [Resident(uuid4()) for _ in range(30)]
        rows = [conversation_of(person) for person in people]
        one = [PostMessage(people[0], rows[0].public_id, uuid4(), "Hei")]
        many = [
            PostMessage(person, row.public_id, uuid4(), "Hei") for person, row in zip(people, rows, strict=True) for _ in range(5)
        ]
        with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
            post_messages(commands=one, now=at())
        with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
            post_messages(commands=many, now=at())

    @pytest.mark.parametrize("who", ["colleague", "second_responder", "outsider", "former", "reader", "main_user"])
    def test_only_her_own_responder_writes(
        self, who: str, conversation_of: Make, resident: Resident, responder: User, request: pytest.FixtureRequest
    ) -> None:
        row = conversation_of(resident, responder)
        other: User = request.getfixturevalue(who)
        for audience in ("all", "staff"):
            result = post_messages(
                commands=[PostMessage(Staff(other.pk), row.public_id, uuid4(), "Hei", audience)], now=timezone.now()
            )[0]
            assert isinstance(result, Rejected)
        assert Event.objects.filter(conversation=row, kind="message").count() == 0

    def test_a_lost_grant_ends_the_right_at_once(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder)
        Grant.objects.filter(user=responder).update(revoked_at=timezone.now())
        result = post_messages(commands=[PostMessage(Staff(responder.pk), row.public_id, uuid4(), "Hei")], now=timezone.now())[0]
        assert result == Rejected(Refusal.NOT_FOUND)

    def test_a_resident_writes_no_notes(self, conversation_of: Make, resident: Resident) -> None:
        row = conversation_of(resident)
        result = post_messages(commands=[PostMessage(resident, row.public_id, uuid4(), "Hei", "staff")], now=at())[0]
        assert isinstance(result, Rejected)


class TestClaim:
    def test_the_first_one_wins_and_the_other_is_told_who(
        self, conversation_of: Make, resident: Resident, responder: User, colleague: User
    ) -> None:
        row = conversation_of(resident, now=at())
        claim_conversation(by=Staff(responder.pk), conversation=row.public_id, now=at(3))
        with pytest.raises(ValidationError) as refused:
            claim_conversation(by=Staff(colleague.pk), conversation=row.public_id, now=at(3))
        assert refused.value.code == Refusal.TAKEN
        assert "Maija" in refused.value.messages[0]
        row.refresh_from_db()
        assert (row.responder, row.wait_seconds, row.accepted_at) == (responder, 180, at(3))
        assert_sound(row)

    def test_twice_by_the_same_person_is_once(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident)
        for _ in range(2):
            claim_conversation(by=Staff(responder.pk), conversation=row.public_id, now=timezone.now())
        assert [kind for _, kind in log_of(row)] == ["joined", "claimed"]

    @pytest.mark.parametrize("who", ["second_responder", "outsider", "former", "reader", "main_user"])
    def test_others_do_not_even_learn_of_it(
        self, who: str, conversation_of: Make, resident: Resident, responder: User, request: pytest.FixtureRequest
    ) -> None:
        row = conversation_of(resident)
        with pytest.raises(Conversation.DoesNotExist):
            claim_conversation(by=Staff(request.getfixturevalue(who).pk), conversation=row.public_id, now=timezone.now())

    def test_next_is_the_one_who_has_waited_longest_and_is_here(self, conversation_of: Make, responder: User) -> None:
        early, away, late = (Resident(uuid4()) for _ in range(3))
        gone = conversation_of(away, now=at())
        first = conversation_of(early, now=at(1))
        conversation_of(late, now=at(2))
        record_signs_of_life(by=early, conversations=[first.public_id], now=at(4))
        assert claim_next(by=Staff(responder.pk), now=at(4)).pk == first.pk
        assert gone.state == State.WAITING

    def test_nobody_waiting_is_said(self, queue: Queue, responder: User) -> None:
        with pytest.raises(ValidationError) as refused:
            claim_next(by=Staff(responder.pk), now=at())
        assert refused.value.code == Refusal.NOBODY_WAITING

    def test_not_more_than_the_queue_allows(self, conversation_of: Make, responder: User, queue: Queue) -> None:
        queue.max_parallel = 1
        queue.save()
        conversation_of(Resident(uuid4()), responder, now=at())
        row = conversation_of(Resident(uuid4()), now=at())
        with pytest.raises(ValidationError) as refused:
            claim_conversation(by=Staff(responder.pk), conversation=row.public_id, now=at(1))
        assert refused.value.code == Refusal.AT_LIMIT


class TestEnding:
    def test_with_outcome_and_topic(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder, now=at())
        post_message(by=Staff(responder.pk), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(1))
        end_conversation(by=Staff(responder.pk), conversation=row.public_id, outcome="R1", topic="neuvonta", now=at(9))
        row.refresh_from_db()
        assert (row.state, row.status, row.ended_by, row.outcome) == (State.ENDED, Status.ANSWERED, EndedBy.RESPONDER, "R1")
        assert row.retain_until == at(9) + timedelta(days=row.service.retention_days)
        assert log_of(row, "staff") == [(1, "coded")]
        assert_sound(row)

    @pytest.mark.parametrize(
        ("outcome", "topic", "code"),
        [
            ("", "neuvonta", Refusal.OUTCOME_MISSING),
            ("R0", "neuvonta", Refusal.OUTCOME_MISSING),
            ("R1", None, Refusal.TOPIC_MISSING),
            ("R1", "x", Refusal.TOPIC_MISSING),
        ],
    )
    def test_both_are_mandatory(
        self, outcome: str, topic: str | None, code: Refusal, conversation_of: Make, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder)
        with pytest.raises(ValidationError) as refused:
            end_conversation(by=Staff(responder.pk), conversation=row.public_id, outcome=outcome, topic=topic, now=timezone.now())
        assert refused.value.code == code
        row.refresh_from_db()
        assert row.state == State.ACTIVE

    def test_only_the_responder_who_has_it(
        self, conversation_of: Make, resident: Resident, responder: User, colleague: User
    ) -> None:
        row = conversation_of(resident, responder)
        with pytest.raises(ValidationError) as refused:
            end_conversation(by=Staff(colleague.pk), conversation=row.public_id, outcome="R1", topic="neuvonta", now=timezone.now())
        assert refused.value.code == Refusal.NOT_YOURS

    @pytest.mark.parametrize("who", ["second_responder", "outsider", "former", "reader", "main_user"])
    def test_strangers_do_not_find_it(
        self, who: str, conversation_of: Make, resident: Resident, responder: User, request: pytest.FixtureRequest
    ) -> None:
        row = conversation_of(resident, responder)
        by = Staff(request.getfixturevalue(who).pk)
        with pytest.raises(Conversation.DoesNotExist):
            end_conversation(by=by, conversation=row.public_id, outcome="R1", topic="neuvonta", now=timezone.now())
        with pytest.raises(Conversation.DoesNotExist):
            open_conversation(by=by, conversation=row.public_id, now=timezone.now())

    @pytest.mark.parametrize(
        ("seconds", "status"),
        [(6, Status.SHORT_ABANDON), (9.9, Status.SHORT_ABANDON), (10, Status.ABANDONED), (720, Status.ABANDONED)],
    )
    def test_leaving_the_line(self, seconds: float, status: Status, conversation_of: Make, resident: Resident) -> None:
        row = conversation_of(resident, now=at())
        leave_conversation(by=resident, conversation=row.public_id, now=at() + timedelta(seconds=seconds))
        leave_conversation(by=resident, conversation=row.public_id, now=at(60))
        row.refresh_from_db()
        assert (row.status, row.left_at) == (status, at() + timedelta(seconds=seconds))
        assert_sound(row)

    def test_taken_but_never_answered_is_abandoned(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder, now=at())
        leave_conversation(by=resident, conversation=row.public_id, now=at(5))
        row.refresh_from_db()
        assert row.status == Status.ABANDONED

    def test_a_stranger_ends_nothing(self, conversation_of: Make, resident: Resident, stranger: Resident) -> None:
        row = conversation_of(resident)
        with pytest.raises(Conversation.DoesNotExist):
            leave_conversation(by=stranger, conversation=row.public_id, now=timezone.now())

    def test_wrap_up_after_the_resident_has_ended(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder, now=at())
        post_message(by=Staff(responder.pk), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(1))
        leave_conversation(by=resident, conversation=row.public_id, now=at(5))
        code_conversation(by=Staff(responder.pk), conversation=row.public_id, outcome="R9", topic="neuvonta", now=at(6))
        row.refresh_from_db()
        assert (row.outcome, row.ended_by, row.closed_at) == ("R9", EndedBy.RESIDENT, at(5))
        assert_sound(row)


class TestTime:
    """The table of metrics 1.1: joined 10:00:00, last sign of life 10:04:00, limit ten minutes."""

    def joined(self, conversation_of: Make, resident: Resident) -> Conversation:
        row = conversation_of(resident, now=at())
        record_signs_of_life(by=resident, conversations=[row.public_id], now=at(4))
        return row

    def test_away_keeps_her_place(self, conversation_of: Make, resident: Resident) -> None:
        row = self.joined(conversation_of, resident)
        run_due(by=System(), now=at(6))
        row.refresh_from_db()
        assert row.away_since is None
        run_due(by=System(), now=at(6.1))
        row.refresh_from_db()
        assert row.away_since is not None
        assert log_of(row)[-1][1] == "away"
        assert_sound(row)

    @pytest.mark.parametrize("back", [12.5, 14])
    def test_back_in_time_goes_on(self, back: float, conversation_of: Make, resident: Resident) -> None:
        row = self.joined(conversation_of, resident)
        for minute in (2.1, 6.1, back):
            run_due(by=System(), now=at(minute))
        record_signs_of_life(by=resident, conversations=[row.public_id], now=at(back))
        row.refresh_from_db()
        assert (row.state, row.queued_at, row.away_since) == (State.WAITING, at(), None)
        assert log_of(row)[-1][1] == "back"
        assert_sound(row)

    def test_too_late_is_abandoned_at_the_last_sign(self, conversation_of: Make, resident: Resident) -> None:
        row = self.joined(conversation_of, resident)
        for minute in (2.1, 6.1, 14 + 1 / 60):
            run_due(by=System(), now=at(minute))
        row.refresh_from_db()
        assert (row.status, row.left_at, row.ended_by) == (Status.ABANDONED, at(4), EndedBy.SYSTEM)
        assert_sound(row)

    def test_a_message_of_one_who_was_away_brings_her_back(self, conversation_of: Make, resident: Resident) -> None:
        row = self.joined(conversation_of, resident)
        for minute in (2.1, 6.1):
            run_due(by=System(), now=at(minute))
        post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body="Olen täällä", now=at(7))
        row.refresh_from_db()
        assert row.away_since is None
        assert [kind for _, kind in log_of(row)] == ["joined", "away", "back", "message"]
        assert_sound(row)

    def test_the_closed_line_ends_after_its_drain(
        self, conversation_of: Make, resident: Resident, service: Service, queue: Queue, responder: User
    ) -> None:
        row = conversation_of(resident, now=at())
        Override.objects.create(county=service.county, queue=queue, kind=OverrideKind.CLOSE, reason_fi="Loppui", starts_at=at(5))
        close_lines(by=System(), now=at(5 + queue.drain_minutes - 1))
        row.refresh_from_db()
        assert row.state == State.WAITING
        close_lines(by=System(), now=at(5 + queue.drain_minutes + 1))
        row.refresh_from_db()
        assert (row.status, row.ended_by, row.left_at) == (Status.SERVICE_CLOSED, EndedBy.SYSTEM, None)
        assert_sound(row)

    @pytest.mark.parametrize("is_claimed", [False, True])
    def test_what_was_due_before_she_came_back_ends_nothing_and_her_next_silence_is_noticed_in_time(
        self, is_claimed: bool, conversation_of: Make, resident: Resident, responder: User
    ) -> None:
        row = conversation_of(resident, responder if is_claimed else None)
        limit = timedelta(minutes=30 if is_claimed else row.service.keep_place_minutes)
        t0 = row.seen_at
        run_due(by=System(), now=t0 + timedelta(seconds=130))
        row.refresh_from_db()
        ends: datetime = row.due_at or t0
        assert row.away_since == t0 + timedelta(seconds=120)
        assert ends > t0 + limit
        back = ends - timedelta(minutes=5)
        post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body="Täällä taas", now=back)
        run_due(by=System(), now=back + timedelta(seconds=121))
        row.refresh_from_db()
        assert row.away_since == back + timedelta(seconds=120), "not only when the silence before would have ended it"
        post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body="Ja taas", now=ends - timedelta(seconds=1))
        assert run_due(by=System(), now=ends + timedelta(seconds=1)) == 0
        row.refresh_from_db()
        assert row.state == (State.ACTIVE if is_claimed else State.WAITING)
        assert row.away_since is None

    def test_a_silent_resident_is_ended_by_the_system(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder, now=at())
        post_message(by=Staff(responder.pk), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(1))
        for minute in (3, 20, 32):
            run_due(by=System(), now=at(minute))
        row.refresh_from_db()
        assert (row.status, row.ended_by, row.closed_at) == (Status.ANSWERED, EndedBy.SYSTEM, at(1))
        assert_sound(row)
        last = Event.objects.get(conversation=row, kind=EventKind.ENDED)
        for words, told in ((RESIDENT_WORDS, "ilman yhteyttä"), (STAFF_WORDS, "asukas oli poissa")):
            assert told in event_words(last, words, name="", language="fi"), "both read why"

    def test_uncoded_after_a_day_is_r0(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder, now=at())
        post_message(by=Staff(responder.pk), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(1))
        leave_conversation(by=resident, conversation=row.public_id, now=at(5))
        run_due(by=System(), now=at(5 + 24 * 60 - 1))
        row.refresh_from_db()
        assert row.outcome == ""
        run_due(by=System(), now=at(5 + 24 * 60 + 1))
        row.refresh_from_db()
        assert row.outcome == Outcome.R0
        assert_sound(row)

    def test_words_are_erased_when_their_time_is_over(self, conversation_of: Make, resident: Resident) -> None:
        row = conversation_of(resident, body="Salaisuus", now=at())
        leave_conversation(by=resident, conversation=row.public_id, now=at(5))
        row.refresh_from_db()
        assert row.retain_until is not None
        assert erase_expired(by=System(), now=row.retain_until - timedelta(minutes=1)) == 0
        assert erase_expired(by=System(), now=row.retain_until) == 1
        assert not Event.objects.filter(conversation=row).exclude(body="").exists()
        assert log_of(row)[-1][1] == "erased"
        assert_sound(row)


class TestReading:
    def test_staff_leave_an_audit_row_for_each_opening(self, conversation_of: Make, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder)
        now = timezone.now()
        for _ in range(3):
            open_conversation(by=Staff(responder.pk), conversation=row.public_id, now=now)
        entries = AuditEntry.objects.filter(object_type="chat.conversation", object_id=str(row.public_id), action="read")
        assert entries.count() == 1
        open_conversation(by=Staff(responder.pk), conversation=row.public_id, now=now + timedelta(hours=1, minutes=1))
        assert entries.count() == 2

    def test_a_resident_reads_her_own_without_one(self, conversation_of: Make, resident: Resident, stranger: Resident) -> None:
        row = conversation_of(resident)
        assert open_conversation(by=resident, conversation=row.public_id, now=timezone.now()).staff is False
        assert not AuditEntry.objects.filter(action="read").exists()
        with pytest.raises(Conversation.DoesNotExist):
            open_conversation(by=stranger, conversation=row.public_id, now=timezone.now())

    def test_marks_never_go_back_nor_beyond(self, conversation_of: Make, resident: Resident, stranger: Resident) -> None:
        row = conversation_of(resident, body="Hei")
        [person] = row.participants.all()
        for number in (1, 99, 1):
            mark_seen(by=resident, marks=[Mark(person.public_id, number)])
        person.refresh_from_db()
        assert person.seen_all == 2
        mark_seen(by=stranger, marks=[Mark(person.public_id, 1)])

    def test_an_attempt_counts_once_for_a_closed_period(self, resident: Resident, service: Service, responder: User) -> None:
        for opens in (at(60), at(60), at(1500)):
            record_attempt(by=resident, service=service, opens_at=opens, language="fi", now=at())
        from chat.models import Attempt

        assert Attempt.objects.count() == 2
        with pytest.raises(PermissionDenied):
            record_attempt(by=Staff(responder.pk), service=service, opens_at=None, language="fi", now=at())


@pytest.fixture(autouse=True)
def _answered_by_someone(responder: User) -> None:
    """The queue has a responder, so that it is staffed."""
