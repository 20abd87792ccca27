"""Content that ships with the portal, from YAML in `services/content/`: counties, municipalities, contact points, links, notices.

Loading makes what is missing and never overwrites what people edited, so it may be run at every start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from services.choices import ContactKind
from services.models import ContactPoint, County, DisruptionText, Link, Municipality
from services.operations.rows import Create, apply_changes

CONTENT = Path(__file__).resolve().parent.parent / "content"
REVIEW_AFTER = timedelta(days=182)


@dataclass(slots=True)
class Loaded:
    """What loading made, and what the county has to fill in itself."""

    made: Counter[str] = field(default_factory=Counter)
    to_fill: list[str] = field(default_factory=list)


def load_directory(*, by: Actor, today: date, counties: Collection[str] = (), folder: Path = CONTENT) -> Loaded:
    """The portal makes the 22 counties and the municipalities it ships; contact points, links and prepared notices of disruptions
    for active and named counties.

    A named county that does not exist is refused. Nothing that exists is changed.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    loaded = Loaded()
    with transaction.atomic():
        _load_counties(by, _rows(folder, "counties"), _domains(folder), loaded)
        stored = {county.code: county for county in County.objects.all()}
        if unknown := set(counties) - set(stored):
            raise ValidationError(
                _("There is no county “%(code)s”."), code="unknown_county", params={"code": ", ".join(sorted(unknown))}
            )
        _load_municipalities(by, _rows(folder, "municipalities"), stored, loaded)
        for county in stored.values():
            if county.is_active or county.code in counties:
                _load_contact_points(by, _rows(folder, "contact_points"), county, today, loaded)
                _load_links(by, _rows(folder, "links"), county, loaded)
                _load_disruption_texts(by, _rows(folder, "disruption_texts"), county, loaded)
    return loaded


def _read(folder: Path, name: str) -> Mapping[str, Any]:
    with (folder / f"{name}.yaml").open(encoding="utf-8") as file:
        content: Mapping[str, Any] = yaml.safe_load(file)
    return content


def _rows(folder: Path, name: str) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = _read(folder, name)[name]
    return rows


def _domains(folder: Path) -> list[str]:
    return list(_read(folder, "links")["domains"])


def _in_languages(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}_{language}": words for language, words in texts.items()}


def _load_counties(by: Actor, rows: Sequence[Mapping[str, Any]], domains: list[str], loaded: Loaded) -> None:
    stored = set(County.objects.values_list("code", flat=True))
    made = [
        Create(
            County(
                code=row["code"],
                slug=row["slug"],
                official_languages=row["languages"],
                population=row["population"],
                allowed_domains=domains,
                **_in_languages("name", {language: row[language] for language in ("fi", "sv", "en")}),
            )
        )
        for row in rows
        if row["code"] not in stored
    ]
    apply_changes(by=by, changes=made, source="content")
    loaded.made["county"] += len(made)


def _load_municipalities(by: Actor, rows: Sequence[Mapping[str, Any]], counties: Mapping[str, County], loaded: Loaded) -> None:
    stored = {(each.county_id, each.code): each for each in Municipality.objects.all()}
    for row in rows:  # a successor stands before the one that it follows
        county = counties[row["county"]]
        if (county.pk, row["code"]) in stored:
            continue
        made = Municipality(
            county=county,
            code=row["code"],
            valid_to=row.get("valid_to"),
            successor=stored[county.pk, row["successor"]] if "successor" in row else None,
            **_in_languages("name", {"fi": row["fi"], "sv": row.get("sv", row["fi"]), "en": row["fi"]}),
        )
        apply_changes(by=by, changes=[Create(made)], source="content")
        stored[county.pk, row["code"]] = made
        loaded.made["municipality"] += 1


def _load_contact_points(by: Actor, rows: Sequence[Mapping[str, Any]], county: County, today: date, loaded: Loaded) -> None:
    stored = set(ContactPoint.objects.filter(county=county).values_list("key", flat=True))
    changes = []
    for row in rows:
        if row["key"] in stored:
            continue
        point = ContactPoint(
            county=county,
            key=row["key"],
            kind=ContactKind.PHONE,
            value=row["number"],
            price=row["price"],
            needs_check=not row["checked"],
            review_date=today + REVIEW_AFTER,
            **_in_languages("name", row["name"]),
            **_in_languages("note", row["hours"]),
        )
        changes.append(Create(point))
        if not row["number"]:
            loaded.to_fill.append(f"{county.code}: {row['key']}")
    apply_changes(by=by, changes=changes, source="content")
    loaded.made["contact point"] += len(changes)


def _load_links(by: Actor, rows: Sequence[Mapping[str, Any]], county: County, loaded: Loaded) -> None:
    stored = set(Link.objects.filter(county=county).values_list("key", flat=True))
    changes = []
    for row in rows:
        if row["key"] in stored:
            continue
        if "url" not in row or not all(county.allows(url) for url in row["url"].values()):
            loaded.to_fill.append(f"{county.code}: {row['key']}")
            continue
        link = Link(county=county, key=row["key"], **_in_languages("name", row["name"]), **_in_languages("url", row["url"]))
        changes.append(Create(link))
    apply_changes(by=by, changes=changes, source="content")
    loaded.made["link"] += len(changes)


def _load_disruption_texts(by: Actor, rows: Sequence[Mapping[str, Any]], county: County, loaded: Loaded) -> None:
    stored = set(DisruptionText.objects.filter(county=county).values_list("key", flat=True))
    made = [
        Create(
            DisruptionText(
                county=county,
                key=row["key"],
                order=number * 10,
                stops_intake=row["stops_intake"],
                **_in_languages("title", row["title"]),
                **_in_languages("text", row["text"]),
                **_in_languages("staff_text", row["staff_text"]),
            )
        )
        for number, row in enumerate(rows, start=1)
        if row["key"] not in stored
    ]
    apply_changes(by=by, changes=made, source="content")
    loaded.made["disruption text"] += len(made)
