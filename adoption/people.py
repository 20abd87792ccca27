"""The people who may be named in a rollout: those who work for its county."""

from __future__ import annotations

from django.db import models

from accounts.models import Grant, User
from adoption.models.rollouts import DRIVER_ROLES


def people_of(county: str) -> models.QuerySet[User]:
    """Everybody with a valid right in the county, by name."""
    works = Grant.objects.valid().filter(user_id=models.OuterRef("pk"), county=county)
    return User.objects.filter(models.Exists(works)).order_by("last_name", "first_name", "email")


def drivers_of(county: str) -> models.QuerySet[User]:
    """Everybody who drives the rollouts of the whole county, by name."""
    drives = Grant.objects.valid().filter(
        user_id=models.OuterRef("pk"), county=county, role__in=DRIVER_ROLES, service_id__isnull=True
    )
    return people_of(county).filter(models.Exists(drives))
