"""M31 with costs that several services share: split by the share of answered contacts if the county has chosen so, and told so."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from accounts.actors import System
from reports.exports import as_csv, as_json, workbook
from reports.metrics import Figure, Scope, figures_of
from reports.metrics.words import NOTES
from reports.models import MonthlyReport, ReportGroup
from reports.months import Period
from reports.operations import freeze_month
from reports.report import Report, report_of
from services.choices import CostSplit
from services.models import CostRow, County, Queue, Service, SharedCost
from services.operations import create_row
from tests.conftest import acting
from tests.reports.d1 import DECEMBER, NOVEMBER, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
BY = System("test")
NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)


@pytest.fixture
def d1(queue: Queue, county: County) -> Service:
    """D1: the elderly's chat has 9 contacts and 7 answered, the duty chat 1 and 1; 400 € and 25 € of their own."""
    Service.objects.update(opened_at=datetime(2026, 1, 1, tzinfo=UTC))
    make_d1(queue)
    for service, euros in ((queue.service, "400.00"), (duty(), "25.00")):
        CostRow.objects.create(service=service, month=NOVEMBER.first, kind="staff", euros=Decimal(euros), source="Talous")
    return Service.objects.get(pk=queue.service_id)


def duty() -> Service:
    return Service.objects.get(key="paivystys")


def share(county: County, euros: str, *services: Service, month: date = NOVEMBER.first) -> None:
    row = SharedCost.objects.create(county=county, month=month, kind="system", euros=Decimal(euros), source="Lisenssi")
    row.services.set(services)


def choose(split: CostSplit) -> None:
    County.objects.update(cost_split=split)


def cost(scope: Scope, period: Period = NOVEMBER.period) -> Figure:
    return figures_of(scope, period, codes=["M31"], now=NOW).total["M31"]


class TestSplit:
    def test_the_worked_example(self, d1: Service, county: County) -> None:
        """80 € shared, split 7 : 1. 400 + 70 = 470 € ÷ 9 = 52,22 €; 25 + 10 = 35 € ÷ 1 = 35 €; together 505 € ÷ 10 = 50,50 €."""
        share(county, "80.00")
        choose(CostSplit.ANSWERED)
        older, on_duty, whole = cost(Scope.of([d1])), cost(Scope.of([duty()])), cost(Scope.whole(county))
        assert older.value == Fraction(470, 9) and older.beside["euros"] == 470 and older.beside["shared_euros"] == 70
        assert older.beside["per_answered"] == Fraction(470, 7)
        assert on_duty.value == 35 and on_duty.beside["shared_euros"] == 10
        assert whole.value == Fraction(505, 10) and whole.beside["shared_euros"] == 80, "once in the county's figure"
        assert whole.beside["euros"] == older.beside["euros"] + on_duty.beside["euros"]
        assert older.notes == on_duty.notes == ["costs_split"] and whole.notes == ["costs_whole"]

    def test_without_the_choice_only_the_figure_of_all_has_them(self, d1: Service, county: County) -> None:
        share(county, "80.00")
        older, whole = cost(Scope.of([d1])), cost(Scope.whole(county))
        assert (older.value, older.notes) == (Fraction(400, 9), ["costs_not_split"]) and "shared_euros" not in older.beside
        assert (whole.value, whole.notes) == (Fraction(505, 10), ["costs_whole"])

    def test_without_own_costs_and_choice_there_is_no_data_and_it_is_told_why(self, d1: Service, county: County) -> None:
        CostRow.objects.all().delete()
        share(county, "80.00")
        figure = cost(Scope.of([d1]))
        assert figure.value is None and not figure.known and figure.notes == ["costs_not_split"]
        choose(CostSplit.ANSWERED)
        assert cost(Scope.of([d1])).value == Fraction(70, 9)

    def test_those_that_do_not_share_are_outside(self, d1: Service, second_service: Service, county: County) -> None:
        choose(CostSplit.ANSWERED)
        share(county, "80.00", duty(), second_service)
        assert cost(Scope.of([d1])).notes == [], "it shares nothing"
        assert cost(Scope.of([duty()])).value == 105, "the other one answered nobody"
        assert cost(Scope.of([second_service])).beside["euros"] == 0
        both = cost(Scope.of([duty(), second_service]))
        assert both.value == 105 and both.notes == ["costs_whole"]

    def test_a_test_service_shares_nothing(self, d1: Service, second_service: Service, county: County) -> None:
        choose(CostSplit.ANSWERED)
        share(county, "80.00", duty(), second_service)
        Service.objects.filter(pk=second_service.pk).update(is_test=True)
        assert cost(Scope.of([duty()])).notes == ["costs_whole"]

    def test_nobody_answered_is_nothing_to_split_by(self, d1: Service, second_service: Service, county: County) -> None:
        choose(CostSplit.ANSWERED)
        share(county, "80.00", month=DECEMBER.shifted(-2).first)
        both = Period(DECEMBER.shifted(-2).first, NOVEMBER.last)
        figure = cost(Scope.of([d1]), both)
        assert figure.value == Fraction(400, 9) and figure.notes == ["costs_not_splittable", "no_costs", "2026-10"]

    def test_some_days_of_a_month_have_no_cost_of_their_own(self, d1: Service, county: County) -> None:
        half = cost(Scope.whole(county), Period(NOVEMBER.first, date(2026, 11, 15)))
        assert half.value is None and not half.known

    def test_another_countys_are_never_counted(self, d1: Service, county: County, other_county: County) -> None:
        share(other_county, "1000.00")
        assert cost(Scope.whole(county)).value == Fraction(85, 2)

    def test_the_number_of_queries_does_not_follow_the_rows(self, d1, county, django_assert_max_num_queries) -> None:
        choose(CostSplit.ANSWERED)
        for n in range(12):
            share(county, "5.00", month=NOVEMBER.shifted(-n).first)
        with django_assert_max_num_queries(10):
            cost(Scope.of([d1]), Period(NOVEMBER.shifted(-11).first, NOVEMBER.last))


def told(manager, service: Service) -> Report:
    return report_of(acting(manager), service.county, service, NOVEMBER.period, now=NOW)


class TestTold:
    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    @pytest.mark.parametrize("split", list(CostSplit))
    def test_the_choice_stands_beside_the_figure_and_in_every_file(self, d1, county, manager, split, language) -> None:
        share(county, "80.00")
        choose(split)
        with translation.override(language):
            report = told(manager, d1)
            words = str(NOTES["costs_split" if split == CostSplit.ANSWERED else "costs_not_split"])
            (shown,) = [each for group in report.groups for each in group.figures if each.code == "M31"]
            assert words in shown.notes
            assert words in as_csv(report).decode()
            assert words in [note for each in json.loads(as_json(report))["figures"] for note in each["notes"]]
            cells = [cell for sheet in load_workbook(BytesIO(workbook(report))) for row in sheet.values for cell in row]
            assert any(words in str(cell) for cell in cells)

    def test_paper_tells_it(self, d1: Service, county: County, manager) -> None:
        share(county, "80.00")
        with translation.override("en"):
            page = render_to_string("reports/paper.html", {"report": told(manager, d1), "paper": True, "language": "en"})
            assert f"<strong>{NOTES['costs_not_split']}" in page

    def test_a_frozen_month_keeps_the_choice_by_which_it_was_made(self, d1: Service, county: County) -> None:
        share(county, "80.00")
        freeze_month(by=BY, county=county, service=d1, month=NOVEMBER, now=NOW)
        choose(CostSplit.ANSWERED)
        assert MonthlyReport.objects.get().values["M31"]["notes"] == ["costs_not_split"]

    def test_the_page_tells_it(self, d1: Service, county: County, manager, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
        share(county, "80.00")
        choose(CostSplit.ANSWERED)
        shown = signed_in(manager).get(f"{reverse('reports:month')}?palvelu={d1.key}&kuukausi=2026-11").content.decode()
        assert "Yhteiset kustannukset: jaettu palveluille vastattujen yhteydenottojen suhteessa" in shown

    def test_a_group_that_has_all_who_share_counts_them_once(self, d1: Service, county: County) -> None:
        group = ReportGroup.objects.create(county=county, key="chatit", name_fi="Chatit")
        group.services.set([d1, duty()])
        share(county, "80.00", d1, duty())
        figure = cost(Scope.of_group(group))
        assert (figure.value, figure.notes) == (Fraction(505, 10), ["costs_whole"])


class TestEntered:
    def row(self, county: County, **more: object) -> SharedCost:
        return SharedCost(county=county, **{"month": NOVEMBER.first, "kind": "other", "euros": 5, "source": "Talous"} | more)

    def test_the_main_user_of_the_county_enters_it_and_nobody_else(self, county, main_user, supervisor, manager, outsider) -> None:
        made = create_row(by=acting(main_user), row=self.row(county))
        assert made.entered_by_id == main_user.pk
        for other in (supervisor, manager, outsider):
            with pytest.raises(PermissionDenied):
                create_row(by=acting(other), row=self.row(county))
        assert SharedCost.objects.count() == 1

    def test_the_services_are_of_the_same_county(self, county, main_user, other_queue) -> None:
        with pytest.raises(ValidationError) as refused:
            create_row(by=acting(main_user), row=self.row(county), many={"services": [other_queue.service]})
        assert refused.value.code == "other_county" and not SharedCost.objects.exists()

    @pytest.mark.parametrize("wrong", [{"month": date(2026, 11, 2)}, {"euros": -1}])
    def test_a_cost_is_of_a_month_and_not_below_zero(self, county, main_user, wrong) -> None:
        with pytest.raises(ValidationError):
            create_row(by=acting(main_user), row=self.row(county, **wrong))
