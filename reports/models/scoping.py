"""Rows of a county and maybe a service, and whose grants reach them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor, Staff, System
from accounts.models import Grant
from reports.choices import FIGURE_READERS
from services.models import County, Service


def reached_by(actor: Actor, roles: Collection[str]) -> Q:
    """Those of a service that a grant of the roles reaches; those of the county as a whole, a grant of the whole county."""
    match actor:
        case System():
            return Q()
        case Staff():
            grants = Grant.objects.held_by(actor, roles).filter(county=OuterRef("county__code"))
            whole, own = grants.filter(service_id__isnull=True), grants.filter(service_id=OuterRef("service__public_id"))
            return Q(Exists(whole)) | Q(Exists(own))
    return Q(pk__in=[])


class OfScopeQuerySet(models.QuerySet[Any]):
    """Questions about rows that are of a service, or of a county as a whole."""

    def readable_by(self, actor: Actor) -> Self:
        """Those of a service to whom its figures are open; the county’s to whom all are."""
        return self.filter(reached_by(actor, FIGURE_READERS))

    def of_scope(self, *, county: County, service: Service | None) -> Self:
        """Those of the service, or of the county as a whole."""
        return self.filter(county=county, service=service) if service else self.filter(county=county, service__isnull=True)
