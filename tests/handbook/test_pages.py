"""The handbook's pages: what each shows to whom, what they refuse, and that hostile texts are harmless there too."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from handbook.choices import VersionState
from handbook.models import Chapter, ChapterVersion, Picture, Reading, Remark
from handbook.operations.chapters import begin_draft, retire_chapter, save_draft
from handbook.operations.publishing import publish_version, send_to_review
from handbook.operations.questions import save_question
from handbook.operations.remarks import make_remark
from services.models import County, Disruption, Service
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, Publish, make_chapter, text
from tests.handbook.hostile import CORPUS, inside_pdf, running_in

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]
ROOT = "/fi/kasikirja/"
LUKU = f"{ROOT}luku/security/"


def words_of(response: object) -> str:
    """The page without its marks."""
    content = response.content.decode()  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


def words_of_form(response: object) -> str:
    return str(response.content.decode())  # type: ignore[attr-defined]


def picture_bytes() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "PNG")
    return stream.getvalue()


class TestDoors:
    @pytest.mark.parametrize("path", ["", "kaikki/", "kasikirja.pdf", "luku/security/", "luku/security/historia/"])
    def test_everybody_who_works_for_the_county_reads(self, path: str, publish: Publish, reader: User, signed_in: SignedIn) -> None:
        publish("Teksti.")
        assert signed_in(reader).get(ROOT + path).status_code == 200

    @pytest.mark.parametrize("name", ["outsider", "former"])
    def test_others_are_refused_at_every_door(
        self, name: str, publish: Publish, signed_in: SignedIn, request: pytest.FixtureRequest
    ) -> None:
        version = publish("Teksti.")
        remark = make_remark(by=PORTAL, chapter=version.chapter, text="Huomio", now=timezone.now())
        client = signed_in(request.getfixturevalue(name))
        paths = [ROOT, f"{ROOT}kaikki/", f"{ROOT}kasikirja.pdf", LUKU, f"{LUKU}muokkaa/", f"{LUKU}historia/", f"{LUKU}vastuut/"]
        paths += [f"{ROOT}yllapito/", reverse("handbook:version", args=[version.public_id]), f"{LUKU}erot/?a=1&b=1"]
        assert {client.get(path).status_code for path in paths} == {403}
        posts = [reverse("handbook:read", args=[version.public_id]), f"{LUKU}palaute/", f"{LUKU}tarkistettu/", f"{ROOT}kuva/"]
        posts += [reverse(f"handbook:{name}", args=[remark.public_id]) for name in ("settle", "discuss")]
        assert {client.post(path).status_code for path in posts} == {403}
        assert not Reading.objects.exists()

    def test_another_countys_texts_are_not_there(self, publish: Publish, outsider: User, signed_in: SignedIn) -> None:
        version = publish("Teksti.")
        client = signed_in(outsider, host="toinen.test")
        for path in (LUKU, f"{LUKU}muokkaa/", reverse("handbook:version", args=[version.public_id])):
            assert client.get(path).status_code == 404
        assert client.post(reverse("handbook:read", args=[version.public_id])).status_code == 404

    @pytest.mark.parametrize("name", ["responder", "reader", "coordinator", "manager"])
    def test_who_does_not_write_opens_no_page_of_writing(
        self, name: str, publish: Publish, signed_in: SignedIn, request: pytest.FixtureRequest
    ) -> None:
        publish("Teksti.")
        client = signed_in(request.getfixturevalue(name))
        assert {client.get(path).status_code for path in (f"{LUKU}muokkaa/", f"{LUKU}vastuut/", f"{ROOT}yllapito/")} == {403}
        assert client.post(f"{LUKU}muokkaa/", {"title_fi": "x", "body_fi": "x"}).status_code == 403
        assert client.post(f"{LUKU}tarkistettu/").status_code == 403
        assert "Kirjoita seuraava versio" not in words_of(client.get(LUKU))

    def test_a_supervisor_writes_her_own_services_section_and_no_other(
        self, publish: Publish, service: Service, second_service: Service, supervisor: User, signed_in: SignedIn
    ) -> None:
        publish("Teksti.")
        client = signed_in(supervisor)
        assert client.get(f"{LUKU}muokkaa/?palvelu={service.key}").status_code == 200
        assert client.get(f"{LUKU}muokkaa/").status_code == 403
        assert client.get(f"{LUKU}muokkaa/?palvelu={second_service.key}").status_code == 404

    def test_the_menu_leads_there(self, responder: User, signed_in: SignedIn) -> None:
        assert f'href="{ROOT}" aria-current="page">Käsikirja' in signed_in(responder).get(ROOT).content.decode()


class TestReading:
    def test_the_sections_of_the_chosen_service_stand_inside_the_common_text(
        self, county: County, service: Service, second_service: Service, publish: Publish, main_user: User, signed_in: SignedIn
    ) -> None:
        publish("Yhteinen teksti.")
        publish("Ikääntyneiden oma.", service=service)
        publish("Neuvolan oma.", service=second_service)
        told = words_of(signed_in(main_user).get(f"{LUKU}?palvelu={second_service.key}"))
        assert "Yhteinen teksti." in told
        assert "Neuvolan oma." in told
        assert "Ikääntyneiden oma." not in told

    def test_a_missing_translation_falls_back_visibly(self, publish: Publish, reader: User, signed_in: SignedIn) -> None:
        publish({"fi": "Vain suomeksi.", "sv": "På svenska.", "en": ""})
        page = signed_in(reader).get("/en/kasikirja/luku/security/").content.decode()
        assert '<div class="nlh-text" lang="fi">' in page
        assert "has not been translated" in page

    def test_read_is_pressed_and_a_significant_change_asks_again(
        self, publish: Publish, responder: User, signed_in: SignedIn
    ) -> None:
        version = publish("Yksi.")
        client = signed_in(responder)
        assert "Lukematta" in words_of(client.get(LUKU))
        client.post(reverse("handbook:read", args=[version.public_id]))
        assert "Luettu" in words_of(client.get(LUKU))
        publish("Kaksi.", is_significant=True, change_note="Uusi numero.")
        told = words_of(client.get(LUKU))
        assert "Muuttunut: lue uudelleen" in told
        assert "Uusi numero." in told
        assert client.post(reverse("handbook:read", args=[version.public_id])).status_code == 302
        assert Reading.objects.count() == 1  # the old version is not read any more

    def test_an_overdue_review_is_marked(self, publish: Publish, reader: User, main_user: User, signed_in: SignedIn) -> None:
        publish("Teksti.")
        Chapter.objects.update(review_on=timezone.localdate() - timezone.timedelta(days=1))
        assert "olisi pitänyt tarkistaa" in words_of(signed_in(reader).get(LUKU))
        assert "Tarkistus myöhässä" in words_of(signed_in(main_user).get(f"{ROOT}yllapito/"))

    def test_a_chapter_that_is_not_shown_says_so(
        self, publish: Publish, chapter: Chapter, reader: User, signed_in: SignedIn
    ) -> None:
        assert signed_in(reader).get(LUKU).status_code == 404
        publish("Salattu teksti.")
        retire_chapter(by=PORTAL, chapter=chapter, now=timezone.now())
        told = words_of(signed_in(reader).get(LUKU))
        assert "poistettu käsikirjasta" in told
        assert "Salattu teksti." not in told
        assert "Tietoturva" not in words_of(signed_in(reader).get(ROOT))

    def test_inflected_words_are_found(self, publish: Publish, reader: User, signed_in: SignedIn) -> None:
        publish("Jos asukas kirjoittaa henkilötunnuksen, se peitetään.")
        assert "1 teksti löytyi" in words_of(signed_in(reader).get(f"{ROOT}?q=henkilötunnuksia"))
        assert "Mitään ei löytynyt" in words_of(signed_in(reader).get(f"{ROOT}?q=avaruusraketti"))

    def test_found_texts_stand_alone_and_are_few_queries_however_many_chapters(
        self,
        county: County,
        publish: Publish,
        reader: User,
        second_service: Service,
        signed_in: SignedIn,
        django_assert_max_num_queries: Any,
    ) -> None:
        for number in range(6):
            publish("Turvapuhelin tilataan näin.", of=make_chapter(county, f"luku{number}"))
        publish("Turvapuhelin neuvolassa.", of=Chapter.objects.get(key="luku1"), service=second_service)
        client = signed_in(reader)
        client.get(reverse("handbook:contents"))
        with django_assert_max_num_queries(20):
            page = client.get(reverse("handbook:contents"), {"q": "turvapuhelimen"})
        assert len(page.context["found"]) == 7
        assert page.context["book"] == []
        Chapter.objects.filter(key="luku1").update(retired_at=timezone.now())
        assert len(client.get(reverse("handbook:contents"), {"q": "turvapuhelimen"}).context["found"]) == 5
        nothing = client.get(reverse("handbook:contents"), {"q": "xyzzy"})
        assert nothing.context["book"] == [], "who finds nothing is told so at once, and one link shows all chapters"
        assert "Mitään ei löytynyt." in words_of(nothing)
        assert f'href="{reverse("handbook:contents")}">Kaikki luvut' in nothing.content.decode()

    def test_a_responder_finds_no_section_of_a_service_that_is_not_hers(
        self, publish: Publish, responder: User, main_user: User, second_service: Service, signed_in: SignedIn
    ) -> None:
        publish("Yhteinen.")
        publish("Turvapuhelin neuvolassa.", service=second_service)
        for person, count in ((responder, 0), (main_user, 1)):
            found = signed_in(person).get(reverse("handbook:contents"), {"q": "turvapuhelin"}).context["found"]
            assert len(found) == count

    def test_live_parts_come_from_the_services_rows(
        self, county: County, service: Service, queue: object, publish: Publish, responder: User, signed_in: SignedIn
    ) -> None:
        publish("Teksti.", of=make_chapter(county, "local_agreements", per_service=True))
        publish("Teksti.", of=make_chapter(county, "problem_situations"))
        Service.objects.filter(pk=service.pk).update(greeting_fi="Tervetuloa meille!")
        Disruption.objects.create(county=county, text_fi="Yhteydet katkeilevat.", text_sv="Störning")
        client = signed_in(responder)
        told = words_of(client.get(f"{ROOT}luku/local_agreements/"))
        assert "Tervetuloa meille!" in told
        assert "ympäri vuorokauden" in told
        assert "Yhteydet katkeilevat." in words_of(client.get(f"{ROOT}luku/problem_situations/"))

    def test_a_page_asks_the_database_no_more_for_more_chapters(
        self,
        county: County,
        publish: Publish,
        reader: User,
        signed_in: SignedIn,
        django_assert_max_num_queries: Callable[..., object],
    ) -> None:
        publish("Teksti.")
        for number in range(4):
            publish("Teksti.", of=make_chapter(county, f"luku-{number}"))
        client = signed_in(reader)
        client.get(LUKU)
        with django_assert_max_num_queries(24):  # type: ignore[attr-defined]
            client.get(LUKU)

    def test_the_contents_ask_no_more_for_more_chapters_and_read_no_long_texts(
        self, county: County, publish: Publish, responder: User, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("config.frame.SURROUNDINGS_SECONDS", 600.0)  # shared by pages: on a slow machine it would be read anew
        client, asked = signed_in(responder), []
        for number in (1, 6):
            for n in range(number):
                publish("Pitkä teksti.", of=make_chapter(county, f"luku-{number}-{n}"))
            client.get(ROOT)
            with CaptureQueriesContext(connection) as queries:
                page = client.get(ROOT)
            assert len(page.context["book"]) == {1: 1, 6: 7}[number]
            asked.append(len(queries))
        assert asked[0] == asked[1]
        assert asked[1] <= 26
        told = [query["sql"].partition(" FROM ")[0] for query in queries if "chapterversion" in query["sql"]]
        assert not any('"body"' in sql or '"questions"' in sql or '"writers"' in sql for sql in told)


class TestWriting:
    def form(self, **fields: object) -> dict[str, object]:
        return {"title_fi": "Tietoturva", "title_sv": "Säkerhet", "body_fi": "Suomeksi.", "body_sv": "På svenska.", **fields}

    def test_from_a_draft_to_the_readers(
        self, chapter: Chapter, main_user: User, second_main_user: User, reader: User, signed_in: SignedIn
    ) -> None:
        client = signed_in(main_user)
        assert client.post(f"{LUKU}muokkaa/", self.form(do="save")).status_code == 302
        draft = ChapterVersion.objects.get()
        assert client.post(f"{LUKU}muokkaa/", self.form(do="review", version=draft.version)).status_code == 302
        draft.refresh_from_db()
        address = reverse("handbook:version", args=[draft.public_id])
        publishing = {"do": "publish", "version": draft.version, "read_within_days": 14}
        refused = client.post(address, publishing)
        assert refused.status_code == 422
        assert "Tekstin hyväksyy joku muu" in words_of(refused)
        assert signed_in(second_main_user).post(address, publishing).status_code == 302
        assert "Suomeksi." in words_of(signed_in(reader).get(LUKU))

    def test_a_character_that_cannot_be_seen_is_placed(self, chapter: Chapter, main_user: User, signed_in: SignedIn) -> None:
        given = self.form(do="save", body_sv="Skriv aldrig ner\u202e koden. Fortsätt.", title_en="\u202eSecurity")
        refused = signed_in(main_user).post(f"{LUKU}muokkaa/", given)
        told = words_of(refused)
        assert refused.status_code == 422
        assert "Otsikko englanniksi : Tekstissä on merkkejä, joita ei näe." in told
        given |= {"title_en": "Security", "version": ChapterVersion.objects.get().version}
        told = words_of(signed_in(main_user).post(f"{LUKU}muokkaa/", given))
        assert "Teksti ruotsiksi : Sanojen ”Skriv aldrig ner” jälkeen on merkki, jota ei näe." in told
        assert not ChapterVersion.objects.filter(title__sv="Säkerhet").exists()

    def test_whoever_has_written_it_is_told_who_may_approve_it(
        self, chapter: Chapter, in_review: ChapterVersion, main_user: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        writes, address = signed_in(main_user), reverse("handbook:version", args=[in_review.public_id])
        alone = writes.get(address).content.decode()
        assert "Kukaan muu ei vielä voi hyväksyä sitä" in alone
        assert reverse("handbook:arrange", args=[chapter.key]) in alone
        Chapter.objects.update(owner=supervisor)
        assert f"Hyväksyä voi: {supervisor}." in words_of(writes.get(address))
        assert "Hyväksyä voi" not in words_of(signed_in(supervisor).get(address))

    def test_what_is_approved_waits_for_publishing_and_not_for_approval(
        self, chapter: Chapter, in_review: ChapterVersion, main_user: User, supervisor: User, signed_in: SignedIn
    ) -> None:
        Chapter.objects.update(owner=supervisor)
        approves, address = signed_in(supervisor), reverse("handbook:version", args=[in_review.public_id])
        assert "Odottaa hyväksyntää" in words_of(approves.get(f"{ROOT}yllapito/"))
        told = words_of(
            approves.post(address, {"do": "approve", "version": in_review.version, "read_within_days": 14}, follow=True)
        )
        assert "Pääkäyttäjä julkaisee sen." in told
        for user in (supervisor, main_user):
            work = words_of(signed_in(user).get(f"{ROOT}yllapito/"))
            assert "Hyväksytty, odottaa julkaisua" in work
            assert "Odottaa hyväksyntää" not in work

    def test_a_draft_that_a_colleague_has_gone_on_with_is_not_deleted(
        self, chapter: Chapter, main_user: User, second_main_user: User, signed_in: SignedIn
    ) -> None:
        client = signed_in(main_user)
        client.post(f"{LUKU}muokkaa/", self.form(do="save"))
        draft = ChapterVersion.objects.get()
        newer = self.form(do="save", version=draft.version, body_fi="Kollegan uusi teksti.")
        assert signed_in(second_main_user).post(f"{LUKU}muokkaa/", newer).status_code == 302
        for seen in ("", draft.version):
            refused = client.post(f"{LUKU}muokkaa/", self.form(do="delete", version=seen))
            assert refused.status_code == 409
            assert "Kollegan uusi teksti." in words_of(refused)
        draft.refresh_from_db()
        assert client.post(f"{LUKU}muokkaa/", self.form(do="delete", version=draft.version)).status_code == 302
        assert not ChapterVersion.objects.exists()

    def test_what_cannot_be_sent_to_review_is_saved_and_says_so(
        self, chapter: Chapter, county: County, main_user: User, signed_in: SignedIn
    ) -> None:
        county.official_languages = ["fi", "sv"]
        county.save()
        client = signed_in(main_user)
        given = self.form(do="review", title_sv="", body_sv="", body_fi="Pitkä työ.")
        answer = client.post(f"{LUKU}muokkaa/", given)
        assert answer.status_code == 422
        assert "Luonnos on tallessa, mutta sitä ei lähetetty arvioitavaksi" in words_of(answer)
        assert "Tätä ei tallennettu vielä" not in words_of(answer)
        draft = ChapterVersion.objects.get()
        assert (draft.body["fi"], draft.state) == ("Pitkä työ.", "draft")
        again = {**given, "title_sv": "Säkerhet", "body_sv": "Arbete.", "version": answer.context["form"]["version"].value()}
        assert client.post(f"{LUKU}muokkaa/", again).status_code == 302, "the page knew what it had saved itself"
        draft.refresh_from_db()
        assert draft.state == "review"

    def test_two_editors_at_once_nothing_is_lost(
        self, chapter: Chapter, main_user: User, second_main_user: User, signed_in: SignedIn
    ) -> None:
        draft = begin_draft(by=acting(main_user), chapter=chapter)
        seen = draft.version
        mine = signed_in(main_user)
        signed_in(second_main_user).post(f"{LUKU}muokkaa/", self.form(do="save", version=seen, body_fi="Pirjon sanat."))
        clash = mine.post(f"{LUKU}muokkaa/", self.form(do="save", version=seen, body_fi="Paulan sanat."))
        assert clash.status_code == 409
        told = words_of(clash)
        assert "Pirjon sanat." in told
        assert told.count("Paulan sanat.") == 2  # beside the other's, and still in the field
        marked = clash.content.decode()
        assert "<ins>Pirjon</ins> sanat." in marked and "<del>Paulan</del> sanat." in marked
        assert told.index("Vain tallennetussa:") < told.index("Vain sinun tekstissäsi:")
        draft.refresh_from_db()
        assert draft.body["fi"] == "Pirjon sanat."
        again = re.search(r'name="version" value="(\d+)"', clash.content.decode())
        assert again
        mine.post(f"{LUKU}muokkaa/", self.form(do="save", version=again[1], body_fi="Molempien sanat."))
        draft.refresh_from_db()
        assert draft.body["fi"] == "Molempien sanat."

    def test_a_draft_begun_by_somebody_else_meanwhile_is_not_overwritten(
        self, chapter: Chapter, main_user: User, signed_in: SignedIn
    ) -> None:
        draft = begin_draft(by=PORTAL, chapter=chapter)
        save_draft(by=PORTAL, version=draft, title=text("Otsikko"), body=text("Toisen sanat."), seen=draft.version)
        answer = signed_in(main_user).post(f"{LUKU}muokkaa/", self.form(do="save"))
        assert answer.status_code == 409
        draft.refresh_from_db()
        assert draft.body["fi"] == "Toisen sanat."

    def test_the_preview_saves_nothing_and_tells_what_is_broken(
        self, chapter: Chapter, main_user: User, signed_in: SignedIn
    ) -> None:
        answer = signed_in(main_user).post(f"{LUKU}muokkaa/", self.form(do="preview", body_fi="## Otsikko\n\n[a](luku:ei_ole)"))
        assert '<h3 id="o-fi-otsikko">Otsikko</h3>' in answer.content.decode()
        assert "luku:ei_ole" in words_of(answer)
        assert not ChapterVersion.objects.exists()

    def test_what_the_text_must_contain_is_confirmed(
        self, county: County, main_user: User, second_main_user: User, signed_in: SignedIn
    ) -> None:
        make_chapter(county, "chat_as_channel", duties=[{"key": "values", "text": text("Neljä arvoa."), "values": []}])
        client = signed_in(main_user)
        client.post(f"{ROOT}luku/chat_as_channel/muokkaa/", self.form(do="review"))
        version = ChapterVersion.objects.get()
        address, other = reverse("handbook:version", args=[version.public_id]), signed_in(second_main_user)
        given = {"do": "publish", "version": version.version, "read_within_days": 14}
        assert "Vahvista, että tekstissä on" in words_of(other.post(address, given))
        assert other.post(address, {**given, "duty_values": "on"}).status_code == 302
        version.refresh_from_db()
        assert (version.state, version.confirmed) == (VersionState.PUBLISHED, ["values"])

    def test_changed_check_questions_are_told(self, chapter: Chapter, publish: Publish, reader: User, signed_in: SignedIn) -> None:
        publish("Sama teksti.")
        draft = begin_draft(by=PORTAL, chapter=chapter)
        words = ({"fi": "Kyllä", "sv": "Ja", "en": "Yes"}, {"fi": "Ei", "sv": "Nej", "en": "No"})
        facts: dict[str, Any] = {
            "text": text("Saako kirjoittaa henkilötunnuksen?", "Får man?"),
            "answers": words,
            "why": text("Chat ei ole potilastieto."),
        }
        key = save_question(by=PORTAL, version=draft, right=2, seen=draft.version, **facts)
        draft.refresh_from_db()
        sent = send_to_review(by=PORTAL, version=draft, seen=draft.version, now=timezone.now())
        publish_version(by=PORTAL, version=sent, seen=sent.version, now=timezone.now(), change_note="Kysymys.")
        page = words_of(signed_in(reader).get(f"{LUKU}erot/?a=1&b=2"))
        assert "Suomeksi: kertauskysymykset" in page
        assert "1. Saako kirjoittaa henkilötunnuksen?" in page
        assert "– Ei (Oikea)" in page and "– Kyllä (Oikea)" not in page
        assert "Chat ei ole potilastieto." in page
        newer = begin_draft(by=PORTAL, chapter=chapter)
        save_question(by=PORTAL, version=newer, key=key, right=1, seen=newer.version, **facts)
        newer.refresh_from_db()
        sent = send_to_review(by=PORTAL, version=newer, seen=newer.version, now=timezone.now())
        publish_version(by=PORTAL, version=sent, seen=sent.version, now=timezone.now(), change_note="Oikea vastaus.")
        told = signed_in(reader).get(f"{LUKU}erot/?a=2&b=3").content.decode()
        assert "<ins> (Oikea)</ins>" in told or "<ins>(Oikea)</ins>" in told
        assert "Sanat ovat samat" not in told

    def test_differences_and_history(self, publish: Publish, reader: User, main_user: User, signed_in: SignedIn) -> None:
        publish("Soita numeroon yksi.")
        publish("Soita numeroon kaksi.", change_note="Numero vaihtui.")
        begin_draft(by=acting(main_user), chapter=Chapter.objects.get())
        client = signed_in(reader)
        page = client.get(f"{LUKU}erot/?a=1&b=2").content.decode()
        assert "<del>yksi.</del>" in page
        assert "<ins>kaksi.</ins>" in page
        history = words_of(client.get(f"{LUKU}historia/"))
        assert "Numero vaihtui." in history
        assert "Versio 3" not in history  # a draft is for those who write
        assert client.get(f"{LUKU}erot/?a=2&b=3").status_code == 404
        assert "Versio 3" in words_of(signed_in(main_user).get(f"{LUKU}historia/"))
        assert {client.get(f"{LUKU}erot/{query}").status_code for query in ("", "?a=x&b=2", "?a=1&b=99")} == {404}

    def test_the_owner_is_named_on_its_page(self, publish: Publish, main_user: User, supervisor: User, signed_in: SignedIn) -> None:
        publish("Teksti.")
        row = Chapter.objects.get()
        given = {"version": row.version, "owner": supervisor.pk, "review_months": 6, "review_on": "2027-01-31"}
        given |= {"order": row.order, "owner_role": row.owner_role}
        assert signed_in(main_user).post(f"{LUKU}vastuut/", given).status_code == 302
        assert "Tietoturva" in words_of(signed_in(supervisor).get(f"{ROOT}yllapito/"))
        assert signed_in(main_user).post(f"{LUKU}vastuut/", given).status_code == 422  # an old look at the row


class TestRemarks:
    def test_a_suggestion_and_its_answer(self, publish: Publish, responder: User, main_user: User, signed_in: SignedIn) -> None:
        publish("Teksti.")
        signed_in(responder).post(f"{LUKU}palaute/", {"kind": "suggestion", "text": "Korjataan tämä."})
        remark = Remark.objects.get()
        assert "Korjataan tämä." in words_of(signed_in(main_user).get(f"{ROOT}yllapito/"))
        address = reverse("handbook:settle", args=[remark.public_id])
        assert signed_in(responder).post(address, {"state": "accepted"}).status_code == 403
        signed_in(main_user).post(address, {"state": "declined", "answer": "Ei vielä."})
        assert "Ei vielä." in words_of(signed_in(responder).get(LUKU))

    def test_a_tip_is_discussed_by_colleagues_beside_the_chapter(
        self, publish: Publish, responder: User, colleague: User, reader: User, main_user: User, signed_in: SignedIn
    ) -> None:
        """S001-37: tips by responders, and what colleagues say to them; nobody is asked to settle the talk itself."""
        publish("Teksti.")
        signed_in(responder).post(f"{LUKU}palaute/", {"kind": "tip", "text": "Kysy ensin, onko hätä."})
        tip = Remark.objects.get()
        door = reverse("handbook:discuss", args=[tip.public_id])
        assert signed_in(reader).post(door, {"text": "En saa"}).status_code == 403
        assert door not in words_of_form(signed_in(reader).get(LUKU))
        assert door in words_of_form(signed_in(colleague).get(LUKU))
        answer = signed_in(colleague).post(door, {"text": "Hyvä, teen <samoin>."})
        first = Remark.objects.get(reply_to=tip)
        assert answer["Location"] == f"{LUKU}#huomio-{first.public_id}"
        signed_in(responder).post(reverse("handbook:discuss", args=[first.public_id]), {"text": "Kiitos!"})
        signed_in(responder).post(door, {"text": "  "})
        page = signed_in(responder).get(LUKU).content.decode()
        assert "Vinkki työkavereille" in page and "Hyvä, teen &lt;samoin&gt;." in page
        assert page.index("onko hätä") < page.index("teen &lt;samoin&gt;") < page.index("Kiitos!")
        assert list(Remark.objects.filter(reply_to=tip).values_list("made_by", flat=True).order_by("made_at")) == [
            colleague.pk,
            responder.pk,
        ]
        work = words_of(signed_in(main_user).get(f"{ROOT}yllapito/"))
        assert work.count("onko hätä") and Remark.objects.open().count() == 1, "a reply waits for nobody"
        settle = reverse("handbook:settle", args=[first.public_id])
        signed_in(main_user).post(settle, {"state": "accepted"})
        first.refresh_from_db()
        assert first.answered_at is None

    def test_who_answers_in_the_list_of_work_stays_in_it(
        self, publish: Publish, responder: User, main_user: User, signed_in: SignedIn
    ) -> None:
        publish("Teksti.")
        signed_in(responder).post(f"{LUKU}palaute/", {"kind": "tip", "text": "Vinkki."})
        works = signed_in(main_user)
        [place] = re.findall(r'name="from" value="([^"]*)"', works.get(f"{ROOT}yllapito/").content.decode())
        address = reverse("handbook:settle", args=[Remark.objects.get().public_id])
        assert works.post(address, {"state": "answered", "answer": "Kiitos.", "from": place})["Location"] == f"{ROOT}yllapito/"
        assert 'name="from"' not in works.get(LUKU).content.decode()

    def test_what_is_no_kind_is_not_found(self, publish: Publish, responder: User, signed_in: SignedIn) -> None:
        publish("Teksti.")
        assert signed_in(responder).post(f"{LUKU}palaute/", {"kind": "x", "text": "y"}).status_code == 404


class TestPictures:
    def add(self, client: Client, content: bytes, **fields: str) -> object:
        return client.post(f"{ROOT}kuva/", {"file": SimpleUploadedFile("kuva.png", content), **fields})

    def test_added_shown_and_put_into_the_pdf(
        self, publish: Publish, main_user: User, reader: User, outsider: User, signed_in: SignedIn
    ) -> None:
        self.add(signed_in(main_user), picture_bytes(), back=f"{LUKU}muokkaa/")
        row = Picture.objects.get()
        publish(f"![Konsoli](kuva:{row.public_id})")
        address = reverse("handbook:picture", args=[row.public_id])
        assert f'src="{address}" alt="Konsoli"' in signed_in(reader).get(LUKU).content.decode()
        shown = signed_in(reader).get(address)
        assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert signed_in(outsider, host="toinen.test").get(address).status_code == 404
        pdf = signed_in(reader).get(f"{ROOT}kasikirja.pdf")
        assert pdf["Content-Type"] == "application/pdf"
        assert b"/Image" in pdf.content

    def test_only_pictures_by_those_who_write(
        self, main_user: User, responder: User, chapter: Chapter, signed_in: SignedIn
    ) -> None:
        assert self.add(signed_in(responder), picture_bytes()).status_code == 403  # type: ignore[attr-defined]
        self.add(signed_in(main_user), b"<svg onload=alert(1)>")
        assert not Picture.objects.exists()

    def test_the_way_back_leads_nowhere_else(self, main_user: User, signed_in: SignedIn) -> None:
        for back in ("https://evil.test/", "//evil.test/", "/fi/tili/", "/fi/kasikirja/\\evil.test"):
            assert self.add(signed_in(main_user), picture_bytes(), back=back)["Location"] == f"{ROOT}yllapito/"  # type: ignore[index]

    def test_an_unknown_one_is_not_found(self, reader: User, signed_in: SignedIn) -> None:
        assert signed_in(reader).get(reverse("handbook:picture", args=[uuid4()])).status_code == 404


class TestHostileTexts:
    """The whole corpus in one chapter, past the rules of publishing."""

    @pytest.fixture
    def hostile(self, publish: Publish) -> ChapterVersion:
        version = publish("Teksti.")
        words = "\n\n".join(each.replace("\x00", "").replace("\x01", "") for each in CORPUS)
        everywhere = dict.fromkeys(("fi", "sv", "en"), words)
        ChapterVersion.objects.update(body=everywhere, title={"fi": CORPUS[0]}, purpose={"fi": CORPUS[7]}, change_note=CORPUS[9])
        return version

    def test_the_pages(self, hostile: ChapterVersion, main_user: User, signed_in: SignedIn) -> None:
        client = signed_in(main_user)
        begin_draft(by=PORTAL, chapter=hostile.chapter)
        addresses = [LUKU, f"{ROOT}kaikki/", reverse("handbook:version", args=[hostile.public_id])]
        for address in [*addresses, f"{LUKU}muokkaa/", f"{LUKU}historia/", f"{ROOT}yllapito/", f"{ROOT}?q=alert"]:
            page = client.get(address)
            assert page.status_code == 200
            self.check(page.content.decode())

    def test_the_preview(self, chapter: Chapter, main_user: User, signed_in: SignedIn) -> None:
        form = {"title_fi": CORPUS[0], "body_fi": "\n\n".join(CORPUS).replace("\x00", ""), "do": "preview"}
        self.check(signed_in(main_user).post(f"{LUKU}muokkaa/", form).content.decode())

    def test_a_remark(self, publish: Publish, responder: User, signed_in: SignedIn) -> None:
        publish("Teksti.")
        for words in CORPUS[:40]:
            make_remark(by=PORTAL, chapter=Chapter.objects.get(), text=words.replace("\x00", ""), now=timezone.now())
        self.check(signed_in(responder).get(LUKU).content.decode())

    def test_the_pdf(self, hostile: ChapterVersion, reader: User, signed_in: SignedIn) -> None:
        content = inside_pdf(signed_in(reader).get(f"{ROOT}kasikirja.pdf").content)
        assert content.startswith(b"%PDF-") and b"/Annots" in content
        for word in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction"):
            assert word not in content
        addresses = re.findall(rb"/URI ?\((.*?)\)", content)
        assert addresses
        for address in addresses:
            assert re.match(rb"(https?|mailto|tel):", address), address

    def check(self, page: str) -> None:
        """Nothing of the texts became an element or an attribute that could do something."""
        assert not running_in(page[page.index("<main") : page.index("</main>")])
