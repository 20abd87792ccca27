"""Figures from elsewhere: entered by hand or by file, each with source, author and history; all rows of a file or none (S001-9)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEntry, User
from reports.choices import ExternalKind
from reports.external import Entry, read_table
from reports.models import ExternalFigure
from reports.months import Month
from reports.operations import bring_in_figures, enter_figure
from services.models import County, Service
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
NOVEMBER = Month(2026, 11)


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def put(service: Service | None, by: User, kind: str, value: object, *, county: County | None = None, **more) -> ExternalFigure:
    county = county or (service.county if service else None)
    assert county is not None
    replaces, month = more.pop("replaces", 0), more.pop("month", NOVEMBER)
    number = None if value is None else Decimal(str(value))
    entry = Entry(service.key if service else "kaikki", month, kind, number, more.pop("source", "Puhelinjärjestelmä"), **more)
    return enter_figure(by=acting(by), county=county, service=service, entry=entry, replaces=replaces, now=NOW)


def table(*rows: tuple[str, ...], heads: str = "palvelu;kuukausi;tieto;arvo;lähde;selite") -> bytes:
    return "\n".join([heads, *(";".join(row) for row in rows)]).encode()


def read(*rows: tuple[str, ...], heads: str = "palvelu;kuukausi;tieto;arvo;lähde") -> tuple[list[Entry], list[tuple[int, str]]]:
    entries, problems = read_table(heads.split(";"), [list(row) for row in rows], today=NOW.date())
    return entries, [(each.row, each.column) for each in problems]


class TestByHand:
    def test_a_correction_is_a_new_revision_and_the_old_one_stays(self, service, supervisor, manager) -> None:
        first = put(service, supervisor, "calls", 410)
        with pytest.raises(ValidationError) as refused:
            put(service, manager, "calls", 420)
        assert refused.value.code == "there" and "410" in str(refused.value)
        put(service, manager, "calls", 420, replaces=first.revision)
        rows = ExternalFigure.objects.order_by("revision")
        assert [(row.revision, row.value, row.entered_by) for row in rows] == [(1, 410, supervisor), (2, 420, manager)]
        assert [row.value for row in ExternalFigure.objects.in_force()] == [420]
        entry = AuditEntry.objects.filter(object_type="reports.externalfigure").latest("pk")
        assert (entry.before["value"], entry.after["revision"]) == ("410.000", 2)

    def test_one_that_was_entered_by_mistake_is_taken_away_and_may_come_again(self, service, manager) -> None:
        row = put(service, manager, "calls", 410)
        put(service, manager, "calls", None, replaces=row.revision)
        assert not ExternalFigure.objects.in_force().exists() and ExternalFigure.objects.count() == 2
        assert put(service, manager, "calls", 41).revision == 3

    @pytest.mark.parametrize(
        ("kind", "value", "code"),
        [
            ("calls", "-1", "below"),
            ("calls", "4.5", "whole"),
            ("calls_within", "100.1", "most"),
            ("mail_days", "1.2345", "decimals"),
            ("savings_reached", "2", "most"),
        ],
    )
    def test_a_value_that_cannot_be_is_refused(self, service, manager, kind: str, value: str, code: str) -> None:
        with pytest.raises(ValidationError) as refused:
            put(service, manager, kind, value, words="Selite")
        assert refused.value.code == code and not ExternalFigure.objects.exists()

    def test_a_part_is_not_more_than_its_whole(self, service, manager) -> None:
        put(service, manager, "calls", 10)
        with pytest.raises(ValidationError) as refused:
            put(service, manager, "calls_answered", 11)
        assert [each.code for each in refused.value.error_dict["value"]] == ["part"]
        put(service, manager, "calls_answered", 10)
        with pytest.raises(ValidationError):
            put(service, manager, "calls", 9, replaces=1)

    def test_a_month_to_come_has_no_figures(self, service, manager) -> None:
        with pytest.raises(ValidationError) as refused:
            put(service, manager, "calls", 1, month=Month(2027, 1))
        assert refused.value.code == "future"

    def test_only_a_manager_tells_of_savings_and_says_why(self, service, supervisor, manager) -> None:
        with pytest.raises(ValidationError) as refused:
            put(service, supervisor, "savings_reached", 0, words="Puhelin säilyy.")
        assert refused.value.code == "savings"
        with pytest.raises(ValidationError) as refused:
            put(service, manager, "savings_reached", 0)
        assert [each.code for each in refused.value.error_dict["words"]] == ["reason"]
        assert put(service, manager, "savings_reached", 0, words="Puhelin säilyy.").pk


class TestWho:
    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "outsider", "former"])
    def test_others_enter_nothing(self, request, service, who: str) -> None:
        other = request.getfixturevalue(who)
        with pytest.raises(PermissionDenied):
            put(service, other, "calls", 1)
        with pytest.raises(PermissionDenied):
            bring_in_figures(by=acting(other), county=service.county, entries=[], digest="x", dry_run=False, now=NOW)

    def test_a_supervisor_of_one_service_enters_its_own_only(self, service, second_service, county, supervisor) -> None:
        put(service, supervisor, "calls", 1)
        for other in (second_service, None):
            with pytest.raises(PermissionDenied):
                put(other, supervisor, "calls", 1, county=county)
        assert list(ExternalFigure.objects.readable_by(acting(supervisor))) == list(ExternalFigure.objects.all())

    def test_nobody_reads_those_of_another_county(self, service, manager, outsider) -> None:
        put(service, manager, "calls", 1)
        assert not ExternalFigure.objects.readable_by(acting(outsider)).exists()


class TestReadingTheFile:
    def test_months_numbers_and_names_are_read_kindly(self) -> None:
        entries, wrong = read(
            ("ikaantyneet", "2026-11", "calls", "1 410", "Puhelinjärjestelmä"),
            ("ikaantyneet", "11/2026", "Puhelut", "", "ei luettu"),
            ("ikaantyneet", "1.11.2026", "calls_within", "81,5 %", "Puhelinjärjestelmä"),
            ("ikaantyneet", "2026-11-01", "MAILS", "12", "Sähköposti"),
        )
        assert not wrong
        assert [(each.kind, each.value, each.month) for each in entries] == [
            ("calls", 1410, NOVEMBER),
            ("calls_within", Decimal("81.5"), NOVEMBER),
            ("mails", 12, NOVEMBER),
        ]

    @pytest.mark.parametrize("name", ["Puhelut", "Telefonsamtal", "Phone calls"])
    def test_a_figure_is_known_by_its_name_in_each_language(self, name: str) -> None:
        entries, wrong = read(("ikaantyneet", "2026-11", name, "1", "x"))
        assert not wrong and entries[0].kind == "calls"

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (("", "2026-11", "calls", "1", "x"), "palvelu"),
            (("a", "marraskuu", "calls", "1", "x"), "kuukausi"),
            (("a", "2026-13", "calls", "1", "x"), "kuukausi"),
            (("a", "2027-01", "calls", "1", "x"), "kuukausi"),
            (("a", "2026-11", "kalat", "1", "x"), "tieto"),
            (("a", "2026-11", "calls", "paljon", "x"), "arvo"),
            (("a", "2026-11", "calls", "NaN", "x"), "arvo"),
            (("a", "2026-11", "calls", "1", ""), "lähde"),
        ],
    )
    def test_an_error_names_its_row_and_column(self, row: tuple[str, ...], column: str) -> None:
        assert read(("a", "2026-11", "mails", "1", "x"), row)[1] == [(3, column)]

    def test_the_same_cell_twice_and_wrong_headings(self) -> None:
        same = ("a", "2026-11", "calls", "1", "x")
        assert read(same, same)[1] == [(3, "tieto")]
        assert read(same, heads="palvelu;kuukausi;tieto;arvo;hinta")[1] == [(1, "hinta"), (1, "lähde")]
        assert read(("a", "2026-11", "calls", "", ""))[1] == [(1, "arvo")]


def entries_of(*cells: tuple[str, str, str]) -> list[Entry]:
    return [Entry(key, NOVEMBER, kind, Decimal(value), "Tiedosto", row=n) for n, (key, kind, value) in enumerate(cells, start=2)]


class TestBringingIn:
    def test_a_dry_run_changes_nothing_and_the_same_file_twice_neither(self, service, manager) -> None:
        put(service, manager, "calls", 400)
        given = entries_of((service.key, "calls", "410"), (service.key, "mails", "12"), ("kaikki", "visits", "20300"))
        fields: dict[str, Any] = {"by": acting(manager), "county": service.county, "digest": "d" * 64, "now": NOW}
        tried = bring_in_figures(entries=given, dry_run=True, **fields)
        assert (tried.new, tried.replaced, tried.unchanged) == (2, 1, 0) and ExternalFigure.objects.count() == 1
        assert bring_in_figures(entries=given, dry_run=False, **fields) == tried
        again = bring_in_figures(entries=given, dry_run=False, **fields)
        assert (again.new, again.replaced, again.unchanged) == (0, 0, 3) and ExternalFigure.objects.count() == 4
        row = ExternalFigure.objects.in_force().get(kind="calls")
        assert (row.revision, row.value, row.is_by_file, row.entered_by) == (2, 410, True, manager)
        entry = AuditEntry.objects.filter(object_type="reports.externalfigure").latest("pk")
        assert (entry.count, entry.after) == (3, {"new": 2, "replaced": 1})

    def test_one_wrong_row_and_nothing_is_changed(self, service, second_service, supervisor) -> None:
        given = entries_of((service.key, "calls", "410"), (second_service.key, "calls", "1"), ("kaikki", "visits", "5"))
        taken = bring_in_figures(
            by=acting(supervisor), county=service.county, entries=given, digest="d" * 64, dry_run=False, now=NOW
        )
        assert [each.row for each in taken.problems] == [3, 4] and service.key in taken.problems[0].words
        assert not ExternalFigure.objects.exists()

    def test_savings_and_parts_are_judged_in_a_file_too(self, service, supervisor) -> None:
        given = entries_of((service.key, "savings_reached", "1"), (service.key, "calls", "5"), (service.key, "calls_answered", "6"))
        taken = bring_in_figures(by=acting(supervisor), county=service.county, entries=given, digest="d", dry_run=False, now=NOW)
        assert {each.row for each in taken.problems} == {2, 3, 4} and not ExternalFigure.objects.exists()

    def test_the_number_of_queries_does_not_follow_the_rows(self, service, manager, django_assert_max_num_queries) -> None:
        kinds = [kind for kind in ExternalKind.values if kind not in ("savings_reached", "saved_euros")]
        given = [Entry(service.key, NOVEMBER.shifted(-n), kind, Decimal(1), "Tiedosto", row=2) for n in range(20) for kind in kinds]
        with django_assert_max_num_queries(14):
            taken = bring_in_figures(by=acting(manager), county=service.county, entries=given, digest="d", dry_run=False, now=NOW)
        assert taken.new == 20 * len(kinds)


def page(service: Service | None, name: str = "external", *more: str) -> str:
    return reverse(f"reports:{name}", args=[service.key if service else "kaikki", *more])


POSTED = {"month": "2026-11", "kind": "calls", "value": "1 410", "source": "Puhelinjärjestelmä"}


class TestPage:
    def test_one_is_entered_corrected_and_shown_with_its_author(self, service, manager, signed_in) -> None:
        client = signed_in(manager)
        assert "Mitään ei ole kirjattu" in client.get(page(service)).content.decode()
        assert client.post(page(service), POSTED).status_code == 302
        refused = client.post(page(service), {**POSTED, "value": "1420", "source": "Korjattu raportti"})
        shown = refused.content.decode()
        assert refused.status_code == 422 and 'name="replaces" value="1"' in shown and "Korjattu raportti" in shown
        assert client.post(page(service), {**POSTED, "value": "1420", "replaces": "1"}).status_code == 302
        shown = client.get(page(service), {"kuukausi": "2026-11", "mittari": "M21"}).content.decode()
        assert "1\xa0420" in shown and "1\xa0410" in shown and str(manager) in shown and "revisio 2" in shown

    def test_what_is_no_month_or_number_is_told_beside_its_field(self, service, manager, signed_in) -> None:
        for fields in ({"month": "kesä"}, {"value": "paljon"}, {"value": ""}, {"source": ""}):
            response = signed_in(manager).post(page(service), {**POSTED, **fields})
            assert response.status_code == 422 and "is-invalid" not in response.content.decode()
        assert not ExternalFigure.objects.exists()

    def test_a_file_is_looked_through_and_then_brought_in(self, service, manager, signed_in) -> None:
        client, there = signed_in(manager), page(service, "external_file")
        content = table((service.key, "2026-11", "calls", "410", "Puhelinjärjestelmä", ""))
        looked = client.post(there, {"file": SimpleUploadedFile("luvut.csv", content)})
        assert looked.status_code == 200 and not ExternalFigure.objects.exists()
        checked = looked.context["confirm"].initial["checked"]
        assert client.post(there, {"checked": checked}).status_code == 302
        assert ExternalFigure.objects.get().value == 410

    def test_a_wrong_file_names_every_row_and_changes_nothing(self, service, second_service, supervisor, signed_in) -> None:
        content = table(
            (service.key, "2026-11", "calls", "410", "x", ""),
            (second_service.key, "2026-11", "calls", "1", "x", ""),
            (service.key, "2026-11", "mails", "paljon", "x", ""),
        )
        response = signed_in(supervisor).post(page(service, "external_file"), {"file": SimpleUploadedFile("l.csv", content)})
        shown = response.content.decode()
        assert response.status_code == 422 and [each.row for each in response.context["problems"]] == [3, 4]
        assert "paljon" in shown and not ExternalFigure.objects.exists()

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("fi", "Tiedosto ei ole taulukko: se on PDF-tiedosto"),
            ("sv", "Filen är ingen tabell: den är en PDF"),
            ("en", "The file is no table: it is a PDF"),
        ],
    )
    def test_what_is_no_table_is_told_so(self, service, manager, signed_in, language: str, words: str) -> None:
        file = SimpleUploadedFile("luvut.csv", b"%PDF-1.4\n")
        there = page(service, "external_file").replace("/fi/", f"/{language}/", 1)
        response = signed_in(manager).post(there, {"file": file})
        assert response.status_code == 422 and words in response.content.decode()

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_the_empty_table_comes_back_filled_in(self, service, manager, signed_in, kind: str) -> None:
        client = signed_in(manager)
        got = client.get(page(service, "external_sheet", kind))
        assert got.status_code == 200
        if kind == "xlsx":
            book = load_workbook(BytesIO(got.content))
            sheet = book.active
            heads = [cell.value for cell in sheet[1]]
            sheet.cell(2, heads.index("arvo") + 1).value = 410
            sheet.cell(2, heads.index("lähde") + 1).value = "Puhelinjärjestelmä"
            file = BytesIO()
            book.save(file)
            content = file.getvalue()
        else:
            lines = got.content.decode("utf-8-sig").splitlines()
            cells = lines[1].split(";")
            heads = lines[0].split(";")
            cells[heads.index("arvo")], cells[heads.index("lähde")] = "410", "Puhelinjärjestelmä"
            content = "\r\n".join([lines[0], ";".join(cells), *lines[2:]]).encode()
        looked = client.post(page(service, "external_file"), {"file": SimpleUploadedFile(f"luvut.{kind}", content)})
        assert looked.status_code == 200 and looked.context["found"].new == 1

    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "outsider", "former", "second_responder"])
    def test_others_are_kept_out(self, request, service, signed_in, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        for address in (page(service), page(service, "external_file"), page(service, "external_sheet", "csv"), page(None)):
            assert client.get(address).status_code in (302, 403, 404)
            assert client.post(address, POSTED).status_code in (302, 403, 404, 405)
        assert not ExternalFigure.objects.exists()

    def test_the_county_as_a_whole_is_not_a_supervisors(self, supervisor, signed_in) -> None:
        assert signed_in(supervisor).get(page(None)).status_code == 403

    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_in_each_language(self, service, manager, signed_in, language: str) -> None:
        for address in (page(service), page(service, "external_file")):
            assert signed_in(manager).get(address.replace("/fi/", f"/{language}/", 1)).status_code == 200
