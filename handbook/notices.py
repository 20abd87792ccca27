"""The notice board as one person has it, and how far notices have reached: in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.actors import Actor, Staff
from accounts.choices import Role
from accounts.models import Grant, User
from accounts.permissions import grants_of
from handbook.choices import READER_ROLES
from handbook.models import NoticeReading, NoticeVersion, StaffNotice
from services.models import County, Service


@dataclass(frozen=True, slots=True)
class Posted:
    """A notice on the board, as its reader has it."""

    version: NoticeVersion
    is_unread: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of those whom a notice concerns have read it; who has not, for those who supervise them."""

    read: int
    total: int
    missing: Sequence[User] | None = None
    readers: Sequence[User] = ()


def board_of(actor: Actor, county: County, *, today: date) -> list[Posted]:
    """The notices in force that concern the person: the pinned first, then the newest."""
    rows = NoticeVersion.objects.filter(notice__county=county).in_force(today).readable_by(actor)
    unread = set(NoticeVersion.objects.filter(notice__county=county).unread_by(actor, today).values_list("pk", flat=True))
    shown = rows.select_related("notice__service", "notice__county", "published_by").order_by("-is_pinned", "-published_at", "-pk")
    return [Posted(row, row.pk in unread) for row in shown]


def unread_count(actor: Actor, county: County, *, today: date) -> int:
    """How many notices wait for the person to read: one cheap query while there is none that she has not marked, else two."""
    rows = NoticeVersion.objects.filter(notice__county=county)
    return int(rows.unread_by(actor, today).count()) if rows.unmarked_by(actor, today).exists() else 0


def reach_of(actor: Actor, county: County, versions: Collection[NoticeVersion]) -> Mapping[int, Reach]:
    """How far each published version has reached, by its row: among those who answer and lead, without who published it.

    Names are given to a supervisor, of the people of her services, and to nobody else.
    """
    if not versions:
        return {}
    grants = Grant.objects.valid().filter(county=county.code, role__in=READER_ROLES)
    places: dict[int, set[UUID | None]] = defaultdict(set)
    for user_id, service_id in grants.values_list("user_id", "service_id"):
        places[user_id].add(service_id)
    read: dict[int, dict[int, int]] = defaultdict(dict)
    marks = NoticeReading.objects.filter(version__notice__in=[row.notice_id for row in versions]).order_by("version__number")
    for notice_id, user_id, number in marks.values_list("version__notice_id", "user_id", "version__number"):
        read[notice_id][user_id] = number
    led = _led_by(actor, county)
    users = {user.pk: user for user in User.objects.filter(pk__in=places).order_by("first_name", "last_name")} if led else {}
    found = {}
    for row in versions:
        service = row.notice.service
        reaches = None if service is None else {None, service.public_id}
        people = [pk for pk, held in places.items() if (reaches is None or held & reaches) and pk != row.published_by_id]
        done = {pk for pk in people if read[row.notice_id].get(pk, 0) >= row.counts_from}
        hers = [pk for pk in people if led and (None in led or None in places[pk] or places[pk] & led)]
        names = led and (service is None or None in led or service.public_id in led)
        found[row.pk] = Reach(
            len(done),
            len(people),
            [user for pk, user in users.items() if pk in hers and pk not in done] if names else None,
            [user for pk, user in users.items() if pk in hers and pk in done] if names else (),
        )
    return found


def may_see_reach(actor: Actor, notice: StaffNotice) -> bool:
    """Who writes the notice sees how many have read it; a supervisor also who, of what concerns her services."""
    if StaffNotice.objects.filter(pk=notice.pk).editable_by(actor).exists():
        return True
    return notice.service is None and bool(_led_by(actor, notice.county))


def writable_places(actor: Actor, services: Iterable[Service], county: County) -> tuple[bool, list[Service]]:
    """Whether she writes to the whole county, and the services to whose people she writes: one query."""
    if not isinstance(actor, Staff):
        return False, []
    roles = [Role.MAIN_USER, Role.SUPERVISOR, Role.COORDINATOR]
    held = set(grants_of(actor, roles).filter(county=county.code).values_list("role", "service_id"))
    whole = any(place is None for _role, place in held)
    hers = {place for role, place in held if role != Role.MAIN_USER and place is not None}
    return whole, [row for row in services if whole or row.public_id in hers]


def _led_by(actor: Actor, county: County) -> set[UUID | None]:
    return set(grants_of(actor, [Role.SUPERVISOR]).filter(county=county.code).values_list("service_id", flat=True))
