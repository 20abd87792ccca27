"""Chromium, and the portal's real server with its styles and scripts, for tests in a browser.

`chromium` is one browser for all; make a context of your own for each visitor. `make_portal()` starts `manage.py serve` on the
test database (the test needs `transactional_db`) and returns its address.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from accounts.actors import Resident, System
from accounts.models import User
from adoption.operations import load_shipped_models
from chat.models import Conversation
from chat.operations import start_conversation
from services.models import County, Queue, Redirect, Service
from tests.browser.resident_side import DESK, Responder
from tests.browser.windows import staff_window
from tests.serve.portal import ROOT, Serve
from tests.serve.warm import WarmProcesses, WarmServe

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=20_000)  # a busy machine is no fault of the page
ANOTHER_DAY = """{
  const Real = Date, shift = %d;
  globalThis.Date = class Date extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  };
}"""
PLAIN_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests. Its event loop lives in this thread: Django is told that the database may be asked beside it."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        if shift := os.environ.get("CLOCK_SHIFT"):
            shift_clock(browser, float(shift))
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def shift_clock(browser: Browser, seconds: float) -> None:
    """The pages of a run at another day (`python -m tests.run --at`) have the clock of the server."""
    plain = browser.new_context

    def new_context(**choices: object) -> BrowserContext:
        context = plain(**choices)  # type: ignore[arg-type]
        context.add_init_script(ANOTHER_DAY % round(seconds * 1000))
        return context

    browser.new_context = new_context  # type: ignore[method-assign,assignment]


@pytest.fixture(scope="session")
def collected_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every style and script, collected once."""
    folder = tmp_path_factory.mktemp("collected")
    environment = {**os.environ, "VAR_DIR": str(folder), "STATIC_STORAGE": PLAIN_STORAGE}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=ROOT, env=environment, check=True)
    return folder / "static"


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory, collected_static: Path) -> Iterator[WarmProcesses]:
    """The processes from which servers are forked."""
    processes = WarmProcesses(tmp_path_factory.mktemp("warm"), collected_static)
    yield processes
    processes.end()


@pytest.fixture
def make_portal(chromium: Browser, transactional_db: None, tmp_path: Path, warm: WarmProcesses) -> Iterator[Callable[..., Serve]]:
    """Starts servers on the test database; all are killed afterwards."""
    started: list[Serve] = []

    def start(**options: str) -> Serve:
        options = {"CHAT_STARTS_PER_HOUR": "10000", **options}
        serve = WarmServe(tmp_path / f"serve{len(started)}", warm, STATIC_STORAGE=PLAIN_STORAGE, **options)
        started.append(serve)
        return serve.start()

    yield start
    for context in chromium.contexts:  # what a test leaves open would go on asking a server that is gone
        context.close()
    for serve in started:
        serve.__exit__()


# --- the staff's side ---


@pytest.fixture
def rollouts_portal(county: County, make_portal: Callable[..., Serve]) -> Serve:
    """The portal of a county that has the adoption model."""
    load_shipped_models(by=System("test"), now=timezone.now(), counties=[county.code])
    return make_portal()


@pytest.fixture
def window_of(chromium: Browser, rollouts_portal: Serve) -> Callable[..., BrowserContext]:
    """Opens windows of `rollouts_portal`: `window_of(coordinator, viewport=DESK)`."""
    return partial(staff_window, chromium, rollouts_portal)


# --- the resident's side ---


@pytest.fixture
def serve(service: Service, queue: Queue, responder: User, second_service: Service, make_portal: Callable[..., Serve]) -> Serve:
    Redirect.objects.create(service=service, matter_fi="Vauvan hoito", to_service=second_service)
    return make_portal(CHAT_FRAMES_PER_SECOND="200")


@pytest.fixture
def desk(chromium: Browser, serve: Serve) -> Iterator[BrowserContext]:
    with chromium.new_context(base_url=serve.url, viewport=DESK) as context:  # type: ignore[arg-type]
        yield context


@pytest.fixture
def talk(serve: Serve, service: Service, resident: Resident) -> Conversation:
    return start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now(), body="Ensimmäinen viesti")


@pytest.fixture
def answerer(talk: Conversation, responder: User) -> Responder:
    return Responder(responder, talk)
