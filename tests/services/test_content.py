"""The content that ships: 22 counties with all names, and loading that never overwrites what people edited."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from accounts.actors import System
from services.models import ContactPoint, County, DisruptionText, Link, Municipality
from services.operations import change_row, create_row, load_directory
from tests.conftest import acting

SYSTEM = System("test")
TODAY = date(2026, 11, 21)
BILINGUAL = {"01", "03", "04", "05", "10", "17", "18", "90"}


@pytest.fixture
def loaded(db):
    return load_directory(by=SYSTEM, today=TODAY, counties=["06"])


def test_the_22_counties_are_whole(loaded):
    counties = {county.code: county for county in County.objects.all()}
    assert set(counties) == {f"{number:02}" for number in range(1, 22)} | {"90"}
    for county in counties.values():
        for language in ("fi", "sv", "en"):
            assert getattr(county, f"name_{language}"), (county.code, language)
        assert county.population > 60_000
        assert county.is_bilingual == (county.code in BILINGUAL), county.code
        assert not county.is_active
        if county.code != "90":
            assert county.name_fi.endswith(" hyvinvointialue")
            assert county.name_sv.endswith(" välfärdsområde")
    names = {code: (counties[code].name_fi, counties[code].name_sv) for code in ("02", "06", "90")}
    assert names == {
        "02": ("Keski-Uudenmaan hyvinvointialue", "Mellersta Nylands välfärdsområde"),
        "06": ("Satakunnan hyvinvointialue", "Satakunta välfärdsområde"),
        "90": ("Helsingin kaupunki", "Helsingfors stad"),
    }


def test_municipalities_of_two_counties(loaded):
    assert Municipality.objects.filter(county__code="06").count() == 16
    savo = {each.code: each for each in Municipality.objects.filter(county__code="12")}
    assert len(savo) == 12
    assert (savo["588"].valid_to, savo["588"].successor.code) == (date(2024, 12, 31), "507")
    assert (savo["491"].name_fi, savo["491"].name_sv) == ("Mikkeli", "S:t Michel")
    assert all(each.name_fi and each.name_sv and each.name_en for each in Municipality.objects.all())


def test_contact_points_and_links(loaded):
    points = {point.key: point for point in ContactPoint.objects.filter(county__code="06")}
    assert len(points) == 15
    assert points["paivystysapu_116117"].value == "116 117"
    assert points["social_emergency_phone"].value == ""
    assert points["social_emergency_phone"].needs_check
    assert not points["hatanumero_112"].needs_check
    assert all(
        point.name_fi and point.name_sv and point.name_en and point.note_fi and point.review_date for point in points.values()
    )
    assert Link.objects.filter(county__code="06", key="omakanta").exists()
    assert "06: social_emergency_phone" in loaded.to_fill
    assert "06: omaishoidon_tuki" in loaded.to_fill
    assert not ContactPoint.objects.exclude(county__code="06").exists(), "a county that is not in use needs none yet"


def test_loading_again_makes_nothing_and_overwrites_nothing(loaded, person, grant):
    user = person("pia")
    county = County.objects.get(code="06")
    grant(user, "main_user", county=county)
    point = ContactPoint.objects.get(county=county, key="nollalinja")
    change_row(by=acting(user), row=point, values={"value": "080 005 006"})
    change_row(by=acting(user), row=county, values={"brand_name_fi": "Oma nimi"})
    again = load_directory(by=SYSTEM, today=TODAY, counties=["06"])
    assert sum(again.made.values()) == 0
    point.refresh_from_db()
    county.refresh_from_db()
    assert (point.value, county.brand_name_fi) == ("080 005 006", "Oma nimi")
    point.delete()
    load_directory(by=SYSTEM, today=TODAY, counties=["06"])
    assert ContactPoint.objects.filter(county=county, key="nollalinja").exists()


def test_only_the_portal_loads(db, main_user):
    with pytest.raises(PermissionDenied):
        load_directory(by=acting(main_user), today=TODAY)
    with pytest.raises(ValidationError):
        load_directory(by=SYSTEM, today=TODAY, counties=["99"])
    assert not County.objects.filter(code="01").exists()


def test_the_commands(db, tmp_path):
    out = StringIO()
    call_command("load_content", "--county", "06", stdout=out)
    assert "22 × county" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("load_content", "--county", "77", stdout=out)
    file = tmp_path / "kunnat.csv"
    file.write_text(
        "county;code;name_fi;name_sv;valid_to;successor\n06;050;Eura;Eura;;\n06;051;Eurajoki;Euraåminne;2026-12-31;050\n"
    )
    out = StringIO()
    call_command("import_municipalities", str(file), "--county", "06", stdout=out)
    assert "ended    051" in out.getvalue()
    assert Municipality.objects.get(code="051").valid_to is None, "nothing is taken in unseen"
    call_command("import_municipalities", str(file), "--county", "06", "--accept", "051", stdout=out)
    assert Municipality.objects.get(code="051").successor.code == "050"
    for broken in ("county;code\n06;1\n", "county;code;name_fi\n06;1;X\n", "county;code;name_fi;valid_to\n06;050;X;eilen\n"):
        file.write_text(broken)
        with pytest.raises(CommandError):
            call_command("import_municipalities", str(file), "--county", "06", stdout=out)


def test_prepared_notices_of_disruptions_are_whole_in_three_languages(loaded):
    rows = list(DisruptionText.objects.filter(county__code="06"))
    assert len(rows) >= 7
    for row in rows:
        for name in ("title", "text", "staff_text"):
            for language in ("fi", "sv", "en"):
                words = getattr(row, f"{name}_{language}")
                assert words, (row.key, name, language)
                assert len(words) <= 600
    by_key = {row.key: row for row in rows}
    assert by_key["chat_down"].stops_intake
    assert not by_key["rush"].stops_intake
    assert "112" in by_key["chat_down"].text_sv
    assert not DisruptionText.objects.exclude(county__code="06").exists(), "a county that is not in use needs none yet"


def test_a_bilingual_countys_prepared_notice_has_swedish(county, main_user, supervisor):
    row = DisruptionText(county=county, key="oma", title_fi="Oma", text_fi="Poikki")
    with pytest.raises(ValidationError) as refused:
        create_row(by=acting(main_user), row=row)
    assert "text_sv" in refused.value.error_dict
    row.text_sv = "Av"
    with pytest.raises(PermissionDenied):
        create_row(by=acting(supervisor), row=row)
    create_row(by=acting(main_user), row=row)
    assert str(row) == "Oma"
