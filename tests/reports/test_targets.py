"""Targets have their days: a new one ends the old, which stays for the months in which it was in force (metrics 1.8)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actors import System
from accounts.choices import Role
from accounts.models import AuditEntry, User
from reports.operations import end_target, set_target
from reports.report import report_of
from reports.targets import target_in_words, targets_in_force
from services.models import Service, Target
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
AIM = {
    "metric": "M08", "aim": "client", "channel": "chat", "direction": "gte", "value": 80, "unit": "%",
    "starts_on": date(2026, 1, 1), "ends_on": None, "due_on": None, "source": "Johtoryhmä 12.1.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


def put(service: Service, by: User, *, replaces: Target | None = None, **values) -> Target:
    return set_target(by=acting(by), county=service.county, service=service, values={**AIM, **values}, replaces=replaces)


class TestDays:
    def test_a_new_one_ends_the_old_which_past_months_are_still_compared_with(self, service, manager) -> None:
        old = put(service, manager)
        new = put(service, manager, replaces=old, value=85, starts_on=date(2026, 12, 1))
        old.refresh_from_db()
        assert (int(old.value), old.ends_on) == (80, date(2026, 11, 30))
        for day, row in ((date(2026, 11, 30), old), (date(2026, 12, 1), new)):
            assert targets_in_force(service.county_id, service, day) == [row]
        assert AuditEntry.objects.filter(object_type="services.target", after__ends_on="2026-11-30").exists()

    def test_two_of_the_same_metric_on_the_same_days_are_refused(self, service, manager) -> None:
        put(service, manager, ends_on=date(2026, 6, 30))
        others: tuple[dict[str, Any], ...] = (
            {},
            {"starts_on": date(2026, 6, 30)},
            {"starts_on": date(2025, 1, 1), "ends_on": date(2026, 1, 1)},
        )
        for fields in others:
            with pytest.raises(ValidationError) as refused:
                put(service, manager, **fields)
            assert refused.value.code == "overlap"
        put(service, manager, starts_on=date(2026, 7, 1))
        put(service, manager, channel="phone")
        put(service, manager, aim="staff")

    def test_it_ends_and_stays(self, service, manager) -> None:
        row = put(service, manager)
        end_target(by=acting(manager), target=row, ends_on=date(2026, 12, 31), version=row.version)
        assert Target.objects.get().ends_on == date(2026, 12, 31)
        with pytest.raises(ValidationError) as refused:
            end_target(by=acting(manager), target=row, ends_on=date(2027, 1, 31), version=row.version)
        assert [each.code for each in refused.value.error_dict["ends_on"]] == ["stale"]

    def test_the_unit_fits_the_metric(self, service, manager) -> None:
        for metric, unit in (("M08", "min"), ("M07", "%")):
            with pytest.raises(ValidationError) as refused:
                put(service, manager, metric=metric, unit=unit)
            assert list(refused.value.error_dict) == ["unit"]
        assert put(service, manager, metric="M07", unit="min", value=5).pk

    @pytest.mark.parametrize(
        ("metric", "unit", "least", "most"), [("M03", "%", 0, 100), ("M14", "1–5", 1, 5), ("M15", "NPS", -100, 100)]
    )
    def test_a_value_that_can_never_be_is_refused(self, service, manager, metric: str, unit: str, least: int, most: int) -> None:
        for value in (least - 1, most + 1):
            with pytest.raises(ValidationError) as refused:
                put(service, manager, metric=metric, unit=unit, value=Decimal(value))
            assert list(refused.value.error_dict) == ["value"]
            assert refused.value.messages == [f"Kirjoita arvo väliltä {least}–{most}."]
        made = [put(service, manager, metric=metric, unit=unit, value=Decimal(most), starts_on=date(2026, 1, 1))]
        made += [put(service, manager, metric="M28", unit="%", value=Decimal(-20)), put(service, manager, metric="M06", unit="s")]
        with pytest.raises(ValidationError):
            put(service, manager, metric="M09", unit="s", value=Decimal(-1))
        assert all(row.pk for row in made)

    def test_a_unit_is_told_in_words(self, service, manager) -> None:
        mean = put(service, manager, metric="M14", unit="1–5", value=Decimal("4.2"))
        assert target_in_words(mean) == "≥ 4,2 asteikolla 1–5"
        with translation.override("sv"):
            assert target_in_words(put(service, manager, metric="M01", unit="kpl", value=Decimal(30))) == "≥ 30 st"


class TestWho:
    @pytest.mark.parametrize("who", ["supervisor", "responder", "coordinator", "reader", "outsider", "former"])
    def test_others_neither_set_nor_end(self, request, service, manager, who: str) -> None:
        other, row = request.getfixturevalue(who), put(service, manager)
        with pytest.raises(PermissionDenied):
            put(service, other, metric="M11")
        with pytest.raises(PermissionDenied):
            end_target(by=acting(other), target=row, ends_on=date(2026, 12, 31), version=row.version)

    def test_a_manager_of_one_service_sets_its_own_only(self, service, second_service, county, person, grant) -> None:
        user = person("esa")
        grant(user, Role.MANAGER, county=county, service=service)
        assert put(service, user).service == service
        for other in (second_service, None):
            with pytest.raises(PermissionDenied):
                set_target(by=acting(user), county=county, service=other, values=AIM)

    def test_a_main_user_sets_those_of_the_county(self, county, main_user) -> None:
        assert set_target(by=acting(main_user), county=county, service=None, values=AIM).service is None


def address(service: Service | None) -> str:
    return reverse("reports:targets", args=[service.key if service else "kaikki"])


POSTED = {
    "metric": "M08", "aim": "client", "channel": "chat", "direction": "gte", "value": "82,5", "unit": "%",
    "starts_on": "2026-12-11",
}  # fmt: skip


class TestPage:
    def test_one_is_set_replaced_and_its_history_is_shown(self, service, manager, signed_in) -> None:
        client = signed_in(manager)
        assert "Voimassa olevia tavoitteita ei ole" in client.get(address(service)).content.decode()
        old = put(service, manager, starts_on=date(2026, 1, 1))
        shown = client.get(address(service), {"korvaa": old.pk}).content.decode()
        assert "Korvattava: M08" in shown and 'name="replaces"' in shown
        fields = {**POSTED, "replaces": old.pk, "version": old.version}
        assert client.post(address(service), fields).status_code == 302
        shown = client.get(address(service)).content.decode()
        assert "82,5" in shown and "1.1.2026–10.12.2026" in shown
        assert Target.objects.count() == 2

    def test_what_is_refused_stays_written(self, service, manager, signed_in) -> None:
        put(service, manager)
        response = signed_in(manager).post(address(service), {**POSTED, "source": "Hallitus 3.12."})
        shown = response.content.decode()
        assert response.status_code == 422 and "Hallitus 3.12." in shown and "Samalla mittarilla on jo tavoite" in shown

    def test_the_report_tells_what_came_of_the_day_by_which_it_was_to_be_reached(self, service, queue, manager) -> None:
        """Before the day it is told when it is; from the month of the day on, that it has come (S000-17)."""
        make_d1(queue)
        put(service, manager, starts_on=date(2026, 1, 1), due_on=date(2026, 12, 31), metric="M11", value=Decimal(70))
        put(service, manager, starts_on=date(2026, 1, 1), due_on=date(2026, 11, 30), metric="M08", value=Decimal(80))
        with translation.override("fi"):
            report = report_of(System("test"), service.county, service, NOVEMBER.period, now=timezone.now())
            told = {figure.code: target.deadline for _aim, pairs in report.aims for figure, target in pairs if target.deadline}
        assert told == {
            "M11": "Tavoiteaika 31.12.2026 mennessä",
            "M08": "Piti saavuttaa 30.11.2026 mennessä",
        }

    def test_it_is_ended_on_a_day(self, service, manager, signed_in) -> None:
        row = put(service, manager)
        there = reverse("reports:target_end", args=[service.key])
        assert (
            signed_in(manager).post(there, {"target": row.pk, "ends_on": "2025-01-01", "version": row.version}).status_code == 422
        )
        assert (
            signed_in(manager).post(there, {"target": row.pk, "ends_on": "2026-12-31", "version": row.version}).status_code == 302
        )

    def test_the_countys_hold_beside_the_services(self, service, county, main_user, supervisor, signed_in) -> None:
        set_target(by=acting(main_user), county=county, service=None, values={**AIM, "metric": "M11"})
        shown = signed_in(supervisor).get(address(service)).content.decode()
        assert "M11" in shown and "Koko hyvinvointialueen" in shown and 'name="metric"' not in shown
        assert signed_in(supervisor).post(address(service), POSTED).status_code == 403

    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "former", "outsider"])
    def test_others_are_refused(self, request, service, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        assert client.get(address(service)).status_code == 403 and client.post(address(service), POSTED).status_code == 403

    def test_a_target_of_another_service_is_no_page(self, service, second_service, manager, signed_in) -> None:
        row = put(second_service, manager)
        client = signed_in(manager)
        assert client.get(address(service), {"korvaa": row.pk}).status_code == 404
        there = reverse("reports:target_end", args=[service.key])
        assert client.post(there, {"target": row.pk, "ends_on": "2026-12-31", "version": 1}).status_code == 404

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_it_opens_in_each_language(self, service, manager, signed_in, language: str) -> None:
        put(service, manager)
        assert signed_in(manager).get(address(service).replace("/fi/", f"/{language}/", 1)).status_code == 200
