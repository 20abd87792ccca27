"""What pages share for a second or two, and the thread that reads it ahead while the portal serves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.utils.translation import get_language, override

from services import hosts, memory
from services.memory import GRACE, Keeper, refresh, remembered
from services.models import County

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the memory's own clock."""
    now = [time.monotonic()]
    monkeypatch.setattr(memory.time, "monotonic", lambda: now[0])

    def forward(seconds: float) -> None:
        now[0] += seconds

    return forward


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    memory._kept.clear()
    yield
    memory._kept.clear()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process whose keeper runs; the test itself reads when it is due."""
    monkeypatch.setattr(memory, "_keepers", {Keeper()})


class Counted:
    """Says how often, and in which language, it was read."""

    def __init__(self) -> None:
        self.languages: list[str | None] = []

    def __call__(self) -> int:
        self.languages.append(get_language())
        return len(self.languages)


def test_readers_share_one_reading_until_its_seconds_are_over(county: County, clock: Callable[[float], None]) -> None:
    read = Counted()
    assert [remembered(county, "x", 1.0, read, ahead=True) for _ in range(3)] == [1, 1, 1]
    clock(1.01)
    assert remembered(county, "x", 1.0, read, ahead=True) == 2


def test_without_a_keeper_nothing_is_read_ahead_nor_older(county: County, clock: Callable[[float], None]) -> None:
    read = Counted()
    remembered(county, "x", 1.0, read, ahead=True)
    clock(1.01)
    assert remembered(county, "x", 1.0, read, ahead=True) == 2


@pytest.mark.usefixtures("served")
class TestKeeper:
    def test_it_reads_what_is_due_in_the_readers_language(self, county: County, clock: Callable[[float], None]) -> None:
        read = Counted()
        with override("sv"):
            remembered(county, "x", 1.0, read, ahead=True)
        assert refresh() == 0
        clock(1.01)
        with override("en"):
            assert refresh() == 1
        assert read.languages == ["sv", "sv"]
        assert remembered(county, "x", 1.0, read, ahead=True) == 2

    def test_a_reader_between_waits_for_nothing_and_gets_what_is_half_a_second_older_at_most(
        self, county: County, clock: Callable[[float], None]
    ) -> None:
        read = Counted()
        remembered(county, "x", 1.0, read, ahead=True)
        clock(1.0 + GRACE - 0.01)
        assert remembered(county, "x", 1.0, read, ahead=True) == 1
        clock(0.02)
        assert remembered(county, "x", 1.0, read, ahead=True) == 2

    def test_what_nobody_asked_for_again_is_left_alone_and_then_dropped(
        self, county: County, clock: Callable[[float], None]
    ) -> None:
        read = Counted()
        remembered(county, "x", 1.0, read, ahead=True)
        clock(1.01)
        assert refresh() == 1
        clock(1.01)
        assert refresh() == 0
        clock(memory.FORGOTTEN_AFTER)
        refresh()
        assert not memory._kept

    def test_what_may_not_be_read_ahead_is_not(self, county: County, clock: Callable[[float], None]) -> None:
        read = Counted()
        remembered(county, "x", 1.0, read)
        clock(1.01)
        assert refresh() == 0
        assert remembered(county, "x", 1.0, read) == 2

    def test_a_reading_of_a_county_that_changed_meanwhile_does_not_stand(
        self, county: County, clock: Callable[[float], None]
    ) -> None:
        changed = County.objects.get(pk=county.pk)

        def read() -> str:
            if memory._kept and memory._kept[county.pk, "x"].county is county and len(calls) == 1:
                calls.append("again")
                remembered(changed, "x", 1.0, lambda: "new", ahead=True)
            else:
                calls.append("first")
            return "old"

        calls: list[str] = []
        remembered(county, "x", 1.0, read, ahead=True)
        clock(1.01)
        refresh()
        assert calls == ["first", "again"]
        assert remembered(changed, "x", 1.0, lambda: "newer", ahead=True) == "new"


def test_the_thread_goes_on_after_an_error_without_its_words(
    county: County, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = threading.Semaphore(0)
    monkeypatch.setattr(memory, "TICK_SECONDS", 0.001)

    def broken() -> int:
        rounds.release()
        raise ValueError("somebody's own words")

    monkeypatch.setattr(memory, "refresh", broken)
    monkeypatch.setattr(memory, "close_old_connections", lambda: None)
    keeper = Keeper()
    keeper.start()
    try:
        assert rounds.acquire(timeout=10)
        assert rounds.acquire(timeout=10)
    finally:
        keeper.end()
    assert "ValueError" in caplog.text
    assert "own words" not in caplog.text


class TestCounty:
    def test_the_object_stays_while_nothing_in_it_changes(self, county: County, settings) -> None:
        settings.COUNTY_CACHE_SECONDS = 0.0
        hosts.forget()
        first = hosts.county_of_host("x.example")
        assert first is not None
        assert hosts.county_of_host("x.example") is first
        County.objects.filter(pk=first.pk).update(accent_colour="#005a9c")
        changed = hosts.county_of_host("x.example")
        assert changed is not first
        assert changed is not None
        assert changed.accent_colour == "#005a9c"

    def test_it_is_a_new_one_after_an_operation_said_so(self, county: County) -> None:
        first = hosts.county_of_host("x.example")
        hosts.forget()
        assert hosts.county_of_host("x.example") is not first
