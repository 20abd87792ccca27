"""What is read once for many scopes comes to the very same figures as each of them read alone; and the files of them all."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.actors import System
from chat.choices import Contactor, EndedBy, EntryChannel, LegExit, Medium, State, TransferReason, TransferState
from chat.models import Conversation, Feedback, Leg, Transfer
from reports import at_once
from reports.exports.month import KINDS, files_of
from reports.metrics import Figures, Scope, figures_of
from reports.metrics.scope import scopes_of
from reports.models import MonthlyReport, ReportGroup
from reports.months import Month
from reports.operations import freeze_due_months, freezing
from reports.report import report_of
from reports.shown import BREAKDOWNS
from reports.trend import last_months, trend_of
from services.models import County, Municipality, Queue, ResponderGroup, Schedule, Service, Topic
from tests.conftest import make_queue, make_service
from tests.reports.d1 import make_d1
from tests.reports.test_queries import fill

NOVEMBER = Month(2026, 11)
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
ENDED = {"state": State.ENDED, "ended_by": EndedBy.RESPONDER}


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


def scatter(queues: list[Queue], count: int, chance: random.Random) -> None:
    """Contacts of everything that figures are broken down by, some passed on, some come again, in November and October."""
    topics = list(Topic.objects.filter(service__county=queues[0].service.county))  # of other services, too: some have gone on
    places = list(Municipality.objects.filter(county=queues[0].service.county))
    starts = NOVEMBER.shifted(-1).period.interval[0]
    for _ in range(count):
        queue = chance.choice(queues)
        at = starts + timedelta(seconds=chance.randrange(60 * 24 * 3600))
        status = chance.choice(["answered"] * 4 + ["abandoned", "short_abandon", "service_closed"])
        wait = chance.choice([0, 60, 61, 299, 300, 301, chance.randrange(4000)])
        answered = status == "answered"
        row = Conversation.objects.create(
            county=queue.service.county,
            service=queue.service,
            first_queue=queue,
            queue=queue,
            resident_key=UUID(int=chance.randrange(count // 2) + 1),
            start_token=uuid4(),
            status=status,
            is_test=chance.random() < 0.1,
            medium=chance.choice([Medium.CHAT] * 8 + [Medium.FORM, Medium.MAIL]),
            language=chance.choice(["fi", "sv", "en", "uk"]),
            entry_channel=chance.choice(EntryChannel.values),
            entry_page=chance.choice(["", *(f"/{code}/palvelu/{n}/" for code in ("fi", "sv") for n in range(25))]),
            contactor=chance.choice([each for each in Contactor.values if each != Contactor.PROFESSIONAL]),
            person=chance.choice(["", "", "P1", "P2", "P3"]),
            identified_at=at if chance.random() < 0.4 else None,
            topic=chance.choice([None, *topics]),
            municipality=chance.choice([None, *places]),
            wrong_service=chance.random() < 0.1,
            queued_at=at,
            line_at=at,
            closed_at=at + timedelta(seconds=wait + 900),
            accepted_at=at + timedelta(seconds=wait) if answered else None,
            first_reply_at=at + timedelta(seconds=wait + 30) if answered else None,
            left_at=None if answered else at + timedelta(seconds=wait),
            wait_seconds=wait if answered else None,
            response_seconds=wait + 30 if answered else None,
            outcome=chance.choice(["", *(f"R{n}" for n in range(10))]) if answered else "",
            failure_demand=chance.choice(["", "", "", "unreachable"]) if answered else "",
            **ENDED,
        )
        if chance.random() < 0.5:
            Feedback.objects.create(
                conversation=row, answered_at=row.closed_at, satisfaction=chance.choice([None, 1, 3, 5]),
                recommend=chance.choice([None, *range(11)]), words=chance.choice(["", "Kiitos"]),
            )  # fmt: skip
        if answered and chance.random() < 0.2:
            pass_on(row, queue, chance.choice(queues), chance)


def pass_on(row: Conversation, queue: Queue, to: Queue, chance: random.Random) -> None:
    """One transfer, with the leg that came of it when somebody took it."""
    first = Leg.objects.create(conversation=row, queue=queue, number=1, queued_at=row.queued_at, exit=LegExit.TRANSFERRED)
    state = chance.choice([TransferState.ACCEPTED, TransferState.ACCEPTED, TransferState.DECLINED])
    waited = chance.randrange(400) if state == TransferState.ACCEPTED else None
    second = Leg.objects.create(conversation=row, queue=to, number=2, queued_at=row.queued_at, wait_seconds=waited)
    Transfer.objects.create(
        conversation=row, from_queue=queue, to_queue=to, from_leg=first, to_leg=second, state=state,
        reason=chance.choice([TransferReason.WRONG_SERVICE, TransferReason.OVERFLOW, TransferReason.EXPERTISE]),
        offered_at=row.queued_at, ended_at=row.queued_at + timedelta(seconds=chance.choice([5, 500])),
    )  # fmt: skip


@pytest.fixture
def full(queue: Queue, second_queue: Queue, county: County, group: ResponderGroup, always_open: Schedule) -> County:
    """Three services, one of them with two queues, a group of two of them, and one service without a contact."""
    make_d1(queue)
    together = ReportGroup.objects.create(county=county, key="yhdessa", name_fi="Yhdessä")
    fill(queue, together, months=2, each=6, tag="a")
    fill(second_queue, together, months=2, each=6, tag="b")
    third = make_queue(make_service(county, "lisa", "Lisä", "Mer", "More"), always_open, group)
    make_service(county, "hiljainen", "Hiljainen", "Tyst", "Silent")
    other = Queue.objects.create(service=queue.service, key="toinen", name_fi="Toinen", schedule=always_open)
    scatter([queue, second_queue, third, other], 160, random.Random(20261128))
    Service.objects.filter(county=county).update(opened_at=datetime(2024, 1, 1, tzinfo=UTC), primary_care=True)
    return county


@pytest.mark.django_db
@pytest.mark.postgres
@pytest.mark.parametrize("breakdowns", [tuple(BREAKDOWNS), ()], ids=["broken down", "whole"])
def test_read_at_once_is_as_read_alone(full: County, breakdowns: tuple[str, ...]) -> None:
    scopes = [Scope.told(full, *told) for told in scopes_of(full)]
    assert len(scopes) > 5
    months = last_months(NOVEMBER)
    for period in (NOVEMBER.period, Month(2026, 10).period):
        for alone, together in zip(scopes, Scope.at_once(scopes), strict=True):
            expected = figures_of(alone, period, breakdowns=breakdowns, now=TODAY)
            found = figures_of(together, period, breakdowns=breakdowns, now=TODAY)
            assert found.total == expected.total
            assert found == expected
            assert figures_of(together, period, breakdowns=breakdowns, now=TODAY) == expected  # and asked again, too
            trends = [trend_of(full, None, months, today=TODAY.date(), scope=scope) for scope in (alone, together)]
            assert trends[0] == trends[1]


@pytest.mark.django_db
def test_a_service_more_reads_no_row_more(full: County, always_open: Schedule, group: ResponderGroup) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            for scope in Scope.at_once([Scope.told(full, *told) for told in scopes_of(full)]):
                figures_of(scope, NOVEMBER.period, breakdowns=tuple(BREAKDOWNS), now=TODAY)
        return sum('FROM "chat_conversation"' in query["sql"] for query in seen)

    before = asked()
    for n in range(3):
        more = make_queue(make_service(full, f"uusi{n}", f"Uusi {n}", f"Ny {n}", f"New {n}"), always_open, group)
        scatter([more], 12, random.Random(n))
    Service.objects.filter(county=full).update(opened_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert asked() == before


@pytest.mark.django_db
def test_scopes_of_two_counties_are_not_read_at_once(full: County, other_county: County) -> None:
    with pytest.raises(ValueError, match="one county"):
        Scope.at_once([Scope.whole(full), Scope.whole(other_county)])


@pytest.mark.django_db
def test_the_months_are_frozen_as_each_alone_would_be(full: County) -> None:
    assert freeze_due_months(by=System("test"), now=TODAY) > 0
    for service, group in scopes_of(full):
        scope = Scope.told(full, service, group)
        row = MonthlyReport.objects.of_scope(county=full, service=service, group=group).filter(month=NOVEMBER.first).first()
        if row is not None:
            assert row.figures["M01"]["n"] == figures_of(scope, NOVEMBER.period, now=TODAY).total["M01"].n
    assert freeze_due_months(by=System("test"), now=TODAY) == 0


@pytest.mark.django_db
def test_the_kinds_of_the_services_add_up_to_the_countys(full: County) -> None:
    whole = figures_of(Scope.whole(full), NOVEMBER.period, now=TODAY).facts["kinds"]
    services = [figures_of(Scope.of([each]), NOVEMBER.period, now=TODAY).facts.get("kinds", {}) for each in full.services.all()]
    assert sum(whole.values()) > 0
    assert whole == {kind: sum(each.get(kind, 0) for each in services) for kind in whole}


@pytest.mark.django_db
def test_a_scope_that_cannot_be_frozen_keeps_no_other_from_it(full: County, monkeypatch: pytest.MonkeyPatch) -> None:
    real = freezing.figures_of
    broken = Service.objects.get(county=full, key="ikaantyneet")

    def fail(scope: Scope, *args: Any, **more: Any) -> Figures:
        if scope.services == (broken.pk,):
            raise RuntimeError("broken")
        return real(scope, *args, **more)

    monkeypatch.setattr(freezing, "figures_of", fail)
    with pytest.raises(RuntimeError, match="broken"):
        freeze_due_months(by=System("test"), now=TODAY)
    made = set(MonthlyReport.objects.filter(month=NOVEMBER.first).values_list("service", "group"))
    assert (None, None) in made and len(made) == len(scopes_of(full)) - 1
    monkeypatch.setattr(freezing, "figures_of", real)
    assert freeze_due_months(by=System("test"), now=TODAY) > 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestFiles:
    def test_reports_come_in_their_order_and_language(self, full: County) -> None:
        scopes = scopes_of(full)
        for language in ("sv", "en"):
            with translation.override(language):
                found = list(at_once.reports_of(System("test"), full, scopes, NOVEMBER.period, now=TODAY))
                alone = [
                    report_of(System("test"), full, service, NOVEMBER.period, now=TODAY, group=group) for service, group in scopes
                ]
            assert [each.key for each in found] == [each.key for each in alone]
            assert [each.sentences for each in found] == [each.sentences for each in alone]
            assert [each.name for each in found] == [each.name for each in alone]

    def test_every_file_is_written_and_none_is_written_over(self, full: County, tmp_path: Path) -> None:
        told = StringIO()
        folder = tmp_path / "arkisto"
        call_command("report_files", full.code, "2026-11", folder, language="sv", stdout=told)
        names = sorted(path.name for path in folder.iterdir())
        assert len(names) == len(scopes_of(full)) * len(KINDS) and "raportti-kaikki-2026-11.pdf" in names
        assert f"{len(names)}/{len(names)} " in told.getvalue()
        assert (folder / "raportti-kaikki-2026-11.pdf").read_bytes().startswith(b"%PDF-")
        assert "Per kommun" in (folder / "raportti-kaikki-2026-11.csv").read_text("utf-8-sig")
        assert folder.stat().st_mode & 0o077 == 0
        with pytest.raises(CommandError, match="is not written over"):
            call_command("report_files", full.code, "2026-11", folder, stdout=told)

    @pytest.mark.parametrize(
        ("code", "month", "words"),
        [
            ("ei-ole", "2026-11", "No county"),
            (None, "marraskuu", "as 2026-10"),
            (None, "2027-01", "has not begun"),
            (None, "2021-01", "first month is 20"),
        ],
    )
    def test_bad_words_are_told_of(self, full: County, tmp_path: Path, code: str | None, month: str, words: str) -> None:
        with pytest.raises(CommandError, match=words):
            call_command("report_files", code or full.code, month, tmp_path / "x")
        assert not (tmp_path / "x").exists()

    def test_a_file_is_no_folder(self, full: County, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("")
        with pytest.raises(CommandError, match="cannot be made"):
            call_command("report_files", full.code, "2026-11", tmp_path / "x")

    def test_without_the_library_the_other_files_are_made(
        self, full: County, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        without, folder = tmp_path / "without", tmp_path / "files"
        without.mkdir()
        (without / "weasyprint.py").write_text("raise OSError('cannot load library libpango')")
        monkeypatch.syspath_prepend(without)
        with pytest.raises(CommandError, match="were not"):
            call_command("report_files", full.code, "2026-11", folder, stdout=StringIO())
        assert {path.suffix for path in folder.iterdir()} == {".csv", ".json", ".xlsx"}


def test_without_reports_there_is_no_file() -> None:
    assert list(files_of([])) == []
