"""The background jobs of an installation without Redis: a message is whole or not there, and a worker that ends comes back."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from queue import Empty

import pytest
from celery.beat import PersistentScheduler
from django.utils import timezone
from kombu import Connection

from adoption.choices import ItemState
from adoption.models import RolloutItem
from adoption.tasks import check_rollouts, remind_of_ends
from config.celery import app
from config.job_queue import Channel
from config.jobs_child import JobsChild, command, environment
from tests.adoption.proving import begin


@pytest.fixture
def connection(tmp_path: Path):
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    folder = str(tmp_path / "queue")
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": str(tmp_path / "control")}
    with Connection("filesystem://localhost", transport_options=options) as opened:
        yield opened


def test_a_message_comes_through_the_folder(connection: Connection) -> None:
    channel = connection.default_channel
    assert isinstance(channel, Channel)
    queue = connection.SimpleQueue("jobs")
    for number in range(3):
        queue.put({"number": number})
    assert len(queue) == 3
    assert [queue.get(timeout=5).payload["number"] for _ in range(3)] == [0, 1, 2]


def test_a_message_that_is_being_written_is_not_there_yet(connection: Connection, tmp_path: Path, monkeypatch) -> None:
    channel = connection.default_channel

    def slowly(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            with pytest.raises(Empty):
                channel._get("jobs")
            return file.write(content)

    monkeypatch.setattr(Path, "write_bytes", slowly)
    channel._put("jobs", {"number": 1})
    (message,) = (tmp_path / "queue").iterdir()
    assert json.loads(message.read_text()) == {"number": 1}
    assert channel._get("jobs") == {"number": 1}


AS_ROOT = """
import os
os.getuid = os.geteuid = os.getgid = os.getegid = lambda: 0
from celery.platforms import check_privileges
check_privileges({"json"})
"""


def test_the_demonstration_does_not_warn_of_what_its_reader_cannot_change() -> None:
    def said(env: dict[str, str]) -> str:
        return subprocess.run([sys.executable, "-c", AS_ROOT], env=env, check=True, capture_output=True, text=True).stderr

    assert "superuser" in said({**os.environ, "PYTHONWARNINGS": ""}), "Celery still warns: else the filter can go"
    assert said(environment()) == ""


def test_a_worker_that_ends_by_itself_comes_back(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    marks = tmp_path / "marks"
    program = f"open({str(marks)!r}, 'a').write('x')"

    async def watch() -> None:
        child = JobsChild([sys.executable, "-c", program], again_after=0.05)
        watching = asyncio.create_task(child.watch())
        async with asyncio.timeout(20):
            while not marks.exists() or len(marks.read_text()) < 3:
                await asyncio.sleep(0.05)
        watching.cancel()
        child.end()
        assert child.process.poll() is not None

    asyncio.run(watch())
    assert "The background jobs ended (status 0)" in capfd.readouterr().err


NIGHTLY = (
    "check-rollouts",
    "remind-of-ends",
    "remind-of-pilots",
    "remind-of-rooting",
    "close-surveys",
    "erase-path-words",
    "erase-survey-words",
    "remind-of-week",
)


@pytest.mark.parametrize("name", NIGHTLY)
def test_the_clock_sends_it_again_every_night(name: str, tmp_path: Path) -> None:
    """By the clock of the embedded worker (`-B`) and of a Celery beat of its own: both read this schedule."""
    assert "-B" in command() and command()[4:6] == ["-A", "config.celery"]
    clock = PersistentScheduler(app=app, schedule_filename=str(tmp_path / "beat"), lazy=True)
    clock.setup_schedule()
    entry = clock.schedule[name]
    try:
        assert entry.is_due().is_due is False or entry.last_run_at < app.now() - timedelta(hours=12)
        entry.last_run_at = app.now() - timedelta(days=8)
        assert entry.is_due().is_due
    finally:
        clock.close()


@pytest.mark.django_db
def test_the_job_turns_recurring_items_due(coordinator, county, service, queue) -> None:
    """S000-53…55, S002-29: what was done last month is to be done again, without anybody opening a page."""
    rollout = begin(coordinator, county, service)
    items = RolloutItem.objects.filter(rollout=rollout)
    items.filter(model_item__code__in=["3.2", "3.7", "4.1"]).update(state=ItemState.DONE, done_at=timezone.now())
    check_rollouts()
    assert {item.model_item.code for item in items.filter(period__isnull=False)} == {"4.2", "4.3", "4.4"}
    items.filter(model_item__code="4.2").update(
        state=ItemState.DONE, done_at=timezone.now(), period=date(2026, 1, 1), due_on=date(2026, 2, 13)
    )
    check_rollouts()
    item = items.get(model_item__code="4.2")
    assert item.state == ItemState.IN_PROGRESS
    assert item.due_on is not None and item.due_on > date(2026, 2, 13)
    check_rollouts()
    assert items.get(model_item__code="4.2").version == item.version, "running twice changes nothing"
    assert remind_of_ends() == 0
