"""The residents' guide: a shipped first text that the county approves, what a service adds, and the public page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from handbook.choices import ChapterAudience, VersionState
from handbook.guide import guide_languages
from handbook.models import Chapter, ChapterVersion, StaffNotice
from handbook.operations.chapters import begin_draft, save_draft
from handbook.operations.content import load_first_texts
from handbook.operations.publishing import approve_version, publish_version, send_to_review
from handbook.shelf import book_of
from services.choices import Audience, ContactKind, ServiceStatus
from services.models import ContactPoint, County, Service
from services.operations import load_directory
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, Publish, make_chapter, text
from tests.handbook.hostile import CORPUS, running_in
from tests.handbook.test_chapters import refused
from tests.handbook.test_pages import words_of
from tests.handbook.test_uses import picture_of

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]
OPAS = "/fi/opas/ikaantyneet/"


@pytest.fixture
def chapter(county: County) -> Chapter:
    """The county's guide, that nobody has written yet: `publish` publishes it."""
    return make_chapter(county, "residents_guide", audience=ChapterAudience.RESIDENTS, per_service=True)


class TestPublic:
    def test_the_common_text_and_what_the_service_adds(
        self, client: Client, publish: Publish, service: Service, second_service: Service
    ) -> None:
        publish("## Näin chat toimii\n\nÄlä kirjoita henkilötunnusta.")
        publish("Kerro ikä.", service=service)
        publish("Kerro viikko.", service=second_service)
        page = client.get(OPAS)
        told = words_of(page)
        assert "Älä kirjoita henkilötunnusta." in told
        assert "Kerro ikä." in told
        assert "Kerro viikko." not in told
        assert "needs" not in told
        assert "script" not in page.content.decode().partition("<main")[2].partition("</main>")[0]
        assert "på svenska" in words_of(client.get("/sv/opas/ikaantyneet/"))
        assert 'lang="fi"' in client.get("/en/opas/ikaantyneet/").content.decode().partition("<main")[2]

    def test_nothing_before_it_is_published_nor_of_a_service_that_residents_do_not_see(
        self, client: Client, chapter: Chapter, publish: Publish, service: Service
    ) -> None:
        begin_draft(by=PORTAL, chapter=chapter)
        assert client.get(OPAS).status_code == 404
        ChapterVersion.objects.all().delete()
        publish("Teksti.")
        assert client.get(OPAS).status_code == 200
        assert client.get("/fi/opas/ei-ole/").status_code == 404
        Service.objects.update(status=ServiceStatus.DRAFT)
        assert client.get(OPAS).status_code == 404

    def test_a_chapter_of_the_staff_is_never_there(
        self, client: Client, county: County, service: Service, publish: Publish
    ) -> None:
        publish("Sisäinen ohje.", of=make_chapter(county, "security"))
        assert client.get(OPAS).status_code == 404
        publish("Asukkaille.")
        assert "Sisäinen ohje." not in words_of(client.get(OPAS))

    def test_the_pages_of_residents_lead_there_once_it_is_published(
        self, client: Client, publish: Publish, service: Service, queue: object
    ) -> None:
        publish("Teksti.")
        for path in ("/fi/palvelu/ikaantyneet/", reverse("chat:start", args=["ikaantyneet"])):
            assert f'href="{OPAS}"' in client.get(path).content.decode()

    def test_and_nowhere_before_that(self, client: Client, chapter: Chapter, service: Service, queue: object) -> None:
        begin_draft(by=PORTAL, chapter=chapter)
        for path in ("/fi/palvelu/ikaantyneet/", reverse("chat:start", args=["ikaantyneet"])):
            assert OPAS not in client.get(path).content.decode()

    def test_pictures_of_a_published_guide_and_no_others(
        self,
        client: Client,
        county: County,
        chapter: Chapter,
        publish: Publish,
        service: Service,
        second_service: Service,
        other_county: County,
        main_user: User,
        signed_in: SignedIn,
    ) -> None:
        names = ("yhteinen", "oma", "piilossa", "luonnos", "henkilökunta")
        rows = {name: picture_of(county, main_user, f"{name}.png") for name in names}
        address = {name: reverse("guide_picture", args=[row.public_id]) for name, row in rows.items()}
        shown = {name: f"![{name}](kuva:{row.public_id})" for name, row in rows.items()}
        publish(shown["yhteinen"])
        publish(shown["oma"], service=service)
        publish(shown["piilossa"], service=second_service)
        publish(shown["henkilökunta"], of=make_chapter(county, "security"))
        Service.objects.filter(pk=second_service.pk).update(status=ServiceStatus.DRAFT)
        draft = begin_draft(by=PORTAL, chapter=chapter)
        save_draft(by=PORTAL, version=draft, title=text("Opas"), body=text(shown["luonnos"]), seen=draft.version)
        page = client.get(OPAS).content.decode()
        assert f'src="{address["yhteinen"]}" alt="yhteinen"' in page
        assert f'src="{address["oma"]}" alt="oma"' in page
        answers = {name: client.get(path) for name, path in address.items()}
        assert {name for name, answer in answers.items() if answer.status_code == 200} == {"yhteinen", "oma"}
        assert {answer.status_code for answer in answers.values()} == {200, 404}
        assert answers["yhteinen"]["Content-Type"] == "image/png"
        assert answers["yhteinen"]["X-Content-Type-Options"] == "nosniff"
        assert client.get(address["yhteinen"], headers={"host": "toinen.test"}).status_code == 404
        staff = signed_in(main_user)
        preview = staff.get(reverse("handbook:version", args=[draft.public_id])).content.decode()
        assert f'src="{reverse("handbook:picture", args=[rows["luonnos"].public_id])}"' in preview
        assert staff.get(reverse("handbook:picture", args=[rows["luonnos"].public_id])).status_code == 200
        Chapter.objects.filter(pk=chapter.pk).update(retired_at=timezone.now())
        assert client.get(address["yhteinen"]).status_code == 404

    def test_few_queries(self, client: Client, publish: Publish, service: Service, django_assert_max_num_queries: Any) -> None:
        publish("Teksti.")
        publish("Oma.", service=service)
        client.get(OPAS)
        with django_assert_max_num_queries(12):
            client.get(OPAS)

    def test_hostile_words_are_harmless(self, client: Client, publish: Publish, service: Service) -> None:
        publish("Teksti.")
        words = "\n\n".join(each.replace("\x00", "").replace("\x01", "") for each in CORPUS)
        ChapterVersion.objects.update(body={"fi": words}, title={"fi": CORPUS[0]})
        page = client.get(OPAS).content.decode()
        assert not running_in(page[page.index("<main") : page.index("</main>")])


class TestWriting:
    def test_what_is_the_staffs_own_cannot_be_named(
        self, county: County, chapter: Chapter, publish: Publish, main_user: User
    ) -> None:
        ContactPoint.objects.create(
            county=county, key="sisainen", kind=ContactKind.PHONE, name_fi="Sisäinen", value="050 1", audience=Audience.INTERNAL
        )
        make_chapter(county, "security")
        for words in ("{{phone:sisainen}}", "[x](yhteyspiste:sisainen)", "[x](luku:security)"):
            with refused("broken"):
                publish(words)
            ChapterVersion.objects.all().delete()

    def test_the_main_user_writes_and_a_supervisor_adds_her_services(
        self, chapter: Chapter, publish: Publish, service: Service, supervisor: User, main_user: User, signed_in: SignedIn
    ) -> None:
        publish("Teksti.")
        address = "/fi/kasikirja/luku/residents_guide/"
        assert signed_in(supervisor).get(f"{address}muokkaa/").status_code == 403
        assert signed_in(supervisor).get(f"{address}muokkaa/?palvelu={service.key}").status_code == 200
        assert signed_in(main_user).get(f"{address}muokkaa/").status_code == 200
        page = signed_in(supervisor).get(address)
        assert "Mitä asukkaat lukevat" in words_of(page)
        assert f'href="{OPAS}"' in page.content.decode()
        assert "Olen lukenut" not in words_of(page)

    def test_it_is_no_chapter_of_the_staffs_handbook(
        self, county: County, publish: Publish, responder: User, signed_in: SignedIn
    ) -> None:
        publish("Teksti.")
        assert book_of(acting(responder), county, []) == []
        assert "Mitä asukkaat lukevat" in words_of(signed_in(responder).get("/fi/kasikirja/"))


class TestShipped:
    def test_a_county_gets_drafts_and_its_staff_a_first_notice(self, county: County) -> None:
        assert load_first_texts(by=PORTAL, county=county, now=timezone.now()) == 2
        assert load_first_texts(by=PORTAL, county=county, now=timezone.now()) == 0
        draft = ChapterVersion.objects.get()
        assert (draft.state, draft.needs_approval, draft.from_content) == (VersionState.DRAFT, True, True)
        assert draft.languages == ["fi", "sv", "en"]
        assert StaffNotice.objects.get().published_at is None

    def test_what_people_edited_stays(self, county: County, main_user: User) -> None:
        load_first_texts(by=PORTAL, county=county, now=timezone.now())
        draft = ChapterVersion.objects.get()
        save_draft(by=acting(main_user), version=draft, title=text("Oma"), body=text("Oma."), seen=draft.version)
        assert load_first_texts(by=PORTAL, county=county, now=timezone.now()) == 0
        assert ChapterVersion.objects.get().body["fi"] == "Oma."

    def test_published_for_a_demonstration_it_waits_for_approval_in_the_staffs_view_alone(
        self, county: County, service: Service, client: Client, main_user: User, signed_in: SignedIn
    ) -> None:
        load_directory(by=PORTAL, today=timezone.localdate(), counties=[county.code])
        ContactPoint.objects.filter(value="").update(value="050 000 0000")
        load_first_texts(by=PORTAL, county=county, now=timezone.now(), publish=True)
        assert guide_languages(service) == {"fi", "sv", "en"}
        assert "ole vielä hyväksynyt" in words_of(signed_in(main_user).get("/fi/kasikirja/luku/residents_guide/"))
        told = words_of(client.get(OPAS))
        assert "Näin asioit chatissa" in told
        assert "hyväksynyt" not in told
        version = ChapterVersion.objects.get()
        approve_version(by=acting(main_user), version=version, seen=version.version, now=timezone.now())
        assert "ole vielä hyväksynyt" not in words_of(signed_in(main_user).get("/fi/kasikirja/luku/residents_guide/"))

    def test_languages_of_the_guide(self, chapter: Chapter, publish: Publish, service: Service, main_user: User) -> None:
        assert guide_languages(service) == frozenset()
        draft = begin_draft(by=PORTAL, chapter=chapter)
        saved = save_draft(by=PORTAL, version=draft, title=text("Opas"), body=text("Teksti."), seen=draft.version)
        sent = send_to_review(by=PORTAL, version=saved, seen=saved.version, now=timezone.now())
        assert guide_languages(service) == frozenset()
        publish_version(by=PORTAL, version=sent, seen=sent.version, now=timezone.now())
        assert guide_languages(service) == {"fi", "sv"}
