"""Who may come to the author's desk, and which version of a path she sees there."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from accounts.actors import Staff
from guidance.models import Path, PathVersion
from guidance.permissions import may_write_paths
from handbook.permissions import may_open
from services.models import County
from services.views.county_door import county_door

paths_door = county_door(lambda actor, county: may_open(actor, county=county.code))
"""Whoever works for the county, in whatever role, reads what has been published."""

author_door = county_door(lambda actor, county: may_write_paths(actor, county=county.code))
"""Only those who write the county's paths."""


def path_of(actor: Staff, county: County, slug: str) -> Path:
    """The path of the county; to anybody else it is as if there were none."""
    row = Path.objects.filter(county=county, slug=slug).readable_by(actor).select_related("county", "owner").first()
    if row is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def versions_of(actor: Staff, path: Path) -> QuerySet[PathVersion]:
    """The versions that she may read, the newest first."""
    rows: QuerySet[PathVersion] = PathVersion.objects.filter(path=path).readable_by(actor).order_by("-number")
    return rows


def version_of(actor: Staff, path: Path, number: str | None = None) -> PathVersion:
    """The version of the number, else the newest that she may read. 404: there is none for her."""
    rows = versions_of(actor, path).select_related("written_by", "approved_by", "published_by")
    if number:
        rows = rows.filter(number=int(number)) if number.isdecimal() and len(number) < 9 else rows.none()
    if (row := rows.first()) is None:
        raise Http404
    row.path = path
    return row
