"""The library of the staff: to whom it opens, what it tells of each path, and how a path is begun and copied."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from guidance.document import from_json, read_path
from guidance.models import Path, PathVersion
from guidance.operations import arrange_path, create_path, send_for_approval
from services.models import County
from tests.conftest import acting
from tests.guidance.conftest import Publish
from tests.guidance.desk.conftest import HERE, ROOT
from tests.guidance.making import in_all, small

pytestmark = pytest.mark.django_db
NEW = {"slug": "uni", "title_fi": "Uni", "title_sv": "Sömn", "title_en": "Sleep", "area": "yleinen"}


class TestDoors:
    @pytest.mark.parametrize("role", ["responder", "coordinator", "manager", "area_professional", "privacy_officer", "reader"])
    def test_who_works_for_the_county_reads_what_is_published(
        self, signed_in: Any, request: pytest.FixtureRequest, version: PathVersion, role: str
    ) -> None:
        client = signed_in(request.getfixturevalue(role))
        page = client.get(ROOT).content.decode()
        assert "Kuume" in page
        assert "Aloita uusi polku" not in page
        assert client.get(HERE).status_code == 200
        assert "Muokkaa" not in client.get(HERE).content.decode()

    @pytest.mark.parametrize("role", ["responder", "manager", "reader"])
    def test_drafts_are_for_those_who_write(
        self, signed_in: Any, request: pytest.FixtureRequest, draft: PathVersion, role: str
    ) -> None:
        client = signed_in(request.getfixturevalue(role))
        assert "Kuume" not in client.get(ROOT).content.decode()
        assert client.get(HERE).status_code == 404
        assert client.get(f"{HERE}vie.yaml").status_code == 404
        assert b"kuume" not in client.get(f"{ROOT}vie.yaml").content

    @pytest.mark.parametrize("who", ["outsider", "former"])
    def test_nobody_else_comes_in(self, signed_in: Any, request: pytest.FixtureRequest, version: PathVersion, who: str) -> None:
        client = signed_in(request.getfixturevalue(who))
        for address in (ROOT, HERE, f"{HERE}erot/?a=1&b=1", f"{ROOT}vie.yaml", f"{HERE}vie.yaml"):
            assert client.get(address).status_code == 403, address

    @pytest.mark.parametrize("role", ["responder", "coordinator", "manager", "area_professional", "privacy_officer", "reader"])
    def test_only_authors_and_main_users_write(
        self, signed_in: Any, request: pytest.FixtureRequest, version: PathVersion, role: str
    ) -> None:
        client = signed_in(request.getfixturevalue(role))
        for address in ("uusi/", "tuo/"):
            assert client.get(f"{ROOT}{address}").status_code == 403
        for address in ("asetukset/", "kohta/q1/", "kohta/q1/poista/", "kopioi/", "poista-luonnos/", "lopeta/"):
            assert client.get(f"{HERE}{address}").status_code == 403, address
            assert client.post(f"{HERE}{address}").status_code == 403, address
        for address in ("lisaa/", "tapaus/", "siirra/", "vastuut/"):
            assert client.post(f"{HERE}{address}", {"do": "begin", "version": "1"}).status_code == 403, address
        assert PathVersion.objects.count() == 1

    def test_the_other_county_has_a_library_of_its_own(
        self, signed_in: Any, outsider: User, other_county: County, version: PathVersion
    ) -> None:
        client = signed_in(outsider, host="toinen.test")
        assert "Kuume" not in client.get(ROOT).content.decode()
        assert client.get(HERE).status_code == 404
        assert client.post(f"{HERE}siirra/", {"do": "begin", "version": "1"}).status_code == 404

    def test_the_menu_leads_here(self, signed_in: Any, path_author: User, version: PathVersion) -> None:
        assert f'href="{ROOT}" aria-current="page"' in signed_in(path_author).get(ROOT).content.decode()


class TestList:
    def test_it_says_when_there_is_nothing(self, signed_in: Any, path_author: User, county: County) -> None:
        assert "Polkuja ei vielä ole" in signed_in(path_author).get(ROOT).content.decode()

    def test_it_tells_state_owner_and_findings(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        page = signed_in(path_author).get(ROOT).content.decode()
        assert "Versio 1: Luonnos" in page
        assert "Ei korjattavaa" in page
        assert str(path_author) in page

    def test_it_counts_what_must_be_mended(self, signed_in: Any, path_author: User, county: County, draft: PathVersion) -> None:
        broken = small(slug="rikki", title=in_all("Rikki"), start="puuttuu")
        create_path(by=acting(path_author), county=county, document=read_path(broken))
        assert "korjattavana" in signed_in(path_author).get(f"{ROOT}?q=rikki").content.decode()

    def test_a_passed_review_day_is_told(self, signed_in: Any, path_author: User, version: PathVersion) -> None:
        client = signed_in(path_author)
        assert "Päivä on ohi" not in client.get(ROOT).content.decode()
        path = Path.objects.get()
        yesterday = timezone.localdate() - timedelta(days=1)
        arrange_path(by=acting(path_author), path=path, owner=path_author, review_on=yesterday, seen=path.version)
        assert "Päivä on ohi" in client.get(ROOT).content.decode()

    def test_words_find_a_path(self, signed_in: Any, path_author: User, draft: PathVersion, county: County) -> None:
        other = small(slug="uni", title=in_all("Uni"), keywords={"fi": ["nukkuminen"]})
        create_path(by=acting(path_author), county=county, document=read_path(other))
        client = signed_in(path_author)
        found = client.get(f"{ROOT}?q=nukku").content.decode()
        assert "polku/uni/" in found
        assert "polku/kuume/" not in found
        assert "Millään polulla ei ole" in client.get(f"{ROOT}?q=olematon").content.decode()

    def test_what_waits_is_told_to_who_may_approve(
        self, signed_in: Any, path_author: User, main_user: User, draft: PathVersion
    ) -> None:
        send_for_approval(by=acting(path_author), version=draft, seen=draft.version, now=timezone.now())
        assert "odottavat hyväksyntääsi" in signed_in(main_user).get(ROOT).content.decode()
        assert "odottavat hyväksyntääsi" not in signed_in(path_author).get(ROOT).content.decode()

    def test_the_number_of_queries_does_not_follow_the_paths(
        self,
        signed_in: Any,
        path_author: User,
        county: County,
        draft: PathVersion,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        client = signed_in(path_author)
        client.get(ROOT)
        with django_assert_max_num_queries(22):
            client.get(ROOT)
        for number in range(12):
            create_path(by=acting(path_author), county=county, document=read_path(small(slug=f"polku-{number}")))
        client.get(ROOT)
        with django_assert_max_num_queries(22):
            client.get(ROOT)


class TestNew:
    def test_a_path_begins_with_a_frame(self, signed_in: Any, path_author: User, county: County, draft: PathVersion) -> None:
        answer = signed_in(path_author).post(f"{ROOT}uusi/", {**NEW, "health": "on"})
        assert answer.status_code == 302, answer.content.decode()
        version = PathVersion.objects.get(path__slug="uni")
        document = from_json(version.text)
        assert version.is_health
        assert document.nodes["o_112"].kind == "call_112"  # type: ignore[union-attr]
        assert version.path.owner == path_author

    def test_an_address_name_is_taken_once(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        answer = signed_in(path_author).post(f"{ROOT}uusi/", {**NEW, "slug": "kuume"})
        assert answer.status_code == 422
        assert 'value="Uni"' in answer.content.decode()

    def test_a_copy_has_another_name_and_the_same_nodes(self, signed_in: Any, path_author: User, draft: PathVersion) -> None:
        copy = {"slug": "kuume-lapsi", "title_fi": "Lapsen kuume"}
        assert signed_in(path_author).post(f"{HERE}kopioi/", copy).status_code == 302
        made = from_json(PathVersion.objects.get(path__slug="kuume-lapsi").text)
        assert made.title.fi == "Lapsen kuume"
        assert made.nodes == from_json(draft.text).nodes


def test_a_stranger_is_asked_to_sign_in(client: Client, version: PathVersion) -> None:
    assert "/tili/" in client.get(HERE)["Location"]


def test_publishing_shows_it_to_everybody(signed_in: Any, reader: User, publish: Publish) -> None:
    publish()
    assert "Kuume" in signed_in(reader).get(ROOT).content.decode()
