"""Every night what residents walk is checked as at publishing, and whoever looks after a path that no longer holds hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.choices import Role
from accounts.models import Grant, OutgoingMail, User
from guidance.document import from_json, read_path, to_json
from guidance.models import Path, PathCheck, PathVersion
from guidance.operations import arrange_path, check_paths, create_path, withdraw_path
from guidance.tasks import check_paths as nightly
from services.models import ContactPoint, County, Link, Queue
from tests.conftest import acting
from tests.guidance.conftest import Publish
from tests.guidance.desk.conftest import ROOT
from tests.guidance.making import in_all, make_link, small

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOW = timezone.now()
HEAD = "Nämä eivät enää pidä paikkaansa"


def night(now: datetime = NOW) -> int:
    return check_paths(by=System("test"), now=now)


def letters() -> list[str]:
    return list(OutgoingMail.objects.filter(key__startswith="path-check:").order_by("pk").values_list("to", flat=True))


def codes() -> list[str]:
    return [code for check in PathCheck.objects.all() for code, _place in check.wrong]


def empty_number() -> None:
    ContactPoint.objects.filter(key="asiakasohjaus").update(value="")


def fill_number() -> None:
    ContactPoint.objects.filter(key="asiakasohjaus").update(value="000 100 1004")


class TestChecking:
    def test_what_holds_leaves_a_row_and_no_letter(self, version: PathVersion) -> None:
        assert night() == 0
        check = PathCheck.objects.get()
        assert (check.version, check.walks, check.wrong, check.checked_at) == (version, 1, [], NOW)
        assert letters() == []

    def test_a_scenario_that_leads_elsewhere_is_found(self, version: PathVersion) -> None:
        raw = small(walks=[{"answers": ["ei", "jatka", "lyhyt"], "outcome": "o_chat"}])
        PathVersion.objects.filter(pk=version.pk).update(text=to_json(read_path(raw)))
        assert night() == 1
        assert codes() == ["walk"]
        assert PathCheck.objects.get().wrong == [["walk", "walk 1"]]

    @pytest.mark.parametrize(
        ("change", "found"),
        [
            (empty_number, {"contact_without_number"}),
            (lambda: ContactPoint.objects.filter(key="asiakasohjaus").update(key="muu"), {"contact_unknown"}),
            (lambda: Queue.objects.update(is_active=False), {"queue_unknown"}),
            (lambda: Link.objects.filter(key="ohje").delete(), {"link_unknown"}),
            (lambda: PathVersion.objects.update(text="{"), {"unreadable"}),
            (lambda: County.objects.update(official_languages=["fi", "sv", "se"]), set()),
        ],
    )
    def test_what_changed_around_it_is_found(self, version: PathVersion, change: Callable[[], Any], found: set[str]) -> None:
        change()
        assert night() == bool(found)
        assert set(codes()) == found

    def test_another_path_that_was_taken_away_is_found(
        self, publish: Publish, path_author: User, version: PathVersion, county: County
    ) -> None:
        raw = small(slug="uni", title=in_all("Uni"))
        raw["nodes"]["o_self"]["also"] = [{"kind": "path_link", "path": "kuume"}]
        publish(raw)
        assert night() == 0
        withdraw_path(by=acting(path_author), path=version.path, now=NOW)
        assert night() == 1
        assert codes() == ["path_unknown"]

    def test_only_what_residents_walk_is_checked(
        self, publish: Publish, version: PathVersion, county: County, path_author: User
    ) -> None:
        create_path(by=acting(path_author), county=county, document=read_path(small(slug="luonnos", start="puuttuu")))
        night()
        assert list(PathCheck.objects.values_list("version", flat=True)) == [version.pk]
        second = publish()
        night()
        assert list(PathCheck.objects.values_list("version", flat=True)) == [second.pk]
        withdraw_path(by=acting(path_author), path=version.path, now=NOW)
        assert night() == 0
        assert not PathCheck.objects.exists()

    def test_a_county_that_is_not_in_use_is_left_alone(self, version: PathVersion) -> None:
        empty_number()
        County.objects.update(is_active=False)
        assert night() == 0
        assert letters() == []

    def test_only_the_portal_itself_checks(self, version: PathVersion, main_user: User, resident: Resident) -> None:
        for by in (acting(main_user), resident):
            with pytest.raises(PermissionDenied):
                check_paths(by=by, now=NOW)
        assert not PathCheck.objects.exists()

    def test_the_job_of_the_night_checks(self, version: PathVersion) -> None:
        empty_number()
        assert nightly() == 1
        assert codes()


class TestLetters:
    def test_the_owner_hears_once_and_again_when_it_breaks_anew(self, version: PathVersion, path_author: User) -> None:
        arrange_path(by=acting(path_author), path=version.path, owner=path_author, review_on=None, seen=version.path.version)
        empty_number()
        night()
        night(NOW + timedelta(days=1))
        assert letters() == [path_author.email]
        fill_number()
        assert night(NOW + timedelta(days=2)) == 0
        empty_number()
        night(NOW + timedelta(days=3))
        assert letters() == [path_author.email] * 2
        body = OutgoingMail.objects.last().body  # type: ignore[union-attr]
        assert "Kuume: 2 asiaa korjattavana" in body
        assert "/ohjauspolut/" in body

    def test_mending_one_of_two_writes_no_letter_of_the_other(
        self, publish: Publish, version: PathVersion, path_author: User
    ) -> None:
        publish(small(slug="uni", title=in_all("Uni")))
        Path.objects.update(owner=path_author)
        empty_number()
        assert night() == 2
        assert letters() == [path_author.email]
        withdraw_path(by=acting(path_author), path=version.path, now=NOW)
        assert night(NOW + timedelta(days=1)) == 1
        assert letters() == [path_author.email]

    def test_without_an_owner_at_work_all_who_write_paths_hear(
        self, version: PathVersion, path_author: User, main_user: User, responder: User
    ) -> None:
        Path.objects.update(owner=responder)  # writes no paths
        empty_number()
        night()
        assert set(letters()) == {path_author.email, main_user.email}

    def test_it_is_in_the_reader_s_language(self, version: PathVersion, path_author: User) -> None:
        User.objects.filter(pk=path_author.pk).update(language="sv")
        Path.objects.update(owner=path_author)
        empty_number()
        night()
        letter = OutgoingMail.objects.get(key__startswith="path-check:")
        assert "Kuume (sv)" in letter.body
        assert letter.subject == "Vägledningsstigar att rätta"

    def test_a_passed_review_day_is_told_once(self, version: PathVersion, path_author: User) -> None:
        path = version.path
        arrange_path(by=acting(path_author), path=path, owner=path_author, review_on=timezone.localdate(NOW), seen=path.version)
        night()
        assert letters() == []
        for days in (1, 2):
            night(NOW + timedelta(days=days))
        assert letters() == [path_author.email]
        path.refresh_from_db()
        later = timezone.localdate(NOW) + timedelta(days=3)
        arrange_path(by=acting(path_author), path=path, owner=path_author, review_on=later, seen=path.version)
        night(NOW + timedelta(days=4))
        assert letters() == [path_author.email] * 2

    def test_nobody_of_another_county_hears(self, version: PathVersion, outsider: User, other_county: County) -> None:
        Grant.objects.create(user=outsider, county=other_county.code, role=Role.PATH_AUTHOR)
        empty_number()
        night()
        assert outsider.email not in letters()


class TestLibrary:
    def page(self, client: Client) -> str:
        return client.get(ROOT).content.decode()

    def test_it_tells_what_no_longer_holds_until_it_is_mended(
        self, signed_in: Any, path_author: User, version: PathVersion
    ) -> None:
        client = signed_in(path_author)
        assert "Viimeisin yötarkistus" not in self.page(client)
        night()
        assert "Kaikki pitävät paikkansa" in self.page(client)
        empty_number()
        night()
        page = self.page(client)
        assert HEAD in page
        assert "Kaikki pitävät" not in page
        assert "polku/kuume/?versio=1" in page
        fill_number()
        assert HEAD not in self.page(client)  # no night between

    def test_those_who_do_not_write_do_not_see_it(self, signed_in: Any, responder: User, version: PathVersion) -> None:
        empty_number()
        night()
        page = self.page(signed_in(responder))
        assert HEAD not in page
        assert "Viimeisin yötarkistus" not in page

    def test_another_county_s_are_not_told_of(
        self, signed_in: Any, outsider: User, other_county: County, version: PathVersion
    ) -> None:
        Grant.objects.create(user=outsider, county=other_county.code, role=Role.PATH_AUTHOR)
        empty_number()
        night()
        page = self.page(signed_in(outsider, host="toinen.test"))
        assert "Kuume" not in page
        assert "Viimeisin yötarkistus" not in page


def test_the_document_of_a_checked_version_is_as_it_was(version: PathVersion, county: County) -> None:
    make_link(county)
    before = version.text
    night()
    version.refresh_from_db()
    assert version.text == before
    assert from_json(before).slug == "kuume"
