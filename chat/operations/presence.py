"""Who is there to answer, and how: one running interval for each person in a county (M26, S002-43, S002-46)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor, Staff, System
from accounts.choices import CONSOLE_ROLES, AuditAction
from accounts.models import SHOWN_NAMES, Grant, User
from accounts.operations import record_audit
from accounts.permissions import has_role_anywhere
from chat.availability import answerers_of
from chat.broadcast import announce_board
from chat.choices import PresenceEnd, PresenceKind, State
from chat.models import Conversation, Presence
from chat.models.conversations import ConversationQuerySet
from chat.refusals import Refusal, refuse
from chat.shifts import next_midnight, shift_ends
from services.models import County, Queue

RESOLUTION = timedelta(seconds=15)
LONGEST_BREAK = timedelta(hours=12)
MOST_AT_ONCE = 20
EXTENSION = timedelta(minutes=15)
OFF = ""
"""Off is no kind: who has no running interval is off."""
SET_BY_PERSON = (OFF, PresenceKind.AVAILABLE, PresenceKind.CALL, PresenceKind.BREAK, PresenceKind.AWAY)


@transaction.atomic
def set_presence(
    *,
    by: Actor,
    county: County,
    kind: str,
    limit: int | None = None,
    back_at: datetime | None = None,
    cover: UUID | None = None,
    keep: bool = False,
    person: UUID | None = None,
    now: datetime,
) -> Presence | None:
    """A responder says how she is there: available up to her own limit, on the phone, on a break, away, or off.

    Each change ends one interval and begins the next. Nothing of this cuts a conversation: who goes off while some go on must
    `keep` them until they end (she then takes no new ones), or hand them over first. A break says when it is meant to end, and
    who covers. A supervisor may do it for a person who answers a queue of hers; that is audited. Gives the running interval,
    or nothing when she is off. Raises PermissionDenied, ValidationError (invalid, time_missing, still_talking).
    """
    user = _person(by, county, person, now=now)
    own = isinstance(by, Staff) and by.user_id == user.pk
    if kind not in SET_BY_PERSON or (limit is not None and not 1 <= limit <= MOST_AT_ONCE):
        raise refuse(Refusal.INVALID)
    if kind == PresenceKind.BREAK:
        if back_at is not None and not now < back_at <= now + LONGEST_BREAK:
            raise refuse(Refusal.TIME_MISSING)
        stand_in = _cover(cover, user, county, now=now) if cover else None
    else:
        back_at, stand_in = None, None
    old = hold_presence(user.pk, county.pk)
    if kind == OFF and active_of(user.pk, county.pk).exists():
        if not keep and own:
            raise refuse(Refusal.STILL_TALKING)
        kind = PresenceKind.FINISHING
    if kind != PresenceKind.AVAILABLE and old is not None:
        limit = old.limit  # what she had chosen is there when she comes back
    if not own:
        record_audit(
            by=by,
            action=AuditAction.CHANGE,
            object_type="chat.presence",
            object_id=str(user.public_id),
            county=county.code,
            before={"kind": old.kind if old else OFF},
            after={"kind": kind},
        )
    row = _turn(
        old,
        Presence(county=county, user=user, kind=kind, limit=limit, back_at=back_at, cover=stand_in) if kind else None,
        cause=PresenceEnd.CHANGED if own else PresenceEnd.MOVED,
        now=now,
    )
    announce_presence([user.pk])
    return row


@transaction.atomic
def extend_presence(*, by: Actor, county: County, to_midnight: bool = False, now: datetime) -> Presence:
    """A responder stays after closing: fifteen minutes more than now foreseen, or until midnight; she is warned again before it.

    Raises PermissionDenied, ValidationError (invalid: she is off).
    """
    user = _person(by, county, None, now=now)
    row = hold_presence(user.pk, county.pk)
    if row is None:
        raise refuse(Refusal.INVALID)
    end = shift_ends([row], now=now)[row.pk]
    row.stays_until = next_midnight(now) if to_midnight else (end or now) + EXTENSION
    row.warned_at, row.seen_at = None, now
    row.save(update_fields=["stays_until", "warned_at", "seen_at"])
    announce_presence([user.pk])
    return row


def record_staff_signs(*, by: Actor, people: Collection[int], now: datetime) -> int:
    """Note that these responders are here, in one statement, at most every 15 s each: the portal by an open line, she by a page."""
    rows = Presence.objects.running().filter(user_id__in=people)
    if isinstance(by, System):
        old = Q(seen_at__lt=now - RESOLUTION) | Q(line_at__lt=now - RESOLUTION) | Q(line_at=None)
        return rows.filter(old).update(seen_at=now, line_at=now)
    if not isinstance(by, Staff):
        raise PermissionDenied
    rows = rows.filter(user_id=by.user_id, seen_at__lt=now - RESOLUTION)
    return rows.update(seen_at=now) if rows.exists() else 0  # a page that is only read must not wait for a writer


def sign_off(*, by: Actor, people: Collection[int], now: datetime) -> int:
    """Who has signed out is off; conversations that go on are hers until she is lost or comes back."""
    if not isinstance(by, System):
        raise PermissionDenied
    done = 0
    for county_id, user_id in list(Presence.objects.running().filter(user_id__in=people).values_list("county_id", "user_id")):
        with transaction.atomic():
            row = hold_presence(user_id, county_id)
            if row is not None and row.kind != PresenceKind.FINISHING:
                go_off(row, cause=PresenceEnd.OFF, now=now)
                done += 1
    return done


def _be_available(*, user_id: int, county_id: int, now: datetime) -> tuple[User, Presence]:
    """Whoever takes a conversation is available: one who is off becomes so by it; one who has stepped aside is refused.

    The caller holds the conversation's lock; this takes the person's. Raises ValidationError (not_available).
    """
    user, row = _hold_both(user_id, county_id)
    if row is None:
        row = Presence.objects.create(county_id=county_id, user_id=user_id, kind=PresenceKind.AVAILABLE, starts_at=now, seen_at=now)
        announce_presence([user_id])
    elif row.kind != PresenceKind.AVAILABLE:
        raise refuse(Refusal.NOT_AVAILABLE)
    elif now - row.seen_at > RESOLUTION:
        Presence.objects.filter(pk=row.pk).update(seen_at=now)
    return user, row


def be_there(*, user_id: int, county_id: int, now: datetime) -> None:
    """Whoever has got a conversation without claiming it has just given a sign of life; one who is off is there for it alone.

    The caller holds the conversation's lock; this takes the person's.
    """
    row = hold_presence(user_id, county_id)
    if row is None:
        Presence.objects.create(user_id=user_id, county_id=county_id, kind=PresenceKind.FINISHING, starts_at=now, seen_at=now)
        announce_presence([user_id])
    else:
        Presence.objects.filter(pk=row.pk, seen_at__lt=now).update(seen_at=now)


def check_room(user_id: int, queue: Queue, *, county_id: int, now: datetime, limited: bool = True) -> User:
    """She takes as many at once as the queue and her own limit allow (S002-46). Returns her row, held, with her names.

    Help requests wait for days with her and take no room; one that is taken is not `limited`.

    Raises ValidationError (not_available, at_limit).
    """
    user, presence = _be_available(user_id=user_id, county_id=county_id, now=now)
    if not limited:
        return user
    own = presence.limit
    limit = queue.max_parallel if own is None else min(queue.max_parallel, own)
    if Conversation.objects.live().filter(responder_id=user_id, state=State.ACTIVE).count() >= limit:
        raise refuse(Refusal.AT_LIMIT, limit=limit)
    return user


def hold_presence(user_id: int, county_id: int) -> Presence | None:
    """The person's running interval, held until the transaction ends: her row is locked, since an interval may not be there yet.

    The lock comes after that of any conversation (conversation → leg → presence).
    """
    return _hold_both(user_id, county_id)[1]


def _hold_both(user_id: int, county_id: int) -> tuple[User, Presence | None]:
    user = User.objects.select_for_update(no_key=True).only(*SHOWN_NAMES, "first_name").get(pk=user_id)
    return user, Presence.objects.running().filter(user_id=user_id, county_id=county_id).first()


def active_of(user_id: int, county_id: int) -> ConversationQuerySet:
    """The conversations that go on with the person; a help request stays hers while she is off."""
    return Conversation.objects.live().filter(responder_id=user_id, county_id=county_id, state=State.ACTIVE)


def go_off(row: Presence, *, cause: PresenceEnd, now: datetime) -> None:
    """End a held interval; while conversations go on, she finishes them and takes no new ones."""
    stays = active_of(row.user_id, row.county_id).exists()
    after = Presence(county_id=row.county_id, user_id=row.user_id, kind=PresenceKind.FINISHING, limit=row.limit) if stays else None
    _turn(row, after, cause=cause, now=now, is_sign=False)
    announce_presence([row.user_id])


def end_interval(row: Presence, *, cause: PresenceEnd, at: datetime) -> None:
    """Close a held interval at the instant, never before it began."""
    row.ends_at, row.ended_by = max(at, row.starts_at), cause
    row.save(update_fields=["ends_at", "ended_by"])


def _turn(
    old: Presence | None, new: Presence | None, *, cause: PresenceEnd, now: datetime, is_sign: bool = True
) -> Presence | None:
    """End one interval and begin the next, unless they are the same."""
    if old is not None and new is not None and _facts(old) == _facts(new):
        if is_sign:
            old.seen_at = now
            old.save(update_fields=["seen_at"])
        return old
    if old is not None:
        end_interval(old, cause=PresenceEnd.OFF if new is None and cause == PresenceEnd.CHANGED else cause, at=now)
    if new is not None:
        new.starts_at, new.seen_at = now, now
        if old is not None:
            new.stays_until, new.warned_at, new.line_at = old.stays_until, old.warned_at, old.line_at
            if not is_sign:
                new.seen_at = old.seen_at
        new.save()
    return new


def _facts(row: Presence) -> tuple[object, ...]:
    return row.kind, row.limit, row.back_at, row.cover_id


def _person(by: Actor, county: County, person: UUID | None, *, now: datetime) -> User:
    if not isinstance(by, Staff):
        raise PermissionDenied
    me = User.objects.get(pk=by.user_id)
    if person is None or person == me.public_id:
        if not has_role_anywhere(by, CONSOLE_ROLES, county=county.code):
            raise PermissionDenied
        return me
    user = User.objects.filter(public_id=person).first()
    if user is None or user.pk not in supervised_people(by=by, county=county, now=now):
        raise PermissionDenied
    return user


def supervised_people(*, by: Actor, county: County, now: datetime) -> set[int]:
    """Those who answer a queue of a service that the person supervises, whether they are there now or not."""
    own = Queue.objects.supervised_by(by).filter(service__county=county, is_active=True).for_board()
    return set().union(*answerers_of(own, now=now).values())


def _cover(cover: UUID, user: User, county: County, *, now: datetime) -> User:
    """Somebody else who answers in the county."""
    grants = Grant.objects.valid(at=now).filter(county=county.code, role__in=CONSOLE_ROLES)
    found = User.objects.filter(public_id=cover, is_active=True, pk__in=grants.values("user_id")).exclude(pk=user.pk).first()
    if found is None:
        raise refuse(Refusal.INVALID)
    return found


def announce_presence(people: Collection[int]) -> None:
    """Her desk has changed, and the lines that she answers may take newcomers or not."""
    queues = Queue.objects.filter(is_active=True, groups__memberships__user_id__in=people).values_list("pk", flat=True).distinct()
    announce_board(queues=queues, users=people)
