"""The signals that the handbook answers: its section, quick replies, the plan of training, and who is trained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.actors import System
from accounts.models import User
from adoption.models import Proof, Rollout
from adoption.operations import check_rollout
from adoption.signals import Signal, handbook
from adoption.signals.facts import Facts, HandbookFact, ReplyFact, ReportingFact, Row, SectionFact
from adoption.signals.reading import read_facts
from handbook.choices import ReplyAudience, ReplyCategory, ReplyScope
from handbook.models import Chapter, ChapterVersion, OrientationPlan, QuickReply, StaffNotice
from handbook.operations.chapters import begin_draft, note_section_review, save_draft
from handbook.operations.orientation import add_training, note_practice, note_training, save_plan
from handbook.operations.publishing import publish_version, send_to_review
from handbook.operations.readings import mark_read
from services.models import County, Membership, Queue, Service
from tests.adoption.proving import answer_of, begin, item_of, publish_guide
from tests.conftest import acting, make_grant, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
PORTAL = System("test")
SECTIONS = ("local_agreements", "service_orientation")


def words(text: str) -> dict[str, str]:
    return {"fi": text, "sv": f"på svenska: {text}", "en": text}


@pytest.fixture
def rollout(coordinator: User, county: County, service: Service, queue: Queue) -> Rollout:
    return begin(coordinator, county, service, now=timezone.now() - timedelta(days=100))


def says(rollout: Rollout, name: str, now: datetime | None = None) -> Signal:
    answer = answer_of(rollout, name, now=now or timezone.now())
    assert isinstance(answer, Signal)
    return answer


def check(rollout: Rollout, now: datetime | None = None) -> list[str]:
    return check_rollout(rollout=rollout, by=PORTAL, now=now or timezone.now()).done


def proof_of(rollout: Rollout, code: str, signal: str) -> Proof:
    found: Proof = Proof.objects.standing().get(item=item_of(rollout, code), signal=signal)
    return found


def write(county: County, key: str, service: Service | None = None, *, in_orientation: bool = False) -> ChapterVersion:
    """A published text of the chapter: the common one, or the service's section of it."""
    facts = {"per_service": key in SECTIONS, "in_orientation": in_orientation}
    chapter, _made = Chapter.objects.get_or_create(county=county, key=key, defaults=facts)
    draft = begin_draft(by=PORTAL, chapter=chapter, service=service)
    saved = save_draft(by=PORTAL, version=draft, title=words("Otsikko"), body=words("Teksti."), seen=draft.version)
    sent = send_to_review(by=PORTAL, version=saved, seen=saved.version, now=timezone.now())
    note = "Muutos" if draft.number > 1 else ""
    return publish_version(by=PORTAL, version=sent, seen=sent.version, now=timezone.now(), change_note=note)


def write_sections(county: County, service: Service) -> list[ChapterVersion]:
    return [write(county, key, service) for key in SECTIONS]


def approve(county: County, count: int, start: int = 0, **fields: Any) -> list[QuickReply]:
    """Approved replies in three languages."""
    now = timezone.now()
    return [
        QuickReply.objects.create(
            county=county,
            key=f"v{n}",
            shortcut=fields.pop("shortcut", f"/v{n}"),
            approved_at=now,
            **{"title_fi": "N", "text_fi": "T", "text_sv": "T", "text_en": "T", **fields},
        )
        for n in range(start, start + count)
    ]


def ten_replies(county: County) -> None:
    approve(county, 8)
    approve(county, 1, 8, category=ReplyCategory.EMERGENCY)
    approve(county, 1, 9, shortcut="/hetu", category=ReplyCategory.PRIVACY)


class TestSection:
    SIGNAL = "handbook_service_section_published"

    def test_handbook_service_section_published_true(self, rollout: Rollout, county: County, service: Service) -> None:
        sections = write_sections(county, service)
        answer = says(rollout, self.SIGNAL)
        assert answer.holds
        assert answer.rows == tuple(sorted(f"chapter_version:{row.public_id}" for row in sections))
        assert answer.at == max(row.published_at for row in sections if row.published_at)

    @pytest.mark.parametrize("key", SECTIONS)
    def test_handbook_service_section_published_false_without_one_of_the_two(
        self, rollout: Rollout, county: County, service: Service, key: str
    ) -> None:
        write(county, key, service)
        other = next(each for each in SECTIONS if each != key)
        answer = says(rollout, self.SIGNAL)
        assert not answer.holds
        assert answer.value == {"met": 1, "of": 2, "lacks": [f"section:{other}"]}

    def test_handbook_service_section_published_false_of_no_section(
        self, rollout: Rollout, county: County, second_service: Service
    ) -> None:
        for key in SECTIONS:
            write(county, key)  # the common texts are not the service's own
        write_sections(county, second_service)
        assert says(rollout, self.SIGNAL).value["met"] == 0

    def test_a_draft_a_retired_one_or_a_text_that_needs_approval_is_not_published(
        self, rollout: Rollout, county: County, service: Service
    ) -> None:
        first, _second = write_sections(county, service)
        ChapterVersion.objects.filter(pk=first.pk).update(needs_approval=True)
        assert not says(rollout, self.SIGNAL).holds
        ChapterVersion.objects.filter(pk=first.pk).update(needs_approval=False, state="retired")
        assert not says(rollout, self.SIGNAL).holds
        ChapterVersion.objects.filter(pk=first.pk).update(state="published")
        assert says(rollout, self.SIGNAL).holds
        Chapter.objects.filter(key=SECTIONS[0]).update(retired_at=timezone.now())
        assert not says(rollout, self.SIGNAL).holds

    def test_it_was_looked_through_less_than_twelve_months_ago(
        self, rollout: Rollout, county: County, service: Service, supervisor: User
    ) -> None:
        first, second = write_sections(county, service)
        later = timezone.now() + timedelta(days=366)
        assert says(rollout, self.SIGNAL, later - timedelta(days=2)).holds
        answer = says(rollout, self.SIGNAL, later)
        assert answer.value["lacks"] == [f"section_review:{key}" for key in SECTIONS]
        for version in (first, second):
            note_section_review(by=acting(supervisor), version=version, now=later - timedelta(days=30))
        answer = says(rollout, self.SIGNAL, later)
        assert answer.holds
        assert answer.at == later - timedelta(days=30)

    @given(st.integers(0, 800), st.integers(0, 800))
    def test_it_holds_exactly_when_both_are_younger_than_a_year(self, first: int, second: int) -> None:
        now = timezone.now()
        ages = dict(zip(SECTIONS, (first, second), strict=True))
        sections = tuple(SectionFact(Row(key, now - timedelta(days=age)), key, True) for key, age in ages.items())
        answer = handbook.handbook_service_section_published(bare(now, HandbookFact(sections=sections)))
        assert answer.holds == (max(first, second) < 365)


def bare(now: datetime, book: HandbookFact) -> Facts:
    """Facts with nothing but the handbook's."""
    names = ("conversations", "members", "systems", "meetings", "communication", "improvements", "notices", "directory", "surveys")
    empty: dict[str, Any] = dict.fromkeys((*names, "items"), ())
    return Facts(
        now=now,
        today=now.date(),
        is_demo=False,
        rollout=Row("r", now),
        is_pilot=False,
        starts_on=None,
        ends_on=None,
        service=None,
        forms={},
        handbook=book,
        reporting=ReportingFact(),
        paths=(),
        **empty,
    )


class TestReplies:
    SIGNAL = "quick_replies_published"

    def test_quick_replies_published_true(self, rollout: Rollout, county: County) -> None:
        ten_replies(county)
        answer = says(rollout, self.SIGNAL)
        assert answer.holds
        assert answer.value["replies"] == {"fi": 10, "sv": 10, "en": 10}
        assert len(answer.rows) == 10
        assert answer.at == QuickReply.objects.latest("approved_at").approved_at

    def test_quick_replies_published_false_of_no_replies(self, rollout: Rollout, county: County, other_county: County) -> None:
        ten_replies(other_county)
        answer = says(rollout, self.SIGNAL)
        assert not answer.holds
        assert answer.value["replies"] == {"fi": 0, "sv": 0, "en": 0}

    def test_quick_replies_published_false_with_nine(self, rollout: Rollout, county: County) -> None:
        ten_replies(county)
        QuickReply.objects.filter(key="v0").update(approved_at=None)
        assert says(rollout, self.SIGNAL).value["lacks"] == ["replies:fi", "replies:sv", "replies:en"]

    @pytest.mark.parametrize(("key", "lacks"), [("v8", "emergency_reply"), ("v9", "code_warning")])
    def test_quick_replies_published_false_without_the_two_that_must_be_there(
        self, rollout: Rollout, county: County, key: str, lacks: str
    ) -> None:
        ten_replies(county)
        approve(county, 2, 20)
        QuickReply.objects.filter(key=key).update(retired_at=timezone.now())
        assert says(rollout, self.SIGNAL).value["lacks"] == [f"{lacks}:{code}" for code in ("fi", "sv", "en")]

    def test_quick_replies_published_false_when_a_language_of_the_service_lacks(
        self, rollout: Rollout, county: County, queue: Queue
    ) -> None:
        ten_replies(county)
        QuickReply.objects.filter(key="v0").update(text_en="")
        assert says(rollout, self.SIGNAL).value["lacks"] == ["replies:en"]
        Queue.objects.filter(pk=queue.pk).update(languages=["fi", "sv"])  # the service is not offered in English
        assert says(rollout, self.SIGNAL).holds

    def test_only_what_every_queue_of_the_service_may_send_to_residents_counts(
        self, rollout: Rollout, county: County, queue: Queue, service: Service, second_service: Service, responder: User
    ) -> None:
        ten_replies(county)
        row = QuickReply.objects.filter(key="v0")
        row.update(audience=ReplyAudience.PROFESSIONAL)
        assert not says(rollout, self.SIGNAL).holds
        row.update(audience=ReplyAudience.RESIDENT, scope=ReplyScope.QUEUE, queue=queue)
        assert not says(rollout, self.SIGNAL).holds
        row.update(scope=ReplyScope.PERSONAL, queue=None, person=responder)
        assert not says(rollout, self.SIGNAL).holds
        row.update(scope=ReplyScope.SERVICE, person=None)
        row.get().services.set([second_service])
        assert not says(rollout, self.SIGNAL).holds
        row.get().services.set([service])
        assert says(rollout, self.SIGNAL).holds
        row.update(valid_until=date(2020, 1, 1))
        assert not says(rollout, self.SIGNAL).holds

    def test_a_services_own_warning_stands_in_the_place_of_the_common_one(
        self, rollout: Rollout, county: County, service: Service
    ) -> None:
        ten_replies(county)
        approve(county, 1, 30)
        (own,) = approve(county, 1, 31, shortcut="/hetu", scope=ReplyScope.SERVICE)
        own.services.set([service])
        assert says(rollout, self.SIGNAL).value["replies"]["fi"] == 11, "two with one short code are one"

    @given(st.lists(st.tuples(st.frozensets(st.sampled_from(["fi", "sv"])), st.booleans(), st.booleans()), max_size=14))
    def test_it_never_holds_of_fewer_than_ten(self, replies: list[tuple[frozenset[str], bool, bool]]) -> None:
        now = timezone.now()
        found = tuple(ReplyFact(Row(str(n), now), *each) for n, each in enumerate(replies))
        answer = handbook.quick_replies_published(bare(now, HandbookFact(replies=found)))
        assert not answer.holds, "without a service there is no language in which they would be available"


class TestPlan:
    SIGNAL = "training_plan_saved"

    @pytest.fixture
    def plan(self, service: Service) -> OrientationPlan:
        return save_plan(by=PORTAL, service=service, is_required=False, with_practice=False)

    def add(self, plan: OrientationPlan, due_on: date | None = date(2026, 12, 1), **facts: Any) -> Any:
        return add_training(by=PORTAL, plan=plan, title={"fi": "Moodle"}, url="https://moodle.test/1", due_on=due_on, **facts)

    def test_training_plan_saved_true(self, rollout: Rollout, plan: OrientationPlan) -> None:
        training = self.add(plan)
        answer = says(rollout, self.SIGNAL)
        assert answer.holds
        assert answer.rows == (f"training:{training.public_id}",)
        assert answer.at == training.added_at

    def test_training_plan_saved_false_without_a_due_date(self, rollout: Rollout, plan: OrientationPlan) -> None:
        assert says(rollout, self.SIGNAL).value["lacks"] == ["training"]
        self.add(plan, due_on=None)
        assert not says(rollout, self.SIGNAL).holds

    def test_training_plan_saved_false_of_no_plan(self, rollout: Rollout, second_service: Service) -> None:
        self.add(save_plan(by=PORTAL, service=second_service, is_required=True, with_practice=False))
        assert says(rollout, self.SIGNAL).value["lacks"] == ["training_plan"]

    def test_the_plan_proves_half_and_all_responders_the_rest(
        self, rollout: Rollout, plan: OrientationPlan, responder: User, colleague: User
    ) -> None:
        """2.7: the plan fills its part; the item is done when every responder has done what is mandatory."""
        training = self.add(plan)
        assert "2.7" not in check(rollout)
        filled = {part.name for part in item_of(rollout, "2.7").parts.all() if part.fillings.exists()}
        assert filled == {"training_plan"}
        note_training(by=acting(responder), training=training, now=timezone.now())
        assert "2.7" not in check(rollout)
        assert proof_of(rollout, "2.7", "responders_trained").value == {"met": 1, "of": 2}
        last = note_training(by=acting(colleague), training=training, now=timezone.now())
        assert "2.7" in check(rollout)
        item = item_of(rollout, "2.7")
        assert (item.done_by_system, item.done_at) == (True, last.at)

    def test_a_responder_added_later_leaves_the_item_done_and_shows_that_the_situation_has_changed(
        self, rollout: Rollout, plan: OrientationPlan, responder: User, county: County, service: Service, queue: Queue
    ) -> None:
        note_training(by=acting(responder), training=self.add(plan), now=timezone.now())
        assert "2.7" in check(rollout)
        newcomer = make_person("uusi")
        make_grant(newcomer, "responder", county=county, service=service)
        Membership.objects.create(group=queue.groups.get(), user=newcomer)
        check(rollout)
        assert item_of(rollout, "2.7").state == "done"
        assert proof_of(rollout, "2.7", "responders_trained").has_changed


class TestTrained:
    SIGNAL = "responders_trained"

    @pytest.fixture
    def plan(self, county: County, service: Service) -> OrientationPlan:
        write(county, "security", in_orientation=True)
        return save_plan(by=PORTAL, service=service, is_required=True, with_practice=True)

    @pytest.fixture
    def learn(self, county: County, plan: OrientationPlan) -> Callable[[User], None]:
        def do(user: User) -> None:
            mark_read(by=acting(user), version=ChapterVersion.objects.get(chapter__key="security"), now=timezone.now())
            note_practice(by=PORTAL, county=county, user_id=user.pk, now=timezone.now())

        return do

    def test_responders_trained_true(self, rollout: Rollout, responder: User, learn: Callable[[User], None]) -> None:
        learn(responder)
        answer = says(rollout, self.SIGNAL)
        assert answer.holds
        assert answer.value == {"met": 1, "of": 1}
        assert len(answer.rows) == 1
        assert answer.rows[0].startswith("practicenote:"), "the row by which she became whole, and no name"

    def test_responders_trained_false_while_one_of_two_has_something_left(
        self, rollout: Rollout, responder: User, colleague: User, learn: Callable[[User], None]
    ) -> None:
        learn(responder)
        answer = says(rollout, self.SIGNAL)
        assert not answer.holds
        assert answer.value == {"met": 1, "of": 2}

    def test_responders_trained_false_of_no_responders(self, rollout: Rollout, plan: OrientationPlan, responder: User) -> None:
        """2.7: no responders in the groups -> responders_trained is false."""
        Membership.objects.update(valid_until=timezone.now() - timedelta(days=1))
        answer = says(rollout, self.SIGNAL)
        assert not answer.holds
        assert answer.value == {"met": 0, "of": 0}

    def test_responders_trained_false_of_no_plan(self, rollout: Rollout, responder: User) -> None:
        assert says(rollout, self.SIGNAL).value == {"met": 0, "of": 1, "lacks": ["training_plan"]}

    def test_a_plan_that_demands_nothing_trains_nobody(self, rollout: Rollout, responder: User, service: Service) -> None:
        plan = save_plan(by=PORTAL, service=service, is_required=True, with_practice=False)
        optional = add_training(by=PORTAL, plan=plan, title={"fi": "Video"}, url="https://v.test/", is_mandatory=False)
        note_training(by=acting(responder), training=optional, now=timezone.now())
        assert not says(rollout, self.SIGNAL).holds

    def test_whoever_is_in_no_group_of_the_service_is_not_asked(
        self, rollout: Rollout, responder: User, second_responder: User, learn: Callable[[User], None]
    ) -> None:
        learn(responder)
        assert says(rollout, self.SIGNAL).value == {"met": 1, "of": 1}


class TestNews:
    SIGNAL = "internal_news_published"

    def tell(self, county: County, service: Service | None, days: int = 1, **fields: Any) -> StaffNotice:
        at = timezone.now() - timedelta(days=days)
        return StaffNotice.objects.create(county=county, service=service, **{"published_at": at, **fields})

    def test_internal_news_published_true(self, rollout: Rollout, county: County, service: Service) -> None:
        self.tell(county, service, days=2)
        first = self.tell(county, service, days=9)
        answer = says(rollout, self.SIGNAL)
        assert answer.holds
        assert answer.value == {"notices": 2}
        assert (answer.rows, answer.at) == ((f"notice:{first.public_id}",), first.published_at)

    def test_internal_news_published_false_of_no_notice_about_the_service(
        self, rollout: Rollout, county: County, service: Service, second_service: Service
    ) -> None:
        self.tell(county, None)
        self.tell(county, second_service)
        self.tell(county, service, published_at=None)
        self.tell(county, service, withdrawn_at=timezone.now())
        assert says(rollout, self.SIGNAL).value == {"notices": 0}

    def test_it_fills_the_part_of_professionals_only(self, rollout: Rollout, county: County, service: Service) -> None:
        """3.2: the internal announcement fills to_professionals; a person tells of the residents."""
        self.tell(county, service)
        assert "3.2" not in check(rollout)
        filled = {part.name for part in item_of(rollout, "3.2").parts.all() if part.fillings.exists()}
        assert filled == {"to_professionals"}


class TestRealDataOnly:
    NAMES = (
        "handbook_service_section_published",
        "quick_replies_published",
        "training_plan_saved",
        "responders_trained",
        "internal_news_published",
    )

    @pytest.fixture
    def everything(self, county: County, service: Service, queue: Queue, responder: User) -> None:
        write_sections(county, service)
        ten_replies(county)
        StaffNotice.objects.create(county=county, service=service, published_at=timezone.now())
        plan = save_plan(by=PORTAL, service=service, is_required=False, with_practice=False)
        training = add_training(by=PORTAL, plan=plan, title={"fi": "Moodle"}, url="https://moodle.test/1", due_on=date(2026, 12, 1))
        note_training(by=acting(responder), training=training, now=timezone.now())

    @pytest.mark.usefixtures("everything")
    def test_a_test_service_and_another_countys_rollout_prove_nothing(
        self, rollout: Rollout, service: Service, other_county: County
    ) -> None:
        assert all(says(rollout, name).holds for name in self.NAMES)
        Service.objects.filter(pk=service.pk).update(is_test=True)
        assert not any(says(rollout, name).holds for name in self.NAMES)
        Service.objects.filter(pk=service.pk).update(is_test=False)
        Service.objects.filter(pk=service.pk).update(county=other_county, life_situation=None)
        assert not any(says(rollout, name).holds for name in self.NAMES)

    @pytest.mark.usefixtures("everything")
    def test_a_demo_county_proves_within_itself_and_is_marked(self, rollout: Rollout, county: County) -> None:
        County.objects.filter(pk=county.pk).update(is_demo=True)
        assert "2.7" in check(rollout)
        assert all(proof_of(rollout, "2.7", name).is_demo for name in ("training_plan_saved", "responders_trained"))

    @pytest.mark.usefixtures("everything")
    def test_3_4_is_done_by_the_three_and_a_later_change_is_told(self, rollout: Rollout, county: County, service: Service) -> None:
        publish_guide(county)
        assert "3.4" in check(rollout)
        QuickReply.objects.filter(shortcut="/hetu").update(retired_at=timezone.now())
        assert "3.4" not in check(rollout)
        proof = proof_of(rollout, "3.4", "quick_replies_published")
        assert proof.has_changed
        assert item_of(rollout, "3.4").state == "done"

    @pytest.mark.usefixtures("everything")
    def test_running_twice_changes_nothing(self, rollout: Rollout) -> None:
        check(rollout)
        before = list(Proof.objects.order_by("pk").values("pk", "holds", "value", "rows", "first_held_at", "superseded_at"))
        QuickReply.objects.update(uses=F("uses") + 1)
        assert check(rollout) == []
        assert list(Proof.objects.order_by("pk").values("pk", "holds", "value", "rows", "first_held_at", "superseded_at")) == before

    @pytest.mark.usefixtures("everything")
    def test_as_many_queries_however_many_responders_chapters_and_replies(
        self,
        rollout: Rollout,
        county: County,
        service: Service,
        queue: Queue,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        write(county, "ensimmainen", in_orientation=True)
        with django_assert_num_queries(FACTS):
            read_facts(rollout.pk, now=timezone.now())
        approve(county, 20, 40)
        for n in range(3):
            write(county, f"luku{n}", in_orientation=True)
            Membership.objects.create(group=queue.groups.get(), user=make_person(f"p{n}"))
        with django_assert_num_queries(FACTS):
            read_facts(rollout.pk, now=timezone.now())


FACTS = 46
