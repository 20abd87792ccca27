"""What every editable row of the directory shares."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant

EDITOR_ROLES: frozenset[str] = frozenset({Role.MAIN_USER})


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows that belong to a county, and who may see and change them.

    `county_path` leads from the row to its county's code.
    """

    county_path: ClassVar[str] = "county__code"

    def of_county(self, code: str) -> Self:
        """Rows of one county."""
        return self.filter(**{self.county_path: code})

    def readable_by(self, actor: Actor) -> Self:
        """Rows of the counties in which the member of staff has any grant; a resident reads through public pages only."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                counties = Grant.objects.valid().filter(user_id=user_id).values("county")
                return self.filter(**{f"{self.county_path}__in": counties})
        return self.none()

    def editable_by(self, actor: Actor) -> Self:
        """Rows of the counties whose main user the actor is (a county-wide grant)."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                grants = Grant.objects.valid().filter(user_id=user_id, role__in=EDITOR_ROLES, service_id__isnull=True)
                return self.filter(**{f"{self.county_path}__in": grants.values("county")})
        return self.none()


def label(row: models.Model, field: str) -> str:
    """A row's name for staff: in the language in use, else in the first one that has it."""
    for language in (get_language() or "fi", "fi", "sv", "en"):
        words = getattr(row, f"{field}_{language[:2]}", "")
        if words:
            return str(words)
    return f"{row._meta.verbose_name} {row.pk or ''}".strip()


def scoped(path: str) -> type[ScopedQuerySet]:
    """A queryset class whose county lies behind `path`."""
    return type("ScopedQuerySet", (ScopedQuerySet,), {"county_path": path})


def supervised_by(actor: Actor, role: Role = Role.SUPERVISOR) -> Q:
    """Rows with a county and maybe a service that a supervisor's grant reaches, or one of the role: hers, or all of a county."""
    if not isinstance(actor, Staff):
        return Q(pk__in=[])
    grants = Grant.objects.valid().filter(user_id=actor.user_id, role=role, county=models.OuterRef("county__code"))
    return Q(models.Exists(grants.filter(Q(service_id__isnull=True) | Q(service_id=models.OuterRef("service__public_id")))))


class Versioned(models.Model):
    """A row that people edit: a stale save is refused by its version."""

    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


def one_key_per_county(model: str) -> models.UniqueConstraint:
    """Stable keys are unique inside their county, so that content can name a row."""
    return models.UniqueConstraint(fields=["county", "key"], name=f"{model}_key_once_per_county")


def ends_after_start(model: str, start: str = "starts_at", end: str = "ends_at") -> models.CheckConstraint:
    """An interval that ends, ends after it starts."""
    return models.CheckConstraint(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": models.F(start)}),
        name=f"{model}_ends_after_start",
        violation_error_code="ends_before_start",
        violation_error_message=_("The end must be later than the start."),
    )


__all__ = [
    "EDITOR_ROLES",
    "ScopedQuerySet",
    "Versioned",
    "ends_after_start",
    "label",
    "one_key_per_county",
    "scoped",
    "supervised_by",
]
