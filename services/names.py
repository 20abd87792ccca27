"""The names of counties and services, handed down to the ground floor, which keeps only their codes and ids."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from services.models import County, Service


class ServiceDirectory:
    """Answers `accounts.directory` from the rows."""

    def county_names(self, codes: Collection[str]) -> dict[str, str]:
        """The names of the counties, by code; an unknown code stands for itself."""
        found = {county.code: str(county) for county in County.objects.filter(code__in=codes)}
        return {code: found.get(code, code) for code in sorted(codes)}

    def service_names(self, codes: Collection[str]) -> dict[UUID, str]:
        """The services of the counties: names by public id."""
        return {service.public_id: str(service) for service in Service.objects.filter(county__code__in=codes)}
