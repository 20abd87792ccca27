"""“Luettu” belongs to a version; remarks and their answers; letters about reviews."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import OutgoingMail, User
from handbook.choices import RemarkKind, RemarkState, ReplyScope
from handbook.models import Chapter, ChapterVersion, QuickReply, Reading, Remark
from handbook.operations.chapters import retire_chapter
from handbook.operations.readings import mark_read
from handbook.operations.remarks import make_remark, settle_remark
from handbook.operations.reminders import remind_of_reviews
from handbook.shelf import Mark, book_of, services_of
from services.models import County, Link, Service
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, Publish, make_chapter
from tests.handbook.test_chapters import refused

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def mark_of(user: User, county: County) -> Mark:
    (entry,) = book_of(acting(user), county, services_of(acting(user), county))
    return entry.common.mark


class TestReading:
    def test_a_mark_belongs_to_a_version_and_a_small_change_leaves_it_valid(
        self, county: County, responder: User, publish: Publish
    ) -> None:
        version = publish("Yksi.", is_significant=True)
        assert mark_of(responder, county) == Mark.TO_READ
        mark_read(by=acting(responder), version=version, now=timezone.now())
        assert mark_of(responder, county) == Mark.READ
        publish("Kaksi.")
        assert mark_of(responder, county) == Mark.STILL_VALID

    def test_a_significant_change_asks_again_within_its_days(self, county: County, responder: User, publish: Publish) -> None:
        mark_read(by=acting(responder), version=publish("Yksi."), now=timezone.now())
        publish("Kaksi.", is_significant=True, read_within_days=5)
        publish("Kolme.", read_within_days=5)
        (entry,) = book_of(acting(responder), county, [])
        assert (entry.common.mark, entry.common.is_change, entry.common.read_number) == (Mark.TO_READ, True, 1)
        assert entry.common.due_on == timezone.localdate() + timedelta(days=5)
        assert not entry.common.is_late(timezone.localdate() + timedelta(days=5))
        assert entry.common.is_late(timezone.localdate() + timedelta(days=6))

    def test_twice_is_once(self, responder: User, publish: Publish) -> None:
        version = publish("Yksi.")
        for _time in range(2):
            mark_read(by=acting(responder), version=version, now=timezone.now())
        assert Reading.objects.count() == 1

    def test_only_what_is_published_is_marked(self, responder: User, publish: Publish, chapter: Chapter) -> None:
        old = publish("Yksi.")
        publish("Kaksi.")
        with refused("state"):
            mark_read(by=acting(responder), version=old, now=timezone.now())

    def test_what_was_taken_away_meanwhile_is_not_marked(
        self, responder: User, publish: Publish, chapter: Chapter, signed_in: Callable[..., Client]
    ) -> None:
        row = publish("Teksti.")
        retire_chapter(by=PORTAL, chapter=chapter, now=timezone.now())
        told = signed_in(responder).post(reverse("handbook:read", args=[row.public_id]), follow=True).content.decode()
        assert "Tämä luku on poistettu käsikirjasta." in told
        assert "Merkitty luetuksi" not in told
        assert not Reading.objects.exists()

    def test_an_outsider_marks_nothing(self, outsider: User, former: User, publish: Publish) -> None:
        version = publish("Yksi.")
        for user in (outsider, former):
            with pytest.raises(PermissionDenied):
                mark_read(by=acting(user), version=version, now=timezone.now())
        with pytest.raises(PermissionDenied):
            mark_read(by=PORTAL, version=version, now=timezone.now())
        assert not Reading.objects.exists()

    def test_marks_are_seen_by_herself_and_those_who_look_after_the_work(
        self, responder: User, colleague: User, supervisor: User, outsider: User, publish: Publish
    ) -> None:
        mark_read(by=acting(responder), version=publish("Yksi."), now=timezone.now())
        seen = [Reading.objects.readable_by(acting(user)).count() for user in (responder, colleague, supervisor, outsider)]
        assert seen == [1, 0, 1, 0]

    def test_sections_of_her_own_services_are_hers_to_read(
        self, county: County, responder: User, service: Service, second_service: Service, publish: Publish
    ) -> None:
        publish("Yhteinen.")
        hers = publish("Oma osio.", service=service)
        publish("Toisten osio.", service=second_service)
        assert services_of(acting(responder), county) == [service]
        (entry,) = book_of(acting(responder), county, services_of(acting(responder), county))
        assert [part.version for part in entry.sections] == [hers]

    def test_a_book_is_read_in_few_queries_however_long(
        self, county: County, responder: User, publish: Publish, django_assert_max_num_queries: object
    ) -> None:
        for number in range(5):
            publish(f"Luku {number}.", of=make_chapter(county, f"luku-{number}"))
        with django_assert_max_num_queries(4):  # type: ignore[operator]
            assert len(book_of(acting(responder), county, [])) == 5


class TestRemarks:
    def make(self, user: User, chapter: Chapter, words: str = "Korjaa tämä.", **facts: object) -> Remark:
        return make_remark(by=acting(user), chapter=chapter, text=words, now=timezone.now(), **facts)  # type: ignore[arg-type]

    def test_a_responder_suggests_and_the_main_user_answers(
        self, chapter: Chapter, publish: Publish, responder: User, main_user: User
    ) -> None:
        publish("Teksti.")
        row = self.make(responder, chapter, kind=RemarkKind.SUGGESTION)
        assert (row.state, row.number, row.made_by) == (RemarkState.OPEN, 1, responder)
        done = settle_remark(by=acting(main_user), remark=row, state=RemarkState.ACCEPTED, answer="Hyvä.", now=timezone.now())
        assert (done.state, done.answer, done.answered_by) == (RemarkState.ACCEPTED, "Hyvä.", main_user)

    @pytest.mark.parametrize("name", ["reader", "area_professional", "privacy_officer", "outsider", "former"])
    def test_who_only_reads_suggests_nothing(self, name: str, chapter: Chapter, request: pytest.FixtureRequest) -> None:
        with pytest.raises(PermissionDenied):
            self.make(request.getfixturevalue(name), chapter)

    @pytest.mark.parametrize("name", ["responder", "supervisor", "coordinator", "outsider"])
    def test_who_does_not_write_the_text_settles_nothing(
        self, name: str, chapter: Chapter, responder: User, request: pytest.FixtureRequest
    ) -> None:
        row = self.make(responder, chapter)
        with pytest.raises(PermissionDenied):
            settle_remark(by=acting(request.getfixturevalue(name)), remark=row, state=RemarkState.ACCEPTED, now=timezone.now())

    def test_a_supervisor_settles_those_on_her_services_section(
        self, chapter: Chapter, service: Service, responder: User, supervisor: User
    ) -> None:
        row = self.make(responder, chapter, service=service)
        assert settle_remark(by=acting(supervisor), remark=row, state=RemarkState.ACCEPTED, now=timezone.now()).answered_at

    def test_refusals(self, chapter: Chapter, responder: User, main_user: User) -> None:
        with refused("empty"):
            self.make(responder, chapter, "  ")
        with refused("too_long"):
            self.make(responder, chapter, "a" * 2001)
        row = self.make(responder, chapter)
        for state, code in (
            (RemarkState.DECLINED, "why"),
            (RemarkState.ANSWERED, "why"),
            (RemarkState.OPEN, "state"),
            ("x", "state"),
        ):
            with refused(code):
                settle_remark(by=acting(main_user), remark=row, state=state, now=timezone.now())

    def test_another_countys_service_is_refused(self, chapter: Chapter, other_service: Service, main_user: User) -> None:
        with refused("other_county"):
            self.make(main_user, chapter, service=other_service)


class TestReminders:
    def overdue(self, **fields: object) -> None:
        Chapter.objects.update(review_on=timezone.localdate() - timedelta(days=1), **fields)

    def test_the_owner_gets_one_letter_a_week(self, publish: Publish, supervisor: User, main_user: User) -> None:
        publish("Teksti.")
        self.overdue(owner=supervisor)
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 1
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 0
        letter = OutgoingMail.objects.get()
        assert letter.to == supervisor.email
        assert "Tietoturva" in letter.body
        assert remind_of_reviews(by=PORTAL, now=timezone.now() + timedelta(days=7)) == 1

    @pytest.mark.parametrize("owner", [None, "former", "outsider"])
    def test_without_an_owner_who_works_here_the_main_users(
        self, owner: str | None, publish: Publish, main_user: User, request: pytest.FixtureRequest
    ) -> None:
        publish("Teksti.")
        self.overdue(owner=request.getfixturevalue(owner) if owner else None)
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 1
        assert OutgoingMail.objects.get().to == main_user.email

    def test_nothing_before_two_weeks_nor_of_what_is_not_shown(self, chapter: Chapter, publish: Publish, main_user: User) -> None:
        self.overdue()  # nobody has published it
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 0
        publish("Teksti.")  # the next look is a year away
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 0
        self.overdue(retired_at=timezone.now())
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 0

    def reply(self, county: County, number: int = 1, **fields: Any) -> QuickReply:
        now = timezone.now()
        facts = {"title_fi": f"Vastaus {number}", "text_fi": "Hei", "approved_at": now, "review_date": timezone.localdate(now)}
        return QuickReply.objects.create(county=county, key=f"v{number}", shortcut=f"/v{number}", **(facts | fields))

    def test_the_owner_of_replies_gets_one_letter_for_each_due_date(
        self, county: County, supervisor: User, main_user: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        now, today = timezone.now(), timezone.localdate()
        for number in (1, 2):
            self.reply(county, number, owner=supervisor)
        self.reply(county, 3, owner=supervisor, review_date=today + timedelta(days=14))
        self.reply(county, 4, owner=supervisor, review_date=today + timedelta(days=15))
        assert remind_of_reviews(by=PORTAL, now=now) == 2
        first, second = OutgoingMail.objects.order_by("pk")
        assert (first.to, "/v1" in first.body, "/v2" in first.body, "/v3" in first.body) == (supervisor.email, True, True, False)
        assert "/v3" in second.body
        for days in (0, 1, 7, 13):  # never a second time for the same date
            assert remind_of_reviews(by=PORTAL, now=now + timedelta(days=days)) == (1 if days == 1 else 0)
        QuickReply.objects.filter(key="v1").update(review_date=today + timedelta(days=10))
        assert remind_of_reviews(by=PORTAL, now=now) == 1
        for number in range(10, 20):
            self.reply(county, number, owner=supervisor)
        with django_assert_num_queries(6):
            remind_of_reviews(by=PORTAL, now=now)

    @pytest.mark.parametrize("owner", [None, "former", "outsider"])
    def test_of_replies_without_an_owner_who_works_here_the_main_users_are_told(
        self, owner: str | None, county: County, main_user: User, request: pytest.FixtureRequest
    ) -> None:
        self.reply(county, owner=request.getfixturevalue(owner) if owner else None)
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 1
        assert OutgoingMail.objects.get().to == main_user.email

    @pytest.mark.parametrize(
        "fields",
        [
            {"retired_at": timezone.now()},
            {"approved_at": None},
            {"review_date": None},
            {"scope": ReplyScope.PERSONAL},
        ],
    )
    def test_no_letter_of_what_nobody_sends(self, county: County, main_user: User, responder: User, fields: dict[str, Any]) -> None:
        self.reply(county, 1, **fields, **({"person": responder} if "scope" in fields else {}))
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 0

    def material(self, county: County, key: str = "ryhma", **fields: Any) -> Link:
        facts = {"name_fi": f"Tiimin {key}", "category": "group", "review_date": timezone.localdate()}
        return Link.objects.create(county=county, key=key, url_fi="https://alue.test/", **(facts | fields))

    def test_who_keeps_a_material_gets_one_letter_for_each_due_date(
        self, county: County, supervisor: User, main_user: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        now, today = timezone.now(), timezone.localdate()
        self.material(county, owner=supervisor)
        self.material(county, "kurssi", owner=supervisor)
        self.material(county, "tavallinen", owner=supervisor, category="")  # a link of texts is no material
        self.material(county, "myohemmin", owner=supervisor, review_date=today + timedelta(days=15))
        self.material(county, "ikuinen", owner=supervisor, review_date=None)
        assert remind_of_reviews(by=PORTAL, now=now) == 1
        assert remind_of_reviews(by=PORTAL, now=now) == 0
        letter = OutgoingMail.objects.get()
        assert letter.to == supervisor.email
        assert all(words in letter.body for words in ("Tiimin ryhma", "Tiimin kurssi", "/fi/kasikirja/materiaalit/"))
        assert not any(words in letter.body for words in ("tavallinen", "myohemmin", "ikuinen"))
        for number in range(5):
            self.material(county, f"m{number}", owner=supervisor)
        with django_assert_num_queries(6):
            remind_of_reviews(by=PORTAL, now=now)

    @pytest.mark.parametrize("owner", [None, "former", "outsider"])
    def test_of_materials_without_an_owner_who_works_here_the_main_users_are_told(
        self, owner: str | None, county: County, main_user: User, request: pytest.FixtureRequest
    ) -> None:
        self.material(county, owner=request.getfixturevalue(owner) if owner else None)
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 1
        assert OutgoingMail.objects.get().to == main_user.email

    def test_a_letter_leads_to_the_page_in_the_readers_language(
        self, county: County, supervisor: User, main_user: User, settings: Any
    ) -> None:
        settings.PUBLIC_ADDRESS = "http://127.0.0.1:8000"
        User.objects.filter(pk=supervisor.pk).update(language="sv")
        self.material(county, owner=User.objects.get(pk=supervisor.pk))
        assert remind_of_reviews(by=PORTAL, now=timezone.now()) == 1
        assert "http://testserver:8000/sv/kasikirja/materiaalit/" in OutgoingMail.objects.get().body

    def test_only_the_portal_writes_them(self, main_user: User) -> None:
        with pytest.raises(PermissionDenied):
            remind_of_reviews(by=acting(main_user), now=timezone.now())


def test_versions_know_their_languages(publish: Publish) -> None:
    publish({"fi": "Suomeksi.", "sv": "På svenska.", "en": ""})
    assert ChapterVersion.objects.get().languages == ["fi", "sv"]
