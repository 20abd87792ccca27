"""Which rollouts are on the board: those that the person may read, narrowed by what she chose (S000-1, S000-63, S000-64)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.actors import Staff
from accounts.models import User
from adoption.board.rows import BoardRow, board_rows
from adoption.choices import Stage
from adoption.models import Member, Rollout, RolloutItem
from services.models import County

EVERY_COUNTY = "*"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person chose to see; an empty field narrows nothing."""

    programme: str = ""
    investment: str = ""
    stage: str = ""
    tag: str = ""
    person: str = ""
    county: str = ""

    @property
    def is_narrow(self) -> bool:
        """Something has been chosen."""
        return any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen: only what some rollout has."""

    programmes: Sequence[str]
    investments: Sequence[str]
    stages: Sequence[str]
    tags: Sequence[str]
    people: Sequence[User]
    counties: Sequence[County]


@dataclass(frozen=True, slots=True)
class Board:
    """The rows, and what they may be narrowed by."""

    rows: Sequence[BoardRow]
    options: Options
    steered: frozenset[int]
    """The rollouts whose people the person may remind."""
    all: int
    """How many rollouts there are before anything is narrowed."""


def board_of(actor: Staff, *, county: County, wanted: Wanted, today: date) -> Board:
    """The board of the person: the page’s county unless she chose another; eleven queries for any number of rollouts."""
    rollouts = _readable(actor, wanted)
    chosen = wanted.county or county.code
    here = [row for row in rollouts if chosen in (EVERY_COUNTY, row.county.code)]
    people = people_in(here)
    rows = board_rows([row for row in here if is_wanted(row, wanted)], people=people, today=today)
    steered = frozenset(row.pk for row in here if getattr(row, "is_steered", False))
    options = options_of(here, people.values(), counties={row.county.code: row.county for row in rollouts})
    return Board(rows, options, steered, len(here))


def _readable(actor: Staff, wanted: Wanted) -> list[Rollout]:
    rows = Rollout.objects.readable_by(actor).select_related("county", "phase", "service", "sponsor")
    steered = Rollout.objects.steered_by(actor).filter(pk=OuterRef("pk"))
    return list(rows.annotate(is_steered=Exists(steered), has_person=_has_person(wanted.person)))


def _has_person(person: str) -> Q | Exists:
    """She is one of its people, somebody’s owner in it, or its sponsor."""
    try:
        user = UUID(person)
    except ValueError:
        user = UUID(int=0)
    member = Member.objects.filter(rollout=OuterRef("pk"), user__public_id=user)
    owner = RolloutItem.objects.filter(rollout=OuterRef("pk"), owner__public_id=user)
    return Q(Exists(member)) | Q(Exists(owner)) | Q(sponsor__public_id=user)


def people_in(rollouts: Collection[Rollout]) -> dict[int, User]:
    """Everybody who is named in the rollouts, by her key and in the order of names."""
    keys = [row.pk for row in rollouts]
    members = Member.objects.filter(rollout__in=keys).values("user")
    owners = RolloutItem.objects.filter(rollout__in=keys, owner__isnull=False).values("owner")
    sponsors = {row.sponsor_id for row in rollouts if row.sponsor_id is not None}
    named = User.objects.filter(Q(pk__in=members) | Q(pk__in=owners) | Q(pk__in=sponsors))
    return {user.pk: user for user in named.order_by("last_name", "first_name", "email")}


def is_wanted(rollout: Rollout, wanted: Wanted) -> bool:
    """The rollout has everything that was chosen; case makes no difference in codes and tags."""
    return (
        _same(wanted.programme, [rollout.programme])
        and _same(wanted.investment, [rollout.investment])
        and wanted.stage in ("", rollout.stage)
        and _same(wanted.tag, rollout.tags)
        and (not wanted.person or bool(getattr(rollout, "has_person", False)))
    )


def _same(chosen: str, among: Iterable[str]) -> bool:
    return not chosen or chosen.casefold() in {str(each).strip().casefold() for each in among}


def options_of(rollouts: Collection[Rollout], people: Iterable[User], *, counties: Mapping[str, County]) -> Options:
    """What the rollouts may be narrowed by, each once and in order."""
    stages = {row.stage for row in rollouts}
    return Options(
        programmes=_once(row.programme for row in rollouts),
        investments=_once(row.investment for row in rollouts),
        stages=[stage for stage in Stage.values if stage in stages],
        tags=_once(tag for row in rollouts for tag in row.tags),
        people=list(people),
        counties=[counties[code] for code in sorted(counties)],
    )


def _once(words: Iterable[str]) -> list[str]:
    """Each once, whatever its case; of several spellings the first in order (capitals come first)."""
    found: dict[str, str] = {}
    for text in sorted(str(word).strip() for word in words):
        found.setdefault(text.casefold(), text)
    return [found[key] for key in sorted(found) if key]
