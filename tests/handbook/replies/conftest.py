"""Quick replies as the operations make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import Actor, System
from handbook.choices import ReplyScope
from handbook.models import QuickReply
from handbook.operations import create_reply, load_replies
from services.models import County, Service
from services.operations import load_directory

MakeReply = Callable[..., QuickReply]


def unsaved(county: County, shortcut: str = "/hei", **fields: Any) -> QuickReply:
    """A reply as a form gives it."""
    given: dict[str, Any] = {
        "title_fi": "Tervehdys",
        "title_sv": "Hälsning",
        "text_fi": "Hei! Miten voin auttaa?",
        "text_sv": "Hej! Hur kan jag hjälpa?",
        **fields,
    }
    return QuickReply(county=county, shortcut=shortcut, **given)


@pytest.fixture
def make_reply(county: County) -> MakeReply:
    """A reply made by the portal itself unless somebody else is named; approved unless told otherwise."""

    def make(
        shortcut: str = "/hei",
        *,
        by: Actor | None = None,
        services: list[Service] | None = None,
        approve: bool = True,
        **fields: Any,
    ) -> QuickReply:
        if services:
            fields = {"scope": ReplyScope.SERVICE, **fields}
        reply = unsaved(fields.pop("county", county), shortcut, **fields)
        return create_reply(by=by or System("test"), reply=reply, services=services or [], now=timezone.now(), approve=approve)

    return make


@pytest.fixture
def loaded(county: County, service: Service, second_service: Service) -> list[QuickReply]:
    """The replies that ship with the portal, approved."""
    by = System("test")
    load_directory(by=by, today=timezone.localdate(), counties=[county.code])
    load_replies(by=by, county=county, now=timezone.now(), approve=True)
    return list(QuickReply.objects.filter(county=county))
