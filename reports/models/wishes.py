"""What a responder wishes of her shifts, for her supervisor to see (S004-31)."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from reports.choices import WishKind
from services.models import County, Service

LONGEST_WISH = 160


class ShiftWishQuerySet(models.QuerySet[Any]):
    """Questions about wishes."""

    def readable_by(self, actor: Actor) -> Self:
        """Her own while she works in the county; a supervisor's, of those who answer in a service that she supervises."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                here = Grant.objects.valid().filter(county=OuterRef("county__code"))
                mine = here.filter(user_id=user_id)
                hers = here.filter(user_id=OuterRef("user_id"), role=Role.RESPONDER)
                whole = mine.filter(role=Role.SUPERVISOR, service_id__isnull=True)
                some = mine.filter(role=Role.SUPERVISOR)
                common = Grant.objects.valid().filter(
                    user_id=user_id, role=Role.SUPERVISOR, county=OuterRef("county"), service_id=OuterRef("service_id")
                )
                reached = (
                    (Q(Exists(whole)) & Q(Exists(hers)))
                    | (Q(Exists(some)) & Q(Exists(hers.filter(service_id__isnull=True))))
                    | Q(Exists(hers.filter(Exists(common))))
                )
                return self.filter((Q(user_id=user_id) & Q(Exists(mine))) | reached)
        return self.none()

    def of_service(self, service: Service) -> Self:
        """Of those who have a responder's grant that reaches the service now."""
        grants = Grant.objects.valid().for_service(county=service.county.code, service_id=service.public_id)
        return self.filter(Exists(grants.filter(user_id=OuterRef("user_id"), role=Role.RESPONDER)), county=service.county)


class ShiftWish(models.Model):
    """One person's wish of one day: she would gladly work, rather not, or cannot. A wish is no shift, and promises nothing."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="shift_wishes", verbose_name=_("county"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shift_wishes")
    kind = models.CharField(_("wish"), max_length=10, choices=WishKind.choices)
    day = models.DateField(_("day"))
    starts = models.PositiveSmallIntegerField(_("from"), default=0)
    ends = models.PositiveSmallIntegerField(_("until"), default=24)
    words = models.CharField(_("in words"), max_length=LONGEST_WISH, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = ShiftWishQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift wish")
        verbose_name_plural = _("shift wishes")
        ordering = ["day", "starts", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")) & Q(ends__lte=24), name="wish_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(kind__in=WishKind.values), name="wish_kind_known"),
        ]
        indexes = [models.Index(fields=["county", "day"], name="wish_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.starts}–{self.ends} {self.kind}"
