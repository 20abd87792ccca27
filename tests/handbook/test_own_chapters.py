"""Chapters and check questions of the county's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.models import User
from handbook.models import Chapter, ChapterVersion
from handbook.operations.chapters import add_chapter, arrange_chapter, begin_draft
from handbook.operations.orientation import answer_check
from handbook.operations.publishing import publish_version, send_to_review
from handbook.operations.questions import retire_question, save_question
from services.models import County, Service
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, Publish, text
from tests.handbook.test_chapters import refused
from tests.handbook.test_pages import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
ROOT = "/fi/kasikirja/"
ASKED = f"{ROOT}luku/security/kysymykset/"


def question(**facts: Any) -> dict[str, Any]:
    answers = [text("Odotan."), text("Soitan.")]
    return {"text": text("Mitä teet?"), "answers": answers, "right": 2, "why": text("Apu ei odota."), **facts}


def form(**fields: Any) -> dict[str, Any]:
    found = {"text_fi": "Mitä teet?", "text_sv": "Vad gör du?", "why_fi": "Apu ei odota.", "why_sv": "Hjälpen väntar inte."}
    found |= {"answer_1_fi": "Odotan.", "answer_1_sv": "Jag väntar.", "answer_2_fi": "Soitan.", "answer_2_sv": "Jag ringer."}
    return {**found, "right": "2", **fields}


class TestChapters:
    def test_the_main_user_adds_one_and_it_becomes_part_of_the_handbook(
        self, county: County, main_user: User, second_main_user: User, responder: User, signed_in: SignedIn
    ) -> None:
        client = signed_in(main_user)
        given = {"title_fi": "Loma-ajat", "title_sv": "Semestrar", "key": "loma-ajat", "order": 50, "owner_role": "supervisor"}
        done = client.post(f"{ROOT}yllapito/uusi-luku/", {**given, "review_months": 6, "in_orientation": "on"})
        assert done["Location"] == f"{ROOT}luku/loma-ajat/muokkaa/"
        row = Chapter.objects.get()
        assert (row.order, row.owner_role, row.review_months, row.in_orientation) == (50, "supervisor", 6, True)
        assert "Loma-ajat" in words_of(client.get(done["Location"]))
        words = {"title_fi": "Loma-ajat", "title_sv": "Semestrar", "body_fi": "Kesällä.", "body_sv": "På sommaren."}
        client.post(done["Location"], {**words, "version": ChapterVersion.objects.get().version, "do": "review"})
        sent = ChapterVersion.objects.get()
        publish_version(by=acting(second_main_user), version=sent, seen=sent.version, now=timezone.now())
        assert "Loma-ajat" in words_of(signed_in(responder).get(ROOT))

    @pytest.mark.parametrize("name", ["responder", "supervisor", "coordinator", "outsider", "former"])
    def test_others_add_none(
        self, name: str, county: County, chapter: Chapter, signed_in: SignedIn, request: pytest.FixtureRequest
    ) -> None:
        user = request.getfixturevalue(name)
        with pytest.raises(PermissionDenied):
            add_chapter(by=acting(user), county=county, key="oma", title=text("Oma"))
        client = signed_in(user)
        assert client.get(f"{ROOT}yllapito/uusi-luku/").status_code == 403
        assert client.post(f"{ROOT}yllapito/uusi-luku/", {"key": "oma", "title_fi": "Oma"}).status_code == 403

    def test_a_key_is_used_once(self, county: County, chapter: Chapter, main_user: User, signed_in: SignedIn) -> None:
        with refused("key"):
            add_chapter(by=PORTAL, county=county, key=chapter.key, title=text("Oma"))
        with refused("title"):
            add_chapter(by=PORTAL, county=county, key="oma", title={"sv": "Egen"})
        given = {"title_fi": "Oma", "key": "security", "order": 5, "owner_role": "main_user", "review_months": 12}
        answer = signed_in(main_user).post(f"{ROOT}yllapito/uusi-luku/", given)
        assert answer.status_code == 422
        assert "on jo luku" in words_of(answer)

    def test_one_whose_draft_was_deleted_is_called_by_its_key(self, county: County, main_user: User, signed_in: SignedIn) -> None:
        add_chapter(by=acting(main_user), county=county, key="loma-ajat", title=text("Loma-ajat"))
        client = signed_in(main_user)
        client.post(f"{ROOT}luku/loma-ajat/muokkaa/", {"title_fi": "x", "version": 1, "do": "delete"})
        assert not ChapterVersion.objects.exists()
        for address in (f"{ROOT}yllapito/", f"{ROOT}luku/loma-ajat/muokkaa/", f"{ROOT}luku/loma-ajat/kysymykset/"):
            assert "loma-ajat" in words_of(client.get(address))

    def test_its_place_and_duty_are_changed_later(self, chapter: Chapter, main_user: User) -> None:
        facts: dict[str, Any] = {"owner": None, "review_months": 3, "review_on": None}
        arrange_chapter(by=acting(main_user), chapter=chapter, seen=1, order=2, in_orientation=True, **facts)
        chapter.refresh_from_db()
        assert (chapter.order, chapter.in_orientation, chapter.owner_role) == (2, True, "main_user")


class TestQuestions:
    def test_they_belong_to_the_version(self, chapter: Chapter, publish: Publish, responder: User, main_user: User) -> None:
        by = acting(main_user)
        first = publish("Yksi.")
        draft = begin_draft(by=by, chapter=chapter)
        key = save_question(by=by, version=draft, seen=draft.version, **question())
        first.refresh_from_db()
        assert first.questions == []
        draft.refresh_from_db()
        sent = send_to_review(by=PORTAL, version=draft, seen=draft.version, now=timezone.now())
        shown = publish_version(by=PORTAL, version=sent, seen=sent.version, now=timezone.now(), change_note="Kysymys.")
        assert answer_check(by=acting(responder), version=shown, answers={key: 0}, now=timezone.now()) == [key]
        assert answer_check(by=acting(responder), version=shown, answers={key: 1}, now=timezone.now()) == []
        with refused("state"):
            save_question(by=by, version=shown, seen=shown.version, **question())
        following = begin_draft(by=by, chapter=chapter)
        retire_question(by=by, version=following, key=key, seen=following.version)
        shown.refresh_from_db()
        following.refresh_from_db()
        assert (len(shown.questions), following.questions) == (1, [])

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"answers": [text("Yksi.")]}, "answers"),
            ({"answers": [text("A.")] * 5}, "answers"),
            ({"right": 3}, "right"),
            ({"right": 0}, "right"),
            ({"text": {"fi": "Mitä?"}}, "language"),
            ({"answers": [text("A."), {}, text("C.")]}, "language"),
            ({"why": {"fi": "Siksi."}}, "language"),
            ({"text": text("a" * 301)}, "too_long"),
            ({"key": "ei-ole"}, "gone"),
        ],
    )
    def test_refusals(self, facts: dict[str, Any], code: str, chapter: Chapter) -> None:
        draft = begin_draft(by=PORTAL, chapter=chapter)
        with refused(code):
            save_question(by=PORTAL, version=draft, seen=draft.version, **question(**facts))

    @pytest.mark.parametrize("name", ["responder", "supervisor", "coordinator", "outsider", "former"])
    def test_who_does_not_write_the_text_writes_no_question(
        self, name: str, chapter: Chapter, signed_in: SignedIn, request: pytest.FixtureRequest
    ) -> None:
        user = request.getfixturevalue(name)
        draft = begin_draft(by=PORTAL, chapter=chapter)
        key = save_question(by=PORTAL, version=draft, seen=draft.version, **question())
        for deed in (
            lambda: save_question(by=acting(user), version=draft, seen=2, **question()),
            lambda: retire_question(by=acting(user), version=draft, key=key, seen=2),
        ):
            with pytest.raises(PermissionDenied):
                deed()
        client = signed_in(user)
        assert {client.get(path).status_code for path in (ASKED, f"{ASKED}uusi/", f"{ASKED}{key}/")} == {403}
        assert {client.post(path, form()).status_code for path in (f"{ASKED}uusi/", f"{ASKED}{key}/pois/")} == {403}

    def test_a_supervisor_writes_those_of_her_services_section(
        self, chapter: Chapter, publish: Publish, service: Service, second_service: Service, supervisor: User, signed_in: SignedIn
    ) -> None:
        publish("Yhteinen.")
        client = signed_in(supervisor)
        assert client.post(f"{ASKED}uusi/?palvelu={service.key}", form()).status_code == 302
        assert ChapterVersion.objects.get(service=service).questions[0]["answers"][1]["right"]
        assert client.get(f"{ASKED}?palvelu={second_service.key}").status_code == 404

    def test_added_edited_and_left_out_on_the_pages(
        self, chapter: Chapter, publish: Publish, main_user: User, signed_in: SignedIn
    ) -> None:
        publish("Yksi.")
        client = signed_in(main_user)
        assert "Kysymyksiä ei vielä ole" in words_of(client.get(ASKED))
        assert client.post(f"{ASKED}uusi/", form()).status_code == 302
        draft = ChapterVersion.objects.open().get()
        key = draft.questions[0]["key"]
        assert 'value="Soitan."' in client.get(f"{ASKED}{key}/").content.decode()
        client.post(f"{ASKED}{key}/", form(version=draft.version, answer_2_fi="Soitan 112."))
        draft.refresh_from_db()
        assert draft.questions[0]["answers"][1]["text"]["fi"] == "Soitan 112."
        assert "Soitan 112." in words_of(client.get(ASKED))
        client.post(f"{ASKED}{key}/pois/", {"version": draft.version})
        draft.refresh_from_db()
        assert draft.questions == []
        assert client.get(f"{ASKED}{key}/").status_code == 404

    def test_a_stale_save_is_refused_and_both_are_shown(
        self, chapter: Chapter, main_user: User, second_main_user: User, signed_in: SignedIn
    ) -> None:
        draft = begin_draft(by=PORTAL, chapter=chapter)
        key = save_question(by=PORTAL, version=draft, seen=1, **question())
        signed_in(second_main_user).post(f"{ASKED}{key}/", form(version=2, text_fi="Pirjon kysymys?"))
        clash = signed_in(main_user).post(f"{ASKED}{key}/", form(version=2, text_fi="Paulan kysymys?"))
        assert clash.status_code == 409
        told = words_of(clash)
        assert "Pirjon kysymys?" in told
        assert "Paulan kysymys?" in told
        draft.refresh_from_db()
        assert draft.questions[0]["text"]["fi"] == "Pirjon kysymys?"

    def test_what_waits_for_approval_stands_still(self, in_review: ChapterVersion, main_user: User, signed_in: SignedIn) -> None:
        client = signed_in(main_user)
        assert client.post(f"{ASKED}uusi/", form()).status_code == 302
        in_review.refresh_from_db()
        assert in_review.questions == []
        assert "odottaa hyväksyntää" in words_of(client.get(ASKED))
