"""Snapshots of lines and of a responder's own conversations: idempotent, recomputed at most once a second a process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import NAME_FIELDS, User, shown_names
from chat.availability import Answerers, answerers_of, availabilities
from chat.choices import Medium, State, TransferState
from chat.desk import TOLD, calls_of, desk_marks
from chat.estimates import is_long
from chat.models import Conversation, Leg, Participant, Transfer
from chat.models.conversations import AWAY_AFTER
from chat.outlook import Outlook, outlooks
from chat.protocol import Line, Mine, MineRow, OfferRow, QueueFrame, ServerFrame, WaitingRow
from services.hours import Availability
from services.models import Municipality, Queue, Topic
from services.models.county import LANGUAGE_CODES
from services.texts import texts_of

WAITING_SHOWN = 500
WHO = tuple(f"professional__{name}" for name in NAME_FIELDS)
"""What a professional's shown name is made of."""
_MINE_FIELDS = (
    *(f"{path}__name_{code}" for path in ("service", "queue", "topic") for code in LANGUAGE_CODES),
    *(
        "public_id",
        "responder_id",
        "state",
        "queued_at",
        "accepted_at",
        "last_message_at",
        "head_all",
        "head_staff",
        "seen_at",
        "away_since",
        "medium",
        "answer_due_at",
    ),
    *("language", "contactor", "ended_by", "outcome", "is_test", "flag", "flag_handled_at", *WHO),
)
_OFFER_FIELDS = (
    *("public_id", "to_queue_id", "reason", "offered_at", "asked_at", "due_at"),
    *(f"sender__{name}" for name in NAME_FIELDS),
    *("conversation__public_id", "conversation__language", "conversation__is_test"),
    *(f"{path}__name_{code}" for path in ("from_queue", "from_queue__service", "conversation__topic") for code in LANGUAGE_CODES),
)


@dataclass(frozen=True, slots=True)
class LineBoard:
    """A queue's line at an instant: who waits, in serving order, and whether newcomers are taken."""

    queue: UUID
    name: dict[str, str]
    service: dict[str, str]
    open: bool
    waiting: tuple[WaitingRow, ...]
    offers: tuple[OfferRow, ...] = ()
    view: Outlook = field(default_factory=Outlook)
    hours: Availability | None = None

    @property
    def mark(self) -> str:
        """A mark of what the waiting room tells beside the place: with when it closes, which an override may change at once."""
        if self.hours is None:
            return self.view.mark
        ends = self.hours.closes_at if self.hours.hours_run else self.hours.serves_until
        return f"{self.view.mark}{'~' if self.hours.hours_run else '!'}{int(ends.timestamp()) if ends else ''}"

    def frame(self) -> QueueFrame:
        """As staff see it."""
        return QueueFrame(
            queue=self.queue,
            name=self.name,
            service=self.service,
            open=self.open,
            waiting=list(self.waiting),
            offers=list(self.offers),
            mark=self.mark,
        )


def line_boards(
    queues: Iterable[Queue], *, is_open: Mapping[int, bool] | None = None, answerers: Answerers | None = None
) -> dict[int, LineBoard]:
    """The lines of these queues (read with `for_board`), by the queue's primary key, in a constant number of queries.

    `is_open`: whether they take newcomers, and `answerers`: what `answerers_of` gave for them, when the caller knows it already.
    """
    now = timezone.now()
    queues = list(queues)
    answerers = answerers_of(queues, now=now) if answerers is None else answerers
    hours: Mapping[int, Availability] = {}
    if is_open is None:
        hours = availabilities(queues, now=now, answerers=answerers)
        is_open = {key: state.is_open for key, state in hours.items()}
    waiting = waiting_rows(queues, now=now)
    offers = offer_rows(Transfer.objects.filter(to_queue_id__in=list(waiting), to_person__isnull=True))
    views = outlooks(queues, now=now, lines=[key for key, line in waiting.items() if line], answerers=answerers)
    for queue in queues:
        _tell(waiting[queue.pk], views[queue.pk], now=now)
    return {
        queue.pk: LineBoard(
            queue=queue.public_id,
            name=texts_of(queue, "name"),
            service=texts_of(queue.service, "name"),
            open=is_open[queue.pk],
            waiting=tuple(waiting[queue.pk]),
            offers=tuple(offers.get(queue.pk, ())),
            view=views[queue.pk],
            hours=hours.get(queue.pk),
        )
        for queue in queues
    }


def waiting_rows(queues: Iterable[Queue], *, now: datetime) -> dict[int, list[WaitingRow]]:
    """Who waits in each of these queues, in serving order, by the queue's primary key, without estimates: two queries, and one
    for each kind of words that somebody's row has.
    """
    waiting: dict[int, list[WaitingRow]] = {queue.pk: [] for queue in queues}
    rows = Conversation.objects.waiting().in_line(now=now).filter(queue_id__in=list(waiting))
    fields = (
        "queue_id",
        "topic_id",
        "public_id",
        "queued_at",
        "line_at",
        "seen_at",
        "away_since",
        "language",
        "contactor",
        "is_test",
        "must_identify",
        "municipality_id",
        "professional_id",
        "reserved_for_id",
        "medium",
        "answer_due_at",
    )
    found = list(rows.values_list(*fields)[: WAITING_SHOWN * max(len(waiting), 1)])
    topics = _names(Topic, {row[1] for row in found})
    places = _names(Municipality, {row[fields.index("municipality_id")] for row in found})
    professionals = _names_of({row[fields.index("professional_id")] for row in found})
    trainees = _public_ids({row[fields.index("reserved_for_id")] for row in found})
    steps = _ladder_steps(waiting.keys()) if found else {}
    for queue_id, topic_id, public_id, queued_at, line_at, seen_at, away_since, language, contactor, is_test, *others in found:
        unknown, municipality_id, professional_id, trainee_id, medium, answer_due_at = others
        to, told = steps.get(public_id, ({}, False))
        waiting[queue_id].append(
            WaitingRow(
                conversation=public_id,
                queued_at=queued_at,
                line_at=line_at,
                away=medium == Medium.CHAT and (away_since is not None or now - seen_at > AWAY_AFTER),
                language=language,
                contactor=contactor,
                topic=topics.get(topic_id, {}),
                test=is_test,
                offered=to,
                told=told,
                who=professionals.get(professional_id, {}),
                must_identify=unknown,
                municipality=places.get(municipality_id, {}),
                reserved=trainees.get(trainee_id),
                medium=medium,
                answer_due_at=answer_due_at,
            )
        )
    return waiting


def line_of(board: ServerFrame, conversation: UUID) -> Line | None:
    """The place of one resident in a queue's board, or None when she does not wait there."""
    if not isinstance(board, QueueFrame):
        return None
    for position, row in enumerate(board.waiting, start=1):
        if row.conversation == conversation:
            return Line(
                conversation=conversation,
                state="waiting",
                position=position,
                waiting=sum(one.medium == Medium.CHAT for one in board.waiting),
                open=board.open,
                low_seconds=row.low_seconds,
                high_seconds=row.high_seconds,
                mark=f"{board.mark}{'+' if is_long(row.low_seconds) else ''}",
            )
    return None


def _ladder_steps(queues: Collection[int]) -> dict[UUID, tuple[dict[str, str], bool]]:
    """Whom those who wait are shown to first, and whether the supervisor was told, by the conversation: of those only whose
    present leg has such a step. One query; few have any, and joined to each who waits it cost more than the line itself.
    """
    legs = (
        Leg.objects.filter(queue_id__in=queues, left_at__isnull=True, conversation__state=State.WAITING)
        .filter(Q(offered_to__isnull=False) | Q(supervisor_told_at__isnull=False))
        .order_by("number")
        .values_list(
            "conversation__public_id", "supervisor_told_at", "offered_to", *(f"offered_to__{name}" for name in NAME_FIELDS)
        )
    )
    return {key: (shown_names(*names) if person else {}, told is not None) for key, told, person, *names in legs}


def _names_of(keys: set[int | None]) -> dict[int | None, dict[str, str]]:
    """The shown names of the professionals who wait, by primary key; no query when there is none."""
    known = {key for key in keys if key is not None}
    return {user.pk: user.names for user in User.objects.filter(pk__in=known)} if known else {}


def _public_ids(keys: set[int | None]) -> dict[int | None, UUID]:
    """The public ids of those who practise, by primary key; no query when nobody does."""
    known = {key for key in keys if key is not None}
    return dict(User.objects.filter(pk__in=known).values_list("pk", "public_id")) if known else {}


def offer_rows(transfers: QuerySet[Transfer]) -> dict[int, list[OfferRow]]:
    """What these transfers offer now, the oldest first, by the target queue's primary key, no words: one query, or two.

    Most of the time nothing is offered, and finding that out costs far less than reading what all would be told.
    """
    rows: dict[int, list[OfferRow]] = {}
    keys = list(transfers.filter(state=TransferState.OFFERED).order_by().values_list("pk", flat=True))
    if not keys:
        return rows
    offered = Transfer.objects.filter(pk__in=keys).select_related("conversation__topic", "from_queue__service", "sender")
    for transfer in offered.only(*_OFFER_FIELDS).order_by("offered_at"):
        row = transfer.conversation
        rows.setdefault(transfer.to_queue_id, []).append(
            OfferRow(
                transfer=transfer.public_id,
                conversation=row.public_id,
                sender=transfer.sender.names if transfer.sender else {},
                service=texts_of(transfer.from_queue.service, "name"),
                queue=texts_of(transfer.from_queue, "name"),
                reason=transfer.reason,
                since=transfer.offered_at or transfer.asked_at,
                due_at=transfer.due_at,
                language=row.language,
                topic=texts_of(row.topic, "name") if row.topic else {},
                test=row.is_test,
            )
        )
    return rows


def _tell(line: list[WaitingRow], view: Outlook, *, now: datetime) -> None:
    """Each one's estimate, by her place. The time of the one at the front counts from the first who is here.

    Forms wait after all of them, and are told none.
    """
    line = [row for row in line if row.medium == Medium.CHAT]
    if not line:
        return
    first = next((row.line_at for row in line if not row.away), line[0].line_at)
    for row, told in zip(line, view.ranges(len(line), first_since=first, now=now), strict=False):
        row.low_seconds, row.high_seconds = told.low, told.high


def _names(model: type[Topic | Municipality], keys: set[int | None]) -> dict[int | None, dict[str, str]]:
    """The names of these rows in each language, by primary key; no query when there is none."""
    known = keys - {None}
    return {row.pk: texts_of(row, "name") for row in model.objects.filter(pk__in=known)} if known else {}


def mine_boards(user_keys: Collection[int]) -> dict[int, Mine]:
    """Each responder's own conversations: active ones, and ended ones without an outcome, oldest first; constant queries."""
    now = timezone.now()
    found = (
        Conversation.objects.filter(responder_id__in=user_keys)
        .filter(Q(state=State.ACTIVE) | Q(state=State.ENDED, outcome="", due_at__isnull=False))
        .order_by()
        .values_list("pk", "responder_id", "state")
    )
    hers = list(found)
    talking = {user for _, user, state in hers if state == State.ACTIVE and user is not None}
    whole = Conversation.objects.filter(pk__in=[key for key, _, _ in hers]).only(*_MINE_FIELDS).order_by("accepted_at")
    rows = list(whole.select_related("service", "queue", "topic", "professional")) if hers else []
    read = Participant.objects.filter(user_id__in=user_keys, conversation__in=[row.pk for row in rows])
    marks_of = ("conversation_id", "user_id", "seen_all", "seen_staff")
    seen = {(conversation, user): (everyone, staff) for conversation, user, everyone, staff in read.values_list(*marks_of)}
    mine: dict[int, list[MineRow]] = {key: [] for key in user_keys}
    for row in rows:
        if row.responder_id not in mine:  # it went on to somebody else, or back to the line, between the two questions
            continue
        seen_all, seen_staff = seen.get((row.pk, row.responder_id), (0, 0))
        mine[row.responder_id].append(
            MineRow(
                conversation=row.public_id,
                service=texts_of(row.service, "name"),
                queue=texts_of(row.queue, "name"),
                state=row.state,
                queued_at=row.queued_at,
                accepted_at=row.accepted_at,
                last_message_at=row.last_message_at,
                unread=max(row.head_all - seen_all, 0) + max(row.head_staff - seen_staff, 0),
                away=row.medium == Medium.CHAT and (row.away_since is not None or now - row.seen_at > AWAY_AFTER),
                language=row.language,
                contactor=row.contactor,
                topic=texts_of(row.topic, "name") if row.topic else {},
                ended_by=row.ended_by,
                coded=bool(row.outcome),
                test=row.is_test,
                flag=row.flag if row.flag_handled_at is None else "",
                who=row.professional.names if row.professional else {},
                medium=row.medium,
                answer_due_at=row.answer_due_at,
            )
        )
    calls = calls_of(user_keys)
    counts = Counter(user for user, _ in calls)
    told = Counter(user for user, (why, _) in calls if why == TOLD)
    marks = desk_marks(user_keys, calls=calls, talking=talking)
    return {key: Mine(conversations=items, desk=marks[key], calls=counts[key], told=told[key]) for key, items in mine.items()}
