"""The chapters that ship with the portal, and how they are loaded."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import System
from accounts.models import User
from handbook.choices import VersionState
from handbook.models import Chapter, ChapterVersion
from handbook.operations import content, load_replies
from handbook.operations.chapters import retire_chapter, save_draft
from handbook.operations.content import load_shipped_handbook, load_shipped_handbooks
from handbook.replies.shelf import find_replies
from handbook.shelf import book_of, services_of
from handbook.shipped import duties_of, shipped_handbook
from services.models import ContactPoint, County, Queue, Service
from services.operations import load_directory
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, text

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ORDER = [
    "chat_as_channel",
    "service_model_basics",
    "competence",
    "conversation_and_concern",
    "tips",
    "supervisor_main_user_tasks",
    "taking_into_use",
    "security",
    "problem_situations",
    "practical_matters",
    "local_agreements",
    "keeping_up_to_date",
    "service_orientation",
]


def load(county: County, **facts: bool) -> int:
    return load_shipped_handbook(by=PORTAL, county=county, now=timezone.now(), **facts)


def test_twelve_common_chapters_in_the_seeds_order_and_one_of_services() -> None:
    chapters = sorted(shipped_handbook().chapters, key=lambda each: each.order)
    assert [each.key for each in chapters] == ORDER
    assert [each.key for each in chapters if each.per_service] == ["local_agreements", "service_orientation"]
    assert [each.order for each in chapters if each.orientation_mandatory] == [1, 2, 3, 4, 8, 9, 10, 11, 13]
    assert all(set(each.title.map()) == set(each.purpose.map()) == {"fi", "sv", "en"} for each in chapters)


def test_the_four_values_are_a_duty_of_chapters_one_and_two() -> None:
    chapters = shipped_handbook().chapters
    for number in (0, 1):
        (duty,) = duties_of(chapters[number], chapters)
        assert duty["key"] == "values"
        assert [value["key"] for value in duty["values"]] == ["equal", "humane", "professional", "renewing"]
    assert not any(each.must_contain for each in chapters[2:])


def test_a_county_gets_drafts_that_need_its_approval(county: County) -> None:
    assert load(county) == 13
    assert [row.key for row in Chapter.objects.filter(county=county)] == ORDER
    drafts = ChapterVersion.objects.filter(chapter__county=county)
    assert {(row.state, row.needs_approval, row.from_content) for row in drafts} == {(VersionState.DRAFT, True, True)}
    assert all(row.body["fi"] and row.body["sv"] for row in drafts)
    assert Chapter.objects.get(key="taking_into_use").owner_role == "coordinator"


def test_a_services_own_words_are_its_section_where_the_county_has_it(county: County, service: Service) -> None:
    assert load(county) == 14
    section = ChapterVersion.objects.get(chapter__key="service_orientation", service=service)
    assert (section.number, section.state, section.needs_approval, section.from_content) == (1, VersionState.DRAFT, True, True)
    assert section.title["fi"] == "Ikääntyneiden chatin perehdytysosio"
    assert "omaishoidon tuki" in section.body["fi"]
    assert [each["key"] for each in section.questions] == ["assessment_time", "medicine"]
    common = ChapterVersion.objects.get(chapter__key="service_orientation", service=None)
    for code, word in (("fi", "ikäänty"), ("fi", "omaishoi"), ("sv", "äldre"), ("en", "older")):
        assert word not in common.body[code].casefold(), "the common text is everybody’s"
    assert load(county) == 0


def test_loading_again_changes_nothing(county: County) -> None:
    load(county)
    before = list(ChapterVersion.objects.order_by("pk").values())
    assert load(county) == 0
    assert list(ChapterVersion.objects.order_by("pk").values()) == before


def test_what_people_edited_or_took_away_stays(county: County, main_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    load(county)
    edited = ChapterVersion.objects.get(chapter__key="tips")
    save_draft(by=acting(main_user), version=edited, title=text("Omat vinkit"), body=text("Oma teksti."), seen=edited.version)
    gone = Chapter.objects.get(key="competence")
    retire_chapter(by=acting(main_user), chapter=gone, now=timezone.now())
    untouched = ChapterVersion.objects.get(chapter__key="security")
    words = {"title": text("Uusi"), "purpose": {}, "body": text("Uusi sisältö."), "questions": []}
    monkeypatch.setattr(content, "_words", lambda facts, found: words)
    load(county)
    for row in (edited, gone, untouched):
        row.refresh_from_db()
    assert edited.body["fi"] == "Oma teksti."
    assert gone.retired_at is not None
    assert untouched.body["fi"] == "Uusi sisältö."
    assert untouched.number == 1


def test_a_demonstration_publishes_them_still_marked(county: County) -> None:
    load_directory(by=PORTAL, today=timezone.localdate(), counties=[county.code])
    county.contact_points.filter(value="").update(value="000 100 1000")
    assert load(county, publish=True) == 13
    shown = ChapterVersion.objects.current()
    assert shown.count() == 13
    assert all(row.needs_approval and row.published_by is None for row in shown)
    assert shown.get(chapter__key="chat_as_channel").confirmed == ["values"]


def test_a_new_text_of_the_portal_becomes_a_draft_beside_a_published_one(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    load_directory(by=PORTAL, today=timezone.localdate(), counties=[county.code])
    county.contact_points.filter(value="").update(value="000 100 1000")
    load(county, publish=True)
    words = {"title": text("Uusi"), "purpose": {}, "body": text("Uusi sisältö."), "questions": []}
    monkeypatch.setattr(content, "_words", lambda facts, found: words)
    load(county)
    rows = ChapterVersion.objects.filter(chapter__key="tips").order_by("number")
    assert [(row.number, row.state) for row in rows] == [(1, VersionState.PUBLISHED), (2, VersionState.DRAFT)]


def test_only_counties_in_use_or_named_ones(county: County, other_county: County) -> None:
    County.objects.filter(pk=other_county.pk).update(is_active=False)
    assert load_shipped_handbooks(by=PORTAL, now=timezone.now()) == 15  # with the guide and the first notice
    assert not Chapter.objects.filter(county=other_county).exists()
    assert load_shipped_handbooks(by=PORTAL, now=timezone.now(), counties=["toinen"]) == 15


def test_people_do_not_load_it(county: County, main_user: User) -> None:
    with pytest.raises(PermissionDenied):
        load_shipped_handbook(by=acting(main_user), county=county, now=timezone.now())
    with pytest.raises(PermissionDenied):
        load_shipped_handbooks(by=acting(main_user), now=timezone.now())


def test_a_new_service_inherits_the_common_chapters_the_guide_of_tone_and_the_common_replies(
    county: County, responder: User, queue: Queue, second_service: Service, second_queue: Queue, second_responder: User
) -> None:
    """S001-30: one agreed line of answering everywhere; nobody sets it up for a service."""
    by, now = System("test"), timezone.now()
    load_directory(by=by, today=timezone.localdate(), counties=[county.code])
    ContactPoint.objects.filter(value="").update(value="044 123 4567")
    load_shipped_handbook(by=by, county=county, now=now, publish=True)
    load_replies(by=by, county=county, now=now, approve=True)
    for person, line in ((responder, queue), (second_responder, second_queue)):
        actor = acting(person)
        book = {entry.chapter.key for entry in book_of(actor, county, services_of(actor, county))}
        assert {"chat_as_channel", "conversation_and_concern", "tips"} <= book, "the tone is told in the chapter of tips"
        codes = {found.reply.shortcut for found in find_replies(queue=line, by=actor, on=timezone.localdate(), limit=100)}
        assert {"/tervetuloa", "/112", "/hetu"} <= codes
