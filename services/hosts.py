"""Which county a host name means: every page, socket and status address asks this one place.

The few active counties are kept in the process for some seconds; an operation that changes a county forgets them at once
(other processes follow within `COUNTY_CACHE_SECONDS`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from services.models import County


@dataclass(frozen=True, slots=True)
class _Snapshot:
    read_at: float
    default: County | None
    by_host: dict[str, County]
    counties: Sequence[County]

    def county(self, host: str) -> County | None:
        """The county of a host name, else the default."""
        return self.by_host.get(bare_host(host), self.default)


_snapshot: _Snapshot | None = None


def bare_host(host: str) -> str:
    """The host name without its port, in lower case: `Chat.Alue.fi:8000` is `chat.alue.fi`."""
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


def county_of_host(host: str) -> County | None:
    """The county whose host name this is, else the installation's default, else its demonstration or only county."""
    return (_cached() or _read()).county(host)


def _cached() -> _Snapshot | None:
    lifetime = float(getattr(settings, "COUNTY_CACHE_SECONDS", 3.0))
    if _snapshot is None or time.monotonic() - _snapshot.read_at >= lifetime:
        return None
    return _snapshot


def forget() -> None:
    """The next question reads the counties anew."""
    global _snapshot
    _snapshot = None


def shared(county: int) -> County | None:
    """The county’s object that pages share: what they remember belongs to it. None while no page has asked for the counties."""
    return next((row for row in _snapshot.counties if row.pk == county), None) if _snapshot else None


def _read() -> _Snapshot:
    global _snapshot
    rows = County.objects.filter(is_active=True).select_related("switchboard").order_by("-is_demo", "code")
    known = {county.pk: county for county in _snapshot.counties} if _snapshot else {}
    counties = [_same(row, known.get(row.pk)) for row in rows]
    default = next((county for county in counties if county.slug == settings.DEFAULT_COUNTY), counties[0] if counties else None)
    by_host = {bare_host(host): county for county in reversed(counties) for host in county.hosts}
    _snapshot = _Snapshot(time.monotonic(), default, by_host, counties)
    return _snapshot


def _same(row: County, known: County | None) -> County:
    """The object that is known already, when nothing in it has changed: what pages remember belongs to it."""
    if known is None or _values(row) != _values(known):
        return row
    return known


def _values(county: County) -> list[object]:
    rows = [county, county.switchboard] if county.switchboard else [county]
    return [getattr(row, field.attname) for row in rows for field in row._meta.concrete_fields]


def address_of(county: County, path: str) -> str:
    """A page as people open it from a letter: at the county's own host name, else at the portal's (`PUBLIC_ADDRESS`)."""
    portal = urlsplit(settings.PUBLIC_ADDRESS)
    place = portal.netloc
    if county.hosts:
        place = county.hosts[0] + (f":{portal.port}" if portal.port else "")
    return f"{portal.scheme}://{place}{path}" if place else path


__all__ = ["address_of", "bare_host", "county_of_host", "forget"]
