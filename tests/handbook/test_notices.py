"""Notices to the staff: who writes, who reads, what is frozen, and how many have read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from handbook.models import NoticeReading, NoticeVersion, StaffNotice
from handbook.notices import board_of, reach_of, unread_count
from handbook.operations.notices import (
    delete_notice_draft,
    mark_notice_read,
    publish_notice,
    save_notice,
    withdraw_notice,
    write_notice,
)
from services.models import County, Service, Use
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, text
from tests.handbook.hostile import CORPUS, running_in
from tests.handbook.test_chapters import refused
from tests.handbook.test_pages import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
BOARD = "/fi/kasikirja/tiedotteet/"
Posted = Callable[..., NoticeVersion]


def made(county: County, service: Service | None, *, by: Any = PORTAL, title: str = "Uusi numero", **facts: Any) -> NoticeVersion:
    words = {"title": text(title), "body": text("Soita vaihteeseen."), **facts}
    return write_notice(by=by, county=county, service=service, **words)


@pytest.fixture
def posted(county: County, service: Service) -> Posted:
    """Publishes a notice of the service, or of what is given."""

    def make(*, of: Service | None = service, by: Any = PORTAL, **facts: Any) -> NoticeVersion:
        draft = made(county, of, by=by, **facts)
        return publish_notice(by=by, version=draft, seen=draft.version, now=timezone.now())

    return make


def correct(version: NoticeVersion, words: str, *, asks_again: bool = False) -> NoticeVersion:
    notice = version.notice
    draft = save_notice(
        by=PORTAL, notice=notice, title=text("Uusi numero"), body=text(words), is_pinned=False, valid_until=None, seen=None
    )
    return publish_notice(by=PORTAL, version=draft, seen=draft.version, now=timezone.now(), asks_again=asks_again)


def seen_by(user: User, county: County) -> list[str]:
    return [each.version.title["fi"] for each in board_of(acting(user), county, today=timezone.localdate())]


class TestWhoWrites:
    @pytest.mark.parametrize("name", ["supervisor", "main_user", "coordinator"])
    def test_for_a_service(self, name: str, county: County, service: Service, request: pytest.FixtureRequest) -> None:
        by = acting(request.getfixturevalue(name))
        draft = made(county, service, by=by)
        shown = publish_notice(by=by, version=draft, seen=draft.version, now=timezone.now())
        assert shown.published_by_id == by.user_id
        assert AuditEntry.objects.filter(object_type="handbook.noticeversion").count() == 2

    @pytest.mark.parametrize(
        "name", ["responder", "manager", "reader", "area_professional", "privacy_officer", "outsider", "former", "second_responder"]
    )
    def test_others_write_nothing(
        self, name: str, county: County, service: Service, posted: Posted, request: pytest.FixtureRequest
    ) -> None:
        by = acting(request.getfixturevalue(name))
        shown = posted()
        draft = made(county, service)
        for deed in (
            lambda: made(county, service, by=by),
            lambda: publish_notice(by=by, version=draft, seen=1, now=timezone.now()),
            lambda: delete_notice_draft(by=by, version=draft, seen=1),
            lambda: withdraw_notice(by=by, notice=shown.notice, now=timezone.now()),
        ):
            with pytest.raises(PermissionDenied):
                deed()
        assert StaffNotice.objects.count() == 2

    def test_a_service_supervisor_writes_neither_to_the_county_nor_to_another_service(
        self, county: County, second_service: Service, supervisor: User
    ) -> None:
        for service in (None, second_service):
            with pytest.raises(PermissionDenied):
                made(county, service, by=acting(supervisor))

    def test_the_main_user_writes_to_the_whole_county(self, county: County, main_user: User) -> None:
        assert made(county, None, by=acting(main_user)).pk

    def test_another_countys_service_is_refused(self, county: County, other_service: Service, main_user: User) -> None:
        with refused("other_county"):
            made(county, other_service, by=acting(main_user))


class TestPublishing:
    def test_swedish_is_demanded_in_a_bilingual_county(self, county: County, service: Service) -> None:
        draft = made(county, service, title="Otsikko", body=text("Vain suomeksi.", sv=""))
        with refused("language"):
            publish_notice(by=PORTAL, version=draft, seen=draft.version, now=timezone.now())

    def test_what_is_published_never_changes(self, posted: Posted, responder: User, county: County) -> None:
        first = posted()
        second = correct(first, "Soita kotiin.")
        first.refresh_from_db()
        assert (first.state, first.body["fi"]) == ("retired", "Soita vaihteeseen.")
        assert (second.number, second.state) == (2, "published")
        with refused("state"):
            publish_notice(by=PORTAL, version=first, seen=first.version, now=timezone.now())

    def test_a_stale_save_is_refused_and_overwrites_nothing(self, county: County, service: Service) -> None:
        draft = made(county, service)
        facts: dict[str, Any] = {"title": text("A"), "is_pinned": False, "valid_until": None}
        save_notice(by=PORTAL, notice=draft.notice, body=text("Ensin."), seen=draft.version, **facts)
        for seen in (draft.version, None):
            with refused("stale"):
                save_notice(by=PORTAL, notice=draft.notice, body=text("Toiseksi."), seen=seen, **facts)
        with refused("stale"):
            publish_notice(by=PORTAL, version=draft, seen=draft.version, now=timezone.now())
        assert NoticeVersion.objects.get().body["fi"] == "Ensin."

    def test_a_broken_link_and_a_past_day_are_refused(self, county: County, service: Service) -> None:
        broken = made(county, service, body=text("[x](luku:ei-ole)"))
        late = made(county, service, valid_until=timezone.localdate() - timedelta(days=1))
        for draft, code in ((broken, "broken"), (late, "past")):
            with refused(code):
                publish_notice(by=PORTAL, version=draft, seen=draft.version, now=timezone.now())

    def test_withdrawn_is_off_the_board_and_comes_back_by_publishing(
        self, county: County, service: Service, posted: Posted, responder: User
    ) -> None:
        shown = posted(body=text("Soita {{phone:asiakasohjaus}}."))
        assert Use.objects.filter(entry__startswith="notice:").count() == 1
        assert StaffNotice.objects.published_for(service).count() == 1
        withdraw_notice(by=PORTAL, notice=shown.notice, now=timezone.now())
        assert seen_by(responder, county) == []
        assert not StaffNotice.objects.published_for(service).exists()
        assert not Use.objects.filter(entry__startswith="notice:").exists()
        with refused("state"):
            withdraw_notice(by=PORTAL, notice=shown.notice, now=timezone.now())
        correct(shown, "Taas voimassa.")
        assert seen_by(responder, county) == ["Uusi numero"]

    def test_published_for_a_service_means_that_very_service(
        self, county: County, service: Service, second_service: Service, posted: Posted
    ) -> None:
        made(county, service)
        posted(of=None)
        posted(of=second_service)
        assert not StaffNotice.objects.published_for(service).exists()
        shown = posted(valid_until=timezone.localdate())
        NoticeVersion.objects.update(valid_until=timezone.localdate() - timedelta(days=9))
        assert list(StaffNotice.objects.published_for(service)) == [shown.notice]

    def test_the_first_draft_takes_its_notice_along(self, county: County, service: Service, posted: Posted) -> None:
        draft = made(county, service)
        delete_notice_draft(by=PORTAL, version=draft, seen=draft.version)
        assert not StaffNotice.objects.exists()
        with refused("state"):
            delete_notice_draft(by=PORTAL, version=posted(), seen=2)


class TestReading:
    def test_whom_it_concerns(
        self, county: County, posted: Posted, responder: User, second_responder: User, reader: User, outsider: User, former: User
    ) -> None:
        posted(title="Palvelun")
        posted(of=None, title="Alueen")
        assert set(seen_by(responder, county)) == set(seen_by(reader, county)) == {"Palvelun", "Alueen"}
        assert seen_by(second_responder, county) == ["Alueen"]
        assert seen_by(outsider, county) == seen_by(former, county) == []

    def test_pinned_first_then_newest_and_nothing_after_its_last_day(self, county: County, posted: Posted, responder: User) -> None:
        posted(title="Vanha", is_pinned=True)
        posted(title="Keski")
        posted(title="Uusin")
        gone = posted(title="Mennyt")
        NoticeVersion.objects.filter(pk=gone.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
        assert seen_by(responder, county) == ["Vanha", "Uusin", "Keski"]

    def test_a_correction_keeps_the_mark_unless_it_asks_again(self, county: County, posted: Posted, responder: User) -> None:
        def unread() -> int:
            return unread_count(acting(responder), county, today=timezone.localdate())

        first = posted()
        assert unread() == 1
        for _time in range(2):
            mark_notice_read(by=acting(responder), version=first, now=timezone.now())
        assert (unread(), NoticeReading.objects.count()) == (0, 1)
        second = correct(first, "Kirjoitusvirhe pois.")
        assert unread() == 0
        correct(second, "Aivan uusi numero.", asks_again=True)
        assert unread() == 1
        with refused("state"):
            mark_notice_read(by=acting(responder), version=second, now=timezone.now())

    def test_nobody_marks_what_does_not_concern_her(
        self, posted: Posted, outsider: User, second_responder: User, former: User
    ) -> None:
        shown = posted()
        for user in (outsider, second_responder, former):
            with pytest.raises(PermissionDenied):
                mark_notice_read(by=acting(user), version=shown, now=timezone.now())

    def test_only_those_who_answer_or_lead_are_asked_and_not_the_publisher(
        self, county: County, posted: Posted, supervisor: User, reader: User, responder: User
    ) -> None:
        posted(by=acting(supervisor))
        today = timezone.localdate()
        assert [unread_count(acting(each), county, today=today) for each in (supervisor, reader, responder)] == [0, 0, 1]

    def test_n_of_m_and_names_for_the_supervisor_alone(
        self, county: County, posted: Posted, responder: User, colleague: User, supervisor: User, main_user: User
    ) -> None:
        shown = posted(by=acting(supervisor))
        mark_notice_read(by=acting(responder), version=shown, now=timezone.now())
        hers = reach_of(acting(supervisor), county, [shown])[shown.pk]
        assert (hers.read, hers.total, list(hers.missing or ())) == (1, 2, [colleague])
        counted = reach_of(acting(main_user), county, [shown])[shown.pk]
        assert (counted.read, counted.total, counted.missing, counted.readers) == (1, 2, None, ())
        assert NoticeReading.objects.readable_by(acting(main_user)).count() == 0
        assert NoticeReading.objects.readable_by(acting(supervisor)).count() == 1

    def test_any_number_of_notices_in_a_few_queries(
        self, county: County, posted: Posted, supervisor: User, responder: User, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(1):  # the menu of every page asks, and most of the time there is nothing
            assert unread_count(acting(responder), county, today=timezone.localdate()) == 0
        shown = [posted() for _ in range(6)]
        shown = list(NoticeVersion.objects.select_related("notice__service"))
        with django_assert_num_queries(2):
            assert unread_count(acting(responder), county, today=timezone.localdate()) == 6
        with django_assert_num_queries(2):
            board_of(acting(responder), county, today=timezone.localdate())
        with django_assert_num_queries(4):
            reach_of(acting(supervisor), county, shown)


class TestPages:
    def form(self, **fields: object) -> dict[str, object]:
        words = {"title_fi": "Uusi numero", "title_sv": "Nytt nummer", "body_fi": "Soita.", "body_sv": "Ring."}
        return {**words, "do": "save", **fields}

    def test_from_writing_to_the_reader_and_back_to_the_writer(
        self, county: County, service: Service, supervisor: User, responder: User, colleague: User, signed_in: SignedIn
    ) -> None:
        writing = signed_in(supervisor)
        assert "Tiedotteita ei nyt ole" in words_of(writing.get(BOARD))
        done = writing.post(f"{BOARD}uusi/", self.form(place=service.key, valid_until="2040-01-31"))
        address = done["Location"]
        assert "Ring." in words_of(writing.get(address))  # the draft in each language
        draft = NoticeVersion.objects.get()
        reading = signed_in(responder)
        assert reading.get(address).status_code == 404
        writing.post(f"{address}tila/", {"do": "publish", "version": draft.version})
        assert "1 lukematon tiedote" in words_of(reading.get(reverse("chat:console")))
        assert "Olen lukenut tämän tiedotteen" in words_of(reading.get(address))
        reading.post(reverse("handbook:notice_read", args=[draft.public_id]))
        assert "lukematon tiedote" not in words_of(reading.get(reverse("chat:console")))
        told = words_of(writing.get(address))
        assert "1/2 on lukenut" in told
        assert "Kaisa" in told
        assert "lukenut 1/2" in words_of(writing.get(BOARD))
        assert "Kaisa" not in words_of(reading.get(address))

    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_in_other_languages(self, language: str, posted: Posted, responder: User, signed_in: SignedIn) -> None:
        shown = posted(of=None)
        page = signed_in(responder).get(f"/{language}/kasikirja/tiedotteet/{shown.notice.public_id}/")
        assert ("på svenska: Soita" in words_of(page)) == (language == "sv")
        assert ('lang="fi"' in page.content.decode().partition("<main")[2]) == (language == "en")

    def test_two_writers_at_once_and_both_texts_are_shown(
        self, county: County, service: Service, main_user: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        draft = made(county, service)
        address = reverse("handbook:notice_edit", args=[draft.notice.public_id])
        signed_in(supervisor).post(address, self.form(version=1, body_fi="Sirpan sanat."))
        clash = signed_in(main_user).post(address, self.form(version=1, body_fi="Paulan sanat."))
        assert clash.status_code == 409
        told = words_of(clash)
        assert "Sirpan sanat." in told
        assert told.count("Paulan sanat.") == 2
        draft.refresh_from_db()
        assert draft.body["fi"] == "Sirpan sanat."
        again = re.search(r'name="version" value="(\d+)"', clash.content.decode())
        assert again
        assert signed_in(main_user).post(address, self.form(version=again[1], body_fi="Yhteiset.")).status_code == 302

    def test_a_refused_publishing_says_why(self, county: County, service: Service, supervisor: User, signed_in: SignedIn) -> None:
        draft = made(county, service, body=text("Vain suomeksi.", sv=""))
        address = reverse("handbook:notice_move", args=[draft.notice.public_id])
        answer = signed_in(supervisor).post(address, {"do": "publish", "version": draft.version})
        assert answer.status_code == 422
        assert "sv:" in words_of(answer)

    @pytest.mark.parametrize("name", ["outsider", "former"])
    def test_others_are_refused_at_every_door(
        self, name: str, posted: Posted, signed_in: SignedIn, request: pytest.FixtureRequest
    ) -> None:
        shown = posted(of=None)
        client = signed_in(request.getfixturevalue(name))
        key = [shown.notice.public_id]
        gets = [BOARD, f"{BOARD}uusi/", reverse("handbook:notice", args=key), reverse("handbook:notice_edit", args=key)]
        posts = [reverse("handbook:notice_move", args=key), reverse("handbook:notice_read", args=[shown.public_id])]
        assert {client.get(path).status_code for path in gets} == {403}
        assert {client.post(path, {"do": "withdraw"}).status_code for path in posts} == {403}
        assert not NoticeReading.objects.exists()

    def test_another_services_responder_and_county_find_nothing(
        self, posted: Posted, second_responder: User, outsider: User, signed_in: SignedIn
    ) -> None:
        shown = posted()
        address = reverse("handbook:notice", args=[shown.notice.public_id])
        mark = reverse("handbook:notice_read", args=[shown.public_id])
        for client in (signed_in(second_responder), signed_in(outsider, host="toinen.test")):
            assert client.get(address).status_code == 404
            assert client.post(mark).status_code == 404

    @pytest.mark.parametrize("name", ["responder", "reader", "manager"])
    def test_readers_open_no_page_of_writing(
        self, name: str, posted: Posted, signed_in: SignedIn, request: pytest.FixtureRequest
    ) -> None:
        shown = posted()
        client = signed_in(request.getfixturevalue(name))
        key = [shown.notice.public_id]
        assert client.get(f"{BOARD}uusi/").status_code == 403
        assert client.get(reverse("handbook:notice_edit", args=key)).status_code == 403
        assert client.post(reverse("handbook:notice_move", args=key), {"do": "withdraw"}).status_code == 403
        page = words_of(client.get(reverse("handbook:notice", args=key)))
        assert "Kirjoita korjaus" not in page
        assert "Ketkä ovat lukeneet" not in page

    def test_hostile_words_are_harmless(self, posted: Posted, supervisor: User, signed_in: SignedIn) -> None:
        shown = posted()
        words = "\n\n".join(each.replace("\x00", "").replace("\x01", "") for each in CORPUS)
        NoticeVersion.objects.update(body=dict.fromkeys(("fi", "sv"), words), title={"fi": CORPUS[0]})
        client = signed_in(supervisor)
        for address in (BOARD, reverse("handbook:notice", args=[shown.notice.public_id])):
            page = client.get(address).content.decode()
            assert not running_in(page[page.index("<main") : page.index("</main>")])


class TestMainUserOfOneService:
    @pytest.fixture
    def narrow(self, county: County, service: Service, person: Any, grant: Any) -> User:
        user: User = person("palvelun-paakayttaja")
        grant(user, "main_user", county=county, service=service)
        return user

    def test_is_shown_no_button_that_would_refuse_her(self, county: County, narrow: User, signed_in: SignedIn) -> None:
        client = signed_in(narrow)
        assert "Kirjoita tiedote" not in words_of(client.get(BOARD))
        assert client.get(f"{BOARD}uusi/").status_code == 403

    def test_who_also_supervises_the_service_is_shown_it(
        self, county: County, service: Service, narrow: User, grant: Any, signed_in: SignedIn
    ) -> None:
        grant(narrow, "supervisor", county=county, service=service)
        client = signed_in(narrow)
        assert "Kirjoita tiedote" in words_of(client.get(BOARD))
        assert client.get(f"{BOARD}uusi/").status_code == 200
