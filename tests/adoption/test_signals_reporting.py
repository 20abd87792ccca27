"""What the service’s report proves: the choice of metrics, a month that was made, a month that was gone through (2.6, 3.7, 4.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.actors import System
from accounts.models import Grant, User
from adoption.choices import ItemState
from adoption.models import Proof, Rollout
from adoption.operations import check_rollout, renew_recurring
from adoption.signals import Signal
from reports.models import MonthlyReport, Review
from reports.months import Month
from reports.operations import Findings, choose_metrics, freeze_due_months, freeze_month, sign_review, write_review
from services.models import County, Queue, Service
from tests.adoption.proving import answer_of, begin, item_of
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
BY = System("test")
OCTOBER = Month(2026, 10)
FROZEN = datetime(2026, 11, 4, 4, tzinfo=UTC)
WHOLE = Findings("Määrät", "Jonot", "Tyytyväisyys", "Palaute", no_actions=True)


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def rollout(coordinator: User, county: County, service: Service, queue: Queue) -> Rollout:
    service.opened_at = at(9, 15)
    service.save()
    return begin(coordinator, county, service, now=at(6, 1))


def says(rollout: Rollout, name: str, code: str, now: datetime) -> Signal:
    answer = answer_of(rollout, name, code=code, now=now)
    assert isinstance(answer, Signal)
    return answer


def froze(service: Service | None, county: County, month: Month = OCTOBER, now: datetime = FROZEN) -> MonthlyReport:
    return freeze_month(by=BY, county=county, service=service, month=month, now=now)


def chosen(service: Service, by: User, **fields: Any) -> None:
    given = {"metrics": ["M11"], "without_target": ["M01", "M06", "M14", "M15", "M16", "M17", "M11"], "recipients": [by]}
    choose_metrics(**{"by": acting(by), "service": service, "version": None, "now": at(10, 1), **given, **fields})


class TestReportDefinitionSelected:
    def test_report_definition_selected_true(self, rollout: Rollout, service: Service, supervisor: User) -> None:
        chosen(service, supervisor)
        answer = says(rollout, "report_definition_selected", "2.6", at(10, 2))
        assert (answer.holds, answer.at) == (True, at(10, 1))
        assert check_rollout(rollout=rollout, by=BY, now=at(10, 2)).done == ["2.6"]

    def test_report_definition_selected_false_of_no_choice(self, rollout: Rollout) -> None:
        answer = says(rollout, "report_definition_selected", "2.6", at(10, 2))
        assert (answer.holds, answer.value["lacks"]) == (False, ["metrics"])

    @pytest.mark.parametrize(
        ("fields", "lacks"),
        [({"recipients": []}, "recipient"), ({"without_target": ["M01", "M06", "M14", "M15", "M16", "M17"]}, "metric_target:M11")],
    )
    def test_report_definition_selected_false_without_a_target_or_a_recipient(
        self, rollout: Rollout, service: Service, supervisor: User, fields: dict[str, Any], lacks: str
    ) -> None:
        chosen(service, supervisor, **fields)
        assert says(rollout, "report_definition_selected", "2.6", at(10, 2)).value["lacks"] == [lacks]

    def test_report_definition_selected_false_when_the_only_recipient_has_left(
        self, rollout: Rollout, service: Service, supervisor: User
    ) -> None:
        chosen(service, supervisor)
        Grant.objects.filter(user=supervisor).delete()
        assert says(rollout, "report_definition_selected", "2.6", at(10, 2)).value["lacks"] == ["recipient"]


class TestMonthlyReportGenerated:
    def test_monthly_report_generated_false_of_nothing_frozen(self, rollout: Rollout) -> None:
        assert not says(rollout, "monthly_report_generated", "3.7", at(11, 5)).holds

    def test_monthly_report_generated_true_and_false_of_the_countys_own(
        self, rollout: Rollout, service: Service, county: County
    ) -> None:
        froze(None, county)
        assert not says(rollout, "monthly_report_generated", "3.7", at(11, 5)).holds
        report = froze(service, county)
        answer = says(rollout, "monthly_report_generated", "3.7", at(11, 5))
        assert (answer.holds, answer.at, answer.rows) == (True, FROZEN, (f"report:{report.pk}",))

    def test_3_7_opened_15_september_october_proves_by_its_freezing_when_the_page_is_opened_later(
        self, rollout: Rollout, service: Service
    ) -> None:
        freeze_due_months(by=BY, now=at(10, 5, 4))
        assert MonthlyReport.objects.filter(service=service, month=date(2026, 9, 1)).exists()
        check_rollout(rollout=rollout, by=BY, now=at(10, 6))
        assert item_of(rollout, "3.7").state == ItemState.NOT_STARTED, "September was not whole"
        freeze_due_months(by=BY, now=FROZEN)
        assert check_rollout(rollout=rollout, by=BY, now=at(11, 9)).done == ["3.7"]
        item = item_of(rollout, "3.7")
        assert (item.state, item.done_by_system, item.done_at) == (ItemState.DONE, True, FROZEN)
        assert Proof.objects.standing().get(item=item).value["month"] == "2026-10"

    def test_the_opening_month_counts_when_it_was_open_on_its_first_working_day(self, rollout: Rollout, service: Service) -> None:
        Service.objects.filter(pk=service.pk).update(opened_at=at(9, 1))
        freeze_due_months(by=BY, now=at(10, 5, 4))
        assert says(rollout, "monthly_report_generated", "3.7", at(10, 6)).value["month"] == "2026-09"

    def test_a_test_service_never_proves(self, rollout: Rollout, service: Service, county: County) -> None:
        froze(service, county)
        Service.objects.filter(pk=service.pk).update(is_test=True)
        assert not says(rollout, "monthly_report_generated", "3.7", at(11, 5)).holds


class TestLastMonthReportReviewed:
    def reviewed(self, service: Service, by: User, month: Month, now: datetime, findings: Findings = WHOLE) -> Review:
        row = write_review(
            by=acting(by), county=service.county, service=service, month=month, revision=1, findings=findings, now=now
        )
        return sign_review(by=acting(by), review=row, now=now)

    def test_last_month_report_reviewed_false_unsigned(
        self, rollout: Rollout, service: Service, county: County, supervisor: User
    ) -> None:
        froze(service, county)
        write_review(
            by=acting(supervisor), county=county, service=service, month=OCTOBER, revision=1, findings=WHOLE, now=at(11, 5)
        )
        renew_recurring(now=at(11, 5))
        assert not says(rollout, "last_month_report_reviewed", "4.2", at(11, 5)).holds

    def test_last_month_report_reviewed_true_for_its_own_month_and_false_when_the_next_one_is_frozen(
        self, rollout: Rollout, service: Service, county: County, supervisor: User
    ) -> None:
        froze(service, county)
        renew_recurring(now=FROZEN)
        row = self.reviewed(service, supervisor, OCTOBER, at(11, 5))
        answer = says(rollout, "last_month_report_reviewed", "4.2", at(11, 6))
        assert (answer.holds, answer.at, answer.rows) == (True, at(11, 5), (f"review:{row.public_id}",))
        assert "4.2" in check_rollout(rollout=rollout, by=BY, now=at(11, 6)).done
        froze(service, county, Month(2026, 11), at(12, 3, 4))
        renew_recurring(now=at(12, 3))
        assert not says(rollout, "last_month_report_reviewed", "4.2", at(12, 3)).holds
        assert (item_of(rollout, "4.2").state, item_of(rollout, "4.2").due_on) == (ItemState.IN_PROGRESS, date(2026, 12, 14))

    def test_a_review_of_the_whole_county_proves_nothing_of_the_service(
        self, rollout: Rollout, county: County, manager: User
    ) -> None:
        froze(None, county)
        row = write_review(
            by=acting(manager), county=county, service=None, month=OCTOBER, revision=1, findings=WHOLE, now=at(11, 5)
        )
        sign_review(by=acting(manager), review=row, now=at(11, 5))
        renew_recurring(now=at(11, 5))
        assert not says(rollout, "last_month_report_reviewed", "4.2", at(11, 5)).holds


def test_the_item_leads_whoever_reads_figures_to_where_it_is_done(
    rollout: Rollout, service: Service, supervisor: User, coordinator: User, signed_in: Callable[..., Client]
) -> None:
    check_rollout(rollout=rollout, by=BY, now=at(10, 2))
    page = f"/fi/kayttoonotto/{rollout.public_id}/tehtava/{item_of(rollout, '2.6').public_id}/"
    way = f'href="/fi/raportit/mittarit/{service.key}/"'
    assert way in signed_in(supervisor).get(page).content.decode()
    assert way not in signed_in(coordinator).get(page).content.decode()
