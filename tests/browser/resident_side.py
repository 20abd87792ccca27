"""What the tests of the resident's side share: the sizes of screens, the responder's deeds, and how a page is asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from accounts.actors import Resident
from accounts.models import User
from chat.choices import EventKind
from chat.models import Conversation, Event
from chat.operations import claim_conversation, end_conversation, post_message
from chat.residents import cookie_value
from tests.conftest import acting
from tests.serve.portal import Serve

START = "/fi/palvelu/ikaantyneet/chat/"
DESK = {"width": 1100, "height": 800}
PHONE = {"width": 360, "height": 740}


class Responder:
    """What the responder does meanwhile."""

    def __init__(self, user: User, row: Conversation) -> None:
        self.user, self.row = user, row

    def claim(self) -> Responder:
        claim_conversation(by=acting(self.user), conversation=self.row.public_id, now=timezone.now())
        return self

    def say(self, words: str) -> None:
        post_message(by=acting(self.user), conversation=self.row.public_id, client_id=uuid4(), body=words, now=timezone.now())

    def end(self) -> None:
        end_conversation(by=acting(self.user), conversation=self.row.public_id, outcome="R1", topic="neuvonta", now=timezone.now())


def become(context: BrowserContext, resident: Resident, serve: Serve) -> BrowserContext:
    context.add_cookies(
        [{"name": settings.RESIDENT_COOKIE_NAME, "value": cookie_value(resident), "url": serve.url, "httpOnly": True}]
    )
    return context


def open_talk(context: BrowserContext, row: Conversation, *, state: str = "online", language: str = "fi") -> Page:
    page = context.new_page()
    page.goto(f"/{language}/keskustelu/{row.public_id}/")
    if state:
        expect(page.locator("resident-chat")).to_have_attribute("data-connection", state, timeout=20_000)
    return page


def say(page: Page, words: str) -> None:
    page.locator("#kirjoita").fill(words)
    page.get_by_role("button", name="Lähetä").click()


def shown(page: Page) -> list[str]:
    return page.locator(".nl-msg-words").all_inner_texts()


def stored(row: Conversation) -> list[str]:
    return list(Event.objects.filter(conversation=row, kind=EventKind.MESSAGE).order_by("seq").values_list("body", flat=True))


def until(test: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


LEFT_EARLY = "WebSocket is closed before the connection is established"
"""What Chromium says of a page that is left while its line is being opened; no fault of the page."""


def complaints(page: Page) -> list[str]:
    """What the browser complains of."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and LEFT_EARLY not in message.text:
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard
