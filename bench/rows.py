"""Rows for the benchmarks: conversations in progress with their people, and the history of the page benchmark."""

from __future__ import annotations

import json
import os
import random
import sys
from datetime import time, timedelta
from time import perf_counter
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.actors import Resident  # noqa: E402
from accounts.choices import Role  # noqa: E402
from accounts.models import Grant, User  # noqa: E402
from chat.boards import line_boards, mine_boards  # noqa: E402
from chat.choices import EndedBy, EventKind, ParticipantKind, PresenceKind, State, Status  # noqa: E402
from chat.models import Conversation, Event, Leg, Participant, Presence  # noqa: E402
from chat.residents import cookie_value  # noqa: E402
from services.choices import ServiceStatus  # noqa: E402
from services.models import (  # noqa: E402
    Channel,
    ContactPoint,
    County,
    LifeSituation,
    Membership,
    Queue,
    ResponderGroup,
    Schedule,
    Service,
    Topic,
    WeeklyInterval,
)

STAFF = 50
NOW = timezone.now()


def place() -> tuple[Queue, list[User]]:
    """A county with one service that never closes, and its responders."""
    county = County.objects.create(
        code="bench", slug="bench", name_fi="Mittaus", name_sv="Mätning", name_en="Bench", is_active=True, official_languages=["fi"]
    )
    schedule = Schedule.objects.create(county=county, key="aina", name="Aina", closed_on_holidays=False)
    WeeklyInterval.objects.bulk_create(
        WeeklyInterval(schedule=schedule, weekday=day, opens=time(0), closes=time(0)) for day in range(7)
    )
    group = ResponderGroup.objects.create(county=county, key="g", name_fi="Vastaajat", profession_fi="ohjaaja")
    queue = add_service(county, schedule, group, 0)
    return queue, add_people(county, group, STAFF, 0)


def add_service(county: County, schedule: Schedule, group: ResponderGroup, number: int) -> Queue:
    """An open service with one queue."""
    situation, _ = LifeSituation.objects.get_or_create(
        county=county,
        key=f"s{number % 6}",
        defaults={"name_fi": f"Tilanne {number % 6}", "name_sv": "Situation", "name_en": "Situation"},
    )
    names = [f"Palvelu {number}: kotihoito ja tuki", f"Tjänst {number}: hemvård", f"Service {number}: home care"]
    service = Service.objects.create(
        county=county,
        key=f"palvelu-{number}",
        life_situation=situation,
        name_fi=names[0],
        name_sv=names[1],
        name_en=names[2],
        summary_fi="Saat neuvoja arjen apuun.",
        summary_sv="Du får råd.",
        summary_en="Advice.",
        synonyms_fi="vanhus, muisti, apu",
        status=ServiceStatus.OPEN,
        permitted_at=NOW - timedelta(days=500),
        opened_at=NOW - timedelta(days=500),
    )
    Topic.objects.create(service=service, key="neuvonta", name_fi="Neuvonta", name_sv="Rådgivning", name_en="Advice")
    phone = ContactPoint.objects.create(county=county, key=f"puhelin-{number}", name_fi="Puhelin", value="044 000 0000")
    Channel.objects.create(service=service, medium="phone", contact_point=phone)
    queue = Queue.objects.create(
        service=service, key="yleinen", name_fi="Yleinen", languages=["fi"], schedule=schedule, max_parallel=10_000
    )
    queue.groups.add(group)
    return queue


def add_people(county: County, group: ResponderGroup, count: int, start: int) -> list[User]:
    """Responders of the county with their grants."""
    users = User.objects.bulk_create(
        User(username=f"v{n}", email=f"v{n}@bench.invalid", first_name=f"V{n}", password="!") for n in range(start, start + count)
    )
    Grant.objects.bulk_create(
        Grant(user=user, role=Role.RESPONDER, county=county.code, valid_from=NOW - timedelta(days=1)) for user in users
    )
    Membership.objects.bulk_create(Membership(group=group, user=user) for user in users)
    return users


def session_of(user: User) -> str:
    """The session cookie of a person who has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def conversations(count: int) -> list[dict[str, object]]:
    """Conversations in progress; for each the two sides' addresses and cookies."""
    queue, users = place()
    cookies = {user.pk: session_of(user) for user in users}
    rows = Conversation.objects.bulk_create(
        Conversation(
            county=queue.service.county,
            service=queue.service,
            first_queue=queue,
            queue=queue,
            resident_key=uuid4(),
            start_token=uuid4(),
            state=State.ACTIVE,
            responder=users[n % STAFF],
            queued_at=NOW,
            line_at=NOW,
            accepted_at=NOW,
            seen_at=NOW,
            head_all=2,
        )
        for n in range(count)
    )
    Leg.objects.bulk_create(
        Leg(conversation=row, queue=queue, queued_at=NOW, accepted_at=NOW, responder=row.responder) for row in rows
    )
    residents = Participant.objects.bulk_create(Participant(conversation=row, kind=ParticipantKind.RESIDENT) for row in rows)
    staff = Participant.objects.bulk_create(
        Participant(conversation=row, kind=ParticipantKind.RESPONDER, user=row.responder, name="V") for row in rows
    )
    Event.objects.bulk_create(
        Event(conversation=row, seq=seq, kind=kind, participant=person)
        for row, first, second in zip(rows, residents, staff, strict=True)
        for seq, kind, person in ((1, EventKind.JOINED, first), (2, EventKind.CLAIMED, second))
    )
    sockets: list[dict[str, object]] = []
    for row in rows:
        cookie = f"{settings.RESIDENT_COOKIE_NAME}={cookie_value(Resident(row.resident_key))}"
        sockets.append(
            {"path": f"/ws/keskustelu/{row.public_id}/", "cookie": cookie, "conversation": str(row.public_id), "sends": True}
        )
        assert row.responder_id is not None
        sockets.append(
            {"path": "/ws/vastaaja/", "cookie": cookies[row.responder_id], "conversation": str(row.public_id), "sends": False}
        )
    return sockets


def history(services: int, responders: int, past: int) -> dict[str, object]:
    """A county as it is after years: services, responders, past conversations, and a line in each queue."""
    queue, users = place()
    county, schedule, group = queue.service.county, queue.schedule, queue.groups.get()
    assert schedule is not None
    queues = [queue, *(add_service(county, schedule, group, number) for number in range(1, services))]
    users += add_people(county, group, responders - STAFF, STAFF)
    chance = random.Random(7)
    rows = []
    for _ in range(past):
        at = NOW - timedelta(minutes=chance.randrange(1440, 500_000))
        line = chance.choice(queues)
        rows.append(
            Conversation(
                county=county,
                service=line.service,
                first_queue=line,
                queue=line,
                resident_key=uuid4(),
                start_token=uuid4(),
                state=State.ENDED,
                status=Status.ANSWERED,
                ended_by=EndedBy.RESPONDER,
                outcome="R1",
                responder=chance.choice(users),
                queued_at=at,
                line_at=at,
                accepted_at=at + timedelta(minutes=2),
                first_reply_at=at + timedelta(minutes=3),
                closed_at=at + timedelta(minutes=20),
                seen_at=at,
                wait_seconds=120,
                response_seconds=180,
                head_all=12,
            )
        )
    for line in queues:
        rows += [
            Conversation(
                county=county,
                service=line.service,
                first_queue=line,
                queue=line,
                resident_key=uuid4(),
                start_token=uuid4(),
                queued_at=NOW - timedelta(seconds=60 * n),
                line_at=NOW - timedelta(seconds=60 * n),
                seen_at=NOW + timedelta(hours=1),
            )
            for n in range(7)
        ]
    Conversation.objects.bulk_create(rows, batch_size=2000)
    return {"console": session_of(users[0]), "service": "palvelu-3"}


def desk(waiting: int, active: int, responders: int) -> dict[str, object]:
    """A line, conversations going on, and the responders who have them."""
    conversations(active)
    queue, users = Queue.objects.get(), list(User.objects.order_by("pk")[:responders])
    rows = Conversation.objects.bulk_create(
        Conversation(
            county=queue.service.county,
            service=queue.service,
            first_queue=queue,
            queue=queue,
            resident_key=uuid4(),
            start_token=uuid4(),
            queued_at=NOW - timedelta(seconds=number),
            line_at=NOW - timedelta(seconds=number),
            seen_at=NOW + timedelta(hours=1),
            head_all=1,
        )
        for number in range(waiting)
    )
    Leg.objects.bulk_create(Leg(conversation=row, queue=queue, queued_at=row.queued_at) for row in rows)
    people = Participant.objects.bulk_create(Participant(conversation=row, kind=ParticipantKind.RESIDENT) for row in rows)
    Event.objects.bulk_create(
        Event(conversation=row, seq=1, kind=EventKind.JOINED, participant=person) for row, person in zip(rows, people, strict=True)
    )
    Presence.objects.bulk_create(Presence(county=queue.service.county, user=user, kind=PresenceKind.AVAILABLE) for user in users)
    return {"cookies": [session_of(user) for user in users], "users": [user.pk for user in users]}


def boards(*users: int) -> dict[str, object]:
    """Milliseconds (p95) of computing a line's board, and all responders' own ones."""
    makers = {"line": lambda: line_boards(Queue.objects.all().for_board()), "own": lambda: mine_boards(users)}
    found: dict[str, object] = {}
    for name, make in makers.items():
        times = []
        for _ in range(60):
            began = perf_counter()
            make()
            times.append((perf_counter() - began) * 1000)
        found[name] = sorted(times[10:])[int(len(times[10:]) * 0.95)]
    return found


def main() -> None:
    """`python -m bench.rows conversations N`, `history SERVICES RESPONDERS PAST`, `desk WAITING ACTIVE RESPONDERS` or
    `boards USER …`; prints JSON.
    """
    makers = {"conversations": conversations, "history": history, "desk": desk, "boards": boards}
    print(json.dumps(makers[sys.argv[1]](*(int(text) for text in sys.argv[2:]))))


if __name__ == "__main__":
    main()
