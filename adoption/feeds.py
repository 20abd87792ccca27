"""What a person's calendar feed shows: her own due dates, and the meetings of the rollouts in which she works (S001-38)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Staff
from accounts.models import User
from adoption.choices import ItemState, RolloutStatus
from adoption.ics import Entry
from adoption.models import CalendarKey, Meeting, Member, Participant, RolloutItem
from services.models.base import label

SALT = "adoption.calendar"
LOOKS_BACK = timedelta(days=90)
UNFINISHED = [state for state in ItemState.values if state not in (ItemState.DONE, ItemState.NOT_APPLICABLE)]


def token_of(key: CalendarKey) -> str:
    """The signed name of a key, as it stands in the feed's address."""
    return signing.Signer(salt=SALT).sign(key.key.hex).replace(":", ".")


def key_of(token: str) -> CalendarKey | None:
    """The key that a token names, if we signed it, it has not been revoked and its person still works here."""
    name, _dot, mark = token.partition(".")
    try:
        key = UUID(signing.Signer(salt=SALT).unsign(f"{name}:{mark}"))
    except (signing.BadSignature, ValueError):
        return None
    return CalendarKey.objects.filter(key=key, user__is_active=True).select_related("user").first()


def items_of(user: User) -> list[RolloutItem]:
    """Her unfinished items with a due date, in rollouts that she may read and that have not been given up."""
    mine = RolloutItem.objects.filter(owner=user, state__in=UNFINISHED, due_on__isnull=False)
    going = mine.exclude(rollout__status=RolloutStatus.NOT_STARTED).readable_by(Staff(user.pk))
    return list(going.select_related("rollout__county", "model_item").order_by("due_on", "pk"))


def meetings_of(user: User, *, since: datetime) -> list[Meeting]:
    """Meetings of the rollouts in which she is named, and those that she was asked to."""
    member = Member.objects.filter(rollout=OuterRef("rollout"), user=user)
    owner = RolloutItem.objects.filter(rollout=OuterRef("rollout"), owner=user)
    asked = Participant.objects.filter(meeting=OuterRef("pk"), user=user)
    hers = Q(Exists(member)) | Q(Exists(owner)) | Q(Exists(asked)) | Q(rollout__created_by=user) | Q(made_by=user)
    rows = Meeting.objects.filter(hers, on__gte=timezone.localdate(since)).readable_by(Staff(user.pk))
    return list(rows.select_related("rollout__county").order_by("on", "starts", "pk"))


def entries_of(user: User, *, now: datetime) -> Iterator[Entry]:
    """Both as entries of a calendar: names only, no reason, agenda or outcome."""
    for item in items_of(user):
        assert item.due_on is not None
        words = _("%(item)s is due – %(rollout)s") % {"item": item.model_item, "rollout": label(item.rollout, "name")}
        yield Entry(f"item-{item.public_id}", item.due_on, words)
    for meeting in meetings_of(user, since=now - LOOKS_BACK):
        starts = timezone.make_aware(datetime.combine(meeting.on, meeting.starts)) if meeting.starts else meeting.on
        words = f"{meeting.title} – {label(meeting.rollout, 'name')}"
        yield Entry(f"meeting-{meeting.public_id}", starts, words, meeting.place)
