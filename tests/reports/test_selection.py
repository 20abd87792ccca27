"""A service chooses the metrics of its report; the page, the table and the frozen report obey (S000-43, metrics 7)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.actors import System
from accounts.choices import Role
from accounts.models import AuditEntry, Grant, OutgoingMail, User
from reports.choices import ALWAYS_SHOWN
from reports.metrics import AVAILABLE
from reports.models import MonthlyReport, ReportSelection
from reports.operations import choose_metrics, freeze_month, revise_month
from reports.selection import undecided
from services.models import Queue, Service, Target
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)


@pytest.fixture
def d1(queue: Queue) -> Service:
    Service.objects.update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
    make_d1(queue)
    return Service.objects.get(pk=queue.service_id)


def choose(service: Service, by: User, *metrics: str, **fields) -> ReportSelection:
    given = {"without_target": [], "recipients": [], "version": None, "now": NOW, **fields}
    return choose_metrics(by=acting(by), service=service, metrics=metrics, **given)


def froze(service: Service, **fields) -> MonthlyReport:
    return freeze_month(by=System("test"), county=service.county, service=service, month=NOVEMBER, now=NOW, **fields)


class TestChoosing:
    def test_the_metrics_of_the_reviews_topics_are_always_in_it(self, d1, supervisor) -> None:
        row = choose(d1, supervisor, "M11", "M03")
        assert row.metrics == ["M01", "M03", "M06", "M11", "M14", "M15", "M16", "M17"]
        assert set(ALWAYS_SHOWN) < set(row.metrics) < set(AVAILABLE)

    def test_each_has_a_target_or_the_word_that_it_needs_none(self, d1, supervisor) -> None:
        Target.objects.create(
            county=d1.county, service=d1, metric="M11", aim="client", direction="gte", value=70, unit="%", starts_on="2026-01-01"
        )
        row = choose(d1, supervisor, "M11", "M03", without_target=["M01", "M06", "M14"])
        assert undecided(row, Target.objects.all()) == ["M03", "M15", "M16", "M17"]

    def test_what_is_no_metric_is_refused(self, d1, supervisor) -> None:
        for fields in ({"metrics": ("M99",)}, {"metrics": (), "without_target": ["M00"]}):
            with pytest.raises(ValidationError) as refused:
                choose(d1, supervisor, *fields.pop("metrics"), **fields)
            assert refused.value.code == "unknown"

    def test_a_recipient_reads_the_figures(self, d1, supervisor, manager, responder, outsider) -> None:
        for other in (responder, outsider):
            with pytest.raises(ValidationError) as refused:
                choose(d1, supervisor, recipients=[other])
            assert refused.value.code == "not_a_reader"
        assert list(choose(d1, supervisor, recipients=[manager]).recipients.all()) == [manager]

    def test_a_newer_choice_is_not_wiped(self, d1, supervisor, manager) -> None:
        row = choose(d1, supervisor, "M11")
        with pytest.raises(ValidationError) as refused:
            choose(d1, manager, "M03")
        assert refused.value.code == "stale"
        assert choose(d1, manager, "M03", version=row.version).version == 2
        change = AuditEntry.objects.filter(object_type="reports.reportselection").latest("at")
        assert "M11" in change.before["metrics"] and "M11" not in change.after["metrics"]

    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "outsider", "former", "second_responder"])
    def test_others_choose_nothing(self, request, d1, who: str) -> None:
        with pytest.raises(PermissionDenied):
            choose(d1, request.getfixturevalue(who), "M11")

    def test_a_test_service_has_no_report_to_choose_for(self, d1, main_user) -> None:
        Service.objects.filter(pk=d1.pk).update(is_test=True)
        with pytest.raises(PermissionDenied):
            choose(d1, main_user, "M11")


class TestObeyed:
    def test_the_frozen_report_has_what_was_chosen_and_nothing_else(self, d1, supervisor) -> None:
        choose(d1, supervisor, "M11")
        assert set(froze(d1).figures) == {*ALWAYS_SHOWN, "M11"}

    def test_who_has_not_chosen_and_the_county_follow_them_all(self, d1, supervisor) -> None:
        assert set(froze(d1).figures) == set(AVAILABLE)
        choose(d1, supervisor, "M11")
        whole = freeze_month(by=System("test"), county=d1.county, service=None, month=NOVEMBER, now=NOW)
        assert set(whole.figures) == set(AVAILABLE)

    def test_a_later_choice_leaves_the_frozen_one_and_comes_with_a_revision(self, d1, supervisor) -> None:
        choose(d1, supervisor, "M11")
        first = froze(d1)
        choose(d1, supervisor, "M12", version=1)
        assert "M11" in froze(d1).figures
        second = revise_month(
            by=acting(supervisor), county=d1.county, service=d1, month=NOVEMBER, reason="Mittarit vaihtuivat", now=NOW
        )
        assert [each["metric"] for each in second.differences] == ["M11", "M12"]
        assert "M11" in MonthlyReport.objects.get(pk=first.pk).figures

    def test_the_year_shows_them_only(self, d1, supervisor, manager, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
        choose(d1, supervisor, "M11", "M08", "M03")

        def shown(key: str) -> dict[str, str]:
            page = signed_in(manager).get(reverse("reports:year"), {"vuosi": "2026", "palvelu": key})
            return {row.code: row.total for row in page.context["rows"]}

        assert shown(d1.key) == {
            "M01": "9", "M03": "77,8\xa0%", "M08": "55,6\xa0%", "M11": "71,4\xa0%", "M14": "4,0", "M15": "43",
        }  # fmt: skip
        assert {"M02", "M07", "M12"} < set(shown("kaikki"))

    def test_the_page_and_the_table_show_them_only(self, d1, supervisor, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
        choose(d1, supervisor, "M11", "M08")
        client = signed_in(supervisor)
        query = {"kuukausi": "2026-11", "palvelu": d1.key}
        shown = client.get(reverse("reports:month"), query).content.decode()
        for code, is_shown in {"M01": True, "M08": True, "M11": True, "M03": False, "M12": False, "M32": False}.items():
            assert (f'id="{code}"' in shown) == is_shown, code
        assert "Niistä 80,0" not in shown and "Siirrot" not in shown
        assert "Kustannukset" not in shown, "a section of which nothing is followed is not there"
        table = client.get(reverse("reports:table"), query).content.decode("utf-8-sig")
        assert ";M08;" in table and ";M03;" not in table


class TestLetters:
    def test_each_recipient_gets_one_with_a_link_and_no_figure(self, d1, supervisor, manager) -> None:
        choose(d1, supervisor, recipients=[supervisor, manager])
        User.objects.filter(pk=manager.pk).update(language="sv")
        froze(d1), froze(d1)
        letters = {letter.to: letter for letter in OutgoingMail.objects.filter(key__startswith="report-ready:")}
        assert set(letters) == {supervisor.email, manager.email}
        own = letters[supervisor.email]
        assert f"/fi/raportit/?palvelu={d1.key}&kuukausi=2026-11" in own.body and "://testserver" in own.body
        assert "marraskuu 2026" in own.subject and "november 2026" in letters[manager.email].subject
        assert not re.search(r"\b10\b", own.body), "no figure of the month stands in the letter"

    def test_who_may_not_read_any_more_gets_none(self, d1, supervisor, manager) -> None:
        choose(d1, supervisor, recipients=[manager])
        Grant.objects.filter(user=manager).update(valid_until=NOW - timedelta(days=400), role=Role.MANAGER)
        froze(d1)
        assert not OutgoingMail.objects.exists()


def address(service: Service) -> str:
    return reverse("reports:selection", args=[service.key])


class TestPage:
    def test_it_is_chosen_and_told_what_lacks(self, d1, supervisor, signed_in) -> None:
        client = signed_in(supervisor)
        assert "raportti näyttää ne kaikki" in client.get(address(d1)).content.decode()
        ticks = {"show_M11": "on", "none_M11": "on", "none_M01": "on"}
        assert client.post(address(d1), {**ticks, "recipients": [supervisor.pk]}).status_code == 302
        row = ReportSelection.objects.get()
        assert ("M11" in row.metrics, "M03" in row.metrics, row.without_target) == (True, False, ["M01", "M11"])
        shown = client.get(address(d1)).content.decode()
        assert "M06 Jonotusaika: aseta tavoite" in shown and "Valitse ainakin yksi" not in shown and "M11 Yhden" not in shown

    def test_a_stale_choice_is_refused_and_kept(self, d1, supervisor, manager, signed_in) -> None:
        choose(d1, manager, "M12")
        response = signed_in(supervisor).post(address(d1), {"show_M11": "on", "show_M12": ""})
        assert response.status_code == 422 and "uudemman valinnan" in response.content.decode()
        assert "M12" in ReportSelection.objects.get().metrics

    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "former", "outsider"])
    def test_others_are_refused(self, request, d1, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        assert client.get(address(d1)).status_code == 403 and client.post(address(d1), {}).status_code == 403

    def test_another_service_and_the_county_are_no_page(self, d1, supervisor, main_user, second_queue, signed_in) -> None:
        assert signed_in(supervisor).get(reverse("reports:selection", args=["neuvola"])).status_code == 404
        assert signed_in(main_user).get(reverse("reports:selection", args=["kaikki"])).status_code == 404

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_it_opens_in_each_language(self, d1, supervisor, signed_in, language: str) -> None:
        assert signed_in(supervisor).get(address(d1).replace("/fi/", f"/{language}/", 1)).status_code == 200
