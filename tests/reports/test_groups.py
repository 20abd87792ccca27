"""Groups of services as a scope: made by the main user, frozen like the others, read by who reads each service (S001-23)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.actors import System
from accounts.choices import Role
from accounts.models import AuditEntry, OutgoingMail, User
from reports.metrics import Scope, figures_of
from reports.models import MonthlyReport, ReportGroup, ReportRecipient
from reports.operations import choose_recipients, end_group, freeze_due_months, freeze_month, revise_month, save_group
from services.models import County, Queue, Service
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, make_d1

pytestmark = pytest.mark.django_db
THIRD = datetime(2026, 12, 3, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: THIRD + timedelta(hours=3))


@pytest.fixture
def together(queue: Queue, second_queue: Queue, county: County, main_user: User) -> ReportGroup:
    Service.objects.update(opened_at=datetime(2026, 11, 1, tzinfo=UTC))
    make_d1(queue)
    services = [queue.service, second_queue.service]
    return save_group(by=acting(main_user), county=county, group=None, names={"fi": "Vanhat"}, services=services, version=None)


def froze(together: ReportGroup) -> MonthlyReport:
    return freeze_month(by=System("test"), county=together.county, service=None, group=together, month=NOVEMBER, now=THIRD)


class TestFreezing:
    def test_once_by_itself_beside_the_services_and_the_county(self, together) -> None:
        assert freeze_due_months(by=System("test"), now=THIRD) == 5
        assert freeze_due_months(by=System("test"), now=THIRD + timedelta(days=1)) == 0
        report = MonthlyReport.objects.get(group=together)
        live = figures_of(Scope.of_group(together), NOVEMBER.period, now=THIRD).total
        assert report.figures["M01"]["value"] == str(live["M01"].value)
        assert froze(together) == report
        county = MonthlyReport.objects.of_scope(county=together.county, service=None)
        assert [row.group_id for row in county] == [None]

    def test_a_revision_is_of_the_group_alone(self, together, manager) -> None:
        froze(together)
        MonthlyReport.objects.filter(group=together).update(formulas="vanha")
        row = revise_month(
            by=acting(manager), county=together.county, service=None, group=together, month=NOVEMBER, reason="Kaava", now=THIRD
        )
        assert (row.revision, row.group) == (2, together)

    def test_one_out_of_use_gets_no_more_and_keeps_what_it_has(self, together, main_user) -> None:
        froze(together)
        end_group(by=acting(main_user), group=together, now=THIRD)
        assert freeze_due_months(by=System("test"), now=datetime(2027, 1, 8, 4, tzinfo=UTC)) > 0
        assert MonthlyReport.objects.filter(group=together).count() == 1


class TestLetters:
    def test_of_the_group_and_of_the_county_with_a_link_and_no_figure(self, together, manager, main_user) -> None:
        choose_recipients(by=acting(main_user), county=together.county, group=together, people=[manager])
        choose_recipients(by=acting(main_user), county=together.county, group=None, people=[manager, main_user])
        freeze_due_months(by=System("test"), now=THIRD)
        freeze_due_months(by=System("test"), now=THIRD)
        letters = OutgoingMail.objects.filter(key__startswith="report-ready:").order_by("subject")
        assert sorted(letter.to for letter in letters) == sorted([manager.email, manager.email, main_user.email])
        assert any("ryhma%3Avanhat" in letter.body for letter in letters)
        assert {letter.subject.rsplit(", ")[-1] for letter in letters} == {"Vanhat", "Kaikki palvelut"}

    def test_only_readers_are_chosen_and_who_is_none_any_more_gets_none(self, together, supervisor, main_user, manager) -> None:
        with pytest.raises(ValidationError) as refused:
            choose_recipients(by=acting(main_user), county=together.county, group=together, people=[supervisor])
        assert refused.value.code == "not_a_reader"
        ReportRecipient.objects.create(county=together.county, group=together, user=supervisor)
        froze(together)
        assert not OutgoingMail.objects.exists()


class TestReading:
    def test_who_reads_each_service_reads_the_group(self, together, supervisor, grant, signed_in, second_queue) -> None:
        door = reverse("reports:month")
        query = {"palvelu": "ryhma:vanhat", "kuukausi": "2026-11"}
        assert signed_in(supervisor).get(door, query).status_code == 404
        grant(supervisor, Role.SUPERVISOR, county=together.county, service=second_queue.service)
        response = signed_in(supervisor).get(door, query)
        assert response.status_code == 200 and "Vanhat: marraskuu 2026" in response.content.decode()

    def test_pages_and_files(self, together, manager, signed_in) -> None:
        froze(together)
        client, query = signed_in(manager), {"palvelu": "ryhma:vanhat", "kuukausi": "2026-11"}
        shown = client.get(reverse("reports:month"), query).content.decode()
        assert "Marraskuussa 2026 oli 9 yhteydenottoa." in shown or "Marraskuussa 2026 oli 10 yhteydenottoa." in shown
        assert "Ryhmän palvelut:" in shown and "Neuvolan chat" in shown and "revisio 1" in shown
        for name in ("table", "data", "workbook", "revise", "dataset"):
            assert client.get(reverse(f"reports:{name}"), query).status_code == 200, name
        assert client.get(reverse("reports:rows", args=["m01"]), query).status_code == 200
        assert AuditEntry.objects.filter(object_id=str(together.public_id), action="read").exists()
        assert client.get(reverse("reports:new_note"), query).status_code == 404
        assert client.get(reverse("reports:year"), {"palvelu": "ryhma:vanhat"}).status_code == 200
        days = {"palvelu": "ryhma:vanhat", "alku": "2026-11-02", "loppu": "2026-11-20"}
        assert client.get(reverse("reports:period"), days).status_code == 200

    @pytest.mark.parametrize("who", ["outsider", "responder", "former"])
    def test_others_are_refused(self, request, together, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        query = {"palvelu": "ryhma:vanhat", "kuukausi": "2026-11"}
        for name in ("month", "table", "data", "workbook", "paper"):
            assert client.get(reverse(f"reports:{name}"), query).status_code in {403, 404}
        foreign = signed_in(request.getfixturevalue(who), host="toinen.test")
        assert foreign.get(reverse("reports:month"), {"palvelu": "ryhma:vanhat"}).status_code in {403, 404}


class TestPage:
    def test_the_main_user_makes_changes_and_ends_one(self, together, main_user, manager, queue, second_queue, signed_in) -> None:
        client = signed_in(main_user)
        assert "Vanhat" in client.get(reverse("reports:groups")).content.decode()
        new = {"name_fi": "Uudet", "name_sv": "Nya", "services": [queue.service_id]}
        assert client.post(reverse("reports:new_group"), new).status_code == 422
        new["services"] = [queue.service_id, second_queue.service_id]
        assert client.post(reverse("reports:new_group"), new).status_code == 302
        row = ReportGroup.objects.get(key="uudet")
        door = reverse("reports:group", args=["uudet"])
        assert client.post(door, {**new, "name_fi": "Vanhat", "version": row.version}).status_code == 422
        assert client.post(door, {**new, "version": row.version + 5}).status_code == 422
        assert client.post(door, {**new, "name_fi": "Uusimmat", "version": row.version}).status_code == 302
        letters = reverse("reports:group_recipients", args=["uudet"])
        assert client.post(letters, {"recipients": [manager.pk]}).status_code == 302
        assert client.post(reverse("reports:groups"), {"recipients": [manager.pk]}).status_code == 302
        assert ReportRecipient.objects.filter(user=manager).count() == 2
        assert client.post(reverse("reports:group_end", args=["uudet"])).status_code == 302
        assert client.get(door).status_code == 404
        assert AuditEntry.objects.filter(object_type="reports.reportgroup").count() >= 5

    @pytest.mark.parametrize("who", ["manager", "supervisor", "responder", "outsider", "former"])
    def test_others_do_not(self, request, together, county, signed_in, who: str) -> None:
        user = request.getfixturevalue(who)
        client = signed_in(user)
        for door in (reverse("reports:groups"), reverse("reports:new_group"), reverse("reports:group", args=["vanhat"])):
            assert client.get(door).status_code == 403 and client.post(door, {}).status_code == 403
        with pytest.raises(PermissionDenied):
            save_group(by=acting(user), county=county, group=None, names={"fi": "x"}, services=[], version=None)
        with pytest.raises(PermissionDenied):
            end_group(by=acting(user), group=together, now=THIRD)
        with pytest.raises(PermissionDenied):
            choose_recipients(by=acting(user), county=county, group=None, people=[])

    def test_another_countys_service_is_not_taken(self, together, county, main_user, other_service, service) -> None:
        with pytest.raises(ValidationError) as refused:
            save_group(
                by=acting(main_user), county=county, group=None, names={"fi": "x"}, services=[service, other_service], version=None
            )
        assert refused.value.code == "not_of_county"

    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_in_each_language(self, together, main_user, signed_in, language: str) -> None:
        for door in (reverse("reports:groups"), reverse("reports:group", args=["vanhat"])):
            assert signed_in(main_user).get(door.replace("/fi/", f"/{language}/", 1)).status_code == 200
