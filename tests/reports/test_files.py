"""The report as files: numbers are numbers, texts are texts whatever somebody has written, and what is hidden stays hidden."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import IO
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.actors import System
from chat.choices import EndedBy, State
from chat.models import Conversation
from reports.exports import FIELDS, as_csv, as_json, dataset_csv, dataset_rows, dataset_xlsx, paper, workbook
from reports.exports.legible import cell_text, legible
from reports.exports.paper import TEMPLATE, context_of
from reports.exports.workbook import shortened
from reports.metrics import DEFINITIONS, Scope
from reports.models import MonthNote
from reports.months import Month, Period
from reports.operations import freeze_month
from reports.report import Report, report_of
from services.choices import AimClass
from services.models import County, Municipality, Queue, Service, Target, Topic
from services.resources.files import DANGEROUS, escaped
from tests.adoption.board.test_board_pages import unpacked
from tests.reports.d1 import make_d1
from tests.reports.hostile import HOSTILE

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
NOVEMBER = Month(2026, 11)
BY = System("test")
SEEN = [words for words in HOSTILE if words.strip()]
"""A topic whose name is blank has none."""
FILES = {"table": "csv", "data": "json", "workbook": "xlsx", "paper": "pdf"}


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


@pytest.fixture
def report(queue: Queue, county: County) -> Report:
    Service.objects.update(opened_at=datetime(2026, 11, 1, tzinfo=UTC))
    make_d1(queue)
    Target.objects.create(
        county=county, metric="M08", aim=AimClass.CLIENT, direction="gte", value=80, unit="%", starts_on="2026-01-01"
    )
    MonthNote.objects.create(county=county, month=NOVEMBER.first, text_fi="Aukioloa laajennettiin 1.11.")
    return report_of(BY, county, None, NOVEMBER.period, now=TODAY)


def cells_of(content: bytes) -> dict[str, list[list[object]]]:
    book = load_workbook(io.BytesIO(content))
    for sheet in book:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink]
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def taken(file: IO[bytes]) -> bytes:
    """The content of a file on the disk."""
    with file:
        return file.read()


def as_read(words: str) -> str:
    """As openpyxl reads the text: it drops these letters wherever they stand, whereas Excel reads them as they were written."""
    return cell_text(words).replace("x005F_", "")


class TestWorkbook:
    def test_a_sheet_for_each_group_and_the_definitions(self, report: Report) -> None:
        sheets = cells_of(workbook(report))
        assert next(iter(sheets)) == "Lyhyesti" and list(sheets)[-1] == "Määritelmät"
        assert [shortened(group.title) for group in report.groups] == list(sheets)[1 : 1 + len(report.groups)]
        assert {"Kuukaudet", "Eriteltynä", "Viikonpäivä ja tunti", "Siirrot"} <= set(sheets)
        assert {row[0] for row in sheets["Määritelmät"][1:]} == set(DEFINITIONS)

    def test_names_of_sheets_are_cut_between_words(self) -> None:
        assert shortened("Puhelin, sähköposti ja digilääkärin käynnit") == "Puhelin, sähköposti ja…"
        assert shortened("Kontaktit, joita ei olisi tarvittu") == "Kontaktit, joita ei olisi…"
        assert shortened("x" * 40) == "x" * 30 + "…" and shortened("y" * 31) == "y" * 31

    def test_parts_that_are_drawn_have_their_columns(self, report: Report) -> None:
        months = cells_of(workbook(report))["Kuukaudet"]
        column = months[0].index("Aukiolotunnit viikossa, nämä kuukaudet")
        told = next(each for each in report.charts if each.part == "weekly_hours")
        assert [row[column] is None for row in months[1:14]] == [row.now == "–" for row in told.rows]

    def test_numbers_are_numbers_beside_their_words(self, report: Report) -> None:
        sheets = cells_of(workbook(report))
        rows = {(row[0], row[2]): row for title in list(sheets)[1:8] for row in sheets[title][1:]}
        assert rows["M07", None][3:7] == [225, "s", "3\xa0min 45\xa0s", 8]
        assert rows["M08", None][3:9] == [0.5, "%", "50,0\xa0%", 10, "≥ 80 %", "ei toteutunut"]
        assert rows["M01", "Vastattu"][3] == 8
        assert rows["M08b", None][3] is None and rows["M08b", None][5] == "–"

    def test_months_are_days_and_gaps_are_empty(self, report: Report) -> None:
        months = cells_of(workbook(report))["Kuukaudet"]
        assert months[13][0] == datetime(2026, 11, 1) and months[13][2] == 10
        assert months[12][2] is None and "ei tietoa" in months[12][1]

    def test_units_are_words_and_a_target_stands_beside_what_it_judges(self, queue: Queue, county: County) -> None:
        aim = {"county": county, "aim": AimClass.CLIENT, "direction": "gte", "starts_on": "2026-01-01"}
        make_d1(queue)
        Target.objects.create(metric="M14", value=80, unit="%", **aim)
        report = report_of(BY, county, None, NOVEMBER.period, now=TODAY)
        [judged] = [target for group in report.groups for each in group.figures for target in each.targets]
        cells = cells_of(workbook(report))
        assert judged.now.endswith("%")
        assert f"Asiakastyytyväisyys: ≥ 80 %, {judged.now} – {judged.standing_words}" in [row[1] for row in cells["Lyhyesti"]]
        units = {row[4] for sheet in cells.values() if sheet[0][:2] == ["Koodi", "Luku"] for row in sheet[1:]}
        assert {"kpl", "asteikolla 1–5"} <= units and not units & {"n", "n/h", "/1000", "h/wk", "nps", "1–5"}

    def test_it_is_printed_with_all_columns_on_a_page(self, report: Report) -> None:
        for sheet in load_workbook(io.BytesIO(workbook(report))):
            page = sheet.page_setup
            assert (page.orientation, page.fitToWidth or 1, page.fitToHeight) == ("landscape", 1, 0)
            assert sheet.sheet_properties.pageSetUpPr.fitToPage

    def test_when_it_was_computed_is_a_time_of_the_reader(self, report: Report) -> None:
        rows = {row[0]: row[1] for row in cells_of(workbook(report))["Lyhyesti"]}
        assert rows["Laskettu"] == timezone.localtime(TODAY).replace(second=0, microsecond=0, tzinfo=None)

    def test_charts_have_an_alternative(self, report: Report) -> None:
        book = load_workbook(io.BytesIO(workbook(report)))
        assert len(book["Kuukaudet"]._charts) == len(report.charts) == 17
        assert len(book[report.groups[0].title]._charts) == 1
        with_words = workbook(report)
        parts = __import__("zipfile").ZipFile(io.BytesIO(with_words))
        drawn = "".join(parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/drawings/drawing"))
        assert drawn.count("descr=") == 18 and "Viimeisin: 10 (marraskuu 2026)" in drawn

    def test_the_note_the_target_and_the_state_are_in_it(self, report: Report) -> None:
        first = [row[1] for row in cells_of(workbook(report))["Lyhyesti"]]
        assert "Aukioloa laajennettiin 1.11." in first and "päättynyt" in first
        assert any("≥ 80 %" in str(cell) for cell in first)
        assert datetime(2026, 11, 1) in first

    def test_a_gap_has_no_figures(self, queue: Queue, county: County, service: Service) -> None:
        Service.objects.filter(pk=service.pk).update(opened_at=datetime(2026, 11, 20, tzinfo=UTC))
        service.refresh_from_db()
        gap = report_of(BY, county, service, Month(2026, 9).period, now=TODAY)
        assert list(cells_of(workbook(gap))) == ["Lyhyesti", "Määritelmät"]
        assert json.loads(as_json(gap))["figures"] == []


class TestUnfinished:
    """A file of a month that goes on says so wherever it is opened."""

    def test_the_running_month_and_period_and_no_other(self, report: Report, county: County) -> None:
        words = ("Kuukausi on kesken: luvut muuttuvat vielä.", "Jakso on kesken: luvut muuttuvat vielä.")
        now = datetime(2026, 11, 20, 9, tzinfo=UTC)
        running = report_of(BY, county, None, NOVEMBER.period, now=now)
        days = report_of(BY, county, None, Period(date(2026, 11, 2), date(2026, 11, 25)), now=now)
        for each, said in ((report, None), (running, words[0]), (days, words[1])):
            rows = list(csv.DictReader(io.StringIO(as_csv(each).decode("utf-8-sig")), delimiter=";"))
            assert [row["shown"] for row in rows if row["shown"] in words] == [said] * bool(said)
            [state] = [row[1] for row in cells_of(workbook(each))["Lyhyesti"] if row[0] == "Tila"]
            assert (state == "keskeneräinen") is (said is not None)


class TestTable:
    def test_a_note_of_the_month_is_in_it(self, report: Report) -> None:
        rows = list(csv.DictReader(io.StringIO(as_csv(report).decode("utf-8-sig")), delimiter=";"))
        assert [(row["name"], row["item"], row["shown"]) for row in rows if row["name"] == "Mitä tapahtui"] == [
            ("Mitä tapahtui", "2026-11", "Aukioloa laajennettiin 1.11.")
        ]


class TestJson:
    def test_it_has_exact_and_shown_values(self, report: Report) -> None:
        data = json.loads(as_json(report))
        figures = {each["metric"]: each for each in data["figures"]}
        assert (figures["M13"]["value"], figures["M13"]["exact"], figures["M13"]["shown"]) == (12.5, "25/2", "12,5\xa0%")
        assert figures["M24"]["known"] is False
        assert data["instants"]["from"] == "2026-10-31T22:00:00+00:00"
        assert data["months"][-1]["values"]["M01"] == 10 and data["months"][-2]["values"] == {}
        assert data["notes"] == [{"month": "2026-11-01", "fi": "Aukioloa laajennettiin 1.11."}]


class TestPaper:
    def test_it_is_tagged_and_in_the_language(self, report: Report) -> None:
        content = paper(report)
        assert content.startswith(b"%PDF-")
        told = unpacked(content)
        for each in (b"/MarkInfo", b"/StructTreeRoot", b"/TH", b"pdfuaid", b"/Lang (fi)"):
            assert each in told, each
        assert told.count(b"/S /Figure") == told.count(b"/Alt") == 20  # twelve trends, five of bars, and three of the key

    def test_its_title_tells_the_month_the_year_or_the_days(self, report: Report) -> None:
        of_year, of_days = Period(date(2026, 1, 1), date(2026, 12, 31)), Period(date(2026, 1, 1), date(2026, 10, 31))
        titles = [
            re.findall("<h1>.*: (.*)</h1>", render_to_string(TEMPLATE, context_of(replace(report, period=period))))[0]
            for period in (report.period, of_year, of_days)
        ]
        assert titles == ["marraskuu 2026", "2026", "1.1.2026–31.10.2026"]


class TestHostile:
    """At least two hundred texts through every file."""

    @pytest.fixture
    def hostile(self, queue: Queue, county: County) -> Report:
        assert len(SEEN) >= 200
        topics = Topic.objects.bulk_create(
            Topic(service=queue.service, key=f"t{n}", name_fi=words) for n, words in enumerate(HOSTILE)
        )
        Conversation.objects.bulk_create(
            Conversation(
                county=county, service=queue.service, first_queue=queue, queue=queue, resident_key=uuid4(), start_token=uuid4(),
                state=State.ENDED, status="answered", ended_by=EndedBy.RESPONDER, topic=topic,
                **dict.fromkeys(("queued_at", "accepted_at", "first_reply_at", "closed_at"), datetime(2026, 11, 5, 9, tzinfo=UTC)),
                wait_seconds=0, response_seconds=0,
            )
            for topic in topics
        )  # fmt: skip
        for words in SEEN[:40]:
            MonthNote.objects.create(county=county, month=NOVEMBER.first, text_fi=words)
        Queue.objects.filter(pk=queue.pk).update(name_fi="=1+1")
        Service.objects.filter(pk=queue.service_id).update(name_fi="[=cmd|'/C calc'!A0]:*?/\\")
        return report_of(BY, county, Service.objects.get(pk=queue.service_id), NOVEMBER.period, now=TODAY)

    def test_the_workbook_has_each_as_a_text(self, hostile: Report) -> None:
        sheets = cells_of(workbook(hostile))
        have = {cell for row in sheets["Eriteltynä"] for cell in row if isinstance(cell, str)}
        assert not {words for words in SEEN if as_read(words) not in have}
        noted = {str(row[1]) for row in sheets["Lyhyesti"]}
        assert {as_read(words) for words in SEEN[:40]} <= noted

    def test_the_table_has_none_that_is_a_formula(self, hostile: Report) -> None:
        rows = list(csv.reader(io.StringIO(as_csv(hostile).decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
        cells = {cell for row in rows for cell in row}
        assert {len(row) for row in rows} == {12}
        assert not {words for words in SEEN if escaped(legible(words)) not in cells}
        assert not [cell for cell in cells if cell.startswith(DANGEROUS) and not cell.lstrip("-").replace(".", "").isdigit()]

    def test_the_data_has_each(self, hostile: Report) -> None:
        names = {row["name"] for row in json.loads(as_json(hostile))["breakdowns"]["topic"]}
        assert names == {*(legible(words) for words in SEEN), "Ei kerrottu"}

    def test_paper_is_made(self, hostile: Report) -> None:
        long = [row for table in hostile.tables for row in table.rows if len(row.name) > 1000]
        assert long
        for table in hostile.tables:
            table.rows[:] = [row for row in table.rows if len(row.name) <= 1000]  # pages of one letter prove nothing, slowly
        assert paper(hostile).startswith(b"%PDF-")

    def test_the_rows_are_made(self, hostile: Report, county: County) -> None:
        Topic.objects.filter(key="t0").update(key="=1+1")
        found = dataset_rows(hostile.figures.scope, NOVEMBER.period, county)
        cells_of(taken(dataset_xlsx(found)))
        table = taken(dataset_csv(found)).decode("utf-8-sig")
        assert "'=1+1" in table and ";=1+1" not in table


class TestDoors:
    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "outsider", "former"])
    def test_they_are_closed_to_others(self, request, report: Report, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        for name in FILES:
            assert client.get(reverse(f"reports:{name}"), {"kuukausi": "2026-11"}).status_code == 403

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_each_file_in_each_language(self, report: Report, manager, signed_in, language: str) -> None:
        client = signed_in(manager)
        for name, kind in FILES.items():
            if name == "paper" and language != "sv":
                continue  # it takes seconds; TestPaper makes the Finnish one
            address = reverse(f"reports:{name}").replace("/fi/", f"/{language}/", 1)
            answer = client.get(address, {"kuukausi": "2026-11"})
            assert answer.status_code == 200
            assert answer["Content-Disposition"] == f'attachment; filename="raportti-kaikki-2026-11.{kind}"'
            assert answer["X-Content-Type-Options"] == "nosniff"

    def test_a_supervisor_gets_her_service_only(self, report: Report, supervisor, second_queue, signed_in) -> None:
        client = signed_in(supervisor)
        for name in FILES:
            assert client.get(reverse(f"reports:{name}"), {"palvelu": "neuvola", "kuukausi": "2026-11"}).status_code == 404
            assert client.get(reverse(f"reports:{name}"), {"palvelu": "kaikki", "kuukausi": "2026-11"}).status_code == 403

    def test_without_the_library_of_paper_the_page_says_so(
        self, report: Report, manager, signed_in, monkeypatch, settings, tmp_path
    ) -> None:
        settings.VAR_DIR = tmp_path  # where no file has been laid out yet
        monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
        answer = signed_in(manager).get(reverse("reports:paper"), {"kuukausi": "2026-11"}, follow=True)
        assert "ei osaa tehdä PDF" in answer.content.decode() or "PDF-tiedosto" in answer.content.decode()


def test_what_is_hidden_on_the_page_is_hidden_in_every_file(report: Report, county: County) -> None:
    Conversation.objects.filter(queued_at__day=2).update(language="sv")
    Conversation.objects.filter(pk=Conversation.objects.order_by("pk").last().pk).update(language="en")
    shown = report_of(BY, county, None, NOVEMBER.period, now=TODAY)
    languages = next(table for table in shown.tables if table.key == "language")
    hidden = [row for row in languages.rows if not row.figures]
    assert hidden
    rows = cells_of(workbook(shown))["Eriteltynä"]
    for each in hidden:
        row = next(row for row in rows if row[0] == "Kielittäin" and row[1] == each.name)
        assert row[2] in ("alle 5", "ei näytetä") and set(row[3:]) == {"–"}
    table = list(csv.DictReader(io.StringIO(as_csv(shown).decode("utf-8-sig")), delimiter=";"))
    assert not [row for row in table if row["cell"] in {each.name for each in hidden} and (row["raw"] or row["n"])]


def test_the_frozen_revision_stands_in_the_files(report: Report, county: County) -> None:
    freeze_month(by=BY, county=county, service=None, month=NOVEMBER, now=TODAY)
    shown = report_of(BY, county, None, NOVEMBER.period, now=TODAY)
    assert json.loads(as_json(shown))["frozen"]["revision"] == 1
    assert any("revisio 1" in str(row[1]) for row in cells_of(workbook(shown))["Lyhyesti"])


def test_each_value_of_a_breakdown_stands_under_its_own_heading(report: Report, county: County) -> None:
    """The tables of places and of where they came from have columns of their own (M25, M18): no other value is shifted by them."""
    place = Municipality.objects.create(county=county, code="491", name_fi="Mikkeli", residents=1000)
    Conversation.objects.filter(status="answered").update(municipality=place, entry_channel="bot", entry_page="/avoin/")
    shown = report_of(BY, county, None, NOVEMBER.period, now=TODAY)
    keys = {table.key: table.columns for table in shown.tables}
    assert keys["municipality"][1] == "M25" and keys["entry_channel"][1] == keys["entry_page"][1] == "M18"
    heads, *rows = cells_of(workbook(shown))["Eriteltynä"]
    assert len(heads) == len(set(heads))
    told = iter(rows)
    for table in shown.tables:
        for row in table.rows:
            beside = dict(zip(heads, next(told), strict=True))
            assert (beside.pop("Erittely"), beside.pop("Nimi")) == (table.title, row.name)
            for at, (head, words) in enumerate(zip(table.heads, row.values, strict=True)):
                figure = row.figures[at] if row.figures else None
                if figure is None or figure.value is None or words == "–":
                    assert beside.pop(head) == words, (table.key, head)
                else:
                    share = figure.value / 100 if figure.unit == "%" else figure.value
                    assert beside.pop(head) == pytest.approx(float(share)), (table.key, head)
            assert set(beside.values()) <= {None}, "empty where the table does not tell of it"
    assert next(told, None) is None


class TestDataset:
    def test_a_row_for_each_and_no_one_is_named(self, report: Report, county: County) -> None:
        found = dataset_rows(Scope.whole(county), NOVEMBER.period, county)
        text = taken(dataset_csv(found)).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        assert len(rows) == 11 and sum(int(row["is_contact"]) for row in rows) == 10
        assert len({row["conversation"] for row in rows}) == 11
        for one in Conversation.objects.all():
            assert str(one.public_id) not in text and str(one.resident_key) not in text
            assert not one.person or one.person not in text.split(";")
        assert rows[0]["queued_at"] == "2026-11-02T06:00:00+00:00" and rows[0]["hour"] == "8"

    def test_few_are_hidden_and_cannot_be_worked_out(self, report: Report, county: County) -> None:
        Conversation.objects.filter(queued_at__day=2).update(language="sv")
        found = dataset_rows(Scope.whole(county), NOVEMBER.period, county)
        language = list(FIELDS).index("language")
        kinds = [tuple(row[language : language + 3]) for row in found]
        assert {kind[0] for kind in kinds} == {"alle 5"}
        assert all(kinds.count(kind) >= 5 for kind in set(kinds))

    def test_the_workbook_explains_its_columns(self, report: Report, county: County) -> None:
        sheets = cells_of(taken(dataset_xlsx(dataset_rows(Scope.whole(county), NOVEMBER.period, county))))
        (rows, words) = sheets.values()
        assert [row[0] for row in words] == rows[0]
        assert all(row[1] for row in words)
        assert len(rows) == 12 and isinstance(rows[1][7], datetime)


class TestFrozen:
    """The files of a revision have exactly what was frozen in it, whatever has happened since (metrics 1.5, S001-23)."""

    QUERY = {"kuukausi": "2026-11", "revisio": "1"}

    def test_each_file_tells_the_frozen_figures_and_no_others(self, report, county: County, manager, signed_in) -> None:
        kept = freeze_month(by=BY, county=county, service=None, month=NOVEMBER, now=TODAY)
        Conversation.objects.filter(topic__key="asuminen").update(outcome="R1")
        client = signed_in(manager)
        table = client.get(reverse("reports:table"), self.QUERY).content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
        assert {row["metric"] for row in rows} - {""} == set(kept.figures) and not any(row["breakdown"] for row in rows)
        live = client.get(reverse("reports:table"), {"kuukausi": "2026-11"}).content.decode("utf-8-sig")
        told = {row["metric"]: row["raw"] for row in rows if not row["item"]}
        since = csv.DictReader(io.StringIO(live), delimiter=";")
        now = {row["metric"]: row["raw"] for row in since if not row["item"] and not row["breakdown"]}
        assert (told["M11"], now["M11"]) == ("75", "87.5")
        for code, figure in kept.figures.items():
            if figure["value"] is not None and "/" not in figure["value"]:
                assert told[code].replace(",", ".") == figure["value"], code
        data = json.loads(client.get(reverse("reports:data"), self.QUERY).content)
        assert data["frozen_revision"] == 1 and data["made_at"] == kept.made_at.isoformat() and data["formulas"] == kept.formulas
        sheets = cells_of(client.get(reverse("reports:workbook"), self.QUERY).content)
        assert "Eriteltynä" not in sheets and "jäädytetty" in {str(row[1]) for row in sheets["Lyhyesti"]}
        assert client.get(reverse("reports:paper"), self.QUERY).content.startswith(b"%PDF-")
        shown = client.get(reverse("reports:month"), {"kuukausi": "2026-11"}).content.decode()
        assert "revisio=1" in shown

    def test_what_is_not_there_is_no_file(self, report, county: County, manager, outsider, signed_in) -> None:
        freeze_month(by=BY, county=county, service=None, month=NOVEMBER, now=TODAY)
        client = signed_in(manager)
        for revision in ("2", "0", "x", "-1", "9999"):
            assert client.get(reverse("reports:table"), {**self.QUERY, "revisio": revision}).status_code == 404
        days = {"alku": "2026-11-02", "loppu": "2026-11-05", "revisio": "1"}
        assert client.get(reverse("reports:table"), days).status_code == 404
        assert signed_in(outsider).get(reverse("reports:table"), self.QUERY).status_code == 403
