"""Reports in the making: what waits, is made or failed is shown with its reason; a person may make it; two make one."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from accounts.actors import System
from accounts.choices import AuditAction
from accounts.models import AuditEntry, OutgoingMail, User
from chat.models import Conversation
from reports.choices import Making, WhyNotMade
from reports.making import CUT_OFF, due_months, next_run, why_not_made
from reports.metrics import Figures, Scope
from reports.models import MonthlyReport, QualityCheck, QualitySample, ReportGroup, ReportRun
from reports.months import Period
from reports.operations import choose_recipients, draw_sample, freeze_due_months, freezing, make_report
from services.models import County, Queue, Service
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, make_d1

BY = System("test")
THIRD = datetime(2026, 12, 3, 4, tzinfo=UTC)
"""Six o’clock in Finland on the third working day."""
NOW = THIRD + timedelta(hours=3)
both = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def place(queue: Queue, second_queue: Queue, county: County) -> County:
    """Three services that opened on the first of November, and a group of two: five reports of November."""
    Service.objects.update(opened_at=datetime(2026, 11, 1, tzinfo=UTC))
    make_d1(queue)
    group = ReportGroup.objects.create(county=county, key="yhdessa", name_fi="Yhdessä")
    group.services.set([queue.service, second_queue.service])
    return county


Break = Callable[..., None]


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Makes the figures of the service fail; without one, nothing fails any more."""
    real = freezing.figures_of

    def set_to(service: Service | None = None, error: BaseException | None = None) -> None:
        def maybe(scope: Scope, period: Period, **more: Any) -> Figures:
            if service is not None and scope.services == (service.pk,) and period == NOVEMBER.period:
                raise error or RuntimeError("Matti Meikäläinen 010190-123A")
            return real(scope, period, **more)

        monkeypatch.setattr(freezing, "figures_of", maybe)

    return set_to


def page(client: Client, county: County | None = None, *, service: str = "kaikki", month: str = "2026-11") -> str:
    """The page of the month in English, from the making of reports on."""
    address = reverse("reports:month").replace("/fi/", "/en/", 1)
    shown = client.get(address, {"palvelu": service, "kuukausi": month}).content.decode()
    at = shown.find('id="making-head"')
    return "" if at < 0 else shown[at : shown.index("</section>", at)]


def press(client: Client, service: str = "ikaantyneet", month: str = "2026-11") -> Any:
    address = reverse("reports:make").replace("/fi/", "/en/", 1)
    return client.post(f"{address}?palvelu={service}&kuukausi={month}", follow=True)


def run_of(county: County, service: Service | None = None, **fields: Any) -> ReportRun:
    return ReportRun.objects.create(county=county, service=service, **{"month": NOVEMBER.first, "changed_at": NOW, **fields})


class TestByItself:
    pytestmark = both

    def test_all_waits_first_one_at_a_time_is_made_and_nothing_is_left(
        self, place: County, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[Counter[str]] = []
        real = freezing.figures_of

        def look(scope: Scope, period: Period, **more: Any) -> Figures:
            if period == NOVEMBER.period:
                seen.append(Counter(ReportRun.objects.filter(month=NOVEMBER.first).values_list("state", flat=True)))
            return real(scope, period, **more)

        monkeypatch.setattr(freezing, "figures_of", look)
        assert freeze_due_months(by=BY, now=THIRD) == 5
        assert [(each["making"], each["waiting"]) for each in seen] == [(1, 4), (1, 3), (1, 2), (1, 1), (1, 0)]
        assert not ReportRun.objects.exists()
        assert freeze_due_months(by=BY, now=THIRD) == 0

    def test_one_that_fails_is_kept_with_its_reason_and_the_others_are_made(
        self, place: County, service: Service, breaks: Break
    ) -> None:
        breaks(service)
        with pytest.raises(RuntimeError):
            freeze_due_months(by=BY, now=THIRD)
        row = ReportRun.objects.get()
        assert (row.service, row.month, row.state, row.tries) == (service, NOVEMBER.first, Making.FAILED, 1)
        assert (row.reason, row.error) == (WhyNotMade.FAULT, "RuntimeError")
        assert MonthlyReport.objects.count() == 4 and not MonthlyReport.objects.filter(service=service).exists()
        with pytest.raises(RuntimeError):
            freeze_due_months(by=BY, now=THIRD + timedelta(days=1))
        assert ReportRun.objects.get().tries == 2

    def test_two_that_fail_are_both_kept(self, place: County, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(freezing, "figures_of", lambda *_, **__: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            freeze_due_months(by=BY, now=THIRD)
        rows = ReportRun.objects.filter(month=NOVEMBER.first)
        assert rows.count() == 5 and set(rows.values_list("state", "error")) == {("failed", "ZeroDivisionError")}

    def test_what_failed_is_tried_again_however_old(self, place: County, service: Service, breaks: Break) -> None:
        breaks(service)
        with pytest.raises(RuntimeError):
            freeze_due_months(by=BY, now=THIRD)
        breaks()
        assert freeze_due_months(by=BY, now=THIRD + timedelta(days=200)) > 0
        assert MonthlyReport.objects.filter(service=service, month=NOVEMBER.first).count() == 1
        assert not ReportRun.objects.exists()

    def test_what_was_cut_off_is_made_again(self, place: County, service: Service) -> None:
        run_of(place, service, state=Making.MAKING, tries=1)
        assert freeze_due_months(by=BY, now=THIRD) == 5
        assert not ReportRun.objects.exists()

    def test_a_row_of_what_is_there_or_out_of_use_goes(self, place: County, service: Service) -> None:
        freeze_due_months(by=BY, now=THIRD)
        run_of(place, service)
        group = ReportGroup.objects.create(county=place, key="vanha", name_fi="Vanha", ended_at=THIRD)
        run_of(place, group=group, state=Making.FAILED, reason=WhyNotMade.FAULT)
        freeze_due_months(by=BY, now=THIRD)
        assert not ReportRun.objects.exists()

    def test_one_row_for_a_scope_and_month(self, place: County, service: Service) -> None:
        for scope in ({"service": service}, {"group": ReportGroup.objects.get()}, {}):
            run_of(place, **scope)
            with pytest.raises(IntegrityError), transaction.atomic():
                run_of(place, **scope)
        for wrong in ({"state": Making.FAILED}, {"reason": WhyNotMade.FAULT}):
            with pytest.raises(IntegrityError), transaction.atomic():
                run_of(place, month=date(2026, 10, 1), **wrong)

    def test_the_sample_is_drawn_once_by_the_portal(self, place: County, service: Service) -> None:
        freeze_due_months(by=BY, now=THIRD)
        assert QualitySample.objects.count() == 2  # nobody answered in the third service
        sample = QualitySample.objects.get(service=service)
        assert (sample.service, sample.month, sample.drawn_by, len(sample.seed)) == (service, NOVEMBER.first, None, 32)
        drawn = set(QualityCheck.objects.values_list("pk", flat=True))
        assert len(drawn) == sum(QualitySample.objects.values_list("population", flat=True)) == 8
        freeze_due_months(by=BY, now=THIRD + timedelta(days=1))
        assert QualitySample.objects.get(service=service).seed == sample.seed
        assert set(QualityCheck.objects.values_list("pk", flat=True)) == drawn
        assert AuditEntry.objects.filter(object_type="reports.qualitysample").count() == 2

    def test_what_a_supervisor_has_drawn_stays(self, place: County, service: Service, supervisor: User) -> None:
        make_report(by=acting(supervisor), county=place, service=service, month=NOVEMBER, now=NOW)
        draw_sample(by=acting(supervisor), county=place, service=service, month=NOVEMBER, now=NOW, seed="x")
        freeze_due_months(by=BY, now=NOW)
        assert QualitySample.objects.get(service=service).seed == "x"


def test_the_kind_of_an_error_in_a_few_words() -> None:
    slow = OperationalError("canceling statement due to statement timeout")
    slow.__cause__ = type("QueryCanceled", (Exception,), {})()
    assert [why_not_made(each) for each in (slow, OperationalError("gone"), KeyError("M01"))] == ["too_slow", "database", "fault"]


def test_the_months_and_the_morning() -> None:
    assert [str(each) for each in due_months(THIRD)] == ["2026-11", "2026-10", "2026-09"]
    assert [str(each) for each in due_months(THIRD - timedelta(seconds=1))] == ["2026-10", "2026-09"]
    assert next_run(THIRD - timedelta(minutes=1)) == THIRD
    assert next_run(THIRD) == THIRD + timedelta(days=1)


@pytest.mark.django_db
class TestPage:
    def test_before_the_third_working_day_it_says_when(
        self, place: County, manager: User, signed_in: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: THIRD - timedelta(hours=20))
        shown = page(signed_in(manager))
        assert "is made on 3 Dec 2026 at 06:00" in shown and "<button" not in shown
        assert not page(signed_in(manager), month="2026-12")

    def test_waiting_and_running(self, place: County, service: Service, manager: User, signed_in: Any) -> None:
        client = signed_in(manager)
        shown = page(client)
        assert "waits to be made. The portal makes it on 4 Dec 2026 at 06:00." in shown and "Make the report now" in shown
        MonthlyReport.objects.create(county=place, service=service, month=NOVEMBER.first, made_at=NOW, formulas="1", digest="x")
        run_of(place)
        run_of(place, Service.objects.get(key="neuvola"), state=Making.MAKING)
        shown = page(client)
        assert "waits for its turn" in shown and "1 of 3 reports of the county are ready" in shown
        shown = page(client, service="neuvola")
        assert "is being made" in shown and "1 of 3 reports" in shown and "<button" not in shown
        assert not page(client, service="ikaantyneet")

    def test_what_was_cut_off_says_so(self, place: County, service: Service, supervisor: User, signed_in: Any) -> None:
        row = run_of(place, service, state=Making.MAKING)
        assert "is being made" in page(signed_in(supervisor), service=service.key)
        ReportRun.objects.filter(pk=row.pk).update(changed_at=NOW - CUT_OFF - timedelta(seconds=1))
        shown = page(signed_in(supervisor), service=service.key)
        assert "was cut off" in shown and "Make the report now" in shown and "is being made" not in shown

    def test_a_failure_with_its_reason_and_on_the_countys_page_a_way_to_it(
        self, place: County, service: Service, manager: User, breaks: Break, signed_in: Any
    ) -> None:
        breaks(service)
        with pytest.raises(RuntimeError):
            freeze_due_months(by=BY, now=NOW)
        client = signed_in(manager)
        shown = page(client, service=service.key)
        for words in (
            "could not be made.",
            "there is a fault in the portal, which its maintainers must mend (RuntimeError)",
            "Tried once, on 3 Dec 2026 09:00.",
            "tries again on 4 Dec 2026 at 06:00",
            "Make the report now",
        ):
            assert words in shown, words
        assert "reports of the county" not in shown and "Meikäläinen" not in shown
        for month in ("2026-11", "2026-12"):
            shown = page(client, month=month)
            assert "?palvelu=ikaantyneet&amp;kuukausi=2026-11" in shown and "there is a fault" in shown
            assert "<button" not in shown  # the county’s own is there
        assert not page(client, service="ryhma:yhdessa")

    def test_of_a_month_without_data_nothing_is_said(self, place: County, service: Service, manager: User, signed_in: Any) -> None:
        old = Conversation.objects.filter(county=place).order_by("pk").first()
        Conversation.objects.filter(pk=old.pk).update(queued_at=datetime(2026, 9, 20, 8, tzinfo=UTC))
        client = signed_in(manager)
        for key in ("neuvola", "kaikki", "ryhma:yhdessa"):
            shown = client.get(
                reverse("reports:month").replace("/fi/", "/en/", 1), {"palvelu": key, "kuukausi": "2026-10"}
            ).content.decode()
            assert "no data of this month" in shown and "making-head" not in shown, key

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_it_opens_in_each_language(self, place: County, manager: User, signed_in: Any, language: str) -> None:
        run_of(place, state=Making.FAILED, reason=WhyNotMade.TOO_SLOW, error="OperationalError", tries=2)
        address = reverse("reports:month").replace("/fi/", f"/{language}/", 1)
        shown = signed_in(manager).get(address, {"palvelu": "kaikki", "kuukausi": "2026-11"})
        assert shown.status_code == 200 and "(OperationalError)" in shown.content.decode()


@pytest.mark.django_db
def test_the_page_of_a_sample_says_who_drew_it(place: County, service: Service, supervisor: User, signed_in: Any) -> None:
    make_report(by=BY, county=place, service=service, month=NOVEMBER, now=NOW)
    draw_sample(by=BY, county=place, service=service, month=NOVEMBER, now=NOW, seed="a1")
    address = reverse("reports:quality", args=[service.key, "2026-11"]).replace("/fi/", "/en/", 1)
    assert "Drawn by the portal on 3 Dec 2026 at 09:00, of " in signed_in(supervisor).get(address).content.decode()


@pytest.mark.django_db
class TestByAPerson:
    @pytest.mark.parametrize("who", ["supervisor", "manager", "main_user"])
    def test_who_reads_the_figures_makes_it_and_the_failure_goes(
        self, request: Any, place: County, service: Service, signed_in: Any, who: str
    ) -> None:
        run_of(place, service, state=Making.FAILED, reason=WhyNotMade.FAULT, error="X", tries=1)
        user = request.getfixturevalue(who)
        client = signed_in(user)
        answer = press(client)
        assert answer.status_code == 200 and "The report was made." in answer.content.decode()
        report = MonthlyReport.objects.get()
        assert (report.service, report.month, report.revision, report.made_by) == (service, NOVEMBER.first, 1, user)
        assert not ReportRun.objects.exists() and not page(client, service=service.key)
        entries = AuditEntry.objects.filter(object_type="reports.monthlyreport", action=AuditAction.CREATE)
        assert entries.get().after == {"digest": report.digest, "revision": 1}
        assert press(client).status_code == 200  # pressed twice
        assert MonthlyReport.objects.get() == report and entries.count() == 1

    def test_a_failure_is_told_of_and_nothing_is_lost(
        self, place: County, service: Service, supervisor: User, breaks: Break, signed_in: Any
    ) -> None:
        breaks(service, OperationalError("the row of Matti"))
        shown = press(signed_in(supervisor)).content.decode()
        assert "could not be made: the database did not answer" in shown and "4 Dec 2026 at 06:00" in shown and "Matti" not in shown
        row = ReportRun.objects.get()
        assert (row.service, row.state, row.reason, row.tries) == (service, Making.FAILED, WhyNotMade.DATABASE, 1)
        breaks()
        assert "The report was made." in press(signed_in(supervisor)).content.decode()
        assert not ReportRun.objects.exists()

    def test_a_month_of_long_ago_is_made_when_it_is_asked(
        self, place: County, service: Service, manager: User, signed_in: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later = NOW + timedelta(days=300)
        monkeypatch.setattr("django.utils.timezone.now", lambda: later)
        freeze_due_months(by=BY, now=later)
        assert not MonthlyReport.objects.filter(month=NOVEMBER.first).exists()
        client = signed_in(manager)
        assert "has not been made. The portal itself makes only" in page(client, service=service.key)
        press(client)
        assert MonthlyReport.objects.filter(month=NOVEMBER.first, service=service).count() == 1

    def test_what_is_not_due_or_has_no_data_is_not_made(self, place: County, supervisor: User, signed_in: Any) -> None:
        assert "The month is not over yet" in press(signed_in(supervisor), month="2026-12").content.decode()
        silent = Service.objects.get(key="neuvola")
        Service.objects.filter(pk=silent.pk).update(opened_at=NOW)
        silent.refresh_from_db()
        with pytest.raises(ValidationError) as refused:
            make_report(by=BY, county=place, service=silent, month=NOVEMBER, now=NOW)
        assert refused.value.code == "no_data"
        assert not MonthlyReport.objects.exists() and not ReportRun.objects.exists()

    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "outsider", "former", "second_responder"])
    def test_others_are_refused(self, request: Any, place: County, service: Service, signed_in: Any, who: str) -> None:
        user = request.getfixturevalue(who)
        row = run_of(place, service, state=Making.FAILED, reason=WhyNotMade.FAULT, error="X", tries=1)
        assert press(signed_in(user)).status_code == 403
        with pytest.raises(PermissionDenied):
            make_report(by=acting(user), county=place, service=service, month=NOVEMBER, now=NOW)
        assert not MonthlyReport.objects.exists()
        assert ReportRun.objects.get().state == Making.FAILED and row not in ReportRun.objects.readable_by(acting(user))

    def test_a_supervisor_of_one_service_makes_that_one_only(
        self, place: County, service: Service, supervisor: User, signed_in: Any
    ) -> None:
        client = signed_in(supervisor)
        assert [press(client, service=key).status_code for key in ("kaikki", "neuvola", "ryhma:yhdessa")] == [403, 404, 404]
        for scope in ({"service": None}, {"service": None, "group": ReportGroup.objects.get()}):
            with pytest.raises(PermissionDenied):
                make_report(by=acting(supervisor), county=place, month=NOVEMBER, now=NOW, **scope)
        assert not MonthlyReport.objects.exists() and not ReportRun.objects.exists()

    def test_a_get_makes_nothing(self, place: County, manager: User, signed_in: Any) -> None:
        assert signed_in(manager).get(reverse("reports:make"), {"kuukausi": "2026-11"}).status_code == 405
        assert not MonthlyReport.objects.exists()


@pytest.fixture
def letters(place: County, manager: User, main_user: User) -> list[str]:
    """Who asked for letters: two of the county, one of the group."""
    by = acting(main_user)
    choose_recipients(by=by, county=place, group=None, people=[manager, main_user])
    choose_recipients(by=by, county=place, group=ReportGroup.objects.get(), people=[manager])
    return sorted([manager.email, manager.email, main_user.email])


def stands_once(letters: list[str]) -> None:
    """Each scope of November has one report, each recipient one letter of each, and nothing waits."""
    rows = Counter(MonthlyReport.objects.values_list("service", "group", "month", "revision"))
    assert len(rows) == 5 and set(rows.values()) == {1}
    assert sorted(OutgoingMail.objects.filter(key__startswith="report-ready:").values_list("to", flat=True)) == letters
    assert not ReportRun.objects.exists()
    assert QualitySample.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres(only=True)
class TestTwoWorkers:
    def test_two_at_once_make_one_report_and_one_letter_for_each(
        self, place: County, letters: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start, together = threading.Barrier(2), threading.Barrier(2)
        found: list[Any] = []
        real = freezing.figures_of

        def wait(scope: Scope, period: Period, **more: Any) -> Figures:
            figures = real(scope, period, **more)
            if period == NOVEMBER.period:
                together.wait(timeout=20)  # each of the two has the figures, and none has written them
            return figures

        def work() -> None:
            start.wait(timeout=20)
            try:
                found.append(freeze_due_months(by=BY, now=THIRD))
            except BaseException as error:  # noqa: BLE001  (told by the assertion)
                found.append(error)
            finally:
                connections.close_all()

        monkeypatch.setattr(freezing, "figures_of", wait)
        threads = [threading.Thread(target=work) for _n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [5, 5]
        stands_once(letters)

    @pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
    def test_killed_on_the_way_it_is_made_again_once(
        self, place: County, letters: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The worker ends without a word inside the transaction that writes its third report and the letters of it."""
        real, told = freezing.tell_recipients, []

        def die(report: MonthlyReport) -> int:
            told.append(report)
            n = real(report)
            if len(told) == 3:
                os._exit(9)
            return n

        pooled: Any = connection
        connections.close_all()
        pooled.close_pool()  # the child must not speak in the connections of its parent
        child = os.fork()
        if child == 0:
            try:
                monkeypatch.setattr(freezing, "tell_recipients", die)
                freeze_due_months(by=BY, now=THIRD)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert MonthlyReport.objects.count() == 2
        states = Counter(ReportRun.objects.filter(month=NOVEMBER.first).values_list("state", flat=True))
        assert states == Counter({"making": 1, "waiting": 2})
        assert freeze_due_months(by=BY, now=THIRD) == 3
        stands_once(letters)
