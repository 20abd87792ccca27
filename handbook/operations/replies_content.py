"""The quick replies that ship with the portal, from YAML in `handbook/content/`: made where they are missing, never overwritten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor, System
from handbook.choices import ReplyAudience, ReplyCategory, ReplyScope
from handbook.models import QuickReply
from handbook.models.replies import SHORTCUT
from handbook.operations.replies import create_reply
from services.models import County, Service

CONTENT = Path(__file__).resolve().parent.parent / "content" / "quick_replies.yaml"
ALL = "all"


class Title(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The name of a reply in every language."""

    fi: str
    sv: str
    en: str


class ReplyRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One reply as it lies in the file."""

    id: Annotated[str, msgspec.Meta(pattern=r"^QR\d{2}$")]
    shortcut: Annotated[str, msgspec.Meta(pattern=SHORTCUT)]
    category: ReplyCategory
    services: list[str]
    title: Title
    fi: str
    sv: str
    en: str
    audience: Literal["resident", "professional"] = "resident"
    protected: bool = False
    phones_differ: bool = False
    tags: list[str] = []
    note: str = ""


class RepliesFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The whole file."""

    placeholders: dict[str, str]
    quick_replies: list[ReplyRow]


@dataclass(slots=True)
class LoadedReplies:
    """What loading made, and for which services that the county lacks it made nothing."""

    made: Counter[str] = field(default_factory=Counter)
    without_service: list[str] = field(default_factory=list)


def read_replies(path: Path = CONTENT) -> RepliesFile:
    """The file as its type; msgspec names the place of a mistake."""
    with path.open(encoding="utf-8") as file:
        return msgspec.convert(yaml.safe_load(file), type=RepliesFile)


def load_replies(*, by: Actor, county: County, now: datetime, approve: bool = False, path: Path = CONTENT) -> LoadedReplies:
    """The portal makes the quick replies that the county has never had; what people changed or retired stays as it is.

    A loaded reply waits for the county’s own approval; only a demonstration approves at once.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    loaded = LoadedReplies()
    with transaction.atomic():
        stored = set(QuickReply.objects.filter(county=county).values_list("key", flat=True))
        taken = set(
            QuickReply.objects.filter(county=county, retired_at__isnull=True)
            .exclude(scope=ReplyScope.PERSONAL)
            .values_list("shortcut", flat=True)
        )
        services = {service.key: service for service in Service.objects.filter(county=county)}
        for row in read_replies(path).quick_replies:
            if row.id.lower() in stored or row.shortcut in taken:
                continue
            mine = [] if ALL in row.services else [services[key] for key in row.services if key in services]
            if ALL not in row.services and not mine:
                loaded.without_service.append(row.shortcut)
                continue
            create_reply(by=by, reply=_reply(county, row), services=mine, now=now, approve=approve, source="content")
            loaded.made[county.code] += 1
    return loaded


def load_all_replies(*, by: Actor, now: datetime, counties: Collection[str] = ()) -> int:
    """The portal makes what is missing in every county that is in use or named; gives how many it made."""
    rows = County.objects.filter(Q(is_active=True) | Q(code__in=list(counties)))
    return sum(sum(load_replies(by=by, county=county, now=now).made.values()) for county in rows)


def _reply(county: County, row: ReplyRow) -> QuickReply:
    return QuickReply(
        county=county,
        key=row.id.lower(),
        scope=ReplyScope.COMMON if ALL in row.services else ReplyScope.SERVICE,
        shortcut=row.shortcut,
        category=row.category,
        tags=row.tags,
        title_fi=row.title.fi,
        title_sv=row.title.sv,
        title_en=row.title.en,
        text_fi=row.fi,
        text_sv=row.sv,
        text_en=row.en,
        audience=ReplyAudience(row.audience),
        protected=row.protected,
        phones_differ=row.phones_differ,
        note=row.note,
    )
