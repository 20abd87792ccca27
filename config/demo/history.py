"""The made-up past: what came of each contact, as rows that no constraint and no statistic stumbles over.

Everything follows from one seed and the day on which it ends, so that two loadings on a day give the same past.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from django.utils.crypto import salted_hmac

from accounts.models import User
from chat.choices import AudienceChoice, Contactor, EndedBy, EventKind, LegExit, Outcome, ParticipantKind, State, Status
from chat.models import Attempt, Conversation, Leg, Participant
from chat.operations.endings import TO_TRADITIONAL
from chat.operations.moving import crossing_of
from chat.operations.past import Past
from config.demo.opinions import opinion
from config.demo.reading import PastOfService, Talk
from config.demo.shapes import arrivals, hour_weight, tries_outside
from config.demo.words import event, of, passed_on, put_words, said
from services.calendars import HELSINKI, Calendar
from services.models import County, Municipality, Queue, Service, Topic

SEED = 20240618
ABANDONED, SHORT, UNCODED, FAILURE, WRONG_AGAIN = 0.06, 0.025, 0.03, 0.06, 0.25
LEFT_IN_LINE = 0.12
PATIENCE = 240.0
LONGEST_WAIT = 75 * 60.0
ATTEMPTS_PER_CONTACT = 0.11
AGAIN_WITHIN = timedelta(minutes=60)
OUTCOME_TIME = timedelta(hours=24)
WENT_TO: Mapping[str, float] = {"": 40, "left": 22, "helpline": 14, "phone": 10, "other_service": 9, "guide": 5}
ENDED_BY: Mapping[str, float] = {"responder": 62, "resident": 30, "system": 8}
FAILURES: Mapping[str, float] = {"status_enquiry": 55, "unreachable": 33, "wrong_advice": 12}
REASONS = ("examination",) * 4 + ("decision",) * 3 + ("treatment",) * 2 + ("own_worker",) * 2 + ("identity", "wish", "no_digital")
CHANNELS: Mapping[str, float] = {"web": 72, "app": 22, "bot": 6}


@dataclass(frozen=True, slots=True)
class Place:
    """A service and what its past is made of."""

    service: Service
    queue: Queue
    calendar: Calendar
    closings: Mapping[date, datetime]
    past: PastOfService
    topics: Mapping[str, Topic]
    answerers: Mapping[int, list[User]]
    transfer_queues: Mapping[str, Queue]


@dataclass(slots=True)
class Teller:
    """Tells the past of one county between two dates."""

    county: County
    places: Mapping[str, Place]
    municipalities: list[tuple[Municipality, int]]
    first: date
    last: date
    now: datetime
    words: Mapping[str, list[list[str]]] = field(default_factory=dict)
    """By language; with them the answered conversations of the last month and of this one have words."""
    chance: Random = field(default_factory=lambda: Random(SEED))
    last_abandoned: dict[str, Conversation] = field(default_factory=dict)
    # Sums of weights by the table's identity; the table is kept with them, so that no other takes its identity.
    sums: dict[int, tuple[Mapping[str, float], list[str], list[float]]] = field(default_factory=dict)

    def conversations(self, count: int) -> Iterator[Past]:
        """About `count` conversations in the order in which they began."""
        total = sum(place.past.share for place in self.places.values())
        began: list[tuple[datetime, str]] = []
        for key, place in self.places.items():
            times = arrivals(
                place.calendar,
                first=self.first,
                last=self.last,
                count=round(count * place.past.share / total),
                stop=place.queue.intake_stops_minutes,
                chance=self.chance,
            )
            began += [(at, key) for at in times]
        for at, key in sorted(began):
            yield self._one(self.places[key], at)

    def talks(self, talks: list[Talk]) -> Iterator[Past]:
        """The conversations whose words are still kept, on the last days."""
        for n, talk in enumerate(talks):
            place = self.places[talk.service]
            first = self.last - timedelta(days=9)
            times = arrivals(place.calendar, first=first, last=self.last, count=1, stop=60, chance=self.chance)
            for at in times:
                yield self._told(place, at, talk, n)

    def attempts(self, conversations: int) -> Iterator[Attempt]:
        """Tries outside the hours: most of those who come to a closed door leave it."""
        total = sum(place.past.share for place in self.places.values())
        for place in self.places.values():
            count = round(conversations * ATTEMPTS_PER_CONTACT * place.past.share / total)
            for at in tries_outside(place.calendar, first=self.first, last=self.last, count=count, chance=self.chance):
                yield Attempt(
                    county=self.county,
                    service=place.service,
                    at=at,
                    language=self._drawn(place.past.languages),
                    entry_channel=self._channel(),
                    visit=salted_hmac("chat.attempt", str(self._uuid()), algorithm="sha256").hexdigest(),
                    went_to=self._drawn(WENT_TO),
                )

    # --- one contact ---

    def _one(self, place: Place, at: datetime) -> Past:
        row = self._began(place, at)
        past = Past(row)
        resident = Participant(public_id=self._uuid(), kind=ParticipantKind.RESIDENT, joined_at=at)
        past.participants.append(resident)
        event(past, EventKind.JOINED, resident, at, {"role": str(ParticipantKind.RESIDENT)})
        leg = Leg(number=1, queue=place.queue, queued_at=at)
        past.legs.append(leg)
        fate = self.chance.random()
        wait = self._wait(place, at)
        closing = place.closings.get(at.astimezone(HELSINKI).date())
        if fate < SHORT:
            self._left(past, leg, at + timedelta(seconds=self.chance.uniform(1, 9.4)))
        elif fate < SHORT + ABANDONED:
            left = at + timedelta(seconds=min(LONGEST_WAIT, 10.5 + self._around(PATIENCE, 0.8)))
            if closing is not None and left >= closing:
                self._closed(past, leg, closing)
            else:
                self._left(past, leg, left)
                self.last_abandoned[place.service.key] = row
        elif closing is not None and (at + timedelta(seconds=wait) >= closing or self._too_late(place, at, closing)):
            self._closed(past, leg, closing)
        else:
            self._answered(past, leg, place, at + timedelta(seconds=wait))
        self._kept(past)
        self._worded(past)
        past.feedback = opinion(row, now=self.now)
        return past

    def _worded(self, past: Past) -> None:
        row, this = past.conversation, self.last.replace(day=1)
        lately = row.queued_at.astimezone(HELSINKI).date() >= (this - timedelta(days=1)).replace(day=1)
        if lately and row.status == Status.ANSWERED and row.erased_at is None and (lines := self.words.get(row.language)):
            put_words(past, lines[row.queued_at.minute % len(lines)], self._uuid)

    def _began(self, place: Place, at: datetime) -> Conversation:
        key = self._uuid()
        before = self.last_abandoned.get(place.service.key)
        if before is not None and timedelta(0) < at - (before.left_at or at) <= AGAIN_WITHIN and self.chance.random() < WRONG_AGAIN:
            key = before.resident_key  # somebody who gave up comes again (M19)
            del self.last_abandoned[place.service.key]
        language = self._drawn(place.past.languages)
        known = self.chance.random() < 0.78
        return Conversation(
            public_id=self._uuid(),
            county=self.county,
            service=place.service,
            first_queue=place.queue,
            queue=place.queue,
            state=State.ENDED,
            resident_key=key,
            start_token=self._uuid(),
            contactor=self._drawn(place.past.contactors),
            language=language,
            entry_channel=self._channel(),
            entry_page=f"/{language}/palvelu/{place.service.key}/",
            municipality=self._drawn_from(self.municipalities) if known else None,
            topic=place.topics[self._drawn(place.past.topics)] if self.chance.random() < 0.55 else None,
            queued_at=at,
            line_at=at,
            seen_at=at,
        )

    def _left(self, past: Past, leg: Leg, left: datetime) -> None:
        row = past.conversation
        row.status = Status.SHORT_ABANDON if left - row.queued_at < timedelta(seconds=10) else Status.ABANDONED
        gone = self.chance.random() < 0.35  # went away without a word: closed when her place is no longer kept
        row.left_at = row.seen_at = left
        row.closed_at = left + timedelta(minutes=row.service.keep_place_minutes) if gone else left
        row.ended_by = EndedBy.SYSTEM if gone else EndedBy.RESIDENT
        leg.left_at, leg.exit = row.closed_at, LegExit.LEFT
        self._ended(past, past.participants[0] if not gone else None)

    def _closed(self, past: Past, leg: Leg, closing: datetime) -> None:
        row = past.conversation
        row.status, row.ended_by, row.closed_at, row.seen_at = Status.SERVICE_CLOSED, EndedBy.SYSTEM, closing, closing
        leg.left_at, leg.exit = closing, LegExit.CLOSED
        self._ended(past, None)

    def _answered(self, past: Past, leg: Leg, place: Place, accepted: datetime) -> None:
        row, chance = past.conversation, self.chance
        row.status, row.accepted_at = Status.ANSWERED, accepted
        row.wait_seconds = (accepted - row.queued_at).total_seconds()
        row.first_reply_at = accepted + timedelta(seconds=chance.uniform(12, 95))
        row.response_seconds = (row.first_reply_at - row.queued_at).total_seconds()
        person = chance.choice(place.answerers[leg.queue_id])
        self._claimed(past, leg, person, accepted, row.first_reply_at)
        ends = row.first_reply_at + timedelta(minutes=max(2.0, self._around(place.past.length_minutes, 0.5)))
        roll = chance.random()
        for key, share in place.past.transfers.items():
            if roll < share:
                leg, person, ends = self._transferred(past, leg, place.transfer_queues[key], ends)
                break
            roll -= share
        self._finished(past, leg, person, ends)
        self._identified(past, place)
        self._coded(past, person)

    def _claimed(self, past: Past, leg: Leg, person: User, at: datetime, reply: datetime) -> Participant:
        leg.responder, leg.accepted_at, leg.first_reply_at = person, at, reply
        leg.wait_seconds = (at - leg.queued_at).total_seconds()
        past.conversation.responder = person
        known = next((each for each in past.participants if each.user_id == person.pk), None)
        participant = known or Participant(
            public_id=self._uuid(), kind=ParticipantKind.RESPONDER, user=person, name=person.shown_name, joined_at=at
        )
        if known is None:
            past.participants.append(participant)
        event(past, EventKind.CLAIMED, participant, at, {"role": str(ParticipantKind.RESPONDER), "name": participant.name})
        return participant

    def _transferred(self, past: Past, leg: Leg, queue: Queue, ends: datetime) -> tuple[Leg, User, datetime]:
        """The conversation goes on in another queue: a new leg, and the first wait stays as it was."""
        row = past.conversation
        target = self.places[queue.service.key]
        begun = leg.first_reply_at or row.queued_at
        moved = begun + (ends - begun) * 0.4
        leg.left_at, leg.exit = moved, LegExit.TRANSFERRED
        leg.wrong_service = queue.service_id != row.service_id
        crossing = crossing_of(row, queue)
        row.queue, row.service, row.line_at = queue, queue.service, moved
        row.topic = row.topic if not leg.wrong_service else None
        accepted = moved + timedelta(seconds=min(900.0, self._around(110, 0.8)))
        second = Leg(number=2, queue=queue, queued_at=moved)
        past.legs.append(second)
        yes_after = timedelta(seconds=self.chance.uniform(10, 40) if crossing else 0)
        passed_on(past, crossing, asked_at=moved - yes_after, taken_at=accepted, key=self._uuid())
        person = self.chance.choice(target.answerers[queue.pk])
        reply = accepted + timedelta(seconds=self.chance.uniform(12, 95))
        self._claimed(past, second, person, accepted, reply)
        return second, person, reply + timedelta(minutes=max(2.0, self._around(target.past.length_minutes * 0.7, 0.5)))

    def _finished(self, past: Past, leg: Leg, person: User, ends: datetime) -> None:
        row = past.conversation
        row.ended_by = self._drawn(ENDED_BY)
        row.closed_at = row.seen_at = row.last_message_at = ends
        if row.ended_by == EndedBy.RESIDENT:
            row.left_at = ends
        leg.left_at, leg.exit = ends, LegExit.ENDED
        by = {EndedBy.RESIDENT: past.participants[0], EndedBy.SYSTEM: None}
        self._ended(past, by.get(EndedBy(row.ended_by), of(past, person)))

    def _identified(self, past: Past, place: Place) -> None:
        row = past.conversation
        if self.chance.random() >= place.past.identified or row.accepted_at is None or row.closed_at is None:
            return
        number = int(self.chance.paretovariate(0.9) * 40) % 90_000 if self.chance.random() < 0.3 else self.chance.randrange(90_000)
        row.person = salted_hmac("chat.person", f"{self.county.code}:{number}", algorithm="sha256").hexdigest()
        row.identified_at = row.accepted_at + (row.closed_at - row.accepted_at) * self.chance.uniform(0.05, 0.6)

    def _coded(self, past: Past, person: User) -> None:
        row = past.conversation
        assert row.closed_at is not None
        place = self.places[row.service.key]
        participant = of(past, person)
        row.topic = row.topic or place.topics[self._drawn(place.past.topics)]
        if self.chance.random() < UNCODED and row.closed_at + OUTCOME_TIME < self.now:
            row.outcome, row.outcome_at = Outcome.R0, row.closed_at + OUTCOME_TIME
            event(past, EventKind.CODED, None, row.outcome_at, {"outcome": "R0", "topic": ""}, AudienceChoice.STAFF)
            return
        row.outcome, row.outcome_by = self._drawn(place.past.outcomes), person
        row.outcome_at = row.closed_at + timedelta(seconds=0 if row.ended_by == EndedBy.RESPONDER else self.chance.uniform(20, 500))
        row.wrong_service = row.outcome == Outcome.R7
        if row.wrong_service:
            others = [other.service for key, other in self.places.items() if key != row.service.key]
            row.wrong_service_target = self.chance.choice(others)
        elif self.chance.random() < FAILURE:
            row.failure_demand = self._drawn(FAILURES)
        row.outcome_reason = _reason(row.outcome, row.closed_at)
        payload = {"outcome": str(row.outcome), "topic": row.topic.key}
        event(past, EventKind.CODED, participant, row.outcome_at, payload, AudienceChoice.STAFF)

    def _ended(self, past: Past, by: Participant | None) -> None:
        row = past.conversation
        assert row.closed_at is not None
        event(past, EventKind.ENDED, by, row.closed_at, {"by": str(row.ended_by), "status": str(row.status)})

    def _kept(self, past: Past) -> None:
        """What is older than its time of keeping has been erased, as the nightly job would have done.

        Of its log only the skeleton is made: a year's worth of it says nothing that the row does not.
        """
        row = past.conversation
        assert row.closed_at is not None
        row.retain_until = row.closed_at + timedelta(days=row.service.retention_days)
        if row.retain_until < self.now - timedelta(days=1):
            row.erased_at = row.retain_until + timedelta(hours=self.chance.uniform(1, 20))
            row.entry_page = ""
            past.events = [each for each in past.events if each.kind in (EventKind.JOINED, EventKind.ENDED)]
            event(past, EventKind.ERASED, None, row.erased_at, {})

    # --- a conversation with its words ---

    def _told(self, place: Place, at: datetime, talk: Talk, number: int) -> Past:
        row = self._began(place, at)
        row.language, row.contactor, row.topic = talk.language, Contactor(talk.contactor), place.topics[talk.topic]
        past = Past(row)
        resident = Participant(public_id=self._uuid(), kind=ParticipantKind.RESIDENT, joined_at=at)
        past.participants.append(resident)
        event(past, EventKind.JOINED, resident, at, {"role": str(ParticipantKind.RESIDENT)})
        leg = Leg(number=1, queue=place.queue, queued_at=at)
        past.legs.append(leg)
        lines = [said(line) for line in talk.lines]
        event(past, EventKind.MESSAGE, resident, at, {}, body=lines[0][1], client_id=self._uuid())
        person = next(user for user in place.answerers[place.queue.pk] if user.email.startswith(f"{talk.person}@"))
        accepted = at + timedelta(seconds=self.chance.uniform(50, 240))
        moment = accepted + timedelta(seconds=25)
        answerer = self._claimed(past, leg, person, accepted, moment)
        row.status, row.accepted_at, row.first_reply_at = Status.ANSWERED, accepted, moment
        row.wait_seconds, row.response_seconds = (accepted - at).total_seconds(), (moment - at).total_seconds()
        for is_hers, words in lines[1:]:
            writer = resident if is_hers else answerer
            event(past, EventKind.MESSAGE, writer, moment, {}, body=words, client_id=self._uuid())
            row.last_message_at = moment
            moment += timedelta(seconds=25 + len(words) * 0.5 + self.chance.uniform(0, 40))
        for participant in past.participants:
            participant.seen_all = len(past.events)
        row.closed_at = row.seen_at = moment
        row.ended_by = EndedBy.RESPONDER
        leg.left_at, leg.exit = moment, LegExit.ENDED
        self._ended(past, answerer)
        row.outcome, row.outcome_by, row.outcome_at = Outcome(talk.outcome), person, moment
        row.outcome_reason = _reason(talk.outcome, moment)
        payload = {"outcome": talk.outcome, "topic": talk.topic}
        event(past, EventKind.CODED, answerer, moment, payload, AudienceChoice.STAFF)
        self._kept(past)
        past.feedback = opinion(row, now=self.now)
        return past

    # --- chance ---

    def _wait(self, place: Place, at: datetime) -> float:
        """How long the line is: longer when many come, and sometimes very long."""
        local = at.astimezone(HELSINKI)
        rush = hour_weight(local.date(), local.hour) / 13 * (1.4 if local.weekday() == 0 else 1.0)
        return min(LONGEST_WAIT, self._around(place.past.wait_seconds * max(0.35, rush), 0.85))

    def _too_late(self, place: Place, at: datetime, closing: datetime) -> bool:
        """Of those who come in the last half hour some are still in the line when the day ends."""
        last = closing - timedelta(minutes=place.queue.drain_minutes + 30)
        return at >= last and self.chance.random() < LEFT_IN_LINE

    def _around(self, median: float, spread: float) -> float:
        return self.chance.lognormvariate(math.log(median), spread)

    def _drawn(self, weights: Mapping[str, float]) -> str:
        known = self.sums.get(id(weights))
        if known is None:
            known = self.sums[id(weights)] = (weights, list(weights), list(accumulate(weights.values())))
        return self.chance.choices(known[1], cum_weights=known[2])[0]

    def _drawn_from(self, rows: list[tuple[Municipality, int]]) -> Municipality:
        return self.chance.choices([row for row, _ in rows], [weight for _, weight in rows])[0]

    def _channel(self) -> str:
        return self._drawn(CHANNELS)

    def _uuid(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)


def _reason(outcome: str, at: datetime) -> str:
    """Why the matter went on to a traditional service, by the minute: some reasons are commoner than others (M12)."""
    return REASONS[at.minute % len(REASONS)] if outcome in TO_TRADITIONAL else ""
