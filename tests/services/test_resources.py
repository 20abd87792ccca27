"""Tables of the directory: a round trip changes nothing, and each broken row is named and nothing of its file is taken in."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import date, time

import openpyxl
import pytest
import tablib
from django.core.exceptions import ValidationError

from accounts.actors import Staff
from accounts.models import AuditEntry
from services.models import (
    Channel,
    ContactPoint,
    CostRow,
    County,
    DisruptionText,
    ExceptionDay,
    Holiday,
    LegalBasis,
    Link,
    Municipality,
    Office,
    Queue,
    Redirect,
    Schedule,
    ServiceArea,
    SharedCost,
    Target,
    Topic,
    WeeklyInterval,
)
from services.resources import RESOURCES
from services.resources.base import changes_of
from services.resources.files import read_file, write_file
from tests.conftest import acting


@pytest.fixture
def directory(county, service, queue, second_service, second_queue, other_queue):
    """A bit of everything in two counties."""
    Holiday.objects.create(county=county, date=date(2027, 1, 1), name_fi="Uudenvuodenpäivä", name_sv="Nyårsdagen")
    ExceptionDay.objects.create(
        county=county, date=date(2027, 2, 1), opens=time(8), closes=time(12), reason_fi="Koulutus", reason_sv="Utbildning"
    )
    first = Municipality.objects.create(county=county, code="507", name_fi="Mäntyharju")
    Municipality.objects.create(county=county, code="588", name_fi="Pertunmaa", valid_to=date(2024, 12, 31), successor=first)
    Link.objects.create(county=county, key="ohje", name_fi="Ohje", url_fi="https://alue.test/ohje")
    ContactPoint.objects.create(county=county, key="vaihde", name_fi="=Vaihde", name_sv="Växel", value="+358 44 000")
    second = Schedule.objects.create(county=county, key="arki", name="Arki")
    WeeklyInterval.objects.create(schedule=second, weekday=0, opens=time(8), closes=time(12), valid_from=date(2027, 1, 1))
    queue.transfer_targets.add(second_queue)
    DisruptionText.objects.create(
        county=county, key="katko", title_fi="Katko", title_sv="Avbrott", text_fi="Chat on poikki.", text_sv="Chatten är bruten."
    )
    phone = ContactPoint.objects.create(county=county, key="neuvonta", name_fi="Neuvonta", name_sv="Rådgivning", value="044 1")
    Channel.objects.create(service=service, medium="phone", contact_point=phone)
    Redirect.objects.create(service=service, matter_fi="Hammassärky", matter_sv="Tandvärk", to_contact=phone)
    Redirect.objects.create(service=service, matter_fi="Vauvan uni", matter_sv="Babyns sömn", to_service=second_service)
    LegalBasis.objects.create(service=service, name_fi="Sosiaalihuoltolaki", name_sv="Socialvårdslag", number="1301/2014")
    area = ServiceArea.objects.create(service=service, name_fi="Etelä", name_sv="Södra", starts_on=date(2027, 1, 1))
    area.municipalities.add(first)
    begins = date(2027, 1, 1)
    for whose in (None, service):
        Target.objects.create(
            county=county,
            service=whose,
            metric="M08",
            aim="client",
            direction="gte",
            value=80,
            unit="%",
            starts_on=begins,
        )
    CostRow.objects.create(service=service, month=date(2027, 1, 1), kind="staff", euros="1234.50", source="kirjanpito")
    shared = SharedCost.objects.create(county=county, month=date(2027, 1, 1), kind="system", euros="99.00", source="lisenssi")
    shared.services.add(service, second_service)
    Office.objects.create(county=county, key="keskus", name_fi="Keskus", name_sv="Centrum", postal_code="28100", town_fi="Pori")
    return county


def table(model, user) -> object:
    return RESOURCES[model](by=acting(user))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("model", list(RESOURCES), ids=lambda model: model.__name__)
def test_a_round_trip_changes_nothing(model, kind, directory, main_user):
    dataset = table(model, main_user).export()
    assert len(dataset) > 0
    assert set(dataset["county"]) == {"koe"}, "rows of another county are not exported"
    written = AuditEntry.objects.count()
    result = table(model, main_user).take_in(read_file(write_file(dataset, kind)), dry_run=False)
    assert not result.base_errors, [error.error for error in result.base_errors]
    assert not result.row_errors(), [error.error for _n, errors in result.row_errors() for error in errors]
    assert not result.has_validation_errors(), [row.error for row in result.invalid_rows]
    assert result.totals["skip"] == len(dataset)
    assert [changes_of(row) for row in result.valid_rows()] == [[]] * len(dataset)
    assert AuditEntry.objects.count() == written, "nothing changed, so nothing was written"


def test_cells_are_never_formulas(directory, main_user):
    content = write_file(table(ContactPoint, main_user).export(), "csv").decode("utf-8-sig")
    assert "'=Vaihde" in content
    assert "'+358 44 000" in content
    assert ";=" not in content


@pytest.mark.parametrize("cell", ["=1+1", "'=1+1", "''=1+1", "'tis", "''", "-", "'-", "+358 44", "@x"])
def test_a_guarded_cell_comes_back_as_it_was(cell):
    dataset = tablib.Dataset(["koe", cell], headers=["county", "name"])
    for kind in ("csv", "xlsx"):
        content = write_file(dataset, kind)
        assert read_file(content)[0] == ("koe", cell)


def test_the_county_is_one_row_that_a_file_changes_but_never_makes_or_deletes(directory, main_user):
    changed = take(County, main_user, "county;brand_name_fi;allowed_domains", "koe;Kysy meiltä;alue.test, kela.fi")
    assert not problems(changed)
    row = County.objects.get(code="koe")
    assert (row.brand_name_fi, row.allowed_domains) == ("Kysy meiltä", ["alue.test", "kela.fi"])
    for line in ("uusi;Uusi", "toinen;Toinen"):
        (problem,) = problems(take(County, main_user, "county;brand_name_fi", line))
        assert problem[1] == "county"
    assert "poistaa" in problems(take(County, main_user, "county;delete", "koe;1"))[0][2]
    assert problems(take(County, main_user, "county;accent_colour", "koe;#ffff00"))[0][1] == "accent_colour"
    assert County.objects.filter(code__in=["koe", "toinen"]).count() == 2
    assert not County.objects.filter(code="uusi").exists()


def test_no_primary_key_leaves_the_house(directory, main_user):
    for model in RESOURCES:
        assert not {"id", "pk", "public_id"} & set(table(model, main_user).export().headers)


def rows(headers: str, *lines: str) -> tablib.Dataset:
    return read_file("\n".join([headers, *lines]).encode())


def take(model, user, headers, *lines, dry_run=False):
    return table(model, user).take_in(rows(headers, *lines), dry_run=dry_run)


def problems(result) -> list[tuple[int, str, str]]:
    """Row, column and code of each problem."""
    found = [(0, "", str(error.error)) for error in result.base_errors]
    found += [(number, "", str(error.error)) for number, errors in result.row_errors() for error in errors]
    for row in result.invalid_rows:
        for name, messages in row.error_dict.items():
            found += [(row.number, name, message) for message in messages]
    return found


POINT = "county;key;kind;name_fi;name_sv;value"
GOOD = "koe;uusi;phone;Uusi;Ny;044 111 2222"

# What is broken, the table, the heading row, the broken row, the column that is named, and a word of the answer.
BROKEN = [
    ("no county", ContactPoint, POINT, ";rikki;phone;A;B;044 1", "county", ""),
    ("another county", ContactPoint, POINT, "toinen;rikki;phone;A;B;044 1", "county", "toinen"),
    ("no such county", ContactPoint, POINT, "xx;rikki;phone;A;B;044 1", "county", "xx"),
    ("unknown choice", ContactPoint, POINT, "koe;rikki;fax;A;B;044 1", "kind", "fax"),
    ("no Finnish name", ContactPoint, POINT, "koe;rikki;phone;;B;044 1", "name_fi", ""),
    ("too long", ContactPoint, POINT, f"koe;rikki;phone;{'a' * 121};B;044 1", "name_fi", "120"),
    ("no phone number", ContactPoint, POINT, "koe;rikki;phone;A;B;soita meille", "value", ""),
    ("no e-mail address", ContactPoint, POINT, "koe;rikki;email;A;B;044 1", "value", ""),
    ("a key with spaces", ContactPoint, POINT, "koe;rikki numero;phone;A;B;044 1", "key", ""),
    ("control characters", ContactPoint, POINT, "koe;rikki;phone;A\x07;B;044 1", "name_fi", ""),
    ("turned direction", ContactPoint, POINT, "koe;rikki;phone;A\u202e;B;044 1", "name_fi", ""),
    ("not a date", Holiday, "county;date;name_fi", "koe;32.13.2027;Juhla", "date", "32.13.2027"),
    ("not yes or no", Holiday, "county;date;name_fi;removed", "koe;2027-12-06;Juhla;ehkä", "removed", "ehkä"),
    ("not a number", Topic, "county;service;key;name_fi;order", "koe;ikaantyneet;uusi;Uusi;ensin", "order", "ensin"),
    ("negative number", Topic, "county;service;key;name_fi;order", "koe;ikaantyneet;uusi;Uusi;-3", "order", ""),
    ("no such service", Topic, "county;service;key;name_fi", "koe;olematon;uusi;Uusi", "service", "olematon"),
    (
        "not a time",
        ExceptionDay,
        "county;schedule;date;opens;closes;reason_fi;reason_sv",
        "koe;;2027-03-01;25:00;26:00;A;B",
        "opens",
        "25",
    ),
    (
        "one time only",
        ExceptionDay,
        "county;schedule;date;opens;closes;reason_fi;reason_sv",
        "koe;;2027-03-01;08:00;;A;B",
        "__all__",
        "",
    ),
    (
        "no Swedish reason",
        ExceptionDay,
        "county;schedule;date;opens;closes;reason_fi;reason_sv",
        "koe;;2027-03-01;08:00;12:00;A;",
        "reason_sv",
        "",
    ),
    ("foreign domain", Link, "county;key;name_fi;url_fi", "koe;rikki;A;https://muualla.test/", "url_fi", ""),
    ("not an address", Link, "county;key;name_fi;url_fi", "koe;rikki;A;alue.test/ohje", "url_fi", ""),
    ("unreadable interval", Schedule, "county;key;name;hours", "koe;rikki;A;maanantaina kasista", "hours", "maanantaina"),
    ("overlapping hours", Schedule, "county;key;name;hours", "koe;rikki;A;mon 08:00-12:00, mon 11:00-13:00", "hours", ""),
    ("hours overlap", Schedule, "county;key;name;hours", '"koe";"rikki";"A";"mon 08:00-12:00; mon 11:00-13:00"', "hours", "11.00"),
    ("code of two digits", Municipality, "county;code;name_fi", "koe;46;Enonkoski", "code", ""),
    ("unknown language", Queue, "county;service;key;name_fi;languages", "koe;ikaantyneet;uusi;Uusi;fi, ru", "languages", ""),
    ("unknown group", Queue, "county;service;key;name_fi;languages;groups", "koe;ikaantyneet;u;U;fi;ei-ole", "groups", "ei-ole"),
]
GOOD_ROWS = {
    ContactPoint: GOOD,
    Holiday: "koe;2027-05-01;Vappu",
    Topic: "koe;ikaantyneet;hyva;Hyvä",
    ExceptionDay: "koe;;2027-04-01;08:00;12:00;A;B",
    Link: "koe;hyva;A;https://alue.test/",
    Schedule: "koe;hyva;A;mon 08:00-12:00",
    Municipality: "koe;046;Enonkoski",
    Queue: "koe;ikaantyneet;hyva;Hyvä;fi",
}


@pytest.mark.parametrize(
    ("model", "headers", "line", "column", "word"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_a_broken_row_is_named_and_nothing_is_taken_in(model, headers, line, column, word, directory, main_user):
    before = model.objects.count()
    good = GOOD_ROWS[model].split(";")[: len(headers.split(";"))]
    result = take(model, main_user, headers, ";".join([*good, *[""] * (len(headers.split(";")) - len(good))]), line)
    found = problems(result)
    assert (2, column) in [(number, name) for number, name, _message in found], found
    assert any(word in message for _number, _name, message in found), found
    assert model.objects.count() == before, "the good row was not taken in either"


def test_everything_that_is_wrong_in_a_row_is_told_at_once(directory, main_user):
    found = problems(
        take(ContactPoint, main_user, "county;key;kind;audience;name_fi;value;price", f"koe;x;phone;kaikki;{'n' * 121};1;halpa")
    )
    assert {column for _row, column, _message in found} == {"audience", "price", "name_fi"}


@pytest.mark.parametrize(
    ("headers", "word"),
    [("key;kind;value", "county"), (f"{POINT};colour", "colour"), (f"{POINT};key", "key")],
    ids=["missing column", "unknown column", "doubled column"],
)
def test_a_broken_heading_row_is_named(headers, word, directory, main_user):
    result = take(ContactPoint, main_user, headers, ";".join(GOOD.split(";")[: len(headers.split(";"))]))
    assert any(word in message for _n, _c, message in problems(result))
    assert not ContactPoint.objects.filter(key="uusi").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b";;\n;;\n", "empty"),
        (b"county;key\n", "no_rows"),
        (b"\xff\xfe\x00c", "encoding"),
        (b"%PDF-1.7\n", "other_kind"),
        (b"\xef\xbb\xbf\n%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "other_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "other_kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "other_kind"),
        (b"{\\rtf1\\ansi kaikki;2026-10;12\n}", "other_kind"),
        (b"<!doctype html><table><tr><td>koe</td></tr></table>", "other_kind"),
        (b"county;key\nkoe;\xe4\n", "encoding"),
        (b'county;key\nkoe;"auki\n', "csv"),
        (b"PK\x03\x04 not a zip", "xlsx"),
        (b"county;key\nkoe;a;b\n", "too_many_cells"),
        (b"county;key\n" + b"koe;a\n" * 5001, "too_many"),
        (b"x" * 1_000_001, "too_large"),
        (b"\xef\xbb\xbf", "empty"),
        (b"county;key\nkoe;a\0b\n", "csv"),
        (lambda: _with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData>"), "xlsx"),
        (lambda: _with_part("xl/workbook.xml", b"<a/>"), "xlsx"),
        (lambda: _with_part("xl/bomb.xml", b" " * 21_000_000), "too_large"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(content, code):
    with pytest.raises(ValidationError) as refused:
        read_file(content() if callable(content) else content)
    assert refused.value.code == code
    assert refused.value.messages[0]


def _with_part(name: str, part: bytes) -> bytes:
    """A proper workbook in which one part is something else."""
    old, new = io.BytesIO(write_file(tablib.Dataset(["koe", "a"], headers=["county", "key"]), "xlsx")), io.BytesIO()
    with zipfile.ZipFile(old) as parts, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as changed:
        for each in parts.namelist():
            if each != name:
                changed.writestr(each, parts.read(each))
        changed.writestr(name, part)
    return new.getvalue()


def test_a_small_file_that_claims_a_huge_sheet_costs_little():
    book = openpyxl.Workbook()
    book.active.append(["county", "key"])
    book.active.append(["koe", "a"])
    book.active.cell(1_048_576, 16_384, "x")
    content = io.BytesIO()
    book.save(content)
    tracemalloc.start()
    try:
        found = read_file(content.getvalue())
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert found[0] == ("koe", "a")


def test_the_same_row_twice_is_named(directory, main_user):
    result = take(ContactPoint, main_user, POINT, GOOD, GOOD)
    assert [(number, name) for number, name, _m in problems(result)] == [(2, "__all__")]
    assert not ContactPoint.objects.filter(key="uusi").exists()


def test_a_dry_run_tells_and_writes_nothing(directory, main_user):
    result = take(ContactPoint, main_user, POINT, GOOD, "koe;vaihde;phone;Vaihde;Växel;044 1", dry_run=True)
    assert (result.totals["new"], result.totals["update"]) == (1, 1)
    changes = [changes_of(row) for row in result.valid_rows()]
    assert ("value", "+358 44 000", "044 1") in changes[1]
    assert not ContactPoint.objects.filter(key="uusi").exists()
    assert ContactPoint.objects.get(key="vaihde").value == "+358 44 000"


def test_the_week_of_a_schedule_is_the_cell(directory, main_user):
    result = take(Schedule, main_user, "county;key;hours", '"koe";"arki";"tue 08:00-12:00; mon 22:00-06:00"')
    assert result.totals["update"] == 1, problems(result)
    hours = [(row.weekday, row.opens, row.closes) for row in WeeklyInterval.objects.filter(schedule__key="arki")]
    assert hours == [(0, time(22), time(6)), (1, time(8), time(12))]


def test_a_row_can_be_deleted_by_its_column(directory, main_user):
    result = take(Link, main_user, "county;key;delete", "koe;ohje;1")
    assert result.totals["delete"] == 1, problems(result)
    assert not Link.objects.filter(key="ohje").exists()


def test_who_may_not_change_the_county_changes_nothing(directory, outsider, supervisor, reader, responder):
    for person in (outsider, supervisor, reader, responder):
        result = take(ContactPoint, person, POINT, GOOD, "koe;vaihde;phone;X;Y;1234")
        assert {name for _n, name, _m in problems(result)} == {"county"}
    result = RESOURCES[ContactPoint](by=Staff(user_id=outsider.pk)).export()
    assert "koe" not in result["county"]
    assert ContactPoint.objects.get(key="vaihde").name_sv == "Växel"


def test_import_and_audit_say_where_it_came_from(directory, main_user):
    take(ContactPoint, main_user, POINT, GOOD)
    entry = AuditEntry.objects.filter(object_type="services.contactpoint").latest("pk")
    assert (entry.source, entry.action, entry.county) == ("import", "create", "koe")
