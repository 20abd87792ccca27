"""Random pasts around the borders of months, of working time and of the clock, and the same as rows of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import strategies as st

from accounts.models import User
from chat.choices import EndedBy, LegExit, Medium, PresenceEnd, State
from chat.models import Attempt, Conversation, Feedback, LaterContact, Leg, Presence, Transfer
from reports.models import FeedbackMark
from services.choices import Identification
from services.models import Queue, Service, Topic
from tests.reports.slow import FAILURES, SERVICES, TONES, Here, Move, Past, Promise, Told, Tried, day_of, whence

# The first and last instants of March and October 2026 and the nights in which the clock is moved; then the first and last
# instants of office hours, on the last day of a month too, and a Thursday on which nobody works.
NIGHTS = [
    datetime(2026, 2, 28, 22, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 3, 31, 21, tzinfo=UTC),
    datetime(2026, 9, 30, 21, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 10, 31, 22, tzinfo=UTC),
]
DAYS = [
    datetime(2026, 10, 14, 5, tzinfo=UTC),
    datetime(2026, 10, 14, 13, tzinfo=UTC),
    datetime(2026, 3, 31, 13, tzinfo=UTC),
    datetime(2026, 12, 24, 10, tzinfo=UTC),
]
HOUR, MINUTE, FIVE = 3_600_000_000, 60_000_000, 300_000_000
near = st.integers(-2 * HOUR, 2 * HOUR) | st.sampled_from([-1, 0, 0, 1, -MINUTE, MINUTE])
spans = st.integers(0, HOUR) | st.sampled_from([FIVE - 1, FIVE, FIVE + 1, 2 * FIVE // 5, MINUTE])
AGAIN = [0, 1, HOUR, HOUR + 1, 168 * HOUR, 168 * HOUR + 1]
"""How long after an end the same one comes once more."""


def after(at: datetime, micros: int) -> datetime:
    return at + timedelta(microseconds=micros)


@st.composite
def moves(draw: st.DrawFn) -> tuple[Move, ...]:
    begins, found = 0, []
    for _n in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        move = Move(
            state=draw(st.sampled_from(["accepted"] * 3 + ["declined", "expired", "withdrawn", "refused"])),
            reason=draw(st.sampled_from(["expertise", "wrong", "overflow"])),
            to=draw(st.sampled_from("AB")),
            begins=begins + draw(st.integers(0, FIVE)),
            taken=draw(spans),
        )
        begins = move.begins + move.taken
        found.append(move)
    return tuple(found)


@st.composite
def promises(draw: st.DrawFn, of: datetime) -> Promise:
    """Due on the day or some days later; done on its day, on the due day to its last moment, or late, or not at all."""
    due = day_of(of) + timedelta(days=draw(st.integers(0, 4)))
    result = draw(st.sampled_from(["reached", "reached", "reached", "not_reached", "cancelled", ""]))
    done = (
        after(of, draw(st.integers(0, 3 * HOUR) | st.sampled_from([24 * HOUR, 72 * HOUR]) | st.integers(0, 120 * HOUR)))
        if result
        else None
    )
    return Promise(draw(st.sampled_from(["call_request", "follow_up"])), due, done, result)


@st.composite
def conversations(draw: st.DrawFn, edges: Sequence[datetime]) -> Told:
    status = draw(st.sampled_from(["answered"] * 4 + ["abandoned", "abandoned", "short_abandon", "service_closed"]))
    answered, service = status == "answered", draw(st.sampled_from("AAB"))
    wait = draw(spans | st.just(10 * HOUR))
    has_words = draw(st.booleans())
    told = Told(
        queued=after(draw(st.sampled_from(edges)), draw(near)),
        status=status,
        service=service,
        wait=wait,
        response=wait + draw(st.integers(0, FIVE)) if answered else 0,
        length=draw(st.integers(FIVE, 2 * HOUR)),
        left=draw(st.integers(0, 9_999_999)) if status == "short_abandon" else draw(st.integers(10_000_000, HOUR)),
        is_test=draw(st.integers(0, 9)) == 0,
        # Hardly anybody identifies herself where the service never asks for it.
        person=draw(st.sampled_from(["", "P1", "P2"] if service == "A" else [""] * 19 + ["P1"])),
        identified_at_the_end=draw(st.integers(0, 4)) == 0,
        session=draw(st.integers(0, 5)),
        topic=draw(st.sampled_from(["", "muisti", "kotihoito"])),
        outcome=draw(st.sampled_from(["", "R0", "R1", "R2", *(f"R{n}" for n in range(1, 10))])) if answered else "",
        csat=draw(st.none() | st.integers(1, 5)),
        nps=draw(st.none() | st.integers(0, 10)),
        has_words=has_words,
        tone=draw(st.sampled_from(["", *TONES])) if has_words else "",
        themes=draw(st.sampled_from([(), ("skill",), ("skill", "humane")])) if has_words else (),
        failure=draw(st.sampled_from([""] * 5 + list(FAILURES))),
        moves=draw(moves()),
    )
    if told.moves:
        told = replace(told, came_wrong=draw(st.booleans()))
    return replace(told, promise=draw(promises(told.ends))) if draw(st.booleans()) else told


@st.composite
def pasts(draw: st.DrawFn, edge: datetime, most: int = 20) -> Past:
    """What happened around one border, and the same persons and browsers once more."""
    rows = draw(st.lists(conversations([edge]), min_size=draw(st.sampled_from([0, most // 2])), max_size=most))
    again = []
    for row in rows:
        if draw(st.integers(0, 1 if row.person else 3)) == 0:
            late = after(row.ends, draw(st.sampled_from(AGAIN)))
            again.append(replace(row, queued=late, promise=None, status="abandoned", outcome="", moves=(), came_wrong=False))
    return Past(
        rows=[*rows, *again],
        tried=draw(st.lists(st.builds(
            lambda micros, *rest: Tried(after(edge, micros), *rest),
            near, st.sampled_from("AB"), st.sampled_from(["", "left", "form", "guide"]), st.integers(0, 4).map(lambda n: n == 0),
        ), max_size=5)),
        here=draw(st.lists(st.builds(
            lambda service, kind, begins, micros: Here(service, kind, after(edge, begins), after(edge, begins + micros)),
            st.sampled_from("AB"), st.sampled_from(["available", "available", "break"]), near, spans,
        ), max_size=3)),
        now=edge + timedelta(days=draw(st.integers(1, 6))),
    )  # fmt: skip


def store(queues: Mapping[str, Queue], responders: Mapping[str, User], past: Past) -> None:
    """All of it in the database, in few statements; the responders belong to the groups of the queues."""
    county = queues["A"].service.county
    for name, of in SERVICES.items():
        identification = Identification.MIDWAY if of.asks_identity else Identification.NEVER
        Service.objects.filter(pk=queues[name].service_id).update(
            identification=identification, primary_care=of.is_primary_care, response_target_seconds=of.target // 1_000_000
        )
    topics = {
        (name, key): Topic.objects.get_or_create(service=queue.service, key=key)[0]
        for name, queue in queues.items()
        for key in ("muisti", "kotihoito")
    }
    rows = Conversation.objects.bulk_create(
        _row(queues[each.service], topics.get((each.service, each.topic)), each) for each in past.rows
    )
    pairs = list(zip(rows, past.rows, strict=True))
    _store_feedback(pairs)
    _store_moves(queues, pairs)
    _store_promises(pairs)
    Attempt.objects.bulk_create(
        Attempt(
            county=county,
            service=queues[each.service].service,
            at=each.at,
            language="fi",
            went_to=each.went_to,
            visit=uuid4().hex,
            is_test=each.is_test,
        )
        for each in past.tried
    )
    Presence.objects.bulk_create(
        Presence(
            county=county,
            user=responders[each.service],
            kind=each.kind,
            starts_at=each.begins,
            ends_at=each.ends,
            ended_by=PresenceEnd.CHANGED,
        )
        for each in past.here
    )


def _row(queue: Queue, topic: Topic | None, each: Told) -> Conversation:
    answered = each.status == "answered"
    accepted = after(each.queued, each.wait)
    identified = each.ends if each.identified_at_the_end else each.queued - timedelta(microseconds=1)
    return Conversation(
        county=queue.service.county,
        service=queue.service,
        first_queue=queue,
        queue=queue,
        resident_key=UUID(int=each.session),
        start_token=uuid4(),
        state=State.ENDED,
        ended_by=EndedBy.RESIDENT,
        status=each.status,
        is_test=each.is_test,
        queued_at=each.queued,
        line_at=each.queued,
        accepted_at=accepted if answered else None,
        first_reply_at=each.replied,
        wait_seconds=(accepted - each.queued).total_seconds() if answered else None,
        response_seconds=(each.replied - each.queued).total_seconds() if each.replied else None,
        left_at=each.ends if each.status in ("abandoned", "short_abandon") else None,
        closed_at=each.ends,
        person=each.person,
        identified_at=identified if each.person else None,
        topic=topic,
        outcome=each.outcome,
        failure_demand=each.failure,
    )


def _store_feedback(pairs: Sequence[tuple[Conversation, Told]]) -> None:
    given = [(row, each) for row, each in pairs if each.has_feedback]
    answers = Feedback.objects.bulk_create(
        Feedback(
            conversation=row,
            answered_at=row.closed_at,
            satisfaction=each.csat,
            recommend=each.nps,
            words="Kiitos avusta." if each.has_words else "",
        )
        for row, each in given
    )
    FeedbackMark.objects.bulk_create(
        FeedbackMark(
            feedback=answer,
            county=row.county,
            service=row.service,
            of=each.ends,
            tone=each.tone,
            themes=list(each.themes),
            marked_at=each.ends,
        )
        for answer, (row, each) in zip(answers, given, strict=True)
        if each.has_words
    )


def _store_moves(queues: Mapping[str, Queue], pairs: Sequence[tuple[Conversation, Told]]) -> None:
    """A leg for the first queue and for each that it was offered to."""
    legs: list[Leg] = []
    tries: list[tuple[Transfer, int, int]] = []
    for row, each in pairs:
        if not each.moves:
            continue
        sender = len(legs)
        legs.append(Leg(conversation=row, queue=row.queue, queued_at=each.queued, wrong_service=each.came_wrong))
        for n, move in enumerate(each.moves):
            offered = after(each.queued, move.begins)
            ended = after(offered, move.taken)
            is_taken, is_offered = move.state == "accepted", move.state != "refused"
            legs.append(
                Leg(
                    conversation=row,
                    number=n + 2,
                    queue=queues[move.to],
                    queued_at=offered,
                    accepted_at=ended if is_taken else None,
                    wait_seconds=(ended - offered).total_seconds() if is_taken else None,
                    exit="" if is_taken else LegExit.RETURNED,
                )
            )
            transfer = Transfer(
                conversation=row,
                from_queue=queues[whence(each, n)],
                to_queue=queues[move.to],
                reason=move.reason,
                state=move.state,
                asked_at=offered,
                offered_at=offered if is_offered else None,
                ended_at=ended,
            )
            tries.append((transfer, sender, len(legs) - 1 if is_offered else -1))
            sender = len(legs) - 1 if is_taken else sender
    Leg.objects.bulk_create(legs)
    for transfer, whence_leg, to_leg in tries:
        transfer.from_leg = legs[whence_leg]
        transfer.to_leg = legs[to_leg] if to_leg >= 0 else None
    Transfer.objects.bulk_create(transfer for transfer, *_legs in tries)


def _store_promises(pairs: Sequence[tuple[Conversation, Told]]) -> None:
    """Each a row of its own that came of the conversation, of the same browser: open until it is done, and no contact."""
    called = [(row, each.ends, each.promise) for row, each in pairs if each.promise]
    held: set[tuple[UUID, int]] = set()
    rows = []
    for row, at, promise in called:
        key = row.resident_key
        if promise.done is None:  # one browser has one that is open in a service
            key = uuid4() if (key, row.service_id) in held else key
            held.add((key, row.service_id))
        rows.append(
            Conversation(
                county=row.county,
                service=row.service,
                first_queue=row.queue,
                queue=row.queue,
                medium=Medium.CALL,
                origin=row,
                resident_key=key,
                person=row.person,
                start_token=uuid4(),
                is_test=row.is_test,
                queued_at=at,
                line_at=at,
                state=State.WAITING if promise.done is None else State.ENDED,
                status="" if promise.done is None else "answered",
                ended_by="" if promise.done is None else EndedBy.RESPONDER,
                closed_at=promise.done,
            )
        )
    Conversation.objects.bulk_create(rows)
    LaterContact.objects.bulk_create(
        LaterContact(conversation=row, kind=promise.kind, due_on=promise.due, done_at=promise.done, result=promise.result)
        for row, (_of, _at, promise) in zip(rows, called, strict=True)
    )
