"""The people who may be named in a rollout: those who work for its county."""

from __future__ import annotations

from django.db import models

from accounts.models import Grant, User


def people_of(county: str) -> models.QuerySet[User]:
    """Everybody with a valid right in the county, by name."""
    works = Grant.objects.valid().filter(user_id=models.OuterRef("pk"), county=county)
    return User.objects.filter(models.Exists(works)).order_by("last_name", "first_name", "email")
