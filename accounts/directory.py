"""The names of counties and services, given from above: the ground floor keeps their codes and ids only.

The floor of services hands its directory over when the portal starts; without one, codes are shown.
"""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID


class Directory(Protocol):
    """What the ground floor asks about places."""

    def county_names(self, codes: Collection[str]) -> dict[str, str]:
        """The names of the counties, by code."""

    def service_names(self, codes: Collection[str]) -> dict[UUID, str]:
        """The services of the counties: names by public id."""


class _Codes:
    def county_names(self, codes: Collection[str]) -> dict[str, str]:
        return {code: code for code in sorted(codes)}

    def service_names(self, codes: Collection[str]) -> dict[UUID, str]:
        return {}


_directory: Directory = _Codes()


def use_directory(directory: Directory) -> None:
    """Called once, when the portal starts."""
    global _directory
    _directory = directory


def county_names(codes: Collection[str]) -> dict[str, str]:
    """The names of the counties, by code."""
    return _directory.county_names(codes)


def service_names(codes: Collection[str]) -> dict[UUID, str]:
    """The services of the counties: names by public id."""
    return _directory.service_names(codes)
