"""Where things are used by texts of the handbook, and what a writer can choose into a text."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from accounts.models import StoredFile, User
from handbook.choosing import choices_of_chapters, choices_of_replies
from handbook.models import Chapter, Picture, QuickReply
from handbook.operations.chapters import begin_draft, restore_chapter, retire_chapter, save_draft
from handbook.operations.notices import publish_notice, withdraw_notice, write_notice
from handbook.operations.pictures import add_picture, remove_picture
from handbook.operations.publishing import retire_section
from handbook.operations.uses import renew_uses
from handbook.replies.placeholders import is_declared, names_in
from services.models import ContactPoint, County, Service, Use
from services.operations import delete_row
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, Publish, make_chapter, text
from tests.handbook.test_chapters import codes, refused

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SignedIn = Callable[..., Client]


def picture_of(county: County, user: User, name: str) -> Picture:
    """A small picture that the person has added."""
    content = BytesIO()
    Image.new("RGB", (4, 4)).save(content, "PNG")
    return add_picture(by=acting(user), county=county, name=name, content=content.getvalue(), now=timezone.now())


class TestUses:
    """“Where is this used?” of what texts of the handbook name."""

    def of(self, kind: str, key: object, county: County) -> list[str]:
        return [use.entry for use in Use.objects.of_thing(kind, key, county=county.pk)]

    def test_a_published_text_names_services_chapters_and_replies(
        self, county: County, chapter: Chapter, publish: Publish, service: Service, main_user: User
    ) -> None:
        publish("Toinen luku.", of=make_chapter(county, "toinen"))
        named = f"[chat](palvelu:{service.key}) [luku](luku:toinen) ja `/tervetuloa`, ei `koodi` eikä /muu"
        publish(named)
        expected = [("service", service.key), ("chapter", "toinen"), ("reply", "/tervetuloa")]
        assert [self.of(kind, key, county) for kind, key in expected] == [["handbook:security"]] * 3
        assert self.of("reply", "/muu", county) == self.of("reply", "koodi", county) == []
        use = Use.objects.of_thing("chapter", "toinen", county=county.pk).get()
        with translation.override("sv"):
            assert (use.label, use.address) == ("Tietoturva", reverse("handbook:chapter", args=["security"]))
        retire_chapter(by=acting(main_user), chapter=chapter, now=timezone.now())
        assert not any(self.of(kind, key, county) for kind, key in expected)
        restore_chapter(by=acting(main_user), chapter=chapter)
        assert self.of("chapter", "toinen", county) == ["handbook:security"]
        publish("Ei nimeä mitään.")
        assert not any(self.of(kind, key, county) for kind, key in expected)

    def test_a_section_is_a_use_of_its_own(self, county: County, publish: Publish, service: Service) -> None:
        publish("Yhteinen.", of=make_chapter(county, "toinen"))
        section = publish("[luku](luku:toinen)", service=service)
        use = Use.objects.of_thing("chapter", "toinen", county=county.pk).get()
        assert (use.entry, use.label) == (f"handbook:security:{service.key}", f"Tietoturva ({service})")
        retire_section(by=PORTAL, version=section, now=timezone.now())
        assert not Use.objects.of_thing("chapter", "toinen", county=county.pk).exists()

    def test_what_was_published_before_this_was_kept_is_written_too(
        self, county: County, publish: Publish, service: Service, main_user: User
    ) -> None:
        publish("Toinen luku.", of=make_chapter(county, "toinen"))
        publish("[luku](luku:toinen) {{phone:asiakasohjaus}}")
        publish(f"[chat](palvelu:{service.key})", service=service)
        gone = publish("[luku](luku:toinen)", of=make_chapter(county, "vanha"))
        retire_chapter(by=acting(main_user), chapter=gone.chapter, now=timezone.now())
        draft = write_notice(by=PORTAL, county=county, service=None, title=text("Uutta"), body=text("Lue [luku](luku:toinen)."))
        publish_notice(by=PORTAL, version=draft, seen=draft.version, now=timezone.now())
        rows = sorted(Use.objects.values_list("entry", "thing", "contact_point", "label", "url"))
        assert len(rows) == 4
        Use.objects.filter(entry__startswith="handbook").delete()
        for _twice in range(2):
            assert renew_uses(by=PORTAL) == 4
            assert sorted(Use.objects.values_list("entry", "thing", "contact_point", "label", "url")) == rows
        assert self.of("chapter", "toinen", county) == ["handbook:security", f"notice:{draft.notice.public_id}"]
        ContactPoint.objects.filter(key="asiakasohjaus").update(key="toinen-avain")
        assert renew_uses(by=PORTAL) == 4, "a number that is gone stops nothing"
        with pytest.raises(PermissionDenied):
            renew_uses(by=acting(main_user))

    def test_a_notice_that_is_withdrawn_names_nothing_and_its_picture_stays(
        self, county: County, publish: Publish, main_user: User
    ) -> None:
        publish("Toinen luku.", of=make_chapter(county, "toinen"))
        row = picture_of(county, main_user, "ilmoitus.png")
        words = text(f"Lue [luku](luku:toinen). ![Taulu](kuva:{row.public_id})")
        draft = write_notice(by=PORTAL, county=county, service=None, title=text("Uutta"), body=words)
        publish_notice(by=PORTAL, version=draft, seen=draft.version, now=timezone.now())
        entry = f"notice:{draft.notice.public_id}"
        assert self.of("chapter", "toinen", county) == self.of("picture", row.public_id, county) == [entry]
        withdraw_notice(by=PORTAL, notice=draft.notice, now=timezone.now())
        assert self.of("chapter", "toinen", county) == self.of("picture", row.public_id, county) == []
        with pytest.raises(ValidationError, match="Uutta") as error:
            remove_picture(by=acting(main_user), picture=row)
        assert codes(error.value) == {"in_use"}

    def test_a_named_service_is_not_deleted(self, county: County, publish: Publish, service: Service, main_user: User) -> None:
        publish(f"[chat](palvelu:{service.key})")
        Service.objects.filter(pk=service.pk).update(status="draft", opened_at=None, permitted_at=None)
        service.refresh_from_db()
        with pytest.raises(ValidationError, match="Tietoturva") as error:
            delete_row(by=acting(main_user), row=service)
        assert codes(error.value) == {"in_use"}

    def test_another_county_has_uses_of_its_own(
        self, county: County, other_county: County, publish: Publish, service: Service
    ) -> None:
        publish(f"[chat](palvelu:{service.key})")
        assert self.of("service", service.key, other_county) == []


class TestPictures:
    @pytest.fixture
    def picture(self, county: County, main_user: User) -> Picture:
        return picture_of(county, main_user, "k.png")

    def test_a_picture_that_a_text_shows_or_has_shown_stays(
        self, picture: Picture, county: County, chapter: Chapter, publish: Publish, main_user: User
    ) -> None:
        publish(f"![Konsoli](kuva:{picture.public_id})")
        assert [use.entry for use in Use.objects.of_thing("picture", picture.public_id, county=county.pk)] == ["handbook:security"]
        publish("Ei kuvaa.")
        with refused("in_use"):  # the history shows what was published
            remove_picture(by=acting(main_user), picture=picture)
        assert Picture.objects.exists()

    def test_a_picture_of_a_draft_stays(self, picture: Picture, chapter: Chapter, main_user: User) -> None:
        draft = begin_draft(by=PORTAL, chapter=chapter)
        body = text("Ei.", sv=f"![bild](kuva:{picture.public_id})")
        save_draft(by=PORTAL, version=draft, title=text("Otsikko"), body=body, seen=draft.version)
        with refused("in_use"):
            remove_picture(by=acting(main_user), picture=picture)

    def test_one_that_nothing_shows_goes_with_its_file(self, picture: Picture, main_user: User) -> None:
        remove_picture(by=acting(main_user), picture=picture)
        assert not Picture.objects.exists()
        assert not StoredFile.objects.exists()

    @pytest.mark.parametrize("name", ["responder", "outsider", "former"])
    def test_others_take_none_away(self, name: str, picture: Picture, request: pytest.FixtureRequest) -> None:
        with pytest.raises(PermissionDenied):
            remove_picture(by=acting(request.getfixturevalue(name)), picture=picture)


class TestShown:
    def test_the_chapter_and_its_owners_page_tell_where_and_taking_away_tells_too(
        self, county: County, chapter: Chapter, publish: Publish, reader: User, main_user: User, signed_in: SignedIn
    ) -> None:
        other = make_chapter(county, "toinen")
        publish("Toinen.", of=other)
        publish("[luku](luku:toinen)")
        address = reverse("handbook:chapter", args=["security"])
        for page in (reverse("handbook:chapter", args=["toinen"]), reverse("handbook:arrange", args=["toinen"])):
            shown = signed_in(main_user).get(page).content.decode()
            assert "Missä tätä käytetään" in shown
            assert f'<a href="{address}">Tietoturva</a>' in shown
        assert "Missä tätä käytetään" not in signed_in(reader).get(reverse("handbook:chapter", args=["toinen"])).content.decode()
        told = signed_in(main_user).post(reverse("handbook:arrange", args=["toinen"]), {"do": "retire"}, follow=True)
        assert "Nämä tekstit nimeävät sen yhä: Tietoturva" in told.content.decode()

    def test_a_reply_tells_which_chapters_name_it_and_retiring_it_too(
        self, county: County, publish: Publish, main_user: User, signed_in: SignedIn
    ) -> None:
        publish("Aloita näin: `/tervetuloa`")
        reply = QuickReply.objects.create(
            county=county, key="t", shortcut="/tervetuloa", title_fi="Tervehdys", text_fi="Hei", approved_at=timezone.now()
        )
        client = signed_in(main_user)
        page = client.get(reverse("handbook:reply", args=[reply.public_id]))
        assert [use.label for use in page.context["uses"]] == ["Tietoturva"]
        move = reverse("handbook:reply_move", args=[reply.public_id])
        told = client.post(move, {"do": "retire", "version": reply.version}, follow=True)
        assert "Nämä tekstit nimeävät sen yhä: Tietoturva" in told.content.decode()

    def test_the_administration_leads_to_the_texts(
        self, county: County, publish: Publish, service: Service, main_user: User, signed_in: SignedIn
    ) -> None:
        point = ContactPoint.objects.get(county=county, key="asiakasohjaus")
        publish(f"[chat](palvelu:{service.key}) {{{{phone:{point.key}}}}}")
        client, address = signed_in(main_user), reverse("handbook:chapter", args=["security"])
        for page in (
            reverse("admin:services_service_change", args=[service.pk]),
            reverse("admin:services_contactpoint_change", args=[point.pk]),
            reverse("admin:services_service_life", args=[service.pk, "closed"]),
        ):
            assert f'<a href="{address}">Tietoturva</a>' in client.get(page).content.decode(), page

    def test_the_page_of_pictures(
        self, county: County, publish: Publish, main_user: User, responder: User, outsider: User, signed_in: SignedIn
    ) -> None:
        client, address = signed_in(main_user), reverse("handbook:pictures")
        assert "Kuvia ei ole vielä" in client.get(address).content.decode()
        rows = [picture_of(county, main_user, name) for name in ("yksi.png", "kaksi.png")]
        publish(f"![Konsoli](kuva:{rows[0].public_id})")
        shown = client.get(address).context["pictures"]
        assert {row.file.name: [use.label for use in uses] for row, uses in shown} == {"yksi.png": ["Tietoturva"], "kaksi.png": []}
        for row, left in ((rows[0], 2), (rows[1], 1)):
            client.post(address, {"picture": row.public_id})
            assert Picture.objects.count() == left
        assert client.post(address, {"picture": "x"}).status_code == 404
        for person in (responder, outsider):
            assert signed_in(person).get(address).status_code in (403, 404)


class TestChooser:
    def test_a_chapter_is_offered_what_it_may_name_in_each_language(
        self,
        county: County,
        other_service: Service,
        chapter: Chapter,
        publish: Publish,
        service: Service,
        main_user: User,
        signed_in: SignedIn,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        publish("Teksti.")
        row = picture_of(county, main_user, "konsoli.png")
        with django_assert_num_queries(5):
            chosen = {group.kind: group.choices for group in choices_of_chapters(county)}
        words = chosen["services"][0].words
        assert words == {code: f"[{getattr(service, f'name_{code}')}](palvelu:{service.key})" for code in ("fi", "sv", "en")}
        assert len(chosen["services"]) == 1, "nothing of another county"
        assert chosen["chapters"][0].words["sv"] == "[Informationssäkerhet](luku:security)"
        assert chosen["phones"][0].shown == "{{phone:asiakasohjaus}}"
        assert chosen["pictures"][0].shown == f"![mitä kuvassa näkyy](kuva:{row.public_id})"
        page = signed_in(main_user).get(reverse("handbook:edit", args=["security"])).content.decode()
        for choice in (each for group in chosen.values() for each in group):
            assert escape(choice.shown) in page, "without a script it is there to copy"

    def test_what_residents_read_is_offered_no_chapter_and_no_internal_contact(
        self, county: County, publish: Publish, service: Service
    ) -> None:
        publish("Teksti.")
        ContactPoint.objects.create(county=county, key="sisainen", name_fi="Sisäinen", value="044 1", audience="internal")
        chosen = {group.kind: [each.shown for each in group.choices] for group in choices_of_chapters(county, for_residents=True)}
        assert "chapters" not in chosen
        assert not any("sisainen" in shown for group in chosen.values() for shown in group)
        assert any("sisainen" in each.shown for group in choices_of_chapters(county) for each in group.choices)

    def test_what_is_chosen_can_be_published(self, county: County, publish: Publish, service: Service, main_user: User) -> None:
        publish("Teksti.")
        picture_of(county, main_user, "k.png")
        every = [choice.words for group in choices_of_chapters(county) for choice in group.choices]
        body = {code: "\n\n".join(words[code] for words in every) for code in ("fi", "sv", "en")}
        assert publish(body).state == "published"

    def test_a_reply_is_offered_its_facts_numbers_and_links(self, county: County, service: Service) -> None:
        chosen = {group.kind: [each.shown for each in group.choices] for group in choices_of_replies(county)}
        assert "{{target_service}}" in chosen["facts"]
        assert chosen["phones"] == ["{{phone:asiakasohjaus}}"]
        assert all(is_declared(name) for shown in chosen.values() for text in shown for name in names_in(text))
