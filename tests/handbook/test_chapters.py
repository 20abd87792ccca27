"""Writing and publishing chapters: who may, what is refused, and what never changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.models import AuditEntry, User
from handbook.choices import Right, VersionState
from handbook.models import Chapter, ChapterVersion
from handbook.operations.chapters import (
    arrange_chapter,
    begin_draft,
    delete_draft,
    note_review,
    note_section_review,
    restore_chapter,
    retire_chapter,
    save_draft,
)
from handbook.operations.publishing import (
    approve_version,
    publish_version,
    retire_section,
    return_to_draft,
    send_to_review,
)
from handbook.permissions import rights_in
from services.choices import ContactKind
from services.models import ContactPoint, County, Service, Use
from services.reviews import months_later
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, Publish, make_chapter, text

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def codes(error: ValidationError) -> set[str | None]:
    """The codes of everything that was refused."""
    if hasattr(error, "error_dict"):
        return {each.code for errors in error.error_dict.values() for each in errors}
    return {each.code for each in error.error_list}


def refused(*wanted: str) -> Any:
    """A refusal with just these codes."""
    return pytest.raises(ValidationError, check=lambda error: codes(error) == set(wanted))


ALL = set(Right)
WRITES = {Right.READ, Right.SUGGEST, Right.EDIT, Right.APPROVE}
MATRIX = {
    "responder": ({Right.READ, Right.SUGGEST}, {Right.READ, Right.SUGGEST}),
    "supervisor": ({Right.READ, Right.SUGGEST}, ALL),
    "main_user": (ALL, ALL),
    "coordinator": ({Right.READ, Right.SUGGEST}, {Right.READ, Right.SUGGEST}),
    "manager": ({Right.READ, Right.SUGGEST}, {Right.READ, Right.SUGGEST}),
    "path_author": ({Right.READ, Right.SUGGEST}, {Right.READ, Right.SUGGEST}),
    "area_professional": ({Right.READ}, {Right.READ}),
    "privacy_officer": ({Right.READ}, {Right.READ}),
    "reader": ({Right.READ}, {Right.READ}),
    "outsider": (set(), set()),
    "former": (set(), set()),
}


class TestMatrix:
    """Read, suggest, edit, approve, publish: of the common text, and of a section of the supervisor's own service."""

    @pytest.mark.parametrize("name", list(MATRIX))
    def test_each_role(self, name: str, chapter: Chapter, service: Service, request: pytest.FixtureRequest) -> None:
        actor = acting(request.getfixturevalue(name))
        assert (set(rights_in(actor, chapter)), set(rights_in(actor, chapter, service))) == MATRIX[name]

    def test_a_supervisor_has_no_more_in_another_service(self, chapter: Chapter, second_service: Service, supervisor: User) -> None:
        assert set(rights_in(acting(supervisor), chapter, second_service)) == {Right.READ, Right.SUGGEST}

    def test_a_named_owner_writes_and_approves_her_chapter_but_does_not_publish(
        self, chapter: Chapter, county: County, responder: User
    ) -> None:
        chapter.owner = responder
        assert set(rights_in(acting(responder), chapter)) == WRITES
        assert set(rights_in(acting(responder), make_chapter(county, "tips"))) == {Right.READ, Right.SUGGEST}

    def test_an_owner_who_no_longer_works_here_has_nothing(self, chapter: Chapter, former: User) -> None:
        chapter.owner = former
        assert rights_in(acting(former), chapter) == frozenset()

    def test_residents_have_nothing_and_the_portal_everything(self, chapter: Chapter, resident: Resident) -> None:
        assert rights_in(resident, chapter) == frozenset()
        assert rights_in(System("x"), chapter) == ALL


class TestWriting:
    @pytest.mark.parametrize(
        "name", ["responder", "supervisor", "coordinator", "manager", "reader", "area_professional", "outsider", "former"]
    )
    def test_the_common_text_is_not_begun_by(self, name: str, chapter: Chapter, request: pytest.FixtureRequest) -> None:
        with pytest.raises(PermissionDenied):
            begin_draft(by=acting(request.getfixturevalue(name)), chapter=chapter)
        assert not ChapterVersion.objects.exists()

    def test_one_draft_at_a_time_which_goes_on_from_what_is_published(
        self, chapter: Chapter, publish: Publish, main_user: User, second_main_user: User
    ) -> None:
        publish("Vanha teksti.")
        first = begin_draft(by=acting(main_user), chapter=chapter)
        again = begin_draft(by=acting(second_main_user), chapter=chapter)
        assert first == again
        assert (first.number, first.state, first.body["fi"]) == (2, VersionState.DRAFT, "Vanha teksti.")

    def test_a_supervisor_begins_the_section_of_her_service_only(
        self, chapter: Chapter, service: Service, second_service: Service, supervisor: User
    ) -> None:
        draft = begin_draft(by=acting(supervisor), chapter=chapter, service=service)
        assert (draft.service, draft.number, draft.body) == (service, 1, {})
        with pytest.raises(PermissionDenied):
            begin_draft(by=acting(supervisor), chapter=chapter, service=second_service)

    def test_a_service_of_another_county_is_refused(self, chapter: Chapter, other_service: Service) -> None:
        with refused("other_county"):
            begin_draft(by=PORTAL, chapter=chapter, service=other_service)

    def test_a_save_over_a_newer_text_is_refused_and_overwrites_nothing(
        self, chapter: Chapter, main_user: User, second_main_user: User
    ) -> None:
        draft = begin_draft(by=acting(main_user), chapter=chapter)
        save_draft(by=acting(main_user), version=draft, title=text("Otsikko"), body=text("Paulan teksti."), seen=draft.version)
        with refused("stale"):
            save_draft(
                by=acting(second_main_user), version=draft, title=text("Otsikko"), body=text("Pirjon teksti."), seen=draft.version
            )
        draft.refresh_from_db()
        assert draft.body["fi"] == "Paulan teksti."
        assert draft.writers == [main_user.pk]

    def test_ends_of_lines_are_plain_and_hidden_characters_refused(self, chapter: Chapter) -> None:
        draft = begin_draft(by=PORTAL, chapter=chapter)
        saved = save_draft(by=PORTAL, version=draft, title=text(" Otsikko\n"), body=text("a\r\nb\r"), seen=1)
        assert (saved.title["fi"], saved.body["fi"]) == ("Otsikko", "a\nb")
        with refused("characters"):
            save_draft(by=PORTAL, version=draft, title=text("Otsikko"), body=text("a\u202eb"), seen=saved.version)
        with refused("too_long"):
            save_draft(by=PORTAL, version=draft, title=text("Otsikko"), body=text("a" * 60_001), seen=saved.version)
        with refused("title"):
            save_draft(by=PORTAL, version=draft, title=text(" "), body=text("a"), seen=saved.version)

    def test_what_is_in_review_or_published_is_not_written(
        self, chapter: Chapter, in_review: ChapterVersion, publish: Publish
    ) -> None:
        for version in (in_review, publish("Toinen.", of=make_chapter(chapter.county, "tips"))):
            with refused("state"):
                save_draft(by=PORTAL, version=version, title=text("Uusi"), body=text("Uusi"), seen=version.version)
            with refused("state"):
                delete_draft(by=PORTAL, version=version, seen=version.version)

    def test_a_draft_is_deleted_by_who_may_write_it(self, chapter: Chapter, main_user: User, responder: User) -> None:
        draft = begin_draft(by=acting(main_user), chapter=chapter)
        with pytest.raises(PermissionDenied):
            delete_draft(by=acting(responder), version=draft, seen=draft.version)
        delete_draft(by=acting(main_user), version=draft, seen=draft.version)
        assert not ChapterVersion.objects.exists()

    def test_the_audit_tells_it_without_its_words(self, chapter: Chapter, main_user: User) -> None:
        draft = begin_draft(by=acting(main_user), chapter=chapter)
        save_draft(by=acting(main_user), version=draft, title=text("Otsikko"), body=text("Salaisuus."), seen=1)
        entries = AuditEntry.objects.filter(object_type="handbook.chapterversion")
        assert [entry.action for entry in entries.order_by("id")] == ["create", "change"]
        assert not any("Salaisuus" in str(entry.after) for entry in entries)


class TestPublishing:
    def test_who_wrote_it_does_not_approve_it(self, in_review: ChapterVersion, main_user: User) -> None:
        with refused("own"):
            approve_version(by=acting(main_user), version=in_review, seen=in_review.version, now=timezone.now())
        with refused("own"):
            publish_version(by=acting(main_user), version=in_review, seen=in_review.version, now=timezone.now())

    def test_somebody_else_approves_by_publishing(self, in_review: ChapterVersion, second_main_user: User) -> None:
        done = publish_version(by=acting(second_main_user), version=in_review, seen=in_review.version, now=timezone.now())
        assert (done.state, done.approved_by, done.published_by) == (VersionState.PUBLISHED, second_main_user, second_main_user)

    def test_the_owner_approves_what_the_main_user_wrote_and_she_then_publishes_it(
        self, chapter: Chapter, in_review: ChapterVersion, main_user: User, supervisor: User
    ) -> None:
        Chapter.objects.filter(pk=chapter.pk).update(owner=supervisor)
        approved = approve_version(by=acting(supervisor), version=in_review, seen=in_review.version, now=timezone.now())
        with pytest.raises(PermissionDenied):
            publish_version(by=acting(supervisor), version=approved, seen=approved.version, now=timezone.now())
        done = publish_version(by=acting(main_user), version=approved, seen=approved.version, now=timezone.now())
        assert (done.state, done.approved_by) == (VersionState.PUBLISHED, supervisor)

    def test_back_to_a_draft_makes_the_approval_void(
        self, in_review: ChapterVersion, main_user: User, second_main_user: User
    ) -> None:
        approved = approve_version(by=acting(second_main_user), version=in_review, seen=in_review.version, now=timezone.now())
        draft = return_to_draft(by=acting(main_user), version=approved, seen=approved.version)
        assert (draft.state, draft.approved_at, draft.approved_by) == (VersionState.DRAFT, None, None)

    def test_a_draft_is_not_published_without_review(self, chapter: Chapter, main_user: User) -> None:
        draft = begin_draft(by=acting(main_user), chapter=chapter)
        with refused("state"):
            publish_version(by=acting(main_user), version=draft, seen=draft.version, now=timezone.now())

    def test_a_stale_look_publishes_nothing(self, in_review: ChapterVersion, second_main_user: User) -> None:
        with refused("stale"):
            publish_version(by=acting(second_main_user), version=in_review, seen=in_review.version - 1, now=timezone.now())

    @pytest.mark.parametrize("name", ["responder", "supervisor", "coordinator", "reader", "outsider"])
    def test_others_neither_approve_nor_publish(self, name: str, in_review: ChapterVersion, request: pytest.FixtureRequest) -> None:
        by = acting(request.getfixturevalue(name))
        for deed in (approve_version, publish_version):
            with pytest.raises(PermissionDenied):
                deed(by=by, version=in_review, seen=in_review.version, now=timezone.now())

    def test_the_one_before_goes_into_the_history_and_keeps_its_words(self, publish: Publish) -> None:
        first = publish("Yksi.")
        second = publish("Kaksi.")
        first.refresh_from_db()
        assert (first.state, first.body["fi"], second.number) == (VersionState.RETIRED, "Yksi.", 2)
        assert list(ChapterVersion.objects.current()) == [second]

    def test_a_change_says_what_changed(self, publish: Publish) -> None:
        publish("Yksi.")
        with refused("note"):
            publish("Kaksi.", change_note=" ")

    def test_swedish_is_mandatory_in_a_bilingual_county(self, chapter: Chapter, main_user: User, other_county: County) -> None:
        draft = begin_draft(by=acting(main_user), chapter=chapter)
        save_draft(by=acting(main_user), version=draft, title=text("Otsikko", ""), body=text("Teksti.", ""), seen=1)
        with refused("language") as caught:
            send_to_review(by=acting(main_user), version=draft, seen=2, now=timezone.now())
        assert set(caught.value.error_dict) == {"title_sv", "body_sv"}
        elsewhere = begin_draft(by=PORTAL, chapter=make_chapter(other_county))
        save_draft(by=PORTAL, version=elsewhere, title=text("Otsikko", ""), body=text("Teksti.", ""), seen=1)
        assert send_to_review(by=PORTAL, version=elsewhere, seen=2, now=timezone.now()).state == VersionState.REVIEW

    @pytest.mark.parametrize(
        "body",
        [
            "Soita {{phone:ei_ole}}.",
            "Soita {{phone:tyhja}}.",
            "Katso [lukua](luku:ei_ole).",
            "Katso [palvelua](palvelu:ei_ole).",
            "Katso [numeroa](yhteyspiste:tyhja).",
            "![kuva](kuva:ei-ole)",
            "![kuva](https://example.org/kuva.png)",
        ],
    )
    def test_a_broken_reference_is_not_published(self, body: str, county: County, publish: Publish) -> None:
        ContactPoint.objects.create(county=county, key="tyhja", kind=ContactKind.PHONE, name_fi="Tyhjä")
        with refused("broken"):
            publish(body)

    def test_where_a_number_is_used_is_written_down(self, county: County, service: Service, publish: Publish) -> None:
        publish("Soita {{phone:asiakasohjaus}} tai [tänne](yhteyspiste:asiakasohjaus).")
        use = Use.objects.get(entry="handbook:security")
        assert (use.contact_point.key, use.url) == ("asiakasohjaus", "/fi/kasikirja/luku/security/")
        publish("Ei numeroa.")
        assert not Use.objects.filter(entry="handbook:security").exists()

    def test_the_values_of_chapters_one_and_two_are_confirmed(self, county: County, publish: Publish, service: Service) -> None:
        duties = [{"key": "values", "text": text("Neljä arvoa"), "values": []}]
        first = make_chapter(county, "chat_as_channel", duties=duties)
        with refused("duty"):
            publish("Teksti.", of=first)
        ChapterVersion.objects.all().delete()
        assert publish("Teksti.", of=first, confirmed=["values"]).confirmed == ["values"]
        # A service's section adds to the common text, which has them.
        assert publish("Osio.", of=first, service=service).state == VersionState.PUBLISHED

    def test_a_first_version_sets_the_day_of_the_next_look(self, chapter: Chapter, publish: Publish, service: Service) -> None:
        publish("Teksti.")
        chapter.refresh_from_db()
        assert chapter.review_on == months_later(timezone.localdate(), 12)
        Chapter.objects.update(review_on=None)
        publish("Osio.", service=service)
        chapter.refresh_from_db()
        assert chapter.review_on is None

    def test_days_within_which_it_is_read(self, publish: Publish) -> None:
        with refused("days"):
            publish("Teksti.", read_within_days=0)

    def test_a_section_is_taken_away_by_its_supervisor(
        self, publish: Publish, service: Service, supervisor: User, responder: User
    ) -> None:
        section, common = publish("Osio.", service=service), publish("Teksti.")
        with pytest.raises(PermissionDenied):
            retire_section(by=acting(responder), version=section, now=timezone.now())
        assert retire_section(by=acting(supervisor), version=section, now=timezone.now()).state == VersionState.RETIRED
        with refused("common"):
            retire_section(by=PORTAL, version=common, now=timezone.now())

    def test_a_starter_text_is_approved_by_the_county(self, publish: Publish, main_user: User) -> None:
        version = publish("Teksti.")
        with refused("state"):
            approve_version(by=acting(main_user), version=version, seen=version.version, now=timezone.now())
        ChapterVersion.objects.update(needs_approval=True)
        done = approve_version(by=acting(main_user), version=version, seen=version.version, now=timezone.now())
        assert (done.needs_approval, done.approved_by) == (False, main_user)


class TestKeeping:
    def test_the_main_user_names_the_owner(self, chapter: Chapter, main_user: User, supervisor: User) -> None:
        day = timezone.localdate() + timedelta(days=30)
        done = arrange_chapter(
            by=acting(main_user), chapter=chapter, owner=supervisor, review_months=6, review_on=day, seen=chapter.version
        )
        assert (done.owner, done.review_months, done.review_on) == (supervisor, 6, day)
        with refused("stale"):
            arrange_chapter(by=acting(main_user), chapter=chapter, owner=None, review_months=6, review_on=None, seen=1)

    def test_a_stranger_is_no_owner(self, chapter: Chapter, main_user: User, outsider: User) -> None:
        with refused("stranger"):
            arrange_chapter(by=acting(main_user), chapter=chapter, owner=outsider, review_months=6, review_on=None, seen=1)

    @pytest.mark.parametrize("name", ["responder", "supervisor", "manager", "outsider"])
    def test_others_arrange_nothing(self, name: str, chapter: Chapter, request: pytest.FixtureRequest) -> None:
        by = acting(request.getfixturevalue(name))
        with pytest.raises(PermissionDenied):
            arrange_chapter(by=by, chapter=chapter, owner=None, review_months=6, review_on=None, seen=1)
        with pytest.raises(PermissionDenied):
            retire_chapter(by=by, chapter=chapter, now=timezone.now())
        with pytest.raises(PermissionDenied):
            restore_chapter(by=by, chapter=chapter)
        with pytest.raises(PermissionDenied):
            note_review(by=by, chapter=chapter, now=timezone.now())

    def test_a_look_moves_the_day_on(self, chapter: Chapter, main_user: User) -> None:
        assert note_review(by=acting(main_user), chapter=chapter, now=timezone.now()).review_on == months_later(
            timezone.localdate(), 12
        )

    def test_a_section_is_looked_through_by_those_who_write_it(
        self, chapter: Chapter, publish: Publish, service: Service, supervisor: User
    ) -> None:
        section, now = publish("Osio.", service=service), timezone.now()
        assert note_section_review(by=acting(supervisor), version=section, now=now).reviewed_at == now
        section.refresh_from_db()
        assert (section.reviewed_at, section.body["fi"]) == (now, "Osio."), "its words stand still"
        draft = begin_draft(by=acting(supervisor), chapter=chapter, service=service)
        with refused("state"):
            note_section_review(by=acting(supervisor), version=draft, now=now)

    @pytest.mark.parametrize("name", ["responder", "manager", "second_responder", "outsider"])
    def test_others_do_not_look_a_section_through(
        self, name: str, publish: Publish, service: Service, request: pytest.FixtureRequest
    ) -> None:
        section = publish("Osio.", service=service)
        with pytest.raises(PermissionDenied):
            note_section_review(by=acting(request.getfixturevalue(name)), version=section, now=timezone.now())

    def test_a_chapter_taken_away_is_not_written_until_it_is_back(
        self, chapter: Chapter, publish: Publish, main_user: User
    ) -> None:
        publish("Teksti.")
        retire_chapter(by=acting(main_user), chapter=chapter, now=timezone.now())
        assert not Chapter.objects.published().exists()
        with refused("retired"):
            begin_draft(by=acting(main_user), chapter=chapter)
        restore_chapter(by=acting(main_user), chapter=chapter)
        assert Chapter.objects.published().get() == chapter

    def test_months_later_ends_with_the_month(self) -> None:
        day = timezone.datetime(2026, 8, 31).date()
        assert [str(months_later(day, months)) for months in (1, 6, 12)] == ["2026-09-30", "2027-02-28", "2027-08-31"]


class TestRows:
    def test_two_published_or_two_drafts_of_one_text_cannot_be(self, chapter: Chapter, service: Service) -> None:
        now = timezone.now()
        for state, stamp in ((VersionState.PUBLISHED, now), (VersionState.DRAFT, None)):
            for place in (None, service):
                ChapterVersion.objects.all().delete()
                ChapterVersion.objects.create(chapter=chapter, service=place, number=1, state=state, published_at=stamp)
                with pytest.raises(IntegrityError), transaction.atomic():
                    ChapterVersion.objects.create(chapter=chapter, service=place, number=2, state=state, published_at=stamp)
                with pytest.raises(IntegrityError), transaction.atomic():
                    ChapterVersion.objects.create(
                        chapter=chapter, service=place, number=1, state=VersionState.RETIRED, published_at=now
                    )

    def test_drafts_are_seen_by_those_who_write_or_approve_them(
        self, chapter: Chapter, service: Service, responder: User, supervisor: User, main_user: User, second_responder: User
    ) -> None:
        common = begin_draft(by=PORTAL, chapter=chapter)
        section = begin_draft(by=PORTAL, chapter=chapter, service=service)
        seen = {
            user: set(ChapterVersion.objects.readable_by(acting(user)))
            for user in (responder, supervisor, main_user, second_responder)
        }
        assert seen == {responder: set(), supervisor: {section}, main_user: {common, section}, second_responder: set()}
