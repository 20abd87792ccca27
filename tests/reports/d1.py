"""The worked data set D1 of the metrics (section 4) as rows: November 2026, times of Finland, T = 300 s."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from accounts.models import User
from chat.choices import EndedBy, LegExit, PresenceEnd, PresenceKind, State, Status, TransferReason, TransferState, WentTo
from chat.models import Attempt, Conversation, Feedback, Leg, Presence, Transfer
from reports.months import Month
from services.calendars import HELSINKI
from services.choices import ServiceStatus
from services.models import County, Queue, Schedule, Service, Topic

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


@dataclass(frozen=True)
class Row:
    """One line of the table; days and clock times, the 31st is the 1st of December."""

    queued: str
    accepted: str | None = None
    replied: str | None = None
    ended: str | None = None
    status: str = "answered"
    person: str = ""
    topic: str = ""
    outcome: str = ""
    csat: int | None = None
    nps: int | None = None
    service: str = "ikaantyneet"


D1 = {
    "C01": Row("2 08:00:00", "2 08:02:00", "2 08:02:30", "2 08:20:00", "answered", "P1", "kotihoito", "R1", 5, 10),
    "C02": Row("2 08:01:00", "2 08:07:00", "2 08:08:00", "2 08:31:00", "answered", "", "tukipalvelut", "R2", 4, 9),
    "C03": Row("2 08:03:00", None, None, "2 08:03:06", "short_abandon"),
    "C04": Row("2 08:05:00", None, None, "2 08:17:00", "abandoned", "P2"),
    "C05": Row("2 08:40:00", "2 08:41:00", "2 08:41:20", "2 09:05:00", "answered", "P2", "kotihoito", "R3", None, 7),
    "C06": Row("3 10:00:00", "3 10:00:30", "3 10:01:00", "3 10:40:00", "answered", "P3", "muisti", "R1", 5, 10),
    "C07": Row("3 14:55:00", None, None, "3 15:30:00", "service_closed"),
    "C09": Row("4 09:00:00", "4 09:15:00", "4 09:16:00", "4 09:30:00", "answered", "", "terveysasia", "R7", 2, 3),
    "C10": Row("5 12:00:00", "5 12:00:10", "5 12:00:40", "5 12:10:00", "test", "", "", "R1", 5, 10),
    "C11": Row(
        "30 23:58:00", "31 00:03:00", "31 00:04:00", "31 00:20:00", "answered", "", "flunssa", "R1", 3, 6, service="paivystys"
    ),
    "C12": Row("31 00:00:00", "31 00:01:00", "31 00:01:10", "31 00:09:00", "answered", "", "", "R1", 5, 10, service="paivystys"),
    "C13": Row("6 09:00:00", "6 09:01:00", "6 09:01:30", "6 09:11:00", "answered", "P1", "kotihoito", "R6", 4, 8),
    "C14": Row("5 13:00:00", "5 13:04:00", "5 13:05:00", "5 13:25:00", "answered", "P4", "asuminen", "R5", None, 9),
}
OLDER, DUTY = "ikaantyneet", "paivystys"


def at(words: str) -> datetime:
    """“2 08:00:00” in November 2026 of Finland."""
    day, clock = words.split()
    return datetime.combine(date(2026, 11, 1) + timedelta(days=int(day) - 1), time.fromisoformat(clock), tzinfo=HELSINKI)


def maybe(words: str | None) -> datetime | None:
    return None if words is None else at(words)


def made(queue: Queue, row: Row, *, keys: dict[str, UUID] | None = None, **fields: object) -> Conversation:
    """The row in the database, with its first leg and its feedback, waits stored as the chat stores them."""
    queued, accepted, replied, ended = at(row.queued), maybe(row.accepted), maybe(row.replied), maybe(row.ended)
    left = ended if row.status in ("abandoned", "short_abandon") else None
    topic = None
    if row.topic:
        topic, _ = Topic.objects.get_or_create(service=queue.service, key=row.topic, defaults={"name_fi": row.topic})
    given = {
        "county": queue.service.county,
        "service": queue.service,
        "first_queue": queue,
        "queue": queue,
        "resident_key": uuid4(),
        "start_token": uuid4(),
        "state": State.ENDED,
        "status": Status.ANSWERED if row.status == "test" else row.status,
        "ended_by": EndedBy.RESPONDER if accepted else EndedBy.RESIDENT,
        "is_test": row.status == "test",
        "queued_at": queued,
        "line_at": queued,
        "accepted_at": accepted,
        "first_reply_at": replied,
        "left_at": left,
        "closed_at": ended or replied or queued,
        "wait_seconds": (accepted - queued).total_seconds() if accepted else None,
        "response_seconds": (replied - queued).total_seconds() if replied else None,
        "person": row.person,
        "identified_at": queued if row.person else None,
        "topic": topic,
        "outcome": row.outcome,
        "wrong_service": row.outcome == "R7",
    }
    conversation = Conversation.objects.create(**{**given, **fields})
    Leg.objects.create(
        conversation=conversation,
        queue=queue,
        queued_at=queued,
        accepted_at=accepted,
        first_reply_at=replied,
        left_at=conversation.closed_at,
        wait_seconds=conversation.wait_seconds,
        exit=LegExit.ENDED if accepted else LegExit.LEFT,
    )
    if row.csat or row.nps is not None:
        Feedback.objects.create(
            conversation=conversation, answered_at=conversation.closed_at, satisfaction=row.csat, recommend=row.nps
        )
    return conversation


def passed_on(conversation: Conversation, target: Queue, *, queued: str, accepted: str) -> Transfer:
    """The conversation goes to another queue and is taken there."""
    begins, taken = at(queued), at(accepted)
    first = conversation.legs.get(number=1)
    Leg.objects.filter(pk=first.pk).update(left_at=begins, exit=LegExit.TRANSFERRED)
    leg = Leg.objects.create(
        conversation=conversation,
        number=2,
        queue=target,
        queued_at=begins,
        accepted_at=taken,
        left_at=conversation.closed_at,
        wait_seconds=(taken - begins).total_seconds(),
        exit=LegExit.ENDED,
    )
    Conversation.objects.filter(pk=conversation.pk).update(queue=target)
    return Transfer.objects.create(
        conversation=conversation,
        from_leg=first,
        to_leg=leg,
        from_queue=first.queue,
        to_queue=target,
        reason=TransferReason.EXPERTISE,
        state=TransferState.ACCEPTED,
        asked_at=begins,
        offered_at=begins,
        ended_at=taken,
    )


def make_d1(queue: Queue) -> dict[str, Conversation]:
    """The whole table: the service of the queue, its doctor's queue, and a service around the clock for C11 and C12."""
    service = queue.service
    assert service.key == OLDER
    duty = duty_queue(service.county, queue.schedule)
    doctor = Queue.objects.create(
        service=service, key="laakari", name_fi="Lääkäri", languages=["fi"], schedule=queue.schedule, is_doctor=True, is_entry=False
    )
    rows = {code: made(duty if row.service == DUTY else queue, row) for code, row in D1.items()}
    passed_on(rows["C06"], doctor, queued="3 10:06:00", accepted="3 10:16:00")
    Attempt.objects.create(
        county=service.county, service=service, at=at("4 07:30:00"), language="fi", went_to=WentTo.FORM, visit="C08"
    )
    return rows


def duty_queue(county: County, schedule: Schedule | None) -> Queue:
    """The queue of the service around the clock."""
    service, _ = Service.objects.get_or_create(
        county=county,
        key=DUTY,
        defaults={
            "name_fi": "Päivystyschat",
            "status": ServiceStatus.OPEN,
            "permitted_at": at("1 00:00:00"),
            "opened_at": at("1 00:00:00"),
        },
    )
    return Queue.objects.create(service=service, key="yleinen", name_fi="Yleinen", languages=["fi"], schedule=schedule)


def available(user: User, county: County, starts: str, ends: str) -> None:
    """An interval of presence in which the responder takes conversations."""
    Presence.objects.create(
        county=county,
        user=user,
        kind=PresenceKind.AVAILABLE,
        starts_at=at(starts),
        ends_at=at(ends),
        ended_by=PresenceEnd.CHANGED,
    )
