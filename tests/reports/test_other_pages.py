"""The free period, the year, the new revision, and the conversations behind a figure."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actors import System
from accounts.models import AuditEntry
from chat.models import Conversation
from reports.behind import BEHIND, rows_behind
from reports.charts.trends import shown as in_words
from reports.metrics import Scope, figures_of
from reports.models import MonthlyReport, QualityCheck, QualitySample
from reports.months import Month, Period
from reports.operations import freeze_month
from reports.year import OF_YEAR
from services.models import County, Queue, Service, ServiceArea, ServiceBreak
from tests.reports.d1 import make_d1

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
NOVEMBER = Month(2026, 11)
THIS: dict[str, Any] = {"kuukausi": "2026-11"}
DOORS = ["reports:period", "reports:year", "reports:revise", "reports:dataset", "reports:new_note"]


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


@pytest.fixture
def d1(queue: Queue) -> dict[str, Conversation]:
    Service.objects.update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
    return make_d1(queue)


def page(client, door: str, *, status: int = 200, **query: Any) -> str:
    response = client.get(reverse(door), query)
    assert response.status_code == status, response.status_code
    return response.content.decode()


class TestDoors:
    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "privacy_officer", "outsider", "former"])
    def test_others_are_refused(self, request, d1, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        addresses = [reverse(door) for door in DOORS]
        addresses += [reverse("reports:rows", args=["m01"]), reverse("reports:dataset_file", args=["csv"])]
        for address in addresses:
            assert client.get(address, THIS).status_code == 403

    def test_a_supervisor_sees_her_service_only(self, d1, supervisor, second_queue, signed_in) -> None:
        client = signed_in(supervisor)
        addresses = [reverse(door) for door in DOORS if door != "reports:revise"]
        addresses += [reverse("reports:rows", args=["m01"]), reverse("reports:dataset_file", args=["csv"])]
        for address in addresses:
            answer = client.get(address, THIS)
            assert answer.status_code == 200 and answer.getvalue()
            assert client.get(address, {**THIS, "palvelu": "neuvola"}).status_code == 404
            assert client.get(address, {**THIS, "palvelu": "kaikki"}).status_code == 403

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_each_page_in_each_language(self, d1, manager, county: County, signed_in, language: str) -> None:
        freeze_month(by=System("test"), county=county, service=None, month=NOVEMBER, now=TODAY)
        client = signed_in(manager)
        addresses = [reverse(door) for door in DOORS] + [reverse("reports:rows", args=["m08"])]
        for address in addresses:
            translated = address.replace("/fi/", f"/{language}/", 1)
            assert client.get(translated, {**THIS, "palvelu": "kaikki"}).status_code == 200
        days = {"alku": "2026-11-02", "loppu": "2026-11-04"}
        assert client.get(reverse("reports:period").replace("/fi/", f"/{language}/", 1), days).status_code == 200


class TestPeriod:
    def test_it_is_computed_from_the_rows(self, d1, manager, signed_in) -> None:
        shown = page(signed_in(manager), "reports:period", alku="2026-11-01", loppu="2026-12-01")
        assert "Jaksolla 1.11.2026–1.12.2026 oli 11 yhteydenottoa." in shown
        assert "Kaikki palvelut: 1.11.2026–1.12.2026" in shown
        assert "raportti.xlsx?palvelu=kaikki&amp;alku=2026-11-01&amp;loppu=2026-12-01" in shown

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ({"alku": "2026-11-05", "loppu": "2026-11-01"}, "Viimeinen päivä on ennen ensimmäistä."),
            ({"alku": "2027-01-01", "loppu": "2027-01-31"}, "Jakso alkaa vasta tämän päivän jälkeen"),
            ({"alku": "2015-01-01", "loppu": "2026-01-31"}, "Enintään viisi vuotta kerralla"),
            ({"alku": "huomenna", "loppu": "2026-01-31"}, 'value="huomenna"'),
            ({"alku": "2026-02-30", "loppu": ""}, "2026-02-30"),
        ],
    )
    def test_what_makes_no_sense_is_explained_and_kept(self, d1, manager, signed_in, query, words: str) -> None:
        shown = page(signed_in(manager), "reports:period", status=422, **query)
        assert words in shown and "Ei tallennettu" not in shown
        assert query["alku"] in shown

    def test_five_years_are_one_period(self, d1, queue: Queue, manager, signed_in) -> None:
        """The working days are more than a thousand: no database follows as many conditions, one inside the other."""
        Service.objects.filter(pk=queue.service_id).update(primary_care=True)
        client, days = signed_in(manager), {"alku": "2022-01-01", "loppu": "2026-11-30", "palvelu": queue.service.key}
        month = {each["metric"]: each["n"] for each in client.get(reverse("reports:data"), THIS).json()["figures"]}
        told = {each["metric"]: each["n"] for each in client.get(reverse("reports:data"), days).json()["figures"]}
        assert told["M08b"] == month["M08b"] > 0
        rows = client.get(reverse("reports:rows", args=["m08b"]), days)
        assert rows.status_code == 200 and rows.context["found"].n + rows.context["found"].left_out == told["M08b"]

    def test_days_may_be_written_as_people_write_them(self, d1, manager, signed_in) -> None:
        asked: dict[str, Any] = {"alku": "1.11.2026", "loppu": "30.11.2026"}
        client = signed_in(manager)
        shown = client.get(reverse("reports:period"), asked, follow=True).content.decode()
        assert "1.11.2026–30.11.2026</h1>" in shown and 'value="2026-11-01"' in shown
        told = client.get(reverse("reports:data"), asked).json()["period"]
        assert told == {"first": "2026-11-01", "last": "2026-11-30"}

    def test_files_refuse_what_makes_no_sense(self, d1, manager, signed_in) -> None:
        client = signed_in(manager)
        for query in ({"alku": "2026-11-05", "loppu": "2026-11-01"}, {"alku": "x"}, {"alku": "2027-01-01", "loppu": "2027-01-02"}):
            assert client.get(reverse("reports:table"), query).status_code == 404

    def test_months_without_data_are_named(self, d1, manager, service: Service, signed_in) -> None:
        shown = page(signed_in(manager), "reports:period", palvelu=service.key, alku="2026-08-15", loppu="2026-11-30")
        assert "eivätkä ne ole summissa mukana: elokuu 2026, syyskuu 2026." in " ".join(shown.split())


class TestYear:
    def test_gaps_are_dashes_and_the_year_is_from_the_rows(self, d1, manager, service: Service, signed_in) -> None:
        Conversation.objects.filter(pk=d1["C12"].pk).update(queued_at=datetime(2026, 10, 5, 9, tzinfo=UTC))
        shown = signed_in(manager).get(reverse("reports:year"), {"palvelu": service.key})
        rows = {row.code: row for row in shown.context["rows"]}
        assert rows["M01"].cells == ["–"] * 9 + ["0", "9", "0"] and rows["M01"].total == "9"
        assert list(rows) == ["M01", "M02", "M03", "M04", "M07", "M08", "M09", "M10", "M11", "M12", "M13", "M14", "M15"]
        assert rows["M07"].cells[8:11] == ["–", "–", "2\xa0min 30\xa0s"]
        assert "tammikuu, helmikuu" in " ".join(shown.content.decode().split())

    def test_each_month_is_told_as_on_its_own_page(self, d1, county: County, manager, service: Service, signed_in) -> None:
        shown = signed_in(manager).get(reverse("reports:year"), {"palvelu": service.key}).context
        total = figures_of(Scope.told(county, service), NOVEMBER.period, codes=OF_YEAR, now=TODAY).total
        told = {code: in_words(figure) for code, figure in total.items()}
        assert {row.code: row.cells[10] for row in shown["rows"]} == told and told["M13"] == "14,3\xa0%"

    def test_a_changed_area_is_told_of(self, d1, manager, service: Service, signed_in) -> None:
        ServiceArea.objects.create(service=service, name_fi="Entinen", starts_on=date(2025, 1, 1), ends_on=date(2026, 10, 31))
        ServiceArea.objects.create(service=service, name_fi="Koko alue", starts_on=date(2026, 11, 1))
        shown = page(signed_in(manager), "reports:year", palvelu=service.key)
        assert "Alueeksi tuli 1.11.2026 Koko alue" in shown
        assert "ei vertailukelpoinen edelliseen kuukauteen" in shown

    def test_its_files_tell_the_same_year(self, d1, manager, service: Service, signed_in) -> None:
        client = signed_in(manager)
        shown = client.get(reverse("reports:year"), {"palvelu": service.key})
        asked = shown.context["chosen"].query
        assert f"{reverse('reports:workbook')}?{asked}" in shown.content.decode().replace("&amp;", "&")
        of_year = client.get(reverse("reports:data"), {"palvelu": service.key, "vuosi": "2026"}).json()
        assert of_year["period"] == client.get(f"{reverse('reports:data')}?{asked}").json()["period"]
        assert client.get(reverse("reports:paper"), {"palvelu": service.key, "vuosi": "1999"}).status_code == 404

    def test_its_files_have_the_table_by_month(self, d1, manager, service: Service, signed_in) -> None:
        """The figures of the page, empty cells in gaps, and what has to be known of each month: in the CSV and in the workbook."""
        Service.objects.filter(pk=service.pk).update(opened_at=datetime(2026, 5, 11, 9, tzinfo=UTC))
        paused = {"starts_at": datetime(2026, 7, 31, 9, tzinfo=UTC), "ends_at": datetime(2026, 9, 1, 9, tzinfo=UTC)}
        ServiceBreak.objects.create(service=service, **paused)
        ServiceArea.objects.create(service=service, name_fi="Ent.", starts_on=date(2022, 1, 1), ends_on=date(2026, 9, 30))
        ServiceArea.objects.create(service=service, name_fi="Koko alue", starts_on=date(2026, 10, 1))
        client, asked = signed_in(manager), {"palvelu": service.key, "vuosi": "2026"}
        rows = {row.code: row for row in client.get(reverse("reports:year"), asked).context["rows"]}
        marks = [
            *["ei tietoa (ei vielä avattu)"] * 4, "vajaa kuukausi (11.5. alkaen)", "", "", "ei tietoa (tauolla tai suljettu)", "",
            "ei vertailukelpoinen edelliseen kuukauteen", "", "keskeneräinen",
        ]  # fmt: skip
        table = io.StringIO(client.get(reverse("reports:table"), asked).content.decode("utf-8-sig"))
        found = [row for row in csv.DictReader(table, delimiter=";") if row["breakdown"] == "Kuukausittain"]
        notes = {row["cell"]: row["shown"] for row in found if row["item"] == "Muistiinpano"}
        assert notes == {f"2026-{n:02}": mark for n, mark in enumerate(marks, start=1) if mark}
        for code, row in rows.items():
            cells = [each for each in found if each["metric"] == code]
            assert [each["shown"] or "–" for each in cells] == row.cells
            assert [each["cell"][5:] for each in cells][0::11] == [
                "01",
                "12",
            ]
            assert cells[10]["period_start"] == NOVEMBER.period.interval[0].isoformat()
        assert [each["raw"] for each in found if each["metric"] == "M07"][7:] == ["", "", "", "150", ""]
        sheet = load_workbook(io.BytesIO(client.get(reverse("reports:workbook"), asked).content))["Vuosi kuukausittain"]
        head, noted, *lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
        assert head[:3] + head[15:] == ["Koodi", "Luku", "Yksikkö", "Vuosi"] and head[3] == datetime(2026, 1, 1)
        assert [mark or "" for mark in noted[3:15]] == marks
        assert [line[0] for line in lines] == list(rows)
        contacts, waits = (next(line for line in lines if line[0] == code) for code in ("M01", "M07"))
        assert contacts[3:] == [None] * 4 + [0, 0, 0, None, 0, 0, 9, 0, 9] and rows["M01"].total == "9"
        assert waits[13] == 150 and waits[3] is None and rows["M07"].cells[10] == "2\xa0min 30\xa0s"
        assert "Vuosi kuukausittain" not in load_workbook(
            io.BytesIO(client.get(reverse("reports:workbook"), {**THIS, "palvelu": service.key}).content)
        )

    @pytest.mark.parametrize("year", ["x", "1999", "2027", "20266"])
    def test_what_there_is_not(self, d1, manager, signed_in, year: str) -> None:
        page(signed_in(manager), "reports:year", status=404, vuosi=year)

    def test_the_number_of_queries(self, d1, manager, signed_in, django_assert_max_num_queries) -> None:
        client = signed_in(manager)
        page(client, "reports:year")
        with django_assert_max_num_queries(44):
            page(client, "reports:year")


class TestRevision:
    def test_the_difference_a_reason_and_the_next_revision(self, d1, manager, county: County, signed_in) -> None:
        freeze_month(by=System("test"), county=county, service=None, month=NOVEMBER, now=TODAY)
        client, address = signed_in(manager), f"{reverse('reports:revise')}?palvelu=kaikki&kuukausi=2026-11"
        assert "Mikään luku ei ole muuttunut." in client.get(address).content.decode()
        assert client.post(address, {"reason": "Turhaan"}).status_code == 422
        Conversation.objects.filter(pk=d1["C14"].pk).update(outcome="R1")
        shown = client.get(address).content.decode()
        assert "87,5\xa0%" in shown and "Tee revisio 2" in shown
        assert client.post(address, {"reason": " "}).status_code == 422
        assert client.post(address, {"reason": "Luokitus korjattu"}).status_code == 302
        assert MonthlyReport.objects.get(revision=2).reason == "Luokitus korjattu"
        shown = client.get(address).content.decode()
        assert "Luokitus korjattu" in shown and "75,0\xa0%" in shown and "Tee revisio 3" not in shown
        month = page(client, "reports:month", **THIS)
        assert "Jäädytetty raportti on revisio 2" in month and "Luokitus korjattu" in month

    def test_the_same_is_listed_before_and_after(self, d1, manager, county: County, service: Service, signed_in) -> None:
        """A quality sample that was drawn since is no correction, neither before the revision is made nor in its list."""
        freeze_month(by=System("test"), county=county, service=None, month=NOVEMBER, now=TODAY)
        sample = QualitySample.objects.create(
            county=county, service=service, month=NOVEMBER.first, seed="1", population=9, drawn_at=TODAY
        )
        QualityCheck.objects.create(sample=sample, number=1, conversation=d1["C01"], responder=manager)
        client, address = signed_in(manager), f"{reverse('reports:revise')}?palvelu=kaikki&kuukausi=2026-11"
        assert "Mikään luku ei ole muuttunut." in client.get(address).content.decode()
        Conversation.objects.filter(pk=d1["C14"].pk).update(outcome="R1")
        before = client.get(address).content.decode()
        assert "Yhden yhteydenoton periaate" in before and "Laatuotos" not in before
        assert client.post(address, {"reason": "Luokitus korjattu"}).status_code == 302
        after = client.get(address).content.decode()
        assert "Yhden yhteydenoton periaate" in after and "Laatuotos" not in after

    def test_a_month_that_is_not_frozen_has_no_such_page(self, d1, manager, signed_in) -> None:
        page(signed_in(manager), "reports:revise", status=404, **THIS)


class TestBehind:
    @pytest.mark.parametrize("code", sorted(BEHIND))
    def test_the_rows_are_those_that_the_figure_counts(self, d1, county: County, code: str) -> None:
        scope = Scope.whole(county)
        figure = figures_of(scope, NOVEMBER.period).total[code]
        found = rows_behind(scope, NOVEMBER.period, code)
        expected = {"M16": 8, "M24": dict(figure.parts).get("doctor")}.get(code, figure.n)
        if BEHIND[code].counts is None:
            assert found.n == expected == found.counted.count() and found.others is None
        else:
            share = figure.value if code == "M02" else figure.value * figure.n / 100
            assert found.n == share == found.counted.count()
            whole = 10 if code == "M02" else figure.n
            assert found.n + found.left_out == whole and found.left_out == found.others.count()

    def test_it_tells_times_queue_and_outcome_and_each_opening_is_written_down(self, d1, manager, signed_in) -> None:
        client, address = signed_in(manager), reverse("reports:rows", args=["m08"])
        Conversation.objects.filter(pk=d1["C01"].pk).update(person="salainen-avain")
        shown = client.get(address, {**THIS, "palvelu": "kaikki"}).content.decode()
        assert str(d1["C14"].public_id) in shown and str(d1["C02"].public_id) not in shown
        assert "2.11.2026 08.00.00" in shown and "R1 Hoidettu chatissa" in shown and "2\xa0min 30\xa0s" in shown
        assert "salainen-avain" not in shown and str(d1["C01"].resident_key) not in shown
        others = client.get(address, {**THIS, "palvelu": "kaikki", "osa": "muut"}).content.decode()
        assert str(d1["C02"].public_id) in others and str(d1["C14"].public_id) not in others
        entries = AuditEntry.objects.filter(action="read", object_type="chat.conversation")
        assert [(each.purpose, each.count) for each in entries] == [("report rows M08 2026-11-01 2026-11-30", 5)] * 2

    def test_who_identified_is_not_listed_when_they_are_few(self, d1, county: County, manager, signed_in) -> None:
        address = reverse("reports:rows", args=["m02"])
        shown = signed_in(manager).get(address, {**THIS, "palvelu": "kaikki"}).content.decode()
        assert "Listaa ei näytetä" in shown and str(d1["C01"].public_id) not in shown
        assert not AuditEntry.objects.filter(purpose__startswith="report rows").exists()

    def test_the_list_is_in_pages(self, d1, queue: Queue, manager, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("reports.views.rows.ON_PAGE", 4)
        client, address = signed_in(manager), reverse("reports:rows", args=["m01"])
        first = client.get(address, THIS).content.decode()
        assert "Sivu 1/3" in first and "Seuraava sivu" in first and "Edellinen sivu" not in first
        last = client.get(address, {**THIS, "sivu": "3"}).content.decode()
        assert last.count("<code>") == 2

    @pytest.mark.parametrize("code", ["m99", "m21", "x"])
    def test_what_has_no_rows(self, d1, manager, signed_in, code: str) -> None:
        assert signed_in(manager).get(reverse("reports:rows", args=[code]), THIS).status_code == 404

    def test_the_page_links_to_them(self, d1, manager, signed_in) -> None:
        shown = page(signed_in(manager), "reports:month", **THIS)
        assert f"{reverse('reports:rows', args=['M08'])}?palvelu=kaikki&amp;kuukausi=2026-11" in shown
        free = page(signed_in(manager), "reports:period", alku="2026-11-02", loppu="2026-11-04")
        assert f"{reverse('reports:rows', args=['M08'])}?palvelu=kaikki&amp;alku=2026-11-02" in free

    def test_of_a_free_period(self, d1, county: County) -> None:
        found = rows_behind(Scope.whole(county), Period(date(2026, 11, 2), date(2026, 11, 2)), "M01")
        assert found.n == 4


class TestDataset:
    def test_it_is_taken_and_written_down(self, d1, manager, signed_in) -> None:
        client = signed_in(manager)
        shown = page(client, "reports:dataset", **THIS)
        assert "response_seconds" in shown and "Aineiston kuvaus" in shown
        for kind in ("csv", "xlsx"):
            answer = client.get(reverse("reports:dataset_file", args=[kind]), THIS)
            assert answer["Content-Disposition"] == f'attachment; filename="keskustelut-kaikki-2026-11.{kind}"'
            content = answer.getvalue()
            assert answer["Content-Length"] == str(len(content)) and content.startswith(b"\xef\xbb\xbf" if kind == "csv" else b"PK")
        entries = AuditEntry.objects.filter(action="export", object_type="chat.conversation")
        assert [(each.purpose, each.count) for each in entries] == [("report rows 2026-11-01 2026-11-30", 11)] * 2

    def test_too_many_rows_are_refused_in_words(self, d1, manager, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("reports.views.rows.MOST_SHEET_ROWS", 5)
        answer = signed_in(manager).get(reverse("reports:dataset_file", args=["xlsx"]), THIS, follow=True)
        assert "liikaa yhteen tiedostoon" in answer.content.decode()
        assert not AuditEntry.objects.filter(action="export").exists()

    def test_other_kinds_there_are_not(self, d1, manager, signed_in) -> None:
        assert signed_in(manager).get(reverse("reports:dataset_file", args=["exe"]), THIS).status_code == 404
