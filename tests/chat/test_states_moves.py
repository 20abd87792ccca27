"""Whatever way a conversation goes between queues and people, its legs, waits and audiences stay true (S001-49, S002-40, S002-43).

Played: the resident, two colleagues, a nurse of another service, a supervisor of both, a main user and the clock. What silence
and coding bring is played in `test_states`. Whoever takes a conversation says first that she is available.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from accounts.actors import Staff
from accounts.choices import Role
from accounts.models import User
from chat.choices import AudienceChoice, EventKind, IdentificationState, LegExit, ParticipantKind, State, TransferState
from chat.models import Conversation, Event, IdentityRequest, Leg, Participant, Presence, Transfer
from chat.models.identifications import ANSWERED_WITHIN as IDENTIFIED_WITHIN
from chat.models.transfers import ANSWERED_WITHIN, OPEN_STATES, TAKEN_WITHIN
from chat.operations import (
    accept_transfer,
    answer_transfer,
    ask_for_help,
    claim_conversation,
    close_lines,
    decline_identification,
    decline_transfer,
    end_conversation,
    end_disruption,
    flag_conversation,
    join_as_colleague,
    keep_presence,
    leave_conversation,
    offer_transfer,
    open_conversation,
    post_message,
    recall_identification,
    record_signs_of_life,
    redact_message,
    request_identification,
    requeue_conversation,
    run_due,
    set_presence,
    start_conversation,
    start_disruption,
    take_over_conversation,
    tell_disruptions,
    withdraw_transfer,
)
from chat.operations.redactions import HIDDEN
from chat.residents import cookie_value
from chat.views.resident import log_lines
from chat.views.resident_parts import parts_context
from services.models import Disruption, Queue, ResponderGroup, Schedule, Service
from tests.chat.life import BY, SECRET, OneConversation, campaign
from tests.conftest import acting, make_grant, make_queue

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]  # many lives in one test, on a busy machine

HOME, BESIDE, AWAY = "home", "beside", "away"
ANSWERS = {
    HOME: ("responder", "colleague", "supervisor"),
    BESIDE: ("responder", "colleague", "supervisor"),
    AWAY: ("nurse", "supervisor"),
}
"""Who answers which queue; the first two queues are of one service. A supervisor of a service need not be in the group."""
places = st.sampled_from([HOME, BESIDE, AWAY])
names = st.sampled_from(["responder", "colleague", "nurse", "supervisor"])


@dataclass
class Offer:
    """The open transfer: asked of the resident, or offered."""

    key: UUID
    to: str
    person: str
    sender: str
    asked: bool
    due: datetime


@dataclass
class Model:
    """Where it is, who has it, what is open, and what everybody may see."""

    state: str = State.WAITING
    place: str = HOME
    who: str = ""
    offer: Offer | None = None
    legs: int = 1
    accepted: datetime | None = None
    replied: datetime | None = None
    identity_due: datetime | None = None
    help: bool = False
    known: set[str] = field(default_factory=set)
    """Who has been with the resident: of nobody else of the staff she learns."""
    words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Moves(OneConversation):
    """One conversation among three queues of two services."""

    queues: dict[str, Queue]

    def __init__(self) -> None:
        super().__init__()
        self.disrupted: dict[int, Disruption] = {}
        self.figures: dict[int, tuple[object, ...]] = {}

    def teardown(self) -> None:
        try:
            if hasattr(self, "key"):
                self.her_pages_tell_nothing_of_the_staff()
        finally:
            super().teardown()

    # --- the start ---

    @initialize(taken=st.booleans(), replied=st.booleans())
    def starts(self, taken: bool, replied: bool) -> None:
        self.key = start_conversation(
            by=self.resident, service=self.queue.service, token=uuid4(), body="Hei", now=self.now
        ).public_id
        self.began = self.now
        self.model = Model(words=["Hei"])
        if taken or replied:
            self.passes(60)
            self.somebody_takes_it("responder")
        if replied:
            self.somebody_answers("responder")

    # --- help ---

    def act(self, name: str) -> Staff:
        return acting(self.people[name])

    def is_here(self, name: str) -> Staff:
        set_presence(by=self.act(name), county=self.queue.service.county, kind="available", now=self.now)
        return self.act(name)

    def passes(self, seconds: int) -> None:
        """Time, with the resident's page open."""
        self.now += timedelta(seconds=seconds)
        record_signs_of_life(by=self.resident, conversations=[self.key], now=self.now)

    def is_stopped(self, place: str) -> bool:
        return self.queues[place].service_id in self.disrupted

    def crosses(self, place: str) -> bool:
        return self.queues[place].service_id != self.queues[self.model.place].service_id

    def takes(self, place: str, person: str) -> bool:
        """Its own service goes on serving while intake stands still; another one only by a person who is there."""
        there = bool(person) and Presence.objects.taking().filter(user=self.people[person]).exists()
        return there or not self.crosses(place) or not self.is_stopped(place)

    def goes_on(self, offer: Offer) -> None:
        model = self.model
        model.legs += 1
        if model.state == State.WAITING:
            model.place, model.offer = offer.to, None
        else:
            offer.asked, offer.due = False, self.now + TAKEN_WITHIN
            model.offer = offer

    def has_it(self, name: str) -> None:
        model = self.model
        model.state, model.who, model.offer, model.help = State.ACTIVE, name, None, False
        model.accepted = model.accepted or self.now
        model.known.add(name)

    def waits_again(self) -> None:
        model = self.model
        model.state, model.who, model.offer, model.help = State.WAITING, "", None, False
        model.legs += 1

    def ends(self) -> None:
        self.model.state, self.model.offer, self.model.identity_due, self.model.help = State.ENDED, None, None, False

    def says(self, name: str, words: str, audience: str = AudienceChoice.ALL) -> None:
        post_message(by=self.act(name), conversation=self.key, client_id=uuid4(), body=words, audience=audience, now=self.now)

    # --- transfers ---

    @precondition(lambda self: self.model.state != State.ENDED)
    @rule(to=places, personal=st.booleans(), above=st.booleans(), wrong=st.booleans(), note=st.booleans(), said=st.booleans())
    def it_is_offered(self, to: str, personal: bool, above: bool, wrong: bool, note: bool, said: bool) -> None:
        model = self.model
        sender = "supervisor" if above or not model.who else model.who
        person = next((name for name in ANSWERS[to] if name != model.who), "") if personal else ""
        if person:
            self.is_here(person)
        words = self.word()
        speaks = said and sender == model.who and model.offer is None
        wanted: dict[str, Any] = {
            "by": self.act(sender),
            "conversation": self.key,
            "queue": self.queues[to].public_id,
            "person": self.people[person].public_id if person else None,
            "reason": "wrong" if wrong else "expertise",
            "token": uuid4(),
            "note": f"{SECRET} {words}" if note else "",
            "message": words if speaks else "",
            "now": self.now,
        }
        if not person and to == model.place and model.state == State.WAITING:
            with self.refused("transfer_forbidden"):
                offer_transfer(**wanted)
        elif model.offer is not None:
            if (model.offer.to, model.offer.person, model.offer.sender) == (to, person, sender):
                assert offer_transfer(**wanted).public_id == model.offer.key, "pressing twice is once"
            else:
                with self.refused("transfer_open"):
                    offer_transfer(**wanted)
        elif not self.takes(to, person):
            with self.refused("target_unavailable"):
                offer_transfer(**wanted)
        else:
            made = offer_transfer(**wanted)
            if speaks:
                model.words.append(words)
                model.replied = model.replied or self.now
            if note:
                model.notes.append(wanted["note"])
            offer = Offer(made.public_id, to, person, sender, True, self.now + ANSWERED_WITHIN)
            if self.crosses(to):
                model.offer = offer
            else:
                self.goes_on(offer)

    @precondition(lambda self: self.model.offer and self.model.offer.asked)
    @rule(consent=st.booleans())
    def the_resident_is_asked(self, consent: bool) -> None:
        offer = self.model.offer
        assert offer is not None
        takes = self.takes(offer.to, offer.person)
        answer_transfer(by=self.resident, conversation=self.key, transfer=offer.key, consent=consent, now=self.now)
        self.model.offer = None
        if consent and takes:
            self.goes_on(offer)

    @precondition(lambda self: self.model.offer and not self.model.offer.asked)
    @rule(name=names, no=st.booleans())
    def it_is_answered(self, name: str, no: bool) -> None:
        """Taken, or declined by whom it was offered to."""
        model, offer = self.model, self.model.offer
        assert offer is not None

        def press() -> object:
            return (decline_transfer if no else accept_transfer)(by=self.is_here(name), transfer=offer.key, now=self.now)

        if name not in ANSWERS[offer.to]:
            with pytest.raises(Transfer.DoesNotExist):
                press()
        elif offer.person not in ("", name):
            with self.refused("reserved"):
                press()
        elif no and not offer.person:
            with pytest.raises(PermissionDenied):
                press()
        elif no:
            press()
            model.offer = None
        elif name == model.who:
            with self.refused("invalid"):
                press()
        else:
            press()
            model.place = offer.to
            self.has_it(name)

    @precondition(lambda self: self.model.state == State.ACTIVE or self.model.offer)
    @rule(above=st.booleans())
    def it_is_taken_back(self, above: bool) -> None:
        by = self.act("supervisor" if above or not self.model.who else self.model.who)
        if self.model.offer is None:
            with self.refused("transfer_over"):
                withdraw_transfer(by=by, conversation=self.key, now=self.now)
            return
        withdraw_transfer(by=by, conversation=self.key, now=self.now)
        self.model.offer = None

    # --- the line and who has it ---

    @rule(name=names)
    def somebody_takes_it(self, name: str) -> None:
        model = self.model
        by = self.is_here(name)
        if name not in ANSWERS[model.place]:
            with pytest.raises(Conversation.DoesNotExist):
                claim_conversation(by=by, conversation=self.key, now=self.now)
        elif model.state == State.WAITING:
            claim_conversation(by=by, conversation=self.key, now=self.now)
            offer = model.offer
            self.has_it(name)
            model.offer = offer  # what the resident was asked while she waited is asked still
        elif model.state == State.ENDED or model.who != name:
            with self.refused("ended", "taken"):
                claim_conversation(by=by, conversation=self.key, now=self.now)

    @precondition(lambda self: self.model.state != State.ENDED)
    @rule()
    def a_supervisor_takes_it_over(self) -> None:
        model, by = self.model, self.act("supervisor")
        if model.state == State.WAITING:
            with self.refused("invalid"):
                take_over_conversation(by=by, conversation=self.key, now=self.now)
            return
        take_over_conversation(by=by, conversation=self.key, now=self.now)
        if model.who != "supervisor":
            model.legs += 1
            self.has_it("supervisor")

    @precondition(lambda self: self.model.state == State.ACTIVE)
    @rule(name=names, front=st.booleans())
    def it_goes_back_to_the_line(self, name: str, front: bool) -> None:
        model = self.model
        if name not in (model.who, "supervisor"):
            with pytest.raises((PermissionDenied, Conversation.DoesNotExist)):
                requeue_conversation(by=self.act(name), conversation=self.key, exit=LegExit.LOST, front=front, now=self.now)
            return
        requeue_conversation(by=self.act(name), conversation=self.key, exit=LegExit.LOST, front=front, now=self.now)
        self.waits_again()

    @precondition(lambda self: self.model.state == State.ACTIVE)
    @rule()
    def the_responder_is_lost(self) -> None:
        self.is_here(self.model.who)
        self.passes(130)
        keep_presence(by=BY, now=self.now)
        self.waits_again()
        self.looks()

    # --- words, seen and unseen ---

    @precondition(lambda self: self.model.state != State.ENDED)
    @rule()
    def the_resident_writes(self) -> None:
        words = self.word()
        post_message(by=self.resident, conversation=self.key, client_id=uuid4(), body=words, now=self.now)
        self.model.words.append(words)

    @rule(name=names)
    def somebody_answers(self, name: str) -> None:
        words = self.word()
        if self.model.state != State.ACTIVE or self.model.who != name:
            with pytest.raises((ValidationError, Conversation.DoesNotExist)):
                self.says(name, words)
            return
        self.says(name, words)
        self.model.words.append(words)
        self.model.replied = self.model.replied or self.now

    @precondition(lambda self: self.model.state == State.ACTIVE)
    @rule(name=names)
    def somebody_whispers(self, name: str) -> None:
        words = f"{SECRET} {self.word()}"
        if name not in ANSWERS[self.model.place]:
            with pytest.raises(Conversation.DoesNotExist):
                join_as_colleague(by=self.act(name), conversation=self.key, now=self.now)
            with pytest.raises(Conversation.DoesNotExist):
                self.says(name, words, AudienceChoice.STAFF)
            return
        new = not Participant.objects.filter(conversation__public_id=self.key, user=self.people[name]).exists()
        join_as_colleague(by=self.act(name), conversation=self.key, now=self.now)
        self.says(name, words, AudienceChoice.STAFF)
        self.model.notes.append(words)
        self.model.help = self.model.help and not new

    @precondition(lambda self: self.model.state == State.ACTIVE)
    @rule(wanted=st.booleans())
    def the_responder_wants_advice(self, wanted: bool) -> None:
        ask_for_help(by=self.act(self.model.who), conversation=self.key, wanted=wanted, now=self.now)
        self.model.help = wanted

    @precondition(lambda self: self.model.state == State.ACTIVE)
    @rule(flag=st.sampled_from(["abusive", "dangerous"]), whole=st.booleans())
    def the_responder_marks_words(self, flag: str, whole: bool) -> None:
        """A flag, and the newest words of all hidden."""
        model, by = self.model, self.act(self.model.who)
        flag_conversation(by=by, conversation=self.key, flag=flag, now=self.now)
        shown = Event.objects.filter(conversation__public_id=self.key, kind=EventKind.MESSAGE, audience=AudienceChoice.ALL)
        newest = shown.latest("seq")
        words = "" if whole else "sana"
        if words and words not in newest.body:
            return
        redact_message(by=by, conversation=self.key, audience=AudienceChoice.ALL, seq=newest.seq, words=words, now=self.now)
        hidden = HIDDEN["fi"]
        model.words[-1] = model.words[-1].replace(words, hidden) if words else hidden

    # --- identification ---

    @precondition(lambda self: self.model.state == State.ACTIVE)
    @rule(name=names)
    def she_is_asked_who_she_is(self, name: str) -> None:
        model = self.model
        self.passes(20)

        def press() -> object:
            return request_identification(by=self.act(name), conversation=self.key, purpose="own_matter", now=self.now)

        if name != model.who:
            with pytest.raises((ValidationError, Conversation.DoesNotExist)):
                press()
        elif model.identity_due is not None:
            with self.refused("identity_open"):
                press()
        else:
            press()
            model.identity_due = self.now + IDENTIFIED_WITHIN

    @precondition(lambda self: self.model.identity_due)
    @rule(recalled=st.booleans())
    def nobody_is_identified(self, recalled: bool) -> None:
        """She says no, or whoever has it now takes the question back."""
        if recalled and self.model.who:
            recall_identification(by=self.act(self.model.who), conversation=self.key, now=self.now)
        else:
            decline_identification(by=self.resident, conversation=self.key, now=self.now)
        self.model.identity_due = None

    # --- what time and others bring ---

    def looks(self) -> None:
        """The beat, twice."""
        model = self.model
        for _ in range(2):
            run_due(by=BY, now=self.now)
            tell_disruptions(by=BY, now=self.now)
        if model.offer is not None and model.offer.due <= self.now:
            model.offer = None
        if model.identity_due is not None and model.identity_due <= self.now:
            model.identity_due = None

    @rule(seconds=st.sampled_from([1, 100, 299, 301, 601]))
    def time_goes_by(self, seconds: int) -> None:
        self.passes(seconds)
        self.looks()

    @precondition(lambda self: self.model.state != State.ENDED)
    @rule(seconds=st.sampled_from([130, 290, 310]))
    def the_resident_is_away_and_back(self, seconds: int) -> None:
        """Away, but not so long that her place is gone; what is due meanwhile and after it comes in its time."""
        self.passes(20)
        self.now += timedelta(seconds=seconds)
        self.looks()
        self.passes(1)
        self.passes(12)
        self.looks()

    @precondition(lambda self: self.model.state != State.ENDED)
    @rule()
    def the_resident_is_gone(self) -> None:
        self.now += timedelta(hours=1)
        self.looks()
        self.ends()

    @rule(place=st.sampled_from([HOME, AWAY]))
    def intake_stops_or_goes_on(self, place: str) -> None:
        """A disruption of the service begins, or the one that goes on ends: those who wait are told, and keep their places."""
        service = self.queues[place].service
        by = self.act("chief")
        going = self.disrupted.pop(service.pk, None)
        if going is not None:
            self.passes(1)
            end_disruption(by=by, disruption=going, now=self.now)
            return
        text = {"fi": "Chat katkeilee.", "sv": "Chatten bryts.", "en": "The chat breaks off."}
        self.disrupted[service.pk] = start_disruption(
            by=by, county=service.county, service=service, text=text, stops_intake=True, now=self.now
        )

    @rule(is_open=st.booleans())
    def the_lines_are_looked_at(self, is_open: bool) -> None:
        """Closing time ends the wait of those in the line, and of nobody else; a stop of intake ends nobody's."""
        queue = self.queues[self.model.place]
        if not is_open:
            Queue.objects.filter(pk=queue.pk).update(schedule=self.closed)
        close_lines(by=BY, now=self.now)
        Queue.objects.filter(pk=queue.pk).update(schedule=queue.schedule)
        if not is_open and self.model.state == State.WAITING:
            self.ends()

    @precondition(lambda self: self.model.state != State.ENDED)
    @rule(herself=st.booleans())
    def it_ends(self, herself: bool) -> None:
        if herself or not self.model.who:
            leave_conversation(by=self.resident, conversation=self.key, now=self.now)
        else:
            by = self.act(self.model.who)
            end_conversation(by=by, conversation=self.key, outcome="R1", topic="neuvonta", now=self.now)
        self.ends()

    # --- what is always true ---

    @invariant()
    def the_row_says_what_the_model_says(self) -> None:
        row, model = self.row, self.model
        assert row.state == model.state
        assert row.queue_id == self.queues[model.place].pk
        assert row.queue.service_id == row.service_id
        assert row.first_queue_id == self.queue.pk, "where she came stays"
        assert row.responder_id == (self.people[model.who].pk if model.who else None)
        if row.state != State.ENDED:
            assert (row.state == State.ACTIVE) == (row.responder_id is not None)
        assert (row.help_wanted_at is not None) == model.help, "whoever asked for advice has it still"

    @invariant()
    def the_first_wait_and_reply_never_change(self) -> None:
        row, model = self.row, self.model
        assert (row.queued_at, row.accepted_at, row.first_reply_at) == (self.began, model.accepted, model.replied)
        assert row.wait_seconds == (None if model.accepted is None else (model.accepted - self.began).total_seconds())
        assert row.response_seconds == (None if model.replied is None else (model.replied - self.began).total_seconds())
        assert (row.closed_at is not None) == (row.state == State.ENDED) == bool(row.status) == bool(row.ended_by)
        if row.closed_at is not None:
            assert row.closed_at >= row.queued_at

    @invariant()
    def one_transfer_at_most(self) -> None:
        found = list(Transfer.objects.filter(conversation__public_id=self.key, state__in=OPEN_STATES))
        offer = self.model.offer
        assert [one.public_id for one in found] == ([offer.key] if offer else [])
        if offer is not None:
            assert self.model.state != State.ENDED
            assert (found[0].state == TransferState.ASKED) == offer.asked
            assert offer.asked or self.model.state == State.ACTIVE, "what waits is moved, not offered"
            assert found[0].due_at == offer.due

    @invariant()
    def legs_are_one_chain(self) -> None:
        legs = list(Leg.objects.filter(conversation__public_id=self.key).order_by("number"))
        assert [leg.number for leg in legs] == list(range(1, self.model.legs + 1))
        open_offer = self.model.offer if self.model.offer and not self.model.offer.asked else None
        offered = [leg for leg in legs if open_offer and leg == legs[-1]]
        stays = [leg for leg in legs if leg.exit != LegExit.RETURNED and leg not in offered]
        running = [leg for leg in stays if leg.left_at is None]
        assert running == ([] if self.model.state == State.ENDED else stays[-1:])
        assert all(leg.left_at is None and leg.accepted_at is None for leg in offered)
        present = Leg.objects.present_of(self.row)
        assert present == stays[-1] and present.queue_id == self.row.queue_id
        if self.model.state == State.ACTIVE:
            assert present.responder_id == self.row.responder_id and present.accepted_at is not None
        elif self.model.state == State.WAITING:
            assert present.accepted_at is None
        for before, after in itertools.pairwise(stays):
            assert before.left_at is not None
            assert before.left_at <= (after.queued_at if after.offered_at is None else after.accepted_at or after.queued_at)
        for leg in legs:
            assert bool(leg.exit) == (leg.left_at is not None)
            assert leg.left_at is None or leg.queued_at <= (leg.accepted_at or leg.queued_at) <= leg.left_at
            assert (leg.accepted_at is None) == (leg.wait_seconds is None)
            if leg.accepted_at is not None:
                assert leg.wait_seconds == (leg.accepted_at - leg.queued_at).total_seconds()
            figures = (leg.queued_at, leg.accepted_at, leg.wait_seconds, leg.responder_id, leg.queue_id, leg.left_at, leg.exit)
            if leg.left_at is not None:
                assert self.figures.setdefault(leg.number, figures) == figures, "an ended leg keeps its figures"

    @invariant()
    def one_question_of_identity_at_most(self) -> None:
        asked = IdentityRequest.objects.filter(conversation__public_id=self.key, state=IdentificationState.ASKED)
        assert [one.due_at for one in asked] == ([self.model.identity_due] if self.model.identity_due else [])

    @invariant()
    def the_log_is_what_was_said(self) -> None:
        said = list(
            Event.objects.filter(conversation__public_id=self.key, kind=EventKind.MESSAGE)
            .order_by("pk")
            .values_list("audience", "body")
        )
        assert [body for audience, body in said if audience == AudienceChoice.ALL] == self.model.words
        assert [body for audience, body in said if audience == AudienceChoice.STAFF] == self.model.notes
        hidden = (EventKind.ESCALATED, EventKind.CODED, EventKind.FLAGGED, EventKind.HELP)
        leaked = Event.objects.filter(conversation__public_id=self.key, audience=AudienceChoice.ALL, kind__in=hidden)
        assert not leaked.exists()

    @invariant()
    def the_resident_is_shown_nothing_of_the_staff(self) -> None:
        opened = open_conversation(by=self.resident, conversation=self.key, now=self.now)
        assert opened.staff is False
        people = Participant.objects.filter(conversation=opened.conversation)
        shown = list(Event.objects.filter(conversation=opened.conversation, audience=AudienceChoice.ALL).order_by("seq"))
        lines = log_lines(shown, people)
        told = [line.words + line.name for line in lines] + [repr(event.payload) for event in shown]
        self.is_clean("\n".join(told) + repr(parts_context(self.resident, opened)))
        assert [line.words for line in lines if line.event.kind == EventKind.MESSAGE] == self.model.words
        if self.model.who:
            mine = people.get(user=self.people[self.model.who])
            assert mine.kind == ParticipantKind.RESPONDER, "whoever is with her is shown by name"

    def is_clean(self, text: str) -> None:
        assert SECRET not in text
        for name in set(ANSWERS[HOME] + ANSWERS[AWAY]) - self.model.known:
            assert self.people[name].shown_name not in text, "one who never was with her"

    def her_pages_tell_nothing_of_the_staff(self) -> None:
        """Once in each life: the page, the text and the print as they are sent."""
        client = Client()
        client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(self.resident)
        for door in ("conversation", "transcript", "print"):
            response = client.get(reverse(f"chat:{door}", args=[self.key]))
            assert response.status_code == 200
            text = response.content.decode()
            self.is_clean(text)
            assert self.model.words[-1] in text


@pytest.fixture
def _stage(
    queue: Queue,
    second_queue: Queue,
    always_open: Schedule,
    group: ResponderGroup,
    second_service: Service,
    responder: User,
    colleague: User,
    second_responder: User,
    supervisor: User,
    main_user: User,
    settings: Any,
) -> None:
    """Each of the three queues may send to the two others."""
    settings.IDENTITY_PROVIDER = "development"
    beside = make_queue(queue.service, always_open, group, key="toinen")
    Queue.objects.filter(pk=beside.pk).update(is_entry=False)
    Moves.queue, Moves.queues = queue, {HOME: queue, BESIDE: beside, AWAY: second_queue}
    for each in Moves.queues.values():
        each.transfer_targets.add(*(other for other in Moves.queues.values() if other != each))
    Service.objects.filter(pk__in=[queue.service_id, second_service.pk]).update(identification="midway")
    make_grant(supervisor, Role.SUPERVISOR, county=queue.service.county, service=second_service)
    Moves.people = {
        "responder": responder,
        "colleague": colleague,
        "nurse": second_responder,
        "supervisor": supervisor,
        "chief": main_user,
    }
    Moves.closed = Schedule.objects.create(county=queue.service.county, key="kiinni", name="Kiinni")


@pytest.mark.usefixtures("_stage")
@pytest.mark.parametrize(("lives", "steps"), [(25, 15), pytest.param(1500, 40, marks=[pytest.mark.soak, pytest.mark.timeout(0)])])
def test_no_sequence_of_moves_breaks_legs_and_audiences(lives: int, steps: int) -> None:
    """Bounded, so that it takes well under a minute; the campaign at full size is `make soak`'s."""
    run_state_machine_as_test(Moves, settings=campaign(lives, steps))  # type: ignore[no-untyped-call]
