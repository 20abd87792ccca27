"""Whatever happens to a conversation in whatever order, its rows stay true: the operations against a small plain model.

The machine plays the resident, two responders and the clock. A new operation is one rule here: it changes `Model` as the
domain's words say, and calls the operation; the invariants below are asked after every step.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from accounts.actors import Actor
from accounts.models import User
from chat.choices import AudienceChoice, EventKind, LegExit, State, Status
from chat.models import Conversation, Event, Leg, Participant
from chat.models.conversations import AWAY_AFTER
from chat.operations import (
    claim_conversation,
    close_lines,
    code_conversation,
    end_conversation,
    leave_conversation,
    open_conversation,
    post_message,
    record_signs_of_life,
    run_due,
    start_conversation,
)
from chat.operations.due import SILENT_END
from chat.operations.endings import CODING_TIME, SHORT_WAIT
from chat.views.resident import log_lines
from services.models import Queue, Schedule
from tests.chat.life import BY, SECRET, OneConversation, campaign
from tests.conftest import acting

pytestmark = pytest.mark.timeout(900)  # many lives in one test, on a busy machine


@dataclass
class Model:
    """What the domain's words say of the conversation, as plainly as they can be said."""

    queued: datetime
    seen: datetime
    state: str = State.WAITING
    responder: str = ""
    accepted: datetime | None = None
    replied: bool = False
    away: bool = False
    wrote_back: bool = False
    """She came back from being away by writing: the mark of her next absence may come with the next look only."""
    status: str = ""
    outcome: str = ""
    ended_real: datetime | None = None
    words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Life(OneConversation):
    """One conversation's life in one queue."""

    # --- the start ---

    @initialize(body=st.sampled_from(["", "Hei, tarvitsen apua"]))
    def starts(self, body: str) -> None:
        self.key = start_conversation(
            by=self.resident, service=self.queue.service, token=uuid4(), body=body, now=self.now
        ).public_id
        self.model = Model(queued=self.now, seen=self.now, words=[body] if body else [])

    # --- help ---

    def sign(self) -> None:
        self.model.seen, self.model.away = self.now, False

    def ends(self, status: str) -> None:
        self.model.state, self.model.status, self.model.ended_real = State.ENDED, status, self.now

    # --- what people do ---

    @rule(name=st.sampled_from(["responder", "colleague"]))
    def somebody_takes_it(self, name: str) -> None:
        model, by = self.model, acting(self.people[name])
        if model.state == State.ENDED:
            with self.refused("ended"):
                claim_conversation(by=by, conversation=self.key, now=self.now)
        elif model.state == State.ACTIVE and model.responder != name:
            with self.refused("taken"):
                claim_conversation(by=by, conversation=self.key, now=self.now)
        else:
            claim_conversation(by=by, conversation=self.key, now=self.now)
            if model.state == State.WAITING:
                model.state, model.responder = State.ACTIVE, name
                model.accepted = model.accepted or self.now

    @rule()
    def the_resident_writes(self) -> None:
        if self.model.state == State.ENDED:
            with self.refused("ended"):
                post_message(by=self.resident, conversation=self.key, client_id=uuid4(), body="Ei enää", now=self.now)
            return
        words, client_id = self.word(), uuid4()
        first = post_message(by=self.resident, conversation=self.key, client_id=client_id, body=words, now=self.now)
        again = post_message(by=self.resident, conversation=self.key, client_id=client_id, body=words, now=self.now)
        assert again.duplicate and again.seq == first.seq, "sending twice is harmless"
        self.model.words.append(words)
        self.model.wrote_back = self.model.wrote_back or self.model.away
        self.sign()

    @rule(name=st.sampled_from(["responder", "colleague"]))
    def somebody_answers(self, name: str) -> None:
        model, words, by = self.model, self.word(), acting(self.people[name])
        if model.state == State.ACTIVE and model.responder == name:
            post_message(by=by, conversation=self.key, client_id=uuid4(), body=words, now=self.now)
            model.words.append(words)
            model.replied = True
            return
        with pytest.raises((ValidationError, Conversation.DoesNotExist)):
            post_message(by=by, conversation=self.key, client_id=uuid4(), body=words, now=self.now)

    @precondition(lambda self: self.model.responder)
    @rule()
    def the_responder_leaves_a_note(self) -> None:
        words = f"{SECRET} {self.word()}"
        by: Actor = acting(self.people[self.model.responder])
        post_message(by=by, conversation=self.key, client_id=uuid4(), body=words, audience=AudienceChoice.STAFF, now=self.now)
        self.model.notes.append(words)

    @rule()
    def the_resident_tries_to_leave_a_note(self) -> None:
        with pytest.raises(Conversation.DoesNotExist):
            post_message(
                by=self.resident,
                conversation=self.key,
                client_id=uuid4(),
                body=SECRET,
                audience=AudienceChoice.STAFF,
                now=self.now,
            )

    @rule()
    def the_resident_leaves(self) -> None:
        leave_conversation(by=self.resident, conversation=self.key, now=self.now)
        if self.model.state != State.ENDED:
            waited = self.now - self.model.queued
            self.ends(Status.ANSWERED if self.model.replied else Status.SHORT_ABANDON if waited < SHORT_WAIT else Status.ABANDONED)

    @precondition(lambda self: self.model.responder)
    @rule(outcome=st.sampled_from(["R1", "R5", "R7"]))
    def the_responder_ends_it(self, outcome: str) -> None:
        model, by = self.model, acting(self.people[self.model.responder])
        end_conversation(
            by=by,
            conversation=self.key,
            outcome=outcome,
            topic="neuvonta",
            outcome_reason="wish" if outcome == "R5" else "",
            now=self.now,
        )
        model.outcome = outcome
        if model.state != State.ENDED:
            waited = self.now - model.queued
            self.ends(Status.ANSWERED if model.replied else Status.SHORT_ABANDON if waited < SHORT_WAIT else Status.ABANDONED)

    @precondition(lambda self: self.model.responder)
    @rule()
    def the_responder_codes_it(self) -> None:
        by = acting(self.people[self.model.responder])
        if self.model.state != State.ENDED:
            with self.refused("invalid"):
                code_conversation(by=by, conversation=self.key, outcome="R2", topic="neuvonta", now=self.now)
            return
        code_conversation(by=by, conversation=self.key, outcome="R2", topic="neuvonta", now=self.now)
        self.model.outcome = "R2"

    # --- what time brings ---

    @rule(seconds=st.sampled_from([1, 5, 30, 121, 400, 601, 1801, 90_000]), is_here=st.booleans())
    def time_goes_by(self, seconds: int, is_here: bool) -> None:
        """With an open page she gives signs of life all the while; else the beat sees that she is away, or has gone."""
        model = self.model
        self.now += timedelta(seconds=seconds)
        if model.state != State.ENDED and is_here:
            record_signs_of_life(by=self.resident, conversations=[self.key], now=self.now)
            if model.away or self.now - model.seen > timedelta(seconds=15):
                self.sign()
        for _ in range(3):
            run_due(by=BY, now=self.now)
        if model.state == State.ENDED:
            is_uncoded = model.status == Status.ANSWERED and not model.outcome
            if is_uncoded and model.ended_real is not None and self.now >= model.ended_real + CODING_TIME:
                model.outcome = "R0"
            return
        silent = self.now - model.seen
        limit = timedelta(minutes=self.queue.service.keep_place_minutes) if model.state == State.WAITING else SILENT_END
        if silent > limit:
            gone = model.seen - model.queued
            self.ends(Status.ANSWERED if model.replied else Status.SHORT_ABANDON if gone < SHORT_WAIT else Status.ABANDONED)
        elif silent > AWAY_AFTER:
            model.away = True

    @rule()
    def the_resident_comes_back(self) -> None:
        record_signs_of_life(by=self.resident, conversations=[self.key], now=self.now)
        if self.model.state != State.ENDED and (self.model.away or self.now - self.model.seen > timedelta(seconds=15)):
            self.sign()

    @rule(is_open=st.booleans())
    def the_line_is_looked_at(self, is_open: bool) -> None:
        """Closing time ends the wait of those in the line, and of nobody else."""
        if not is_open:
            Queue.objects.filter(pk=self.queue.pk).update(schedule=self.closed)
        close_lines(by=BY, now=self.now)
        Queue.objects.filter(pk=self.queue.pk).update(schedule=self.queue.schedule)
        if not is_open and self.model.state == State.WAITING:
            self.ends(Status.SERVICE_CLOSED)

    # --- what is always true ---

    @invariant()
    def the_row_says_what_the_model_says(self) -> None:
        row, model = self.row, self.model
        assert (row.state, row.status, row.outcome) == (model.state, model.status, model.outcome)
        assert row.accepted_at == model.accepted
        assert row.queued_at == model.queued, "the first instant never moves"
        if row.state != State.ENDED:
            assert row.seen_at == model.seen
            if not model.wrote_back:
                assert (row.away_since is not None) == model.away
            assert row.away_since is None or model.away, "who is here is never marked away"
        assert (row.responder_id or 0) == (self.people[model.responder].pk if model.responder else 0)

    @invariant()
    def stamps_and_waits_fit(self) -> None:
        row = self.row
        assert (row.closed_at is not None) == (row.state == State.ENDED) == bool(row.ended_by) == bool(row.retain_until)
        assert (row.first_reply_at is not None) == self.model.replied
        if self.model.accepted is not None:
            assert row.wait_seconds == (self.model.accepted - self.model.queued).total_seconds()
        if row.first_reply_at is not None:
            assert row.response_seconds == (row.first_reply_at - row.queued_at).total_seconds()
            assert row.accepted_at is not None and row.first_reply_at >= row.accepted_at

    @invariant()
    def legs_are_one_chain(self) -> None:
        legs = list(Leg.objects.filter(conversation__public_id=self.key).order_by("number"))
        assert [leg.number for leg in legs] == list(range(1, len(legs) + 1))
        assert legs[0].queued_at == self.model.queued
        for before, after in itertools.pairwise(legs):
            assert before.left_at is not None and before.left_at <= after.queued_at, "two legs overlap"
        open_legs = [leg for leg in legs if leg.left_at is None]
        assert len(open_legs) == (self.model.state != State.ENDED)
        assert all(bool(leg.exit) == (leg.left_at is not None) for leg in legs)
        if self.model.status == Status.SERVICE_CLOSED:
            assert legs[-1].exit == LegExit.CLOSED

    @invariant()
    def the_log_is_what_was_said(self) -> None:
        events = Event.objects.filter(conversation__public_id=self.key, kind=EventKind.MESSAGE).order_by("pk")
        said = list(events.values_list("audience", "body"))
        assert [body for audience, body in said if audience == AudienceChoice.ALL] == self.model.words
        assert [body for audience, body in said if audience == AudienceChoice.STAFF] == self.model.notes
        kinds = Event.objects.filter(conversation__public_id=self.key).exclude(kind=EventKind.MESSAGE)
        assert not kinds.exclude(body="").exists(), "words stand in messages only"
        assert kinds.filter(kind=EventKind.ENDED).count() == (self.model.state == State.ENDED)

    @invariant()
    def the_resident_sees_nothing_of_the_staff(self) -> None:
        opened = open_conversation(by=self.resident, conversation=self.key, now=self.now)
        assert opened.staff is False, "her follower is never sent the staff's numbers"
        shown = Event.objects.filter(conversation=opened.conversation, audience=AudienceChoice.ALL).order_by("seq")
        lines = log_lines(shown, Participant.objects.filter(conversation=opened.conversation))
        assert not any(SECRET in line.words or SECRET in line.event.body for line in lines)
        assert [line.event.body for line in lines if line.event.kind == EventKind.MESSAGE] == self.model.words
        assert not any(SECRET in repr(payload) for payload in shown.values_list("payload", flat=True))


@pytest.mark.parametrize(("lives", "steps"), [(20, 12), pytest.param(1500, 40, marks=[pytest.mark.soak, pytest.mark.timeout(0)])])
def test_a_conversations_rows_stay_true_whatever_happens(
    lives: int, steps: int, queue: Queue, responder: User, colleague: User
) -> None:
    """Bounded, so that it takes well under a minute; the campaign at full size is `make soak`'s."""
    Life.queue, Life.people = queue, {"responder": responder, "colleague": colleague}
    Life.closed = Schedule.objects.create(county=queue.service.county, key="kiinni", name="Kiinni")
    run_state_machine_as_test(Life, settings=campaign(lives, steps))  # type: ignore[no-untyped-call]
