"""A responder says what she wishes of her shifts; her supervisor sees it (S004-31)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import Role
from accounts.permissions import has_role_anywhere
from reports.choices import WishKind
from reports.models import ShiftWish
from reports.models.wishes import LONGEST_WISH
from services.calendars import local_date
from services.models import County

MOST_WISHES = 100


@transaction.atomic
def make_wish(
    *, by: Actor, county: County, kind: str, day: date, starts: int = 0, ends: int = 24, words: str = "", now: datetime
) -> ShiftWish:
    """A responder wishes for herself, of a day to come. A wish is no shift.

    Raises PermissionDenied, ValidationError (past, order, unknown, too_many).
    """
    if not isinstance(by, Staff) or not has_role_anywhere(by, [Role.RESPONDER], county=county.code):
        raise PermissionDenied
    today = local_date(now)
    if day < today:
        raise ValidationError({"day": ValidationError(_("The day has passed."), code="past")})
    if not 0 <= starts < ends <= 24:
        raise ValidationError({"ends": ValidationError(_("The end must be later than the start."), code="order")})
    if kind not in WishKind.values:
        raise ValidationError({"kind": ValidationError(_("Choose what you wish."), code="unknown")})
    own = ShiftWish.objects.filter(user_id=by.user_id, county=county)
    if own.filter(day__gte=today).count() >= MOST_WISHES:
        raise ValidationError(_("You have a hundred wishes already. Take some back first."), code="too_many")
    same = {"kind": kind, "day": day, "starts": starts, "ends": ends}
    found: ShiftWish | None = own.filter(**same).first()
    if found is None:
        found = ShiftWish(county=county, user_id=by.user_id, made_at=now, **same)
    found.words = words.strip()[:LONGEST_WISH]
    found.save()
    return found


@transaction.atomic
def take_wish_back(*, by: Actor, county: County, wish: UUID) -> None:
    """Only she who made a wish takes it back. Raises ShiftWish.DoesNotExist to everybody else, PermissionDenied."""
    if not isinstance(by, Staff) or not has_role_anywhere(by, [Role.RESPONDER], county=county.code):
        raise PermissionDenied
    ShiftWish.objects.get(public_id=wish, user_id=by.user_id, county=county).delete()
