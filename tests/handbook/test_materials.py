"""The materials library: found, kept by the main user and the supervisors of services, and checked at night like any link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.actors import Resident, System
from accounts.models import AuditEntry, StoredFile, User
from handbook.directory import Entry, card_words, find_entries, materials_of
from handbook.live import live_of, live_of_all
from services.models import Channel, ContactPoint, County, Link, Redirect, Service
from services.operations import add_material, change_material, check_links, load_directory, remove_material
from services.operations.links import CheckResult
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
PAGE = "/fi/kasikirja/materiaalit/"


@pytest.fixture(autouse=True)
def _allowed(county: County) -> None:
    County.objects.filter(pk=county.pk).update(allowed_domains=["alue.test"], website="https://www.alue.test/")
    county.refresh_from_db()


def values(**more: Any) -> dict[str, Any]:
    return {"name_fi": "Tiimin ryhmä", "url_fi": "https://alue.test/ryhma", "category": "group", "audience": "internal", **more}


def form(**more: str) -> dict[str, str]:
    return {"name_fi": "Tiimin ryhmä", "url_fi": "https://alue.test/ryhma", "category": "group", "audience": "internal", **more}


def test_the_main_user_keeps_all_and_the_supervisor_her_services(
    county: County, service: Service, second_service: Service, main_user: User, supervisor: User
) -> None:
    common = add_material(by=acting(main_user), county=county, values=values(name_sv="Gruppen"))
    assert (common.key, common.is_material) == ("tiimin-ryhma", True)
    own = add_material(by=acting(supervisor), county=county, values=values(name_sv="Vår grupp", service=service))
    assert own.key == "tiimin-ryhma-2"
    for wrong in ({}, {"service": second_service}):
        with pytest.raises(PermissionDenied):
            add_material(by=acting(supervisor), county=county, values=values(name_sv="x", **wrong))
    with pytest.raises(PermissionDenied):  # she does not make it somebody else's, nor a plain link
        change_material(by=acting(supervisor), material=own, values={"category": "group", "service": second_service})
    with pytest.raises(PermissionDenied):
        change_material(by=acting(supervisor), material=common, values=values(name_fi="Muu"))
    changed = change_material(by=acting(supervisor), material=own, values={"category": "video"}, version=own.version)
    assert changed.category == "video"
    with pytest.raises(ValidationError):
        change_material(by=acting(supervisor), material=changed, values={"category": ""})
    remove_material(by=acting(supervisor), material=changed)
    assert materials_of(county) == [common]
    assert AuditEntry.objects.filter(object_type="services.link", action="delete").exists()


@pytest.mark.parametrize("name", ["responder", "colleague", "second_responder", "reader", "coordinator", "former", "outsider"])
def test_nobody_else_keeps_anything(
    name: str, county: County, service: Service, main_user: User, request: pytest.FixtureRequest
) -> None:
    by = acting(request.getfixturevalue(name))
    row = add_material(by=acting(main_user), county=county, values=values(service=service))
    for act in (
        lambda: add_material(by=by, county=county, values=values(service=service)),
        lambda: change_material(by=by, material=row, values=values(name_fi="Muu")),
        lambda: remove_material(by=by, material=row),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert not Link.objects.editable_by(by).filter(county=county).exists()


def test_a_plain_link_is_no_material_of_a_supervisor(county: County, service: Service, supervisor: User) -> None:
    plain = Link.objects.create(county=county, key="sivu", name_fi="Sivu", url_fi="https://alue.test/", service=service)
    with pytest.raises(PermissionDenied):
        change_material(by=acting(supervisor), material=plain, values=values())
    with pytest.raises(PermissionDenied):
        remove_material(by=acting(supervisor), material=plain)
    assert materials_of(county) == []


def test_only_an_address_that_the_county_allows(county: County, main_user: User) -> None:
    for url in ("https://muualla.test/", "javascript:alert(1)"):
        with pytest.raises(ValidationError):
            add_material(by=acting(main_user), county=county, values=values(url_fi=url))


def test_the_nightly_check_looks_at_it_too(county: County, main_user: User, signed_in: SignedIn) -> None:
    row = add_material(by=acting(main_user), county=county, values=values(url_fi="https://ei-ole.alue.test/"))
    County.objects.filter(pk=county.pk).update(is_active=True)
    assert check_links(by=System("night"), now=timezone.now(), policy=lambda _address: False, timeout=0.2) == 1
    row.refresh_from_db()
    assert row.fails == 1 and row.check_result != CheckResult.OK
    assert "Linkki ei toimi" in signed_in(main_user).get(PAGE).content.decode()


def test_the_page_lists_filters_and_finds(
    county: County,
    service: Service,
    main_user: User,
    responder: User,
    signed_in: SignedIn,
    django_assert_max_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("config.frame.SURROUNDINGS_SECONDS", 600.0)  # shared by pages: on a slow machine it would be read anew
    client = signed_in(responder)
    assert "Aineistoja ei vielä ole" in client.get(PAGE).content.decode()
    add_material(by=acting(main_user), county=county, values=values())
    late = timezone.localdate() - timedelta(days=1)
    add_material(
        by=acting(main_user),
        county=county,
        values=values(
            name_fi="Muistisairaan kohtaaminen",
            category="video",
            service=service,
            audience="public",
            owner=main_user,
            review_date=late,
        ),
    )
    page = client.get(PAGE).content.decode()
    assert "Tiimin ryhmä" in page and "Muistisairaan" in page and gettext("Review is due") in page
    assert main_user.shown_name in page and "Lisää aineisto" not in page and "materiaalit/tiimin-ryhma/" not in page
    for query, found, other in (
        ("?q=muistisairaalle", "Muistisairaan", "Tiimin"),
        (f"?palvelu={service.key}", "Muistisairaan", "Tiimin"),
        ("?laji=group", "Tiimin", "Muistisairaan"),
    ):
        page = client.get(f"{PAGE}{query}").content.decode()
        assert found in page and other not in page, query
    assert "Tällaista aineistoa ei ole" in client.get(f"{PAGE}?q=xyzzy").content.decode()
    with django_assert_max_num_queries(30) as few:
        client.get(PAGE)
    for n in range(5):
        add_material(by=acting(main_user), county=county, values=values(name_fi=f"Uusi {n}", service=service))
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(PAGE)


def test_the_form_from_new_to_removed(county: County, service: Service, supervisor: User, signed_in: SignedIn) -> None:
    client = signed_in(supervisor)
    new = client.get(f"{PAGE}uusi/").content.decode()
    assert service.key in new and "Koko hyvinvointialue" not in new
    wrong = client.post(f"{PAGE}uusi/", form(service=service.key, url_fi="https://muualla.test/"))
    assert wrong.status_code == 422 and "Tiimin ryhmä" in wrong.content.decode()
    assert (
        client.post(f"{PAGE}uusi/", form(service=service.key, name_sv="Grupp", owner=str(supervisor.public_id))).status_code == 302
    )
    row = Link.objects.get(key="tiimin-ryhma")
    assert (row.service, row.owner) == (service, supervisor)
    stale = {"version": str(row.version), "service": service.key}
    assert client.post(f"{PAGE}tiimin-ryhma/", form(**stale, name_sv="Grupp", note_fi="Kysymykset")).status_code == 302
    assert client.post(f"{PAGE}tiimin-ryhma/", form(**stale, note_fi="Muu")).status_code == 422  # somebody saved meanwhile
    assert "Poistetaanko" in client.get(f"{PAGE}tiimin-ryhma/poista/").content.decode()
    assert Link.objects.filter(key="tiimin-ryhma").exists()
    assert client.post(f"{PAGE}tiimin-ryhma/poista/").status_code == 302
    assert not Link.objects.filter(key="tiimin-ryhma").exists()
    for old in (f"{PAGE}tiimin-ryhma/", f"{PAGE}tiimin-ryhma/poista/"):
        gone = client.get(old)
        assert gone.status_code == 404
        assert "Aineistoa ei ole kirjastossa" in gone.content.decode() and f'action="{PAGE}"' in gone.content.decode()


@pytest.mark.parametrize(
    ("name", "reads", "keeps"),
    [
        ("main_user", 200, 200),
        ("supervisor", 200, 200),
        ("responder", 200, 403),
        ("second_responder", 200, 403),
        ("reader", 200, 403),
        ("former", 403, 403),
        ("outsider", 403, 403),
    ],
)
def test_every_door(
    name: str, reads: int, keeps: int, county: County, service: Service, main_user: User, signed_in: SignedIn, request: Any
) -> None:
    add_material(by=acting(main_user), county=county, values=values(service=service))
    client = signed_in(request.getfixturevalue(name))
    assert client.get(PAGE).status_code == reads
    for path in (f"{PAGE}uusi/", f"{PAGE}tiimin-ryhma/", f"{PAGE}tiimin-ryhma/poista/"):
        assert client.get(path).status_code == keeps, path
        if keeps == 403:
            assert client.post(path, form(service=service.key)).status_code == 403, path
    assert client.get(f"{PAGE}ei-ole/").status_code == (404 if reads == 200 else 403)
    assert Link.objects.filter(key="tiimin-ryhma", name_fi="Tiimin ryhmä").exists()
    assert Client().get(PAGE).status_code == 302


PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"


def upload(name: str = "ohje.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_material_may_be_a_file_of_the_portals_own(
    county: County, service: Service, supervisor: User, responder: User, reader: User, outsider: User, signed_in: SignedIn
) -> None:
    """S001-36: no dependence on another tool. Downloaded by the staff alone, replaced and removed whole."""
    keeps, given = signed_in(supervisor), {**form(service=service.key), "url_fi": "", "name_fi": "Ohje"}
    assert keeps.post(f"{PAGE}uusi/", given).status_code == 422, "an address or a file"
    for wrong in ({"url_fi": "https://alue.test/x"}, {"audience": "public"}, {"file": upload(content=b"<html><script>")}):
        answer = keeps.post(f"{PAGE}uusi/", {**given, "file": upload(), **wrong})
        assert answer.status_code == 422 and not StoredFile.objects.exists(), wrong
    assert keeps.post(f"{PAGE}uusi/", {**given, "file": upload()}).status_code == 302
    door = f"{PAGE}ohje/tiedosto/"
    page = signed_in(responder).get(PAGE).content.decode()
    assert f'href="{door}"' in page and "Tiedosto" in page
    for person, status in ((responder, 200), (reader, 200), (outsider, 403)):
        assert signed_in(person).get(door).status_code == status
    assert Client().get(door).status_code == 302
    sent = signed_in(responder).get(door)
    assert (sent.content, sent["Content-Type"]) == (PDF, "application/pdf")
    assert sent["Content-Disposition"].startswith("attachment") and "ohje.pdf" in sent["Content-Disposition"]
    assert check_links(by=System("test"), now=timezone.now()) == 0
    row = Link.objects.get(key="ohje")
    assert card_words(Entry("link", row.key, row, internal=True), "fi") == ""
    kept = {**given, "version": str(row.version), "note_fi": "Uusin"}
    assert keeps.post(f"{PAGE}ohje/", kept).status_code == 302
    row.refresh_from_db()
    assert (row.note_fi, StoredFile.objects.get().pk) == ("Uusin", row.file_id), "the file stays when another thing is changed"
    newer = {**kept, "version": str(row.version), "file": upload("uusi.txt", b"Uusi ohje")}
    assert keeps.post(f"{PAGE}ohje/", newer).status_code == 302
    assert StoredFile.objects.get().name == "uusi.txt"
    row.refresh_from_db()
    away = {**kept, "version": str(row.version), "url_fi": "https://alue.test/ohje"}
    assert keeps.post(f"{PAGE}ohje/", away).status_code == 302
    assert not StoredFile.objects.exists() and signed_in(responder).get(door).status_code == 404
    assert keeps.post(f"{PAGE}uusi/", {**given, "name_fi": "Toinen", "file": upload()}).status_code == 302
    assert signed_in(responder).post(f"{PAGE}toinen/poista/").status_code == 403
    assert keeps.post(f"{PAGE}toinen/poista/").status_code == 302
    assert not StoredFile.objects.exists()


def test_the_file_of_a_material_goes_with_it_from_the_admin_too(
    county: County, service: Service, supervisor: User, main_user: User, signed_in: SignedIn
) -> None:
    given = {**form(service=service.key), "url_fi": "", "name_fi": "Ohje", "file": upload()}
    assert signed_in(supervisor).post(f"{PAGE}uusi/", given).status_code == 302
    row = Link.objects.get(key="ohje")
    answer = signed_in(main_user).post(reverse("admin:services_link_delete", args=[row.pk]), {"post": "yes"})
    assert answer.status_code == 302
    assert not Link.objects.filter(pk=row.pk).exists()
    assert not StoredFile.objects.exists()


def test_a_resident_reads_no_material(county: County, resident: Resident) -> None:
    Link.objects.create(county=county, key="x", name_fi="x", url_fi="https://alue.test/", category="group", audience="public")
    assert not Link.objects.readable_by(resident).exists()


def test_the_live_part_lists_the_directory_of_the_service(
    county: County, service: Service, second_service: Service, main_user: User, responder: User, django_assert_num_queries: Any
) -> None:
    row = add_material(by=acting(main_user), county=county, values=values(service=service))
    add_material(by=acting(main_user), county=county, values=values(name_fi="Toisen", service=second_service))
    Redirect.objects.create(service=service, matter_fi="Ajanvaraus", to_service=second_service)
    now = timezone.now()
    with django_assert_num_queries(3):
        live = live_of("service_orientation", county, service, now=now)
    assert live is not None
    assert list(live.directory.materials) == [row]
    assert [each.contact_point for each in live.directory.channels] == [
        each.contact_point for each in Channel.objects.filter(service=service)
    ]
    assert [each.to_service for each in live.directory.redirects] == [second_service]
    with django_assert_num_queries(0):
        empty = live_of("service_orientation", county, None, now=now)
    assert empty is not None and not empty.directory.channels


def test_the_live_parts_of_the_whole_book_cost_the_same_for_few_and_many_services(
    county: County, service: Service, second_service: Service, django_assert_num_queries: Any
) -> None:
    point = ContactPoint.objects.create(county=county, key="tuki", name_fi="Tuki", kind="phone", value="044 123 4567")
    Service.objects.filter(pk=service.pk).update(responder_support=point)
    services, now = list(Service.objects.filter(pk=service.pk)), timezone.now()
    with CaptureQueriesContext(connection) as asked:
        one = live_of_all(county, services, now=now)
    assert [(live.service, live.parts) for live in one["problem_situations"]] == [
        (None, frozenset({"disruptions"})),
        (service, frozenset({"support"})),
    ]
    assert one["problem_situations"][1].support == [("responders", point)]
    services = list(Service.objects.filter(county=county))
    assert len(services) > 1
    with django_assert_num_queries(len(asked)):
        many = live_of_all(county, services, now=now)
    alone = live_of("local_agreements", county, services[0], now=now)
    assert alone is not None
    assert [line.queue for line in many["local_agreements"][0].lines] == [line.queue for line in alone.lines]
    assert len(many["practical_matters"]) == len(services)


def test_the_search_finds_the_third_sector_too(county: County) -> None:
    County.objects.filter(pk=county.pk).update(allowed_domains=["muistiliitto.fi"])
    load_directory(by=System("test"), today=timezone.localdate(), counties=[county.code])
    assert "muistiliitto" in [each.id for each in find_entries(county, "muistiliitosta", language="fi")]
